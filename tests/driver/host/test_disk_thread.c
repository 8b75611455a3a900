/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that works when it is asked to: what is asked meanwhile is one more round, and nothing asked is left out. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/disk_thread.h"

/* Work that takes as long as the test wants. Guarded by the thread's lock. */
struct job {
	struct sg_disk_thread thread;
	pthread_cond_t moved;
	bool held;
	unsigned begun, ended;
	bool interruptible; /* a signal could have arrived there */
};

static void work(void *ctx)
{
	struct job *job = ctx;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	job->interruptible |= !sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGTERM);
	job->begun++;
	pthread_cond_broadcast(&job->moved);
	while (job->held)
		pthread_cond_wait(&job->moved, &job->thread.lock);
	job->ended++;
}

static void begin(struct job *job, bool held)
{
	*job = (struct job){ .held = held };
	pthread_cond_init(&job->moved, NULL);
	assert_int_equal(sg_disk_thread_start(&job->thread, work, job), SG_OK);
}

static void end(struct job *job)
{
	sg_disk_thread_stop(&job->thread);
	pthread_cond_destroy(&job->moved);
}

static void let_go(struct job *job)
{
	job->held = false;
	pthread_cond_broadcast(&job->moved);
}

static void what_is_asked_meanwhile_is_one_more_round(void **state)
{
	struct job job;

	(void)state;
	begin(&job, true);
	sg_disk_thread_lock(&job.thread);
	assert_false(sg_disk_thread_is_busy(&job.thread));
	assert_true(sg_disk_thread_wait(&job.thread, 0)); /* nothing to wait for */
	sg_disk_thread_ask(&job.thread);
	while (job.begun == 0)
		pthread_cond_wait(&job.moved, &job.thread.lock);
	for (int i = 0; i < 10; i++)
		sg_disk_thread_ask(&job.thread);
	assert_true(sg_disk_thread_is_busy(&job.thread));
	assert_false(sg_disk_thread_wait(&job.thread, SG_NS_PER_MS));
	assert_int_equal(job.begun, 1);
	let_go(&job);
	assert_true(sg_disk_thread_wait(&job.thread, SG_FOREVER));
	assert_int_equal(job.ended, 2);
	assert_false(sg_disk_thread_is_busy(&job.thread));
	assert_false(job.interruptible);
	sg_disk_thread_unlock(&job.thread);
	end(&job);
}

static void its_end_comes_after_what_was_asked(void **state)
{
	struct job job;

	(void)state;
	for (int i = 0; i < 100; i++) {
		begin(&job, false);
		sg_disk_thread_lock(&job.thread);
		sg_disk_thread_ask(&job.thread);
		sg_disk_thread_unlock(&job.thread);
		end(&job);
		assert_int_equal(job.ended, 1);
	}
}

static void one_that_was_never_started_is_no_trouble(void **state)
{
	struct sg_disk_thread none = { 0 };

	(void)state;
	sg_disk_thread_lock(&none);
	assert_false(sg_disk_thread_is_busy(&none));
	sg_disk_thread_unlock(&none);
	sg_disk_thread_stop(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_meanwhile_is_one_more_round),
		cmocka_unit_test(its_end_comes_after_what_was_asked),
		cmocka_unit_test(one_that_was_never_started_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

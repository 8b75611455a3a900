/* SPDX-License-Identifier: Apache-2.0 */
#include "host/disk_thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"

/* Address space, not memory: what is not used is never touched. */
#define STACK_SIZE ((size_t)256 * 1024)
/* Added to the nice value: a third of the processor time of a thread that samples, when both want all of it. */
#define NICE 5

/*
 * Many rigs share few processors, and all of them record in the moment in which one of them trips: who has a sample to
 * look at comes first. Linux takes both by thread. A system that refuses is no worse than without.
 */
static void stand_back(void)
{
	const struct sched_param none = { 0 };
	const pid_t thread = gettid();

	sched_setscheduler(thread, SCHED_BATCH, &none);
	setpriority(PRIO_PROCESS, (id_t)thread, getpriority(PRIO_PROCESS, (id_t)thread) + NICE);
}

static void *take_rounds(void *ctx)
{
	struct sg_disk_thread *thread = ctx;

	stand_back();
	pthread_mutex_lock(&thread->lock);
	for (;;) {
		uint64_t round;

		while (thread->asked == thread->done && !thread->leaving)
			pthread_cond_wait(&thread->asking, &thread->lock);
		if (thread->asked == thread->done)
			break;
		round = thread->asked;
		thread->work(thread->ctx);
		thread->done = round;
		pthread_cond_broadcast(&thread->resting);
	}
	pthread_mutex_unlock(&thread->lock);
	return NULL;
}

/* A signal that ends a wait for an instrument early must arrive where that wait is. */
static int create_without_signals(struct sg_disk_thread *thread)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int number = pthread_attr_init(&attributes);

	if (number)
		return number;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	number = pthread_create(&thread->thread, &attributes, take_rounds, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return number;
}

static void forget(struct sg_disk_thread *thread)
{
	pthread_cond_destroy(&thread->resting);
	pthread_cond_destroy(&thread->asking);
	pthread_mutex_destroy(&thread->lock);
	thread->started = false;
}

enum sg_err sg_disk_thread_start(struct sg_disk_thread *thread, void (*work)(void *ctx), void *ctx)
{
	pthread_condattr_t monotonic;

	memset(thread, 0, sizeof(*thread));
	thread->work = work;
	thread->ctx = ctx;
	if (pthread_condattr_init(&monotonic))
		return SG_ERR_NO_MEMORY;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&thread->lock, NULL);
	pthread_cond_init(&thread->asking, NULL);
	pthread_cond_init(&thread->resting, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (create_without_signals(thread)) {
		forget(thread);
		return SG_ERR_NO_MEMORY;
	}
	thread->started = true;
	return SG_OK;
}

void sg_disk_thread_lock(struct sg_disk_thread *thread)
{
	if (thread->started)
		pthread_mutex_lock(&thread->lock);
}

void sg_disk_thread_unlock(struct sg_disk_thread *thread)
{
	if (thread->started)
		pthread_mutex_unlock(&thread->lock);
}

void sg_disk_thread_ask(struct sg_disk_thread *thread)
{
	const bool resting = !sg_disk_thread_is_busy(thread);

	thread->asked++;
	if (resting) /* one that works looks again by itself */
		pthread_cond_signal(&thread->asking);
}

bool sg_disk_thread_is_busy(const struct sg_disk_thread *thread)
{
	return thread->asked != thread->done;
}

static struct timespec monotonic_after(int64_t timeout_ns)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(timeout_ns / SG_NS_PER_S);
	at.tv_nsec += (long)(timeout_ns % SG_NS_PER_S);
	if (at.tv_nsec >= SG_NS_PER_S) {
		at.tv_nsec -= SG_NS_PER_S;
		at.tv_sec++;
	}
	return at;
}

bool sg_disk_thread_wait(struct sg_disk_thread *thread, int64_t timeout_ns)
{
	const uint64_t round = thread->asked;
	struct timespec until;

	if (timeout_ns == SG_FOREVER) {
		while (thread->done < round)
			pthread_cond_wait(&thread->resting, &thread->lock);
		return true;
	}
	until = monotonic_after(timeout_ns);
	while (thread->done < round) {
		if (pthread_cond_timedwait(&thread->resting, &thread->lock, &until) == ETIMEDOUT)
			return thread->done >= round;
	}
	return true;
}

void sg_disk_thread_stop(struct sg_disk_thread *thread)
{
	if (!thread->started)
		return;
	pthread_mutex_lock(&thread->lock);
	thread->leaving = true;
	pthread_cond_signal(&thread->asking);
	pthread_mutex_unlock(&thread->lock);
	pthread_join(thread->thread, NULL);
	forget(thread);
}

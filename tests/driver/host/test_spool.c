/* SPDX-License-Identifier: Apache-2.0 */
/* When a disk counts as dead: by what somebody saw of its silence, not by what the clock says after a sleep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/spool.h"
#include "record_fixture.h"
#include "slow_disk.h"

/* A spool on a disk that hangs over its first line. */
struct hanging {
	struct record_fixture f;
	struct slow_disk slow;
	struct sg_run_folder folder;
	struct sg_documents documents;
	struct sg_spool spool;
};

static void begin(struct hanging *h)
{
	memset(h, 0, sizeof(*h));
	record_fixture_init(&h->f, 1.0);
	slow_disk_init(&h->slow);
	assert_int_equal(sg_run_folder_make(&h->folder, h->f.experiment.folder, "LAB", "cell", 1, &h->f.why), SG_OK);
	assert_int_equal(sg_documents_init(&h->documents, &h->f.plan), SG_OK);
	assert_int_equal(sg_spool_open(&h->spool, &h->folder, &h->slow.disk, &h->documents, true, false), SG_OK);
	slow_disk_hold(&h->slow, true, true);
	assert_int_equal(sg_spool_line(&h->spool, SG_SPOOL_ROWS, "x\n", 2), SG_OK);
	assert_int_equal(sg_spool_begin(&h->spool, SG_SPOOL_SYNC), SG_OK);
	slow_disk_wait_until_held(&h->slow);
	assert_false(sg_spool_is_dead(&h->spool, &h->f.clock));
}

static void end(struct hanging *h)
{
	slow_disk_let_go(&h->slow);
	assert_int_equal(sg_spool_finish(&h->spool, SG_SPOOL_SYNC), SG_OK);
	sg_spool_close(&h->spool);
	sg_documents_fini(&h->documents);
	sg_run_folder_close(&h->folder);
	slow_disk_fini(&h->slow);
	record_fixture_fini(&h->f);
}

/* Looks once a second; after how many it is dead, at most 100. */
static int looks_until_dead(struct hanging *h)
{
	int looks = 0;

	do {
		h->f.now_ns += SG_NS_PER_S;
		looks++;
	} while (!sg_spool_is_dead(&h->spool, &h->f.clock) && looks < 100);
	return looks;
}

static void one_that_is_silent_for_half_a_minute_is_dead(void **state)
{
	struct hanging h;
	int looks;

	(void)state;
	begin(&h);
	looks = looks_until_dead(&h);
	assert_true(looks >= 28 && looks <= 32);
	end(&h);
}

static void one_that_answers_is_alive(void **state)
{
	struct hanging h;

	(void)state;
	begin(&h);
	for (int i = 0; i < 20; i++) {
		h.f.now_ns += SG_NS_PER_S;
		assert_false(sg_spool_is_dead(&h.spool, &h.f.clock));
	}
	slow_disk_hold(&h.slow, false, true); /* written; now it hangs over the flush */
	while (slow_disk_find(&h.slow, 0, SLOW_DISK_SYNC, ".csv") == SLOW_DISK_NONE)
		slow_disk_wait_until_held(&h.slow);
	assert_true(looks_until_dead(&h) >= 28);
	slow_disk_let_go(&h.slow);
	assert_int_equal(sg_spool_finish(&h.spool, SG_SPOOL_SYNC), SG_OK);
	assert_int_equal(looks_until_dead(&h), 100); /* nobody waits for it */
	end(&h);
}

/* The PC slept for a day, or this program was stopped: the disk could not answer. */
static void time_that_nobody_saw_is_not_held_against_it(void **state)
{
	struct hanging h;

	(void)state;
	begin(&h);
	h.f.now_ns += 24 * 3600 * SG_NS_PER_S;
	assert_false(sg_spool_is_dead(&h.spool, &h.f.clock));
	assert_true(looks_until_dead(&h) >= 26);
	end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_silent_for_half_a_minute_is_dead),
		cmocka_unit_test(one_that_answers_is_alive),
		cmocka_unit_test(time_that_nobody_saw_is_not_held_against_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

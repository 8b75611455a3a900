/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run whose disk hangs: the cell is switched off all the same, and somebody is told. The disk holds every call from the
 * first row until the cell was read back off, so a run that waited for it anywhere before would never end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/units.h"
#include "fake_rig.h"
#include "slow_disk.h"

static const char steps[] = "  - cycle: {current: 1 mA/cm2, half_cycle: 60 s, count: 1}\n";

struct hanging_run {
	struct fake_rig fake;
	struct slow_disk slow;
	struct sg_run_observer also;
	int64_t row_takes_ns; /* real time */
	bool hung_at_the_end; /* somebody was held when the cell had been read back off */
};

static void on_row(void *ctx, const struct sg_run_view *view)
{
	struct hanging_run *h = ctx;
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = h->row_takes_ns };

	if (view->row->record_index == 1)
		slow_disk_hold(&h->slow, true, true);
	nanosleep(&pause, NULL);
}

static void on_event(void *ctx, const struct sg_event *event)
{
	struct hanging_run *h = ctx;

	if (event->type != SG_EVENT_SAFE_OFF)
		return;
	slow_disk_wait_until_held(&h->slow);
	h->hung_at_the_end = true;
	slow_disk_let_go(&h->slow);
}

static int set_up(void **state)
{
	struct hanging_run *h = calloc(1, sizeof(*h));

	if (!h)
		return -1;
	fake_init(&h->fake, steps);
	slow_disk_init(&h->slow);
	h->also = (struct sg_run_observer){ .ctx = h, .progress = on_row, .event = on_event };
	h->fake.disk = &h->slow.disk;
	h->fake.also = &h->also;
	*state = h;
	return 0;
}

static int tear_down(void **state)
{
	struct hanging_run *h = *state;

	fake_fini(&h->fake);
	slow_disk_fini(&h->slow);
	free(h);
	return 0;
}

static void a_whole_run_passes_while_the_disk_hangs(void **state)
{
	struct hanging_run *h = *state;

	fake_run(&h->fake);
	assert_int_equal(h->fake.err, SG_OK);
	assert_string_equal(h->fake.outcome.summary.stopped_by, "end_of_plan");
	assert_true(h->hung_at_the_end);
	assert_int_equal(h->fake.row_count, 120);
}

static void a_limit_switches_the_cell_off_while_the_disk_hangs(void **state)
{
	struct hanging_run *h = *state;

	h->fake.high_at = 20;
	fake_run(&h->fake);
	assert_int_equal(h->fake.err, SG_ERR_LIMIT);
	assert_true(h->fake.outcome.summary.cell_off_verified);
	assert_string_equal(h->fake.log, "SXO");
	assert_true(h->hung_at_the_end);
	assert_int_equal(h->fake.row_count, 20); /* the one that tripped is recorded, and not shown */
}

static void a_disk_that_is_silent_for_seconds_is_named(void **state)
{
	struct hanging_run *h = *state;
	size_t told = 0;

	h->row_takes_ns = 25 * SG_NS_PER_MS; /* 120 rows: 3 s */
	fake_run(&h->fake);
	assert_int_equal(h->fake.err, SG_OK);
	for (size_t i = 0; i < h->fake.event_count; i++) {
		const struct sg_event *event = &h->fake.events[i].event;

		if (event->type != SG_EVENT_DISK)
			continue;
		told++;
		assert_int_equal(event->grade, SG_GRADE_WARNING);
		assert_true(event->value >= 2.0);
		assert_non_null(strstr(event->text, "has not answered"));
	}
	assert_true(told >= 1 && told <= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_whole_run_passes_while_the_disk_hangs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_limit_switches_the_cell_off_while_the_disk_hangs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_disk_that_is_silent_for_seconds_is_named, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

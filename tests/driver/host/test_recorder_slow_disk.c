/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that takes its time: who waits for it, and who does not. The disk holds every call until the test lets go, so a
 * recorder that waited where it must not would never come back, however fast the machine.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bdf_validate.h"
#include "core/units.h"
#include "record_fixture.h"
#include "slow_disk.h"

#define ROWS "001.bdf.csv"
#define EVENTS "events.csv"

static const struct sg_run_summary running = { .state = "running", .stopped_by = "" };

struct slow_record {
	struct record_fixture f;
	struct slow_disk slow;
	struct sg_recorder *recorder;
	char table[512];
};

static void begin(struct slow_record *r, double speed)
{
	record_fixture_init(&r->f, speed);
	slow_disk_init(&r->slow);
	r->f.meta.disk = &r->slow.disk;
	r->recorder = record_fixture_open(&r->f);
	snprintf(r->table, sizeof(r->table), "%s", sg_recorder_table(r->recorder));
}

static void end(struct slow_record *r, enum sg_err expected)
{
	assert_int_equal(sg_recorder_close(r->recorder), expected);
	slow_disk_fini(&r->slow);
	record_fixture_fini(&r->f);
}

static void assert_valid(const char *path, size_t rows)
{
	struct bdf_report report;

	if (bdf_validate(path, BDF_TAIL_WHOLE, &report))
		fail_msg("%s", report.problems);
	assert_int_equal(report.rows, rows);
}

static enum sg_err put_row(struct slow_record *r)
{
	return sg_recorder_row(r->recorder, record_fixture_row(&r->f));
}

static enum sg_err put_event(struct slow_record *r, const char *text)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, r->f.time_s);
	sg_event_say(&event, "%s", text);
	return sg_recorder_event(r->recorder, &event, 1);
}

/* Three steps, an event at every row, the interval over and over, and how it stands: as in a run. */
static void record_as_in_a_run(struct slow_record *r)
{
	for (int i = 0; i < 30; i++) {
		assert_int_equal(put_row(r), SG_OK);
		assert_int_equal(put_event(r, "something"), SG_OK);
		assert_int_equal(sg_recorder_tick(r->recorder, r->f.now_ns), SG_OK);
		if (i % 10 == 9)
			assert_int_equal(sg_recorder_result(r->recorder, NULL, &running), SG_OK);
	}
}

static void nobody_who_records_waits(bool writes, bool syncs)
{
	struct slow_record r;
	size_t begun;

	begin(&r, 1.0);
	begun = r.slow.count; /* nobody works: what open() began is done */
	slow_disk_hold(&r.slow, writes, syncs);
	record_as_in_a_run(&r);
	slow_disk_wait_until_held(&r.slow);
	slow_disk_let_go(&r.slow);
	assert_int_equal(sg_recorder_flush(r.recorder), SG_OK);
	assert_true(r.slow.count > begun);
	for (size_t i = begun; i < r.slow.count; i++)
		assert_false(pthread_equal(r.slow.calls[i].thread, pthread_self()));
	assert_valid(r.table, 30);
	assert_string_equal(sg_recorder_trouble(r.recorder), "");
	end(&r, SG_OK);
}

static void a_slow_flush_holds_up_no_row_event_tick_or_result(void **state)
{
	(void)state;
	nobody_who_records_waits(false, true);
}

static void a_slow_write_holds_up_no_row_event_tick_or_result(void **state)
{
	(void)state;
	nobody_who_records_waits(true, false);
}

static void an_error_of_the_disk_is_told_when_it_is_known(void **state)
{
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = SG_NS_PER_MS };
	struct slow_record r;
	enum sg_err err = SG_OK;

	(void)state;
	begin(&r, 1.0);
	slow_disk_hold(&r.slow, false, true);
	slow_disk_fail_sync(&r.slow, EIO);
	assert_int_equal(put_row(&r), SG_OK);
	assert_int_equal(put_event(&r, "held"), SG_OK);
	slow_disk_wait_until_held(&r.slow);
	assert_int_equal(sg_recorder_tick(r.recorder, r.f.now_ns), SG_OK); /* not known yet */
	slow_disk_let_go(&r.slow);
	for (int i = 0; i < 20000 && !err; i++) {
		err = i % 2 ? sg_recorder_tick(r.recorder, 0) : put_row(&r);
		nanosleep(&pause, NULL);
	}
	assert_int_equal(err, SG_ERR_IO);
	assert_string_equal(sg_recorder_trouble(r.recorder), sg_err_text(SG_ERR_IO));
	assert_int_equal(sg_recorder_flush(r.recorder), SG_OK);
	end(&r, SG_OK); /* nothing was lost */
}

/* One that failed while nobody asked is not forgotten because the next succeeds. */
static void an_error_outlives_the_next_success(void **state)
{
	struct slow_record r;

	(void)state;
	begin(&r, 1.0);
	slow_disk_hold(&r.slow, false, true);
	slow_disk_fail_sync(&r.slow, EIO);
	assert_int_equal(put_row(&r), SG_OK);
	assert_int_equal(put_event(&r, "held"), SG_OK);
	slow_disk_wait_until_held(&r.slow);
	slow_disk_let_go(&r.slow);
	assert_int_equal(sg_recorder_flush(r.recorder), SG_ERR_IO);
	assert_int_equal(sg_recorder_flush(r.recorder), SG_OK);
	assert_string_equal(sg_recorder_trouble(r.recorder), sg_err_text(SG_ERR_IO));
	end(&r, SG_OK);
}

/* A row and its event that come while the disk is busy with rows must not send the event ahead of the row. */
static void no_event_reaches_the_disk_before_its_rows(void **state)
{
	struct slow_record r;
	size_t begun, rows, events, length;
	const char *line;
	char *text;

	(void)state;
	begin(&r, 1.0);
	begun = r.slow.count;
	slow_disk_hold(&r.slow, true, true);
	assert_int_equal(put_row(&r), SG_OK);
	assert_int_equal(put_event(&r, "first"), SG_OK);
	slow_disk_wait_until_held(&r.slow); /* the rows of the first round are being written */
	assert_int_equal(put_row(&r), SG_OK);
	assert_int_equal(put_event(&r, "second"), SG_OK);
	slow_disk_let_go(&r.slow);
	assert_int_equal(sg_recorder_flush(r.recorder), SG_OK);
	rows = slow_disk_find(&r.slow, begun, SLOW_DISK_WRITE, ROWS);
	events = slow_disk_find(&r.slow, begun, SLOW_DISK_WRITE, EVENTS);
	assert_true(rows < events && events != SLOW_DISK_NONE);
	/* the first of the events went alone: its row was there, that of the second was not */
	text = record_fixture_slurp(sg_recorder_folder(r.recorder), EVENTS, &length);
	assert_non_null(text);
	line = strchr(text, '\n') + 1;
	assert_int_equal(r.slow.calls[events].length, strchr(line, '\n') + 1 - line);
	free(text);
	rows = slow_disk_find(&r.slow, begun, SLOW_DISK_SYNC, ROWS);
	events = slow_disk_find(&r.slow, begun, SLOW_DISK_SYNC, EVENTS);
	assert_true(rows < events && events != SLOW_DISK_NONE);
	end(&r, SG_OK);
}

/* What does not fit while the disk hangs is refused by name and counted, and what was taken is kept. */
static void a_full_buffer_refuses_and_counts(void **state)
{
	struct slow_record r;
	size_t refused = 0, rows = 0;

	(void)state;
	begin(&r, 1.0);
	slow_disk_hold(&r.slow, true, true);
	while (refused < 100) {
		const enum sg_err err = put_row(&r);

		assert_true(err == SG_OK || err == SG_ERR_BUSY);
		refused += err == SG_ERR_BUSY;
		rows++;
	}
	assert_true(rows > 500);
	assert_string_equal(sg_recorder_trouble(r.recorder), "the disk does not answer");
	slow_disk_let_go(&r.slow);
	assert_int_equal(sg_recorder_wind_up(r.recorder), refused);
	assert_valid(r.table, rows - refused);
	end(&r, SG_ERR_BUSY);
}

/* ---- what does wait ---- */

struct waiter {
	struct slow_record *r;
	void (*call)(struct slow_record *r);
	pthread_mutex_t lock;
	bool returned;
};

static void wind_up(struct slow_record *r)
{
	sg_recorder_wind_up(r->recorder);
}

static void tell_the_end(struct slow_record *r)
{
	const struct sg_run_summary ended = { .state = "completed", .stopped_by = "end_of_plan" };

	sg_recorder_result(r->recorder, NULL, &ended);
}

static void *wait_thread(void *ctx)
{
	struct waiter *waiter = ctx;

	waiter->call(waiter->r);
	pthread_mutex_lock(&waiter->lock);
	waiter->returned = true;
	pthread_mutex_unlock(&waiter->lock);
	return NULL;
}

static bool has_returned(struct waiter *waiter)
{
	bool returned;

	pthread_mutex_lock(&waiter->lock);
	returned = waiter->returned;
	pthread_mutex_unlock(&waiter->lock);
	return returned;
}

/* That call returns after the disk let go, and not before. */
static void assert_waits(struct slow_record *r, void (*call)(struct slow_record *r))
{
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = 50 * SG_NS_PER_MS };
	struct waiter waiter = { .r = r, .call = call, .lock = PTHREAD_MUTEX_INITIALIZER };
	pthread_t thread;

	assert_int_equal(put_row(r), SG_OK);
	slow_disk_hold(&r->slow, false, true);
	assert_int_equal(pthread_create(&thread, NULL, wait_thread, &waiter), 0);
	slow_disk_wait_until_held(&r->slow);
	nanosleep(&pause, NULL); /* for one that does not wait to show it */
	assert_false(has_returned(&waiter));
	slow_disk_let_go(&r->slow);
	pthread_join(thread, NULL);
}

static void the_end_of_a_run_waits_for_the_disk(void **state)
{
	struct slow_record r;
	size_t begun, length;
	char *text;

	(void)state;
	begin(&r, 1.0);
	begun = r.slow.count;
	assert_waits(&r, wind_up);
	assert_true(slow_disk_find(&r.slow, begun, SLOW_DISK_SYNC, ROWS) != SLOW_DISK_NONE);
	assert_valid(r.table, 1);
	assert_waits(&r, tell_the_end);
	text = record_fixture_slurp(sg_recorder_folder(r.recorder), "result.json", &length);
	assert_non_null(text);
	assert_non_null(strstr(text, "completed"));
	free(text);
	end(&r, SG_OK);
}

/* Virtual time goes on only when everything is done: the same bytes in the same order on every machine. */
static void in_lockstep_there_is_no_other_thread(void **state)
{
	struct slow_record r;

	(void)state;
	begin(&r, 0.0);
	record_as_in_a_run(&r);
	assert_valid(r.table, 30);
	assert_true(r.slow.count > 60);
	for (size_t i = 0; i < r.slow.count; i++)
		assert_true(pthread_equal(r.slow.calls[i].thread, pthread_self()));
	end(&r, SG_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_flush_holds_up_no_row_event_tick_or_result),
		cmocka_unit_test(a_slow_write_holds_up_no_row_event_tick_or_result),
		cmocka_unit_test(an_error_of_the_disk_is_told_when_it_is_known),
		cmocka_unit_test(an_error_outlives_the_next_success),
		cmocka_unit_test(no_event_reaches_the_disk_before_its_rows),
		cmocka_unit_test(a_full_buffer_refuses_and_counts),
		cmocka_unit_test(the_end_of_a_run_waits_for_the_disk),
		cmocka_unit_test(in_lockstep_there_is_no_other_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PC falls asleep in a run. What flowed meanwhile is on no record, so nothing of it may be booked as known; and
 * the first thing after it is a cell that is off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "fake_rig.h"

/* Two half-steps of five minutes at 1 mA on 1 cm2, a sample a second. */
static const char steps[] = "  - cycle: {current: 1 mA/cm2, half_cycle: 300 s, count: 1}\n";
#define SAMPLES 600u
#define CURRENT_A 1e-3
#define SLEPT_S 100.0

static int set_up(void **state)
{
	struct fake_rig *fake = fake_new(steps);

	if (!fake)
		return -1;
	fake->sleeps_s = SLEPT_S;
	*state = fake;
	return 0;
}

#define on_rig(test) cmocka_unit_test_setup_teardown(test, set_up, fake_tear_down)

static void set_up_again(struct fake_rig *fake)
{
	fake_again(fake, steps);
	fake->sleeps_s = SLEPT_S;
}

/* The event that tells of a sleep; there is one at most. */
static const struct fake_event *sleep_told(const struct fake_rig *fake)
{
	const struct fake_event *told = NULL;

	for (size_t i = 0; i < fake->event_count; i++) {
		const struct sg_event *event = &fake->events[i].event;

		if (event->type != SG_EVENT_COMMUNICATION || event->grade != SG_GRADE_ALARM || !strstr(event->text, "slept"))
			continue;
		assert_null(told);
		told = &fake->events[i];
	}
	return told;
}

static bool is_told(const struct fake_rig *fake, const char *words)
{
	for (size_t i = 0; i < fake->event_count; i++) {
		if (strstr(fake->events[i].event.text, words))
			return true;
	}
	return false;
}

static double booked_c(const struct sg_row *row)
{
	return row->test.charging_c + row->test.discharging_c;
}

/* What the books grew by over the hole before the first row that says so. */
static double booked_over_hole_c(const struct fake_rig *fake)
{
	for (size_t i = 1; i < fake->row_count; i++) {
		if (fake->rows[i].flags & SG_FLAG_GAP_BEFORE)
			return booked_c(&fake->rows[i]) - booked_c(&fake->rows[i - 1]);
	}
	return NAN;
}

static void fall_asleep_in_the_first_half_step(struct fake_rig *fake)
{
	fake->sleeps_in = 'N';
	fake->sleeps_at = 50;
}

static void after_a_sleep_the_cell_is_made_safe_before_anything_is_told(void **state)
{
	struct fake_rig *fake = *state;
	size_t told_before = 0;
	const struct fake_event *told;

	fall_asleep_in_the_first_half_step(fake);
	fake_run(fake);
	told = sleep_told(fake);
	assert_non_null(told);
	assert_string_equal(told->log, "SRO");
	assert_true(told->event.value == SLEPT_S);
	/* awake at 49 s for the last time: that look is where it may have begun */
	assert_true(told->event.since_s >= 48.5 && told->event.since_s <= 50.0);
	for (size_t i = 0; i < fake->event_count; i++)
		told_before += strcmp(fake->events[i].log, "SR") == 0;
	assert_int_equal(told_before, 0);
}

/* The sample that was waiting when it woke up is no witness of the time before it. */
static void what_flowed_in_a_sleep_is_not_booked_and_not_repeated(void **state)
{
	struct fake_rig *fake = *state;
	const struct sg_half_step *first;

	fall_asleep_in_the_first_half_step(fake);
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_int_equal(fake->err, SG_OK);
	assert_int_equal(fake_flagged(fake, SG_FLAG_GAP_BEFORE), 1);
	assert_true(fake->rows[50].flags & SG_FLAG_GAP_BEFORE);
	assert_true(booked_over_hole_c(fake) < 3.0 * CURRENT_A);
	first = &fake->outcome.result.half_steps[0];
	assert_false(first->witnessed);
	assert_true(first->unknown_end_c > 99.0 * CURRENT_A && first->unknown_end_c < 103.0 * CURRENT_A);
	/* time_s goes on with the cell's, and the plan's 300 s are not ordered again from the start */
	assert_true(fake->rows[50].test_time_s - fake->rows[49].test_time_s > SLEPT_S);
	assert_true(fake->row_count >= SAMPLES - 105 && fake->row_count <= SAMPLES - 95);
}

static void an_instrument_heard_running_is_booked_by_its_own_clock(void **state)
{
	struct fake_rig *fake = *state;

	fall_asleep_in_the_first_half_step(fake);
	fake->absence = SG_ABSENCE_RAN;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_true(booked_over_hole_c(fake) > 99.0 * CURRENT_A && booked_over_hole_c(fake) < 103.0 * CURRENT_A);
	assert_true(fake->outcome.result.half_steps[0].unknown_end_c == 0.0);
	assert_false(fake->outcome.result.half_steps[0].witnessed);
	assert_true(is_told(fake, "by its own clock"));
}

/* Without power now: since when? And a driver that woke up with us may have switched it off itself. */
static void no_power_after_a_sleep_is_no_proof_that_no_current_flowed(void **state)
{
	static const enum sg_trace traces[] = { SG_TRACE_CURRENT, SG_TRACE_READING, SG_TRACE_OFF };
	struct fake_rig *fake = *state;

	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		set_up_again(fake);
		fall_asleep_in_the_first_half_step(fake);
		fake->absence = SG_ABSENCE_OFF;
		fake->trace = traces[i];
		fake_run(fake);
		fake_assert_stopped_by(fake, "end_of_plan");
		assert_true(fake->outcome.result.half_steps[0].unknown_end_c > 99.0 * CURRENT_A);
		assert_false(is_told(fake, "no current flowed"));
	}
}

static void a_cell_that_was_off_before_a_sleep_was_off_in_it(void **state)
{
	struct fake_rig *fake = *state;

	fake->steps = "  - rest: 300 s\n";
	fall_asleep_in_the_first_half_step(fake);
	fake->absence = SG_ABSENCE_OFF;
	fake->trace = SG_TRACE_OFF;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_non_null(sleep_told(fake));
	assert_true(is_told(fake, "no current flowed"));
}

static void a_sleep_ends_the_run_where_a_lost_link_would_and_the_cell_is_off(void **state)
{
	static const char *const policies[][2] = { { "0 s", "continue" }, { "0 s", "stop" }, { "30 s", "stop" } };
	struct fake_rig *fake = *state;

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		for (unsigned away = 0; away <= 4; away += 4) { /* at once, or as soon as USB is there again */
			set_up_again(fake);
			fall_asleep_in_the_first_half_step(fake);
			fake->reconnect_within = policies[i][0];
			fake->on_reconnect = policies[i][1];
			fake->away = away;
			fake_run(fake);
			fake_assert_stopped_by(fake, "communication");
			assert_int_equal(fake->err, SG_ERR_GONE);
			assert_string_equal(fake->log, away ? "SRRRRROO" : "SROO");
			assert_non_null(sleep_told(fake));
			assert_true(fake->outcome.summary.cell_off_verified);
			assert_true(fake->outcome.result.half_steps[0].unknown_end_c > 99.0 * CURRENT_A);
		}
	}
}

/* The wait may be shorter than the sleep was: nobody was there to wait. */
static void waiting_is_counted_from_the_waking(void **state)
{
	struct fake_rig *fake = *state;

	fall_asleep_in_the_first_half_step(fake);
	fake->gone_at = 50;
	fake->away = 40; /* 20 s of 30 */
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_string_equal(sleep_told(fake)->log, "SR"); /* nothing can be made safe yet: it is told without delay */

	set_up_again(fake);
	fall_asleep_in_the_first_half_step(fake);
	fake->away = FAKE_NEVER;
	fake_run(fake);
	assert_int_equal(fake->err, SG_ERR_UNSAFE);
	fake_assert_stopped_by(fake, "communication");
}

/* The link went first: that alone would have said that no current flowed from then on. */
static void a_sleep_while_a_lost_link_is_waited_for_counts_for_neither_side(void **state)
{
	struct fake_rig *fake = *state;
	const struct fake_event *told;

	fake->gone_at = 50;
	fake->away = 50; /* 25 s of 30, and the sleep in the middle of it */
	fake->sleeps_in = 'R';
	fake->sleeps_at = 20;
	fake->absence = SG_ABSENCE_OFF;
	fake->trace = SG_TRACE_CURRENT;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	told = sleep_told(fake);
	assert_non_null(told);
	assert_true(told->event.value == SLEPT_S);
	assert_true(told->event.since_s <= 50.0); /* lost first, and asleep later: unseen since the first */
	assert_true(fake->outcome.result.half_steps[0].unknown_end_c > 120.0 * CURRENT_A);
	assert_false(is_told(fake, "no current flowed"));
}

static void the_answer_to_a_start_is_not_believed_after_a_sleep(void **state)
{
	static const enum sg_err answers[] = { SG_OK, SG_ERR_TIMEOUT, SG_ERR_REFUSED, SG_ERR_GONE };
	struct fake_rig *fake = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up_again(fake);
		fake->sleeps_in = 'S';
		fake->sleeps_at = 1;
		fake->start_err = answers[i];
		fake->bad_starts = answers[i] != SG_OK;
		fake_run(fake);
		fake_assert_stopped_by(fake, "end_of_plan");
		assert_int_equal(strncmp(fake->log, "SRO", 3), 0);
		assert_string_equal(sleep_told(fake)->log, "SRO");
		assert_false(fake->outcome.result.half_steps[0].witnessed);
		assert_true(fake->outcome.result.half_steps[0].unknown_end_c > 99.0 * CURRENT_A);
		assert_true(booked_c(&fake->rows[0]) < 3.0 * CURRENT_A);
	}
}

/* Stopped when? Its "stopped" was read after the sleep: what is still under way would book that as known. */
static void a_stop_over_a_sleep_leaves_what_flowed_unknown(void **state)
{
	struct fake_rig *fake = *state;

	fake->high_at = 50;
	fake->sleeps_in = 'X';
	fake->sleeps_at = 1;
	fake_run(fake);
	fake_assert_stopped_by(fake, "limit_voltage");
	assert_int_equal(fake->err, SG_ERR_LIMIT);
	assert_string_equal(fake->log, "SXROO");
	assert_non_null(sleep_told(fake));
	assert_true(fake->outcome.summary.cell_off_verified);
	assert_true(fabs(fake->outcome.result.half_steps[0].charge_c) < 53.0 * CURRENT_A);
	assert_true(fake->outcome.result.half_steps[0].unknown_end_c > 99.0 * CURRENT_A);
}

static void a_sleep_between_two_blocks_is_told_and_breaks_nothing(void **state)
{
	struct fake_rig *fake = *state;

	fake->sequence_max = 1;
	fake->ends_on = true;
	fake->sleeps_in = 'O';
	fake->sleeps_at = 1;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_string_equal(fake->log, "SOROSOO");
	assert_string_equal(sleep_told(fake)->log, "SORO");
	assert_int_equal(fake->row_count, SAMPLES);
	for (size_t i = 0; i < fake->outcome.result.count; i++)
		assert_true(fake->outcome.result.half_steps[i].witnessed && fake->outcome.result.half_steps[i].complete);
}

/* An hour of it is more than the soak may take; but nobody saw the chamber take it. */
static void a_sleep_in_a_soak_is_told_and_takes_nothing_from_its_time(void **state)
{
	struct fake_rig *fake = *state;

	fake->chamber = fake->soaks = true;
	fake->sleeps_in = 'C';
	fake->sleeps_at = 3;
	fake->sleeps_s = 3600.0;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_string_equal(fake->log, "ROSO");
	assert_string_equal(sleep_told(fake)->log, "RO");
	assert_true(sleep_told(fake)->event.time_s < fake->start_s - 55.0); /* it soaked anew */
	assert_int_equal(fake->row_count, SAMPLES);
}

static void a_sleep_in_the_last_second_is_told(void **state)
{
	struct fake_rig *fake = *state;

	fake->sleeps_in = 'O';
	fake->sleeps_at = 1;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_string_equal(fake->log, "SO");
	assert_non_null(sleep_told(fake));
}

static void half_a_second_is_no_sleep(void **state)
{
	struct fake_rig *fake = *state;

	fall_asleep_in_the_first_half_step(fake);
	fake->sleeps_s = 0.5;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_string_equal(fake->log, "SO");
	assert_null(sleep_told(fake));
	assert_int_equal(fake->row_count, SAMPLES);
}

/* Nothing follows from it but a word: no row, no charge, no end. */
static void a_wall_clock_that_is_set_is_told_and_nothing_else(void **state)
{
	static const double by_s[] = { 3600.0, -3600.0 };
	struct fake_rig *fake = *state;

	for (size_t i = 0; i < 2; i++) {
		const struct fake_event *told;

		set_up_again(fake);
		fake->wall_at = 200;
		fake->wall_by_s = by_s[i];
		fake_run(fake);
		fake_assert_stopped_by(fake, "end_of_plan");
		told = fake_event(fake, SG_EVENT_TIME_FAULT);
		assert_non_null(told);
		assert_true(told->event.value == by_s[i]);
		assert_int_equal(fake->row_count, SAMPLES);
		for (size_t row = 0; row < SAMPLES; row++)
			assert_true(fabs(fake->rows[row].test_time_s - (double)(row + 1)) < 1e-6);
		assert_true(fabs(fake->rows[SAMPLES - 1].test.charging_c - 300.0 * CURRENT_A) < 1e-9);
	}
	set_up_again(fake);
	fake_run(fake);
	assert_null(fake_event(fake, SG_EVENT_TIME_FAULT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_rig(after_a_sleep_the_cell_is_made_safe_before_anything_is_told),
		on_rig(what_flowed_in_a_sleep_is_not_booked_and_not_repeated),
		on_rig(an_instrument_heard_running_is_booked_by_its_own_clock),
		on_rig(no_power_after_a_sleep_is_no_proof_that_no_current_flowed),
		on_rig(a_cell_that_was_off_before_a_sleep_was_off_in_it),
		on_rig(a_sleep_ends_the_run_where_a_lost_link_would_and_the_cell_is_off),
		on_rig(waiting_is_counted_from_the_waking),
		on_rig(a_sleep_while_a_lost_link_is_waited_for_counts_for_neither_side),
		on_rig(the_answer_to_a_start_is_not_believed_after_a_sleep),
		on_rig(a_stop_over_a_sleep_leaves_what_flowed_unknown),
		on_rig(a_sleep_between_two_blocks_is_told_and_breaks_nothing),
		on_rig(a_sleep_in_a_soak_is_told_and_takes_nothing_from_its_time),
		on_rig(a_sleep_in_the_last_second_is_told),
		on_rig(half_a_second_is_no_sleep),
		on_rig(a_wall_clock_that_is_set_is_told_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

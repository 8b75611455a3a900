/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run asks of its instrument when something is wrong, in which order and after how long. The instrument is made
 * up: what it says and when is exact, so each rule of safety is held to its own number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "fake_rig.h"

/* Two half-steps of a minute, a sample a second. */
static const char steps[] = "  - cycle: {current: 1 mA/cm2, half_cycle: 60 s, count: 1}\n";
#define SAMPLES 120u

static int set_up(void **state)
{
	struct fake_rig *fake = fake_new(steps);

	if (!fake)
		return -1;
	*state = fake;
	return 0;
}

/* A test whose state is an instrument that behaves, and two half-steps. */
#define on_rig(test) cmocka_unit_test_setup_teardown(test, set_up, fake_tear_down)

static void an_instrument_that_behaves_is_started_once_and_switched_off_at_the_end(void **state)
{
	struct fake_rig *fake = *state;

	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_int_equal(fake->err, SG_OK);
	assert_string_equal(fake->log, "SO");
	assert_int_equal(fake->row_count, SAMPLES);
	assert_int_equal(fake_flagged(fake, SG_FLAG_GAP_BEFORE), 0);
	assert_int_equal(fake_flagged(fake, SG_FLAG_STALE), 0);
}

/* It may be running: two programs at once is what must never be. */
static void a_start_without_an_answer_is_made_safe_before_it_is_repeated(void **state)
{
	struct fake_rig *fake = *state;
	static const enum sg_err answers[] = { SG_ERR_REFUSED, SG_ERR_UNCERTAIN, SG_ERR_TIMEOUT };

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fake_again(fake, steps);
		fake->start_err = answers[i];
		fake->bad_starts = 2;
		fake_run(fake);
		assert_string_equal(fake->log, "SOSOSO");
		fake_assert_stopped_by(fake, "end_of_plan");
		assert_int_equal(fake->row_count, SAMPLES);

		fake_again(fake, steps);
		fake->start_err = answers[i];
		fake->bad_starts = 3;
		fake_run(fake);
		assert_int_equal(fake->err, answers[i]);
		assert_int_equal(fake->starts, 3);
		assert_null(strstr(fake->log, "SS"));
		assert_true(fake->outcome.summary.cell_off_verified);
		assert_int_equal(fake->row_count, 0);
	}
}

static void a_start_is_not_repeated_while_the_cell_could_not_be_shown_to_be_off(void **state)
{
	struct fake_rig *fake = *state;

	fake->start_err = SG_ERR_UNCERTAIN;
	fake->bad_starts = 1;
	fake->safe_off_err = SG_ERR_UNCERTAIN;
	fake_run(fake);
	assert_int_equal(fake->starts, 1);
	assert_int_equal(fake->err, SG_ERR_UNSAFE);
	assert_false(fake->outcome.summary.cell_off_verified);
}

/* Making safe then looks for it, in vain: no device is open any more. */
static void a_start_in_the_moment_of_the_loss_ends_with_the_link_lost(void **state)
{
	struct fake_rig *fake = *state;

	fake->start_err = SG_ERR_UNCERTAIN;
	fake->bad_starts = 1;
	fake->safe_off_err = SG_ERR_GONE;
	fake->return_err = SG_ERR_NOT_FOUND;
	fake_run(fake);
	assert_int_equal(fake->starts, 1);
	assert_int_equal(fake->err, SG_ERR_UNSAFE);
	fake_assert_stopped_by(fake, "communication");
	assert_false(fake->outcome.summary.cell_off_verified);
	assert_non_null(fake_event(fake, SG_EVENT_SAFE_OFF));
}

/* Every second counts: off first, then told and recorded. */
static void a_stop_that_fails_is_followed_by_safe_off_before_anything_is_told(void **state)
{
	struct fake_rig *fake = *state;
	static const enum sg_err answers[] = { SG_ERR_TIMEOUT, SG_ERR_UNCERTAIN, SG_ERR_REFUSED, SG_ERR_GONE };

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fake_again(fake, steps);
		fake->high_at = 30;
		fake->stop_err = answers[i];
		fake_run(fake);
		fake_assert_stopped_by(fake, "limit_voltage");
		assert_int_equal(fake->err, SG_ERR_LIMIT);
		assert_non_null(fake_event(fake, SG_EVENT_LIMIT));
		assert_string_equal(fake_event(fake, SG_EVENT_LIMIT)->log, "SXO");
		assert_string_equal(fake->log, "SXOO");
		assert_true(fake->outcome.summary.cell_off_verified);
	}
	/* One that was obeyed has the cell off already. */
	fake_again(fake, steps);
	fake->high_at = 30;
	fake_run(fake);
	assert_string_equal(fake_event(fake, SG_EVENT_LIMIT)->log, "SX");
	assert_string_equal(fake->log, "SXO");
}

static void twenty_damaged_messages_in_a_row_are_borne_and_one_more_is_not(void **state)
{
	struct fake_rig *fake = *state;

	fake->drops = 20;
	fake->drop_at = 10;
	fake->drop_again_at = 11; /* a good sample in between: a new row of them */
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_int_equal(fake->row_count, SAMPLES);

	fake_again(fake, steps);
	fake->drops = 21;
	fake->drop_at = 10;
	fake_run(fake);
	fake_assert_stopped_by(fake, "communication");
	assert_int_equal(fake->err, SG_ERR_VALUE);
	assert_int_equal(fake->row_count, 10);
	assert_true(fake->outcome.summary.cell_off_verified);
}

/* Switching off between two blocks took longer than the silence that is allowed in one: that was no silence. */
static void silence_is_counted_from_the_start_of_its_own_block(void **state)
{
	struct fake_rig *fake = *state;

	fake->sequence_max = 1;
	fake->ends_on = true;
	fake->safe_off_s = 25.0;
	fake->late_s = 3.0;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_int_equal(fake->starts, 2);
	assert_int_equal(fake->row_count, SAMPLES);
}

static void a_block_that_never_says_a_word_is_ended_by_the_silence_limit_after_its_start(void **state)
{
	struct fake_rig *fake = *state;
	const struct fake_event *told;

	fake->sequence_max = 1;
	fake->ends_on = true;
	fake->safe_off_s = 25.0;
	fake->mute_from_start = 2;
	fake_run(fake);
	fake_assert_stopped_by(fake, "silence");
	told = fake_event(fake, SG_EVENT_LIMIT);
	assert_non_null(told);
	/* The limit is ten intervals of a second; a turn looks once a second. */
	assert_true(told->event.time_s - fake->start_s >= 10.0 && told->event.time_s - fake->start_s <= 12.0);
	assert_true(told->event.since_s == fake->start_s);
	assert_true(fake->outcome.summary.cell_off_verified);
}

static void a_temperature_older_than_a_minute_is_flagged_in_its_rows_and_no_others(void **state)
{
	struct fake_rig *fake = *state;
	size_t flagged = 0;

	fake->steps = "  - cycle: {current: 1 mA/cm2, half_cycle: 120 s, count: 1}\n";
	fake->chamber = true;
	fake->chamber_silent_s[0] = 50.0;
	fake->chamber_silent_s[1] = 170.0;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_int_equal(fake->row_count, 240);
	/* Where the readings of the chamber fell is its own business; a minute is a minute. */
	assert_true(fake->chamber_read_s[0] > 35.0 && fake->chamber_read_s[1] < 185.0);
	for (size_t i = 0; i < fake->row_count; i++) {
		const struct sg_row *row = &fake->rows[i];
		/* The first row comes before the chamber was asked at all. */
		const bool old = isnan(row->temperature_c) || (row->test_time_s > fake->chamber_read_s[0] + 60.0 &&
							       row->test_time_s <= fake->chamber_read_s[1]);

		if (old != ((row->flags & SG_FLAG_STALE) != 0))
			fail_msg("row at %.3f s: flags %x; the chamber was read at %.3f s and again at %.3f s",
				 row->test_time_s, (unsigned)row->flags, fake->chamber_read_s[0],
				 fake->chamber_read_s[1]);
		flagged += old;
	}
	assert_true(flagged >= 50 && flagged <= 80);
	assert_true(fake->rows[1].temperature_c == 25.0);
}

static void only_the_first_row_behind_a_lost_link_has_a_gap_before_it(void **state)
{
	struct fake_rig *fake = *state;

	fake->steps = "  - cycle: {current: 1 mA/cm2, half_cycle: 60 s, count: 2}\n";
	fake->sequence_max = 1;
	fake->gone_at = 90; /* in the second of four blocks */
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_true(fake->row_count > 90 + 60);
	assert_int_equal(fake_flagged(fake, SG_FLAG_GAP_BEFORE), 1);
	assert_true(fake->rows[90].flags & SG_FLAG_GAP_BEFORE);
}

static void a_doubled_resistance_ends_the_procedure_that_waits_for_it(void **state)
{
	struct fake_rig *fake = *state;

	fake->steps = "  - cycle: {current: 1 mA/cm2, half_cycle: 10 min, interval: 10 s, count: 8, until: {doubled: true}}\n";
	fake->rises_at = 480;
	fake_run(fake);
	fake_assert_stopped_by(fake, "resistance_doubled");
	assert_int_equal(fake->err, SG_OK);
	assert_non_null(fake_event(fake, SG_EVENT_RESISTANCE_DOUBLED));
	assert_true(fake->row_count > 780 && fake->row_count < 880);

	fake_again(fake, "  - cycle: {current: 1 mA/cm2, half_cycle: 10 min, interval: 10 s, count: 8}\n");
	fake->rises_at = 480;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_non_null(fake_event(fake, SG_EVENT_RESISTANCE_DOUBLED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_rig(an_instrument_that_behaves_is_started_once_and_switched_off_at_the_end),
		on_rig(a_start_without_an_answer_is_made_safe_before_it_is_repeated),
		on_rig(a_start_is_not_repeated_while_the_cell_could_not_be_shown_to_be_off),
		on_rig(a_start_in_the_moment_of_the_loss_ends_with_the_link_lost),
		on_rig(a_stop_that_fails_is_followed_by_safe_off_before_anything_is_told),
		on_rig(twenty_damaged_messages_in_a_row_are_borne_and_one_more_is_not),
		on_rig(silence_is_counted_from_the_start_of_its_own_block),
		on_rig(a_block_that_never_says_a_word_is_ended_by_the_silence_limit_after_its_start),
		on_rig(a_temperature_older_than_a_minute_is_flagged_in_its_rows_and_no_others),
		on_rig(a_doubled_resistance_ends_the_procedure_that_waits_for_it),
		on_rig(only_the_first_row_behind_a_lost_link_has_a_gap_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

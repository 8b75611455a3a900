/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verify pulse as a block: what it asks of the instrument and in which order, and everything that can go wrong in it.
 * Whatever does, the cell ends off and the alarm is not forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "fake_rig.h"

/* Two half-steps of two minutes at 1 mA, a sample a second; something happens in the second one. */
static const char steps[] = "  - cycle: {current: 1 mA/cm2, half_cycle: 120 s, count: 1}\n";
#define SAMPLES 240u
#define AT 180u
#define PART 20u /* samples in each part of the pulse: 0.2 s at the 10 ms of this instrument */
#define CURRENT_A 1e-3

static int set_up(void **state)
{
	struct fake_rig *fake = fake_new(steps);

	if (!fake)
		return -1;
	fake->more = "verify: pulse\n";
	*state = fake;
	return 0;
}

#define on_rig(test) cmocka_unit_test_setup_teardown(test, set_up, fake_tear_down)

static void set_up_again(struct fake_rig *fake, const char *more)
{
	fake_again(fake, steps);
	fake->more = more;
}

static const struct fake_event *verdict_of(const struct fake_rig *fake, const char *words)
{
	const struct fake_event *event = fake_event(fake, SG_EVENT_VERIFY);

	if (!event)
		fail_msg("no verdict; verbs %s, stopped by %s", fake->log, fake->outcome.summary.stopped_by);
	if (!strstr(event->event.text, words))
		fail_msg("\"%s\" instead of \"%s\"", event->event.text, words);
	return event;
}

/* The sample of the run, from 0, that raised the alarm. */
static uint32_t alarmed_at(const struct fake_rig *fake)
{
	const struct fake_event *alarm = fake_event(fake, SG_EVENT_HARD_SHORT);

	assert_non_null(alarm);
	return (uint32_t)lround(alarm->event.time_s) - 1;
}

static void the_off_comes_first_then_one_pulse_then_the_verdict(void **state)
{
	struct fake_rig *fake = *state;
	double charge_c;

	fake->short_at = AT;
	fake_run(fake);
	fake_assert_stopped_by(fake, "hard_short");
	assert_int_equal(fake->err, SG_OK);
	assert_string_equal(fake->log, "SXSO");
	assert_string_equal(fake_event(fake, SG_EVENT_HARD_SHORT)->log, "SX"); /* told once the current has ended */
	assert_string_equal(verdict_of(fake, "short confirmed")->log, "SXS");
	assert_int_equal(fake->segment_count, 2);
	assert_true(fake->segments[0].set_value == 0.0 && fake->segments[1].set_value == -CURRENT_A / 2.0);
	assert_true(fake->segments[1].duration_s == 0.2 && fake->segments[1].interval_s == 0.01);
	assert_true(fake->segments[1].voltage_max_v == 5.0 && fake->segments[1].voltage_min_v == -5.0);
	/* the sample of the alarm was not shown; every one of the pulse has its row, and its charge is in the books; but it is no half-step */
	assert_int_equal(fake->row_count, alarmed_at(fake) + 2 * PART);
	charge_c = (double)(fake->row_count + 1 - 2 * PART - 120) * CURRENT_A + 0.2 * CURRENT_A / 2.0;
	assert_true(fabs(fake->rows[fake->row_count - 1].test.discharging_c - charge_c) < 0.02 * CURRENT_A);
	assert_int_equal(fake->outcome.result.count, 2);
	assert_true(fake->outcome.result.half_steps[1].shorted);
}

static void without_the_key_it_is_as_it_ever_was(void **state)
{
	struct fake_rig *fake = *state;

	set_up_again(fake, "");
	fake->short_at = AT;
	fake_run(fake);
	fake_assert_stopped_by(fake, "hard_short");
	assert_string_equal(fake->log, "SXO");
	assert_null(fake_event(fake, SG_EVENT_VERIFY));
	assert_int_equal(fake->row_count, alarmed_at(fake));
}

/* Nothing of the plan is lost and nothing is done twice, and the detectors go on. */
static void a_test_that_goes_on_goes_on_where_it_was(void **state)
{
	struct fake_rig *fake = *state;
	const struct sg_half_step *half_steps = fake->outcome.result.half_steps;

	set_up_again(fake, "verify: pulse\non_hard_short: flag\n");
	fake->short_at = AT;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_string_equal(fake->log, "SXSOSO"); /* and off, read back, before it goes on */
	verdict_of(fake, "short confirmed");
	assert_true(fake->row_count >= SAMPLES + 2 * PART - 1 && fake->row_count <= SAMPLES + 2 * PART + 1);
	half_steps = fake->outcome.result.half_steps;
	assert_int_equal(fake->outcome.result.count, 3);
	assert_true(fabs(half_steps[1].charge_c + half_steps[2].charge_c + 120.0 * CURRENT_A) < 0.1 * CURRENT_A);
}

/* A rest after either current shows where the meter's zero is; then the two half-steps. */
static const char rests_before[] =
	"  - polarize: {current: 1 mA/cm2, duration: 20 s}\n"
	"  - rest: 10 s\n"
	"  - polarize: {current: 1 mA/cm2, direction: negative, duration: 20 s}\n"
	"  - rest: 10 s\n"
	"  - cycle: {current: 1 mA/cm2, half_cycle: 120 s, count: 1}\n";
#define LEAD_AT (60u + AT)

static void lose_the_lead(struct fake_rig *fake, const char *more)
{
	fake_again(fake, rests_before);
	fake->more = more;
	fake->lead_at = LEAD_AT;
	fake_run(fake);
}

static void a_lost_sense_lead_is_no_short_and_its_own_policy_decides(void **state)
{
	struct fake_rig *fake = *state;
	const struct sg_result *result = &fake->outcome.result;

	lose_the_lead(fake, "verify: pulse\n");
	verdict_of(fake, "sense lead lost, not a short");
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_false(result->short_found);
	for (size_t i = 0; i < result->count; i++)
		assert_false(result->half_steps[i].shorted);

	lose_the_lead(fake, "verify: pulse\non_contact: stop\n");
	fake_assert_stopped_by(fake, "sense_lost");
	assert_string_equal(fake->log + strlen(fake->log) - 4, "SXSO");

	lose_the_lead(fake, "verify: pulse\non_contact: pause\npause: 60 s\n");
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_non_null(fake_event(fake, SG_EVENT_PAUSE));
}

/* The cell never rested: the 1.5 mV may be the meter's own, over a short that it cannot resolve. */
static void a_lead_that_may_be_a_short_behind_an_offset_ends_the_test(void **state)
{
	struct fake_rig *fake = *state;

	fake->lead_at = AT;
	fake_run(fake);
	verdict_of(fake, "the pulse cannot tell");
	fake_assert_stopped_by(fake, "hard_short");
}

/* Every second counts: no pulse where the cell could not be told to be off. */
static void an_end_that_is_not_answered_is_made_safe_and_the_alarm_decides(void **state)
{
	static const enum sg_err answers[] = { SG_ERR_TIMEOUT, SG_ERR_UNCERTAIN, SG_ERR_REFUSED, SG_ERR_GONE };
	struct fake_rig *fake = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up_again(fake, "verify: pulse\n");
		fake->short_at = AT;
		fake->stop_err = answers[i];
		fake_run(fake);
		fake_assert_stopped_by(fake, "hard_short");
		assert_string_equal(fake->log, "SXOO");
		verdict_of(fake, "the pulse cannot tell");
	}
}

static uint32_t in_pulse; /* samples of the run at which it happens */

static void ask_to_stop(struct fake_rig *fake)
{
	if (fake->samples >= in_pulse)
		fake->interrupts = 1;
}

static void a_person_or_a_limit_ends_the_pulse_as_any_block(void **state)
{
	struct fake_rig *fake = *state;

	fake->short_at = AT;
	in_pulse = AT + PART; /* the alarm comes a sample or two behind AT: somewhere in the pulse */
	fake->look = ask_to_stop;
	fake_run(fake);
	fake_assert_stopped_by(fake, "operator");
	assert_string_equal(fake->log, "SXSXO");
	verdict_of(fake, "not finished");

	set_up_again(fake, "verify: pulse\n");
	fake->short_at = AT;
	fake->high_at = AT + PART;
	fake_run(fake);
	fake_assert_stopped_by(fake, "limit_voltage");
	assert_int_equal(fake->err, SG_ERR_LIMIT);
	assert_string_equal(fake->log, "SXSXO");
	verdict_of(fake, "not finished");
}

/* The alarm stands, whatever became of the pulse. */
static void a_link_that_is_lost_in_the_pulse_is_waited_for_and_the_alarm_decides(void **state)
{
	struct fake_rig *fake = *state;

	fake->short_at = AT;
	fake->gone_at = AT + PART + 10;
	fake_run(fake);
	fake_assert_stopped_by(fake, "hard_short");
	assert_string_equal(fake->log, "SXSROO");
	verdict_of(fake, "not finished");
	assert_int_equal(fake->outcome.result.count, 2);

	set_up_again(fake, "verify: pulse\non_hard_short: flag\n");
	fake->short_at = AT;
	fake->gone_at = AT + PART + 10;
	fake_run(fake);
	fake_assert_stopped_by(fake, "end_of_plan");
	assert_int_equal(fake_flagged(fake, SG_FLAG_GAP_BEFORE), 1);
	assert_int_equal(fake->outcome.result.count, 3);
	assert_true(fabs(fake->outcome.result.half_steps[1].charge_c + fake->outcome.result.half_steps[2].charge_c +
			 120.0 * CURRENT_A) < 0.1 * CURRENT_A);
}

static void a_sleep_before_or_in_the_pulse_leaves_the_alarm_to_decide(void **state)
{
	struct fake_rig *fake = *state;

	fake->short_at = AT;
	fake->sleeps_in = 'X';
	fake->sleeps_at = 1;
	fake->sleeps_s = 100.0;
	fake_run(fake);
	fake_assert_stopped_by(fake, "hard_short");
	assert_string_equal(fake->log, "SXROO");
	verdict_of(fake, "the PC slept");

	set_up_again(fake, "verify: pulse\n");
	fake->short_at = AT;
	fake->sleeps_in = 'N';
	fake->sleeps_at = AT + PART;
	fake->sleeps_s = 100.0;
	fake_run(fake);
	fake_assert_stopped_by(fake, "hard_short");
	assert_string_equal(fake->log, "SXSROO");
	verdict_of(fake, "not finished");
}

static void a_pulse_that_is_not_taken_ends_the_run(void **state)
{
	struct fake_rig *fake = *state;

	fake->short_at = AT;
	fake->bad_from = 1;
	fake->bad_starts = 4;
	fake->start_err = SG_ERR_REFUSED;
	fake_run(fake);
	assert_string_equal(fake->log, "SXSOSOSOO");
	fake_assert_stopped_by(fake, "instrument");
	verdict_of(fake, "not finished");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_rig(the_off_comes_first_then_one_pulse_then_the_verdict),
		on_rig(without_the_key_it_is_as_it_ever_was),
		on_rig(a_test_that_goes_on_goes_on_where_it_was),
		on_rig(a_lost_sense_lead_is_no_short_and_its_own_policy_decides),
		on_rig(a_lead_that_may_be_a_short_behind_an_offset_ends_the_test),
		on_rig(an_end_that_is_not_answered_is_made_safe_and_the_alarm_decides),
		on_rig(a_person_or_a_limit_ends_the_pulse_as_any_block),
		on_rig(a_link_that_is_lost_in_the_pulse_is_waited_for_and_the_alarm_decides),
		on_rig(a_sleep_before_or_in_the_pulse_leaves_the_alarm_to_decide),
		on_rig(a_pulse_that_is_not_taken_ends_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

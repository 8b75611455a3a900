/* SPDX-License-Identifier: Apache-2.0 */
/* Engine, guard and soak gate on hand-made plans. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/engine.h"
#include "experiment/guard.h"
#include "experiment/soak.h"

#define I(ma, range_ma)                                                                                             \
	{ .kind = SG_STEP_CURRENT, .current_a = (ma) * 1e-3, .duration_s = 300, .interval_s = 1, .range_a = (range_ma) * 1e-3 }
#define REST(s) { .kind = SG_STEP_REST, .duration_s = (s), .interval_s = 10 }

/* a ramp that crosses ranges, a rest, a second procedure, a temperature */
static struct sg_step steps[] = { I(1, 1),  I(-1, 1), I(2, 10), I(-2, 10), I(3, 10), I(-3, 10),
				  REST(60), I(1, 1),  { .kind = SG_STEP_TEMPERATURE, .temperature_c = 50, .duration_s = 600 } };
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static struct sg_procedure procedures[] = { { .kind = SG_PROC_CCD, .stop_on_short = true },
					    { .kind = SG_PROC_REST },
					    { .kind = SG_PROC_POLARIZE },
					    { .kind = SG_PROC_TEMPERATURE } };
static struct sg_experiment experiment = { .limits = { .voltage_v = 5 }, .on_hard_short = SG_POLICY_STOP,
					   .procedures = procedures, .procedure_count = 4 };
static struct sg_plan plan = { .steps = steps, .step_count = STEPS };

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		steps[i].procedure = i < 6 ? 0 : (uint32_t)(i - 5);
		steps[i].until_v = 5;
	}
	experiment.on_hard_short = SG_POLICY_STOP;
	return 0;
}

static void a_block_ends_where_the_range_changes(void **state)
{
	struct sg_segment segments[8];
	struct sg_engine engine;
	struct sg_action action;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	action = sg_engine_next(&engine, true, segments, 8);
	assert_int_equal(action.kind, SG_ACTION_RUN);
	assert_int_equal(action.step, 0);
	assert_int_equal(action.count, 2);
	assert_true(segments[1].set_value == -1e-3);
	assert_true(segments[1].voltage_max_v == 5 && segments[1].voltage_min_v == -5);
	sg_engine_step_done(&engine, 1);
	action = sg_engine_next(&engine, true, segments, 8);
	assert_int_equal(action.step, 2);
	assert_int_equal(action.count, 4); /* up to the rest */
	action = sg_engine_next(&engine, true, segments, 3);
	assert_int_equal(action.count, 3); /* no more than one start can carry */
	action = sg_engine_next(&engine, false, segments, 8);
	assert_int_equal(action.count, 1); /* no chaining on an instrument that leaves gaps */
}

static void rest_and_temperature_are_blocks_of_their_own(void **state)
{
	struct sg_segment segments[8];
	struct sg_engine engine;
	struct sg_action action;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	sg_engine_step_done(&engine, 5);
	action = sg_engine_next(&engine, true, segments, 8);
	assert_int_equal(action.count, 1);
	assert_int_equal(segments[0].mode, SG_MODE_REST);
	assert_true(segments[0].range_a == 0);
	sg_engine_step_done(&engine, 7);
	action = sg_engine_next(&engine, true, segments, 8);
	assert_int_equal(action.kind, SG_ACTION_TEMPERATURE);
	sg_engine_step_done(&engine, 8);
	assert_int_equal(sg_engine_next(&engine, true, segments, 8).kind, SG_ACTION_DONE);
}

static void a_broken_step_goes_on_with_what_is_left(void **state)
{
	struct sg_segment segments[8];
	struct sg_engine engine;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	sg_engine_step_broken(&engine, 0, 100);
	sg_engine_next(&engine, true, segments, 8);
	assert_true(segments[0].duration_s == 200);
	assert_true(segments[1].duration_s == 300);
	sg_engine_step_broken(&engine, 0, 150);
	sg_engine_next(&engine, true, segments, 8);
	assert_true(segments[0].duration_s == 50);
	/* less than one interval left: done */
	sg_engine_step_broken(&engine, 0, 49.5);
	assert_int_equal(engine.at, 1);
	sg_engine_next(&engine, true, segments, 8);
	assert_true(segments[0].duration_s == 300);
}

static void a_hard_short_stops_the_run_or_the_ramp_as_the_file_says(void **state)
{
	struct sg_engine engine;
	struct sg_event event;

	(void)state;
	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, 1);
	sg_engine_init(&engine, &experiment, &plan);
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_STOP);
	experiment.on_hard_short = SG_POLICY_FLAG;
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_END_PROCEDURE);
	sg_engine_end_procedure(&engine);
	assert_int_equal(engine.at, 6);
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_GO_ON); /* a rest has no ramp to end */
	event.type = SG_EVENT_DATA_FAULT;
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_GO_ON);
}

static void a_finding_is_followed_as_the_file_says_for_its_class(void **state)
{
	static const struct {
		enum sg_event_type type;
		enum sg_policy *policy;
	} classes[] = {
		{ SG_EVENT_SOFT_SHORT, &experiment.on_soft_short },
		{ SG_EVENT_SHORT_FROM_START, &experiment.on_short_from_start },
		{ SG_EVENT_POLARIZATION, &experiment.on_polarization },
		{ SG_EVENT_CONTACT_OPEN, &experiment.on_contact },
		{ SG_EVENT_SENSE_LOST, &experiment.on_contact },
	};
	struct sg_engine engine;
	struct sg_event event;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		sg_event_init(&event, classes[i].type, SG_GRADE_ALARM, 1);
		*classes[i].policy = SG_POLICY_FLAG;
		assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_GO_ON);
		*classes[i].policy = SG_POLICY_PAUSE;
		assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_PAUSE);
		*classes[i].policy = SG_POLICY_STOP;
		assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_STOP);
		event.grade = SG_GRADE_INFO; /* no more than a remark */
		assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_GO_ON);
		*classes[i].policy = SG_POLICY_FLAG;
	}
	/* a level of the diffusion limit is no finding */
	sg_event_init(&event, SG_EVENT_DIFFUSION_LIMIT, SG_GRADE_WARNING, 1);
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_GO_ON);
}

static void polarization_ends_the_procedure_that_waits_for_it(void **state)
{
	struct sg_procedure *procedure = &experiment.procedures[plan.steps[0].procedure];
	struct sg_engine engine;
	struct sg_event event, doubled;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	sg_event_init(&event, SG_EVENT_POLARIZATION, SG_GRADE_ALARM, 1);
	sg_event_init(&doubled, SG_EVENT_RESISTANCE_DOUBLED, SG_GRADE_WARNING, 1);
	assert_int_equal(sg_engine_on_event(&engine, &doubled), SG_VERDICT_GO_ON);
	procedure->end_on_doubled = procedure->end_on_inflection = true;
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_END_PROCEDURE);
	assert_int_equal(sg_engine_on_event(&engine, &doubled), SG_VERDICT_END_PROCEDURE);
	experiment.on_polarization = SG_POLICY_STOP; /* the whole run goes before */
	assert_int_equal(sg_engine_on_event(&engine, &event), SG_VERDICT_STOP);
	experiment.on_polarization = SG_POLICY_FLAG;
	procedure->end_on_doubled = procedure->end_on_inflection = false;
}

static void a_voltage_of_the_procedure_ends_it_and_a_limit_of_the_guard_ends_the_run(void **state)
{
	struct sg_engine engine;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	assert_int_equal(sg_engine_on_end(&engine, 0, SG_END_DURATION), SG_VERDICT_GO_ON);
	assert_int_equal(sg_engine_on_end(&engine, 0, SG_END_VOLTAGE_MAX), SG_VERDICT_STOP);
	steps[0].until_v = 4;
	assert_int_equal(sg_engine_on_end(&engine, 0, SG_END_VOLTAGE_MIN), SG_VERDICT_END_PROCEDURE);
	assert_int_equal(sg_engine_on_end(&engine, 0, SG_END_INSTRUMENT), SG_VERDICT_STOP);
}

static const struct sg_limits limits = { .voltage_v = 5, .current_a = 0.02, .temperature_min_c = 10,
					 .temperature_max_c = 40, .charge_mah_cm2 = 20, .silence_s = 10 };

static void guard_holds_every_limit_on_one_sample(void **state)
{
	static const struct {
		struct sg_sample sample;
		double charge_c;
		enum sg_trip trip;
	} table[] = {
		{ { .voltage_v = 4.9, .current_a = 0.01, .temperature_c = 25 }, 0, SG_TRIP_NONE },
		{ { .voltage_v = 5.0, .current_a = 0.02, .temperature_c = 40 }, 72, SG_TRIP_NONE },
		{ { .voltage_v = -5.001, .current_a = 0.01, .temperature_c = 25 }, 0, SG_TRIP_VOLTAGE },
		{ { .voltage_v = NAN, .current_a = 0.01, .temperature_c = 25 }, 0, SG_TRIP_VOLTAGE },
		{ { .voltage_v = 1, .current_a = -0.0201, .temperature_c = 25 }, 0, SG_TRIP_CURRENT },
		{ { .voltage_v = 1, .current_a = NAN, .temperature_c = 25 }, 0, SG_TRIP_CURRENT },
		{ { .voltage_v = 1, .current_a = 0.01, .temperature_c = 40.1 }, 0, SG_TRIP_TEMPERATURE },
		{ { .voltage_v = 1, .current_a = 0.01, .temperature_c = 9.9 }, 0, SG_TRIP_TEMPERATURE },
		{ { .voltage_v = 1, .current_a = 0.01, .temperature_c = NAN }, 0, SG_TRIP_NONE },
		{ { .voltage_v = 1, .current_a = 0.01, .temperature_c = 25 }, 72.1, SG_TRIP_CHARGE },
		{ { .voltage_v = 1, .current_a = 0.01, .temperature_c = 25, .flags = SG_FLAG_UNCONTROLLED }, 0,
		  SG_TRIP_CONTROL },
		{ { .voltage_v = 1, .current_a = 0.03, .temperature_c = 25, .flags = SG_FLAG_UNCONTROLLED }, 0,
		  SG_TRIP_CURRENT },
		{ { .voltage_v = 1, .current_a = 0.01, .temperature_c = 25 }, -72.1, SG_TRIP_CHARGE },
	};
	struct sg_guard guard;
	struct sg_event event;

	(void)state;
	sg_guard_init(&guard, &limits, 1.0);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(sg_guard_sample(&guard, &table[i].sample, 1, table[i].charge_c, &event), table[i].trip);
}

static void guard_notices_silence_and_says_since_when(void **state)
{
	const struct sg_sample sample = { .voltage_v = 1, .current_a = 0.01, .temperature_c = 25 };
	struct sg_guard guard;
	struct sg_event event;

	(void)state;
	sg_guard_init(&guard, &limits, 1.0);
	sg_guard_arm(&guard, 100);
	assert_int_equal(sg_guard_silence(&guard, 110, &event), SG_TRIP_NONE);
	assert_int_equal(sg_guard_silence(&guard, 110.1, &event), SG_TRIP_SILENCE);
	sg_guard_sample(&guard, &sample, 111, 0, &event);
	assert_int_equal(sg_guard_silence(&guard, 121, &event), SG_TRIP_NONE);
	assert_int_equal(sg_guard_silence(&guard, 121.1, &event), SG_TRIP_SILENCE);
	assert_true(event.since_s == 111);
}

static void soak_needs_an_unbroken_stretch(void **state)
{
	struct sg_soak soak;

	(void)state;
	sg_soak_init(&soak, 25.0, 0.3, 60, 30);
	assert_false(sg_soak_feed(&soak, 0, 24.0));
	assert_false(sg_soak_feed(&soak, 10, 24.7)); /* exactly at the edge counts */
	assert_false(sg_soak_feed(&soak, 30, 25.3));
	assert_true(fabs(sg_soak_left_s(&soak) - 40) < 1e-9);
	assert_false(sg_soak_feed(&soak, 50, 25.4)); /* out: starts again */
	assert_false(sg_soak_feed(&soak, 60, 25.0));
	assert_false(sg_soak_feed(&soak, 80, 25.0));
	assert_false(sg_soak_feed(&soak, 100, 25.0));
	assert_true(sg_soak_feed(&soak, 120, 25.0));
}

static void soak_does_not_trust_what_it_did_not_see(void **state)
{
	struct sg_soak soak;

	(void)state;
	sg_soak_init(&soak, 25.0, 0.3, 60, 30);
	sg_soak_feed(&soak, 0, 25.0);
	assert_false(sg_soak_feed(&soak, 100, 25.0)); /* 100 s without a reading */
	assert_false(sg_soak_feed(&soak, 120, NAN));
	assert_false(sg_soak_feed(&soak, 130, 25.0));
	assert_false(sg_soak_feed(&soak, 160, 25.0));
	assert_true(sg_soak_feed(&soak, 190, 25.0));
}

static void guard_does_not_hold_on_to_a_stale_temperature(void **state)
{
	const struct sg_limits warm = {
		.voltage_v = 5.0, .current_a = 0.02, .temperature_min_c = -INFINITY, .temperature_max_c = 40.0,
		.charge_mah_cm2 = INFINITY, .silence_s = 10.0,
	};
	struct sg_limits none = warm;
	struct sg_sample sample = { .voltage_v = 1, .current_a = 0.01, .temperature_c = 25 };
	struct sg_guard guard;
	struct sg_event event;

	(void)state;
	sg_guard_init(&guard, &warm, 1.0);
	assert_int_equal(sg_guard_sample(&guard, &sample, 100, 0, &event), SG_TRIP_NONE);
	sample.flags = SG_FLAG_STALE;
	assert_int_equal(sg_guard_sample(&guard, &sample, 130, 0, &event), SG_TRIP_NONE);
	sg_guard_arm(&guard, 130); /* a new step makes nothing known */
	assert_int_equal(sg_guard_sample(&guard, &sample, 130.1, 0, &event), SG_TRIP_TEMPERATURE);
	assert_non_null(strstr(event.text, "not known"));
	sample.flags = 0;
	assert_int_equal(sg_guard_sample(&guard, &sample, 131, 0, &event), SG_TRIP_NONE);
	/* never a reading at all */
	sample.temperature_c = (double)NAN;
	sample.flags = SG_FLAG_STALE;
	sg_guard_init(&guard, &warm, 1.0);
	assert_int_equal(sg_guard_sample(&guard, &sample, 1, 0, &event), SG_TRIP_NONE);
	assert_int_equal(sg_guard_sample(&guard, &sample, 32, 0, &event), SG_TRIP_TEMPERATURE);
	none.temperature_max_c = INFINITY;
	sg_guard_init(&guard, &none, 1.0);
	assert_int_equal(sg_guard_sample(&guard, &sample, 1, 0, &event), SG_TRIP_NONE);
	assert_int_equal(sg_guard_sample(&guard, &sample, 1000, 0, &event), SG_TRIP_NONE);
}

static void an_alarm_is_verified_first_only_if_it_is_one_and_the_file_says_so(void **state)
{
	static const enum sg_event_type verified[] = { SG_EVENT_HARD_SHORT, SG_EVENT_SHORT_OR_SENSE, SG_EVENT_SOFT_SHORT };
	struct sg_engine engine;
	struct sg_event event;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	for (int type = 0; type < SG_EVENT_TYPES; type++) {
		bool wanted = false;

		for (size_t i = 0; i < 3; i++)
			wanted |= type == (int)verified[i];
		sg_event_init(&event, (enum sg_event_type)type, SG_GRADE_ALARM, 1);
		experiment.verify_pulse = false;
		assert_false(sg_engine_wants_pulse(&engine, &event));
		experiment.verify_pulse = true;
		assert_int_equal(sg_engine_wants_pulse(&engine, &event), wanted);
		event.grade = SG_GRADE_WARNING;
		assert_false(sg_engine_wants_pulse(&engine, &event));
	}
	experiment.verify_pulse = false;
}

static void what_the_pulse_showed_decides(void **state)
{
	static const struct {
		enum sg_event_type alarm;
		enum sg_verified verified;
		enum sg_policy hard, soft, contact;
		enum sg_verdict verdict;
	} rows[] = {
		{ SG_EVENT_HARD_SHORT, SG_VERIFIED_SHORT, SG_POLICY_STOP, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_VERDICT_STOP },
		{ SG_EVENT_HARD_SHORT, SG_VERIFIED_UNCLEAR, SG_POLICY_STOP, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_VERDICT_STOP },
		{ SG_EVENT_HARD_SHORT, SG_VERIFIED_SENSE, SG_POLICY_STOP, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_VERDICT_PAUSE },
		{ SG_EVENT_HARD_SHORT, SG_VERIFIED_SENSE, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_VERDICT_GO_ON },
		{ SG_EVENT_HARD_SHORT, SG_VERIFIED_SENSE, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_POLICY_PAUSE, SG_VERDICT_PAUSE },
		{ SG_EVENT_HARD_SHORT, SG_VERIFIED_SHORT, SG_POLICY_FLAG, SG_POLICY_STOP, SG_POLICY_STOP, SG_VERDICT_END_PROCEDURE },
		/* what was either is a short now; or still either, and ends the test as one */
		{ SG_EVENT_SHORT_OR_SENSE, SG_VERIFIED_SHORT, SG_POLICY_STOP, SG_POLICY_FLAG, SG_POLICY_FLAG, SG_VERDICT_STOP },
		{ SG_EVENT_SHORT_OR_SENSE, SG_VERIFIED_UNCLEAR, SG_POLICY_STOP, SG_POLICY_STOP, SG_POLICY_STOP, SG_VERDICT_STOP },
		{ SG_EVENT_SHORT_OR_SENSE, SG_VERIFIED_SENSE, SG_POLICY_STOP, SG_POLICY_FLAG, SG_POLICY_STOP, SG_VERDICT_STOP },
		{ SG_EVENT_SOFT_SHORT, SG_VERIFIED_SHORT, SG_POLICY_STOP, SG_POLICY_PAUSE, SG_POLICY_FLAG, SG_VERDICT_PAUSE },
		{ SG_EVENT_SOFT_SHORT, SG_VERIFIED_UNCLEAR, SG_POLICY_STOP, SG_POLICY_PAUSE, SG_POLICY_FLAG, SG_VERDICT_PAUSE },
		{ SG_EVENT_SOFT_SHORT, SG_VERIFIED_SENSE, SG_POLICY_STOP, SG_POLICY_STOP, SG_POLICY_FLAG, SG_VERDICT_GO_ON },
	};
	struct sg_engine engine;
	struct sg_event alarm;

	(void)state;
	sg_engine_init(&engine, &experiment, &plan);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sg_event_init(&alarm, rows[i].alarm, SG_GRADE_ALARM, 1);
		experiment.on_hard_short = rows[i].hard;
		experiment.on_soft_short = rows[i].soft;
		experiment.on_contact = rows[i].contact;
		if (sg_engine_on_verified(&engine, &alarm, rows[i].verified) != rows[i].verdict)
			fail_msg("row %zu", i);
	}
	experiment.on_soft_short = experiment.on_contact = SG_POLICY_FLAG;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_block_ends_where_the_range_changes, set_up),
		cmocka_unit_test_setup(rest_and_temperature_are_blocks_of_their_own, set_up),
		cmocka_unit_test_setup(a_broken_step_goes_on_with_what_is_left, set_up),
		cmocka_unit_test_setup(a_hard_short_stops_the_run_or_the_ramp_as_the_file_says, set_up),
		cmocka_unit_test_setup(a_finding_is_followed_as_the_file_says_for_its_class, set_up),
		cmocka_unit_test_setup(an_alarm_is_verified_first_only_if_it_is_one_and_the_file_says_so, set_up),
		cmocka_unit_test_setup(what_the_pulse_showed_decides, set_up),
		cmocka_unit_test_setup(polarization_ends_the_procedure_that_waits_for_it, set_up),
		cmocka_unit_test_setup(a_voltage_of_the_procedure_ends_it_and_a_limit_of_the_guard_ends_the_run, set_up),
		cmocka_unit_test(guard_does_not_hold_on_to_a_stale_temperature),
		cmocka_unit_test(guard_holds_every_limit_on_one_sample),
		cmocka_unit_test(guard_notices_silence_and_says_since_when),
		cmocka_unit_test(soak_needs_an_unbroken_stretch),
		cmocka_unit_test(soak_does_not_trust_what_it_did_not_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a test found: half-steps, charges, and which of them a short belongs to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/result.h"

/* A ramp 1, -1, 2, -2, ... mA cm-2 of 300 s half-steps on 0.5 cm2; half-step k (from 0) begins at 300 k. */
struct ramp {
	struct sg_result result;
	double time_s;
};

static void begin(struct ramp *r, size_t capacity)
{
	r->time_s = 0.0;
	assert_int_equal(sg_result_init(&r->result, 0.5, true, capacity), SG_OK);
}

static double density(unsigned k)
{
	return (k % 2 ? -1.0 : 1.0) * (1 + k / 2);
}

static void run_half_step(struct ramp *r, unsigned k, double duration_s, bool complete)
{
	const double current_a = density(k) * 0.5e-3;
	double passed_s = 0.0;

	sg_result_begin(&r->result, k + 1, 1 + k / 2, density(k), 300.0, r->time_s);
	while (passed_s < duration_s) {
		passed_s += 10.0;
		sg_result_sample(&r->result, r->time_s + passed_s, current_a * 50.0, current_a, 25.0 + k, passed_s > 10.0,
				 current_a * passed_s);
	}
	r->time_s += passed_s;
	sg_result_end(&r->result, r->time_s, complete ? SG_END_DURATION : SG_END_STOPPED, complete);
}

static void tell(struct ramp *r, enum sg_event_type type, double since_s)
{
	struct sg_event event;

	sg_event_init(&event, type, SG_GRADE_ALARM, r->time_s);
	event.since_s = since_s;
	sg_result_event(&r->result, &event);
}

static void a_half_step_keeps_what_was_read_in_it(void **state)
{
	struct ramp r;
	const struct sg_half_step *h;

	(void)state;
	begin(&r, 8);
	run_half_step(&r, 0, 300, true);
	run_half_step(&r, 1, 300, true);
	assert_int_equal(r.result.count, 2);
	h = &r.result.half_steps[1];
	assert_int_equal(h->step_count, 2);
	assert_int_equal(h->cycle, 1);
	assert_int_equal(h->samples, 30);
	assert_true(h->density_ma_cm2 == -1.0 && h->begin_s == 300.0 && h->end_s == 600.0 && h->planned_s == 300.0);
	assert_true(fabs(h->charge_c + 0.15) < 1e-12);
	assert_true(fabs(h->resistance_ohm - 50.0) < 1e-9 && fabs(h->temperature_c - 26.0) < 1e-9);
	assert_true(fabs(h->voltage_first_v + 0.025) < 1e-12);
	assert_true(h->complete && !h->shorted && h->end == SG_END_DURATION);
	/* 2 x 1 mA cm-2 x 300 s */
	assert_true(fabs(r.result.cumulative_mah_cm2 - 2.0 * 300.0 / 3600.0) < 1e-9);
	assert_true(fabs(r.result.net_mah_cm2) < 1e-12);
	sg_result_fini(&r.result);
}

static void without_a_valid_reading_there_is_no_voltage(void **state)
{
	struct ramp r;

	(void)state;
	begin(&r, 8);
	sg_result_begin(&r.result, 1, 1, 1.0, 300.0, 0.0);
	sg_result_sample(&r.result, 1.0, 0.1, 5e-4, NAN, false, 5e-4);
	sg_result_end(&r.result, 2.0, SG_END_STOPPED, false);
	assert_true(isnan(r.result.half_steps[0].voltage_first_v) && isnan(r.result.half_steps[0].voltage_last_v));
	assert_true(isnan(r.result.half_steps[0].resistance_ohm) && isnan(r.result.half_steps[0].temperature_c));
	assert_int_equal(r.result.half_steps[0].samples, 1);
	sg_result_fini(&r.result);
}

static void without_a_short_the_last_good_is_the_last_complete_one(void **state)
{
	struct ramp r;

	(void)state;
	begin(&r, 8);
	assert_true(isnan(r.result.ccd_last_good_ma_cm2));
	for (unsigned k = 0; k < 5; k++)
		run_half_step(&r, k, k == 4 ? 100 : 300, k != 4);
	assert_true(r.result.ccd_last_good_ma_cm2 == 2.0);
	assert_true(isnan(r.result.ccd_short_ma_cm2) && isnan(r.result.short_time_s) && !r.result.short_found);
	sg_result_fini(&r.result);
}

static void a_short_belongs_to_the_half_step_of_its_first_reading(void **state)
{
	static const struct {
		const char *legend;
		double since_s;
		size_t half_step;
		double at, last_good;
	} rows[] = {
		{ "in the one at hand", 1350.0, 4, 3.0, 2.0 },
		{ "with its first reading", 1210.0, 4, 3.0, 2.0 },
		{ "in the last reading of the one before, found in this one", 1200.0, 3, 2.0, 2.0 },
		{ "in the middle of the one before", 1000.0, 3, 2.0, 2.0 },
		{ "in the first half-step", 10.0, 0, 1.0, NAN },
	};
	struct ramp r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&r, 8);
		for (unsigned k = 0; k < 5; k++)
			run_half_step(&r, k, k == 4 ? 150 : 300, k != 4);
		tell(&r, SG_EVENT_HARD_SHORT, rows[i].since_s);
		if (r.result.ccd_short_ma_cm2 != rows[i].at)
			fail_msg("%s: shorted at %g", rows[i].legend, r.result.ccd_short_ma_cm2);
		if (isnan(rows[i].last_good) ? !isnan(r.result.ccd_last_good_ma_cm2)
					     : r.result.ccd_last_good_ma_cm2 != rows[i].last_good)
			fail_msg("%s: last good %g", rows[i].legend, r.result.ccd_last_good_ma_cm2);
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(r.result.half_steps[k].shorted, k == rows[i].half_step);
		assert_true(r.result.short_time_s == rows[i].since_s);
		sg_result_fini(&r.result);
	}
}

static void nothing_after_a_short_is_good_and_the_first_short_counts(void **state)
{
	struct ramp r;

	(void)state;
	begin(&r, 16);
	for (unsigned k = 0; k < 3; k++)
		run_half_step(&r, k, 300, true);
	tell(&r, SG_EVENT_HARD_SHORT, 700.0);
	for (unsigned k = 3; k < 6; k++)
		run_half_step(&r, k, 300, true);
	tell(&r, SG_EVENT_HARD_SHORT, 1600.0);
	assert_true(r.result.ccd_short_ma_cm2 == 2.0 && r.result.ccd_last_good_ma_cm2 == 1.0);
	assert_true(r.result.short_time_s == 700.0);
	assert_int_equal(r.result.event_counts[SG_EVENT_HARD_SHORT], 2);
	sg_result_fini(&r.result);
}

static void a_short_that_was_none_gives_back_what_it_took(void **state)
{
	struct ramp r;

	(void)state;
	begin(&r, 16);
	sg_result_no_short(&r.result); /* nothing to give back */
	for (unsigned k = 0; k < 3; k++)
		run_half_step(&r, k, 300, true);
	tell(&r, SG_EVENT_HARD_SHORT, 700.0);
	sg_result_no_short(&r.result);
	assert_false(r.result.short_found);
	assert_true(isnan(r.result.ccd_short_ma_cm2) && isnan(r.result.short_time_s));
	assert_true(r.result.ccd_last_good_ma_cm2 == 2.0);
	for (size_t i = 0; i < r.result.count; i++)
		assert_false(r.result.half_steps[i].shorted);
	tell(&r, SG_EVENT_HARD_SHORT, 500.0); /* the next one counts */
	assert_true(r.result.ccd_short_ma_cm2 == 1.0);
	sg_result_fini(&r.result);
}

/* Cycles at 1 and -1, then the ramp from half-step 2 on: a short says something of a CCD in the ramp only. */
static void a_short_beside_the_ramp_is_no_critical_current_density(void **state)
{
	static const struct {
		const char *legend;
		double since_s;
		unsigned first_of_ramp, after_ramp, half_steps;
		double at, last_good;
	} rows[] = {
		{ "in a cycle before the ramp", 350.0, 2, 8, 2, NAN, NAN },
		{ "in the first half-step of the ramp", 650.0, 2, 8, 3, 2.0, NAN },
		{ "in the ramp", 950.0, 2, 8, 4, 2.0, 2.0 },
		{ "in a cycle, found when the ramp had begun", 550.0, 2, 8, 3, NAN, NAN },
		{ "in a cycle after the ramp", 1250.0, 0, 4, 5, NAN, 2.0 },
	};
	struct ramp r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&r, 8);
		for (unsigned k = 0; k < rows[i].half_steps; k++) {
			sg_result_ramp(&r.result, k >= rows[i].first_of_ramp && k < rows[i].after_ramp);
			run_half_step(&r, k, 300, true);
		}
		tell(&r, SG_EVENT_HARD_SHORT, rows[i].since_s);
		assert_true(r.result.short_found && r.result.short_time_s == rows[i].since_s);
		if (isnan(rows[i].at) ? !isnan(r.result.ccd_short_ma_cm2) : r.result.ccd_short_ma_cm2 != rows[i].at)
			fail_msg("%s: CCD %g", rows[i].legend, r.result.ccd_short_ma_cm2);
		if (isnan(rows[i].last_good) ? !isnan(r.result.ccd_last_good_ma_cm2)
					     : r.result.ccd_last_good_ma_cm2 != rows[i].last_good)
			fail_msg("%s: last good %g", rows[i].legend, r.result.ccd_last_good_ma_cm2);
		sg_result_fini(&r.result);
	}
}

static void only_a_hard_short_is_a_short(void **state)
{
	struct ramp r;

	(void)state;
	begin(&r, 8);
	run_half_step(&r, 0, 300, true);
	for (int type = 0; type < SG_EVENT_TYPES; type++) {
		if (type != SG_EVENT_HARD_SHORT)
			tell(&r, (enum sg_event_type)type, 100.0);
	}
	assert_false(r.result.short_found);
	assert_int_equal(r.result.event_counts[SG_EVENT_SHORT_OR_SENSE], 1);
	assert_int_equal(r.result.event_counts[SG_EVENT_DATA_FAULT], 1);
	sg_result_fini(&r.result);
}

static void beyond_its_capacity_half_steps_are_summed_only(void **state)
{
	struct ramp r;

	(void)state;
	begin(&r, 2);
	for (unsigned k = 0; k < 6; k++)
		run_half_step(&r, k, 300, true);
	assert_int_equal(r.result.count, 2);
	assert_true(fabs(r.result.cumulative_mah_cm2 - 12.0 * 300.0 / 3600.0) < 1e-9);
	assert_true(r.result.ccd_last_good_ma_cm2 == 3.0);
	sg_result_fini(&r.result);
}

/* What the cell had before its short says what the short is worth. */
static void the_first_finding_of_a_kind_stands_with_its_half_step(void **state)
{
	struct sg_event noted;
	struct ramp r;

	(void)state;
	begin(&r, 8);
	assert_false(sg_result_came_first(&r.result, SG_FOUND_SOFT_SHORT));
	tell(&r, SG_EVENT_SOFT_SHORT, 0.0); /* in no half-step */
	for (unsigned k = 0; k < 6; k++) {
		run_half_step(&r, k, 300.0, true);
		sg_event_init(&noted, SG_EVENT_SHORT_FROM_START, SG_GRADE_INFO, r.time_s);
		sg_result_event(&r.result, &noted);
		if (k >= 3)
			tell(&r, SG_EVENT_SOFT_SHORT, r.time_s - 310.0); /* it began in the half-step before */
	}
	tell(&r, SG_EVENT_HARD_SHORT, 1700.0);
	tell(&r, SG_EVENT_POLARIZATION, 1710.0);
	assert_int_equal(r.result.first[SG_FOUND_SOFT_SHORT].half_step, 3);
	assert_true(r.result.first[SG_FOUND_SOFT_SHORT].density_ma_cm2 == 2.0);
	assert_true(sg_result_came_first(&r.result, SG_FOUND_SOFT_SHORT));
	assert_int_equal(r.result.first[SG_FOUND_POLARIZATION].half_step, 6);
	assert_false(sg_result_came_first(&r.result, SG_FOUND_POLARIZATION));
	assert_int_equal(r.result.first[SG_FOUND_FROM_START].half_step, 0);
	assert_true(isnan(r.result.first[SG_FOUND_SHORT_OR_SENSE].density_ma_cm2));
	sg_result_fini(&r.result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_finding_of_a_kind_stands_with_its_half_step),
		cmocka_unit_test(a_half_step_keeps_what_was_read_in_it),
		cmocka_unit_test(without_a_valid_reading_there_is_no_voltage),
		cmocka_unit_test(without_a_short_the_last_good_is_the_last_complete_one),
		cmocka_unit_test(a_short_belongs_to_the_half_step_of_its_first_reading),
		cmocka_unit_test(nothing_after_a_short_is_good_and_the_first_short_counts),
		cmocka_unit_test(a_short_that_was_none_gives_back_what_it_took),
		cmocka_unit_test(a_short_beside_the_ramp_is_no_critical_current_density),
		cmocka_unit_test(only_a_hard_short_is_a_short),
		cmocka_unit_test(beyond_its_capacity_half_steps_are_summed_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

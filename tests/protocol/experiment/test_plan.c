/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "experiment/plan.h"

#define HEAD "sandglass: 1\nname: x\ncell: {name: c, metal: Na, area_cm2: 0.5}\nrig: r.yaml\nlimits: {voltage: 5 V}\n"

/* Two ranges: 1 mA, used up to its end, and 10 mA. */
static const struct sg_potentiostat_caps caps = {
	.model = "test", .current_max_a = 10e-3, .compliance_v = 5, .interval_min_s = 0.1, .duration_max_s = 1e6,
	.range_count = 2, .range_a = { 1e-3, 10e-3 }, .range_use = 1.0,
};

static void near(double got, double expected)
{
	if (!(fabs(got - expected) <= 1e-12 * fabs(expected)))
		fail_msg("%.17g is not %.17g", got, expected);
}

static void expand(const char *steps, struct sg_experiment *e, struct sg_plan *plan)
{
	char text[1024], storage[256];
	struct sg_text why;

	snprintf(text, sizeof(text), HEAD "steps: [%s]\n", steps);
	base_read(text, e);
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_plan_init(plan, e, &caps, &why))
		fail_msg("refused: %s", storage);
}

/* The classic: 1 to 9 mA/cm2 in steps of 1, five minutes each way. */
static void expands_the_ramp_from_one_to_nine(void **state)
{
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	expand("{ccd: {from: 1.0 mA/cm2, to: 9.0 mA/cm2, increment: 1.0 mA/cm2, half_step: 5 min, "
	       "ends_on: {voltage: 4 V}}}", &e, &plan);
	assert_int_equal(plan.step_count, 18);
	near(plan.duration_s, 5400);
	near(plan.current_max_a, 4.5e-3);
	near(plan.charge_c, 2 * 45 * 0.5e-3 * 300);
	for (size_t i = 0; i < 18; i++) {
		const struct sg_step *step = &plan.steps[i];
		const unsigned level = (unsigned)i / 2 + 1;
		const double sign = i % 2 ? -1 : 1;
		char id[SG_STEP_ID_SIZE];

		snprintf(id, sizeof(id), "1.%u%c", level, i % 2 ? '-' : '+');
		assert_string_equal(step->id, id);
		assert_int_equal(step->kind, SG_STEP_CURRENT);
		assert_int_equal(step->procedure, 0);
		assert_int_equal(step->half_step, i + 1);
		assert_int_equal(step->cycle, level);
		assert_true(step->density_ma_cm2 == sign * level);
		near(step->current_a, sign * level * 0.5e-3);
		near(step->duration_s, 300);
		near(step->interval_s, 1);
		near(step->range_a, level <= 2 ? 1e-3 : 10e-3);
		near(step->until_v, 4);
	}
	sg_plan_fini(&plan);
	assert_null(plan.steps);
	sg_experiment_fini(&e);
}

static void levels_do_not_gather_rounding(void **state)
{
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	expand("{ccd: {from: 0.1 mA/cm2, to: 10 mA/cm2, increment: 0.1 mA/cm2, half_step: 5 min}}", &e, &plan);
	assert_int_equal(plan.step_count, 200);
	for (int k = 0; k < 100; k++)
		assert_true(fabs(plan.steps[2 * k].density_ma_cm2 - (k + 1) / 10.0) < 1e-14 * (k + 1));
	assert_true(plan.steps[198].density_ma_cm2 == 10.0);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
	expand("{ccd: {from: 0.1 mA/cm2, to: 0.3 mA/cm2, increment: 0.1 mA/cm2, half_step: 5 min}}", &e, &plan);
	assert_int_equal(plan.step_count, 6);
	assert_true(plan.steps[4].density_ma_cm2 == 0.3);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
}

static void a_charge_is_divided_by_the_density(void **state)
{
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	expand("{cycle: {current: 2 mA/cm2, half_cycle: 5 mAh/cm2, count: 3, first: negative}}", &e, &plan);
	assert_int_equal(plan.step_count, 6);
	for (size_t i = 0; i < 6; i++) {
		near(plan.steps[i].duration_s, 9000);
		near(plan.steps[i].density_ma_cm2, i % 2 ? 2 : -2);
	}
	assert_string_equal(plan.steps[0].id, "1.1-");
	assert_string_equal(plan.steps[5].id, "1.3+");
	near(plan.charge_c, 6 * 5 * 3.6 * 0.5);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
	/* in a ramp every level takes its own time */
	expand("{ccd: {from: 1 mA/cm2, to: 2 mA/cm2, increment: 1 mA/cm2, half_step: 0.5 mAh/cm2}}", &e, &plan);
	near(plan.steps[0].duration_s, 1800);
	near(plan.steps[2].duration_s, 900);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
}

static void a_rest_follows_every_half_step(void **state)
{
	static const char *const ids[] = { "1.1+", "1.1r", "1.1-", "1.1r", "1.2+", "1.2r", "1.2-", "1.2r" };
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	expand("{ccd: {from: 1 mA/cm2, to: 2 mA/cm2, increment: 1 mA/cm2, half_step: 5 min, rest: 20 s}}", &e, &plan);
	assert_int_equal(plan.step_count, 8);
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(plan.steps[i].id, ids[i]);
		assert_int_equal(plan.steps[i].kind, i % 2 ? SG_STEP_REST : SG_STEP_CURRENT);
		assert_int_equal(plan.steps[i].cycle, i / 4 + 1);
		assert_int_equal(plan.steps[i].half_step, i % 2 ? 0 : i / 2 + 1);
		if (i % 2) {
			near(plan.steps[i].duration_s, 20);
			assert_true(plan.steps[i].current_a == 0 && plan.steps[i].density_ma_cm2 == 0);
			assert_true(plan.steps[i].range_a == 0);
		}
	}
	near(plan.duration_s, 4 * 320);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
}

static void procedures_follow_each_other_and_count_anew(void **state)
{
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	expand("{rest: 5 min}, {polarize: {current: 1 mA/cm2, direction: negative, charge: 21 mAh/cm2}}, "
	       "{temperature: {set: 50 degC, soak: 30 min}}, {polarize: {current: 4 mA/cm2, duration: 30 h}}",
	       &e, &plan);
	assert_int_equal(plan.step_count, 4);
	assert_string_equal(plan.steps[0].id, "1.r");
	assert_int_equal(plan.steps[0].cycle, 0);
	assert_string_equal(plan.steps[1].id, "2.1-");
	near(plan.steps[1].duration_s, 21 * 3600);
	near(plan.steps[1].current_a, -0.5e-3);
	near(plan.steps[1].until_v, 5); /* none given: the guard's */
	assert_string_equal(plan.steps[2].id, "3.t");
	assert_int_equal(plan.steps[2].kind, SG_STEP_TEMPERATURE);
	near(plan.steps[2].temperature_c, 50);
	near(plan.steps[2].duration_s, 1800);
	assert_string_equal(plan.steps[3].id, "4.1+");
	assert_int_equal(plan.steps[3].half_step, 1);
	near(plan.steps[3].range_a, 10e-3);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
}

static void without_capabilities_no_range_is_chosen(void **state)
{
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	base_read(base_text, &e);
	assert_int_equal(sg_plan_init(&plan, &e, NULL, NULL), SG_OK);
	assert_int_equal(plan.step_count, 1 + 9 * 4 + 58 * 2 + 1 + 1 + 1);
	for (size_t i = 0; i < plan.step_count; i++)
		assert_true(plan.steps[i].range_a == 0);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
}

/* Experiments need not come from the reader. */
static void refuses_a_procedure_that_makes_no_sense(void **state)
{
	static const struct {
		const char *legend;
		double from, to, increment, half_s, half_mah, rest_s, interval_s, area;
		const char *words;
	} rows[] = {
		{ "down", 2, 1, 1, 300, NAN, 0, 1, 1, "line 7, column 3: there is no level" },
		{ "no increment", 1, 2, 0, 300, NAN, 0, 1, 1, "line 7, column 3: there is no level" },
		{ "no density", 0, 2, 1, 300, NAN, 0, 1, 1, "line 7, column 3: the current density must be more than 0" },
		{ "no time", 1, 2, 1, 0, NAN, 0, 1, 1, "line 7, column 3: the duration or charge" },
		{ "endless", 1, 2, 1, INFINITY, NAN, 0, 1, 1, "line 7, column 3: the duration or charge" },
		{ "time and charge", 1, 2, 1, 300, 1, 0, 1, 1, "exactly one" },
		{ "neither", 1, 2, 1, NAN, NAN, 0, 1, 1, "exactly one" },
		{ "rest backwards", 1, 2, 1, 300, NAN, -1, 1, 1, "must not be negative" },
		{ "no interval", 1, 2, 1, 300, NAN, 0, 0, 1, "sample interval" },
		{ "no area", 1, 2, 1, 300, NAN, 0, 1, 0, "the area of the cell" },
		{ "too many", 1, 3000001, 1, 300, NAN, 0, 1, 1, "line 7, column 3: with this procedure the plan has 6000002 steps; "
		  "at most 1000000 are allowed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_procedure procedure = {
			.kind = SG_PROC_CCD, .line = 7, .column = 3, .from_ma_cm2 = rows[i].from, .to_ma_cm2 = rows[i].to,
			.increment_ma_cm2 = rows[i].increment, .half_step_s = rows[i].half_s,
			.half_step_mah_cm2 = rows[i].half_mah, .rest_s = rows[i].rest_s, .until_v = NAN,
			.interval_s = rows[i].interval_s,
		};
		const struct sg_experiment e = { .cell.area_cm2 = rows[i].area, .limits.voltage_v = 5,
						 .procedures = &procedure, .procedure_count = 1 };
		char storage[256];
		struct sg_text why;
		struct sg_plan plan;

		sg_text_init(&why, storage, sizeof(storage));
		if (sg_plan_init(&plan, &e, NULL, &why) != SG_ERR_FORMAT || !strstr(storage, rows[i].words))
			fail_msg("%s: '%s'", rows[i].legend, storage);
		assert_null(plan.steps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands_the_ramp_from_one_to_nine),
		cmocka_unit_test(levels_do_not_gather_rounding),
		cmocka_unit_test(a_charge_is_divided_by_the_density),
		cmocka_unit_test(a_rest_follows_every_half_step),
		cmocka_unit_test(procedures_follow_each_other_and_count_anew),
		cmocka_unit_test(without_capabilities_no_range_is_chosen),
		cmocka_unit_test(refuses_a_procedure_that_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

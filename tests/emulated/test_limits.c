/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges, limits, and cells that do not carry what they are asked to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

static double range_seen_a;
static double worst_rel;

static void note_range(struct scene *scene, const struct sg_run_view *view)
{
	(void)scene;
	if (!view->row || view->row->set_a == 0.0)
		return;
	range_seen_a = view->row->range_a;
	worst_rel = fmax(worst_rel, fabs(view->row->current_a / view->row->set_a - 1.0));
}

/* The smallest range that carries the current; the lower it is, the finer its converter. */
static void small_currents_on_the_lr_use_the_smallest_range_that_carries_them(void **state)
{
	static const struct {
		double density_ma_cm2, range_a;
	} rows[] = {
		{ 1e-5, 10e-9 }, { 1e-4, 100e-9 }, { 1e-3, 1e-6 }, { 1e-2, 10e-6 }, { 0.1, 100e-6 }, { 1.0, 1e-3 }, { 10.0, 10e-3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const double planned_c = rows[i].density_ma_cm2 * 1e-3 * SCENE_AREA_CM2 * 60.0;
		struct scene scene;
		char steps[128];

		snprintf(steps, sizeof(steps), "  - polarize: {current: %g mA/cm2, duration: 60 s}\n", rows[i].density_ma_cm2);
		scene_init(&scene, &(struct scene_words){
			.model = "lr", .chamber = "", .limits = "voltage: 2.5 V", .steps = steps });
		scene.emu.sim_arguments = "--cell short=never";
		scene.look = note_range;
		range_seen_a = worst_rel = 0.0;
		scene_run(&scene);
		assert_stopped_by(&scene, "end_of_plan");
		assert_int_equal(scene.table.rows, 60);
		print_message("  %g mA cm-2: range %g A, worst reading %.3f %% off\n", rows[i].density_ma_cm2,
			      range_seen_a, worst_rel * 100.0);
		assert_true(fabs(range_seen_a - rows[i].range_a) < 1e-6 * rows[i].range_a);
		assert_true(worst_rel < 0.005);
		assert_charge_true(&scene, 5e-3);
		assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - planned_c) < 5e-3 * planned_c);
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

/* 48 mA cm-2 are 40 mA; the LR delivers 30. */
static void a_current_beyond_the_instrument_is_refused_before_any_current(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.model = "lr", .chamber = "", .limits = "voltage: 2.5 V, current: 60 mA",
		.steps = "  - polarize: {current: 48 mA/cm2, duration: 60 s}\n" });
	scene_run(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_UNSUPPORTED);
	assert_non_null(strstr(scene.emu.why, "0.03"));
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_false(emu_truth_flag(&scene.emu, "cell_on"));
	scene_free(&scene);
}

/* The first step would run; the third cannot. Nobody wants to find that out after the second. */
static void a_plan_with_one_impossible_step_is_refused_as_a_whole(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.model = "lr", .chamber = "", .limits = "voltage: 2.5 V, current: 60 mA",
		.steps = "  - polarize: {current: 1 mA/cm2, duration: 60 s}\n"
			 "  - rest: 60 s\n"
			 "  - polarize: {current: 48 mA/cm2, duration: 60 s}\n" });
	scene_run(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_UNSUPPORTED);
	assert_non_null(strstr(scene.emu.why, "step 3.1+"));
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_string_equal(scene.emu.outcome.folder, "");
	scene_free(&scene);
}

static void check_limit(const char *limits, const char *cell, const char *reason)
{
	struct scene scene;

	scene_init(&scene, &(struct scene_words){
		.chamber = "", .limits = limits,
		.steps = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n" });
	scene.emu.sim_arguments = cell;
	scene_run(&scene);
	print_message("  {%s} %s: %s after %.1f s, %zu rows, charge %.5f C\n", limits, cell,
		      scene.emu.outcome.summary.stopped_by, scene.table.last_time_s, scene.table.rows,
		      emu_truth_number(&scene.emu, "charge_passed_c"));
	assert_stopped_by(&scene, reason);
	assert_int_equal(scene.emu.err, SG_ERR_LIMIT);
	assert_true(emu_count(&scene.emu, SG_EVENT_LIMIT) >= 1);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_HARD_SHORT), 0);
	scene_free(&scene);
}

static void a_cell_of_high_resistance_ends_by_the_voltage_limit_at_its_first_reading(void **state)
{
	(void)state;
	check_limit("voltage: 5 V", "--cell short=never,bulk_ohm=5000", "limit_voltage");
	check_limit("voltage: 5 V", "--cell short=never,bulk_ohm=1e6", "limit_voltage");
	check_limit("voltage: 0.05 V", "--cell short=never", "limit_voltage");
}

/*
 * The limit is at the end of the source's reach, where a reading may fall on either side of it. Whatever the
 * instrument then says of its readings, the run does not go on with a current that is not the set one.
 */
static void a_source_at_the_end_of_its_reach_does_not_go_on(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 6; seed++) {
		struct scene scene;

		scene_init(&scene, &(struct scene_words){
			.chamber = "", .limits = "voltage: 6 V",
			.steps = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n" });
		scene.emu.sim_arguments = "--cell short=never,bulk_ohm=1e6";
		scene.emu.seed = seed;
		scene_run(&scene);
		print_message("  seed %u: %s, %s after %.1f s: %.100s\n", seed, scene.emu.outcome.summary.stopped_by,
			      sg_err_name(scene.emu.err), scene.emu.outcome.summary.test_time_s,
			      scene.emu.outcome.summary.detail);
		assert_int_not_equal(scene.emu.err, SG_OK);
		assert_true(scene.emu.outcome.summary.test_time_s < 15.0);
		assert_named_end(&scene);
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

static void net_charge_beyond_its_limit_ends_the_run(void **state)
{
	(void)state;
	check_limit("voltage: 5 V, charge: 0.1 mAh/cm2", "--cell short=never", "limit_charge");
}

/* Contact is lost with age: the resistance grows until the voltage limit. Not a short, and not called one. */
static void loss_of_contact_ends_by_the_voltage_limit_and_is_no_short(void **state)
{
	(void)state;
	check_limit("voltage: 5 V", "--cell short=never,ageing_onset_h=0.03,ageing_tau_h=0.01", "limit_voltage");
}

static void the_voltage_of_a_procedure_ends_that_procedure_only(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.chamber = "",
		.steps = "  - ccd: {from: 1 mA/cm2, to: 5 mA/cm2, increment: 1 mA/cm2, half_step: 60 s, ends_on: {voltage: 0.15 V}}\n"
			 "  - rest: 60 s\n"
			 "  - polarize: {current: 1 mA/cm2, duration: 60 s}\n" });
	scene.emu.sim_arguments = "--cell short=never";
	scene_run(&scene);
	assert_int_equal(scene.emu.err, SG_OK);
	assert_stopped_by(&scene, "voltage");
	assert_string_equal(scene.emu.outcome.summary.state, "completed");
	/* 50 ohm and 0.83 cm2: four levels would need 0.167 V. The rest and the polarization came after it. */
	assert_int_equal(scene.emu.outcome.result.half_steps[scene.emu.outcome.result.count - 1].complete, true);
	assert_true(fabs(scene.emu.outcome.result.half_steps[scene.emu.outcome.result.count - 1].density_ma_cm2 - 1.0) <
		    1e-9);
	assert_true(scene_told(&scene, SG_EVENT_STEP_STARTED, "rest for 60 s"));
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_charge_true(&scene, 0.01);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_currents_on_the_lr_use_the_smallest_range_that_carries_them),
		cmocka_unit_test(a_current_beyond_the_instrument_is_refused_before_any_current),
		cmocka_unit_test(a_plan_with_one_impossible_step_is_refused_as_a_whole),
		cmocka_unit_test(a_cell_of_high_resistance_ends_by_the_voltage_limit_at_its_first_reading),
		cmocka_unit_test(a_source_at_the_end_of_its_reach_does_not_go_on),
		cmocka_unit_test(net_charge_beyond_its_limit_ends_the_run),
		cmocka_unit_test(loss_of_contact_ends_by_the_voltage_limit_and_is_no_short),
		cmocka_unit_test(the_voltage_of_a_procedure_ends_that_procedure_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

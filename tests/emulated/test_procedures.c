/* SPDX-License-Identifier: Apache-2.0 */
/* Every procedure once, in a small experiment, against the simulator's truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define AMPERE(density_ma_cm2) ((density_ma_cm2) * 1e-3 * SCENE_AREA_CM2)

static void run_steps(struct scene *scene, const char *chamber, const char *temperature, const char *steps)
{
	scene_init(scene, &(struct scene_words){ .chamber = chamber, .temperature = temperature, .steps = steps });
	scene->emu.potentiostat_arguments = "--options ideal=yes";
	scene->emu.sim_arguments = "--cell short=never";
	scene_run(scene);
	assert_int_equal(scene->emu.err, SG_OK);
	assert_stopped_by(scene, "end_of_plan");
	assert_named_end(scene);
	assert_cell_off(scene);
	assert_record_whole(scene);
}

static void assert_truth(const struct scene *scene, const char *key, double value, double tolerance)
{
	const double truth = emu_truth_number(&scene->emu, key);

	if (!(fabs(truth - value) <= tolerance))
		fail_msg("%s is %.6g, expected %.6g +- %.2g", key, truth, value, tolerance);
}

static void rest_measures_and_moves_no_charge(void **state)
{
	struct scene scene;

	(void)state;
	run_steps(&scene, "", "", "  - rest: {duration: 5 min, interval: 10 s}\n  - rest: 30 s\n");
	assert_int_equal(scene.table.rows, 60);
	assert_truth(&scene, "charge_passed_c", 0.0, 0.0);
	assert_false(emu_truth_flag(&scene.emu, "terminals_used"));
	assert_int_equal(scene.emu.outcome.result.count, 0);
	assert_true(scene.table.last_cumulative_ah == 0.0);
	scene_free(&scene);
}

static void polarize_moves_its_charge_one_way(void **state)
{
	struct scene scene;

	(void)state;
	run_steps(&scene, "", "", "  - polarize: {current: 1 mA/cm2, duration: 10 min}\n");
	assert_int_equal(scene.table.rows, 600);
	assert_truth(&scene, "charge_passed_c", AMPERE(1) * 600, 1e-3);
	assert_truth(&scene, "net_charge_c", AMPERE(1) * 600, 1e-3);
	assert_charge_true(&scene, 2e-3);
	scene_free(&scene);

	run_steps(&scene, "", "", "  - polarize: {current: 1 mA/cm2, direction: negative, charge: 0.1 mAh/cm2}\n");
	assert_int_equal(scene.table.rows, 360);
	assert_truth(&scene, "net_charge_c", -0.36 * SCENE_AREA_CM2, 1e-3);
	assert_true(fabs(scene.emu.outcome.result.net_mah_cm2 + 0.1) < 1e-3);
	scene_free(&scene);
}

static void cycle_comes_back_to_where_it_began(void **state)
{
	struct scene scene;

	(void)state;
	run_steps(&scene, "", "",
		  "  - cycle: {current: 2 mA/cm2, half_cycle: 0.05 mAh/cm2, count: 5, rest: 20 s, first: negative}\n");
	assert_int_equal(scene.emu.outcome.result.count, 10);
	assert_int_equal(scene.table.rows, 10 * 90 + 10 * 20);
	assert_true(scene.emu.outcome.result.half_steps[0].density_ma_cm2 == -2.0);
	assert_truth(&scene, "charge_passed_c", AMPERE(2) * 900, 2e-3);
	assert_truth(&scene, "net_charge_c", 0.0, 2e-3);
	assert_charge_true(&scene, 2e-3);
	scene_free(&scene);
}

/* Twenty cycles are more half-steps than one start takes: the current stands still between two scripts, and is told. */
static void a_plan_longer_than_a_script_tells_the_gap_between_two(void **state)
{
	struct scene scene;
	const struct sg_event *gap;

	(void)state;
	run_steps(&scene, "", "", "  - cycle: {current: 2 mA/cm2, half_cycle: 30 s, count: 20}\n");
	assert_int_equal(scene.emu.outcome.result.count, 40);
	assert_int_equal(scene.table.rows, 40 * 30);
	gap = scene_event(&scene, SG_EVENT_GAP);
	assert_non_null(gap);
	assert_true(gap->value > 0.0 && gap->value < 1.0);
	print_message("  %zu gaps between scripts, the first of %.3f s\n", emu_count(&scene.emu, SG_EVENT_GAP), gap->value);
	assert_truth(&scene, "charge_passed_c", AMPERE(2) * 1200, 4e-3);
	assert_charge_true(&scene, 2e-3);
	scene_free(&scene);
}

/* Half-cycles of hours: fewer of them fit one script than there is room for by their number. */
static void half_cycles_of_hours_are_cut_into_scripts_the_instrument_can_time(void **state)
{
	struct scene scene;

	(void)state;
	run_steps(&scene, "", "",
		  "  - cycle: {current: 1 mA/cm2, half_cycle: 5 mAh/cm2, count: 8, interval: 60 s}\n");
	assert_int_equal(scene.emu.outcome.result.count, 16);
	assert_int_equal(scene.table.rows, 16 * 300);
	assert_truth(&scene, "charge_passed_c", AMPERE(1) * 16 * 18000, 0.1);
	assert_charge_true(&scene, 1e-3);
	scene_free(&scene);
}

static void temperature_soaks_with_the_cell_off_and_the_next_step_runs_there(void **state)
{
	struct scene scene;

	(void)state;
	run_steps(&scene, NULL, NULL,
		  "  - polarize: {current: 1 mA/cm2, duration: 60 s}\n"
		  "  - temperature: {set: 40 degC, soak: 5 min}\n"
		  "  - polarize: {current: 1 mA/cm2, direction: negative, duration: 60 s}\n");
	assert_int_equal(scene.emu.outcome.result.count, 2);
	assert_true(fabs(scene.emu.outcome.result.half_steps[0].temperature_c - 25.0) < 0.4);
	assert_true(fabs(scene.emu.outcome.result.half_steps[1].temperature_c - 40.0) < 0.4);
	/* It conducts better when warm. */
	assert_true(scene.emu.outcome.result.half_steps[1].resistance_ohm <
		    0.8 * scene.emu.outcome.result.half_steps[0].resistance_ohm);
	assert_truth(&scene, "charge_passed_c", AMPERE(1) * 120, 1e-3);
	assert_truth(&scene, "nominal_k", 313.15, 1e-6);
	assert_true(scene.emu.outcome.result.half_steps[1].begin_s - scene.emu.outcome.result.half_steps[0].end_s > 300.0);
	scene_free(&scene);
}

static void all_of_them_one_after_another(void **state)
{
	struct scene scene;

	(void)state;
	run_steps(&scene, NULL, NULL,
		  "  - rest: 30 s\n"
		  "  - ccd: {from: 2 mA/cm2, to: 4 mA/cm2, increment: 1 mA/cm2, half_step: 30 s, rest: 10 s}\n"
		  "  - temperature: {set: 30 degC, soak: 1 min}\n"
		  "  - cycle: {current: 1 mA/cm2, half_cycle: 30 s, count: 2}\n"
		  "  - polarize: {current: 0.01 mA/cm2, duration: 100 s, interval: 0.5 s}\n"
		  "  - rest: {duration: 60 s, interval: 5 s}\n");
	assert_int_equal(scene.table.rows, 30 + 6 * 40 + 4 * 30 + 200 + 12);
	assert_int_equal(scene.emu.outcome.result.count, 6 + 4 + 1);
	assert_charge_true(&scene, 2e-3);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rest_measures_and_moves_no_charge),
		cmocka_unit_test(polarize_moves_its_charge_one_way),
		cmocka_unit_test(cycle_comes_back_to_where_it_began),
		cmocka_unit_test(a_plan_longer_than_a_script_tells_the_gap_between_two),
		cmocka_unit_test(half_cycles_of_hours_are_cut_into_scripts_the_instrument_can_time),
		cmocka_unit_test(temperature_soaks_with_the_cell_off_and_the_next_step_runs_there),
		cmocka_unit_test(all_of_them_one_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chamber: its cable, its door, its errors. It moves no amperes, so nothing that happens to it may cost the
 * record; what it means for the test is the policy's to say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* 400 s at a current, from the end of the soak, about 60 s after the start. */
static const char cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 100 s, count: 2}\n";
#define PLANNED_C (400.0 * 2e-3 * SCENE_AREA_CM2)

static void run_scene(struct scene *scene, const char *temperature, const char *sim, const char *chamber, unsigned seed)
{
	scene_init(scene, &(struct scene_words){ .steps = cycles, .temperature = temperature });
	scene->emu.sim_arguments = sim;
	scene->emu.potentiostat_arguments = "--options ideal=yes";
	scene->emu.chamber_arguments = chamber;
	scene->emu.seed = seed;
	scene_run(scene);
}

static void assert_all_charge_passed(const struct scene *scene, double tolerance)
{
	const double truth_c = emu_truth_number(&scene->emu, "charge_passed_c");

	if (!(fabs(truth_c - PLANNED_C) <= tolerance * PLANNED_C))
		fail_msg("charge passed %.5f C of %.5f C", truth_c, PLANNED_C);
	assert_charge_true(scene, 5e-3);
}

struct fault_row {
	const char *legend;
	const char *faults;
	const char *told; /* in a communication event, or NULL: it may pass unnoticed */
};

static const struct fault_row faults[] = {
	{ "one answer in ten lost", "--faults direction=out,drop=0.1", NULL },
	{ "one answer in two lost", "--faults direction=out,drop=0.5", "chamber" },
	{ "one request in ten lost", "--faults direction=in,drop=0.1", NULL },
	{ "bits flipped in one of five", "--faults corrupt=0.2", NULL },
	{ "one in five cut", "--faults truncate=0.2", "chamber" },
	{ "one in twenty late by 3 s", "--faults delay=0.05,delay_s=3", NULL },
	{ "stands still for 30 s", "--faults stall_at_s=150,stall_s=30", "chamber" },
	{ "pulled, back after 20 s", "--faults hangup_at_s=150,return_s=20", "chamber" },
	{ "pulled for good", "--faults hangup_at_s=150", "chamber" },
	{ "stands still for good", "--faults stall_at_s=150,stall_s=1e6", "chamber" },
};

/* Or it was not found at the start, which is told before anything moves. */
static bool came_to_a_run(const struct scene *scene)
{
	if (!scene->emu.opened)
		return true;
	assert_true(scene->emu.why[0] != '\0');
	assert_true(emu_truth_number(&scene->emu, "charge_passed_c") == 0.0);
	return false;
}

static void with_policy_flag_no_fault_of_the_chamber_costs_a_sample(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		unsigned ran = 0;

		/* Some meet the fault before there is a run; that must not be all. */
		for (unsigned seed = 1; ran < 3 && seed <= 12; seed++) {
			struct scene scene;

			run_scene(&scene, "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: flag",
				  "--cell short=never", faults[i].faults, seed);
			print_message("  %-28s seed %u: %s %s, %zu rows, %zu communication events\n", faults[i].legend,
				      seed, scene.emu.opened ? "not opened" : scene.emu.outcome.summary.stopped_by,
				      sg_err_name(scene.emu.err), scene.table.rows,
				      emu_count(&scene.emu, SG_EVENT_COMMUNICATION));
			if (came_to_a_run(&scene) && strcmp(scene.emu.outcome.summary.stopped_by, "chamber") != 0) {
				assert_stopped_by(&scene, "end_of_plan");
				assert_int_equal(scene.table.rows, 400);
				assert_all_charge_passed(&scene, 5e-3);
				assert_cell_off(&scene);
				assert_record_whole(&scene);
				if (faults[i].told)
					assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, faults[i].told));
				ran++;
			}
			scene_free(&scene);
		}
		assert_int_equal(ran, 3);
	}
}

static void with_policy_hold_a_chamber_that_comes_back_lets_the_test_go_on(void **state)
{
	static const char *const away[] = {
		"--faults stall_at_s=150,stall_s=200",
		"--faults hangup_at_s=150,return_s=200",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(away) / sizeof(away[0]); i++) {
		struct scene scene;

		run_scene(&scene, NULL, "--cell short=never", away[i], 1);
		assert_stopped_by(&scene, "end_of_plan");
		assert_int_equal(scene.emu.err, SG_OK);
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "unknown"));
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold: cell off"));
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold over"));
		assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, "answers again"));
		assert_all_charge_passed(&scene, 0.02);
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

/* The half-steps in result.json when the hold began, by a member that each of them has. */
static void look_at_result(struct scene *scene, const struct sg_run_view *view)
{
	char *result;

	if (view->phase != SG_PHASE_HOLD || scene->mark > 0.0)
		return;
	result = scene_file(scene, "result.json");
	for (const char *at = result; (at = strstr(at, "\"density_mA_cm2\"")); at++)
		scene->mark += 1.0;
	assert_non_null(strstr(result, "\"state\": \"running\""));
	free(result);
	assert_true(scene->mark == 2.0);
}

static void what_was_found_before_a_hold_is_on_disk_while_it_lasts(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = cycles });
	scene.emu.sim_arguments = "--cell short=never";
	scene.emu.chamber_arguments = "--faults stall_at_s=150,stall_s=200";
	scene.look = look_at_result;
	scene_run(&scene);
	assert_true(scene.mark == 2.0);
	assert_stopped_by(&scene, "end_of_plan");
	scene_free(&scene);
}

static void with_policy_hold_a_chamber_gone_for_good_ends_the_test_by_its_timeout_with_the_cell_off(void **state)
{
	static const char *const away[] = { "--faults stall_at_s=150,stall_s=1e6", "--faults hangup_at_s=150" };

	(void)state;
	for (size_t i = 0; i < sizeof(away) / sizeof(away[0]); i++) {
		struct scene scene;

		run_scene(&scene, "set: 25 degC, tolerance: 0.3 K, soak: 1 min, timeout: 20 min", "--cell short=never",
			  away[i], 1);
		assert_stopped_by(&scene, "temperature_timeout");
		assert_int_equal(scene.emu.err, SG_ERR_TIMEOUT);
		assert_named_end(&scene);
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		/* It went on for a minute without a temperature, and then held. */
		assert_true(scene.table.rows > 100 && scene.table.rows < 300);
		/* The hold came up to an interval behind the last row: of the 150 s of current that is 0.7 %. */
	assert_charge_true(&scene, 7e-3);
		scene_free(&scene);
	}
}

/* A cold room, so that an open door is felt; by then the soak is over. */
#define DOOR "--cell short=never --chamber ambient_k=290,door_at_s=1200,door_open_s=120"
static const char long_cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n";

static void an_open_door_holds_the_test_and_the_planned_time_at_current_is_kept(void **state)
{
	struct scene scene;

	(void)state;
	for (unsigned seed = 1; seed <= 3; seed++) {
		scene_init(&scene, &(struct scene_words){
			.steps = long_cycles,
		});
		scene.emu.sim_arguments = DOOR;
		scene.emu.potentiostat_arguments = "--options ideal=yes";
		scene.emu.seed = seed;
		scene_run(&scene);
		assert_stopped_by(&scene, "end_of_plan");
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "excursion:"));
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold over"));
		print_message("  charge passed %.5f C of %.5f C over a hold\n",
			      emu_truth_number(&scene.emu, "charge_passed_c"), 3 * PLANNED_C);
		/* Two seconds of 1200: the current flows on until the instrument has obeyed. */
		assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - 3 * PLANNED_C) <
			    2.0 / 1200.0 * 3 * PLANNED_C);
		assert_charge_true(&scene, 2e-3);
		/* Broken in two: five stretches of current out of four, their times add up. */
		assert_int_equal(scene.emu.outcome.result.count, 5);
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

static void with_policy_flag_the_door_is_told_and_the_test_goes_on(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.temperature = "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: flag",
		.steps = long_cycles,
	});
	scene.emu.sim_arguments = DOOR;
	scene_run(&scene);
	assert_stopped_by(&scene, "end_of_plan");
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "excursion:"));
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "back at"));
	assert_false(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold"));
	assert_int_equal(scene.table.rows, 1200);
	assert_record_whole(&scene);
	scene_free(&scene);
}

static void with_policy_stop_the_door_ends_the_test_with_the_cell_off(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.temperature = "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: stop",
		.steps = long_cycles,
	});
	scene.emu.sim_arguments = DOOR;
	scene_run(&scene);
	assert_stopped_by(&scene, "temperature_excursion");
	assert_int_equal(scene.emu.err, SG_ERR_LIMIT);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
}

/* One sample a step and a step a block, so every hold falls between the last sample of a block and its end. */
static void a_hold_at_the_last_sample_of_a_block_skips_nothing(void **state)
{
	static const char steps[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 1 s, rest: 1 s, count: 300}\n";
	const double step_c = 1.0 * 2e-3 * SCENE_AREA_CM2;
	struct scene scene;

	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++) {
		double missing_c;

		scene_init(&scene, &(struct scene_words){ .steps = steps });
		scene.emu.sim_arguments = DOOR;
		scene.emu.potentiostat_arguments = "--options ideal=yes";
		scene.emu.seed = seed;
		scene_run(&scene);
		assert_stopped_by(&scene, "end_of_plan");
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold over"));
		missing_c = 600 * step_c - emu_truth_number(&scene.emu, "charge_passed_c");
		print_message("  %.3f steps missing of 600, %zu rows\n", missing_c / step_c, scene.table.rows);
		assert_true(fabs(missing_c) < 0.5 * step_c);
		assert_int_equal(scene.table.rows, 1200); /* the rests too */
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

static void a_chamber_that_never_settles_ends_the_test_without_a_current(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.temperature = "set: 60 degC, tolerance: 0.3 K, soak: 10 min, timeout: 15 min",
		.steps = cycles,
	});
	scene.emu.sim_arguments = "--chamber heat_k_min=0.5";
	scene_run(&scene);
	assert_stopped_by(&scene, "temperature_timeout");
	assert_int_equal(scene.emu.err, SG_ERR_TIMEOUT);
	assert_named_end(&scene);
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_false(emu_truth_flag(&scene.emu, "terminals_used"));
	assert_int_equal(scene.table.rows, 0);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
}

static void an_error_of_the_chamber_is_told_with_its_words_and_the_test_goes_on(void **state)
{
	struct scene scene;

	(void)state;
	run_scene(&scene, "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: flag", "--cell short=never",
		  "--options error_at_s=200,error=1", 1);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_CHAMBER_ALARM), 1);
	assert_false(scene_told(&scene, SG_EVENT_CHAMBER_ALARM, "(no text)"));
	assert_int_equal(scene.table.rows, 400);
	assert_record_whole(&scene);
	scene_free(&scene);
}

/* With policy flag, or with no temperature to keep, nothing else would act. */
static void a_temperature_limit_does_not_outlive_the_chamber(void **state)
{
	static const struct {
		const char *limits, *temperature, *reason;
	} rows[] = {
		{ "voltage: 5 V, temperature: {max: 40 degC}",
		  "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: flag", "limit_temperature" },
		{ "voltage: 5 V, temperature: {max: 40 degC}", "", "limit_temperature" },
		{ "voltage: 5 V", "", "end_of_plan" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_init(&scene, &(struct scene_words){
			.steps = cycles, .limits = rows[i].limits, .temperature = rows[i].temperature });
		scene.emu.sim_arguments = "--cell short=never";
		scene.emu.chamber_arguments = "--faults hangup_at_s=150";
		scene_run(&scene);
		assert_stopped_by(&scene, rows[i].reason);
		assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "unknown for"));
		if (strcmp(rows[i].reason, "limit_temperature") == 0) {
			/* 60 s to stale, 30 s more, and up to a reading's interval before */
			assert_in_range((uintmax_t)(scene.table.last_time_s + scene_zero_s(&scene)), 150 + 80, 150 + 92);
			assert_true(scene_told(&scene, SG_EVENT_LIMIT, "not known"));
		}
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

static double longest_turn_s;

static void note_turn(struct scene *scene, const struct sg_run_view *view)
{
	if (view->phase == SG_PHASE_STEP && scene->mark > 0.0)
		longest_turn_s = fmax(longest_turn_s, view->time_s - scene->mark);
	scene->mark = view->phase == SG_PHASE_STEP ? view->time_s : 0.0;
}

/* A sample a second; what delays the next look at them delays the cell going off. */
static void a_silent_chamber_does_not_keep_the_samples_waiting(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.steps = cycles, .temperature = "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: flag" });
	scene.emu.sim_arguments = "--cell short=never";
	scene.emu.chamber_arguments = "--faults stall_at_s=150,stall_s=1e6";
	scene.look = note_turn;
	longest_turn_s = 0.0;
	scene_run(&scene);
	print_message("  longest turn %.3f s\n", longest_turn_s);
	assert_stopped_by(&scene, "end_of_plan");
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "unknown for"));
	/* An interval of waiting for the sample, and 0.8 s behind it: the next one is not waiting yet. */
	assert_true(longest_turn_s > 0.9 && longest_turn_s < 1.9);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_chamber_does_not_keep_the_samples_waiting),
		cmocka_unit_test(a_temperature_limit_does_not_outlive_the_chamber),
		cmocka_unit_test(with_policy_flag_no_fault_of_the_chamber_costs_a_sample),
		cmocka_unit_test(with_policy_hold_a_chamber_that_comes_back_lets_the_test_go_on),
		cmocka_unit_test(what_was_found_before_a_hold_is_on_disk_while_it_lasts),
		cmocka_unit_test(with_policy_hold_a_chamber_gone_for_good_ends_the_test_by_its_timeout_with_the_cell_off),
		cmocka_unit_test(an_open_door_holds_the_test_and_the_planned_time_at_current_is_kept),
		cmocka_unit_test(with_policy_flag_the_door_is_told_and_the_test_goes_on),
		cmocka_unit_test(with_policy_stop_the_door_ends_the_test_with_the_cell_off),
		cmocka_unit_test(a_hold_at_the_last_sample_of_a_block_skips_nothing),
		cmocka_unit_test(a_chamber_that_never_settles_ends_the_test_without_a_current),
		cmocka_unit_test(an_error_of_the_chamber_is_told_with_its_words_and_the_test_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole tests on a TDstat and a MYSTAT, over packets: the host steps every segment and holds every limit itself.
 * The simulator tells afterwards whether it was ever asked for something it does not know, spoken to before it had
 * answered, or made to change its range under a current.
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

#define CURRENT_A (2e-3 * SCENE_AREA_CM2)

static void init(struct scene *scene, const char *model, const char *steps, const char *more)
{
	scene_init(scene, &(struct scene_words){
		.family = "tdstat", .model = model, .chamber = "", .steps = steps, .more = more });
	scene->emu.sim_arguments = "--cell short=never";
}

/* A v3 answers one `?` each time it is met: to RANGE 4, which a MYSTAT knows. */
static void assert_well_spoken(const struct scene *scene, double meetings)
{
	const bool v3 = strcmp(scene->emu.model, "v3") == 0;

	assert_true(emu_truth_number(&scene->emu, "refused") == (v3 ? meetings : 0.0));
	assert_true(emu_truth_number(&scene->emu, "overlapped") == 0.0);
	assert_true(emu_truth_number(&scene->emu, "changes_under_current") == 0.0);
	assert_true(emu_truth_number(&scene->emu, "change_worst_a") == 0.0);
	assert_true(emu_truth_number(&scene->emu, "readings") > 0.0);
}

static void assert_good(const struct scene *scene, double tolerance)
{
	print_message("  %s: %zu rows, %.0f s, truth %.5f C, %.2f s real\n", scene->emu.model, scene->table.rows,
		      scene->table.last_time_s, emu_truth_number(&scene->emu, "charge_passed_c"), scene->emu.real_s);
	assert_stopped_by(scene, "end_of_plan");
	assert_int_equal(scene->emu.err, SG_OK);
	assert_cell_off(scene);
	assert_record_whole(scene);
	assert_charge_true(scene, tolerance);
}

static size_t data_faults(const struct scene *scene)
{
	return emu_count(&scene->emu, SG_EVENT_DATA_FAULT) + emu_count(&scene->emu, SG_EVENT_TIME_FAULT);
}

/* ---- whole tests ---- */

static const char ramp[] = "  - rest: 10 s\n"
			   "  - ccd: {from: 0.5 mA/cm2, to: 2 mA/cm2, increment: 0.5 mA/cm2, half_step: 60 s}\n";
#define RAMP_C (2.0 * 60.0 * (0.5 + 1.0 + 1.5 + 2.0) * 1e-3 * SCENE_AREA_CM2)

static void a_ramp_runs_to_its_end(void **state)
{
	static const char *const models[] = { "v3", "mystat" };

	(void)state;
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		struct scene scene;

		init(&scene, models[i], ramp, NULL);
		scene_run(&scene);
		assert_good(&scene, 2e-3);
		assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - RAMP_C) < 5e-3 * RAMP_C);
		assert_int_equal(data_faults(&scene), 0);
		assert_int_equal(scene.table.rows, 10 + 8 * 60);
		assert_well_spoken(&scene, 1.0);
		scene_free(&scene);
	}
}

/* With a filament that grows by exposure: the detectors see what they see with any other instrument. */
static void the_cell_of_every_day_shorts_in_the_ramp_and_is_noticed(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, "v3", "  - ccd: {from: 1 mA/cm2, to: 8 mA/cm2, increment: 0.5 mA/cm2, half_step: 300 s}\n", NULL);
	scene.emu.sim_arguments = NULL;
	scene_run(&scene);
	print_message("  stopped by %s, CCD %.2f mA cm-2\n", scene.emu.outcome.summary.stopped_by,
		      scene.emu.outcome.result.ccd_last_good_ma_cm2);
	assert_true(emu_count(&scene.emu, SG_EVENT_HARD_SHORT) == 1);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_charge_true(&scene, 2e-3);
	assert_well_spoken(&scene, 1.0);
	scene_free(&scene);
}

/* From the smallest range to the largest: each change with the cell off and the set current at zero. */
static void ranges_change_at_zero_only(void **state)
{
	static const struct {
		const char *model, *steps;
		double planned_c;
	} rows[] = {
		{ "v3",
		  "  - cycle: {current: 0.002 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 0.2 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 20 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 0.002 mA/cm2, half_cycle: 20 s, count: 1}\n",
		  40.0 * 20.204e-3 * SCENE_AREA_CM2 },
		{ "mystat",
		  "  - cycle: {current: 0.002 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 0.2 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 20 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 100 mA/cm2, half_cycle: 20 s, count: 1}\n"
		  "  - cycle: {current: 0.2 mA/cm2, half_cycle: 20 s, count: 1}\n",
		  40.0 * 120.402e-3 * SCENE_AREA_CM2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_init(&scene, &(struct scene_words){
			.family = "tdstat", .model = rows[i].model, .chamber = "",
			.limits = "voltage: 7 V, current: 150 mA", .steps = rows[i].steps });
		scene.emu.sim_arguments = "--cell short=never,diffusion_cm2_s=1e-4";
		scene_run(&scene);
		assert_good(&scene, 2e-3);
		assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - rows[i].planned_c) <
			    5e-3 * rows[i].planned_c);
		assert_well_spoken(&scene, 1.0);
		scene_free(&scene);
	}
}

/* Ten readings a second, turned round every ten seconds: nothing drifts, no sample is lost, no current is missing. */
static void the_fastest_interval_is_kept_through_turns_of_the_current(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, "v3", "  - cycle: {current: 2 mA/cm2, half_cycle: 10 s, count: 10, interval: 0.1 s}\n", NULL);
	scene_run(&scene);
	assert_good(&scene, 2e-3);
	print_message("  %zu rows of 2000\n", scene.table.rows);
	assert_true(scene.table.rows >= 1980 && scene.table.rows <= 2000);
	/* Sixteen half-steps are one sequence: one gap, and a short one. */
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_GAP), 1);
	assert_true(scene_event(&scene, SG_EVENT_GAP)->value < 0.5);
	assert_int_equal(data_faults(&scene), 0);
	assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - 200.0 * CURRENT_A) < 3e-3 * 200.0 * CURRENT_A);
	assert_well_spoken(&scene, 1.0);
	scene_free(&scene);
}

/* ---- limits ---- */

/* Slow polarization lifts the voltage through the limit between two samples a minute apart. */
static void a_limit_is_held_every_second_whatever_the_interval(void **state)
{
	struct scene scene;
	double charge_c;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.family = "tdstat", .model = "v3", .chamber = "", .limits = "voltage: 0.3 V, silence: 5 min",
		.steps = "  - polarize: {current: 2 mA/cm2, duration: 600 s, interval: 60 s}\n" });
	/* 50 ohm at once, and 180 more with 100 s: 0.3 V on 1.67 mA are 180 ohm, after 128 s. */
	scene.emu.sim_arguments = "--cell short=never,slow_ohm=180,slow_s=100";
	scene_run(&scene);
	charge_c = emu_truth_number(&scene.emu, "charge_passed_c");
	print_message("  ended after %.1f s of current, last row %.4f V\n", charge_c / CURRENT_A, scene.table.last_time_s);
	assert_stopped_by(&scene, "limit_voltage");
	assert_int_equal(scene.emu.err, SG_ERR_LIMIT);
	assert_true(charge_c / CURRENT_A > 100.0 && charge_c / CURRENT_A < 160.0);
	assert_true(fabs(fmod(charge_c / CURRENT_A + 30.0, 60.0) - 30.0) > 2.0); /* not on a sample */
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_charge_true(&scene, 5e-3);
	scene_free(&scene);
}

static void a_current_for_which_there_is_no_range_is_refused_before_any_flows(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.family = "tdstat", .model = "v3", .chamber = "", .limits = "voltage: 5 V, current: 60 mA",
		.steps = "  - polarize: {current: 30 mA/cm2, duration: 60 s}\n" });
	scene_run(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_UNSUPPORTED);
	assert_non_null(strstr(scene.emu.why, "0.02"));
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_false(emu_truth_flag(&scene.emu, "cell_on"));
	scene_free(&scene);
}

/* Its output would be about twice what is set. */
static void a_dac_that_was_never_calibrated_gets_no_current(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, "v3", "  - rest: 5 s\n  - polarize: {current: 1 mA/cm2, duration: 60 s}\n", NULL);
	scene.emu.potentiostat_arguments = "--options calibrated=no";
	scene_run(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_UNSUPPORTED);
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_false(emu_truth_flag(&scene.emu, "cell_on"));
	scene_free(&scene);
}

static void a_v3_is_not_taken_for_a_mystat(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, "mystat", "  - rest: 5 s\n", NULL);
	scene.emu.model = "v3";
	scene_run(&scene);
	assert_int_equal(scene.emu.opened, SG_ERR_IDENTITY);
	assert_non_null(strstr(scene.emu.why, "v3"));
	scene_free(&scene);
}

/* ---- cable ---- */

static const char cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n";
#define PLANNED_C (4.0 * 300.0 * CURRENT_A)

/* It lives on the cable: the current ends with it, and what was broken off is run to its end afterwards. */
static void a_pulled_cable_ends_the_current_and_the_rest_is_run_later(void **state)
{
	static const char *const returns[] = { "1", "600" };

	(void)state;
	for (size_t i = 0; i < sizeof(returns) / sizeof(returns[0]); i++) {
		struct scene scene;
		char faults[80];
		double truth_c;

		init(&scene, i ? "mystat" : "v3", cycles, NULL);
		snprintf(faults, sizeof(faults), "--faults hangup_at_s=400.3,return_s=%s", returns[i]);
		scene.emu.potentiostat_arguments = faults;
		scene_run(&scene);
		truth_c = emu_truth_number(&scene.emu, "charge_passed_c");
		print_message("  away %s s: booked %.5f C, truth %.5f C, planned %.5f C\n", returns[i],
			      scene.emu.outcome.result.cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6, truth_c, PLANNED_C);
		assert_stopped_by(&scene, "end_of_plan");
		assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, "link lost"));
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		assert_true(fabs(truth_c - PLANNED_C) <= 2.0 * CURRENT_A + 2e-3 * PLANNED_C);
		assert_true(fabs(scene.emu.outcome.result.cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6 - truth_c) <=
			    1.5 * CURRENT_A + 2e-3 * truth_c);
		assert_well_spoken(&scene, 2.0);
		scene_free(&scene);
	}
}

/* Between two samples: looks that make none know better than the table, and the rest is said to be unknown. */
static void a_cable_pulled_between_two_samples_is_booked_as_far_as_anybody_saw(void **state)
{
	static const char *const pulled_s[] = { "14.9", "19.3", "40.05", "62.6" };

	(void)state;
	for (size_t i = 0; i < sizeof(pulled_s) / sizeof(pulled_s[0]); i++) {
		const struct sg_result *result;
		double truth_c, booked_c, unknown_c = 0.0;
		struct scene scene;
		char faults[80];

		init(&scene, "v3", "  - cycle: {current: 2 mA/cm2, half_cycle: 60 s, count: 1, interval: 10 s}\n", NULL);
		snprintf(faults, sizeof(faults), "--faults hangup_at_s=%s,return_s=1", pulled_s[i]);
		scene.emu.potentiostat_arguments = faults;
		scene_run(&scene);
		truth_c = emu_truth_number(&scene.emu, "charge_passed_c");
		result = &scene.emu.outcome.result;
		booked_c = result->cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6;
		for (size_t k = 0; k < result->count; k++)
			unknown_c += result->half_steps[k].unknown_end_c;
		print_message("  at %s s: booked %.6f C, not known %.6f C, truth %.6f C, table %.6f C\n", pulled_s[i], booked_c,
			      unknown_c, truth_c, scene.table.last_cumulative_ah * 3600.0);
		assert_stopped_by(&scene, "end_of_plan");
		assert_record_whole(&scene);
		assert_int_equal(result->count, 3);
		/* But for the 5 ms behind the last sample. */
		assert_true(fabs(scene.table.last_cumulative_ah * 3600.0 - booked_c) < 0.01 * CURRENT_A);
		assert_true(unknown_c > 0.0 && unknown_c <= 1.1 * CURRENT_A); /* one look a second */
		assert_true(booked_c <= truth_c + 2e-3 * truth_c && truth_c <= booked_c + unknown_c + 2e-3 * truth_c);
		for (size_t k = 0; k < result->count; k++) {
			const struct sg_half_step *h = &result->half_steps[k];

			assert_int_equal(h->witnessed, h->unknown_end_c == 0.0);
			assert_true(fabs((h->end_s - h->begin_s) * CURRENT_A - fabs(h->charge_c) - h->unknown_end_c) <
				    5e-3 * CURRENT_A * 60.0);
		}
		scene_free(&scene);
	}
}

/* ---- trouble ---- */

static bool said_on(const struct scene *scene)
{
	return emu_truth_flag(&scene->emu, "cell_on");
}

/* One command goes wrong, in every way it can, wherever it falls: the test ends by a name, and never with a lie. */
static void one_command_that_goes_wrong_never_leaves_a_cell_on(void **state)
{
	static const char *const troubles[] = { "query", "silent", "short", "late", "stall" };
	static const unsigned places[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 23, 41 };
	unsigned completed = 0, runs = 0;

	(void)state;
	for (size_t t = 0; t < sizeof(troubles) / sizeof(troubles[0]); t++) {
		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
			struct scene scene;
			char options[80];

			init(&scene, "v3", "  - cycle: {current: 2 mA/cm2, half_cycle: 4 s, count: 2}\n", NULL);
			snprintf(options, sizeof(options), "--options trouble=%s,trouble_at=%u", troubles[t], places[p]);
			scene.emu.potentiostat_arguments = options;
			scene_run(&scene);
			runs++;
			completed += scene.emu.err == SG_OK;
			if (scene.emu.err)
				print_message("  %s at %u: %s (%s)\n", troubles[t], places[p], sg_err_name(scene.emu.err),
					      scene.emu.why);
			if (said_on(&scene))
				fail_msg("%s at %u leaves the cell on", troubles[t], places[p]);
			assert_true(emu_truth_number(&scene.emu, "changes_under_current") == 0.0);
			if (!scene.emu.opened && scene.emu.outcome.folder[0]) {
				assert_named_end(&scene);
				assert_record_whole(&scene);
				assert_true(scene.emu.outcome.summary.cell_off_verified);
			}
			scene_free(&scene);
		}
	}
	print_message("  %u of %u runs came to their end all the same\n", completed, runs);
	assert_true(completed >= runs * 9 / 10);
}

/* Packets vanish, come late, twice, damaged: a damaged reading cannot always be told, a wrong end must not come of it. */
static void a_bad_cable_is_lived_with(void **state)
{
	static const char *const faults[] = {
		"--faults direction=out,drop=0.01", "--faults direction=in,drop=0.01", "--faults direction=out,duplicate=0.02",
		"--faults direction=out,delay=0.01,delay_s=0.3", "--faults direction=out,truncate=0.02",
		"--faults direction=in,corrupt=0.02",
	};

	(void)state;
	for (size_t f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
		for (unsigned seed = 1; seed <= 3; seed++) {
			struct scene scene;

			init(&scene, "v3", "  - cycle: {current: 2 mA/cm2, half_cycle: 60 s, count: 2}\n", NULL);
			scene.emu.potentiostat_arguments = faults[f];
			scene.emu.seed = seed;
			scene_run(&scene);
			print_message("  %s, seed %u: %s, %zu rows%s%s\n", faults[f], seed,
				      scene.emu.opened ? "not opened" : scene.emu.outcome.summary.stopped_by, scene.table.rows,
				      scene.emu.err ? ": " : "", scene.emu.err ? scene.emu.why : "");
			if (said_on(&scene))
				assert_int_equal(scene.emu.err, SG_ERR_UNSAFE);
			assert_true(emu_truth_number(&scene.emu, "changes_under_current") == 0.0);
			if (!scene.emu.opened && scene.emu.outcome.folder[0]) {
				assert_named_end(&scene);
				assert_record_whole(&scene);
			}
			scene_free(&scene);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ramp_runs_to_its_end),
		cmocka_unit_test(the_cell_of_every_day_shorts_in_the_ramp_and_is_noticed),
		cmocka_unit_test(ranges_change_at_zero_only),
		cmocka_unit_test(the_fastest_interval_is_kept_through_turns_of_the_current),
		cmocka_unit_test(a_limit_is_held_every_second_whatever_the_interval),
		cmocka_unit_test(a_current_for_which_there_is_no_range_is_refused_before_any_flows),
		cmocka_unit_test(a_dac_that_was_never_calibrated_gets_no_current),
		cmocka_unit_test(a_v3_is_not_taken_for_a_mystat),
		cmocka_unit_test(a_pulled_cable_ends_the_current_and_the_rest_is_run_later),
		cmocka_unit_test(a_cable_pulled_between_two_samples_is_booked_as_far_as_anybody_saw),
		cmocka_unit_test(one_command_that_goes_wrong_never_leaves_a_cell_on),
		cmocka_unit_test(a_bad_cable_is_lived_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

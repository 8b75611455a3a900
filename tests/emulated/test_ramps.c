/* SPDX-License-Identifier: Apache-2.0 */
/* CCD ramps against the simulator's truth: the short, the charge, and the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define INCREMENT_MA_CM2 1.0

static void run_shorting_ramp(struct scene *scene, unsigned seed)
{
	scene_init(scene, &(struct scene_words){
		.steps = "  - ccd: {from: 1 mA/cm2, to: 9 mA/cm2, increment: 1 mA/cm2, half_step: 300 s}\n",
	});
	scene->emu.seed = seed;
	scene_run(scene);
}

static void check_short(unsigned seed)
{
	struct scene scene;
	const struct sg_event *event;
	double found_ma_cm2, truth_ma_cm2, visible_s, found_s;

	run_shorting_ramp(&scene, seed);
	assert_int_equal(scene.emu.err, SG_OK);
	assert_stopped_by(&scene, "hard_short");
	found_ma_cm2 = scene.emu.outcome.result.ccd_short_ma_cm2;
	/* A filament that gets across at the end of a half-step shows in the next one: either is the truth. */
	truth_ma_cm2 = fabs(emu_truth_number(&scene.emu, "half_step_current_visible_mA_cm2"));
	assert_true(fabs(found_ma_cm2 - truth_ma_cm2) < 0.05 * INCREMENT_MA_CM2);

	event = scene_event(&scene, SG_EVENT_HARD_SHORT);
	assert_non_null(event);
	/* Met since its first sample; told two samples later at most, and no sooner than it could be seen. */
	assert_true(event->time_s - event->since_s <= 2.0);
	visible_s = emu_truth_number(&scene.emu, "visible_time_s") - scene_zero_s(&scene);
	found_s = event->time_s - visible_s;
	/* One interval until a sample falls on it, then the definition: two samples, one second. */
	if (!(found_s > 0.0 && found_s <= 3.0))
		fail_msg("seed %u: found %.3f s after it was visible", seed, found_s);
	print_message("seed %u: %.0f mA cm-2, confirmed %.2f s after it was visible, %.2f s after its first sample\n",
		      seed, found_ma_cm2, found_s, event->time_s - event->since_s);
	assert_cell_off(&scene);
	assert_named_end(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
}

static void a_short_is_found_at_the_true_current_within_two_samples_and_the_cell_is_off(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 5; seed++)
		check_short(seed);
}

/* Formation cycles come before a ramp in many a plan: a cell that dies in them has shown no critical current density. */
static void a_short_in_a_cycle_before_the_ramp_is_no_critical_current_density(void **state)
{
	struct scene scene;
	const struct sg_result *result = &scene.emu.outcome.result;
	char *json;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.steps = "  - cycle: {current: 8 mA/cm2, half_cycle: 300 s, count: 20}\n"
			 "  - ccd: {from: 1 mA/cm2, to: 9 mA/cm2, increment: 1 mA/cm2, half_step: 300 s}\n",
	});
	scene.emu.seed = 1;
	scene_run(&scene);
	assert_stopped_by(&scene, "hard_short");
	assert_true(result->short_found && result->is_ccd);
	assert_false(result->half_steps[result->count - 1].is_ccd);
	assert_true(isnan(result->ccd_short_ma_cm2) && isnan(result->ccd_last_good_ma_cm2));
	json = scene_file(&scene, "result.json");
	assert_non_null(strstr(json, "\"ccd_short_mA_cm2\": null"));
	assert_non_null(strstr(json, "\"ccd_last_good_mA_cm2\": null"));
	assert_non_null(strstr(json, "\"shorted\": true"));
	free(json);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
}

static void a_ramp_without_a_short_ends_with_its_plan(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.steps = "  - ccd: {from: 1 mA/cm2, to: 3 mA/cm2, increment: 1 mA/cm2, half_step: 60 s}\n",
	});
	scene_run(&scene);
	assert_int_equal(scene.emu.err, SG_OK);
	assert_stopped_by(&scene, "end_of_plan");
	assert_string_equal(scene.emu.outcome.summary.state, "completed");
	assert_false(scene.emu.outcome.result.short_found);
	assert_true(isnan(scene.emu.outcome.result.ccd_short_ma_cm2));
	assert_int_equal(scene.emu.outcome.result.count, 6);
	assert_true(scene.emu.outcome.result.ccd_last_good_ma_cm2 == 3.0);
	assert_cell_off(&scene);
	assert_named_end(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
}

/* All in one range, so in one script: six reversals, not one gap. */
static void charge_over_gapless_reversals_equals_the_truth(void **state)
{
	const double planned_c = 2 * 60 * (2 + 3 + 4) * 1e-3 * SCENE_AREA_CM2;
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.steps = "  - ccd: {from: 2 mA/cm2, to: 4 mA/cm2, increment: 1 mA/cm2, half_step: 60 s}\n",
	});
	scene.emu.potentiostat_arguments = "--options ideal=yes";
	scene.emu.sim_arguments = "--cell short=never";
	scene_run(&scene);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_GAP), 0);
	assert_true(emu_truth_number(&scene.emu, "scripts_run") >= 1.0);
	assert_charge_true(&scene, 2e-3);
	assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - planned_c) <= 2e-3 * planned_c);
	assert_true(fabs(emu_truth_number(&scene.emu, "net_charge_c")) <= 1e-3 * planned_c);
	assert_true(fabs(scene.emu.outcome.result.net_mah_cm2) <=
		    1e-3 * scene.emu.outcome.result.cumulative_mah_cm2);
	print_message("planned %.6f C, truth %.6f C, result %.6f C\n", planned_c,
		      emu_truth_number(&scene.emu, "charge_passed_c"),
		      scene.emu.outcome.result.cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6);
	scene_free(&scene);
}

/* The instrument's own errors: 0.1 % of gain in setting and in reading. */
static void charge_with_the_errors_of_the_instrument_stays_within_three_per_mille(void **state)
{
	struct scene scene;

	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++) {
		scene_init(&scene, &(struct scene_words){
			.steps = "  - cycle: {current: 2 mA/cm2, half_cycle: 100 s, count: 3}\n",
		});
		scene.emu.seed = seed;
		scene.emu.sim_arguments = "--cell short=never";
		scene_run(&scene);
		assert_stopped_by(&scene, "end_of_plan");
		assert_charge_true(&scene, 3e-3);
		scene_free(&scene);
	}
}

static void compare(const struct scene *a, const struct scene *b, const char *suffix, bool same)
{
	char *one = scene_file(a, suffix);
	char *other = scene_file(b, suffix);

	assert_true(strlen(one) > 100);
	if ((strcmp(one, other) == 0) != same)
		fail_msg("%s: %s", suffix, same ? "differs" : "is the same");
	free(one);
	free(other);
}

static void the_same_seed_gives_the_same_bytes_and_another_seed_others(void **state)
{
	struct scene first, again, other;

	(void)state;
	run_shorting_ramp(&first, 7);
	run_shorting_ramp(&again, 7);
	run_shorting_ramp(&other, 8);
	compare(&first, &again, ".bdf.csv", true);
	compare(&first, &again, "quality.csv", true);
	compare(&first, &again, "events.csv", true);
	compare(&first, &again, "result.json", true);
	compare(&first, &again, "metadata.json", true);
	assert_string_equal(first.emu.truth, again.emu.truth);
	compare(&first, &other, ".bdf.csv", false);
	compare(&first, &other, "events.csv", false);
	compare(&first, &other, "result.json", false);
	scene_free(&first);
	scene_free(&again);
	scene_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_is_found_at_the_true_current_within_two_samples_and_the_cell_is_off),
		cmocka_unit_test(a_short_in_a_cycle_before_the_ramp_is_no_critical_current_density),
		cmocka_unit_test(a_ramp_without_a_short_ends_with_its_plan),
		cmocka_unit_test(charge_over_gapless_reversals_equals_the_truth),
		cmocka_unit_test(charge_with_the_errors_of_the_instrument_stays_within_three_per_mille),
		cmocka_unit_test(the_same_seed_gives_the_same_bytes_and_another_seed_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

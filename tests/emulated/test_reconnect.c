/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cable of the potentiostat is pulled in the night and put back: the test goes on where it was, nothing that
 * may have flowed is repeated, nothing unseen is called good, and the record says what is not known.
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

/* Four half-steps of five minutes in one script. */
#define HALF_S 300.0
static const char cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n";
#define PLANNED_C (4.0 * HALF_S * CURRENT_A)

static void pull(struct scene *scene, const char *faults, const char *policies)
{
	static char words[160];

	scene_init(scene, &(struct scene_words){ .steps = cycles, .more = policies });
	snprintf(words, sizeof(words), "--faults %s", faults);
	scene->emu.potentiostat_arguments = words;
	scene->emu.sim_arguments = "--cell short=never";
	scene_run(scene);
}

static double booked_c(const struct scene *scene)
{
	return scene->emu.outcome.result.cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6;
}

static double truth_c(const struct scene *scene)
{
	return emu_truth_number(&scene->emu, "charge_passed_c");
}

/* A sample interval at most for the break, and the error of the instrument's own current. */
static void assert_booked(const struct scene *scene)
{
	print_message("  booked %.5f C, truth %.5f C\n", booked_c(scene), truth_c(scene));
	assert_true(fabs(booked_c(scene) - truth_c(scene)) <= 1.0 * CURRENT_A + 2e-3 * truth_c(scene));
}

static const struct sg_event *communication(const struct scene *scene, const char *words)
{
	for (size_t i = 0; i < scene->emu.event_count; i++) {
		const struct sg_event *event = &scene->emu.events[i];

		if (event->type == SG_EVENT_COMMUNICATION && strstr(event->text, words))
			return event;
	}
	fail_msg("nobody was told \"%s\"", words);
	return NULL;
}

/* Within a second of the moment on the simulator's clock, in words, with the time of the latest sample. */
static void assert_noticed(const struct scene *scene, double pulled_s)
{
	const struct sg_event *event = communication(scene, "link lost");
	const double late_s = event->time_s + scene_zero_s(scene) - pulled_s;

	print_message("  noticed %.3f s after the cable was pulled\n", late_s);
	assert_int_equal(event->grade, SG_GRADE_ALARM);
	assert_true(late_s >= -1e-6 && late_s <= 1.0);
}

static size_t unwitnessed(const struct scene *scene)
{
	const struct sg_result *result = &scene->emu.outcome.result;
	size_t count = 0;

	for (size_t i = 0; i < result->count; i++)
		count += !result->half_steps[i].witnessed;
	return count;
}

static size_t flagged_rows(const struct scene *scene)
{
	char *quality = scene_file(scene, ".quality.csv");
	size_t count = 0;

	for (const char *at = quality; (at = strstr(at, "gap_before")); at++)
		count++;
	free(quality);
	return count;
}

static void assert_went_on(const struct scene *scene)
{
	assert_stopped_by(scene, "end_of_plan");
	assert_cell_off(scene);
	assert_record_whole(scene);
	assert_true(flagged_rows(scene) >= 1);
}

static void a_second_away_is_booked_by_the_instruments_own_clock(void **state)
{
	struct scene scene;

	(void)state;
	pull(&scene, "hangup_at_s=400,return_s=1", "");
	assert_noticed(&scene, 400.0);
	communication(&scene, "ran on by itself");
	assert_went_on(&scene);
	assert_booked(&scene);
	assert_true(fabs(truth_c(&scene) - PLANNED_C) <= 2.0 * CURRENT_A);
	assert_int_equal(unwitnessed(&scene), 1);
	/* The piece before, three whole ones, and the rest of the one that was broken off. */
	assert_int_equal(scene.emu.outcome.result.count, 5);
	scene_free(&scene);
}

static void steps_that_pass_while_it_is_away_are_booked_and_never_run_again(void **state)
{
	struct scene scene;

	(void)state;
	/* Pulled in the second half-step, back in the last. */
	pull(&scene, "hangup_at_s=500,return_s=600", "");
	assert_noticed(&scene, 500.0);
	communication(&scene, "ran on by itself");
	assert_true(scene_told(&scene, SG_EVENT_STEP_ENDED, "ran to its end while the link was lost"));
	assert_went_on(&scene);
	assert_booked(&scene);
	assert_true(fabs(truth_c(&scene) - PLANNED_C) <= 2.0 * CURRENT_A);
	/* Seen: the first, and the rest of the last. Not seen: the end of the second, the third, most of the last. */
	assert_int_equal(unwitnessed(&scene), 3);
	assert_int_equal(scene.emu.outcome.result.count, 5);
	scene_free(&scene);
}

static void a_program_that_ended_in_the_meantime_is_not_repeated_and_not_booked(void **state)
{
	struct scene scene;

	(void)state;
	pull(&scene, "hangup_at_s=500,return_s=850", "");
	communication(&scene, "is not known");
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_true(fabs(truth_c(&scene) - PLANNED_C) <= 2.0 * CURRENT_A);
	assert_true(booked_c(&scene) < truth_c(&scene));
	assert_int_equal(unwitnessed(&scene), 3);
	scene_free(&scene);
}

static void pulled_in_the_soak_is_noticed_and_the_soak_goes_on(void **state)
{
	struct scene scene;

	(void)state;
	pull(&scene, "hangup_at_s=30,return_s=5", "");
	assert_noticed(&scene, 30.0);
	communication(&scene, "the cell was off before and is off");
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_charge_true(&scene, 5e-3);
	assert_int_equal(unwitnessed(&scene), 0);
	scene_free(&scene);
}

/* The chamber is asked every ten seconds; wherever in that time the cable goes, it is noticed within one. */
static void pulled_in_a_soak_with_a_silent_chamber_is_noticed_all_the_same(void **state)
{
	(void)state;
	for (int tenths = 300; tenths < 410; tenths += 4) {
		struct scene scene;
		char faults[80];

		scene_init(&scene, &(struct scene_words){ .steps = cycles, .more = "" });
		snprintf(faults, sizeof(faults), "--faults hangup_at_s=%d.%d,return_s=5", tenths / 10, tenths % 10);
		scene.emu.potentiostat_arguments = faults;
		scene.emu.chamber_arguments = "--faults stall_at_s=25,stall_s=30";
		scene.emu.sim_arguments = "--cell short=never";
		scene_run(&scene);
		assert_noticed(&scene, tenths / 10.0);
		scene_free(&scene);
	}
}

/* It is met and made safe all the same. */
static void the_word_stop_ends_the_test_once_the_cell_is_off(void **state)
{
	struct scene scene;

	(void)state;
	pull(&scene, "hangup_at_s=400,return_s=20", "on_reconnect: stop\n");
	assert_stopped_by(&scene, "communication");
	assert_int_equal(scene.emu.err, SG_ERR_GONE);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_true(scene.emu.outcome.summary.test_time_s < 400.0 + 60.0);
	assert_booked(&scene);
	scene_free(&scene);
}

static void one_that_never_comes_back_ends_the_test_as_unsafe_after_the_time_given(void **state)
{
	struct scene scene;

	(void)state;
	pull(&scene, "hangup_at_s=400", "reconnect_within: 2 min\n");
	assert_stopped_by(&scene, "communication");
	assert_int_equal(scene.emu.err, SG_ERR_UNSAFE);
	assert_true(scene_told(&scene, SG_EVENT_SAFE_OFF, "COULD NOT BE SHOWN"));
	assert_record_whole(&scene);
	/* Two minutes, and one more of trying to reach it on the way out. */
	assert_true(scene.emu.outcome.summary.test_time_s > 400.0 - scene_zero_s(&scene) + 120.0);
	assert_true(scene.emu.outcome.summary.test_time_s < 400.0 + 120.0 + 90.0);
	assert_false(scene.emu.outcome.result.half_steps[scene.emu.outcome.result.count - 1].complete);
	scene_free(&scene);
}

static void nobody_waits_if_nobody_wants_to(void **state)
{
	struct scene scene;

	(void)state;
	pull(&scene, "hangup_at_s=400,return_s=10", "reconnect_within: 0 s\n");
	assert_stopped_by(&scene, "communication");
	/* On the way out it is met all the same, and the cell is off. */
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
}

static void press_while_waiting(struct scene *scene, const struct sg_run_view *view)
{
	if (view->phase == SG_PHASE_LOST && scene->mark == 0.0 && view->time_s > 450.0) {
		scene->mark = view->time_s;
		scene->interrupts = 1;
	}
}

static void a_person_may_end_the_waiting(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = cycles, .more = "reconnect_within: 10 d\n" });
	scene.emu.potentiostat_arguments = "--faults hangup_at_s=400,return_s=100";
	scene.emu.sim_arguments = "--cell short=never";
	scene.look = press_while_waiting;
	scene_run(&scene);
	assert_true(scene.mark > 450.0);
	assert_stopped_by(&scene, "operator");
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_true(scene.emu.outcome.summary.test_time_s < scene.mark + 61.0);
	scene_free(&scene);
}

/* ---- the chamber goes astray at the same time ---- */

/* The door opens 20 s after the cable was pulled and is shut when it is put back; the air takes minutes more. */
static void pull_with_the_door_open(struct scene *scene, const char *policy)
{
	static char temperature[100];

	snprintf(temperature, sizeof(temperature), "set: 25 degC, tolerance: 0.3 K, soak: 1 min, on_excursion: %s", policy);
	scene_init(scene, &(struct scene_words){ .steps = cycles, .temperature = temperature });
	scene->emu.potentiostat_arguments = "--faults hangup_at_s=1180,return_s=200";
	scene->emu.sim_arguments = "--cell short=never --chamber ambient_k=285,door_at_s=1200,door_open_s=170";
	scene_run(scene);
}

static void an_excursion_while_the_link_is_lost_is_acted_on_when_it_is_back(void **state)
{
	const struct sg_event *event;
	struct scene scene;

	(void)state;
	pull_with_the_door_open(&scene, "hold");
	event = communication(&scene, "link back");
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "left its bounds while the link was lost"));
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold: cell off until"));
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold over after"));
	/* No step begins between the return and the end of the hold. */
	for (size_t i = 0, over = 0; i < scene.emu.event_count; i++) {
		over |= strstr(scene.emu.events[i].text, "hold over after") != NULL;
		if (scene.emu.events[i].type == SG_EVENT_STEP_STARTED && scene.emu.events[i].time_s > event->time_s)
			assert_true(over);
	}
	assert_went_on(&scene);
	scene_free(&scene);
	pull_with_the_door_open(&scene, "stop");
	assert_stopped_by(&scene, "temperature_excursion");
	assert_cell_off(&scene);
	event = communication(&scene, "link back");
	assert_true(scene.emu.outcome.summary.test_time_s < event->time_s + 10.0);
	scene_free(&scene);
	pull_with_the_door_open(&scene, "flag");
	assert_went_on(&scene);
	assert_false(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold: cell off until"));
	scene_free(&scene);
}

static void hold_with(struct scene *scene, const char *faults)
{
	static char words[100];

	scene_init(scene, &(struct scene_words){ .steps = cycles });
	snprintf(words, sizeof(words), "--faults %s", faults);
	scene->emu.potentiostat_arguments = faults[0] ? words : NULL;
	scene->emu.sim_arguments = "--cell short=never --chamber ambient_k=285,door_at_s=1200,door_open_s=60";
	scene_run(scene);
}

/* Wherever in the order to switch off, and in the proof of it, the cable goes. */
static void a_cable_that_goes_in_the_moment_of_a_hold_is_waited_for_as_ever(void **state)
{
	double off_s = 0.0;
	struct scene scene;

	(void)state;
	hold_with(&scene, "");
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold: cell off until"));
	assert_stopped_by(&scene, "end_of_plan");
	for (size_t i = 0; i < scene.emu.event_count && off_s == 0.0; i++) {
		if (scene.emu.events[i].type == SG_EVENT_SAFE_OFF)
			off_s = scene.emu.events[i].time_s + scene_zero_s(&scene);
	}
	scene_free(&scene);
	assert_true(off_s > 1200.0 && off_s < 1500.0);
	for (int i = -40; i <= 10; i++) {
		char faults[64];

		snprintf(faults, sizeof(faults), "hangup_at_s=%.6f,return_s=120", off_s + 0.01 * i);
		hold_with(&scene, faults);
		if (scene.emu.err || strcmp(scene.emu.outcome.summary.stopped_by, "end_of_plan") != 0)
			fail_msg("pulled %.2f s from the proof: %s, %s", 0.01 * i, scene.emu.outcome.summary.stopped_by,
				 scene.emu.outcome.summary.detail);
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
}

/* Levels of a ramp that nobody saw are not called held. */
static void a_level_that_passed_unseen_is_not_the_last_good_one(void **state)
{
	struct scene scene;
	double good, last = 0.0;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.steps = "  - ccd: {from: 1 mA/cm2, to: 5 mA/cm2, increment: 1 mA/cm2, half_step: 300 s}\n" });
	/* Away from the middle of the second level to the end of all. */
	scene.emu.potentiostat_arguments = "--faults hangup_at_s=1300,return_s=3000";
	scene.emu.sim_arguments = "--cell short=never";
	scene.emu.settle_s = 10.0;
	snprintf(scene.yaml + strlen(scene.yaml), sizeof(scene.yaml) - strlen(scene.yaml), "reconnect_within: 2 h\n");
	scene_run(&scene);
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	good = scene.emu.outcome.result.ccd_last_good_ma_cm2;
	for (size_t i = 0; i < scene.emu.outcome.result.count; i++) {
		const struct sg_half_step *h = &scene.emu.outcome.result.half_steps[i];

		if (h->witnessed && h->complete)
			last = fabs(h->density_ma_cm2);
	}
	assert_true(good == last && good <= 2.0);
	assert_true(truth_c(&scene) <= 2.0 * HALF_S * 15e-3 * SCENE_AREA_CM2 * 1.005);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_away_is_booked_by_the_instruments_own_clock),
		cmocka_unit_test(steps_that_pass_while_it_is_away_are_booked_and_never_run_again),
		cmocka_unit_test(a_program_that_ended_in_the_meantime_is_not_repeated_and_not_booked),
		cmocka_unit_test(pulled_in_the_soak_is_noticed_and_the_soak_goes_on),
		cmocka_unit_test(pulled_in_a_soak_with_a_silent_chamber_is_noticed_all_the_same),
		cmocka_unit_test(the_word_stop_ends_the_test_once_the_cell_is_off),
		cmocka_unit_test(one_that_never_comes_back_ends_the_test_as_unsafe_after_the_time_given),
		cmocka_unit_test(nobody_waits_if_nobody_wants_to),
		cmocka_unit_test(a_person_may_end_the_waiting),
		cmocka_unit_test(an_excursion_while_the_link_is_lost_is_acted_on_when_it_is_back),
		cmocka_unit_test(a_cable_that_goes_in_the_moment_of_a_hold_is_waited_for_as_ever),
		cmocka_unit_test(a_level_that_passed_unseen_is_not_the_last_good_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

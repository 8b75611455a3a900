/* SPDX-License-Identifier: Apache-2.0 */
/* A person asks for the end: in the middle of a current, in the soak, in a hold, before anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define DENSITY_MA_CM2 2.0
static const char cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n";

struct moment {
	enum sg_phase phase;
	double after_s; /* test time */
	int presses;
};

static struct moment moment;

static void press(struct scene *scene, const struct sg_run_view *view)
{
	if (view->phase != moment.phase || view->time_s < moment.after_s || scene->interrupts)
		return;
	scene->interrupts = moment.presses;
	scene->mark = view->time_s;
}

static void run_until_pressed(struct scene *scene, const char *sim)
{
	scene_init(scene, &(struct scene_words){ .steps = cycles });
	scene->emu.sim_arguments = sim;
	scene->emu.potentiostat_arguments = "--options ideal=yes";
	scene->look = press;
	scene_run(scene);
	assert_true(scene->mark > 0.0);
}

static void assert_operator_end(struct scene *scene)
{
	char *result = scene_file(scene, "result.json");

	assert_int_equal(scene->emu.err, SG_OK);
	assert_stopped_by(scene, "operator");
	assert_string_equal(scene->emu.outcome.summary.state, "stopped");
	assert_non_null(strstr(result, "\"stopped_by\": \"operator\""));
	assert_non_null(strstr(result, "\"state\": \"stopped\""));
	assert_int_equal(emu_count(&scene->emu, SG_EVENT_OPERATOR), 1);
	assert_named_end(scene);
	assert_cell_off(scene);
	assert_record_whole(scene);
	free(result);
}

static void pressed_under_a_current_ends_with_the_data_and_the_cell_off(void **state)
{
	(void)state;
	for (int presses = 1; presses <= 3; presses++) {
		const double ampere = DENSITY_MA_CM2 * 1e-3 * SCENE_AREA_CM2;
		struct scene scene;
		double beyond_s;

		moment = (struct moment){ SG_PHASE_STEP, 500.0, presses };
		run_until_pressed(&scene, "--cell short=never");
		assert_operator_end(&scene);
		assert_true(scene.table.last_time_s >= scene.mark - 1.0);
		/* From the last reading that is booked to the end of the current, by the truth. */
		beyond_s = (emu_truth_number(&scene.emu, "charge_passed_c") - scene.charge_shown_c) / ampere;
		print_message("  pressed %d times: %.2f s of current after the reading at hand\n", presses, beyond_s);
		assert_true(beyond_s >= -0.01 && beyond_s <= 1.1);
		assert_charge_true(&scene, 5e-3);
		/* The half-step at hand is kept, and is not called complete. */
		assert_true(scene.emu.outcome.result.count >= 2);
		assert_false(scene.emu.outcome.result.half_steps[scene.emu.outcome.result.count - 1].complete);
		scene_free(&scene);
	}
}

static void pressed_in_the_soak_ends_before_any_current(void **state)
{
	struct scene scene;

	(void)state;
	moment = (struct moment){ SG_PHASE_SOAK, 30.0, 1 };
	run_until_pressed(&scene, NULL);
	assert_operator_end(&scene);
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_true(scene.emu.outcome.summary.test_time_s < scene.mark + 10.0);
	scene_free(&scene);
}

static void pressed_in_a_hold_ends_the_hold(void **state)
{
	struct scene scene;

	(void)state;
	moment = (struct moment){ SG_PHASE_HOLD, 0.0, 1 };
	run_until_pressed(&scene, "--cell short=never --chamber ambient_k=290,door_at_s=1200,door_open_s=120");
	assert_operator_end(&scene);
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold: cell off"));
	assert_true(scene.emu.outcome.summary.test_time_s < scene.mark + 10.0);
	assert_charge_true(&scene, 5e-3);
	scene_free(&scene);
}

static void pressed_before_the_start_starts_nothing(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = cycles, .chamber = "" });
	scene.interrupts = 1;
	scene_run(&scene);
	assert_operator_end(&scene);
	assert_true(emu_truth_number(&scene.emu, "charge_passed_c") == 0.0);
	assert_false(emu_truth_flag(&scene.emu, "terminals_used"));
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pressed_under_a_current_ends_with_the_data_and_the_cell_off),
		cmocka_unit_test(pressed_in_the_soak_ends_before_any_current),
		cmocka_unit_test(pressed_in_a_hold_ends_the_hold),
		cmocka_unit_test(pressed_before_the_start_starts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

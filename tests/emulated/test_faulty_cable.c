/* SPDX-License-Identifier: Apache-2.0 */
/* A rig whose port is written as a bad cable: it says so wherever somebody may look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

static const char steps[] = "  - cycle: {current: 1 mA/cm2, half_cycle: 60 s, count: 2}\n";

static void init(struct scene *scene, const char *cable)
{
	scene_init(scene, &(struct scene_words){ .chamber = "", .steps = steps });
	scene->emu.sim_arguments = "--cell short=never";
	scene->emu.cable = cable;
}

static void assert_says(const struct scene *scene, bool faulty)
{
	char *result = scene_file(scene, "result.json");

	assert_non_null(strstr(result, faulty ? "\"faults_injected\": true" : "\"faults_injected\": false"));
	assert_int_equal(scene_told(scene, SG_EVENT_RUN_STARTED, "FAULTS INJECTED"), faulty);
	free(result);
}

static void a_bad_cable_is_named_in_events_and_result(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, "faulty:seed=4,drop=0.02,corrupt=0.02,way=host:");
	scene_run(&scene);
	assert_int_equal(scene.emu.opened, SG_OK);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	assert_says(&scene, true);
	assert_true(emu_count(&scene.emu, SG_EVENT_DATA_FAULT) > 0 || scene.table.rows < 240);
	scene_free(&scene);
}

static void a_good_cable_is_not(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, NULL);
	scene_run(&scene);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, 240);
	assert_says(&scene, false);
	scene_free(&scene);
}

/* Pulled by the cable itself, it is sought at the address as it was written, and is as bad as before. */
static void it_is_as_bad_after_it_was_pulled(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene, "faulty:seed=2,disconnect=0.01:");
	scene_run(&scene);
	assert_int_equal(scene.emu.opened, SG_OK);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_true(emu_count(&scene.emu, SG_EVENT_COMMUNICATION) >= 4); /* lost and back, more than once */
	assert_says(&scene, true);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_cable_is_named_in_events_and_result),
		cmocka_unit_test(a_good_cable_is_not),
		cmocka_unit_test(it_is_as_bad_after_it_was_pulled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What detectors say of a cell, on the whole way: simulated cell, wire, driver, detectors, the experiment's answer, record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* 16 half-cycles of 5 min: the first eight are for learning. A third of the current takes another way from 2900 s on. */
static const char cycles[] = "  - cycle: {current: 1 mA/cm2, half_cycle: 5 min, count: 8}\n";
#define PLANNED_S 4800.0
#define SOFT "--cell short=at,short_at_s=2900,short_ohm=100"

static void run(struct scene *scene, const char *more)
{
	scene_init(scene, &(struct scene_words){ .steps = cycles, .chamber = "", .more = more });
	scene->emu.sim_arguments = SOFT;
	scene_run(scene);
	assert_record_whole(scene);
	assert_cell_off(scene);
	assert_named_end(scene);
}

static void a_soft_short_is_told_and_the_test_goes_on(void **state)
{
	const struct sg_event *event;
	struct scene scene;
	char *result;

	(void)state;
	run(&scene, "");
	assert_stopped_by(&scene, "end_of_plan");
	event = scene_event(&scene, SG_EVENT_SOFT_SHORT);
	assert_non_null(event);
	assert_true(event->time_s > 2890.0 - scene_zero_s(&scene) && event->time_s < 3600.0);
	assert_null(scene_event(&scene, SG_EVENT_HARD_SHORT));
	assert_null(scene_event(&scene, SG_EVENT_PAUSE));
	result = scene_file(&scene, "result.json");
	assert_non_null(strstr(result, "\"limit_fraction_high\": 0.0"));
	free(result);
	scene_free(&scene);
}

static void it_ends_the_test_where_the_file_says_so(void **state)
{
	struct scene scene;

	(void)state;
	run(&scene, "on_soft_short: stop\n");
	assert_stopped_by(&scene, "soft_short");
	assert_true(scene.table.last_time_s < 3600.0);
	scene_free(&scene);
}

/* Nothing of the plan is lost, and nothing is done twice. */
static void it_pauses_the_test_where_the_file_says_so(void **state)
{
	const struct sg_event *told, *pause;
	struct scene scene;

	(void)state;
	run(&scene, "on_soft_short: pause\npause: 20 min\n");
	assert_stopped_by(&scene, "end_of_plan");
	told = scene_event(&scene, SG_EVENT_SOFT_SHORT);
	pause = scene_event(&scene, SG_EVENT_PAUSE);
	assert_non_null(told);
	assert_non_null(pause);
	assert_true(pause->time_s >= told->time_s && pause->time_s < told->time_s + 5.0);
	assert_true(scene_told(&scene, SG_EVENT_PAUSE, "pause over"));
	assert_true(scene.table.last_time_s > PLANNED_S + 1190.0);
	assert_charge_true(&scene, 1e-3);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_soft_short_is_told_and_the_test_goes_on),
		cmocka_unit_test(it_ends_the_test_where_the_file_says_so),
		cmocka_unit_test(it_pauses_the_test_where_the_file_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

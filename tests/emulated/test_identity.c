/* SPDX-License-Identifier: Apache-2.0 */
/* Another instrument than the one that was named, or none: told before anything moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "scene.h"

static const char steps[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 60 s, count: 1}\n";

/* No current, no set-point; the cell was never held. */
static void assert_nothing_moved(const struct scene *scene)
{
	assert_true(emu_truth_number(&scene->emu, "charge_passed_c") == 0.0);
	assert_false(emu_truth_flag(&scene->emu, "terminals_used"));
	assert_false(emu_truth_flag(&scene->emu, "cell_on"));
	if (strstr(scene->emu.truth, "\"votsch\""))
		assert_false(emu_truth_flag(&scene->emu, "running"));
	assert_string_equal(scene->emu.outcome.folder, "");
}

static void assert_refused(const struct scene *scene, enum sg_err err, const char *words)
{
	if (scene->emu.opened != err)
		fail_msg("opened: %s (%s), expected %s", sg_err_name(scene->emu.opened), scene->emu.why, sg_err_name(err));
	if (!strstr(scene->emu.why, words))
		fail_msg("\"%s\" lacks \"%s\"", scene->emu.why, words);
	assert_nothing_moved(scene);
}

static void another_serial_number_is_refused_and_both_are_named(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps, .potentiostat = ", serial: ES4HR20B0009" });
	scene.emu.potentiostat_arguments = "--serial ES4HR20B0123";
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_IDENTITY, "ES4HR20B0123");
	assert_non_null(strstr(scene.emu.why, "ES4HR20B0009"));
	/* The chamber was not even spoken to. */
	assert_true(emu_truth_number(&scene.emu, "requests") == 0.0);
	scene_free(&scene);
}

static void the_right_serial_number_is_taken_and_recorded(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps, .potentiostat = ", serial: ES4HR20B0123" });
	scene.emu.potentiostat_arguments = "--serial ES4HR20B0123";
	scene_run(&scene);
	assert_int_equal(scene.emu.opened, SG_OK);
	assert_stopped_by(&scene, "end_of_plan");
	assert_true(scene_told(&scene, SG_EVENT_RUN_STARTED, "ES4HR20B0123"));
	assert_true(scene_told(&scene, SG_EVENT_RUN_STARTED, "SIMULATED"));
	scene_free(&scene);
}

static void another_model_is_refused_either_way(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps, .model = "lr", .limits = "voltage: 2 V" });
	scene.emu.model = "hr";
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_IDENTITY, "model hr answers where lr is configured");
	scene_free(&scene);

	scene_init(&scene, &(struct scene_words){ .steps = steps, .model = "hr" });
	scene.emu.model = "lr";
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_IDENTITY, "model lr answers where hr is configured");
	scene_free(&scene);
}

static void a_chamber_that_is_not_there_is_named_with_what_is(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps });
	scene.emu.no_chamber = true;
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_NOT_FOUND, "no port \"votsch\"; it has: emstat4");
	scene_free(&scene);
}

static void a_chamber_that_is_silent_is_told_as_such(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps });
	scene.emu.chamber_arguments = "--faults drop=1";
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_TIMEOUT, "votsch");
	scene_free(&scene);
}

/* Ten numbers and address 01: it does not answer what is not addressed to it. */
static void a_chamber_at_another_address_is_silent(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps });
	scene.emu.chamber_arguments = "--model vt4002-ten";
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_TIMEOUT, "votsch");
	scene_free(&scene);
}

static void a_potentiostat_that_is_silent_is_told_as_such(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = steps });
	scene.emu.potentiostat_arguments = "--faults drop=1";
	scene_run(&scene);
	assert_refused(&scene, SG_ERR_TIMEOUT, "silent");
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_serial_number_is_refused_and_both_are_named),
		cmocka_unit_test(the_right_serial_number_is_taken_and_recorded),
		cmocka_unit_test(another_model_is_refused_either_way),
		cmocka_unit_test(a_chamber_that_is_not_there_is_named_with_what_is),
		cmocka_unit_test(a_chamber_that_is_silent_is_told_as_such),
		cmocka_unit_test(a_chamber_at_another_address_is_silent),
		cmocka_unit_test(a_potentiostat_that_is_silent_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `verify: pulse` on the whole way: a simulated cell that shorts, or a sense lead that comes off, on an instrument with
 * programs of its own and on one that is stepped. What the truth was shows in the verdict, and in what the test does then.
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

/* 2 mA cm-2, 83 mV across the healthy cell: 8 % of it are 6.6 mV. */
static const char cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 5 min, count: 2}\n";
#define CURRENT_A (2e-3 * SCENE_AREA_CM2)
#define PLANNED_S 1200.0
#define EVENT_S 400.0 /* simulator time: in the second half-cycle */

static const struct instrument {
	const char *family, *model;
	double interval_s;
	size_t readings; /* of each part */
} instruments[] = {
	{ NULL, NULL, 0.01, 20 },
	{ "tdstat", "v3", 0.1, 3 },
};
#define INSTRUMENTS (sizeof(instruments) / sizeof(instruments[0]))

static void run_steps(struct scene *scene, const struct instrument *instrument, const char *steps, const char *cell,
		      const char *afe, const char *more)
{
	scene_init(scene, &(struct scene_words){ .family = instrument->family, .model = instrument->model, .chamber = "",
						 .steps = steps, .more = more });
	scene->emu.sim_arguments = cell;
	scene->emu.potentiostat_arguments = afe;
	scene_run(scene);
	assert_record_whole(scene);
	assert_cell_off(scene);
	assert_named_end(scene);
}

static void run(struct scene *scene, const struct instrument *instrument, const char *cell, const char *afe, const char *more)
{
	run_steps(scene, instrument, cycles, cell, afe, more);
}

#define SHORT "--cell short=at,short_at_s=400,short_ohm=1"
#define SOFT "--cell short=at,short_at_s=700,short_ohm=60"
#define HEALTHY "--cell short=never"
#define FLOATING "--afe sense_off_s=400,sense_mv=-3"
#define AT_ZERO "--afe sense_off_s=400"

/* Rows of the record that belong to a step. */
static size_t rows_of(const struct scene *scene, const char *step)
{
	char *table = scene_file(scene, ".bdf.csv");
	char wanted[40];
	size_t count = 0;

	snprintf(wanted, sizeof(wanted), ",%s,", step);
	for (const char *at = table; (at = strstr(at, wanted)); at += strlen(wanted))
		count++;
	free(table);
	return count;
}

static void assert_verdict(const struct scene *scene, const char *words)
{
	const struct sg_event *event = scene_event(scene, SG_EVENT_VERIFY);

	if (!event)
		fail_msg("no pulse");
	print_message("  %s: %s\n", scene->emu.model ? scene->emu.model : "emstat4", event->text);
	if (!strstr(event->text, words))
		fail_msg("expected \"%s\"", words);
	assert_int_equal(emu_count(&scene->emu, SG_EVENT_VERIFY), 1);
}

static void a_short_is_confirmed_and_ends_the_test(void **state)
{
	(void)state;
	for (size_t i = 0; i < INSTRUMENTS; i++) {
		struct scene scene;
		char *result;

		run(&scene, &instruments[i], SHORT, NULL, "verify: pulse\n");
		assert_verdict(&scene, "short confirmed");
		assert_stopped_by(&scene, "hard_short");
		assert_true(scene.table.last_time_s < EVENT_S + 15.0);
		/* every reading of it is in the record, at its own time */
		assert_int_equal(rows_of(&scene, "verify.rest"), instruments[i].readings);
		assert_int_equal(rows_of(&scene, "verify.half"), instruments[i].readings);
		assert_charge_true(&scene, 2e-3);
		assert_true(scene.emu.outcome.result.short_found);
		assert_int_equal(scene.emu.outcome.result.count, 2); /* the pulse is no half-step */
		result = scene_file(&scene, "result.json");
		assert_non_null(strstr(result, "\"verify\": 1"));
		free(result);
		scene_free(&scene);
	}
}

static void without_the_key_nothing_is_pulsed(void **state)
{
	struct scene scene;

	(void)state;
	run(&scene, &instruments[0], SHORT, NULL, "verify: none\n");
	assert_stopped_by(&scene, "hard_short");
	assert_null(scene_event(&scene, SG_EVENT_VERIFY));
	assert_int_equal(rows_of(&scene, "verify.rest"), 0);
	scene_free(&scene);
}

/* It is verified all the same, and the test goes on where it was: nothing of the plan is lost. */
static void a_confirmed_short_that_is_only_to_be_noted_is_noted(void **state)
{
	(void)state;
	for (size_t i = 0; i < INSTRUMENTS; i++) {
		struct scene scene;

		run(&scene, &instruments[i], SHORT, NULL, "verify: pulse\non_hard_short: flag\n");
		assert_verdict(&scene, "short confirmed");
		assert_stopped_by(&scene, "end_of_plan");
		assert_true(scene.table.last_time_s > PLANNED_S && scene.table.last_time_s < PLANNED_S + 30.0);
		assert_charge_true(&scene, 2e-3);
		scene_free(&scene);
	}
}

/* Rests behind either polarity have shown the zero of the meter before the lead comes off, again in a negative half-step. */
static const char rested[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 2 min, rest: 5 s, count: 4}\n";

/* It looks like a hard short, which would have ended the test and given a critical current density. */
static void a_floating_sense_lead_is_told_from_a_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < INSTRUMENTS; i++) {
		struct scene scene;

		run_steps(&scene, &instruments[i], rested, HEALTHY, FLOATING, "verify: pulse\n");
		assert_non_null(scene_event(&scene, SG_EVENT_HARD_SHORT));
		assert_verdict(&scene, "sense lead lost, not a short");
		assert_non_null(scene_event(&scene, SG_EVENT_PAUSE)); /* on_contact: flag, and yet no current under no voltage */
		assert_stopped_by(&scene, "end_of_plan");
		assert_false(scene.emu.outcome.result.short_found);
		scene_free(&scene);

		run_steps(&scene, &instruments[i], rested, HEALTHY, FLOATING, "verify: pulse\non_contact: stop\n");
		assert_verdict(&scene, "sense lead lost, not a short");
		assert_stopped_by(&scene, "sense_lost");
		assert_true(scene.table.last_time_s < EVENT_S + 15.0);
		assert_false(scene.emu.outcome.result.short_found);
		scene_free(&scene);
	}
}

/* Either may be: so it is acted upon as if nobody had asked. */
static void a_sense_lead_at_zero_is_left_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < INSTRUMENTS; i++) {
		struct scene scene;

		run(&scene, &instruments[i], HEALTHY, AT_ZERO, "verify: pulse\n");
		assert_verdict(&scene, "the pulse cannot tell");
		assert_non_null(scene_event(&scene, SG_EVENT_SHORT_OR_SENSE));
		assert_null(scene_event(&scene, SG_EVENT_HARD_SHORT));
		assert_stopped_by(&scene, "short_or_sense");
		scene_free(&scene);
	}
}

static void a_soft_short_of_a_ceramic_stays_open_and_the_policy_holds(void **state)
{
	static const char long_cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 90 s, count: 10}\n";

	(void)state;
	for (size_t i = 0; i < INSTRUMENTS; i++) {
		struct scene scene;

		scene_init(&scene, &(struct scene_words){ .family = instruments[i].family, .model = instruments[i].model,
							  .chamber = "", .steps = long_cycles,
							  .more = "verify: pulse\non_soft_short: stop\n" });
		scene.emu.sim_arguments = SOFT;
		scene_run(&scene);
		assert_record_whole(&scene);
		assert_cell_off(&scene);
		assert_verdict(&scene, "the pulse cannot tell");
		assert_stopped_by(&scene, "soft_short");
		scene_free(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_is_confirmed_and_ends_the_test),
		cmocka_unit_test(without_the_key_nothing_is_pulsed),
		cmocka_unit_test(a_confirmed_short_that_is_only_to_be_noted_is_noted),
		cmocka_unit_test(a_floating_sense_lead_is_told_from_a_short),
		cmocka_unit_test(a_sense_lead_at_zero_is_left_open),
		cmocka_unit_test(a_soft_short_of_a_ceramic_stays_open_and_the_policy_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

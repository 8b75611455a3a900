/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings that are none: not a number, overloaded, stale, stuck; and damage that begins with the first sample, when a
 * current flows. The lines are the simulator's own, edited on their way.
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
#include "tap.h"

static const char steps[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 60 s, count: 2}\n";
#define SAMPLES 240u

enum change {
	NOT_A_NUMBER,
	CURRENT_NOT_A_NUMBER,
	OVERLOADED,
	OLD,    /* the line of the first sample to be changed, again and again */
	FROZEN, /* the voltage of it, again and again */
	DOUBLED,    /* 2.4 times the current */
	MULTIPLIED, /* 24 times */
	REVERSED,
	DROP,
	FLIP,
	TWICE,
	CUT,
	MIXED, /* one of the last four */
};

struct editor {
	const char *steps; /* or NULL: those above */
	const char *limits; /* or NULL: the usual */
	enum change change;
	unsigned first, count; /* which samples, from 1 */
	double probability;    /* 0: all of them */
	uint64_t random;
	/* state */
	unsigned samples;
	unsigned changed;
	char kept[TAP_LINE_SIZE];
};

static double chance(struct editor *e)
{
	e->random = e->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(e->random >> 11) / 9007199254740992.0;
}

/* A package of three variables: time, current, voltage. Those of the check that the cell is off have one. */
static bool is_sample(const char *line)
{
	return line[0] == 'P' && strstr(line, ";ba") && strstr(line, ";ab");
}

static char *variable(char *line, const char *type)
{
	char *at = strstr(line, type);

	assert_non_null(at);
	return at + strlen(type);
}

static unsigned damage(struct editor *e, enum change change, char *line)
{
	size_t length = strlen(line);
	size_t at = (size_t)(chance(e) * (double)length);

	switch (change) {
	case DROP:
		return 0;
	case TWICE:
		return 2;
	case CUT:
		line[length / 2] = '\0';
		return 1;
	case FLIP:
		line[at] = (char)(line[at] ^ (1 << (int)(chance(e) * 7.0)));
		if (line[at] == '\0')
			line[at] = '~';
		return 1;
	case NOT_A_NUMBER:
	case CURRENT_NOT_A_NUMBER:
	case OVERLOADED:
	case OLD:
	case FROZEN:
	case DOUBLED:
	case MULTIPLIED:
	case REVERSED:
	case MIXED:
		break;
	}
	return damage(e, (enum change)(DROP + (int)(chance(e) * 4.0)), line);
}

/* Seven digits around 8000000, and the prefix behind them stays. */
static void multiply(char *digits, double factor)
{
	char text[8];

	memcpy(text, digits, 7);
	text[7] = '\0';
	snprintf(text, sizeof(text), "%07lX",
		 (unsigned long)(0x8000000L + lround(factor * (double)(strtol(text, NULL, 16) - 0x8000000L))));
	memcpy(digits, text, 7);
}

static unsigned change_line(struct editor *e, char *line)
{
	char *at;

	switch (e->change) {
	case NOT_A_NUMBER:
		memcpy(variable(line, ";ab"), "     nan", 8);
		return 1;
	case CURRENT_NOT_A_NUMBER:
		memcpy(variable(line, ";ba"), "     nan", 8);
		return 1;
	case OVERLOADED:
		at = variable(line, ";ab");
		assert_memory_equal(at + 8, ",1", 2);
		at[10] = '2';
		return 1;
	case OLD:
		strcpy(line, e->kept);
		return 1;
	case FROZEN:
		memcpy(variable(line, ";ab"), variable(e->kept, ";ab"), 8);
		return 1;
	case DOUBLED:
		multiply(variable(line, ";ba"), 2.4);
		return 1;
	case MULTIPLIED:
		multiply(variable(line, ";ba"), 24.0);
		return 1;
	case REVERSED:
		multiply(variable(line, ";ba"), -1.0);
		return 1;
	case DROP:
	case FLIP:
	case TWICE:
	case CUT:
	case MIXED:
		break;
	}
	return damage(e, e->change, line);
}

static unsigned edit(void *ctx, char *line)
{
	struct editor *e = ctx;

	if (is_sample(line))
		e->samples++;
	/* Random damage strikes all that is said from the first sample on, the end and the proof of it included. */
	if (e->samples == 0 || (!is_sample(line) && e->probability == 0.0))
		return 1;
	if (e->samples < e->first || e->samples >= e->first + e->count)
		return 1;
	if (e->probability > 0.0 && chance(e) >= e->probability)
		return 1;
	if (!e->changed++)
		strcpy(e->kept, line);
	return change_line(e, line);
}

static void run_edited(struct scene *scene, struct editor *e)
{
	const struct tap tap = { .port = "#emstat4", .edit = edit, .ctx = e };

	scene_init(scene, &(struct scene_words){ .steps = e->steps ? e->steps : steps, .chamber = "",
					  .limits = e->limits });
	scene->emu.sim_arguments = "--cell short=never";
	scene->emu.seed = 3;
	scene->emu.settle_s = 2.0 * SAMPLES;
	tap_install(&tap);
	scene_run(scene);
	tap_install(NULL);
	assert_true(e->changed > 0);
	assert_named_end(scene);
	assert_record_whole(scene);
	assert_false(emu_truth_flag(&scene->emu, "cell_on"));
}

static void a_few_readings_that_are_no_numbers_are_left_out_and_bridged(void **state)
{
	static const enum change changes[] = { NOT_A_NUMBER, CURRENT_NOT_A_NUMBER };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct editor e = { .change = changes[i], .first = 80, .count = 5 };
		struct scene scene;

		run_edited(&scene, &e);
		assert_stopped_by(&scene, "end_of_plan");
		assert_int_equal(e.changed, 5);
		assert_int_equal(scene.table.rows, SAMPLES - 5);
		assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, "not a number"));
		assert_charge_true(&scene, 3e-3);
		assert_cell_off(&scene);
		scene_free(&scene);
	}
}

static void nothing_but_no_numbers_is_silence_and_the_cell_goes_off(void **state)
{
	struct editor e = { .change = NOT_A_NUMBER, .first = 80, .count = 1000 };
	struct scene scene;

	(void)state;
	run_edited(&scene, &e);
	assert_stopped_by(&scene, "silence");
	assert_int_equal(scene.emu.err, SG_ERR_TIMEOUT);
	assert_int_equal(scene.table.rows, 79);
	/* The limit is ten intervals. */
	assert_true(e.changed >= 10 && e.changed <= 13);
	assert_cell_off(&scene);
	scene_free(&scene);
}

static void an_old_line_again_and_again_is_no_sign_of_life(void **state)
{
	struct editor e = { .change = OLD, .first = 80, .count = 1000 };
	struct scene scene;

	(void)state;
	run_edited(&scene, &e);
	assert_stopped_by(&scene, "silence");
	assert_int_equal(scene.table.rows, 80); /* the first time it was new */
	assert_true(e.changed <= 14);
	assert_cell_off(&scene);
	scene_free(&scene);
}

static void overloaded_readings_are_kept_flagged_told_and_used_for_nothing(void **state)
{
	struct editor e = { .change = OVERLOADED, .first = 80, .count = 5 };
	struct scene scene;
	char *quality;

	(void)state;
	run_edited(&scene, &e);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, SAMPLES);
	assert_true(scene_told(&scene, SG_EVENT_DATA_FAULT, "overload"));
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_DATA_FAULT), 1); /* an episode is told once */
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_HARD_SHORT), 0);
	quality = scene_file(&scene, ".quality.csv");
	assert_non_null(strstr(quality, "overload"));
	free(quality);
	assert_charge_true(&scene, 3e-3);
	assert_cell_off(&scene);
	scene_free(&scene);
}

static void a_voltage_that_never_moves_again_is_told_as_stuck(void **state)
{
	/* In the second of two half-cycles, after its noise has been seen for a hundred readings. */
	struct editor e = { .change = FROZEN, .first = 300, .count = 100,
			    .steps = "  - cycle: {current: 2 mA/cm2, half_cycle: 200 s, count: 1}\n" };
	struct scene scene;

	(void)state;
	run_edited(&scene, &e);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, 400);
	assert_true(scene_told(&scene, SG_EVENT_DATA_FAULT, "stuck"));
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_HARD_SHORT), 0);
	assert_cell_off(&scene);
	scene_free(&scene);
}

static void an_instrument_out_of_control_is_off_at_its_second_reading(void **state)
{
	static const struct {
		enum change change;
		const char *reason;
	} rows[] = { { DOUBLED, "instrument" }, { REVERSED, "instrument" }, { MULTIPLIED, "limit_current" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct editor e = { .change = rows[i].change, .first = 80, .count = 1000,
				    .limits = "voltage: 5 V, current: 20 mA" };
		struct scene scene;
		char *quality;

		run_edited(&scene, &e);
		assert_stopped_by(&scene, rows[i].reason);
		assert_int_equal(scene.emu.err, SG_ERR_LIMIT);
		assert_true(e.changed <= 3); /* the third may be under way */
		assert_int_equal(scene.table.rows, 80); /* the second is the evidence */
		assert_true(scene_told(&scene, SG_EVENT_LIMIT, "mA"));
		assert_true(emu_truth_number(&scene.emu, "charge_passed_c") < 82.0 * 2e-3 * SCENE_AREA_CM2);
		quality = scene_file(&scene, ".quality.csv");
		assert_non_null(strstr(quality, "uncontrolled"));
		free(quality);
		assert_cell_off(&scene);
		scene_free(&scene);
	}
}

static void one_reading_out_of_control_is_left_out(void **state)
{
	struct editor e = { .change = REVERSED, .first = 80, .count = 1 };
	struct scene scene;

	(void)state;
	run_edited(&scene, &e);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, SAMPLES - 1);
	assert_charge_true(&scene, 3e-3);
	assert_cell_off(&scene);
	scene_free(&scene);
}

static void damage_that_begins_under_a_current_ends_in_a_named_end_with_the_cell_off(void **state)
{
	static const struct {
		const char *legend;
		enum change change;
		double probability;
	} rows[] = {
		{ "lost, one in ten", DROP, 0.1 },      { "lost, one in two", DROP, 0.5 },
		{ "lost, nine in ten", DROP, 0.9 },     { "lost, all", DROP, 1.0 },
		{ "flipped, one in ten", FLIP, 0.1 },   { "flipped, one in two", FLIP, 0.5 },
		{ "flipped, all", FLIP, 1.0 },          { "doubled, one in two", TWICE, 0.5 },
		{ "doubled, all", TWICE, 1.0 },         { "cut, one in ten", CUT, 0.1 },
		{ "cut, one in two", CUT, 0.5 },        { "mixed, one in five", MIXED, 0.2 },
		{ "mixed, one in two", MIXED, 0.5 },    { "mixed, all", MIXED, 1.0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned ends = 0, unsafe = 0, completed = 0;
		double worst = 0.0;

		for (unsigned seed = 1; seed <= 8; seed++) {
			struct editor e = { .change = rows[i].change, .first = 1, .count = 100000,
					    .probability = rows[i].probability, .random = seed * 7919u };
			struct scene scene;

			run_edited(&scene, &e);
			assert_true(emu_truth_number(&scene.emu, "now_s") < 1000.0);
			ends++;
			unsafe += scene.emu.err == SG_ERR_UNSAFE;
			if (strcmp(scene.emu.outcome.summary.stopped_by, "end_of_plan") == 0) {
				const double truth_c = emu_truth_number(&scene.emu, "charge_passed_c");

				completed++;
				worst = fmax(worst, fabs(scene.table.last_cumulative_ah * 3600.0 / truth_c - 1.0));
			}
			assert_int_equal(emu_count(&scene.emu, SG_EVENT_HARD_SHORT), 0);
			scene_free(&scene);
		}
		print_message("  %-20s %u ends: %u completed (charge %.2f %% off at most), %u not shown off\n", rows[i].legend,
			      ends, completed, worst * 100.0, unsafe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_readings_that_are_no_numbers_are_left_out_and_bridged),
		cmocka_unit_test(nothing_but_no_numbers_is_silence_and_the_cell_goes_off),
		cmocka_unit_test(an_old_line_again_and_again_is_no_sign_of_life),
		cmocka_unit_test(overloaded_readings_are_kept_flagged_told_and_used_for_nothing),
		cmocka_unit_test(a_voltage_that_never_moves_again_is_told_as_stuck),
		cmocka_unit_test(an_instrument_out_of_control_is_off_at_its_second_reading),
		cmocka_unit_test(one_reading_out_of_control_is_left_out),
		cmocka_unit_test(damage_that_begins_under_a_current_ends_in_a_named_end_with_the_cell_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

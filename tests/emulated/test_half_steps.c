/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Half-steps by charge last as long as the charge takes: no multiple of the interval, so that the reversal lies between
 * two samples. Booked is what flowed, by the simulator's count; also when the last lines of a half-step are lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "tap.h"

#define CHARGE_MAH_CM2 0.1
/* Half-steps of 51.43, 45 and 40 s, each in two polarities. */
static const char ramp[] =
	"  - ccd: {from: 7 mA/cm2, to: 9 mA/cm2, increment: 1 mA/cm2, half_step: 0.1 mAh/cm2, interval: 10 s}\n";
#define SAMPLES_OF_RAMP (5 + 5 + 4 + 4 + 4 + 4)
#define HALF_STEPS_OF_RAMP 6
/* Relative. The instrument measures without an error of its own here. */
#define CHARGE_TOLERANCE 5e-4
/* Setting up a loop takes it a moment. */
#define TIME_TOLERANCE_S 0.02

/* Which samples are lost on their way, counted over the whole run from 1. */
struct losses {
	unsigned at[4];
	unsigned overloaded; /* this one comes, marked as beyond the range */
	unsigned samples;
};

static unsigned lose(void *ctx, char *line)
{
	struct losses *losses = ctx;

	if (line[0] != 'P' || !strstr(line, ";ba"))
		return 1;
	losses->samples++;
	if (losses->overloaded == losses->samples)
		strstr(line, ";ab")[13] = '2'; /* of ";ab80F4240u,10" */
	for (size_t i = 0; i < 4; i++) {
		if (losses->at[i] == losses->samples)
			return 0;
	}
	return 1;
}

/* The voltages of the first two rows of every half-step of the ramp. */
static double early_v[HALF_STEPS_OF_RAMP][2];

static void keep_early(struct scene *scene, const struct sg_run_view *view)
{
	const struct sg_row *row = view->row;

	(void)scene;
	if (row && row->step_count >= 1 && row->step_count <= HALF_STEPS_OF_RAMP && row->step_record_index >= 1 &&
	    row->step_record_index <= 2)
		early_v[row->step_count - 1][row->step_record_index - 1] = row->voltage_v;
}

static void run_steps(struct scene *scene, const char *steps, struct losses *losses)
{
	const struct tap tap = { .port = "#emstat4", .edit = lose, .ctx = losses };

	scene_init(scene, &(struct scene_words){ .steps = steps, .chamber = "" });
	scene->emu.sim_arguments = "--cell short=never";
	scene->emu.potentiostat_arguments = "--options ideal=yes";
	scene->look = keep_early;
	tap_install(&tap);
	scene_run(scene);
	tap_install(NULL);
	assert_named_end(scene);
	assert_cell_off(scene);
	assert_record_whole(scene);
}

static double in_c(const struct scene *scene, double mah_cm2)
{
	return mah_cm2 * 3.6 * scene->emu.outcome.result.area_cm2;
}

static void assert_books_true(const struct scene *scene)
{
	const struct sg_result *result = &scene->emu.outcome.result;
	const double passed_c = emu_truth_number(&scene->emu, "charge_passed_c");
	const double net_c = emu_truth_number(&scene->emu, "net_charge_c");

	print_message("  passed %.5f C, truth %.5f C; net %+.5f C, truth %+.5f C\n",
		      in_c(scene, result->cumulative_mah_cm2), passed_c, in_c(scene, result->net_mah_cm2), net_c);
	assert_true(fabs(in_c(scene, result->cumulative_mah_cm2) - passed_c) <= CHARGE_TOLERANCE * passed_c);
	assert_true(fabs(in_c(scene, result->net_mah_cm2) - net_c) <= CHARGE_TOLERANCE * passed_c);
}

/* Every half-step: its planned time, its planned charge, and the next begins where it ended. */
static void assert_half_steps_as_planned(const struct scene *scene, size_t count)
{
	const struct sg_result *result = &scene->emu.outcome.result;

	assert_int_equal(result->count, count);
	for (size_t i = 0; i < count; i++) {
		const struct sg_half_step *h = &result->half_steps[i];
		const double charge_mah_cm2 = h->charge_c / 3.6 / result->area_cm2;

		if (!(fabs(h->end_s - h->begin_s - h->planned_s) <= TIME_TOLERANCE_S))
			fail_msg("half-step %zu: planned %.3f s, recorded %.3f s", i + 1, h->planned_s,
				 h->end_s - h->begin_s);
		if (!(fabs(fabs(charge_mah_cm2) / CHARGE_MAH_CM2 - 1.0) <= CHARGE_TOLERANCE))
			fail_msg("half-step %zu: %.4f mAh cm-2", i + 1, charge_mah_cm2);
		assert_true(h->complete && h->witnessed && h->end == SG_END_DURATION);
	}
}

static void a_reversal_between_two_samples_is_booked_where_it_was(void **state)
{
	struct losses none = { .samples = 0 };
	struct scene scene;

	(void)state;
	run_steps(&scene, ramp, &none);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, SAMPLES_OF_RAMP);
	assert_half_steps_as_planned(&scene, HALF_STEPS_OF_RAMP);
	assert_books_true(&scene);
	scene_free(&scene);
}

static void at_one_second_as_well(void **state)
{
	struct losses none = { .samples = 0 };
	struct scene scene;

	(void)state;
	run_steps(&scene, "  - cycle: {current: 1.5015 mA/cm2, half_cycle: 0.1 mAh/cm2, count: 3}\n", &none);
	assert_stopped_by(&scene, "end_of_plan");
	assert_half_steps_as_planned(&scene, 6);
	assert_books_true(&scene);
	scene_free(&scene);
}

/* The last lines of the first, the second, and of the last half-step of all. */
static void lost_last_lines_shorten_no_half_step(void **state)
{
	struct losses losses = { .at = { 5, 9, 10, SAMPLES_OF_RAMP } };
	struct scene scene;

	(void)state;
	run_steps(&scene, ramp, &losses);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, SAMPLES_OF_RAMP - 4);
	assert_half_steps_as_planned(&scene, 6);
	assert_books_true(&scene);
	scene_free(&scene);
}

static void press(struct scene *scene, const struct sg_run_view *view)
{
	if (view->row && view->time_s > 97.0)
		scene->interrupts = 1;
}

/* Nobody waits for the next sample to stop: what flowed since the latest one is booked too. */
static void a_stop_between_two_samples_is_booked_where_it_was(void **state)
{
	const struct sg_half_step *h;
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.chamber = "", .steps = "  - polarize: {current: 1 mA/cm2, duration: 10 min, interval: 10 s}\n" });
	scene.emu.sim_arguments = "--cell short=never";
	scene.emu.potentiostat_arguments = "--options ideal=yes";
	scene.look = press;
	scene_run(&scene);
	assert_stopped_by(&scene, "operator");
	assert_cell_off(&scene);
	h = &scene.emu.outcome.result.half_steps[0];
	assert_int_equal(h->samples, 9);
	assert_true(!h->complete && h->end == SG_END_STOPPED);
	assert_true(h->end_s > 96.0 && h->end_s < 100.0);
	assert_books_true(&scene);
	scene_free(&scene);
}

static void the_first_voltage_is_that_of_the_first_row_with_nothing_against_it(void **state)
{
	struct losses losses = { .overloaded = 6 };
	struct scene scene;

	(void)state;
	run_steps(&scene, ramp, &losses);
	assert_int_equal(scene.emu.outcome.result.count, HALF_STEPS_OF_RAMP);
	for (size_t i = 0; i < HALF_STEPS_OF_RAMP; i++) {
		const double first_v = scene.emu.outcome.result.half_steps[i].voltage_first_v;
		const size_t row = i == 1; /* the overloaded one is its first */

		assert_true(early_v[i][0] != early_v[i][1]);
		if (first_v != early_v[i][row])
			fail_msg("half-step %zu: %.6f V, row %zu has %.6f V", i + 1, first_v, row + 1, early_v[i][row]);
	}
	assert_true(scene_told(&scene, SG_EVENT_DATA_FAULT, "overload"));
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reversal_between_two_samples_is_booked_where_it_was),
		cmocka_unit_test(at_one_second_as_well),
		cmocka_unit_test(lost_last_lines_shorten_no_half_step),
		cmocka_unit_test(the_first_voltage_is_that_of_the_first_row_with_nothing_against_it),
		cmocka_unit_test(a_stop_between_two_samples_is_booked_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

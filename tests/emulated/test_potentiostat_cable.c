/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the potentiostat's cable may suffer, at many times and rates. Whatever it is, the run ends by itself, says
 * why, has the cell off or says that it could not be shown to be, and keeps what was recorded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

/* Four half-steps of a minute in one script. */
#define PLAN_S 240.0
static const char ramp[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 60 s, count: 2}\n";

/* Longest virtual time: soak, plan, patience at the end, and as much again for what is asked twice. */
#define VIRTUAL_MAX_S 1000.0

static void run_with(struct scene *scene, const char *faults, unsigned seed, double settle_s)
{
	static char words[160];

	scene_init(scene, &(struct scene_words){ .steps = ramp, .more = "reconnect_within: 30 s\n" });
	snprintf(words, sizeof(words), "--faults %s", faults);
	scene->emu.potentiostat_arguments = words;
	scene->emu.sim_arguments = "--cell short=never";
	scene->emu.seed = seed;
	scene->emu.settle_s = settle_s;
	scene_run(scene);
}

/* The truth about the cell when all is over, whoever switched it off. */
static void assert_no_current_in_the_end(const struct scene *scene)
{
	assert_false(emu_truth_flag(&scene->emu, "cell_on"));
	assert_true(emu_truth_number(&scene->emu, "current_a") == 0.0);
}

static void assert_bounded(const struct scene *scene)
{
	assert_true(emu_truth_number(&scene->emu, "now_s") - scene->emu.settle_s < VIRTUAL_MAX_S);
	assert_true(scene->emu.real_s > 0.0 && scene->emu.real_s < 20.0);
}

/* Returns whether it came as far as a run; if not, the reason is named and no current has flowed. */
static bool check_any_end(const struct scene *scene, const char *legend, unsigned seed)
{
	print_message("  %-44s seed %u: %s, %s; %.0f s, %zu rows, %s\n", legend, seed,
		      scene->emu.opened ? "not opened" : scene->emu.outcome.summary.stopped_by,
		      sg_err_name(scene->emu.err), emu_truth_number(&scene->emu, "now_s"), scene->table.rows,
		      scene->emu.outcome.summary.cell_off_verified ? "off" : "NOT SHOWN OFF");
	assert_bounded(scene);
	assert_no_current_in_the_end(scene);
	if (scene->emu.opened) {
		assert_true(scene->emu.why[0] != '\0');
		assert_true(emu_truth_number(&scene->emu, "charge_passed_c") == 0.0);
		return false;
	}
	assert_named_end(scene);
	assert_record_whole(scene);
	return true;
}

/*
 * Nothing is booked that did not flow, and what is missing is within what the record says is not known, a sample
 * interval for each loss, and the usual.
 */
static void assert_charge_bounded(const struct scene *scene)
{
	const double truth_c = emu_truth_number(&scene->emu, "charge_passed_c");
	const double booked_c = scene->emu.outcome.result.cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6;
	double unknown_s = 0.0;

	for (size_t i = 0; i < scene->emu.event_count; i++) {
		const struct sg_event *event = &scene->emu.events[i];

		if (event->type == SG_EVENT_COMMUNICATION && strstr(event->text, "is not known"))
			unknown_s += event->value;
		if (event->type == SG_EVENT_COMMUNICATION && strstr(event->text, "link lost"))
			unknown_s += 1.0;
	}
	if (booked_c > truth_c * 1.02 || booked_c + unknown_s * 2e-3 * SCENE_AREA_CM2 < truth_c * 0.98)
		fail_msg("booked %.6f C, not known %.3f s, truth %.6f C", booked_c, unknown_s, truth_c);
}

/*
 * All that the instrument says around the start of the second block is lost; by then it runs. At most the charge that
 * the half-step behind names is missing from the books.
 */
static void a_start_whose_answer_is_lost_leaves_a_bound_and_no_claim(void **state)
{
	unsigned hit = 0;

	(void)state;
	/* The one-line program that shows the cell off, then the start: a few milliseconds at 600.54 s. */
	for (int ms = 530; ms <= 550; ms += 2) {
		const struct sg_result *result;
		double missing_c, unknown_c = 0.0;
		struct scene scene;
		char words[96];

		snprintf(words, sizeof(words), "--options ideal=yes --faults direction=out,stall_at_s=600.%03d,stall_s=7", ms);
		scene_init(&scene, &(struct scene_words){ .chamber = "", .steps =
				   "  - ccd: {from: 1 mA/cm2, to: 2 mA/cm2, increment: 1 mA/cm2, half_step: 5 min}\n" });
		scene.emu.potentiostat_arguments = words;
		scene.emu.sim_arguments = "--cell short=never";
		scene_run(&scene);
		assert_stopped_by(&scene, "end_of_plan");
		result = &scene.emu.outcome.result;
		assert_int_equal(result->count, 4);
		for (size_t i = 0; i < result->count; i++)
			unknown_c += result->half_steps[i].unknown_c;
		assert_true(unknown_c == result->half_steps[2].unknown_c);
		missing_c = emu_truth_number(&scene.emu, "charge_passed_c") - result->cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6;
		if (missing_c > 1e-6) {
			hit++;
			assert_true(unknown_c > missing_c && unknown_c < 10.0 * 2e-3 * SCENE_AREA_CM2);
		}
		assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, "is not known") == (unknown_c > 0.0));
		assert_true(scene_told(&scene, SG_EVENT_GAP, "booked as zero") == (unknown_c == 0.0));
		assert_cell_off(&scene);
		assert_record_whole(&scene);
		scene_free(&scene);
	}
	assert_true(hit > 0);
}

struct fault_row {
	const char *legend;
	const char *faults;
	unsigned runs;  /* this many seeds must come as far as a run */
	bool completes; /* nothing here may end a test early */
};

/* Rates are per line of the instrument and per write of ours: a run of 240 samples sees many of them. */
static const struct fault_row rates[] = {
	{ "lines lost, one in a hundred", "direction=out,drop=0.01", 4, true },
	{ "lines lost, one in ten", "direction=out,drop=0.1", 4, false },
	{ "lines lost, one in two", "direction=out,drop=0.5", 0, false },
	{ "all lines lost", "direction=out,drop=1", 0, false },
	{ "writes lost, one in ten", "direction=in,drop=0.1", 4, false },
	{ "writes lost, one in two", "direction=in,drop=0.5", 0, false },
	{ "bits flipped, one line in a hundred", "corrupt=0.01", 4, false },
	{ "bits flipped, one line in ten", "corrupt=0.1", 2, false },
	{ "bits flipped in every line", "corrupt=1", 0, false },
	{ "doubled, one line in ten", "direction=out,duplicate=0.1", 4, true },
	{ "doubled, all lines", "direction=out,duplicate=1", 0, false },
	{ "doubled writes", "direction=in,duplicate=0.3", 2, false },
	{ "cut, one line in fifty", "truncate=0.02", 4, false },
	{ "cut, one line in ten", "truncate=0.1", 2, false },
	{ "late by 0.5 s, one line in ten", "delay=0.1,delay_s=0.5", 4, true },
	{ "late by 3 s, one line in a hundred", "delay=0.01,delay_s=3", 4, false },
	{ "late by 3 s, one line in ten", "delay=0.1,delay_s=3", 0, false },
	{ "late by 20 s, one line in a hundred", "delay=0.01,delay_s=20", 4, false },
	{ "standing still for 2 s, one line in fifty", "direction=out,stall=0.02,stall_s=2", 4, false },
	{ "standing still for 30 s, one line in fifty", "stall=0.02,stall_s=30", 4, false },
	{ "pulled and back after 2 s, one line in fifty", "hangup=0.02,return_s=2", 4, false },
	{ "pulled for good, one line in fifty", "hangup=0.02", 4, false },
	{ "slow line, 9600 baud", "rate_bytes_s=960", 4, true },
	{ "everything at once", "drop=0.01,corrupt=0.01,duplicate=0.01,truncate=0.01,delay=0.01,stall=0.005,stall_s=2", 4,
	  false },
};

static void try_fault(const struct fault_row *row)
{
	unsigned ran = 0;

	for (unsigned seed = 1; seed <= 4 || (ran < row->runs && seed <= 24); seed++) {
		struct scene scene;

		run_with(&scene, row->faults, seed, 2.0 * PLAN_S);
		if (check_any_end(&scene, row->legend, seed)) {
			ran++;
			/* Missing samples are bridged by those around them. */
			if (strcmp(scene.emu.outcome.summary.stopped_by, "end_of_plan") == 0)
				assert_charge_bounded(&scene);
			else
				assert_false(row->completes);
		} else {
			assert_false(row->completes);
		}
		scene_free(&scene);
	}
	assert_true(ran >= row->runs);
}

static void every_fault_at_every_rate_ends_in_a_named_end_with_the_cell_off_and_the_record_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		try_fault(&rates[i]);
}

/* Times that fall into attach, the soak, the start, the middle, a reversal, the last sample, the end. */
static const double moments_s[] = { 0.001, 0.3, 1.0, 30.0, 61.0, 62.5, 100.0, 122.2, 180.0, 242.2, 300.0, 302.0, 303.0 };

/* "hangup" at this time, ",return_s=7". */
static void run_at(struct scene *scene, const char *what, double at_s, const char *more)
{
	char faults[96];

	snprintf(faults, sizeof(faults), "%s_at_s=%g%s", what, at_s, more);
	run_with(scene, faults, 1, 2.0 * PLAN_S);
}

static void a_cable_that_is_pulled_and_put_back_leaves_the_cell_off_and_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moments_s) / sizeof(moments_s[0]); i++) {
		struct scene scene;

		run_at(&scene, "hangup", moments_s[i], ",return_s=7");
		if (check_any_end(&scene, "pulled, back after 7 s", (unsigned)moments_s[i])) {
			assert_cell_off(&scene);
			assert_int_not_equal(scene.emu.err, SG_ERR_UNSAFE);
		}
		scene_free(&scene);
	}
}

/* The script in the instrument has an end of its own: no current after it, though nobody can ask. */
static void a_cable_that_stays_away_is_told_as_unsafe_and_the_instrument_ends_by_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moments_s) / sizeof(moments_s[0]); i++) {
		struct scene scene;

		run_at(&scene, "hangup", moments_s[i], "");
		if (check_any_end(&scene, "pulled for good", (unsigned)moments_s[i]) &&
		    strcmp(scene.emu.outcome.summary.stopped_by, "end_of_plan") != 0) {
			assert_int_equal(scene.emu.err, SG_ERR_UNSAFE);
			assert_false(scene.emu.outcome.summary.cell_off_verified);
			assert_true(scene_told(&scene, SG_EVENT_SAFE_OFF, "COULD NOT BE SHOWN"));
		}
		scene_free(&scene);
	}
}

/* The whole script runs on without a host, and not a second longer. */
static void without_a_host_the_script_passes_its_planned_charge_and_no_more(void **state)
{
	const double planned_c = PLAN_S * 2e-3 * SCENE_AREA_CM2;
	struct scene scene;

	(void)state;
	run_at(&scene, "hangup", 100.0, "");
	assert_stopped_by(&scene, "communication");
	assert_int_equal(scene.emu.err, SG_ERR_UNSAFE);
	assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") - planned_c) < 5e-3 * planned_c);
	assert_false(emu_truth_flag(&scene.emu, "cell_on"));
	scene_free(&scene);
}

static void a_line_that_stands_still_trips_the_silence_limit_and_the_cell_goes_off(void **state)
{
	struct scene scene;

	(void)state;
	run_at(&scene, "stall", 150.0, ",stall_s=40");
	assert_stopped_by(&scene, "silence");
	assert_int_equal(scene.emu.err, SG_ERR_TIMEOUT);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	scene_free(&scene);
	/* Shorter than the limit of ten intervals: the samples come late, and nothing else happens. */
	run_at(&scene, "stall", 150.0, ",stall_s=8");
	assert_stopped_by(&scene, "end_of_plan");
	assert_charge_true(&scene, 5e-3);
	assert_record_whole(&scene);
	scene_free(&scene);
}

static void kill_simulator(struct scene *scene, const struct sg_run_view *view)
{
	if (view->phase == SG_PHASE_STEP && view->row && view->row->test_time_s > 100.0 && scene->mark == 0.0) {
		scene->mark = view->row->test_time_s;
		kill(scene->emu.simulator, SIGKILL);
	}
}

static void an_instrument_that_dies_is_gone_and_the_cell_is_not_called_off(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = ramp, .more = "reconnect_within: 30 s\n" });
	scene.look = kill_simulator;
	scene_run(&scene);
	assert_true(scene.mark > 100.0);
	assert_stopped_by(&scene, "communication");
	assert_int_equal(scene.emu.err, SG_ERR_UNSAFE);
	assert_false(scene.emu.outcome.summary.cell_off_verified);
	assert_true(scene_told(&scene, SG_EVENT_SAFE_OFF, "COULD NOT BE SHOWN"));
	assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, sg_err_text(SG_ERR_GONE)));
	assert_named_end(&scene);
	assert_record_whole(&scene);
	assert_true(scene.table.last_time_s >= scene.mark);
	print_message("  gone: over after %.2f s of real time\n", scene.emu.real_s);
	assert_true(scene.emu.real_s > 0.0 && scene.emu.real_s < 20.0);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_whose_answer_is_lost_leaves_a_bound_and_no_claim),
		cmocka_unit_test(every_fault_at_every_rate_ends_in_a_named_end_with_the_cell_off_and_the_record_whole),
		cmocka_unit_test(a_cable_that_is_pulled_and_put_back_leaves_the_cell_off_and_read_back),
		cmocka_unit_test(a_cable_that_stays_away_is_told_as_unsafe_and_the_instrument_ends_by_itself),
		cmocka_unit_test(without_a_host_the_script_passes_its_planned_charge_and_no_more),
		cmocka_unit_test(a_line_that_stands_still_trips_the_silence_limit_and_the_cell_goes_off),
		cmocka_unit_test(an_instrument_that_dies_is_gone_and_the_cell_is_not_called_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

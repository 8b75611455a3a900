/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that is killed in the middle of a test, and one that goes on: nothing recorded is lost, no step is skipped or
 * run twice, counters never go back, and what nobody saw is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/checkpoint.h"
#include "host/run_reopen.h"
#include "scene.h"

#define CURRENT_A (2e-3 * SCENE_AREA_CM2)
#define HALF_S 120.0
static const char cycles[] = "  - rest: 30 s\n  - cycle: {current: 2 mA/cm2, half_cycle: 120 s, count: 3}\n";
#define PLANNED_C (6.0 * HALF_S * CURRENT_A)

static double kill_at_s;

/* In the child: gone without a word, as by a SIGKILL of somebody's or a cut of power. */
static void die_at(struct scene *scene, const struct sg_run_view *view)
{
	if (view->phase != SG_PHASE_STEP || !view->row)
		return;
	/* In lockstep a second of the disk is hours of the test: let it pass, so that no more is lost than elsewhere. */
	if (view->row->test_time_s >= kill_at_s - 2.5 && scene->mark == 0.0) {
		scene->mark = 1.0;
		usleep(1050000);
	}
	if (view->row->test_time_s >= kill_at_s)
		kill(getpid(), SIGKILL);
}

static void run_and_die(struct scene *scene, double at_s)
{
	const pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		kill_at_s = at_s;
		scene->mark = 0.0;
		scene->look = die_at;
		scene_host(scene);
		_exit(1); /* it should not have come so far */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* The one run folder there is. */
static void find_folder(const struct scene *scene, char *path, size_t size)
{
	DIR *dir = opendir(scene->emu.folder);
	const struct dirent *entry;

	assert_non_null(dir);
	path[0] = '\0';
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "LAB__", 5) == 0)
			snprintf(path, size, "%s/%.200s", scene->emu.folder, entry->d_name);
	}
	closedir(dir);
	assert_true(path[0] != '\0');
}

static char folder[512];

static void begin(struct scene *scene, const struct scene_words *words, double at_s)
{
	scene_init(scene, words);
	scene->emu.keep_simulator = true;
	scene->emu.sim_arguments = "--cell short=never";
	if (!words->family) /* what two runs measure differs by noise, which is not of interest here */
		scene->emu.potentiostat_arguments = "--options ideal=yes";
	emu_start(&scene->emu);
	run_and_die(scene, at_s);
	find_folder(scene, folder, sizeof(folder));
}

static void go_on(struct scene *scene)
{
	scene->emu.resume = folder;
	scene->look = NULL;
	scene_host(scene);
}

/* With what flowed behind the last row, which may have been while the program was away. */
static double booked_c(const struct scene *scene)
{
	const double result_c = scene->emu.outcome.result.cumulative_mah_cm2 * SCENE_AREA_CM2 * 3.6;
	const double table_c = scene->table.last_cumulative_ah * 3600.0;

	assert_true(table_c <= result_c * (1.0 + 1e-9) && table_c >= result_c - 6.0 * CURRENT_A);
	return result_c;
}

static size_t count_in(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text++)
		count++;
	return count;
}

/* Every row once, every step's rows together, and the table as valid as any. */
static void assert_one_record(const struct scene *scene)
{
	char *result = scene_file(scene, "result.json"), *events = scene_file(scene, "events.csv");

	if (scene->table.problem_count)
		fail_msg("the table is not valid: %s", scene->table.problems);
	assert_true(scene->table.last_record_index == (double)scene->table.rows);
	assert_int_equal(count_in(result, "\"resume_count\": 1"), 1);
	assert_int_equal(count_in(events, "program_lost"), 1);
	assert_int_equal(count_in(events, "run_started"), 1);
	assert_int_equal(count_in(events, "run_ended"), 1);
	free(result);
	free(events);
}

/* What each half-step moved, pieces of one together: whole, and once. */
static void assert_each_step_once(const struct scene *scene, double tolerance_c)
{
	const struct sg_result *result = &scene->emu.outcome.result;
	double moved_c[7] = { 0 };

	for (size_t i = 0; i < result->count; i++) {
		const struct sg_half_step *h = &result->half_steps[i];

		moved_c[2 * (h->cycle - 1) + (h->density_ma_cm2 < 0.0)] += fabs(h->charge_c);
	}
	for (int i = 0; i < 6; i++) {
		if (fabs(moved_c[i] - HALF_S * CURRENT_A) > tolerance_c)
			fail_msg("half-step %d moved %.6f C, planned %.6f C", i, moved_c[i], HALF_S * CURRENT_A);
	}
}

static double uninterrupted_c(const struct scene_words *words)
{
	struct scene scene;
	double charge_c;

	scene_init(&scene, words);
	scene.emu.sim_arguments = "--cell short=never";
	scene.emu.potentiostat_arguments = "--options ideal=yes";
	scene_run(&scene);
	assert_stopped_by(&scene, "end_of_plan");
	charge_c = booked_c(&scene);
	scene_free(&scene);
	return charge_c;
}

static const struct scene_words plain = { .steps = cycles, .chamber = "" };

/* Wherever it dies: in the rest, early and late in a step, around a change of steps. */
static void killed_anywhere_the_charge_is_that_of_a_run_without_a_break(void **state)
{
	static const double moments_s[] = { 5.0, 29.5, 31.0, 90.0, 149.5, 150.5, 151.5, 300.0, 389.5, 600.0, 735.0 };
	const double whole_c = uninterrupted_c(&plain);

	(void)state;
	for (size_t i = 0; i < sizeof(moments_s) / sizeof(moments_s[0]); i++) {
		struct scene scene;

		begin(&scene, &plain, moments_s[i]);
		go_on(&scene);
		emu_end(&scene.emu);
		assert_stopped_by(&scene, "end_of_plan");
		assert_cell_off(&scene);
		assert_one_record(&scene);
		print_message("  killed at %.1f s: %.9f C, whole %.9f C, off by %.2g\n", moments_s[i], booked_c(&scene), whole_c,
			      booked_c(&scene) / whole_c - 1.0);
		assert_each_step_once(&scene, 2.0 * CURRENT_A);
		assert_true(fabs(booked_c(&scene) / whole_c - 1.0) <= 1e-6);
		assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") / whole_c - 1.0) <= 1e-2);
		scene_free(&scene);
	}
}

/* The instrument went on by itself for a while: steps that passed are not repeated, and booked by its own clock. */
static void what_ran_on_without_a_program_is_booked_and_not_repeated(void **state)
{
	struct scene scene;
	double truth_c;

	(void)state;
	begin(&scene, &plain, 100.0);
	emu_idle(&scene.emu, 200.0);
	go_on(&scene);
	emu_end(&scene.emu);
	truth_c = emu_truth_number(&scene.emu, "charge_passed_c");
	assert_stopped_by(&scene, "end_of_plan");
	assert_one_record(&scene);
	assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, "ran on by itself"));
	assert_true(scene_told(&scene, SG_EVENT_STEP_ENDED, "while no program watched"));
	print_message("  booked %.6f C, truth %.6f C, planned %.6f C\n", booked_c(&scene), truth_c, PLANNED_C);
	assert_true(fabs(booked_c(&scene) - truth_c) <= 1.0 * CURRENT_A + 2e-3 * truth_c);
	assert_true(fabs(truth_c - PLANNED_C) <= 2.0 * CURRENT_A);
	scene_free(&scene);
}

/* Gone for longer than the program in the instrument: nothing is known, booked or repeated. */
static void what_nobody_can_know_is_not_booked_and_not_repeated(void **state)
{
	struct scene scene;
	double truth_c;

	(void)state;
	begin(&scene, &plain, 100.0);
	emu_idle(&scene.emu, 2000.0);
	go_on(&scene);
	emu_end(&scene.emu);
	truth_c = emu_truth_number(&scene.emu, "charge_passed_c");
	assert_stopped_by(&scene, "end_of_plan");
	assert_one_record(&scene);
	assert_true(scene_told(&scene, SG_EVENT_COMMUNICATION, "is not known"));
	assert_true(truth_c <= PLANNED_C + 2.0 * CURRENT_A);
	assert_true(booked_c(&scene) < truth_c);
	scene_free(&scene);
}

/* Test time goes on with the clock of day, through the hole. */
static void the_hole_is_in_the_test_time(void **state)
{
	const struct sg_event *event;
	struct scene scene;

	(void)state;
	begin(&scene, &plain, 10.0);
	emu_idle(&scene.emu, 5000.0);
	go_on(&scene);
	emu_end(&scene.emu);
	event = scene_event(&scene, SG_EVENT_PROGRAM_LOST);
	assert_non_null(event);
	print_message("  %s\n", event->text);
	assert_true(fabs(event->value - 5000.0) < 5.0);
	assert_true(event->time_s > 5000.0 && event->since_s < 15.0);
	assert_stopped_by(&scene, "end_of_plan");
	assert_one_record(&scene);
	/* it was off all the time, and said so: the rest is over as nobody saw it, no current is unknown */
	for (size_t i = 0; i < scene.emu.outcome.result.count; i++)
		assert_true(scene.emu.outcome.result.half_steps[i].witnessed);
	assert_each_step_once(&scene, 2.0 * CURRENT_A);
	scene_free(&scene);
}

static void killed_again_and_again_it_still_comes_to_its_end(void **state)
{
	const double whole_c = uninterrupted_c(&plain);
	struct scene scene;
	char *result;

	(void)state;
	begin(&scene, &plain, 60.0);
	scene.emu.resume = folder;
	for (double at_s = 180.0; at_s < 700.0; at_s += 130.0)
		run_and_die(&scene, at_s);
	go_on(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	assert_int_equal(scene.table.problem_count, 0);
	assert_each_step_once(&scene, 2.0 * CURRENT_A);
	print_message("  %.9f C, whole %.9f C\n", booked_c(&scene), whole_c);
	assert_true(fabs(booked_c(&scene) / whole_c - 1.0) <= 1e-6);
	result = scene_file(&scene, "result.json");
	assert_int_equal(count_in(result, "\"resume_count\": 5"), 1);
	free(result);
	scene_free(&scene);
}

/* ---- policies ---- */

static void a_test_may_be_held_until_a_person_says_so(void **state)
{
	const struct scene_words words = { .steps = cycles, .chamber = "", .more = "on_resume: hold\n" };
	struct scene scene;

	(void)state;
	begin(&scene, &words, 100.0);
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_STATE);
	assert_string_equal(scene.emu.outcome.summary.state, "held");
	/* asked once more without a word: held as before */
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_STATE);
	scene.emu.go_on = true;
	go_on(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	assert_int_equal(scene.table.problem_count, 0);
	assert_each_step_once(&scene, 2.0 * CURRENT_A);
	scene_free(&scene);
}

static void a_test_may_end_there(void **state)
{
	const struct scene_words words = { .steps = cycles, .chamber = "", .more = "on_resume: refuse\n" };
	struct scene scene;

	(void)state;
	begin(&scene, &words, 100.0);
	go_on(&scene);
	assert_stopped_by(&scene, "on_resume");
	assert_int_equal(scene.table.problem_count, 0);
	/* and then it has ended */
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_STATE);
	assert_non_null(strstr(scene.emu.why, "come to its end"));
	emu_end(&scene.emu);
	assert_false(emu_truth_flag(&scene.emu, "cell_on"));
	scene_free(&scene);
}

/* ---- refusals, and what is mended ---- */

static void path_in(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", folder, name);
}

static void flip_a_byte(const char *name, off_t offset)
{
	char path[640];
	uint8_t byte;
	int fd;

	path_in(name, path, sizeof(path));
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x20;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static void a_changed_experiment_a_damaged_checkpoint_and_a_folder_in_use_are_refused(void **state)
{
	struct scene scene;
	char path[640], other[640];
	int fd;

	(void)state;
	begin(&scene, &plain, 200.0);
	flip_a_byte("experiment.yaml", 30);
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_FORMAT);
	assert_non_null(strstr(scene.emu.why, "experiment.yaml"));
	flip_a_byte("experiment.yaml", 30);

	fd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_BUSY);
	close(fd);

	flip_a_byte("checkpoint", 300);
	flip_a_byte("checkpoint.1", 300);
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_FRAME);
	assert_non_null(strstr(scene.emu.why, "check sum"));
	flip_a_byte("checkpoint.1", 300);

	/* the one before will do, and half a line at the end of the table is cut off */
	path_in(strrchr(folder, '/') + 1, path, sizeof(path));
	snprintf(other, sizeof(other), "%.600s.bdf.csv", path);
	fd = open(other, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "123.4,17", 8), 8);
	close(fd);
	go_on(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_true(scene_told(&scene, SG_EVENT_DISK, "the one before it is"));
	assert_true(scene_told(&scene, SG_EVENT_DISK, "removed 8 bytes"));
	assert_one_record(&scene);
	assert_each_step_once(&scene, 2.0 * CURRENT_A);
	scene_free(&scene);
}

static void a_checkpoint_ahead_of_the_record_is_refused(void **state)
{
	struct scene scene;
	char path[640], name[640];

	(void)state;
	begin(&scene, &plain, 200.0);
	path_in(strrchr(folder, '/') + 1, path, sizeof(path));
	snprintf(name, sizeof(name), "%.600s.bdf.csv", path);
	assert_int_equal(truncate(name, 2000), 0);
	go_on(&scene);
	assert_int_equal(scene.emu.err, SG_ERR_FORMAT);
	assert_non_null(strstr(scene.emu.why, "which are not there"));
	emu_end(&scene.emu);
	scene_free(&scene);
}

/* Written by another boot of the PC. */
static void a_pc_that_began_anew_is_called_a_power_outage(void **state)
{
	static uint8_t storage[SG_CHECKPOINT_SIZE_MAX], bytes[SG_CHECKPOINT_SIZE_MAX];
	struct sg_checkpoint c;
	struct scene scene;
	char *sidecar;
	size_t length;
	int fd;

	(void)state;
	begin(&scene, &plain, 200.0);
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_int_equal(sg_checkpoint_read(fd, "checkpoint", storage, &c, NULL), SG_OK);
	snprintf(c.boot, sizeof(c.boot), "another");
	length = sg_checkpoint_encode(&c, bytes, sizeof(bytes));
	assert_int_equal(sg_checkpoint_write(&sg_disk_host, fd, bytes, length, true), SG_OK);
	close(fd);
	go_on(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_non_null(scene_event(&scene, SG_EVENT_POWER_LOST));
	sidecar = scene_file(&scene, "metadata.json");
	assert_int_equal(count_in(sidecar, "\"power_outage\""), 1);
	free(sidecar);
	scene_free(&scene);
}

/* ---- with a chamber, and a board that keeps no program ---- */

static void with_a_chamber_it_settles_again_first(void **state)
{
	const struct scene_words words = { .steps = cycles };
	struct scene scene;
	char *sidecar;

	(void)state;
	begin(&scene, &words, 300.0);
	emu_idle(&scene.emu, 30.0);
	go_on(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	assert_one_record(&scene);
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "settled at"));
	sidecar = scene_file(&scene, "metadata.json");
	assert_int_equal(count_in(sidecar, "\"software_error\""), 1);
	free(sidecar);
	scene_free(&scene);
}

static void a_tdstat_goes_on_too(void **state)
{
	const struct scene_words words = { .family = "tdstat", .model = "mystat", .steps = cycles, .chamber = "",
					   .limits = "voltage: 5 V" };
	struct scene scene;

	(void)state;
	begin(&scene, &words, 200.0);
	go_on(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	assert_one_record(&scene);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_anywhere_the_charge_is_that_of_a_run_without_a_break),
		cmocka_unit_test(what_ran_on_without_a_program_is_booked_and_not_repeated),
		cmocka_unit_test(what_nobody_can_know_is_not_booked_and_not_repeated),
		cmocka_unit_test(the_hole_is_in_the_test_time),
		cmocka_unit_test(killed_again_and_again_it_still_comes_to_its_end),
		cmocka_unit_test(a_test_may_be_held_until_a_person_says_so),
		cmocka_unit_test(a_test_may_end_there),
		cmocka_unit_test(a_changed_experiment_a_damaged_checkpoint_and_a_folder_in_use_are_refused),
		cmocka_unit_test(a_checkpoint_ahead_of_the_record_is_refused),
		cmocka_unit_test(a_pc_that_began_anew_is_called_a_power_outage),
		cmocka_unit_test(with_a_chamber_it_settles_again_first),
		cmocka_unit_test(a_tdstat_goes_on_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

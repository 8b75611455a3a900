/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PC dies in the middle of a current, without a word. What holds the cell then is the instrument's own
 * program, and whoever comes next makes it safe before anything else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"

#define AMPERE (2e-3 * SCENE_AREA_CM2)
static const char ramp[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 100 s, count: 2}\n";
#define PLANNED_S 400.0
#define KILLED_S 150.0

static void die_under_a_current(struct scene *scene, const struct sg_run_view *view)
{
	(void)scene;
	if (view->row && view->row->test_time_s > KILLED_S)
		kill(getpid(), SIGKILL);
}

/* The host is a process of its own, and is killed by SIGKILL in its 151st second. */
static void start_and_kill_a_host(struct scene *scene)
{
	pid_t host;
	int status;

	scene_init(scene, &(struct scene_words){ .steps = ramp, .chamber = "" });
	scene->emu.sim_arguments = "--cell short=never";
	scene->emu.potentiostat_arguments = "--options ideal=yes";
	scene->emu.keep_simulator = true;
	emu_start(&scene->emu);
	host = fork();
	assert_true(host >= 0);
	if (host == 0) {
		scene->look = die_under_a_current;
		scene_host(scene);
		_exit(0); /* it lived: the parent sees that */
	}
	assert_int_equal(waitpid(host, &status, 0), host);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* What the dead host has left on the disk. */
static void assert_what_it_left_is_valid(const struct scene *scene)
{
	char command[256];
	struct bdf_report report;
	char path[512] = "";
	FILE *list;

	snprintf(command, sizeof(command), "ls %s/*/*.bdf.csv", scene->emu.folder);
	list = popen(command, "r");
	assert_non_null(list);
	assert_non_null(fgets(path, sizeof(path), list));
	pclose(list);
	path[strcspn(path, "\n")] = '\0';
	bdf_validate(path, BDF_TAIL_TORN, &report);
	if (report.problem_count)
		fail_msg("%s", report.problems);
	print_message("  the dead host left %zu rows of %.0f, up to %.1f s\n", report.rows, KILLED_S, report.last_time_s);
	assert_true(report.rows >= 1);
}

static void a_script_without_a_host_ends_at_its_own_time_with_the_cell_off(void **state)
{
	struct scene scene;

	(void)state;
	start_and_kill_a_host(&scene);
	assert_what_it_left_is_valid(&scene);
	emu_idle(&scene.emu, PLANNED_S + 10.0);
	emu_end(&scene.emu);
	assert_false(emu_truth_flag(&scene.emu, "cell_on"));
	assert_false(emu_truth_flag(&scene.emu, "script_running"));
	assert_true(emu_truth_number(&scene.emu, "current_a") == 0.0);
	print_message("  current for %.2f s of %.0f planned\n", emu_truth_number(&scene.emu, "charge_passed_c") / AMPERE,
		      PLANNED_S);
	assert_true(fabs(emu_truth_number(&scene.emu, "charge_passed_c") / AMPERE - PLANNED_S) < 1.0);
	scene_free(&scene);
}

/* The control: a moment before its end the script still runs. Otherwise the test above proves nothing. */
static void a_script_without_a_host_still_runs_before_its_end(void **state)
{
	struct scene scene;

	(void)state;
	start_and_kill_a_host(&scene);
	emu_idle(&scene.emu, PLANNED_S - KILLED_S - 10.0);
	emu_end(&scene.emu);
	assert_true(emu_truth_flag(&scene.emu, "cell_on"));
	assert_true(emu_truth_flag(&scene.emu, "script_running"));
	scene_free(&scene);
}

static void the_next_host_makes_the_running_script_safe_first(void **state)
{
	struct scene scene, next;
	double passed_s;

	(void)state;
	start_and_kill_a_host(&scene);
	/* Its plan has no current at all: every coulomb beyond the first host's is one too many. */
	scene_init(&next, &(struct scene_words){ .steps = "  - rest: 60 s\n", .chamber = "" });
	memcpy(scene.yaml, next.yaml, sizeof(scene.yaml));
	scene.look = NULL;
	scene_host(&scene);
	emu_end(&scene.emu);
	assert_int_equal(scene.emu.opened, SG_OK);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, 60);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	passed_s = emu_truth_number(&scene.emu, "charge_passed_c") / AMPERE;
	print_message("  current for %.2f s: %.0f s of the dead host, and the time to make it safe\n", passed_s, KILLED_S);
	assert_true(passed_s > KILLED_S - 0.5 && passed_s < KILLED_S + 5.0);
	scene_free(&scene);
}

/* And it may be another test: attached, safe, identified, then its own current. */
static void the_next_host_may_run_a_test_of_its_own(void **state)
{
	struct scene scene;
	double passed_s;

	(void)state;
	start_and_kill_a_host(&scene);
	scene.look = NULL;
	scene_host(&scene);
	emu_end(&scene.emu);
	assert_stopped_by(&scene, "end_of_plan");
	assert_int_equal(scene.table.rows, 400);
	assert_cell_off(&scene);
	assert_record_whole(&scene);
	passed_s = emu_truth_number(&scene.emu, "charge_passed_c") / AMPERE;
	assert_true(passed_s > KILLED_S + PLANNED_S - 0.5 && passed_s < KILLED_S + PLANNED_S + 5.0);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_script_without_a_host_ends_at_its_own_time_with_the_cell_off),
		cmocka_unit_test(a_script_without_a_host_still_runs_before_its_end),
		cmocka_unit_test(the_next_host_makes_the_running_script_safe_first),
		cmocka_unit_test(the_next_host_may_run_a_test_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

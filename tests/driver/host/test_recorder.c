/* SPDX-License-Identifier: Apache-2.0 */
/* The run folder: what is in it, when it reaches the disk, and that nobody shares it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bdf_validate.h"
#include "core/units.h"
#include "record_fixture.h"

#define RUN "LAB__LLZO-012__20260914_001"

static void assert_valid(const char *path, size_t rows)
{
	struct bdf_report report;

	if (bdf_validate(path, BDF_TAIL_WHOLE, &report))
		fail_msg("%s", report.problems);
	assert_int_equal(report.rows, rows);
}

/* Begun, not waited for: without anybody's asking for it again the rows arrive. */
static void assert_becomes_valid(const char *path, size_t rows)
{
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = SG_NS_PER_MS };
	struct bdf_report report;

	for (int i = 0; i < 20000; i++) {
		if (bdf_validate(path, BDF_TAIL_TORN, &report) == 0 && report.rows >= rows)
			break;
		nanosleep(&pause, NULL);
	}
	assert_int_equal(bdf_validate(path, BDF_TAIL_WHOLE, &report), 0);
	assert_true(report.rows >= rows);
}

static size_t lines_of(const char *folder, const char *name)
{
	size_t length, lines = 0;
	char *bytes = record_fixture_slurp(folder, name, &length), *at;

	assert_non_null(bytes);
	for (at = bytes; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	free(bytes);
	return lines;
}

static void makes_a_folder_that_is_valid_before_the_first_row(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	char *copy;
	size_t length;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	assert_string_equal(strrchr(sg_recorder_folder(recorder), '/') + 1, RUN);
	assert_string_equal(strrchr(sg_recorder_table(recorder), '/') + 1, RUN ".bdf.csv");
	assert_valid(sg_recorder_table(recorder), 0);
	assert_int_equal(lines_of(sg_recorder_folder(recorder), "events.csv"), 1);
	assert_int_equal(lines_of(sg_recorder_folder(recorder), RUN ".quality.csv"), 1);
	assert_true(lines_of(sg_recorder_folder(recorder), "result.json") > 10);
	assert_true(lines_of(sg_recorder_folder(recorder), RUN ".bdf.metadata.json") > 10);
	copy = record_fixture_slurp(sg_recorder_folder(recorder), "experiment.yaml", &length);
	assert_string_equal(copy, "name: CCD ramp\n");
	free(copy);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void numbers_count_up_and_never_share(void **state)
{
	static const char *const wanted[] = { "_001", "_002", "_003" };
	struct record_fixture f;
	char path[512];
	int i;

	(void)state;
	record_fixture_init(&f, 1.0);
	for (i = 0; i < 3; i++) {
		struct sg_recorder *recorder = record_fixture_open(&f);

		assert_string_equal(strrchr(sg_recorder_folder(recorder), '_'), wanted[i]);
		sg_recorder_close(recorder);
	}
	snprintf(path, sizeof(path), "%s/LAB__LLZO-012__20260914_1041", f.experiment.folder);
	assert_int_equal(mkdir(path, 0777), 0);
	for (i = 0; i < 1; i++) {
		struct sg_recorder *recorder = record_fixture_open(&f);

		assert_string_equal(strrchr(sg_recorder_folder(recorder), '_'), "_1042");
		sg_recorder_close(recorder);
	}
	record_fixture_fini(&f);
}

/* Twelve processes open in the same instant: twelve folders. */
static void programs_that_start_together_get_folders_of_their_own(void **state)
{
	struct record_fixture f;
	int i, status, good = 0;
	char path[512];

	(void)state;
	record_fixture_init(&f, 1.0);
	for (i = 0; i < 12; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct sg_recorder *recorder;

			_exit(sg_recorder_open(&f.meta, 1.0, &f.clock, &f.why, &recorder) ? 1 : 0);
		}
	}
	while (wait(&status) > 0)
		good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	assert_int_equal(good, 12);
	for (i = 1; i <= 12; i++) {
		snprintf(path, sizeof(path), "%s/LAB__LLZO-012__20260914_%03d/events.csv", f.experiment.folder, i);
		assert_true(record_fixture_size(path) > 0);
	}
	record_fixture_fini(&f);
}

static void rows_wait_for_the_interval_and_no_longer(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	long empty;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	empty = record_fixture_size(sg_recorder_table(recorder));
	assert_int_equal(sg_recorder_row(recorder, record_fixture_row(&f)), SG_OK);
	f.now_ns -= SG_NS_PER_S; /* the row took it a second on */
	assert_int_equal(sg_recorder_tick(recorder, f.now_ns + 999 * SG_NS_PER_MS), SG_OK);
	assert_int_equal(record_fixture_size(sg_recorder_table(recorder)), empty);
	assert_int_equal(sg_recorder_tick(recorder, f.now_ns + 1000 * SG_NS_PER_MS), SG_OK);
	assert_becomes_valid(sg_recorder_table(recorder), 1);
	sg_recorder_close(recorder);
	record_fixture_fini(&f);
}

static void an_event_and_a_step_change_do_not_wait(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_event event;
	int i;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	sg_recorder_row(recorder, record_fixture_row(&f));
	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, f.time_s);
	sg_event_say(&event, "R fell");
	assert_int_equal(sg_recorder_event(recorder, &event, 1), SG_OK);
	assert_becomes_valid(sg_recorder_table(recorder), 1);
	assert_int_equal(sg_recorder_flush(recorder), SG_OK); /* and the event right behind it */
	assert_int_equal(lines_of(sg_recorder_folder(recorder), "events.csv"), 2);
	for (i = 1; i < 10; i++)
		sg_recorder_row(recorder, record_fixture_row(&f));
	assert_valid(sg_recorder_table(recorder), 1);
	sg_recorder_row(recorder, record_fixture_row(&f)); /* the first of the next step may stay in the buffer */
	assert_becomes_valid(sg_recorder_table(recorder), 10);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void in_lockstep_rows_still_reach_the_file(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	char table[512];
	int i;

	(void)state;
	record_fixture_init(&f, 0.0);
	recorder = record_fixture_open(&f);
	for (i = 0; i < 5000; i++) {
		assert_int_equal(sg_recorder_row(recorder, record_fixture_row(&f)), SG_OK);
		assert_int_equal(sg_recorder_tick(recorder, f.now_ns), SG_OK);
	}
	snprintf(table, sizeof(table), "%s", sg_recorder_table(recorder));
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	assert_valid(table, 5000);
	record_fixture_fini(&f);
}

static void quality_is_written_when_it_changes(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_row row;
	size_t length;
	char *text;
	int i;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	for (i = 0; i < 9; i++)
		sg_recorder_row(recorder, record_fixture_row(&f));
	row = *record_fixture_row(&f);
	row.flags = SG_FLAG_OVERLOAD;
	sg_recorder_row(recorder, &row);
	for (i = 0; i < 5; i++) /* the next step: flag gone, no range, nothing set */
		sg_recorder_row(recorder, record_fixture_row(&f));
	sg_recorder_flush(recorder);
	text = record_fixture_slurp(sg_recorder_folder(recorder), RUN ".quality.csv", &length);
	assert_string_equal(text, "Record Index / 1,Test Time / s,flags,range_A,set_A\n"
				  "1,1.000000,,0.001,7.85e-05\n"
				  "10,10.000000,overload,0.001,7.85e-05\n"
				  "11,11.000000,,0,0\n");
	free(text);
	sg_recorder_close(recorder);
	record_fixture_fini(&f);
}

static void refuses_names_that_leave_the_folder(void **state)
{
	static const char *const names[] = { "../x", ".hidden", "a/b", "", "a b" };
	struct record_fixture f;
	struct sg_recorder *recorder;
	size_t i;

	(void)state;
	record_fixture_init(&f, 1.0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(f.experiment.cell.name, sizeof(f.experiment.cell.name), "%s", names[i]);
		sg_text_clear(&f.why);
		assert_int_equal(sg_recorder_open(&f.meta, 1.0, &f.clock, &f.why, &recorder), SG_ERR_ARGUMENT);
		assert_true(f.why.length > 0);
	}
	record_fixture_fini(&f);
}

static void a_missing_experiment_file_leaves_no_folder_behind(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	char path[512];

	(void)state;
	record_fixture_init(&f, 1.0);
	f.meta.experiment_path = "/nowhere/ccd.yaml";
	assert_int_equal(sg_recorder_open(&f.meta, 1.0, &f.clock, &f.why, &recorder), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(f.why.data, "/nowhere/ccd.yaml"));
	snprintf(path, sizeof(path), "%s/" RUN, f.experiment.folder);
	assert_int_equal(record_fixture_size(path), -1);
	record_fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_folder_that_is_valid_before_the_first_row),
		cmocka_unit_test(numbers_count_up_and_never_share),
		cmocka_unit_test(programs_that_start_together_get_folders_of_their_own),
		cmocka_unit_test(rows_wait_for_the_interval_and_no_longer),
		cmocka_unit_test(an_event_and_a_step_change_do_not_wait),
		cmocka_unit_test(in_lockstep_rows_still_reach_the_file),
		cmocka_unit_test(quality_is_written_when_it_changes),
		cmocka_unit_test(refuses_names_that_leave_the_folder),
		cmocka_unit_test(a_missing_experiment_file_leaves_no_folder_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

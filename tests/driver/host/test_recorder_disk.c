/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that is full, and comes back; a place that cannot be written. The full disk is a limit on the
 * size of a file (as by a quota) in every environment, and a small tmpfs where mounting is allowed.
 */
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bdf_validate.h"
#include "core/units.h"
#include "record_fixture.h"

#define NOBODY 65534

static void assert_valid(const char *path, size_t rows)
{
	struct bdf_report report;

	if (bdf_validate(path, BDF_TAIL_WHOLE, &report))
		fail_msg("%s", report.problems);
	assert_int_equal(report.rows, rows);
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_loses_nothing_while_the_buffer_holds(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct bdf_report report;
	char table[512];
	size_t rows = 0;
	int i;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	snprintf(table, sizeof(table), "%s", sg_recorder_table(recorder));
	limit_file_size(20000);
	for (i = 0; i < 600; i++) {
		enum sg_err err = sg_recorder_row(recorder, record_fixture_row(&f));
		enum sg_err err2 = sg_recorder_tick(recorder, f.now_ns);

		assert_true(err == SG_OK || err == SG_ERR_DISK_FULL);
		assert_true(err2 == SG_OK || err2 == SG_ERR_DISK_FULL);
	}
	/* full, and what is there is whole rows */
	assert_int_equal(sg_recorder_flush(recorder), SG_ERR_DISK_FULL);
	assert_int_equal(bdf_validate(table, BDF_TAIL_WHOLE, &report), 0);
	rows = report.rows;
	assert_true(rows > 10 && rows < 100);

	/* somebody made room: everything that was kept arrives, in order */
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(sg_recorder_flush(recorder), SG_OK);
	assert_valid(table, 600);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void what_does_not_fit_is_refused_by_name_and_remembered(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct bdf_report report;
	char table[512];
	size_t refused = 0, gone;
	int i;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	snprintf(table, sizeof(table), "%s", sg_recorder_table(recorder));
	limit_file_size(20000);
	for (i = 0; i < 3000; i++)
		refused += sg_recorder_row(recorder, record_fixture_row(&f)) == SG_ERR_DISK_FULL;
	assert_true(refused > 0);
	assert_int_equal(bdf_validate(table, BDF_TAIL_WHOLE, &report), 0);
	assert_int_equal(sg_recorder_wind_up(recorder), 3000 - report.rows);
	limit_file_size(RLIM_INFINITY);
	/* somebody made room: what was kept arrives, what was refused is gone for good */
	gone = sg_recorder_wind_up(recorder);
	assert_true(gone > 0 && gone <= refused);
	assert_valid(table, 3000 - gone);
	assert_int_equal(sg_recorder_close(recorder), SG_ERR_DISK_FULL);
	record_fixture_fini(&f);
}

/* The room that is kept for the end may be more than one file may have; that is no reason not to begin. */
static void a_limit_on_the_size_of_files_does_not_forbid_a_run(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	record_fixture_init(&f, 1.0);
	limit_file_size(100000);
	recorder = record_fixture_open(&f);
	assert_int_equal(sg_recorder_row(recorder, record_fixture_row(&f)), SG_OK);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	limit_file_size(RLIM_INFINITY);
	record_fixture_fini(&f);
}

/* Mount in a name space of this process alone, in a child: nothing outside changes. */
static int fill_a_small_disk(struct record_fixture *f)
{
	struct sg_recorder *recorder;
	enum sg_err err = SG_OK;
	struct bdf_report report;
	char filler[600], table[512], page[4096];
	FILE *file;
	int i;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkdir(f->experiment.folder, 0777) || mount("none", f->experiment.folder, "tmpfs", 0, "size=2m"))
		return 77;
	recorder = record_fixture_open(f);
	snprintf(table, sizeof(table), "%s", sg_recorder_table(recorder));
	snprintf(filler, sizeof(filler), "%s/filler", f->experiment.folder);
	memset(page, 'x', sizeof(page));
	file = fopen(filler, "w");
	while (file && fwrite(page, sizeof(page), 1, file) == 1 && !fflush(file))
		;
	if (file)
		fclose(file);
	for (i = 0; i < 900 && !err; i++) {
		err = sg_recorder_row(recorder, record_fixture_row(f));
		if (!err && i % 100 == 99) /* rows come faster here than the disk can say no */
			err = sg_recorder_flush(recorder);
	}
	if (err != SG_ERR_DISK_FULL)
		return 1;
	if (bdf_validate(table, BDF_TAIL_WHOLE, &report) || report.rows == 0)
		return 2;
	sg_recorder_flush(recorder); /* whatever was still under way has failed */
	unlink(filler);
	if (sg_recorder_flush(recorder) || bdf_validate(table, BDF_TAIL_WHOLE, &report))
		return 3;
	return report.rows == f->books.row.record_index && sg_recorder_close(recorder) == SG_OK ? 0 : 4;
}

static void a_small_tmpfs_fills_up_and_recovers(void **state)
{
	struct record_fixture f;
	int status;
	pid_t pid;

	(void)state;
	record_fixture_init(&f, 1.0);
	snprintf(f.experiment.folder, sizeof(f.experiment.folder), "%s/disk", f.root);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fill_a_small_disk(&f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	record_fixture_fini(&f);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("mounting is not allowed here: skipped\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int open_as_nobody(struct record_fixture *f)
{
	struct sg_recorder *recorder;

	if (geteuid() == 0 && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)))
		return 77;
	if (sg_recorder_open(&f->meta, 1.0, &f->clock, &f->why, &recorder) != SG_ERR_ACCESS)
		return 1;
	return strstr(f->why.data, f->experiment.folder) ? 0 : 2;
}

static void a_folder_that_cannot_be_written_is_named(void **state)
{
	struct record_fixture f;
	int status;
	pid_t pid;

	(void)state;
	record_fixture_init(&f, 1.0);
	snprintf(f.experiment.folder, sizeof(f.experiment.folder), "%s/locked", f.root);
	assert_int_equal(mkdir(f.experiment.folder, 0555), 0);
	assert_int_equal(chmod(f.root, 0755), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(open_as_nobody(&f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	record_fixture_fini(&f);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("cannot become another user here: skipped\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A tick begins what is due; what came of it, one of the next ticks tells. */
static enum sg_err wait_for_error(struct sg_recorder *recorder, int64_t now_ns)
{
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = SG_NS_PER_MS };
	enum sg_err err = SG_OK;

	for (int i = 0; i < 20000 && !err; i++) {
		err = sg_recorder_tick(recorder, now_ns);
		nanosleep(&pause, NULL);
	}
	return err;
}

static void a_table_that_was_deleted_is_told_at_the_next_flush(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	assert_int_equal(sg_recorder_row(recorder, record_fixture_row(&f)), SG_OK);
	assert_int_equal(sg_recorder_flush(recorder), SG_OK);
	assert_string_equal(sg_recorder_trouble(recorder), "");
	assert_int_equal(unlink(sg_recorder_table(recorder)), 0);
	/* with nothing to write, and with something */
	assert_int_equal(sg_recorder_flush(recorder), SG_ERR_NOT_FOUND);
	assert_int_equal(sg_recorder_row(recorder, record_fixture_row(&f)), SG_OK);
	f.now_ns += 2 * SG_NS_PER_S;
	assert_true(wait_for_error(recorder, f.now_ns) == SG_ERR_NOT_FOUND);
	assert_non_null(strstr(sg_recorder_trouble(recorder), "deleted"));
	assert_int_equal(sg_recorder_close(recorder), SG_ERR_NOT_FOUND);
	record_fixture_fini(&f);
}

static void a_parent_that_is_a_file_is_named(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;

	(void)state;
	record_fixture_init(&f, 1.0);
	snprintf(f.experiment.folder, sizeof(f.experiment.folder), "%s/x", f.experiment_path);
	assert_int_equal(sg_recorder_open(&f.meta, 1.0, &f.clock, &f.why, &recorder), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(f.why.data, f.experiment.folder));
	record_fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_loses_nothing_while_the_buffer_holds),
		cmocka_unit_test(what_does_not_fit_is_refused_by_name_and_remembered),
		cmocka_unit_test(a_limit_on_the_size_of_files_does_not_forbid_a_run),
		cmocka_unit_test(a_small_tmpfs_fills_up_and_recovers),
		cmocka_unit_test(a_folder_that_cannot_be_written_is_named),
		cmocka_unit_test(a_table_that_was_deleted_is_told_at_the_next_flush),
		cmocka_unit_test(a_parent_that_is_a_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

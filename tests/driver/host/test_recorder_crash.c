/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program is killed in the middle of writing, at a random moment, again and again: what it leaves is a
 * valid table, with at most half a line at its end, and whole after the repair.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bdf_validate.h"
#include "host/record_repair.h"
#include "record_fixture.h"

#define ROUNDS 20

/* In the child: rows without a pause, now and then an event and a result, until it is killed. */
_Noreturn static void write_for_ever(struct record_fixture *f)
{
	const struct sg_run_summary running = { .state = "running", .stopped_by = "" };
	struct sg_recorder *recorder;
	struct sg_event event;
	unsigned i;

	if (sg_recorder_open(&f->meta, 1.0, &f->clock, &f->why, &recorder))
		_exit(2);
	for (i = 1;; i++) {
		const struct sg_row *row = record_fixture_row(f);
		enum sg_err err = sg_recorder_row(recorder, row);

		if (err == SG_ERR_BUSY) /* no instrument is so much faster than a disk */
			err = sg_recorder_flush(recorder) ? SG_ERR_IO : sg_recorder_row(recorder, row);
		if (err)
			_exit(3);
		sg_event_init(&event, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, f->time_s);
		sg_event_say(&event, "row %u, a sentence with a comma", i);
		if (i % 37 == 0 && sg_recorder_event(recorder, &event, 1))
			_exit(4);
		if (i % 501 == 0 && sg_recorder_result(recorder, NULL, &running))
			_exit(5);
	}
}

/* The sidecar is the last of the files a run begins with: from then on the folder must be whole at any moment. */
static void wait_for(const char *path)
{
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = 1000000 };

	for (int i = 0; i < 20000 && access(path, F_OK) != 0; i++)
		nanosleep(&pause, NULL);
	assert_int_equal(access(path, F_OK), 0);
}

static void kill_after(pid_t pid, unsigned milliseconds)
{
	struct timespec wait = { .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000 };
	int status;

	nanosleep(&wait, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		fail_msg("the writer ended by itself with status %d", WEXITSTATUS(status));
}

static void check_table(const char *path, size_t *rows, size_t *torn)
{
	struct bdf_report before, after;
	char storage[256];
	struct sg_text note;

	sg_text_init(&note, storage, sizeof(storage));
	if (bdf_validate(path, BDF_TAIL_TORN, &before))
		fail_msg("%s", before.problems);
	if (sg_record_repair(path, &note))
		fail_msg("%s", note.data);
	if (bdf_validate(path, BDF_TAIL_WHOLE, &after))
		fail_msg("%s", after.problems);
	assert_int_equal(after.rows, before.rows);
	*rows += after.rows;
	*torn += before.torn_bytes > 0;
}

/* The last event says how many rows there were when it was written: they must be there. */
static void check_events(const char *folder, const char *table)
{
	struct bdf_report report;
	char *text, *last;
	unsigned row;
	size_t length;

	text = record_fixture_slurp(folder, "events.csv", &length);
	assert_non_null(text);
	assert_int_equal(length ? text[length - 1] : 0, '\n');
	last = strstr(text, "\"row ");
	while (last && strstr(last + 1, "\"row "))
		last = strstr(last + 1, "\"row ");
	assert_int_not_equal(bdf_validate(table, BDF_TAIL_WHOLE, &report), 2);
	if (last && sscanf(last, "\"row %u", &row) == 1)
		assert_true(report.rows >= row);
	free(text);
}

/* Documents are replaced in one step: never missing, never cut off. */
static void check_document(const char *folder, const char *name)
{
	size_t length;
	char *text = record_fixture_slurp(folder, name, &length);

	assert_non_null(text);
	assert_true(length > 100);
	assert_int_equal(text[0], '{');
	assert_string_equal(text + length - 3, "\n}\n");
	free(text);
}

static void survives_being_killed_at_any_moment(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	size_t rows = 0, torn = 0;
	struct record_fixture f;
	int round;

	(void)state;
	srand(seed);
	print_message("seed %u\n", seed);
	record_fixture_init(&f, 0.0); /* lockstep: batches of the whole buffer, the harder case */
	for (round = 1; round <= ROUNDS; round++) {
		char folder[512], table[1024], sidecar[1024], name[256];
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			if (round % 2)
				f.clock.speed = 1.0; /* and as on a bench: every event goes to the disk, by a thread of its own */
			write_for_ever(&f);
		}
		snprintf(name, sizeof(name), "LAB__LLZO-012__20260914_%03d", round);
		snprintf(folder, sizeof(folder), "%s/%s", f.experiment.folder, name);
		snprintf(table, sizeof(table), "%s/%s.bdf.csv", folder, name);
		snprintf(sidecar, sizeof(sidecar), "%s/%s.bdf.metadata.json", folder, name);
		wait_for(sidecar);
		kill_after(pid, 60 + (unsigned)rand() % 120);
		check_table(table, &rows, &torn);
		check_events(folder, table);
		check_document(folder, "result.json");
		snprintf(name + strlen(name), sizeof(name) - strlen(name), ".bdf.metadata.json");
		check_document(folder, name);
	}
	print_message("%d kills, %zu rows, %zu torn tails\n", ROUNDS, rows, torn);
	assert_true(rows > ROUNDS);
	record_fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_being_killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

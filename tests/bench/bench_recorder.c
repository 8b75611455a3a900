/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeping a row costs: the recorder with everything it does (formatting 29 columns, flushing to disk every
 * second of real time, the quality table), against fprintf() of the same number of bytes to a file
 * that nobody flushes, in the same run. What result.json and the sidecar add when they are handed in
 * after every ten rows, a half-step each. And whether memory grows with the number of rows: then this ends with 1.
 */
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "experiment/accounting.h"
#include "experiment/result.h"
#include "host/clock.h"
#include "host/recorder.h"

#define CURRENT_A 833.2e-6
#define ROWS_A_HALF_STEP 10
#define GROWTH_MAX_KB 1024

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static long resident_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* One recorder at work. */
struct bench {
	struct sg_experiment experiment;
	struct sg_plan plan;
	struct sg_identity identity;
	struct sg_record_meta meta;
	struct sg_host_clock clock;
	struct sg_recorder *recorder;
	struct sg_accounting books;
	struct sg_result result;
};

/* A plan of so many half-steps, and a folder for it. speed: of the clock; with 0 nothing waits for the disk. */
static void set_up(struct bench *b, const char *root, size_t half_steps, double speed)
{
	static const struct sg_step step = { .kind = SG_STEP_CURRENT, .cycle = 1, .duration_s = ROWS_A_HALF_STEP,
					     .until_v = 5, .current_a = CURRENT_A, .id = "1.1+" };
	char storage[256];
	struct sg_text why;

	memset(b, 0, sizeof(*b));
	snprintf(b->experiment.name, sizeof(b->experiment.name), "bench");
	snprintf(b->experiment.institution, sizeof(b->experiment.institution), "LAB");
	snprintf(b->experiment.cell.name, sizeof(b->experiment.cell.name), "bench");
	snprintf(b->experiment.folder, sizeof(b->experiment.folder), "%s", root);
	b->experiment.cell.area_cm2 = 0.8332;
	b->identity = (struct sg_identity){ .family = "emstat4", .model = "hr", .simulated = true };
	b->plan.step_count = half_steps;
	b->plan.steps = calloc(half_steps, sizeof(*b->plan.steps));
	if (!b->plan.steps || sg_result_init(&b->result, b->experiment.cell.area_cm2, true, half_steps))
		give_up("memory");
	for (size_t i = 0; i < half_steps; i++) {
		b->plan.steps[i] = step;
		b->plan.steps[i].current_a *= 1 + 1e-9 * (double)i; /* a ramp: nothing to fold into a group */
	}
	sg_host_clock_init(&b->clock, 1.0);
	b->clock.clock.speed = speed;
	b->meta = (struct sg_record_meta){ .experiment = &b->experiment, .plan = &b->plan, .potentiostat = &b->identity,
					   .program_version = "bench", .clock_kind = "real",
					   .started_utc_ns = sg_clock_utc_ns(&b->clock.clock) };
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_recorder_open(&b->meta, 1.0, &b->clock.clock, &why, &b->recorder))
		give_up(why.data);
	sg_accounting_init(&b->books);
}

static void tear_down(struct bench *b)
{
	sg_recorder_close(b->recorder);
	sg_result_fini(&b->result);
	free(b->plan.steps);
}

static void put_row(struct bench *b, long i)
{
	const struct sg_sample sample = {
		.instrument_ns = i * SG_NS_PER_S, .voltage_v = 0.0415 + 1e-6 * (double)(i % 17),
		.current_a = CURRENT_A, .set_a = CURRENT_A, .temperature_c = 25.0, .range_a = 1e-3,
	};
	const struct sg_row *row = sg_accounting_sample(&b->books, &sample, (double)i, i * SG_NS_PER_S);

	enum sg_err err = sg_recorder_row(b->recorder, row);

	if (err == SG_ERR_BUSY) /* rows come here as fast as they can, and the disk may be slower: no instrument does that */
		err = sg_recorder_flush(b->recorder) ? SG_ERR_IO : sg_recorder_row(b->recorder, row);
	if (err || sg_recorder_tick(b->recorder, sg_clock_now_ns(&b->clock.clock)))
		give_up("row");
}

/* Seconds for count rows of one step; the table's size in *bytes. */
static double record(const char *root, long count, long *bytes, long *grown_kb)
{
	double begin_s, took_s;
	long begin_kb = 0;
	struct bench b;
	struct stat st;

	set_up(&b, root, 1, 1.0);
	sg_accounting_step(&b.books, &b.plan.steps[0], 0.0);
	begin_s = now_s();
	for (long i = 1; i <= count; i++) {
		put_row(&b, i);
		if (i == count / 10)
			begin_kb = resident_kb();
	}
	if (sg_recorder_flush(b.recorder))
		give_up("flush");
	took_s = now_s() - begin_s;
	*grown_kb = resident_kb() - begin_kb;
	if (stat(sg_recorder_table(b.recorder), &st) != 0)
		give_up("table");
	*bytes = (long)st.st_size;
	tear_down(&b);
	return took_s;
}

/*
 * Seconds for count rows in half-steps of ten; with the documents handed in after each, or without. Nothing
 * waits for the disk here: it would at every change of step, and hide what is asked for.
 */
static double record_half_steps(const char *root, long count, bool documents)
{
	static const struct sg_run_summary running = { .state = "running", .stopped_by = "" };
	const size_t half_steps = (size_t)(count / ROWS_A_HALF_STEP);
	double begin_s, took_s;
	struct bench b;

	set_up(&b, root, half_steps, 0.0);
	begin_s = now_s();
	for (size_t k = 0; k < half_steps; k++) {
		const double step_s = (double)(k * ROWS_A_HALF_STEP);

		sg_accounting_step(&b.books, &b.plan.steps[k], step_s);
		sg_result_begin(&b.result, (uint32_t)k + 1, 1, 1.0, ROWS_A_HALF_STEP, step_s);
		for (long i = 1; i <= ROWS_A_HALF_STEP; i++)
			put_row(&b, (long)k * ROWS_A_HALF_STEP + i);
		sg_result_sample(&b.result, step_s + ROWS_A_HALF_STEP, 0.0415, CURRENT_A, 25.0, true,
				 sg_accounting_step_charge_c(&b.books));
		sg_result_end(&b.result, step_s + ROWS_A_HALF_STEP, SG_END_DURATION, true);
		if (documents && sg_recorder_result(b.recorder, &b.result, &running))
			give_up("result");
	}
	if (sg_recorder_flush(b.recorder))
		give_up("flush");
	took_s = now_s() - begin_s;
	tear_down(&b);
	return took_s;
}

static int print_line(FILE *file, long i, int blanks)
{
	return fprintf(file, "%.6f,%.6f,%.8f,%.9g,%ld,%ld,%.1f,%*s\n", (double)i, (double)i,
		       0.0415 + 1e-6 * (double)(i % 17), CURRENT_A, 1L, i, 25.0, blanks, "");
}

/* As many bytes, a line a row, formatted with one fprintf() of seven numbers and filled up with blanks. */
static double print_plainly(const char *root, long count, long bytes)
{
	long left = bytes;
	char path[128];
	double begin_s;
	FILE *file;

	snprintf(path, sizeof(path), "%s/plain.csv", root);
	file = fopen(path, "w");
	if (!file)
		give_up(path);
	begin_s = now_s();
	for (long i = 1; i <= count; i++) {
		const long row = left / (count - i + 1); /* blanks make up for what the numbers took */

		left -= print_line(file, i, row > 80 ? (int)row - 60 : 1);
	}
	if (fclose(file))
		give_up(path);
	return now_s() - begin_s;
}

int main(int argc, char **argv)
{
	const long count = argc > 1 ? atol(argv[1]) : 500000;
	char root[] = "/tmp/sandglass-bench-XXXXXX";
	double recorded_s, plain_s, without_s, with_s;
	long bytes, grown_kb;

	if (count < 1000) {
		fprintf(stderr, "bench_recorder [rows, at least 1000]\n");
		return 2;
	}
	if (!mkdtemp(root))
		give_up(root);
	recorded_s = record(root, count, &bytes, &grown_kb);
	plain_s = print_plainly(root, count, bytes);
	without_s = record_half_steps(root, count, false);
	with_s = record_half_steps(root, count, true);
	nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	printf("recorder:       %8.0f rows/s, %.0f bytes a row\n", (double)count / recorded_s,
	       (double)bytes / (double)count);
	printf("plain fprintf:  %8.0f rows/s of the same size, 7 numbers instead of 27, never flushed\n",
	       (double)count / plain_s);
	printf("ratio, time of the recorder over that of fprintf: %.2f\n", recorded_s / plain_s);
	printf("ratio, %ld half-steps of %d rows with documents over those without: %.2f\n",
	       count / ROWS_A_HALF_STEP, ROWS_A_HALF_STEP, with_s / without_s);
	printf("memory grown over the last 90 %% of the rows: %ld kB\n", grown_kb);
	return grown_kb > GROWTH_MAX_KB;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeping a row costs: the recorder with everything it does (formatting 29 columns, flushing to disk every
 * second of real time, the quality table), against fprintf() of the same number of bytes to a file
 * that nobody flushes, in the same run. And whether its memory grows with the number of rows.
 */
#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "experiment/accounting.h"
#include "host/clock.h"
#include "host/recorder.h"

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

/* Seconds for writing count rows through the recorder; its table's size in *bytes. */
static double record(const char *root, long count, long *bytes, long *grown_kb)
{
	static struct sg_experiment experiment;
	static struct sg_step step = { .kind = SG_STEP_CURRENT, .cycle = 1, .duration_s = 1e6, .id = "1.1+" };
	static struct sg_accounting books;
	const struct sg_plan plan = { .step_count = 1, .steps = &step };
	const struct sg_identity identity = { .family = "emstat4", .model = "hr", .simulated = true };
	struct sg_record_meta meta = { .experiment = &experiment, .plan = &plan, .potentiostat = &identity,
				       .program_version = "bench", .clock_kind = "real" };
	struct sg_host_clock clock;
	struct sg_recorder *recorder;
	char storage[256];
	struct sg_text why;
	struct stat st;
	double begin_s, took_s;
	long begin_kb = 0;

	snprintf(experiment.name, sizeof(experiment.name), "bench");
	snprintf(experiment.institution, sizeof(experiment.institution), "LAB");
	snprintf(experiment.cell.name, sizeof(experiment.cell.name), "bench");
	snprintf(experiment.folder, sizeof(experiment.folder), "%s", root);
	experiment.cell.area_cm2 = 0.8332;
	sg_host_clock_init(&clock, 1.0);
	meta.started_utc_ns = sg_clock_utc_ns(&clock.clock);
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_recorder_open(&meta, 1.0, &clock.clock, &why, &recorder))
		give_up(why.data);
	sg_accounting_init(&books);
	sg_accounting_step(&books, &step, 0.0);
	begin_s = now_s();
	for (long i = 1; i <= count; i++) {
		const struct sg_sample sample = {
			.instrument_ns = i * SG_NS_PER_S, .voltage_v = 0.0415 + 1e-6 * (double)(i % 17),
			.current_a = 833.2e-6, .set_a = 833.2e-6, .temperature_c = 25.0, .range_a = 1e-3,
		};
		const struct sg_row *row = sg_accounting_sample(&books, &sample, (double)i, i * SG_NS_PER_S);

		if (sg_recorder_row(recorder, row) || sg_recorder_tick(recorder, sg_clock_now_ns(&clock.clock)))
			give_up("row");
		if (i == count / 10)
			begin_kb = resident_kb();
	}
	if (sg_recorder_flush(recorder))
		give_up("flush");
	took_s = now_s() - begin_s;
	*grown_kb = resident_kb() - begin_kb;
	if (stat(sg_recorder_table(recorder), &st) != 0)
		give_up("table");
	*bytes = (long)st.st_size;
	sg_recorder_close(recorder);
	return took_s;
}

/* The same number of bytes, a line a row, formatted with one fprintf() of seven numbers. */
static double print_plainly(const char *root, long count, long bytes)
{
	const int width = (int)(bytes / count) - 60;
	char path[128];
	FILE *file;
	double begin_s;

	snprintf(path, sizeof(path), "%s/plain.csv", root);
	file = fopen(path, "w");
	if (!file)
		give_up(path);
	begin_s = now_s();
	for (long i = 1; i <= count; i++)
		fprintf(file, "%.6f,%.6f,%.8f,%.9g,%ld,%ld,%.1f,%*s\n", (double)i, (double)i,
			0.0415 + 1e-6 * (double)(i % 17), 833.2e-6, 1L, i, 25.0, width > 0 ? width : 1, "");
	fclose(file);
	return now_s() - begin_s;
}

int main(int argc, char **argv)
{
	const long count = argc > 1 ? atol(argv[1]) : 500000;
	char root[] = "/tmp/sandglass-bench-XXXXXX";
	long bytes, grown_kb;
	double recorded_s, plain_s;

	if (count < 10 || !mkdtemp(root))
		give_up("bench_recorder [rows, at least 10]");
	recorded_s = record(root, count, &bytes, &grown_kb);
	plain_s = print_plainly(root, count, bytes);
	nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	printf("recorder:       %8.0f rows/s, %.0f bytes a row\n", (double)count / recorded_s,
	       (double)bytes / (double)count);
	printf("plain fprintf:  %8.0f rows/s of the same size, 7 numbers instead of 27, never flushed\n",
	       (double)count / plain_s);
	printf("ratio, time of the recorder over that of fprintf: %.2f\n", recorded_s / plain_s);
	printf("memory grown over the last 90 %% of the rows: %ld kB\n", grown_kb);
	return 0;
}

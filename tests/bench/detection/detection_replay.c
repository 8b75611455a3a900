/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detection_replay [--no-geometry] TRACEDIR ALARMS.csv
 *
 * Every table of a folder (NAME.csv.gz, NAME.csv, NAME.bdf, compressed or not) through sg_replay, the code of
 * `sandglass replay`, with the cell parameters of NAME.json, and what was told of it as rows name,time_s,type,
 * time in the trace's own clock. A .csv without a NAME.json that is no table of a test is passed over.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "alarm_name.h"
#include "experiment/replay.h"
#include "trace_cell.h"

#define CHUNK 65536
#define PATH_SIZE 4096
#define NAME_SIZE 256
#define TYPES_MAX 16

struct job {
	const char *folder;
	const char *name; /* of the trace at hand, without endings */
	FILE *alarms;
	bool geometry;
	unsigned long traces, rows, alarms_told;
	struct {
		const char *type;
		unsigned long count;
	} types[TYPES_MAX];
};

static void count_type(struct job *job, const char *type)
{
	job->alarms_told++;
	for (size_t i = 0; i < TYPES_MAX; i++) {
		if (job->types[i].type && strcmp(job->types[i].type, type) != 0)
			continue;
		job->types[i].type = type;
		job->types[i].count++;
		return;
	}
}

static void on_event(void *ctx, const struct sg_event *event)
{
	struct job *job = ctx;
	const char *type = alarm_name(event);

	if (!type)
		return;
	fprintf(job->alarms, "%s,%.6f,%s\n", job->name, event->time_s, type);
	count_type(job, type);
}

static void on_row(void *ctx, const struct sg_table_row *row)
{
	sg_replay_row(ctx, row);
}

static void on_bad_row(void *ctx, uint64_t row, const char *text)
{
	sg_replay_bad_row(ctx, row, text);
}

static enum sg_err feed_all(gzFile file, struct sg_table_reader *reader, struct sg_text *why)
{
	static char chunk[CHUNK];
	enum sg_err err = SG_OK;
	int n = 0, z;

	while (!err && (n = gzread(file, chunk, sizeof(chunk))) > 0)
		err = sg_table_feed(reader, chunk, (size_t)n, why);
	if (err)
		return err;
	gzerror(file, &z);
	/* A compressed file that was cut off ends with Z_BUF_ERROR and without a negative count. */
	if (n < 0 || (z != Z_OK && z != Z_STREAM_END)) {
		sg_text_add(why, "is damaged, or not whole");
		return SG_ERR_IO;
	}
	return sg_table_end(reader, why);
}

static enum sg_err replay_table(const char *path, struct sg_replay *replay, struct sg_text *why)
{
	const struct sg_table_sink sink = { .ctx = replay, .row = on_row, .bad = on_bad_row };
	struct sg_table_reader *reader;
	gzFile file = gzopen(path, "rb");
	enum sg_err err;

	if (!file) {
		sg_text_add(why, "%s", strerror(errno));
		return SG_ERR_IO;
	}
	err = sg_table_open(&sink, &reader);
	if (!err) {
		err = feed_all(file, reader, why);
		sg_table_close(reader);
	}
	gzclose(file);
	return err;
}

/* Whether the name ends so; if it does, the ending is cut off. */
static bool cut_ending(char *name, const char *ending)
{
	const size_t n = strlen(name), m = strlen(ending);

	if (n <= m || strcmp(name + n - m, ending) != 0)
		return false;
	name[n - m] = '\0';
	return true;
}

/* NAME of NAME.csv.gz and its like; false: no table. */
static bool name_of(const char *file, char *name, size_t size)
{
	bool table;

	if (snprintf(name, size, "%s", file) >= (int)size)
		return false;
	cut_ending(name, ".gz");
	table = cut_ending(name, ".csv");
	return cut_ending(name, ".bdf") || table;
}

/* @return whether the folder still makes sense: a table that is labelled must be readable. */
static bool replay_one(struct job *job, const char *file, struct sg_replay *replay)
{
	struct sg_replay_config config = { .limit_voltage_v = NAN, .ctx = job, .event = on_event };
	char name[NAME_SIZE], path[PATH_SIZE], storage[1024];
	struct trace_cell cell;
	struct sg_text why;
	enum sg_err err;
	bool labelled;

	if (!name_of(file, name, sizeof(name)))
		return true;
	snprintf(path, sizeof(path), "%s/%s.json", job->folder, name);
	if (!trace_cell_read(&cell, path, &labelled))
		return false;
	config.area_cm2 = cell.area_cm2;
	config.expected_ohm = job->geometry ? cell.expected_ohm : NAN;
	config.compliance_v = cell.compliance_v;
	job->name = name;
	sg_text_init(&why, storage, sizeof(storage));
	err = sg_replay_init(replay, &config);
	if (err) {
		fprintf(stderr, "%s: %s\n", file, sg_err_text(err));
		return false;
	}
	snprintf(path, sizeof(path), "%s/%s", job->folder, file);
	err = replay_table(path, replay, &why);
	sg_replay_end(replay);
	job->rows += (unsigned long)replay->rows;
	job->traces += !err;
	sg_replay_fini(replay);
	if (err && labelled)
		fprintf(stderr, "%s: %s\n", file, why.length ? why.data : sg_err_text(err));
	else if (err)
		fprintf(stderr, "%s: passed over: no table that can be read, and no label to it\n", file);
	return !err || !labelled;
}

static int any(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool replay_folder(struct job *job)
{
	static struct sg_replay replay;
	struct dirent **entries;
	const int n = scandir(job->folder, &entries, any, by_name);
	bool good = true;

	if (n < 0) {
		fprintf(stderr, "%s: %s\n", job->folder, strerror(errno));
		return false;
	}
	for (int i = 0; i < n; i++) {
		good = replay_one(job, entries[i]->d_name, &replay) && good;
		free(entries[i]);
	}
	free(entries);
	if (job->traces == 0)
		fprintf(stderr, "%s: no trace in it\n", job->folder);
	return good && job->traces > 0;
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void print_summary(const struct job *job, double took_s)
{
	printf("%lu traces, %lu rows replayed in %.1f s; %lu alarms in the list", job->traces, job->rows, took_s,
	       job->alarms_told);
	for (size_t i = 0; i < TYPES_MAX && job->types[i].type; i++)
		printf("%s %lu %s", i ? "," : ":", job->types[i].count, job->types[i].type);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct job job = { .geometry = true };
	const double begin_s = now_s();
	bool good;

	if (argc > 1 && strcmp(argv[1], "--no-geometry") == 0) {
		job.geometry = false;
		argv++;
		argc--;
	}
	if (argc != 3 || argv[1][0] == '-') {
		fprintf(stderr, "usage: detection_replay [--no-geometry] TRACEDIR ALARMS.csv\n");
		return 2;
	}
	job.folder = argv[1];
	job.alarms = fopen(argv[2], "w");
	if (!job.alarms) {
		fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	fprintf(job.alarms, "name,time_s,type\n");
	good = replay_folder(&job);
	if (fclose(job.alarms) != 0) {
		fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	print_summary(&job, now_s() - begin_s);
	return good ? 0 : 1;
}

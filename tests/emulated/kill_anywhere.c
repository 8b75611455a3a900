/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_anywhere SANDGLASS FIRMWARE_SIM KILLS [SEED [FAMILY [COMMAND]]]
 *
 * A run on a pseudo-terminal, in real time, is killed by SIGKILL at a random moment between its start and its fourth second.
 * Each time:
 *   - the cell is off: by the guardian's word within 2 s, and by the simulator's own report; so long the current flowed on
 *     is also told by the charge that passed in the simulator's cell (it knows nothing of the guardian);
 *   - no guardian has the port open before the runner is gone;
 *   - the record can be read by a validator of its own and, repaired, by our reader: loss is the time between the kill and
 *     the last row.
 * COMMAND (a shell's) is run with the run folder behind it before the simulator ends, and must succeed: for `sandglass
 * resume`. Prints loss and time to off (median, 99 %, worst), exits 1 on any miss.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "bdf_validate.h"
#include "format/table_reader.h"
#include "host/record_repair.h"
#include "killed_run.h"

#define LATEST_KILL_S 4.0
#define OFF_WITHIN_S 2.0
/*
 * A flush begins at the first turn a second after the one before, which is a sample's; and the last row it took may have been
 * an interval old. A busy PC adds its own.
 */
#define LOSS_WITHIN_S (1.0 + 2.0 * KILLED_INTERVAL_S)

struct campaign {
	struct kill_programs programs;
	const char *command;
	uint64_t random;
	unsigned kills, on, slow, two_writers, unreadable, lossy, unwatched, command_failed;
	size_t off_count, truth_count, loss_count;
	double *off_s, *truth_s, *loss_s;
};

/* Of one kill. */
struct spread {
	double loss_s;  /* from the last row to the kill; NAN: no row */
	double truth_s; /* from the kill to no current, by the charge in the simulator's cell */
};

static void die(const char *what)
{
	fprintf(stderr, "kill_anywhere: %s\n", what);
	exit(2);
}

/* 0 .. 1. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (SplitMix64). */
static double draw(struct campaign *c)
{
	uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ---- the record ---- */

struct readings {
	uint64_t rows, bad;
};

static void take_row(void *ctx, const struct sg_table_row *row)
{
	(void)row;
	((struct readings *)ctx)->rows++;
}

static void take_bad(void *ctx, uint64_t row, const char *text)
{
	(void)row;
	(void)text;
	((struct readings *)ctx)->bad++;
}

/* By the reader of `sandglass replay`. */
static bool reads_back(const char *text, size_t expected)
{
	struct readings readings = { 0, 0 };
	const struct sg_table_sink sink = { .ctx = &readings, .row = take_row, .bad = take_bad };
	struct sg_table_reader *reader;
	bool fine;

	if (sg_table_open(&sink, &reader))
		die("table reader");
	fine = !sg_table_feed(reader, text, strlen(text), NULL);
	fine = fine && (!sg_table_end(reader, NULL) || expected == 0) && readings.bad == 0 && readings.rows == expected;
	sg_table_close(reader);
	return fine;
}

/* The second column of the last row. */
static double last_unix_s(const char *text)
{
	const char *end = strrchr(text, '\n'), *at = end;

	while (at && at > text && at[-1] != '\n')
		at--;
	at = at ? strchr(at, ',') : NULL;
	return at ? strtod(at + 1, NULL) : NAN;
}

/* False: it cannot be read. */
static bool read_record(const struct killed_run *r, struct spread *of)
{
	struct bdf_report torn, whole;
	char path[KILLED_PATH_SIZE];
	double flowed_s;
	bool fine;
	char *text;

	of->loss_s = of->truth_s = NAN;
	if (!killed_run_file(r, "*.bdf.csv", path)) /* killed before there was one */
		return true;
	text = killed_slurp(path);
	if (!*text) { /* the same, a moment later */
		free(text);
		return true;
	}
	free(text);
	fine = bdf_validate(path, BDF_TAIL_TORN, &torn) == 0;
	fine = fine && sg_record_repair(path, NULL) == SG_OK;
	fine = fine && bdf_validate(path, BDF_TAIL_WHOLE, &whole) == 0 && whole.rows == torn.rows;
	text = killed_slurp(path);
	fine = fine && reads_back(text, torn.rows);
	if (!fine)
		printf("  %s: %s\n", path, torn.problems);
	if (fine && torn.rows) {
		of->loss_s = r->killed_unix_s - last_unix_s(text);
		flowed_s = (strtod(killed_value(r->truth, "charge_passed_c"), NULL) - torn.last_cumulative_ah * 3600.0) / KILLED_CURRENT_A;
		of->truth_s = flowed_s - of->loss_s;
	}
	free(text);
	return fine;
}

/* ---- the tally ---- */

static void run_command(struct campaign *c, const struct killed_run *r)
{
	char words[1024], path[KILLED_PATH_SIZE];

	if (!c->command || !killed_run_file(r, "", path))
		return;
	snprintf(words, sizeof(words), "%s %s >%s/command 2>&1", c->command, path, r->folder);
	c->command_failed += system(words) != 0;
}

static void note(struct campaign *c, const struct killed_run *r, const struct spread *of, bool readable)
{
	const bool off = strncmp(killed_value(r->truth, "cell_on"), "false", 5) == 0 &&
			 strtod(killed_value(r->truth, "current_a"), NULL) == 0.0;

	c->on += !off;
	c->two_writers += r->two_writers;
	c->unreadable += !readable;
	c->unwatched += r->guardian == 0;
	if (isfinite(r->off_s))
		c->off_s[c->off_count++] = r->off_s;
	c->slow += r->off_s > OFF_WITHIN_S;
	if (isfinite(of->truth_s))
		c->truth_s[c->truth_count++] = of->truth_s;
	if (isfinite(of->loss_s))
		c->loss_s[c->loss_count++] = of->loss_s;
	c->lossy += of->loss_s > LOSS_WITHIN_S;
	if (!off || r->two_writers || !readable || r->off_s > OFF_WITHIN_S || of->loss_s > LOSS_WITHIN_S)
		printf("kill %u: cell %s, off after %.3f s, by charge %.3f s, loss %.3f s, %s, %s\n", c->kills, off ? "off" : "ON",
		       r->off_s, of->truth_s, of->loss_s, readable ? "readable" : "UNREADABLE",
		       r->two_writers ? "TWO WRITERS" : "one writer");
}

static void run_one(struct campaign *c)
{
	struct killed_run run;
	struct spread of;
	bool readable;

	killed_run_begin(&run, &c->programs, c->kills);
	killed_run_kill(&run, draw(c) * LATEST_KILL_S);
	run_command(c, &run);
	killed_run_end(&run);
	readable = read_record(&run, &of);
	note(c, &run, &of, readable);
	c->kills++;
	killed_run_free(&run);
}

static int rising(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_spread(const char *what, double *values, size_t count)
{
	if (!count) {
		printf("%s: none\n", what);
		return;
	}
	qsort(values, count, sizeof(*values), rising);
	printf("%s: %zu, median %.3f s, 99 %% %.3f s, worst %.3f s\n", what, count, values[count / 2],
	       values[(size_t)ceil(0.99 * (double)count) - 1], values[count - 1]);
}

static double *room(size_t count)
{
	double *values = calloc(count, sizeof(*values));

	if (!values)
		die("memory");
	return values;
}

int main(int argc, char **argv)
{
	const long kills = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
	const unsigned long seed = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
	struct campaign c = {
		.programs = { .sandglass = argv[1], .firmware_sim = argv[2], .family = argc > 5 ? argv[5] : "emstat4" },
		.random = seed, .command = argc > 6 ? argv[6] : NULL,
	};

	if (kills < 1) {
		fprintf(stderr, "usage: kill_anywhere SANDGLASS FIRMWARE_SIM KILLS [SEED [FAMILY [COMMAND]]]\n");
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* a guardian whose runner is gone becomes ours */
	c.off_s = room((size_t)kills);
	c.truth_s = room((size_t)kills);
	c.loss_s = room((size_t)kills);
	for (long i = 0; i < kills; i++)
		run_one(&c);
	printf("kill_anywhere: %u kills, seed %lu, %s\n", c.kills, seed, c.programs.family);
	printf("  cell left on %u, later than %g s %u, two writers %u, record not readable %u, more than %g s lost %u\n", c.on,
	       OFF_WITHIN_S, c.slow, c.two_writers, c.unreadable, LOSS_WITHIN_S, c.lossy);
	printf("  killed before there was a guardian, and before any current: %u\n", c.unwatched);
	print_spread("  kill to cell off, read back by the guardian", c.off_s, c.off_count);
	print_spread("  kill to no current, by the simulator's charge", c.truth_s, c.truth_count);
	print_spread("  last row to kill", c.loss_s, c.loss_count);
	if (c.loss_count)
		printf("  rows lost of one each %g s: %d at worst\n", KILLED_INTERVAL_S, (int)(c.loss_s[c.loss_count - 1] / KILLED_INTERVAL_S));
	if (c.command)
		printf("  command failed %u\n", c.command_failed);
	return c.on || c.slow || c.two_writers || c.unreadable || c.lossy || c.command_failed;
}

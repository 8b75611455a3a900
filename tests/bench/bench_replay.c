/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay costs: a table of a ramp, bytes to readings, guard, detectors and half-steps, without and with the
 * diffusion limit, against the least anybody would do with the same bytes in the same run: libcsv and strtod() of every
 * field. Two tables: three columns, and a record of this program with its 29, of which five are needed.
 *
 * Prints rows a second and ratios. Ends with 1 if a row got lost, or if the healthy cell was called shorted.
 */
#include <csv.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/units.h"
#include "experiment/accounting.h"
#include "experiment/replay.h"
#include "format/bdf.h"
#include "format/table_reader.h"

#define AREA_CM2 0.8332
#define OHM 50.0
#define HALF_STEP_ROWS 300
#define REST_ROWS 30
#define LEVELS 9
#define CHUNK 65536 /* as the command reads */
#define ROUNDS 5

struct bytes {
	const char *legend;
	char *data;
	size_t length;
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts); /* whatever else the machine does */
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void give_up(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* A rest, then 1, -1, 2, -2, ... 9, -9 mA cm-2 and again, one reading a second. */
static double set_a_of(long i)
{
	const long k = (i - REST_ROWS) / HALF_STEP_ROWS % (2 * LEVELS);

	if (i < REST_ROWS)
		return 0.0;
	return (k % 2 ? -1.0 : 1.0) * sg_current_a(1.0 + (double)(k / 2), AREA_CM2);
}

static struct sg_sample sample_of(long i)
{
	const double set_a = set_a_of(i);
	const double hash = (double)((uint64_t)i * 2654435761u % 65536) / 65536.0 - 0.5;

	return (struct sg_sample){
		.instrument_ns = i * SG_NS_PER_S,
		/* codes of 1 uV, 0.1 mV of noise */
		.voltage_v = 1e-6 * round(1e6 * (set_a * OHM + 3e-4 * hash)),
		.current_a = 1e-9 * round(1e9 * set_a * (1.0 + 1e-4 * hash)),
		.set_a = set_a,
		.temperature_c = 25.0,
		.range_a = 10e-3,
	};
}

static struct bytes three_columns(long rows)
{
	const size_t size = 64 + (size_t)rows * 48;
	struct bytes b = { .legend = "3 columns", .data = malloc(size) };

	if (!b.data)
		give_up("memory");
	b.length = (size_t)snprintf(b.data, size, "time_s,current_A,voltage_V\n");
	for (long i = 0; i < rows; i++) {
		const struct sg_sample s = sample_of(i);

		b.length += (size_t)snprintf(b.data + b.length, size - b.length, "%ld.000,%.9f,%.6f\n", i, s.current_a,
					     s.voltage_v);
	}
	return b;
}

static struct bytes own_record(long rows)
{
	const size_t size = 1024 + (size_t)rows * 384;
	struct bytes b = { .legend = "29 columns", .data = malloc(size) };
	struct sg_accounting books;
	struct sg_step step = { .cycle = 1 };
	double set_a = NAN;

	if (!b.data)
		give_up("memory");
	snprintf(step.id, sizeof(step.id), "1.1+");
	sg_accounting_init(&books);
	b.length = sg_bdf_header(b.data, size);
	for (long i = 0; i < rows; i++) {
		const struct sg_sample s = sample_of(i);
		size_t wrote;

		if (s.set_a != set_a) {
			set_a = s.set_a;
			step.kind = set_a == 0.0 ? SG_STEP_REST : SG_STEP_CURRENT;
			step.current_a = set_a;
			sg_accounting_step(&books, &step, (double)i);
		}
		wrote = sg_bdf_line(sg_accounting_sample(&books, &s, (double)i, i * SG_NS_PER_S), b.data + b.length,
				    size - b.length);
		if (wrote == 0)
			give_up("a row is longer than was thought");
		b.length += wrote;
	}
	return b;
}

/* ---- the least: libcsv and strtod() ---- */

static void add_field(void *text, size_t length, void *ctx)
{
	double *sum = ctx;

	(void)length;
	*sum += strtod(text, NULL);
}

static void count_row(int end, void *ctx)
{
	(void)end;
	((double *)ctx)[1] += 1.0;
}

static double parse_plainly(const struct bytes *b, long rows)
{
	double sums[2] = { 0.0, 0.0 };
	struct csv_parser csv;
	double begin_s;

	if (csv_init(&csv, CSV_APPEND_NULL) != 0)
		give_up("memory");
	begin_s = now_s();
	for (size_t at = 0; at < b->length; at += CHUNK) {
		const size_t n = b->length - at < CHUNK ? b->length - at : CHUNK;

		if (csv_parse(&csv, b->data + at, n, add_field, count_row, sums) != n)
			give_up("libcsv");
	}
	csv_fini(&csv, add_field, count_row, sums);
	begin_s = now_s() - begin_s;
	csv_free(&csv);
	/* Needed, or the work could be left out. */
	if (!(sums[0] > 0.0) || sums[1] != (double)rows + 1.0)
		give_up("libcsv found other rows than were written");
	return begin_s;
}

/* ---- the reader alone, and the whole replay ---- */

static void feed_all(const struct bytes *b, const struct sg_table_sink *sink)
{
	struct sg_table_reader *reader;
	struct sg_text why;
	char storage[256];

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_table_open(sink, &reader))
		give_up("memory");
	for (size_t at = 0; at < b->length; at += CHUNK) {
		if (sg_table_feed(reader, b->data + at, b->length - at < CHUNK ? b->length - at : CHUNK, &why))
			give_up(why.data);
	}
	if (sg_table_end(reader, &why))
		give_up(why.data);
	sg_table_close(reader);
}

static void add_row(void *ctx, const struct sg_table_row *row)
{
	long *rows = ctx;

	*rows += isfinite(row->time_s) && isfinite(row->voltage_v) && isfinite(row->current_a);
}

static void no_bad_row(void *ctx, uint64_t row, const char *text)
{
	(void)ctx;
	(void)row;
	give_up(text);
}

static double read_only(const struct bytes *b, long rows)
{
	long found = 0;
	const struct sg_table_sink sink = { .ctx = &found, .row = add_row, .bad = no_bad_row };
	const double begin_s = now_s();

	feed_all(b, &sink);
	if (found != rows)
		give_up("the reader lost rows");
	return now_s() - begin_s;
}

static void feed_replay(void *ctx, const struct sg_table_row *row)
{
	sg_replay_row(ctx, row);
}

/* A healthy cell and a whole table: nothing is found, at most how much of the diffusion limit was used. */
static void check_event(void *ctx, const struct sg_event *event)
{
	(void)ctx;
	if (event->type != SG_EVENT_DIFFUSION_LIMIT)
		give_up(event->text);
}

static struct sg_exposure_config sodium(void)
{
	struct sg_exposure_config model;
	struct sg_text why;
	char storage[256];

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_watch_model("Na", NULL, AREA_CM2, NAN, 25.0, &model, &why))
		give_up(why.data);
	return model;
}

/* model: NULL for the detectors alone. */
static double replay_all(const struct bytes *b, long rows, const struct sg_exposure_config *model)
{
	static struct sg_replay replay;
	const struct sg_replay_config config = { .area_cm2 = AREA_CM2, .expected_ohm = 50.0, .compliance_v = NAN,
						 .limit_voltage_v = 5.0, .model = model, .event = check_event };
	const struct sg_table_sink sink = { .ctx = &replay, .row = feed_replay, .bad = no_bad_row };
	const size_t half_steps = (size_t)((rows - REST_ROWS + HALF_STEP_ROWS - 1) / HALF_STEP_ROWS);
	double took_s;

	if (sg_replay_init(&replay, &config))
		give_up("memory");
	took_s = now_s();
	feed_all(b, &sink);
	sg_replay_end(&replay);
	took_s = now_s() - took_s;
	if (replay.rows != (uint64_t)rows || replay.result.count != half_steps)
		give_up("the replay found other half-steps than were written");
	sg_replay_fini(&replay);
	return took_s;
}

static void measure(const struct bytes *b, long rows)
{
	const struct sg_exposure_config model = sodium();
	double plain_s = 0, read_s = 0, replay_s = 0, model_s = 0;

	/* Turn about, so that all see the same machine. */
	for (int i = 0; i < ROUNDS; i++) {
		plain_s += parse_plainly(b, rows);
		read_s += read_only(b, rows);
		replay_s += replay_all(b, rows, NULL);
		model_s += replay_all(b, rows, &model);
	}
	printf("%s, %ld rows, %.0f bytes a row\n", b->legend, rows, (double)b->length / (double)rows);
	printf("  libcsv and strtod: %9.0f rows/s\n", ROUNDS * (double)rows / plain_s);
	printf("  reader alone:      %9.0f rows/s, ratio of times %.2f\n", ROUNDS * (double)rows / read_s,
	       read_s / plain_s);
	printf("  whole replay:      %9.0f rows/s, ratio of times %.2f\n", ROUNDS * (double)rows / replay_s,
	       replay_s / plain_s);
	printf("  ... and the model: %9.0f rows/s, ratio of times %.2f\n", ROUNDS * (double)rows / model_s,
	       model_s / plain_s);
}

int main(int argc, char **argv)
{
	const long rows = argc > 1 ? atol(argv[1]) : 2000000;
	struct bytes b;

	if (rows < 1000 || rows > SG_REPLAY_HALF_STEPS * HALF_STEP_ROWS) {
		fprintf(stderr, "bench_replay [rows, at least 1000]\n");
		return 2;
	}
	b = three_columns(rows);
	measure(&b, rows);
	free(b.data);
	/* A tenth of them: as many bytes. */
	b = own_record(rows / 10 > 1000 ? rows / 10 : 1000);
	measure(&b, rows / 10 > 1000 ? rows / 10 : 1000);
	free(b.data);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The detectors on labelled traces and on measured cells, where those are at hand: hard shorts found, missed,
 * how late, and told without cause. The folder is $SANDGLASS_SHARED_DATA, or shared/data beside the checkout;
 * without it the test is skipped (77). A trace is NAME.csv.gz with its true events in NAME.json.
 */
#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/detector.h"
#include "format/table_reader.h"

#define SKIPPED 77
#define PATH_SIZE 1024

struct trace {
	struct sg_detector detector;
	double short_s;     /* true beginning, NAN: none */
	double visible_s;   /* from then on below 8 % */
	bool from_start;    /* shorted before the first reading, and hard */
	double hard_s;      /* first told, NAN: never */
	double hours;
	double interval_s;
	double first_low_s; /* first reading after visible_s */
	unsigned low;       /* readings since then, until a hard short is told */
	bool met;           /* they are so many, and for so long, that it is one */
	unsigned behind;    /* readings after that */
	unsigned hard, uncertain, untrue, rows;
};

struct total {
	unsigned traces, shorts, missed, untrue, late;
	double hours;
};

/* What a hard short is: as long as this. Said here again, for the detector must not define what it is held against. */
#define DEFINED_READINGS 2
#define DEFINED_SECONDS 1.0
#define READINGS_LATE_MAX 2

/* How many readings have come since the definition was met by what the trace says of itself. */
static void count_readings(struct trace *t, double time_s)
{
	if (t->hard || !(time_s >= t->visible_s))
		return;
	if (t->low++ == 0)
		t->first_low_s = time_s;
	t->behind += t->met;
	t->met = t->low >= DEFINED_READINGS && time_s - t->first_low_s >= DEFINED_SECONDS;
}

static void on_row(void *ctx, const struct sg_table_row *row)
{
	struct trace *t = ctx;
	const struct sg_reading reading = { .time_s = row->time_s, .voltage_v = row->voltage_v, .set_a = NAN,
					    .current_a = row->current_a, .temperature_c = row->temperature_c };
	struct sg_event events[SG_DETECT_EVENTS_MAX];
	const size_t count = sg_detector_feed(&t->detector, &reading, events);

	t->rows++;
	count_readings(t, row->time_s);
	for (size_t i = 0; i < count; i++) {
		if (events[i].type == SG_EVENT_SHORT_OR_SENSE)
			t->uncertain++;
		if (events[i].type != SG_EVENT_HARD_SHORT)
			continue;
		t->hard++;
		t->untrue += !t->from_start && !(events[i].time_s >= t->short_s);
		if (isnan(t->hard_s))
			t->hard_s = events[i].time_s;
	}
}

static void on_bad(void *ctx, uint64_t row, const char *text)
{
	(void)ctx;
	(void)row;
	(void)text;
}

static bool read_table(FILE *file, struct trace *t)
{
	const struct sg_table_sink sink = { .ctx = t, .row = on_row, .bad = on_bad };
	static char chunk[65536];
	char storage[256];
	struct sg_text why;
	struct sg_table_reader *reader;
	size_t n;
	bool good;

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_table_open(&sink, &reader))
		return false;
	good = true;
	while (good && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		good = sg_table_feed(reader, chunk, n, &why) == SG_OK;
	good = good && sg_table_end(reader, &why) == SG_OK;
	sg_table_close(reader);
	t->hours = t->detector.now_s / 3600.0;
	return good;
}

/* The number after the first "key": at or behind text; NAN if there is none. */
static double number_after(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	return at ? strtod(at + strlen(key), NULL) : NAN;
}

static bool read_labels(const char *path, struct trace *t)
{
	static char text[65536];
	struct sg_detect_config config = { .voltage_noise_v = NAN, .current_noise_a = NAN };
	const char *start;
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	memset(t, 0, sizeof(*t));
	t->short_s = number_after(strstr(text, "\"type\": \"hard_short\""), "\"t\": ");
	t->visible_s = number_after(strstr(text, "\"type\": \"hard_short\""), "\"t_visible\": ");
	t->interval_s = number_after(text, "\"dt_s\": ");
	start = strstr(text, "\"short_from_start\"");
	t->from_start = number_after(start, "\"drop_frac\": ") > 0.92;
	t->hard_s = NAN;
	config.area_cm2 = number_after(text, "\"area_cm2\": ");
	config.expected_ohm = number_after(text, "\"R_expected_ohm\": ");
	config.compliance_v = number_after(text, "\"compliance_V\": ");
	sg_detector_init(&t->detector, &config);
	return true;
}

static void add(struct total *total, const char *name, const struct trace *t)
{
	const bool shorted = !isnan(t->short_s) || t->from_start;
	const double late_s = t->from_start ? NAN : t->hard_s - t->short_s;

	total->traces++;
	total->hours += t->hours;
	total->shorts += shorted;
	total->missed += shorted && t->hard == 0;
	/* Of a healthy cell "a short or a lost sense lead" is untrue as well. */
	total->untrue += t->untrue + (strncmp(name, "stable_", 7) == 0 ? t->uncertain : 0);
	total->late += t->behind > READINGS_LATE_MAX;
	printf("%-24s %7u rows %7.1f h  %s hard %u (untrue %u), short or sense %u", name, t->rows, t->hours,
	       shorted ? "SHORTED" : "-      ", t->hard, t->untrue, t->uncertain);
	if (t->hard && !t->from_start)
		printf("; %.1f s after it began, %u readings of %g s after the definition was met", late_s, t->behind,
		       t->interval_s);
	printf("\n");
}

static bool score_trace(const char *folder, const char *name, struct total *total)
{
	struct trace t;
	char path[PATH_SIZE], command[PATH_SIZE + 16];
	FILE *pipe;
	bool good;

	snprintf(path, sizeof(path), "%s/traces/%s.json", folder, name);
	if (!read_labels(path, &t))
		return false;
	snprintf(command, sizeof(command), "gzip -dc '%s/traces/%s.csv.gz'", folder, name);
	pipe = popen(command, "r");
	if (!pipe)
		return false;
	good = read_table(pipe, &t);
	good = pclose(pipe) == 0 && good;
	add(total, name, &t);
	return good;
}

/* A healthy cell, measured: whatever is told of it is untrue. */
static bool score_measured(const char *folder, const char *name, struct total *total)
{
	const struct sg_detect_config config = { .area_cm2 = 1.0, .expected_ohm = NAN, .compliance_v = NAN,
						 .voltage_noise_v = NAN, .current_noise_a = NAN };
	struct trace t = { .short_s = NAN, .visible_s = NAN, .hard_s = NAN, .interval_s = NAN };
	char path[PATH_SIZE];
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "%s/measured/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	sg_detector_init(&t.detector, &config);
	good = read_table(file, &t);
	fclose(file);
	t.untrue += t.uncertain;
	add(total, name, &t);
	return good;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_label(const struct dirent *entry)
{
	const size_t n = strlen(entry->d_name);

	return n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static bool score_all(const char *folder, struct total *total)
{
	struct dirent **names;
	char path[PATH_SIZE];
	bool good = true;
	int n;

	snprintf(path, sizeof(path), "%s/traces", folder);
	n = scandir(path, &names, is_label, by_name);
	for (int i = 0; i < n; i++) {
		names[i]->d_name[strlen(names[i]->d_name) - 5] = '\0';
		good = score_trace(folder, names[i]->d_name, total) && good;
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	good = score_measured(folder, "li_gel_symmetric_700h.csv", total) && good;
	return score_measured(folder, "pouch_clock_restarts.csv", total) && good;
}

int main(void)
{
	const char *folder = getenv("SANDGLASS_SHARED_DATA");
	struct total total = { .traces = 0 };
	char path[PATH_SIZE];
	DIR *traces;
	bool good;

	if (!folder)
		folder = DATA_BESIDE_CHECKOUT;
	snprintf(path, sizeof(path), "%s/traces", folder);
	traces = opendir(path);
	if (!traces) {
		printf("skipped: no traces in %s; set SANDGLASS_SHARED_DATA\n", path);
		return SKIPPED;
	}
	closedir(traces);
	good = score_all(folder, &total);
	printf("\n%u traces, %.0f h: %u hard shorts, %u missed, %u told late; %u untrue\n", total.traces, total.hours,
	       total.shorts, total.missed, total.late, total.untrue);
	if (!good)
		printf("a trace could not be read\n");
	return good && total.shorts > 0 && total.missed == 0 && total.late == 0 && total.untrue == 0 ? 0 : 1;
}

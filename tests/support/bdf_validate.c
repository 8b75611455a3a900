/* SPDX-License-Identifier: Apache-2.0 */
#include "bdf_validate.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_COLUMNS 64
#define RTOL 1e-6
#define SCALE_TOL 1e-7
#define CLOCK_RTOL 0.05
#define CLOCK_MIN_STEP_S 0.5
#define CLOCK_MIN_SAMPLES 10

/* The active labels; the first three are required. The order is the enum's as far as that goes. */
static const char *const labels[] = {
	"Test Time / s", "Voltage / V", "Current / A",
	"Unix Time / s", "Cycle Count / 1", "Step Count / 1", "Step Time / s", "Record Index / 1",
	"Step Record Index / 1",
	"Charging Capacity / Ah", "Discharging Capacity / Ah", "Cumulative Capacity / Ah", "Net Capacity / Ah",
	"Charging Energy / Wh", "Discharging Energy / Wh", "Cumulative Energy / Wh", "Net Energy / Wh",
	"Step ID", "Step Type", "Ambient Temperature / degC", "Power / W",
	"Step Charging Capacity / Ah", "Step Discharging Capacity / Ah", "Step Cumulative Capacity / Ah",
	"Step Net Capacity / Ah", "Step Charging Energy / Wh", "Step Discharging Energy / Wh",
	"Step Cumulative Energy / Wh", "Step Net Energy / Wh",
	"Cycle Charging Capacity / Ah", "Cycle Discharging Capacity / Ah", "Cycle Cumulative Capacity / Ah",
	"Cycle Net Capacity / Ah", "Cycle Charging Energy / Wh", "Cycle Discharging Energy / Wh",
	"Cycle Cumulative Energy / Wh", "Cycle Net Energy / Wh",
	"Schedule Charging Capacity / Ah", "Schedule Discharging Capacity / Ah", "Schedule Charging Energy / Wh",
	"Schedule Discharging Energy / Wh", "Internal Resistance / ohm", "DC Internal Resistance / ohm",
	"AC Internal Resistance / ohm", "Temperature T1 / degC", "Temperature T2 / degC", "Temperature T3 / degC",
	"Temperature T4 / degC", "Temperature T5 / degC", "Surface Temperature / degC", "Applied Pressure / Pa",
	"Surface Pressure / Pa", "Ambient Pressure / Pa", "Frequency / Hz", "Real Impedance / ohm",
	"Imaginary Impedance / ohm", "Absolute Impedance / ohm", "Phase / deg",
};

#define LABELS (sizeof(labels) / sizeof(labels[0]))
_Static_assert(LABELS == 58, "the ontology 1.3.0 has 58 active terms");

enum column {
	TEST_TIME, VOLTAGE, CURRENT, UNIX_TIME, CYCLE_COUNT, STEP_COUNT, STEP_TIME, RECORD_INDEX,
	STEP_RECORD_INDEX, CHARGING_AH, DISCHARGING_AH, CUMULATIVE_AH, NET_AH, CHARGING_WH, DISCHARGING_WH,
	CUMULATIVE_WH, NET_WH, CHECKED,
	STEP_ID = CHECKED, STEP_TYPE,
};

struct field {
	const char *at;
	size_t length;
};

struct check {
	struct bdf_report *report;
	size_t column_of[LABELS]; /* + 1; 0: not in the file */
	bool is_text[MAX_COLUMNS];
	double scale[4];          /* largest |expected| per identity */
	double *ratios[2];        /* test time, step time, against unix time */
	size_t ratio_count[2];
};

__attribute__((format(printf, 2, 3))) static void problem(struct check *check, const char *format, ...)
{
	struct bdf_report *r = check->report;
	size_t used = strlen(r->problems);
	va_list args;

	r->problem_count++;
	if (r->problem_count > 8 || used + 2 > sizeof(r->problems))
		return;
	va_start(args, format);
	vsnprintf(r->problems + used, sizeof(r->problems) - used, format, args);
	va_end(args);
	used = strlen(r->problems);
	if (used + 2 < sizeof(r->problems))
		strcpy(r->problems + used, "\n");
}

/* Split one line (without its line feed) at commas outside of quotes. Returns the count, at most max + 1. */
static size_t split(const char *line, size_t length, struct field *fields, size_t max)
{
	size_t count = 0, begin = 0, i;
	bool quoted = false;

	for (i = 0; i <= length; i++) {
		if (i < length && line[i] == '"')
			quoted = !quoted;
		if (i < length && (line[i] != ',' || quoted))
			continue;
		if (count < max) {
			fields[count].at = line + begin;
			fields[count].length = i - begin;
		}
		if (count++ == max)
			break;
		begin = i + 1;
	}
	return count;
}

static bool equals(const struct field *field, const char *text)
{
	return field->length == strlen(text) && memcmp(field->at, text, field->length) == 0;
}

static void read_header(struct check *check, const char *line, size_t length)
{
	struct field fields[MAX_COLUMNS];
	size_t count = split(line, length, fields, MAX_COLUMNS), i, label;

	check->report->columns = count;
	if (count > MAX_COLUMNS) {
		problem(check, "header: more than %d columns", MAX_COLUMNS);
		return;
	}
	for (i = 0; i < count; i++) {
		for (label = 0; label < LABELS && !equals(&fields[i], labels[label]); label++)
			;
		if (label == LABELS)
			problem(check, "header: '%.*s' is not a preferred label", (int)fields[i].length, fields[i].at);
		else if (check->column_of[label])
			problem(check, "header: '%s' twice", labels[label]);
		else
			check->column_of[label] = i + 1;
		check->is_text[i] = label == STEP_ID || label == STEP_TYPE;
	}
	for (label = 0; label <= CURRENT; label++)
		if (!check->column_of[label])
			problem(check, "header: required column '%s' is missing", labels[label]);
}

static double number(struct check *check, const struct field *field, size_t row)
{
	char text[64], *end;
	double value;

	if (field->length == 0)
		return NAN;
	if (field->length >= sizeof(text)) {
		problem(check, "row %zu: a number of %zu characters", row, field->length);
		return NAN;
	}
	memcpy(text, field->at, field->length);
	text[field->length] = '\0';
	value = strtod(text, &end);
	if (*end || !isfinite(value)) {
		problem(check, "row %zu: '%s' is not a number", row, text);
		return NAN;
	}
	return value;
}

/* The values of one row in the order of enum column; false if it is no row of this table. */
static bool read_row(struct check *check, const char *line, size_t length, size_t row, double values[CHECKED])
{
	struct field fields[MAX_COLUMNS];
	size_t count = split(line, length, fields, MAX_COLUMNS), i;

	if (count != check->report->columns) {
		problem(check, "row %zu: %zu columns, the header has %zu", row, count, check->report->columns);
		return false;
	}
	if (memchr(line, '\0', length))
		problem(check, "row %zu: a NUL byte", row);
	for (i = 0; i < count; i++)
		if (!check->is_text[i])
			(void)number(check, &fields[i], row);
	for (i = 0; i < CHECKED; i++)
		values[i] = check->column_of[i] ? number(check, &fields[check->column_of[i] - 1], row) : NAN;
	return true;
}

static void check_counters(struct check *check, size_t row, const double *now, const double *before)
{
	bool first = row == 1;

	if (check->column_of[CYCLE_COUNT] && !(now[CYCLE_COUNT] >= 0 && now[CYCLE_COUNT] == floor(now[CYCLE_COUNT])))
		problem(check, "row %zu: cycle count %g is no count", row, now[CYCLE_COUNT]);
	if (check->column_of[STEP_RECORD_INDEX] && now[STEP_RECORD_INDEX] != 1 &&
	    (first || now[STEP_RECORD_INDEX] != before[STEP_RECORD_INDEX] + 1))
		problem(check, "row %zu: step record index %g", row, now[STEP_RECORD_INDEX]);
	if (first)
		return;
	if (now[CYCLE_COUNT] < before[CYCLE_COUNT])
		problem(check, "row %zu: cycle count goes back", row);
	if (now[STEP_COUNT] < before[STEP_COUNT])
		problem(check, "row %zu: step count goes back", row);
	if (check->column_of[RECORD_INDEX] && now[RECORD_INDEX] != before[RECORD_INDEX] + 1)
		problem(check, "row %zu: record index %g after %g", row, now[RECORD_INDEX], before[RECORD_INDEX]);
}

static void check_against_the_row_before(struct check *check, size_t row, const double *now, const double *before)
{
	static const enum column rising[] = { TEST_TIME, CHARGING_AH, DISCHARGING_AH, CUMULATIVE_AH,
					      CHARGING_WH, DISCHARGING_WH, CUMULATIVE_WH };
	double wall = now[UNIX_TIME] - before[UNIX_TIME];
	double elapsed[2] = { now[TEST_TIME] - before[TEST_TIME], now[STEP_TIME] - before[STEP_TIME] };
	size_t i;

	for (i = 0; i < sizeof(rising) / sizeof(rising[0]); i++)
		if (now[rising[i]] < before[rising[i]])
			problem(check, "row %zu: '%s' drops from %.12g to %.12g", row, labels[rising[i]],
				before[rising[i]], now[rising[i]]);
	for (i = 0; i < 2; i++)
		if (elapsed[i] > 0 && wall >= CLOCK_MIN_STEP_S)
			check->ratios[i][check->ratio_count[i]++] = elapsed[i] / wall;
}

static void expected(const double *v, double out[4])
{
	out[0] = v[CHARGING_AH] + v[DISCHARGING_AH];
	out[1] = v[CHARGING_AH] - v[DISCHARGING_AH];
	out[2] = v[CHARGING_WH] + v[DISCHARGING_WH];
	out[3] = v[CHARGING_WH] - v[DISCHARGING_WH];
}

static void measure_scale(struct check *check, const double *values)
{
	double wanted[4];
	size_t i;

	expected(values, wanted);
	for (i = 0; i < 4; i++)
		check->scale[i] = fmax(check->scale[i], fabs(wanted[i]));
}

static void check_identities(struct check *check, size_t row, const double *values)
{
	static const enum column target[4] = { CUMULATIVE_AH, NET_AH, CUMULATIVE_WH, NET_WH };
	double wanted[4];
	size_t i;

	expected(values, wanted);
	for (i = 0; i < 4; i++)
		if (fabs(values[target[i]] - wanted[i]) > RTOL * fabs(wanted[i]) + SCALE_TOL * check->scale[i])
			problem(check, "row %zu: '%s' is %.12g, its parts say %.12g", row, labels[target[i]],
				values[target[i]], wanted[i]);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void check_clocks(struct check *check)
{
	static const enum column name[2] = { TEST_TIME, STEP_TIME };
	size_t i;

	for (i = 0; i < 2; i++) {
		size_t n = check->ratio_count[i];
		double median;

		if (n < CLOCK_MIN_SAMPLES)
			continue;
		qsort(check->ratios[i], n, sizeof(double), by_value);
		median = (check->ratios[i][(n - 1) / 2] + check->ratios[i][n / 2]) / 2;
		if (fabs(median - 1) > CLOCK_RTOL)
			problem(check, "'%s' runs %g times as fast as 'Unix Time / s'", labels[name[i]], median);
	}
}

enum pass {
	PASS_ROWS,
	PASS_IDENTITIES, /* needs the scale that the first pass measured */
};

static void run_pass(struct check *check, enum pass pass, const char *bytes, size_t length)
{
	double now[CHECKED], before[CHECKED];
	const char *at = bytes, *end;
	size_t row = 0, i;

	for (i = 0; i < CHECKED; i++)
		now[i] = before[i] = NAN;

	for (; (end = memchr(at, '\n', length - (size_t)(at - bytes))) != NULL; at = end + 1) {
		if (at == bytes) {
			if (pass == PASS_ROWS)
				read_header(check, at, (size_t)(end - at));
			continue;
		}
		row++;
		if (!read_row(check, at, (size_t)(end - at), row, now))
			continue;
		if (pass == PASS_IDENTITIES) {
			check_identities(check, row, now);
			continue;
		}
		measure_scale(check, now);
		check_counters(check, row, now, before);
		if (row > 1)
			check_against_the_row_before(check, row, now, before);
		memcpy(before, now, sizeof(before));
	}
	if (pass == PASS_IDENTITIES)
		return;
	check->report->rows = row;
	check->report->torn_bytes = length - (size_t)(at - bytes);
	if (row) {
		check->report->last_time_s = now[TEST_TIME];
		check->report->last_record_index = check->column_of[RECORD_INDEX] ? now[RECORD_INDEX] : 0;
		check->report->last_cumulative_ah = check->column_of[CUMULATIVE_AH] ? now[CUMULATIVE_AH] : 0;
	}
}

static size_t count_lines(const char *bytes, size_t length)
{
	size_t lines = 0, i;

	for (i = 0; i < length; i++)
		lines += bytes[i] == '\n';
	return lines;
}

int bdf_validate_bytes(const char *bytes, size_t length, enum bdf_tail tail, struct bdf_report *report)
{
	struct check check;
	size_t lines = count_lines(bytes, length);

	memset(report, 0, sizeof(*report));
	memset(&check, 0, sizeof(check));
	check.report = report;
	check.ratios[0] = calloc(lines + 1, sizeof(double));
	check.ratios[1] = calloc(lines + 1, sizeof(double));
	if (!check.ratios[0] || !check.ratios[1] || lines == 0) {
		problem(&check, lines ? "no memory" : "no header");
		report->torn_bytes = length;
	} else {
		run_pass(&check, PASS_ROWS, bytes, length);
		check_clocks(&check);
		if (report->problem_count == 0) /* else the same rows would complain twice */
			run_pass(&check, PASS_IDENTITIES, bytes, length);
	}
	if (report->torn_bytes && tail == BDF_TAIL_WHOLE)
		problem(&check, "%zu bytes after the last line feed", report->torn_bytes);
	free(check.ratios[0]);
	free(check.ratios[1]);
	return report->problem_count ? 1 : 0;
}

int bdf_validate(const char *path, enum bdf_tail tail, struct bdf_report *report)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC), verdict = 2;
	void *bytes;

	memset(report, 0, sizeof(*report));
	if (fd < 0 || fstat(fd, &st) || st.st_size == 0) {
		snprintf(report->problems, sizeof(report->problems), "%s: cannot be read, or empty\n", path);
		goto out;
	}
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		goto out;
	verdict = bdf_validate_bytes(bytes, (size_t)st.st_size, tail, report);
	munmap(bytes, (size_t)st.st_size);
out:
	if (fd >= 0)
		close(fd);
	return verdict;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "format/bdf_read.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sample.h"
#include "core/units.h"
#include "format/bdf.h"

/* In the order of bdf.c. */
enum column {
	TEST_TIME, UNIX_TIME, VOLTAGE, CURRENT, CYCLE_COUNT, STEP_COUNT, STEP_ID, STEP_TYPE, STEP_TIME, AMBIENT, RECORD_INDEX,
	STEP_RECORD_INDEX, POWER, CHARGE_IN, CHARGE_OUT, CHARGE_SUM, CHARGE_NET, ENERGY_IN, ENERGY_OUT, ENERGY_SUM, ENERGY_NET,
	STEP_IN, STEP_OUT, STEP_SUM, STEP_NET, CYCLE_IN, CYCLE_OUT, CYCLE_SUM, CYCLE_NET, COLUMNS,
};

enum quality { Q_RECORD_INDEX, Q_TEST_TIME, Q_FLAGS, Q_RANGE, Q_SET, Q_COLUMNS };

static bool split(char *copy, const char **fields, size_t wanted)
{
	size_t count = 0;

	for (char *at = copy; at; count++) {
		char *comma = strchr(at, ',');

		if (count == wanted)
			return false;
		fields[count] = at;
		if (comma)
			*comma++ = '\0';
		at = comma;
	}
	return count == wanted;
}

static bool copy_line(char copy[SG_BDF_LINE_SIZE], const char *line, size_t length)
{
	if (length >= SG_BDF_LINE_SIZE || memchr(line, '\0', length))
		return false;
	memcpy(copy, line, length);
	copy[length] = '\0';
	return true;
}

/* Empty: there is none. */
static bool number(const char *field, double scale, double *out)
{
	char *end;

	*out = NAN;
	if (!field[0])
		return true;
	*out = strtod(field, &end) * scale;
	return *end == '\0' && isfinite(*out);
}

static bool sum(const char *field, double *out)
{
	return field[0] && number(field, 3600.0, out) && *out >= 0.0;
}

static bool count64(const char *field, uint64_t most, uint64_t *out)
{
	char *end;

	if (field[0] < '0' || field[0] > '9')
		return false;
	*out = strtoull(field, &end, 10);
	return *end == '\0' && *out <= most;
}

static bool count32(const char *field, uint32_t *out)
{
	uint64_t wide = 0;
	const bool good = count64(field, UINT32_MAX, &wide);

	*out = (uint32_t)wide;
	return good;
}

/* Seconds with six decimals, by whole numbers as they were written. Empty: not measured. */
static bool unix_time(const char *field, int64_t *utc_ns)
{
	uint64_t seconds = 0, us = 0;
	const char *point = strchr(field, '.');
	char whole[24];

	*utc_ns = -1;
	if (!field[0])
		return true;
	if (!point || (size_t)(point - field) >= sizeof(whole) || strlen(point + 1) != 6)
		return false;
	memcpy(whole, field, (size_t)(point - field));
	whole[point - field] = '\0';
	if (!count64(whole, INT64_MAX / SG_NS_PER_S - 1, &seconds) || !count64(point + 1, 999999, &us))
		return false;
	*utc_ns = (int64_t)seconds * SG_NS_PER_S + (int64_t)us * 1000;
	return true;
}

static bool read_counts(struct sg_row *row, const char *const *f)
{
	return count32(f[CYCLE_COUNT], &row->cycle_count) && count32(f[STEP_COUNT], &row->step_count) &&
	       count64(f[RECORD_INDEX], UINT64_MAX, &row->record_index) && row->record_index &&
	       count32(f[STEP_RECORD_INDEX], &row->step_record_index);
}

static bool read_measured(struct sg_row *row, const char *const *f)
{
	return f[TEST_TIME][0] && number(f[TEST_TIME], 1.0, &row->test_time_s) && row->test_time_s >= 0.0 &&
	       f[STEP_TIME][0] && number(f[STEP_TIME], 1.0, &row->step_time_s) && row->step_time_s >= 0.0 &&
	       unix_time(f[UNIX_TIME], &row->utc_ns) && number(f[VOLTAGE], 1.0, &row->voltage_v) &&
	       number(f[CURRENT], 1.0, &row->current_a) && number(f[AMBIENT], 1.0, &row->temperature_c);
}

static bool read_sums(struct sg_row *row, const char *const *f)
{
	return sum(f[CHARGE_IN], &row->test.charging_c) && sum(f[CHARGE_OUT], &row->test.discharging_c) &&
	       sum(f[ENERGY_IN], &row->test.charging_j) && sum(f[ENERGY_OUT], &row->test.discharging_j) &&
	       sum(f[STEP_IN], &row->step.charging_c) && sum(f[STEP_OUT], &row->step.discharging_c) &&
	       sum(f[CYCLE_IN], &row->cycle.charging_c) && sum(f[CYCLE_OUT], &row->cycle.discharging_c);
}

enum sg_err sg_bdf_read(struct sg_row *row, char id[SG_BDF_STEP_ID_SIZE], const char *line, size_t length)
{
	static const struct sg_throughput nothing;
	char copy[SG_BDF_LINE_SIZE];
	const char *fields[COLUMNS];

	if (!copy_line(copy, line, length) || !split(copy, fields, COLUMNS) || strlen(fields[STEP_ID]) >= SG_BDF_STEP_ID_SIZE)
		return SG_ERR_FORMAT;
	row->test = row->step = row->cycle = nothing;
	if (!read_counts(row, fields) || !read_measured(row, fields) || !read_sums(row, fields))
		return SG_ERR_FORMAT;
	memcpy(id, fields[STEP_ID], strlen(fields[STEP_ID]) + 1);
	row->step_id = id;
	row->step_type = NULL;
	return SG_OK;
}

/* Names joined by '|', and what has no name as 0x.. */
static bool read_flags(char *names, uint32_t *flags)
{
	char *rest = names, *name;

	*flags = 0;
	while ((name = strtok_r(rest, "|", &rest)) != NULL) {
		uint32_t flag = sg_quality_flag(name);
		char *end = name;

		if (!flag && strncmp(name, "0x", 2) == 0)
			flag = (uint32_t)strtoul(name, &end, 16);
		if (!flag || (end != name && *end))
			return false;
		*flags |= flag;
	}
	return true;
}

enum sg_err sg_quality_read(struct sg_row *row, const char *line, size_t length)
{
	char copy[SG_BDF_LINE_SIZE], names[SG_BDF_LINE_SIZE];
	const char *fields[Q_COLUMNS];

	if (!copy_line(copy, line, length) || !split(copy, fields, Q_COLUMNS))
		return SG_ERR_FORMAT;
	snprintf(names, sizeof(names), "%s", fields[Q_FLAGS]);
	if (!count64(fields[Q_RECORD_INDEX], UINT64_MAX, &row->record_index) ||
	    !number(fields[Q_TEST_TIME], 1.0, &row->test_time_s) || !read_flags(names, &row->flags) ||
	    !number(fields[Q_RANGE], 1.0, &row->range_a) || !number(fields[Q_SET], 1.0, &row->set_a))
		return SG_ERR_FORMAT;
	return SG_OK;
}

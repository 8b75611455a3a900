/* SPDX-License-Identifier: Apache-2.0 */
#include "format/bdf.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/sample.h"
#include "core/text.h"
#include "core/units.h"
#include "format/csv_line.h"

#define TEST_DIGITS 12
#define SCOPE_DIGITS 10

static const char *const header[] = {
	"Test Time / s", "Unix Time / s", "Voltage / V", "Current / A", "Cycle Count / 1", "Step Count / 1",
	"Step ID", "Step Type", "Step Time / s", "Ambient Temperature / degC", "Record Index / 1",
	"Step Record Index / 1", "Power / W",
	"Charging Capacity / Ah", "Discharging Capacity / Ah", "Cumulative Capacity / Ah", "Net Capacity / Ah",
	"Charging Energy / Wh", "Discharging Energy / Wh", "Cumulative Energy / Wh", "Net Energy / Wh",
	"Step Charging Capacity / Ah", "Step Discharging Capacity / Ah", "Step Cumulative Capacity / Ah",
	"Step Net Capacity / Ah",
	"Cycle Charging Capacity / Ah", "Cycle Discharging Capacity / Ah", "Cycle Cumulative Capacity / Ah",
	"Cycle Net Capacity / Ah",
};

static size_t write_header(const char *const *labels, size_t count, char *storage, size_t size)
{
	struct sg_csv_line line;
	size_t i;

	sg_csv_begin(&line, storage, size);
	for (i = 0; i < count; i++)
		sg_csv_text(&line, labels[i]);
	return sg_csv_end(&line);
}

size_t sg_bdf_header(char *line, size_t size)
{
	return write_header(header, sizeof(header) / sizeof(header[0]), line, size);
}

/* A sum that is exactly 0 is common (half of them, half of the time) and cheaper as an integer. */
static void sum(struct sg_csv_line *line, double value, int digits)
{
	if (value == 0.0)
		sg_csv_integer(line, 0);
	else
		sg_csv_number(line, value, digits);
}

/** Joules to watt hours is the same 3600 as coulombs to ampere hours. */
static void family(struct sg_csv_line *line, double charging, double discharging, int digits)
{
	sum(line, charging / 3600.0, digits);
	sum(line, discharging / 3600.0, digits);
	sum(line, (charging + discharging) / 3600.0, digits);
	sum(line, (charging - discharging) / 3600.0, digits);
}

/**
 * Unix time to the microsecond. A double holds whole microseconds of this century exactly enough, but
 * the division is done on integers so that no digit depends on it.
 */
static void unix_time(struct sg_csv_line *line, int64_t utc_ns)
{
	char text[32];
	struct sg_text t;
	int64_t us = utc_ns / 1000;

	if (utc_ns < 0) {
		/* before 1970, or not measured: the PC has no clock worth recording */
		sg_csv_text(line, NULL);
		return;
	}
	sg_text_init(&t, text, sizeof(text));
	sg_text_add(&t, "%lld.%06lld", (long long)(us / 1000000), (long long)(us % 1000000));
	sg_csv_text(line, text);
}

size_t sg_bdf_line(const struct sg_row *row, char *storage, size_t size)
{
	struct sg_csv_line line;

	sg_csv_begin(&line, storage, size);
	sg_csv_fixed(&line, row->test_time_s, 6);
	unix_time(&line, row->utc_ns);
	sg_csv_fixed(&line, row->voltage_v, 8);
	sg_csv_number(&line, row->current_a, 10);
	sg_csv_integer(&line, row->cycle_count);
	sg_csv_integer(&line, row->step_count);
	sg_csv_text(&line, row->step_id);
	sg_csv_text(&line, row->step_type);
	sg_csv_fixed(&line, row->step_time_s, 6);
	sg_csv_fixed(&line, row->temperature_c, 3);
	sg_csv_integer(&line, (int64_t)row->record_index);
	sg_csv_integer(&line, row->step_record_index);
	sum(&line, row->voltage_v * row->current_a, 9);
	family(&line, row->test.charging_c, row->test.discharging_c, TEST_DIGITS);
	family(&line, row->test.charging_j, row->test.discharging_j, TEST_DIGITS);
	family(&line, row->step.charging_c, row->step.discharging_c, SCOPE_DIGITS);
	family(&line, row->cycle.charging_c, row->cycle.discharging_c, SCOPE_DIGITS);
	return sg_csv_end(&line);
}

static const char *const quality_header[] = { "Record Index / 1", "Test Time / s", "flags", "range_A", "set_A" };

static const struct {
	enum sg_flag flag;
	const char *name;
} flag_names[] = {
	{ SG_FLAG_TIMING, "timing" },
	{ SG_FLAG_OVERLOAD, "overload" },
	{ SG_FLAG_OVERLOAD_WARN, "overload_warn" },
	{ SG_FLAG_UNDERLOAD, "underload" },
	{ SG_FLAG_OFF_SET_POINT, "off_set_point" },
	{ SG_FLAG_STALE, "stale" },
	{ SG_FLAG_GAP_BEFORE, "gap_before" },
	{ SG_FLAG_NO_CURRENT, "no_current" },
	{ SG_FLAG_UNCONTROLLED, "uncontrolled" },
};

uint32_t sg_quality_flag(const char *name)
{
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (strcmp(name, flag_names[i].name) == 0)
			return (uint32_t)flag_names[i].flag;
	}
	return 0;
}

size_t sg_quality_header(char *line, size_t size)
{
	return write_header(quality_header, sizeof(quality_header) / sizeof(quality_header[0]), line, size);
}

static void names_of(uint32_t flags, struct sg_text *text)
{
	size_t i;

	for (i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (!(flags & flag_names[i].flag))
			continue;
		sg_text_add(text, "%s%s", text->length ? "|" : "", flag_names[i].name);
		flags &= ~(uint32_t)flag_names[i].flag;
	}
	if (flags) /* a flag this table has no name for is not lost */
		sg_text_add(text, "%s0x%x", text->length ? "|" : "", (unsigned)flags);
}

size_t sg_quality_line(const struct sg_row *row, char *storage, size_t size)
{
	struct sg_csv_line line;
	struct sg_text names;
	char text[128];

	sg_text_init(&names, text, sizeof(text));
	names_of(row->flags, &names);
	sg_csv_begin(&line, storage, size);
	sg_csv_integer(&line, (int64_t)row->record_index);
	sg_csv_fixed(&line, row->test_time_s, 6);
	sg_csv_text(&line, text);
	sg_csv_number(&line, row->range_a, 6);
	sg_csv_number(&line, row->set_a, 10);
	return sg_csv_end(&line);
}

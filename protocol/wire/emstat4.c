/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/emstat4.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* No id is the beginning of another, so the first match is the only one. */
static const struct {
	const char *id;
	const char *title;
	const char *model;
} families[] = {
	{ "es4_lr", "EmStat4 LR", "lr" },
	{ "es4_hr", "EmStat4 HR", "hr" },
	{ "mes4lr", "MultiEmStat4 LR", NULL },
	{ "mes4hr", "MultiEmStat4 HR", NULL },
	{ "espico", "EmStat Pico", NULL },
	{ "espbl", "EmStat Pico boot loader", NULL },
	{ "nexus1", "Nexus", NULL }, /* the 1 belongs to the name */
	{ "senswb", "Sensit Wearable", NULL },
};

/*
 * Source of the limits: lowryliu-ses/ilcs, devices/gateway/potentiostat, citing the vendor's documents.
 * Assumed: set_error (calibration against a known resistor would settle it); interval_min_s (the
 * instrument is faster, a host that must keep up with every sample for weeks is not asked to be).
 * duration_max_s: above 2^27 ms = 134217 s the clock in the packages has steps of a whole second.
 */
#define COMMON                                                                                            \
	.interval_min_s = 0.01, .duration_max_s = 134000.0, .range_use = 1.0, .set_error_rel = 0.005,      \
	.set_error_range = 0.005, .sequence_max = 11, .gapless = true, .limit_place = SG_LIMIT_INSTRUMENT, \
	.host_loss = SG_HOST_LOSS_SEGMENT_END

static const struct {
	const char *model;
	struct sg_potentiostat_caps caps;
} models[] = {
	{ "lr",
	  { .model = "EmStat4 LR",
	    .current_max_a = 30e-3,
	    .compliance_v = 3.0,
	    .range_count = 8,
	    .range_a = { 1e-9, 10e-9, 100e-9, 1e-6, 10e-6, 100e-6, 1e-3, 10e-3 },
	    .top_range_use = 3.0, /* to 30 mA; from 29.2 mA on it flags overload */
	    COMMON } },
	{ "hr",
	  { .model = "EmStat4 HR",
	    .current_max_a = 200e-3,
	    .compliance_v = 6.0,
	    .range_count = 7,
	    .range_a = { 100e-9, 1e-6, 10e-6, 100e-6, 1e-3, 10e-3, 100e-3 },
	    .top_range_use = 2.0, /* to 200 mA */
	    COMMON } },
};

/* Source: PalmSens/MethodSCRIPT_Examples, Example_Python/palmsens/mscript.py. */
static const struct {
	uint8_t id;
	double nominal;
} current_ranges_a[] = {
	{ 3, 1e-9 },   { 6, 10e-9 },   { 9, 100e-9 }, { 12, 1e-6 }, { 15, 10e-6 },
	{ 18, 100e-6 }, { 21, 1e-3 }, { 24, 10e-3 }, { 27, 100e-3 },
}, voltage_ranges_v[] = {
	{ 2, 50e-3 }, { 3, 100e-3 }, { 4, 200e-3 }, { 5, 500e-3 }, { 6, 1.0 },
};

double sg_emstat4_current_range_a(uint8_t id)
{
	for (size_t i = 0; i < sizeof(current_ranges_a) / sizeof(current_ranges_a[0]); i++) {
		if (current_ranges_a[i].id == id)
			return current_ranges_a[i].nominal;
	}
	return 0.0;
}

double sg_emstat4_voltage_range_v(uint8_t id)
{
	for (size_t i = 0; i < sizeof(voltage_ranges_v) / sizeof(voltage_ranges_v[0]); i++) {
		if (voltage_ranges_v[i].id == id)
			return voltage_ranges_v[i].nominal;
	}
	return 0.0;
}

const struct sg_potentiostat_caps *sg_emstat4_caps(const char *model)
{
	if (!model)
		return &models[0].caps;
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (strcmp(models[i].model, model) == 0)
			return &models[i].caps;
	}
	return NULL;
}

static size_t count_digits(const char *text)
{
	size_t count = 0;

	while (isdigit((unsigned char)text[count]))
		count++;
	return count;
}

/* "1500" -> 1.5.00, "13" -> 1.3 */
static bool read_firmware(const char *digits, size_t count, char *out, size_t size)
{
	switch (count) {
	case 2:
		snprintf(out, size, "%c.%c", digits[0], digits[1]);
		return true;
	case 4:
		snprintf(out, size, "%c.%c.%c%c", digits[0], digits[1], digits[2], digits[3]);
		return true;
	default:
		return false;
	}
}

enum sg_err sg_emstat4_read_version(const char *first, const char *second, struct sg_emstat4_version *out)
{
	struct sg_emstat4_version version = { .family = NULL };
	const char *hash = strchr(first, '#');
	const char *digits;
	size_t count;

	if (first[0] != 't' || !hash || (strcmp(second, "R*") != 0 && strcmp(second, "B*") != 0))
		return SG_ERR_FRAME;
	if (strlen(hash + 1) == 0 || strlen(hash + 1) >= sizeof(version.date))
		return SG_ERR_FRAME;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && !version.family; i++) {
		if (strncmp(first + 1, families[i].id, strlen(families[i].id)) != 0)
			continue;
		version.family = families[i].id;
		version.title = families[i].title;
		version.model = families[i].model;
	}
	if (!version.family)
		return hash > first + 1 && isdigit((unsigned char)hash[-1]) ? SG_ERR_IDENTITY : SG_ERR_FRAME;
	digits = first + 1 + strlen(version.family);
	count = count_digits(digits);
	if (digits + count != hash || !read_firmware(digits, count, version.firmware, sizeof(version.firmware)))
		return SG_ERR_FRAME;
	version.beta = second[0] == 'B';
	memcpy(version.date, hash + 1, strlen(hash + 1) + 1);
	*out = version;
	return SG_OK;
}

enum sg_err sg_emstat4_read_serial(const char *line, char *out, size_t size)
{
	const size_t length = strlen(line);

	if (line[0] != 'i' || length < 2 || length > size)
		return SG_ERR_FRAME;
	for (size_t i = 1; i < length; i++) {
		if (!isalnum((unsigned char)line[i]) && line[i] != '-' && line[i] != '_')
			return SG_ERR_FRAME;
	}
	memcpy(out, line + 1, length);
	return SG_OK;
}

enum sg_err sg_emstat4_read_script_version(const char *line, char *out, size_t size)
{
	/* v01.09.00 */
	unsigned part[3];

	if (strlen(line) != 9 || line[0] != 'v' || line[3] != '.' || line[6] != '.')
		return SG_ERR_FRAME;
	for (int i = 0; i < 3; i++) {
		const char *digits = line + 1 + 3 * i;

		if (count_digits(digits) != 2)
			return SG_ERR_FRAME;
		part[i] = (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
	}
	if ((size_t)snprintf(out, size, "%u.%u.%u", part[0], part[1], part[2]) >= size)
		return SG_ERR_FRAME;
	return SG_OK;
}

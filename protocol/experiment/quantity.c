/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_SIZE 48
#define UNIT_SIZE 32

/*
 * Factors are fractions so that decimal values stay as they were written: 100 uA/cm2 is 100 / 1000,
 * rounded once, and not 100 * 0.001.
 */
struct unit {
	const char *name;
	enum sg_dimension dimension;
	double numerator;
	double denominator;
};

static const struct unit simple_units[] = {
	{ "ns", SG_DIM_DURATION, 1, 1e9 },
	{ "us", SG_DIM_DURATION, 1, 1e6 },
	{ "ms", SG_DIM_DURATION, 1, 1e3 },
	{ "s", SG_DIM_DURATION, 1, 1 },
	{ "sec", SG_DIM_DURATION, 1, 1 },
	{ "min", SG_DIM_DURATION, 60, 1 },
	{ "h", SG_DIM_DURATION, 3600, 1 },
	{ "hr", SG_DIM_DURATION, 3600, 1 },
	{ "d", SG_DIM_DURATION, 86400, 1 },
	{ "nA", SG_DIM_CURRENT, 1, 1e9 },
	{ "uA", SG_DIM_CURRENT, 1, 1e6 },
	{ "mA", SG_DIM_CURRENT, 1, 1e3 },
	{ "A", SG_DIM_CURRENT, 1, 1 },
	{ "uAh", SG_DIM_CHARGE, 1, 1e3 },
	{ "mAh", SG_DIM_CHARGE, 1, 1 },
	{ "Ah", SG_DIM_CHARGE, 1e3, 1 },
	{ "uV", SG_DIM_VOLTAGE, 1, 1e6 },
	{ "mV", SG_DIM_VOLTAGE, 1, 1e3 },
	{ "V", SG_DIM_VOLTAGE, 1, 1 },
	/* A coulomb is written only per area here, so a lone C can mean degrees. */
	{ "C", SG_DIM_TEMPERATURE, 1, 1 },
	{ "degC", SG_DIM_TEMPERATURE, 1, 1 },
	{ "K", SG_DIM_TEMPERATURE_DIFFERENCE, 1, 1 },
	{ "mK", SG_DIM_TEMPERATURE_DIFFERENCE, 1, 1e3 },
	{ "mohm", SG_DIM_RESISTANCE, 1, 1e3 },
	{ "ohm", SG_DIM_RESISTANCE, 1, 1 },
	{ "Ohm", SG_DIM_RESISTANCE, 1, 1 },
	{ "kohm", SG_DIM_RESISTANCE, 1e3, 1 },
	{ "ohmcm2", SG_DIM_AREAL_RESISTANCE, 1, 1 },
	{ "Ohmcm2", SG_DIM_AREAL_RESISTANCE, 1, 1 },
};

/* What may stand before "/cm2"; factors to mA and mAh. */
static const struct unit areal_units[] = {
	{ "nA", SG_DIM_DENSITY, 1, 1e6 },
	{ "uA", SG_DIM_DENSITY, 1, 1e3 },
	{ "mA", SG_DIM_DENSITY, 1, 1 },
	{ "A", SG_DIM_DENSITY, 1e3, 1 },
	{ "uAh", SG_DIM_AREAL_CHARGE, 1, 1e3 },
	{ "mAh", SG_DIM_AREAL_CHARGE, 1, 1 },
	{ "Ah", SG_DIM_AREAL_CHARGE, 1e3, 1 },
	{ "mC", SG_DIM_AREAL_CHARGE, 1, 3.6e3 },
	{ "C", SG_DIM_AREAL_CHARGE, 1, 3.6 },
	{ "As", SG_DIM_AREAL_CHARGE, 1, 3.6 },
};

/* Areas below the stroke, in cm2; both spellings of "per". */
static const struct area {
	const char *ending;
	double numerator;
	double denominator;
} areas[] = {
	{ "/cm2", 1, 1 },   { "cm-2", 1, 1 },	{ "/mm2", 100, 1 },
	{ "mm-2", 100, 1 }, { "/m2", 1, 1e4 }, { "m-2", 1, 1e4 },
};

/* Characters that mean the same as plain ones. */
static const struct spelling {
	const char *written;
	const char *plain;
} spellings[] = {
	{ "\xc2\xb2", "2" },           /* superscript two */
	{ "\xe2\x81\xbb", "-" },       /* superscript minus */
	{ "\xe2\x88\x92", "-" },       /* minus sign */
	{ "\xc2\xb5", "u" },           /* micro sign */
	{ "\xce\xbc", "u" },           /* Greek mu */
	{ "\xc2\xb0", "deg" },         /* degree sign */
	{ "\xce\xa9", "ohm" },         /* Greek capital omega */
	{ "\xe2\x84\xa6", "ohm" },     /* ohm sign */
	{ "\xc2\xb7", "" },            /* middle dot */
	{ "\xc2\xa0", "" },            /* no-break space */
	{ "\xe2\x80\xaf", "" },        /* narrow no-break space */
	{ "^", "" },
	{ "*", "" },
	{ " ", "" },
};

/* Length of a decimal number at the start of text, 0 if there is none. */
static size_t number_length(const char *text)
{
	const char *at = text;
	size_t digits = 0;

	if (*at == '+' || *at == '-')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		digits++;
	if (*at == '.')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		digits++;
	if (!digits)
		return 0;
	if (*at == 'e' || *at == 'E') {
		const char *exponent = at + 1;

		if (*exponent == '+' || *exponent == '-')
			exponent++;
		if (*exponent >= '0' && *exponent <= '9') {
			while (*exponent >= '0' && *exponent <= '9')
				exponent++;
			at = exponent;
		}
	}
	return (size_t)(at - text);
}

/* The number at the start of text; *end is what follows. */
static bool read_number(const char *text, double *out, const char **end)
{
	const size_t length = number_length(text);
	char digits[NUMBER_SIZE];
	double value;

	if (!length || length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	value = strtod(digits, NULL);
	if (!isfinite(value))
		return false;
	*out = value;
	*end = text + length;
	return true;
}

bool sg_number_read(const char *text, double *out)
{
	const char *end;
	double value;

	if (!read_number(text, &value, &end) || *end)
		return false;
	*out = value;
	return true;
}

/* Rewrite a unit with plain characters only. */
static bool plain_unit(const char *written, char plain[UNIT_SIZE])
{
	size_t length = 0;

	while (*written) {
		const char *add = NULL;
		size_t add_length = 1;

		for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]) && !add; i++) {
			const size_t size = strlen(spellings[i].written);

			if (strncmp(written, spellings[i].written, size) == 0) {
				add = spellings[i].plain;
				add_length = strlen(add);
				written += size;
			}
		}
		if (!add)
			add = written++;
		if (length + add_length >= UNIT_SIZE)
			return false;
		memcpy(plain + length, add, add_length);
		length += add_length;
	}
	plain[length] = '\0';
	return true;
}

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

/* If the unit ends in a "per area", cut that off and return the area. */
static const struct area *cut_area(char *plain)
{
	const size_t length = strlen(plain);

	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		const size_t size = strlen(areas[i].ending);

		if (length > size && strcmp(plain + length - size, areas[i].ending) == 0) {
			plain[length - size] = '\0';
			return &areas[i];
		}
	}
	return NULL;
}

static bool apply_unit(const char *written, struct sg_quantity *out)
{
	char plain[UNIT_SIZE];
	const struct area *area;
	const struct unit *unit;

	if (!plain_unit(written, plain))
		return false;
	unit = find_unit(simple_units, sizeof(simple_units) / sizeof(simple_units[0]), plain);
	if (unit) {
		out->value = out->value * unit->numerator / unit->denominator;
		out->dimension = unit->dimension;
		return true;
	}
	area = cut_area(plain);
	if (!area)
		return false;
	unit = find_unit(areal_units, sizeof(areal_units) / sizeof(areal_units[0]), plain);
	if (!unit)
		return false;
	out->value = out->value * (unit->numerator * area->numerator) /
		     (unit->denominator * area->denominator);
	out->dimension = unit->dimension;
	return true;
}

enum sg_quantity_status sg_quantity_read(const char *text, struct sg_quantity *out)
{
	const char *unit;

	if (!read_number(text, &out->value, &unit))
		return SG_QUANTITY_NOT_A_NUMBER;
	if (unit[0] == ',' && unit[1] >= '0' && unit[1] <= '9')
		return SG_QUANTITY_COMMA;
	while (*unit == ' ')
		unit++;
	out->unit = unit;
	if (!*unit)
		return SG_QUANTITY_NO_UNIT;
	return apply_unit(unit, out) ? SG_QUANTITY_OK : SG_QUANTITY_UNKNOWN_UNIT;
}

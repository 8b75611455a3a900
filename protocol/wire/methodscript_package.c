/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/methodscript_package.h"

#include <math.h>
#include <string.h>

#include "wire/methodscript_line.h"

#define MANTISSA_DIGITS 7
#define MANTISSA_ZERO 0x8000000
static const char not_a_number[] = "     nan";

/* A reader that never runs past the end. */
struct reader {
	const char *at;
	const char *end;
};

static char peek(const struct reader *r)
{
	return r->at < r->end ? *r->at : '\0';
}

static char take(struct reader *r)
{
	return r->at < r->end ? *r->at++ : '\0';
}

static bool take_hex(struct reader *r, int digits, int32_t *out)
{
	int32_t value = 0;

	for (int i = 0; i < digits; i++) {
		const int digit = sg_methodscript_hex(take(r));

		if (digit < 0)
			return false;
		value = value * 16 + digit;
	}
	*out = value;
	return true;
}

/* Powers of ten up to 10^22 are exact doubles, so one division or product rounds once. */
static bool scale(int32_t mantissa, char prefix, double *out)
{
	static const struct {
		char prefix;
		bool divides;
		double power;
	} prefixes[] = {
		{ 'a', true, 1e18 },  { 'f', true, 1e15 },  { 'p', true, 1e12 }, { 'n', true, 1e9 },
		{ 'u', true, 1e6 },   { 'm', true, 1e3 },   { ' ', false, 1.0 }, { 'i', false, 1.0 },
		{ 'k', false, 1e3 },  { 'M', false, 1e6 },  { 'G', false, 1e9 }, { 'T', false, 1e12 },
		{ 'P', false, 1e15 }, { 'E', false, 1e18 },
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (prefix != prefixes[i].prefix)
			continue;
		*out = prefixes[i].divides ? mantissa / prefixes[i].power : mantissa * prefixes[i].power;
		return true;
	}
	return false;
}

static bool take_value(struct reader *r, struct sg_methodscript_variable *variable)
{
	const size_t nan_length = sizeof(not_a_number) - 1;
	int32_t digits;

	if ((size_t)(r->end - r->at) >= nan_length && memcmp(r->at, not_a_number, nan_length) == 0) {
		r->at += nan_length;
		variable->value = (double)NAN;
		return true;
	}
	if (!take_hex(r, MANTISSA_DIGITS, &digits))
		return false;
	variable->mantissa = digits - MANTISSA_ZERO;
	variable->prefix = take(r);
	return scale(variable->mantissa, variable->prefix, &variable->value);
}

/* The field of an id we do not know: digits up to the next comma or semicolon. */
static bool skip_field(struct reader *r)
{
	while (sg_methodscript_hex(peek(r)) >= 0)
		take(r);
	return peek(r) == ',' || peek(r) == ';' || r->at == r->end;
}

static bool take_field(struct reader *r, struct sg_methodscript_variable *variable)
{
	const char id = take(r);
	int32_t value;

	switch (id) {
	case '1':
		if (variable->has_status || !take_hex(r, 1, &value))
			return false;
		variable->has_status = true;
		variable->status = (uint8_t)value;
		return true;
	case '2':
		if (variable->has_range || !take_hex(r, 2, &value))
			return false;
		variable->has_range = true;
		variable->range = (uint8_t)value;
		return true;
	default: /* an open list: newer firmware may say more */
		return sg_methodscript_hex(id) >= 0 && skip_field(r);
	}
}

static bool take_variable(struct reader *r, struct sg_methodscript_variable *variable)
{
	memset(variable, 0, sizeof(*variable));
	for (int i = 0; i < 2; i++) {
		variable->type[i] = take(r);
		if (variable->type[i] < 'a' || variable->type[i] > 'z')
			return false;
	}
	if (!take_value(r, variable))
		return false;
	while (peek(r) == ',') {
		take(r);
		if (!take_field(r, variable))
			return false;
	}
	return true;
}

enum sg_err sg_methodscript_package_decode(const char *text, size_t length,
					   struct sg_methodscript_package *out)
{
	struct reader r = { .at = text, .end = text + length };
	struct sg_methodscript_package package = { .count = 0 };

	if (length > SG_METHODSCRIPT_LINE_MAX || take(&r) != 'P')
		return SG_ERR_FRAME;
	for (;;) {
		if (package.count == SG_METHODSCRIPT_VARIABLES_MAX)
			return SG_ERR_FRAME;
		if (!take_variable(&r, &package.variables[package.count++]))
			return SG_ERR_FRAME;
		if (r.at == r.end)
			break;
		if (take(&r) != ';')
			return SG_ERR_FRAME;
	}
	*out = package;
	return SG_OK;
}

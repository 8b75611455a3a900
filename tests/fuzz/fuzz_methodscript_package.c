/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The package decoder on any line: refused, nothing is written; taken, what it says can be spelled
 * again, and that spelling is the line but for the fields we do not know.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/methodscript_line.h"
#include "wire/methodscript_package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

/* The fields in the order status, range; the line has them in any order, with others between. */
static void check_variable(const struct sg_methodscript_variable *v, const char *text, size_t length)
{
	char head[16];

	check(strlen(v->type) == 2);
	if (v->prefix == 0) {
		check(isnan(v->value) && v->mantissa == 0);
		snprintf(head, sizeof(head), "%s     nan", v->type);
	} else {
		check(isfinite(v->value));
		check(v->mantissa >= -0x8000000 && v->mantissa <= 0x7FFFFFF);
		check((v->value > 0) - (v->value < 0) == (v->mantissa > 0) - (v->mantissa < 0));
		snprintf(head, sizeof(head), "%s%07X%c", v->type, (unsigned)(v->mantissa + 0x8000000), v->prefix);
	}
	check(length >= 10 && memcmp(text, head, 10) == 0);
	check(v->status <= 15);
	if (v->has_status) {
		char field[8];

		snprintf(field, sizeof(field), ",1%X", v->status);
		check(memmem(text, length, field, 3) != NULL);
	}
	if (v->has_range) {
		char field[8];

		snprintf(field, sizeof(field), ",2%02X", v->range);
		check(memmem(text, length, field, 4) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_methodscript_package package;
	struct sg_methodscript_package untouched;
	const char *at = (const char *)data + 1;
	const char *end = (const char *)data + size;

	memset(&package, 0xEE, sizeof(package));
	untouched = package;
	if (sg_methodscript_package_decode((const char *)data, size, &package)) {
		check(memcmp(&package, &untouched, sizeof(package)) == 0);
		return 0;
	}
	check(size <= SG_METHODSCRIPT_LINE_MAX && data[0] == 'P');
	check(package.count >= 1 && package.count <= SG_METHODSCRIPT_VARIABLES_MAX);
	for (size_t i = 0; i < package.count; i++) {
		const char *stop = memchr(at, ';', (size_t)(end - at));

		check((stop != NULL) == (i + 1 < package.count));
		if (!stop)
			stop = end;
		check_variable(&package.variables[i], at, (size_t)(stop - at));
		at = stop + 1;
	}
	return 0;
}

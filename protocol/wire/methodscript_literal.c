/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/methodscript_literal.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define MANTISSA_LIMIT 134217728 /* 2^27 */

/* Fine to coarse. The factor takes SI to mantissa; products with exact powers of ten round once. */
static const struct {
	const char *letter;
	double factor;
} prefixes[] = {
	{ "p", 1e12 }, { "n", 1e9 }, { "u", 1e6 }, { "m", 1e3 }, { "", 1.0 }, { "k", 1e-3 }, { "M", 1e-6 },
};

#define PREFIXES (sizeof(prefixes) / sizeof(prefixes[0]))

enum sg_err sg_methodscript_literal(double value, char out[SG_METHODSCRIPT_LITERAL_SIZE])
{
	for (size_t i = 0; i < PREFIXES; i++) {
		const double scaled = round(value * prefixes[i].factor);
		int mantissa;

		if (!(fabs(scaled) < MANTISSA_LIMIT)) /* also: not a number */
			continue;
		mantissa = (int)scaled;
		if (mantissa == 0) {
			snprintf(out, SG_METHODSCRIPT_LITERAL_SIZE, "0");
			return SG_OK;
		}
		for (; i + 1 < PREFIXES && mantissa % 1000 == 0; i++)
			mantissa /= 1000;
		snprintf(out, SG_METHODSCRIPT_LITERAL_SIZE, "%d%s", mantissa, prefixes[i].letter);
		return SG_OK;
	}
	return SG_ERR_ARGUMENT;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "format/table_number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Up to 15 digits and 10^22 are exact in a double, so one division rounds correctly. */
#define EXACT_DIGITS 15
#define EXACT_POWER 22

static const double power_of_ten[EXACT_POWER + 1] = {
	1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,	1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A short decimal without exponent; false means only: not one of those. */
static bool read_short(const char *s, const char *end, double *out)
{
	const bool negative = s < end && *s == '-';
	uint64_t digits = 0;
	unsigned count = 0, decimals = 0;
	bool point = false;

	if (s < end && (*s == '-' || *s == '+'))
		s++;
	for (; s < end; s++) {
		if (*s == '.' && !point) {
			point = true;
			continue;
		}
		if (*s < '0' || *s > '9')
			return false;
		digits = 10 * digits + (uint64_t)(*s - '0');
		decimals += point;
		if (++count > EXACT_DIGITS + EXACT_POWER || digits >= UINT64_C(1000000000000000))
			return false;
	}
	if (count == 0 || decimals > EXACT_POWER)
		return false;
	*out = (double)digits / power_of_ten[decimals];
	if (negative)
		*out = -*out;
	return true;
}

static bool is_missing(const char *s, size_t length)
{
	return length == 0 || (length == 3 && strncasecmp(s, "nan", 3) == 0) ||
	       (length == 2 && strncasecmp(s, "na", 2) == 0) || (length == 4 && strncasecmp(s, "null", 4) == 0);
}

bool sg_table_number(const char *text, size_t length, double *out)
{
	const char *begin = text;
	const char *end = text + length;
	char *stop;
	double value;

	while (begin < end && is_blank(*begin))
		begin++;
	while (end > begin && is_blank(end[-1]))
		end--;
	if (read_short(begin, end, out))
		return true;
	if (is_missing(begin, (size_t)(end - begin))) {
		*out = NAN;
		return true;
	}
	/* strtod would take 0x10 for 16: no instrument writes that, a damaged line does. */
	if (memchr(begin, 'x', (size_t)(end - begin)) || memchr(begin, 'X', (size_t)(end - begin)))
		return false;
	value = strtod(begin, &stop);
	if (stop != end)
		return false;
	*out = value;
	return true;
}

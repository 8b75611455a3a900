/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_number.h"

#include <math.h>
#include <string.h>

#define MANTISSA_OFFSET 0x8000000L

struct si_prefix {
	char letter;
	int exponent;
};

/* finest first, as the writer tries them */
static const struct si_prefix prefixes[] = {
	{'a', -18}, {'f', -15}, {'p', -12}, {'n', -9}, {'u', -6}, {'m', -3}, {' ', 0},
	{'k', 3},   {'M', 6},   {'G', 9},   {'T', 12}, {'P', 15}, {'E', 18},
};

#define PREFIX_COUNT (sizeof(prefixes) / sizeof(prefixes[0]))

/* powers of ten up to 22 are exact in a double, so one multiplication or division rounds once */
static double power_of_ten(int exponent)
{
	double power = 1.0;

	while (exponent-- > 0)
		power *= 10.0;
	return power;
}

static double scaled(double mantissa, int exponent)
{
	if (exponent < 0)
		return mantissa / power_of_ten(-exponent);
	return mantissa * power_of_ten(exponent);
}

static const struct si_prefix *prefix_find(char letter)
{
	/* in a script no letter at all is the plain value, a blank is not a prefix */
	if (letter == ' ')
		return NULL;
	for (size_t i = 0; i < PREFIX_COUNT; i++)
		if (prefixes[i].letter == letter)
			return &prefixes[i];
	return NULL;
}

static int digit_value(char c, int base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < base ? value : -1;
}

enum fw_ms_code fw_ms_number_read(const char *text, size_t length, struct fw_ms_number *number,
				  size_t *bad_at)
{
	size_t at = 0, first;
	bool negative = false;
	double mantissa = 0.0;
	int base = 10;

	if (at < length && text[at] == '-') {
		negative = true;
		at++;
	}
	if (length - at > 2 && text[at] == '0' && (text[at + 1] == 'x' || text[at + 1] == 'b')) {
		base = text[at + 1] == 'x' ? 16 : 2;
		at += 2;
	}
	for (first = at; at < length && digit_value(text[at], base) >= 0; at++) {
		mantissa = mantissa * base + digit_value(text[at], base);
		if (mantissa >= FW_MS_MANTISSA_LIMIT) {
			*bad_at = at;
			return FW_MS_BAD_LITERAL;
		}
	}
	*bad_at = at;
	if (at == first || length - at > 1)
		return FW_MS_BAD_LITERAL;
	if (negative)
		mantissa = -mantissa;
	number->integer = at < length && text[at] == 'i';
	number->value = mantissa + 0.0; /* no negative zero */
	if (number->integer)
		return FW_MS_OK;
	if (base != 10)
		return FW_MS_BAD_HEX_LITERAL;
	if (at == length)
		return FW_MS_OK;
	if (!prefix_find(text[at]))
		return FW_MS_BAD_LITERAL;
	number->value = scaled(mantissa, prefix_find(text[at])->exponent) + 0.0;
	return FW_MS_OK;
}

static void write_mantissa(long mantissa, char letter, char *text)
{
	unsigned long bits = (unsigned long)(mantissa + MANTISSA_OFFSET);

	for (int i = 6; i >= 0; i--) {
		text[i] = "0123456789ABCDEF"[bits & 0xF];
		bits >>= 4;
	}
	text[7] = letter;
}

void fw_ms_number_write(const struct fw_ms_number *number, char text[FW_MS_NUMBER_LENGTH])
{
	double mantissa;

	if (number->integer && fabs(number->value) < FW_MS_MANTISSA_LIMIT) {
		write_mantissa(lround(number->value), 'i', text);
		return;
	}
	if (number->value == 0.0) {
		write_mantissa(0, ' ', text);
		return;
	}
	for (size_t i = 0; !number->integer && i < PREFIX_COUNT; i++) {
		mantissa = round(scaled(number->value, -prefixes[i].exponent));
		if (fabs(mantissa) < FW_MS_MANTISSA_LIMIT) {
			write_mantissa(lround(mantissa), prefixes[i].letter, text);
			return;
		}
	}
	memcpy(text, "     nan", FW_MS_NUMBER_LENGTH);
}

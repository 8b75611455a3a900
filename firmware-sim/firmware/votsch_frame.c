/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/votsch_frame.h"

#include <math.h>
#include <stdio.h>

bool fw_votsch_line_take(struct fw_votsch_line *line, unsigned char byte)
{
	bool usable = !line->overflow;

	if (byte == '\n' && line->length == 0)
		return false;
	if (byte == '\r') {
		line->text[line->length] = '\0';
		line->length = 0;
		line->overflow = false;
		return usable;
	}
	if (line->length + 1 >= sizeof(line->text)) {
		line->overflow = true;
		return false;
	}
	/* A NUL would end the text early and hide what follows. */
	line->text[line->length++] = byte ? (char)byte : '\x01';
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool fw_votsch_take_number(const char **text, int *tenths)
{
	const char *p = *text;
	int value = 0;

	if (*p++ != ' ')
		return false;
	if (*p != '-' && !is_digit(*p))
		return false;
	for (int i = 0; i < 6; i++) {
		if (i == 4 ? p[i] != '.' : !is_digit(p[i]) && (i > 0 || p[i] != '-'))
			return false;
		if (is_digit(p[i]))
			value = 10 * value + (p[i] - '0');
	}
	*tenths = *p == '-' ? -value : value;
	*text = p + 6;
	return true;
}

bool fw_votsch_take_bits(const char **text, bool bits[FW_VOTSCH_BITS])
{
	const char *p = *text;

	if (*p++ != ' ')
		return false;
	for (int i = 0; i < FW_VOTSCH_BITS; i++) {
		if (p[i] != '0' && p[i] != '1')
			return false;
		bits[i] = p[i] == '1';
	}
	if (p[FW_VOTSCH_BITS])
		return false;
	*text = p + FW_VOTSCH_BITS;
	return true;
}

void fw_votsch_put_number(char out[7], double value)
{
	int tenths = (int)lround(fmin(fmax(value, -999.9), 9999.9) * 10.0);
	unsigned size = (unsigned)(tenths < 0 ? -tenths : tenths) % 100000U;

	if (tenths < 0)
		snprintf(out, 7, "-%03u.%u", size / 10U % 1000U, size % 10U);
	else
		snprintf(out, 7, "%04u.%u", size / 10U, size % 10U);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "vector_bytes.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Value of two digits, or -1; never looks past a terminating NUL. */
static int pair(const char *text)
{
	int high = digit(text[0]);
	int low = high < 0 ? -1 : digit(text[1]);

	return low < 0 ? -1 : high * 16 + low;
}

const char *sg_vector_bytes_from_hex(const char *text, uint8_t *out, size_t *length)
{
	size_t n = 0;

	while (*text) {
		int value = pair(text);

		if (value < 0)
			return "bytes are pairs of hexadecimal digits with one blank between";
		out[n++] = (uint8_t)value;
		text += 2;
		if (*text == '\0')
			break;
		if (*text != ' ' || text[1] == '\0')
			return "bytes are pairs of hexadecimal digits with one blank between";
		text++;
	}
	if (n == 0)
		return "no bytes";
	*length = n;
	return NULL;
}

/* One escape, text behind the backslash. Returns how many characters it took, 0 if unknown. */
static size_t unescape(const char *text, uint8_t *out)
{
	static const struct {
		char letter;
		uint8_t byte;
	} simple[] = {
		{ 'n', 0x0A }, { 'r', 0x0D }, { 't', 0x09 }, { '0', 0x00 }, { '\\', '\\' }, { '"', '"' },
	};

	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++) {
		if (*text == simple[i].letter) {
			*out = simple[i].byte;
			return 1;
		}
	}
	if (*text == 'x') {
		int value = pair(text + 1);

		if (value >= 0) {
			*out = (uint8_t)value;
			return 3;
		}
	}
	return 0;
}

const char *sg_vector_bytes_from_quoted(const char *text, const char **end, uint8_t *out,
					size_t *length)
{
	size_t n = 0;

	if (*text != '"')
		return "text begins with a double quote";
	text++;
	while (*text != '"') {
		if (*text == '\0')
			return "text has no closing double quote";
		if (*text < 0x20 || *text > 0x7E)
			return "text holds a character that is not printable ASCII";
		if (*text == '\\') {
			uint8_t byte = 0;
			size_t took = unescape(text + 1, &byte);

			if (took == 0)
				return "unknown escape in text";
			out[n++] = byte;
			text += 1 + took;
		} else {
			out[n++] = (uint8_t)*text++;
		}
	}
	*end = text + 1;
	*length = n;
	return NULL;
}

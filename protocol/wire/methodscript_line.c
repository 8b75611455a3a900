/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/methodscript_line.h"

#include <string.h>

void sg_methodscript_framer_reset(struct sg_methodscript_framer *framer)
{
	framer->length = 0;
	framer->spoiled = false;
	framer->done = false;
	framer->line[0] = '\0';
}

enum sg_frame sg_methodscript_frame(struct sg_methodscript_framer *framer, const uint8_t *bytes, size_t length,
				    size_t *consumed)
{
	if (framer->done)
		sg_methodscript_framer_reset(framer);
	for (size_t i = 0; i < length; i++) {
		const uint8_t byte = bytes[i];

		if (byte == '\n') {
			*consumed = i + 1;
			framer->done = true;
			framer->line[framer->length] = '\0';
			return framer->spoiled ? SG_FRAME_BAD : SG_FRAME_OK;
		}
		/* Blanks count, even as the last character: a prefix may be one. */
		if (byte < 0x20 || byte > 0x7E || framer->length == SG_METHODSCRIPT_LINE_MAX)
			framer->spoiled = true;
		else if (!framer->spoiled)
			framer->line[framer->length++] = (char)byte;
	}
	*consumed = length;
	return SG_FRAME_NEED_MORE;
}

int sg_methodscript_hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static int hex_either_case(char digit)
{
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : sg_methodscript_hex(digit);
}

/* Exactly four digits; the maker's reader of errors takes both cases, that of loops one. */
static bool read_hex4(const char *text, bool both_cases, uint16_t *out)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++) {
		const int digit = both_cases ? hex_either_case(text[i]) : sg_methodscript_hex(text[i]);

		if (digit < 0)
			return false;
		value = value * 16 + (unsigned)digit;
	}
	*out = (uint16_t)value;
	return true;
}

/* Decimal, at most six digits; moves *text behind it. */
static bool read_decimal(const char **text, unsigned *out)
{
	unsigned value = 0;
	int digits = 0;

	while (**text >= '0' && **text <= '9' && digits < 6) {
		value = value * 10 + (unsigned)(**text - '0');
		(*text)++;
		digits++;
	}
	*out = value;
	return digits > 0;
}

static bool skip(const char **text, const char *expected)
{
	const size_t length = strlen(expected);

	if (strncmp(*text, expected, length) != 0)
		return false;
	*text += length;
	return true;
}

/*
 * 0014: Line 8, Col 16
 * The code is what matters: words behind the colon that we cannot read do not unmake an error.
 */
static enum sg_err classify_error(const char *code, struct sg_methodscript_line *out)
{
	struct sg_methodscript_line line = *out;
	const char *rest = code + 4;
	unsigned row;
	unsigned column;

	line.kind = SG_LINE_ERROR;
	if (strlen(code) < 4 || !read_hex4(code, true, &line.code))
		return SG_ERR_FRAME;
	if (*rest != '\0' && *rest != ':')
		return SG_ERR_FRAME;
	if (skip(&rest, ": Line ") && read_decimal(&rest, &row)) {
		line.row = row;
		if (skip(&rest, ", Col ") && read_decimal(&rest, &column))
			line.column = column;
	}
	*out = line;
	return SG_OK;
}

/* `M` or `C` and exactly four digits. */
static enum sg_err classify_numbered(enum sg_methodscript_kind kind, struct sg_methodscript_line *out)
{
	if (out->length != 5 || !read_hex4(out->text + 1, false, &out->code))
		return SG_ERR_FRAME;
	out->kind = kind;
	return SG_OK;
}

static enum sg_err classify_single(char character, struct sg_methodscript_line *out)
{
	static const struct {
		char character;
		enum sg_methodscript_kind kind;
	} marks[] = {
		{ '*', SG_LINE_LOOP_END },
		{ 'L', SG_LINE_SCRIPT_LOOP_START },
		{ '+', SG_LINE_SCRIPT_LOOP_END },
		{ '-', SG_LINE_SCAN_END },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (character == marks[i].character) {
			out->kind = marks[i].kind;
			return SG_OK;
		}
	}
	/* The commands whose whole reply is their first character. */
	if (!strchr("elrZYhHRFS", character))
		return SG_ERR_FRAME;
	out->kind = SG_LINE_ECHO;
	out->echo = character;
	return SG_OK;
}

enum sg_err sg_methodscript_classify(const char *text, size_t length, struct sg_methodscript_line *out)
{
	struct sg_methodscript_line line = { .kind = SG_LINE_EMPTY, .text = text, .length = length };
	enum sg_err err = SG_OK;

	if (length == 0) {
		*out = line;
		return SG_OK;
	}
	if (text[0] == 'P') {
		line.kind = SG_LINE_PACKAGE;
	} else if (text[0] == 'T') {
		line.kind = SG_LINE_TEXT;
	} else if (text[0] == '!') {
		err = classify_error(text + 1, &line);
	} else if (length > 1 && text[1] == '!') {
		line.echo = text[0];
		err = classify_error(text + 2, &line);
	} else if (text[0] == 'M') {
		err = classify_numbered(SG_LINE_LOOP_START, &line);
	} else if (text[0] == 'C') {
		err = classify_numbered(SG_LINE_SCAN_START, &line);
	} else {
		err = length == 1 ? classify_single(text[0], &line) : SG_ERR_FRAME;
	}
	if (!err)
		*out = line;
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting lines out of a byte stream, and telling them apart. The byte-exact ones are in tests/vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/methodscript_line.h"

/* Feed a string in pieces; answers joined: each line in brackets, BAD as "!". */
static const char *lines_of(const char *bytes, size_t length, size_t piece)
{
	static char out[1024];
	struct sg_methodscript_framer framer = { .length = 0 };
	size_t written = 0;

	out[0] = '\0';
	for (size_t at = 0; at < length;) {
		const size_t most = length - at < piece ? length - at : piece;
		size_t consumed = 0;

		switch (sg_methodscript_frame(&framer, (const uint8_t *)bytes + at, most, &consumed)) {
		case SG_FRAME_OK:
			assert_int_equal(strlen(framer.line), framer.length);
			written += (size_t)snprintf(out + written, sizeof(out) - written, "[%s]", framer.line);
			break;
		case SG_FRAME_BAD:
			written += (size_t)snprintf(out + written, sizeof(out) - written, "!");
			break;
		case SG_FRAME_NEED_MORE:
			assert_int_equal(consumed, most);
			break;
		}
		assert_true(consumed >= 1 && consumed <= most);
		at += consumed;
	}
	return out;
}

static void cuts_the_same_lines_whatever_the_pieces(void **state)
{
	static const struct {
		const char *legend;
		const char *bytes;
		size_t length;
		const char *lines;
	} rows[] = {
		{ "two lines", "e\nM000A\n", 8, "[e][M000A]" },
		{ "an empty line is a line", "\n\n", 2, "[][]" },
		{ "a blank at the end is kept", "Pab8000000 \n", 12, "[Pab8000000 ]" },
		{ "a half line is no line", "e\nM00", 5, "[e]" },
		{ "CR spoils the line, not the next", "e\r\ne\n", 5, "![e]" },
		{ "NUL spoils the line, not the next", "e\0e\ne\n", 6, "![e]" },
		{ "XON spoils the line, not the next", "\x11" "e\ne\n", 5, "![e]" },
		{ "DEL spoils the line, not the next", "e\x7F\ne\n", 5, "![e]" },
		{ "a high bit spoils the line, not the next", "e\xE5\ne\n", 5, "![e]" },
		{ "TAB spoils the line, not the next", "\te\ne\n", 5, "![e]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t piece = 1; piece <= 16; piece++) {
			const char *got = lines_of(rows[i].bytes, rows[i].length, piece);

			if (strcmp(got, rows[i].lines) != 0)
				fail_msg("%s, pieces of %zu: %s instead of %s", rows[i].legend, piece, got,
					 rows[i].lines);
		}
	}
}

static void takes_a_line_of_128_characters_and_none_of_129(void **state)
{
	char bytes[SG_METHODSCRIPT_LINE_MAX + 8];
	char expected[SG_METHODSCRIPT_LINE_MAX + 8];

	(void)state;
	assert_int_equal(SG_METHODSCRIPT_LINE_MAX, 128);
	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes + 128, "\ne\n", 3);
	snprintf(expected, sizeof(expected), "[%.128s][e]", bytes);
	assert_string_equal(lines_of(bytes, 131, 131), expected);
	assert_string_equal(lines_of(bytes, 131, 1), expected);

	bytes[128] = 'x';
	memcpy(bytes + 129, "\ne\n", 3);
	assert_string_equal(lines_of(bytes, 132, 132), "![e]");
	assert_string_equal(lines_of(bytes, 132, 1), "![e]");
}

static void forgets_half_a_line_on_reset(void **state)
{
	struct sg_methodscript_framer framer = { .length = 0 };
	size_t consumed;

	(void)state;
	assert_int_equal(sg_methodscript_frame(&framer, (const uint8_t *)"M00\x80", 4, &consumed), SG_FRAME_NEED_MORE);
	sg_methodscript_framer_reset(&framer);
	assert_int_equal(sg_methodscript_frame(&framer, (const uint8_t *)"e\n", 2, &consumed), SG_FRAME_OK);
	assert_string_equal(framer.line, "e");
}

static void tells_every_kind_of_line(void **state)
{
	static const struct {
		const char *text;
		enum sg_methodscript_kind kind;
		char echo;
		unsigned code, row, column;
	} rows[] = {
		{ "", SG_LINE_EMPTY, 0, 0, 0, 0 },
		{ "e", SG_LINE_ECHO, 'e', 0, 0, 0 },
		{ "Z", SG_LINE_ECHO, 'Z', 0, 0, 0 },
		{ "Y", SG_LINE_ECHO, 'Y', 0, 0, 0 },
		{ "M000A", SG_LINE_LOOP_START, 0, 0x000A, 0, 0 },
		{ "M0014", SG_LINE_LOOP_START, 0, 0x0014, 0, 0 },
		{ "*", SG_LINE_LOOP_END, 0, 0, 0, 0 },
		{ "L", SG_LINE_SCRIPT_LOOP_START, 0, 0, 0, 0 },
		{ "+", SG_LINE_SCRIPT_LOOP_END, 0, 0, 0, 0 },
		{ "C0001", SG_LINE_SCAN_START, 0, 1, 0, 0 },
		{ "-", SG_LINE_SCAN_END, 0, 0, 0, 0 },
		{ "Peb8000000 ", SG_LINE_PACKAGE, 0, 0, 0, 0 },
		{ "P", SG_LINE_PACKAGE, 0, 0, 0, 0 },
		{ "T", SG_LINE_TEXT, 0, 0, 0, 0 },
		{ "T!0014", SG_LINE_TEXT, 0, 0, 0, 0 },
		{ "!0014", SG_LINE_ERROR, 0, 0x0014, 0, 0 },
		{ "!0014: Line 8", SG_LINE_ERROR, 0, 0x0014, 8, 0 },
		{ "!0014: Line 8, Col 3", SG_LINE_ERROR, 0, 0x0014, 8, 3 },
		{ "e!4001: Line 1, Col 16", SG_LINE_ERROR, 'e', 0x4001, 1, 16 },
		{ "Z!0006", SG_LINE_ERROR, 'Z', 0x0006, 0, 0 },
		{ "!00ab", SG_LINE_ERROR, 0, 0x00AB, 0, 0 },
		/* an error whose words are unreadable is still an error */
		{ "!0014: Lime 8", SG_LINE_ERROR, 0, 0x0014, 0, 0 },
		{ "!0014: Line ", SG_LINE_ERROR, 0, 0x0014, 0, 0 },
		{ "!0014: Line 8, Col x", SG_LINE_ERROR, 0, 0x0014, 8, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_methodscript_line line;

		memset(&line, 0xEE, sizeof(line));
		if (sg_methodscript_classify(rows[i].text, strlen(rows[i].text), &line) != SG_OK)
			fail_msg("\"%s\" is refused", rows[i].text);
		if (line.kind != rows[i].kind || line.echo != rows[i].echo || line.code != rows[i].code ||
		    line.row != rows[i].row || line.column != rows[i].column)
			fail_msg("\"%s\": kind %d echo %d code %04X row %u column %u", rows[i].text, (int)line.kind,
				 line.echo, line.code, line.row, line.column);
		assert_ptr_equal(line.text, rows[i].text);
		assert_int_equal(line.length, strlen(rows[i].text));
	}
}

static void refuses_what_no_script_can_send(void **state)
{
	static const char *const rows[] = {
		"x", "ee", "Z ", "M", "M000", "M000a", "M000AA", "M00 A", "C001", "C0001 ", "**", "L ", "+ ", "--",
		"!", "!001", "!00G4", "!0014x", "!0014 : Line 8", "e!", "e!400", "e!4001,", "ee!4001", "peb8000000 ",
		" ", "0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_methodscript_line line;
		struct sg_methodscript_line before;

		memset(&line, 0xEE, sizeof(line));
		before = line;
		if (sg_methodscript_classify(rows[i], strlen(rows[i]), &line) != SG_ERR_FRAME)
			fail_msg("\"%s\" is taken for kind %d", rows[i], (int)line.kind);
		assert_memory_equal(&line, &before, sizeof(line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_the_same_lines_whatever_the_pieces),
		cmocka_unit_test(takes_a_line_of_128_characters_and_none_of_129),
		cmocka_unit_test(forgets_half_a_line_on_reset),
		cmocka_unit_test(tells_every_kind_of_line),
		cmocka_unit_test(refuses_what_no_script_can_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

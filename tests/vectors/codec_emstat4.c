/* SPDX-License-Identifier: Apache-2.0 */
/* The EmStat4 codec against every vector of its family: whole, byte by byte, and after garbage. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vector_check.h"
#include "wire/emstat4.h"
#include "wire/emstat4_script.h"
#include "wire/methodscript_capabilities.h"
#include "wire/methodscript_errors.h"
#include "wire/methodscript_line.h"
#include "wire/methodscript_literal.h"
#include "wire/methodscript_package.h"

/* ---- framing, in three ways ---- */

enum feed {
	WHOLE,
	BYTE_BY_BYTE,
	AFTER_GARBAGE,
	FEEDS,
};

#define LINES_MAX 4

struct lines {
	char text[LINES_MAX][SG_METHODSCRIPT_LINE_MAX + 1];
	size_t length[LINES_MAX];
	size_t count;
	unsigned bad;
};

static void push_bytes(struct sg_methodscript_framer *framer, const uint8_t *bytes, size_t length,
		       struct lines *lines)
{
	while (length) {
		size_t consumed = 0;
		const enum sg_frame answer = sg_methodscript_frame(framer, bytes, length, &consumed);

		bytes += consumed;
		length -= consumed;
		if (answer == SG_FRAME_BAD)
			lines->bad++;
		if (answer != SG_FRAME_OK || lines->count == LINES_MAX)
			continue;
		memcpy(lines->text[lines->count], framer->line, framer->length + 1);
		lines->length[lines->count++] = framer->length;
	}
}

static void split(const uint8_t *bytes, size_t length, enum feed feed, struct lines *out)
{
	/* Half a line, foreign bytes, far too long, and at last an LF. */
	static const char garbage[] = "Peb80F42\x80\x01\xFFzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
				      "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n";
	struct sg_methodscript_framer framer = { .length = 0 };

	memset(out, 0, sizeof(*out));
	switch (feed) {
	case WHOLE:
		push_bytes(&framer, bytes, length, out);
		break;
	case BYTE_BY_BYTE:
		for (size_t i = 0; i < length; i++)
			push_bytes(&framer, bytes + i, 1, out);
		break;
	case AFTER_GARBAGE:
		push_bytes(&framer, (const uint8_t *)garbage, sizeof(garbage) - 1, out);
		if (out->bad == 1 && out->count == 0)
			out->bad = 0;
		push_bytes(&framer, bytes, length, out);
		break;
	case FEEDS:
		break;
	}
}

/* ---- kinds ---- */

static const char *key(size_t index, const char *what)
{
	static char text[48];

	snprintf(text, sizeof(text), "var%zu.%s", index + 1, what);
	return text;
}

static void check_variable(const struct sg_vector *v, size_t i, const struct sg_methodscript_variable *got)
{
	const char *type = sg_vector_word(v, key(i, "type"));
	double value = 0;
	int64_t number;

	CHECK(v, type && strcmp(type, got->type) == 0);
	CHECK(v, sg_vector_number(v, key(i, "value"), &value) && sg_vector_is_equal(got->value, value));
	CHECK(v, got->has_status == sg_vector_integer(v, key(i, "status"), &number));
	if (got->has_status)
		CHECK(v, number == got->status);
	CHECK(v, got->has_range == sg_vector_integer(v, key(i, "range"), &number));
	if (got->has_range)
		CHECK(v, number == got->range);
	if (sg_vector_integer(v, key(i, "mantissa"), &number))
		CHECK(v, number == got->mantissa);
	CHECK(v, (got->prefix == 'i') == (sg_vector_word(v, key(i, "integer")) != NULL));
	if (sg_vector_word(v, key(i, "prefix"))) {
		const char *prefix = sg_vector_word(v, key(i, "prefix"));

		CHECK(v, got->prefix == (strcmp(prefix, "space") == 0 ? ' ' : prefix[0]));
	}
}

/* What the driver makes of range id and status, where the vector says what they are. */
static void check_range_and_flags(const struct sg_vector *v, size_t i, const struct sg_methodscript_variable *got)
{
	static const struct {
		const char *word;
		uint8_t bit;
	} flags[] = {
		{ "timing", SG_STATUS_TIMING },
		{ "overload", SG_STATUS_OVERLOAD },
		{ "underload", SG_STATUS_UNDERLOAD },
		{ "overload_warning", SG_STATUS_OVERLOAD_WARNING },
	};
	int64_t set;
	double value;

	for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
		if (sg_vector_integer(v, key(i, flags[f].word), &set))
			CHECK(v, ((got->status & flags[f].bit) != 0) == (set != 0));
	}
	if (sg_vector_number(v, key(i, "range_a"), &value))
		CHECK(v, sg_vector_is_equal(sg_emstat4_current_range_a(got->range), value));
	if (sg_vector_number(v, key(i, "range_v"), &value))
		CHECK(v, sg_vector_is_equal(sg_emstat4_voltage_range_v(got->range), value));
	if (sg_vector_number(v, key(i, "overload_from_a"), &value))
		CHECK(v, sg_vector_is_equal(SG_EMSTAT4_OVERLOAD * sg_emstat4_current_range_a(got->range), value));
}

static void check_package(const struct sg_vector *v)
{
	struct sg_methodscript_package package;
	struct lines lines;
	int64_t count = -1;

	for (enum feed feed = WHOLE; feed < FEEDS; feed++) {
		enum sg_err err = SG_ERR_FRAME;

		split(v->bytes, v->length, feed, &lines);
		CHECK(v, lines.count + lines.bad == 1);
		memset(&package, 0xEE, sizeof(package));
		if (lines.count)
			err = sg_methodscript_package_decode(lines.text[0], lines.length[0], &package);
		if (sg_vector_has_word(v, "error", "malformed")) {
			CHECK(v, err == SG_ERR_FRAME);
			CHECK(v, package.count == (size_t)0xEEEEEEEEEEEEEEEEu); /* nothing was written */
			continue;
		}
		CHECK(v, err == SG_OK);
		CHECK(v, sg_vector_integer(v, "vars", &count) && (size_t)count == package.count);
		if (err || (size_t)count != package.count)
			continue;
		for (size_t i = 0; i < package.count; i++) {
			check_variable(v, i, &package.variables[i]);
			check_range_and_flags(v, i, &package.variables[i]);
		}
	}
}

static const struct {
	const char *name;
	enum sg_methodscript_kind kind;
} classes[] = {
	{ "empty", SG_LINE_EMPTY },
	{ "echo", SG_LINE_ECHO },
	{ "loop_start", SG_LINE_LOOP_START },
	{ "loop_end", SG_LINE_LOOP_END },
	{ "script_loop_start", SG_LINE_SCRIPT_LOOP_START },
	{ "script_loop_end", SG_LINE_SCRIPT_LOOP_END },
	{ "scan_start", SG_LINE_SCAN_START },
	{ "scan_end", SG_LINE_SCAN_END },
	{ "package", SG_LINE_PACKAGE },
	{ "text", SG_LINE_TEXT },
	{ "error", SG_LINE_ERROR },
};

static void check_number(const struct sg_vector *v, const char *word, int64_t got)
{
	int64_t expected = 0;

	if (sg_vector_word(v, word))
		CHECK(v, sg_vector_integer(v, word, &expected) && expected == got);
}

static void check_class(const struct sg_vector *v, const struct sg_methodscript_line *line)
{
	const char *class = sg_vector_word(v, "class");
	const char *echo = sg_vector_word(v, "echo");
	const char *text = sg_vector_word(v, "text");
	bool known = false;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (class && strcmp(class, classes[i].name) == 0) {
			known = true;
			CHECK(v, line->kind == classes[i].kind);
		}
	}
	CHECK(v, known);
	CHECK(v, line->echo == (echo ? echo[0] : '\0'));
	if (text)
		CHECK(v, strcmp(line->text + 1, text) == 0);
	check_number(v, "technique", line->code);
	check_number(v, "scan", line->code);
	check_number(v, "code", line->code);
	if (line->kind == SG_LINE_ERROR) {
		CHECK(v, (line->row != 0) == (sg_vector_word(v, "line") != NULL));
		CHECK(v, (line->column != 0) == (sg_vector_word(v, "column") != NULL));
		check_number(v, "line", line->row);
		check_number(v, "column", line->column);
	}
}

/* What the driver acts upon. */
static void check_code(const struct sg_vector *v, const struct sg_methodscript_line *line)
{
	static const struct {
		const char *key;
		const char *word;
		uint16_t code;
	} codes[] = {
		{ "measures", "cp", SG_TECHNIQUE_CP },
		{ "measures", "ocp", SG_TECHNIQUE_OCP },
		{ "tells", "wrong_state", SG_MSCR_WRONG_STATE },
		{ "tells", "cell_on", SG_MSCR_OCP_CELL_ON },
	};
	bool wanted = sg_vector_word(v, "measures") || sg_vector_word(v, "tells");

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const char *word = sg_vector_word(v, codes[i].key);

		if (!word || strcmp(word, codes[i].word) != 0)
			continue;
		CHECK(v, line->code == codes[i].code);
		wanted = false;
	}
	CHECK(v, !wanted); /* a word this test does not know is not a pass */
}

static void check_line(const struct sg_vector *v)
{
	struct sg_methodscript_line line;
	struct lines lines;

	for (enum feed feed = WHOLE; feed < FEEDS; feed++) {
		enum sg_err err;

		split(v->bytes, v->length, feed, &lines);
		CHECK(v, lines.count == 1);
		if (lines.count != 1)
			continue;
		err = sg_methodscript_classify(lines.text[0], lines.length[0], &line);
		CHECK(v, err == (sg_vector_has_word(v, "error", "malformed") ? SG_ERR_FRAME : SG_OK));
		if (err)
			continue;
		check_class(v, &line);
		check_code(v, &line);
	}
}

static void check_word(const struct sg_vector *v, const char *word, const char *got)
{
	const char *expected = sg_vector_word(v, word);

	CHECK(v, expected && strcmp(expected, got) == 0);
}

static void check_version(const struct sg_vector *v, const struct lines *lines)
{
	struct sg_emstat4_version version;
	const enum sg_err err = sg_emstat4_read_version(lines->text[0], lines->text[1], &version);
	double current_max_a;

	if (sg_vector_word(v, "error")) {
		CHECK(v, err == (sg_vector_has_word(v, "error", "unknown_family") ? SG_ERR_IDENTITY : SG_ERR_FRAME));
		return;
	}
	CHECK(v, err == SG_OK);
	if (err)
		return;
	check_word(v, "family", version.family);
	check_word(v, "model", version.title);
	check_word(v, "firmware", version.firmware);
	check_word(v, "channel", version.beta ? "beta" : "release");
	if (sg_vector_word(v, "date"))
		check_word(v, "date", version.date);
	CHECK(v, (strncmp(version.family, "es4_", 4) == 0) == (version.model != NULL));
	if (version.model)
		CHECK(v, strcmp(version.model, version.family + 4) == 0);
	if (version.model && sg_vector_number(v, "current_max_a", &current_max_a))
		CHECK(v, sg_vector_is_equal(sg_emstat4_caps(version.model)->current_max_a, current_max_a));
}

static void check_identity(const struct sg_vector *v)
{
	struct lines lines;
	char text[48] = "";

	for (enum feed feed = WHOLE; feed < FEEDS; feed++) {
		split(v->bytes, v->length, feed, &lines);
		if (sg_vector_word(v, "serial")) {
			CHECK(v, sg_emstat4_read_serial(lines.text[0], text, sizeof(text)) == SG_OK);
			check_word(v, "serial", text);
		} else if (sg_vector_word(v, "script_version")) {
			CHECK(v, sg_emstat4_read_script_version(lines.text[0], text, sizeof(text)) == SG_OK);
			check_word(v, "script_version", text);
		} else {
			CHECK(v, lines.count == 2);
			check_version(v, &lines);
		}
	}
}

static void check_capabilities(const struct sg_vector *v)
{
	static const struct {
		const char *of;
		const char *name;
		size_t bit;
	} bits[] = {
		{ "script_commands", "meas_loop_cp", SG_COMMAND_MEAS_LOOP_CP },
		{ "script_commands", "meas_loop_ocp", SG_COMMAND_MEAS_LOOP_OCP },
		{ "script_commands", "set_i", SG_COMMAND_SET_I },
		{ "script_commands", "timer_get", SG_COMMAND_TIMER_GET },
		{ "script_commands", "meas_loop_geis", 70 },
		{ "script_commands", "breakloop", 15 },
		{ "script_commands", "set_acquisition_frac_autoadjust", 91 },
		{ "commands", "version", 1 },
		{ "commands", "load", 36 },
		{ "commands", "run", 37 },
		{ "commands", "execute", 38 },
		{ "commands", "serial_number", 48 },
		{ "commands", "script_version", 49 },
		{ "commands", "comm_lock", 68 },
		{ "commands", "halt", 96 },
		{ "commands", "abort", 98 },
		{ "commands", "end_loop", 99 },
		{ "commands", "reverse_sweep", 101 },
	};
	const char *of = sg_vector_word(v, "of");
	size_t matched = 0;
	struct lines lines;

	split(v->bytes, v->length, WHOLE, &lines);
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		int64_t expected;
		bool got = false;

		if (!of || strcmp(of, bits[i].of) != 0 || !sg_vector_integer(v, bits[i].name, &expected))
			continue;
		matched++;
		CHECK(v, sg_methodscript_capability(lines.text[0], bits[i].bit, &got) == SG_OK);
		CHECK(v, got == (expected != 0));
	}
	CHECK(v, matched + 1 == v->word_count); /* a name this test does not know is not a pass */
}

static void check_literal(const struct sg_vector *v)
{
	char text[SG_METHODSCRIPT_LITERAL_SIZE] = "untouched";
	double value = 0;
	enum sg_err err;

	CHECK(v, sg_vector_number(v, "value", &value));
	err = sg_methodscript_literal(value, text);
	if (sg_vector_has_word(v, "error", "unwritable")) {
		CHECK(v, err == SG_ERR_ARGUMENT && strcmp(text, "untouched") == 0);
		return;
	}
	CHECK(v, err == SG_OK);
	CHECK(v, strlen(text) == v->length && memcmp(text, v->bytes, v->length) == 0);
}

static double segment_number(const struct sg_vector *v, size_t index, const char *what)
{
	char word[40];
	double value = (double)NAN;

	snprintf(word, sizeof(word), "seg%zu.%s", index, what);
	CHECK(v, sg_vector_number(v, word, &value));
	return value;
}

/* The segments a script vector speaks of; 0 if they cannot be read. */
static size_t read_segments(const struct sg_vector *v, struct sg_segment *segments)
{
	double number = 0;
	int64_t count = 0;

	if (strcmp(sg_vector_word(v, "program"), "rest") == 0) {
		segments[0] = (struct sg_segment){ .mode = SG_MODE_REST };
		CHECK(v, sg_vector_number(v, "range_v", &segments[0].voltage_max_v));
		CHECK(v, sg_vector_number(v, "interval_s", &segments[0].interval_s));
		CHECK(v, sg_vector_number(v, "duration_s", &segments[0].duration_s));
		segments[0].voltage_min_v = -segments[0].voltage_max_v;
		return 1;
	}
	CHECK(v, sg_vector_integer(v, "segments", &count) && count <= SG_EMSTAT4_SEGMENTS_MAX);
	CHECK(v, sg_vector_number(v, "range_a", &number));
	for (size_t i = 0; i < (size_t)count; i++) {
		segments[i] = (struct sg_segment){
			.mode = SG_MODE_GALVANOSTATIC,
			.set_value = segment_number(v, i, "current_a"),
			.interval_s = segment_number(v, i, "interval_s"),
			.duration_s = segment_number(v, i, "duration_s"),
			.voltage_min_v = segment_number(v, i, "v_min"),
			.voltage_max_v = segment_number(v, i, "v_max"),
			.range_a = number,
		};
	}
	return (size_t)count;
}

static void check_script(const struct sg_vector *v)
{
	struct sg_segment segments[SG_EMSTAT4_SEGMENTS_MAX];
	char storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;
	size_t count;
	size_t fits = 0;

	CHECK(v, sg_vector_word(v, "program") != NULL);
	if (!sg_vector_word(v, "program"))
		return;
	if (strcmp(sg_vector_word(v, "program"), "verify_off") == 0) {
		const char *text = sg_emstat4_script_verify_off();

		CHECK(v, strlen(text) == v->length && memcmp(text, v->bytes, v->length) == 0);
		return;
	}
	count = read_segments(v, segments);
	sg_text_init(&script, storage, sizeof(storage));
	CHECK(v, sg_emstat4_check(sg_emstat4_caps("hr"), segments, count, &fits, NULL) == SG_OK);
	CHECK(v, fits == count);
	CHECK(v, sg_emstat4_script(segments, count, &script) == SG_OK);
	CHECK(v, script.length == v->length && memcmp(script.data, v->bytes, v->length) == 0);
}

/* Commands are constants of the driver; here only: one line, short enough, of a letter the echo has. */
static void check_command(const struct sg_vector *v)
{
	CHECK(v, v->length >= 1 && v->bytes[v->length - 1] == '\n');
	CHECK(v, v->length <= SG_METHODSCRIPT_LINE_MAX);
}

/* What the instrument says in a conversation is lines the classifier knows, or replies to t, i, v. */
static void check_dialogue(const struct sg_vector *v)
{
	for (size_t i = 0; i < v->step_count; i++) {
		const struct sg_vector_step *step = &v->steps[i];
		struct sg_methodscript_line line;
		struct lines lines;

		if (step->kind != SG_VECTOR_EXPECT)
			continue;
		split(step->bytes, step->length, BYTE_BY_BYTE, &lines);
		CHECK(v, lines.count == 1 && lines.bad == 0);
		CHECK(v, sg_methodscript_classify(lines.text[0], lines.length[0], &line) == SG_OK);
	}
}

static const struct sg_vector_kind kinds[] = {
	{ "package", check_package },	{ "line", check_line },
	{ "identity", check_identity }, { "capabilities", check_capabilities },
	{ "literal", check_literal },	{ "script", check_script },
	{ "command", check_command },	{ "dialogue", check_dialogue },
};

static void check_file(const char *name, size_t least)
{
	sg_vector_check_file(SG_VECTORS_DIR "/emstat4", name, kinds, sizeof(kinds) / sizeof(kinds[0]), least);
}

static void packages_decode_to_what_they_mean(void **state)
{
	(void)state;
	check_file("package", 50);
}

static void lines_are_told_apart(void **state)
{
	(void)state;
	check_file("line", 25);
}

static void identities_are_read(void **state)
{
	(void)state;
	check_file("identity", 10);
	check_file("capabilities", 2);
}

static void numbers_are_spelled_in_their_one_form(void **state)
{
	(void)state;
	check_file("literal", 30);
}

static void segments_compile_to_the_agreed_programs(void **state)
{
	(void)state;
	check_file("script", 10);
}

static void conversations_consist_of_known_lines(void **state)
{
	(void)state;
	check_file("command", 5);
	check_file("dialogue", 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_decode_to_what_they_mean),
		cmocka_unit_test(lines_are_told_apart),
		cmocka_unit_test(identities_are_read),
		cmocka_unit_test(numbers_are_spelled_in_their_one_form),
		cmocka_unit_test(segments_compile_to_the_agreed_programs),
		cmocka_unit_test(conversations_consist_of_known_lines),
	};

	return cmocka_run_group_tests(tests, NULL, sg_vector_print_checks);
}

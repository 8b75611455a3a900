/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Voetsch codec against every vector of its family: whole, byte by byte, and after garbage.
 *
 * Vectors of the S!MPAC layout (32 bits) are counted and named as skipped: it is not spoken yet. What must hold
 * of them even so: their replies are refused, never misread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vector_check.h"
#include "wire/votsch.h"

static unsigned skipped;

static bool is_simpac(const struct sg_vector *v)
{
	return sg_vector_has_word(v, "layout", "simpac");
}

/* ---- framing, in three ways ---- */

enum feed {
	WHOLE,
	BYTE_BY_BYTE,
	AFTER_GARBAGE,
	FEEDS,
};

struct lines {
	char text[SG_VOTSCH_LINE_MAX + 1]; /* the last one */
	size_t length;
	unsigned count;
	unsigned bad;
};

static void push_bytes(struct sg_votsch_framer *framer, const uint8_t *bytes, size_t length, struct lines *lines)
{
	while (length) {
		size_t consumed = 0;
		const enum sg_votsch_frame answer = sg_votsch_frame(framer, bytes, length, &consumed);

		bytes += consumed;
		length -= consumed;
		if (answer == SG_VOTSCH_BAD)
			lines->bad++;
		if (answer != SG_VOTSCH_LINE)
			continue;
		memcpy(lines->text, framer->line, framer->length + 1);
		lines->length = framer->length;
		lines->count++;
	}
}

static void split(const struct sg_vector *v, enum feed feed, struct lines *out)
{
	/* Half a reply, foreign bytes, far too long, and at last a CR. */
	static const char garbage[] = "0025.0 002\x80\x01\xFF" "0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 "
				      "0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0\r";
	struct sg_votsch_framer framer = { .length = 0 };

	memset(out, 0, sizeof(*out));
	switch (feed) {
	case AFTER_GARBAGE:
		push_bytes(&framer, (const uint8_t *)garbage, sizeof(garbage) - 1, out);
		CHECK(v, out->bad == 1 && out->count == 0);
		out->bad = 0;
		push_bytes(&framer, v->bytes, v->length, out);
		break;
	case BYTE_BY_BYTE:
		for (size_t i = 0; i < v->length; i++)
			push_bytes(&framer, v->bytes + i, 1, out);
		break;
	case WHOLE:
	case FEEDS:
		push_bytes(&framer, v->bytes, v->length, out);
		break;
	}
}

/* ---- words ---- */

static int32_t tenths_of(double degrees)
{
	return (int32_t)(degrees * 10.0 + (degrees < 0 ? -0.5 : 0.5));
}

/* numberK from 0 on; how many there were. */
static size_t read_numbers(const struct sg_vector *v, int32_t *tenths)
{
	int64_t count = 0;

	CHECK(v, sg_vector_integer(v, "numbers", &count) && count >= 1 && count <= SG_VOTSCH_NUMBERS);
	if (count < 1 || count > SG_VOTSCH_NUMBERS)
		return 0;
	for (size_t i = 0; i < (size_t)count; i++) {
		char key[32];
		double value = 0;

		snprintf(key, sizeof(key), "number%zu", i);
		CHECK(v, sg_vector_number(v, key, &value));
		tenths[i] = tenths_of(value);
	}
	return (size_t)count;
}

static uint16_t read_bits(const struct sg_vector *v)
{
	const char *word = sg_vector_word(v, "bits");
	unsigned bits = 0;

	CHECK(v, word && strlen(word) == 16 && strspn(word, "01") == 16);
	for (unsigned i = 0; word && i < 16 && word[i]; i++)
		bits |= word[i] == '1' ? 1u << i : 0;
	return (uint16_t)bits;
}

/* ---- requests ---- */

static void check_bytes(const struct sg_vector *v, enum sg_err err, const struct sg_text *got)
{
	CHECK(v, err == SG_OK);
	CHECK(v, got->length == v->length && memcmp(got->data, v->bytes, v->length) == 0);
}

/* latest="set actual ..." latest_bits=...: what the chamber said last. Else all outputs and other set-points at rest. */
static struct sg_votsch_values read_latest(const struct sg_vector *v)
{
	struct sg_votsch_values latest = { .tenths = { -123, 456 }, .bits = 0 };
	const char *rest = sg_vector_word(v, "latest");
	const char *bits = sg_vector_word(v, "latest_bits");
	char *end;

	for (size_t i = 0; rest && i < SG_VOTSCH_NUMBERS; i++) {
		latest.tenths[i] = tenths_of(strtod(rest, &end));
		CHECK(v, end != rest);
		rest = end;
	}
	for (unsigned i = 0; bits && i < 16 && bits[i]; i++)
		latest.bits |= (uint16_t)(bits[i] == '1' ? 1u << i : 0);
	return latest;
}

/* The frame a driver sends to say just that. */
static void check_command(const struct sg_vector *v, unsigned address, struct sg_text *out)
{
	const char *name = sg_vector_word(v, "model");
	const struct sg_votsch_model *model = sg_votsch_model(name ? name : "vt4002");
	const struct sg_votsch_values latest = read_latest(v);
	double set_c = 0;
	int64_t number = 0;

	CHECK(v, model);
	if (model && sg_vector_integer(v, "default_address", &number))
		CHECK(v, model->address == number);
	if (!model || !sg_vector_number(v, "set_degc", &set_c) || !sg_vector_integer(v, "run", &number))
		return;
	check_bytes(v, sg_votsch_command(model, address, &latest, tenths_of(set_c), number != 0, out), out);
}

static void check_request(const struct sg_vector *v)
{
	const char *letter = sg_vector_word(v, "letter");
	char storage[SG_VOTSCH_REQUEST_SIZE];
	int32_t tenths[SG_VOTSCH_NUMBERS] = { 0 };
	struct sg_text out;
	int64_t address = -1;
	int64_t program = -1;

	if (is_simpac(v)) {
		skipped++;
		print_message("skipped, S!MPAC layout: %s\n", v->name);
		return;
	}
	sg_text_init(&out, storage, sizeof(storage));
	CHECK(v, sg_vector_integer(v, "address", &address) && address >= 0);
	CHECK(v, letter && strlen(letter) == 1);
	switch (letter ? letter[0] : '\0') {
	case 'I':
	case 'F':
	case 'Q':
		check_bytes(v, sg_votsch_ask((unsigned)address, letter[0], &out), &out);
		break;
	case 'E':
		check_bytes(v, sg_votsch_write((unsigned)address, tenths, read_numbers(v, tenths), read_bits(v), &out),
			    &out);
		check_command(v, (unsigned)address, &out);
		break;
	case 'U':
		CHECK(v, read_numbers(v, tenths) == SG_VOTSCH_NUMBERS);
		check_bytes(v, sg_votsch_gradients((unsigned)address, tenths, &out), &out);
		break;
	case 'P':
		CHECK(v, sg_vector_integer(v, "program", &program) && program >= 0);
		check_bytes(v, sg_votsch_program((unsigned)address, (unsigned)program, &out), &out);
		break;
	default:
		CHECK(v, letter && letter[0] && strchr("EFIPQU", letter[0])); /* one this test does not know */
	}
}

/* ---- replies ---- */

static void check_values(const struct sg_vector *v, const struct lines *lines, bool malformed)
{
	int32_t expected[SG_VOTSCH_NUMBERS] = { 0 };
	struct sg_votsch_values got;
	double number = 0;
	enum sg_err err = SG_ERR_FRAME;

	memset(&got, 0xEE, sizeof(got));
	if (lines->count)
		err = sg_votsch_read_values(lines->text, lines->length, &got);
	CHECK(v, err == (malformed ? SG_ERR_FRAME : SG_OK));
	if (malformed)
		CHECK(v, got.bits == 0xEEEE);
	if (err || malformed)
		return;
	CHECK(v, read_numbers(v, expected) == SG_VOTSCH_NUMBERS);
	CHECK(v, memcmp(got.tenths, expected, sizeof(expected)) == 0);
	CHECK(v, got.bits == read_bits(v));
	CHECK(v, sg_vector_number(v, "nominal_degc", &number) && got.tenths[0] == tenths_of(number));
	CHECK(v, sg_vector_number(v, "actual_degc", &number) && got.tenths[1] == tenths_of(number));
	CHECK(v, sg_votsch_check(sg_votsch_model("vt4002"), &got, NULL) == SG_OK);
}

static void check_error(const struct sg_vector *v, const struct lines *lines, bool malformed)
{
	struct sg_votsch_error got = { .number = 999 };
	const char *text = sg_vector_word(v, "error_text");
	int64_t number = -1;

	CHECK(v, sg_votsch_read_error(lines->text, lines->length, &got) == (malformed ? SG_ERR_FRAME : SG_OK));
	if (malformed) {
		CHECK(v, got.number == 999);
		return;
	}
	CHECK(v, sg_vector_integer(v, "error_number", &number) && got.number == number);
	CHECK(v, text && strcmp(got.text, text) == 0);
}

static void check_count(const struct sg_vector *v, const struct lines *lines, bool malformed)
{
	unsigned got = 999;
	int64_t left = -1;

	CHECK(v, sg_votsch_read_count(lines->text, lines->length, &got) == (malformed ? SG_ERR_FRAME : SG_OK));
	if (malformed)
		CHECK(v, got == 999);
	else
		CHECK(v, sg_vector_integer(v, "errors_left", &left) && got == left);
}

static void check_reply(const struct sg_vector *v)
{
	const bool malformed = sg_vector_has_word(v, "error", "malformed") || is_simpac(v);
	const char *to = sg_vector_word(v, "to");
	struct lines lines;

	if (is_simpac(v)) {
		skipped++;
		print_message("skipped but for being refused, S!MPAC layout: %s\n", v->name);
	}
	for (enum feed feed = WHOLE; feed < FEEDS; feed++) {
		split(v, feed, &lines);
		CHECK(v, lines.count + lines.bad == 1);
		switch (to ? to[0] : '\0') {
		case 'I':
			check_values(v, &lines, malformed);
			break;
		case 'F':
			check_error(v, &lines, malformed);
			break;
		case 'Q':
			check_count(v, &lines, malformed);
			break;
		case 'E':
		case 'U':
		case 'P':
			CHECK(v, malformed || sg_vector_has_word(v, "accepted", "1"));
			CHECK(v, sg_votsch_read_accepted(lines.text, lines.length) == (malformed ? SG_ERR_FRAME : SG_OK));
			break;
		default:
			CHECK(v, to && to[0] && strchr("EFIPQU", to[0])); /* one this test does not know */
		}
	}
}

/* What a chamber says in a conversation, word for word, is a line the framer hands out. */
static void check_dialogue(const struct sg_vector *v)
{
	if (is_simpac(v)) {
		skipped++;
		print_message("skipped, S!MPAC layout: %s\n", v->name);
		return;
	}
	for (size_t i = 0; i < v->step_count; i++) {
		const struct sg_vector_step *step = &v->steps[i];
		struct sg_votsch_framer framer = { .length = 0 };
		size_t consumed = 0;

		if (step->kind != SG_VECTOR_EXPECT)
			continue;
		CHECK(v, sg_votsch_frame(&framer, step->bytes, step->length, &consumed) == SG_VOTSCH_LINE);
		CHECK(v, consumed == step->length);
	}
}

static void check_file(const char *name, void (*check)(const struct sg_vector *v), size_t least)
{
	const struct sg_vector_kind kind = { name, check };

	sg_vector_check_file(SG_VECTORS_DIR "/votsch", name, &kind, 1, least);
}

static void requests_are_written_byte_for_byte(void **state)
{
	(void)state;
	check_file("request", check_request, 20);
}

static void replies_mean_what_they_mean(void **state)
{
	(void)state;
	check_file("reply", check_reply, 25);
}

static void conversations_consist_of_whole_lines(void **state)
{
	(void)state;
	check_file("dialogue", check_dialogue, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_written_byte_for_byte),
		cmocka_unit_test(replies_mean_what_they_mean),
		cmocka_unit_test(conversations_consist_of_whole_lines),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, sg_vector_print_checks);

	print_message("%u vectors skipped (S!MPAC layout)\n", skipped);
	return failed;
}

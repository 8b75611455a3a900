/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chamber's codec on any bytes: cut in two ways it must find the same lines, and what a line is read as
 * must be what the encoder makes of it again, for nothing a reply says may be lost or made up.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/votsch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

/* The blanks that may be missing left out. */
static void squeeze(const char *text, char *out)
{
	for (; *text; text++) {
		if (*text != ' ')
			*out++ = *text;
	}
	*out = '\0';
}

/* Written as an E with ten numbers, the values are the line again. */
static void check_values(const char *line, const struct sg_votsch_values *values)
{
	char storage[SG_VOTSCH_REQUEST_SIZE];
	char expected[SG_VOTSCH_REQUEST_SIZE];
	char got[SG_VOTSCH_REQUEST_SIZE];
	struct sg_text out;

	sg_text_init(&out, storage, sizeof(storage));
	check(sg_votsch_write(0, values->tenths, SG_VOTSCH_NUMBERS, values->bits, &out) == SG_OK);
	squeeze(line, expected);
	squeeze(storage + 4, got);
	got[strlen(got) - 1] = '\0'; /* its CR */
	for (char *zero = expected; (zero = strstr(zero, "-000.0")); zero++)
		*zero = '0'; /* minus nothing is nothing */
	check(strcmp(got, expected) == 0);
}

/* Any possible values must become a command that fits, for both layouts, and keep what is not ours. */
static void check_command(const struct sg_votsch_values *values)
{
	static const char *const models[] = { "vt4002", "vt4002-ten" };
	char storage[SG_VOTSCH_REQUEST_SIZE];
	struct sg_text out;

	sg_text_init(&out, storage, sizeof(storage));
	for (int i = 0; i < 4; i++) {
		const struct sg_votsch_model *model = sg_votsch_model(models[i / 2]);

		check(sg_votsch_command(model, 99, values, values->tenths[0], i % 2, &out) == SG_OK);
		check(out.length > 6 && !out.truncated && storage[out.length - 1] == '\r');
		check(strncmp(storage, "$99E ", 5) == 0);
		if (i == 2)
			continue; /* the set-point alone */
		for (unsigned b = 0; b < 16; b++) {
			const char bit = storage[out.length - 17 + b];

			check(bit == '0' || bit == '1');
			if ((model->carried >> b) & 1u)
				check((bit == '1') == ((values->bits >> b) & 1u));
		}
	}
}

static void check_line(const struct sg_votsch_framer *framer)
{
	struct sg_votsch_values values;
	struct sg_votsch_error error;
	char again[8];
	unsigned count;
	int meanings = 0;

	check(framer->length <= SG_VOTSCH_LINE_MAX && strlen(framer->line) == framer->length);
	for (size_t i = 0; i < framer->length; i++)
		check(framer->line[i] >= 0x20 && framer->line[i] <= 0x7E);
	if (sg_votsch_read_values(framer->line, framer->length, &values) == SG_OK) {
		meanings++;
		check_values(framer->line, &values);
		check_command(&values);
	}
	if (sg_votsch_read_error(framer->line, framer->length, &error) == SG_OK) {
		meanings++;
		check(error.number <= 99 && strcmp(error.text, framer->line + 3) == 0);
	}
	if (sg_votsch_read_count(framer->line, framer->length, &count) == SG_OK) {
		meanings++;
		snprintf(again, sizeof(again), "%02u", count % 1000);
		check(strcmp(again, framer->line) == 0);
	}
	meanings += sg_votsch_read_accepted(framer->line, framer->length) == SG_OK;
	check(meanings <= 1); /* no reply can be taken for another one */
}

/* All answers as one number: which lines, in which order. */
static uint64_t digest(const uint8_t *data, size_t size, size_t piece, int checked)
{
	struct sg_votsch_framer framer = { .length = 0 };
	uint64_t hash = 1469598103934665603u;

	for (size_t at = 0; at < size;) {
		const size_t most = size - at < piece ? size - at : piece;
		size_t consumed = 0;
		const enum sg_votsch_frame frame = sg_votsch_frame(&framer, data + at, most, &consumed);

		check(consumed >= 1 && consumed <= most);
		check(frame != SG_VOTSCH_NEED_MORE || consumed == most);
		check(frame == SG_VOTSCH_NEED_MORE || data[at + consumed - 1] == '\r');
		at += consumed;
		if (frame == SG_VOTSCH_NEED_MORE)
			continue;
		hash = (hash ^ (uint64_t)(frame + 1)) * 1099511628211u;
		if (frame == SG_VOTSCH_BAD)
			continue;
		for (size_t i = 0; i <= framer.length; i++)
			hash = (hash ^ (uint8_t)framer.line[i]) * 1099511628211u;
		if (checked)
			check_line(&framer);
	}
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(digest(data, size, size + 1, 1) == digest(data, size, 1, 0));
	return 0;
}

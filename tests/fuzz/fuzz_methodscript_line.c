/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The framer on any bytes: cut in two ways it must find the same lines, every line must be one (printable,
 * not too long), and the classifier must never claim what the line does not begin with.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/methodscript_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

static void check_line(const struct sg_methodscript_framer *framer)
{
	struct sg_methodscript_line line;

	check(framer->length <= SG_METHODSCRIPT_LINE_MAX && strlen(framer->line) == framer->length);
	for (size_t i = 0; i < framer->length; i++)
		check(framer->line[i] >= 0x20 && framer->line[i] <= 0x7E);
	if (sg_methodscript_classify(framer->line, framer->length, &line))
		return;
	check(line.text == framer->line && line.length == framer->length);
	check((line.kind == SG_LINE_EMPTY) == (framer->length == 0));
	check((line.kind == SG_LINE_PACKAGE) == (framer->line[0] == 'P'));
	check((line.kind == SG_LINE_TEXT) == (framer->line[0] == 'T'));
	check(line.kind != SG_LINE_ERROR || framer->line[line.echo ? 1 : 0] == '!');
	check(line.kind != SG_LINE_ECHO || (framer->length == 1 && line.echo == framer->line[0]));
}

/* All answers as one number: which lines, in which order. */
static uint64_t digest(const uint8_t *data, size_t size, size_t piece, int checked)
{
	struct sg_methodscript_framer framer = { .length = 0 };
	uint64_t hash = 1469598103934665603u;

	for (size_t at = 0; at < size;) {
		const size_t most = size - at < piece ? size - at : piece;
		size_t consumed = 0;
		const enum sg_frame frame = sg_methodscript_frame(&framer, data + at, most, &consumed);

		check(consumed >= 1 && consumed <= most);
		check(frame != SG_FRAME_NEED_MORE || consumed == most);
		check(frame == SG_FRAME_NEED_MORE || data[at + consumed - 1] == '\n');
		at += consumed;
		if (frame == SG_FRAME_NEED_MORE)
			continue;
		hash = (hash ^ (uint64_t)(frame + 1)) * 1099511628211u;
		if (frame == SG_FRAME_BAD)
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
	const uint64_t whole = digest(data, size, size ? size : 1, 1);

	check(whole == digest(data, size, 1, 0));
	check(whole == digest(data, size, 7, 0));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "corrupt_emstat4.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint64_t corrupt_random(uint64_t *state)
{
	/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static size_t below(uint64_t *random, size_t limit)
{
	return limit ? (size_t)(corrupt_random(random) >> 33) % limit : 0;
}

static double between(uint64_t *random, double low, double high)
{
	return low + (high - low) * (double)(corrupt_random(random) >> 33) / 2147483648.0;
}

const char *corrupt_way_name(enum corrupt_way way)
{
	static const char *const names[CORRUPT_WAYS] = {
		[CORRUPT_FLIP_BIT] = "bit flipped",
		[CORRUPT_REPLACE_BYTE] = "byte replaced",
		[CORRUPT_REPLACE_DIGIT] = "digit replaced",
		[CORRUPT_DROP_BYTE] = "byte dropped",
		[CORRUPT_INSERT_BYTES] = "bytes inserted",
		[CORRUPT_BURST] = "burst of noise",
		[CORRUPT_CUT_LINE] = "line cut short",
		[CORRUPT_LOSE_LF] = "line end lost",
		[CORRUPT_LOSE_LINE] = "line lost",
		[CORRUPT_REPEAT_LINE] = "line repeated",
		[CORRUPT_REPEAT_OLD_LINE] = "old line repeated",
		[CORRUPT_SWAP_LINES] = "lines swapped",
		[CORRUPT_CUT_STREAM] = "stream cut off",
	};

	return names[way];
}

/* ---- a session that went well ---- */

__attribute__((format(printf, 3, 4))) static void add(struct corrupt_session *session, double at_s,
						       const char *format, ...);

static void add(struct corrupt_session *session, double at_s, const char *format, ...)
{
	struct corrupt_line *line = &session->lines[session->count++];
	va_list args;

	va_start(args, format);
	line->length = (size_t)vsnprintf(line->bytes, sizeof(line->bytes), format, args);
	va_end(args);
	line->at_s = at_s;
}

/* By the formula of the manual: value = (hex - 0x8000000) * 10^prefix. */
static unsigned offset_binary(double value, double step)
{
	return (unsigned)(0x8000000L + lround(value / step));
}

static void add_sample(struct corrupt_session *session, unsigned segment, double time_s, uint64_t *random)
{
	struct corrupt_truth *truth = &session->truths[session->truth_count];
	const double sign = segment ? -1.0 : 1.0;
	/* Any prefix is allowed; in micro a wrong digit can say a hundred volts. */
	const bool micro = below(random, 2) == 0;
	const double step_v = micro ? 1e-6 : 1e-9;
	char voltage[24];

	truth->segment = segment;
	truth->index = (unsigned)session->truth_count++;
	truth->time_s = round((time_s + between(random, 0.0, 0.003)) * 1e6) / 1e6;
	truth->current_a = session->rest ? 0.0 : sign * CORRUPT_SET_A + between(random, -20e-6, 20e-6);
	truth->current_a = round(truth->current_a * 1e9) / 1e9;
	truth->voltage_v = sign * round(between(random, 0.05, 0.12) / step_v) * step_v;
	snprintf(voltage, sizeof(voltage), "ab%07X%c,14,206", offset_binary(truth->voltage_v, step_v), micro ? 'u' : 'n');
	if (session->rest)
		snprintf(truth->text, sizeof(truth->text), "Peb%07Xu;%s", offset_binary(truth->time_s, 1e-6), voltage);
	else
		snprintf(truth->text, sizeof(truth->text), "Peb%07Xu;ba%07Xn,1%c,218;%s",
			 offset_binary(truth->time_s, 1e-6), offset_binary(truth->current_a, 1e-9),
			 below(random, 3) ? '4' : '0', voltage);
	add(session, time_s + 0.02, "%s\n", truth->text);
}

void corrupt_make(struct corrupt_session *session, bool rest, uint64_t *random)
{
	const unsigned segments = rest ? 1 : 2;
	double time_s = 0.0;

	session->rest = rest;
	session->count = session->truth_count = 0;
	add(session, 0.01, "e\n");
	for (unsigned s = 0; s < segments; s++) {
		add(session, time_s + 0.015, rest ? "M000B\n" : "M000A\n");
		for (unsigned i = 1; i <= CORRUPT_SEGMENT_S; i++)
			add_sample(session, s, time_s + i, random);
		time_s += CORRUPT_SEGMENT_S;
		add(session, time_s + 0.02, "*\n");
	}
	if (!rest)
		add(session, time_s + 0.021, "Pja8000000i\n");
	add(session, time_s + 0.022, "\n");
	session->end_s = time_s + 0.022;
}

/* ---- damage ---- */

static void remove_line(struct corrupt_session *session, size_t at)
{
	session->count--;
	memmove(&session->lines[at], &session->lines[at + 1], (session->count - at) * sizeof(session->lines[0]));
}

/* A copy of line from before line to; it arrives when its new neighbour does. */
static void copy_line(struct corrupt_session *session, size_t from, size_t to)
{
	const struct corrupt_line copy = session->lines[from];

	if (session->count == CORRUPT_LINES_MAX)
		return;
	memmove(&session->lines[to + 1], &session->lines[to], (session->count - to) * sizeof(session->lines[0]));
	session->count++;
	session->lines[to] = copy;
	session->lines[to].at_s = session->lines[to > 0 ? to - 1 : 1].at_s;
}

static void swap_lines(struct corrupt_session *session, size_t a, size_t b)
{
	const struct corrupt_line first = session->lines[a];
	const double later_s = session->lines[b].at_s;

	session->lines[a] = session->lines[b];
	session->lines[b] = first;
	session->lines[a].at_s = session->lines[b].at_s = later_s;
}

static void insert_bytes(struct corrupt_line *line, size_t at, size_t count, uint64_t *random)
{
	if (line->length + count > sizeof(line->bytes))
		return;
	memmove(line->bytes + at + count, line->bytes + at, line->length - at);
	line->length += count;
	for (size_t i = 0; i < count; i++)
		line->bytes[at + i] = (char)corrupt_random(random);
}

static void apply_to_bytes(struct corrupt_line *line, enum corrupt_way way, uint64_t *random)
{
	static const char digits[] = "0123456789ABCDEF";
	const size_t at = below(random, line->length);
	size_t digit = at;

	switch (way) {
	case CORRUPT_FLIP_BIT:
		line->bytes[at] = (char)(line->bytes[at] ^ (1 << below(random, 8)));
		return;
	case CORRUPT_REPLACE_BYTE:
		line->bytes[at] = (char)(0x20 + below(random, 0x5F));
		return;
	case CORRUPT_REPLACE_DIGIT:
		while (digit < line->length && !strchr(digits, line->bytes[digit]))
			digit++;
		if (digit < line->length)
			line->bytes[digit] = digits[below(random, 16)];
		return;
	case CORRUPT_DROP_BYTE:
		memmove(line->bytes + at, line->bytes + at + 1, line->length - at - 1);
		line->length--;
		return;
	case CORRUPT_INSERT_BYTES:
		insert_bytes(line, at, 1 + below(random, 5), random);
		return;
	case CORRUPT_BURST:
		for (size_t i = at; i < line->length && i < at + 12; i++)
			line->bytes[i] = (char)corrupt_random(random);
		return;
	case CORRUPT_CUT_LINE:
		line->bytes[at] = '\n';
		line->length = at + 1;
		return;
	case CORRUPT_LOSE_LF:
		if (line->bytes[line->length - 1] == '\n')
			line->length--;
		return;
	case CORRUPT_LOSE_LINE:
	case CORRUPT_REPEAT_LINE:
	case CORRUPT_REPEAT_OLD_LINE:
	case CORRUPT_SWAP_LINES:
	case CORRUPT_CUT_STREAM:
	case CORRUPT_WAYS:
		return;
	}
}

void corrupt_apply(struct corrupt_session *session, enum corrupt_way way, uint64_t *random)
{
	const size_t at = below(random, session->count);

	if (session->count < 2)
		return;
	switch (way) {
	case CORRUPT_LOSE_LINE:
		remove_line(session, at);
		return;
	case CORRUPT_REPEAT_LINE:
		copy_line(session, at, at + 1);
		return;
	case CORRUPT_REPEAT_OLD_LINE:
		copy_line(session, below(random, at + 1), at + 1);
		return;
	case CORRUPT_SWAP_LINES:
		if (at + 1 < session->count)
			swap_lines(session, at, at + 1);
		return;
	case CORRUPT_CUT_STREAM:
		session->count = at + 1;
		session->lines[at].length = below(random, session->lines[at].length + 1);
		return;
	case CORRUPT_FLIP_BIT:
	case CORRUPT_REPLACE_BYTE:
	case CORRUPT_REPLACE_DIGIT:
	case CORRUPT_DROP_BYTE:
	case CORRUPT_INSERT_BYTES:
	case CORRUPT_BURST:
	case CORRUPT_CUT_LINE:
	case CORRUPT_LOSE_LF:
		if (session->lines[at].length)
			apply_to_bytes(&session->lines[at], way, random);
		return;
	case CORRUPT_WAYS:
		return;
	}
}

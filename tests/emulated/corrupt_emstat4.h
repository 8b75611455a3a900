/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A session of an EmStat4 as a list of lines, what is true in it, and ways to damage it. Plain C without a
 * line of the codec, so that the oracle of corrupt_lines_emstat4.c does not share its mistakes.
 */
#ifndef SG_TEST_CORRUPT_EMSTAT4_H
#define SG_TEST_CORRUPT_EMSTAT4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CORRUPT_LINES_MAX 96
#define CORRUPT_LINE_SIZE 320

/** Why a line is where it is, in truth. */
enum corrupt_role {
	CORRUPT_MARK,   /**< e, M000A, *, the empty line */
	CORRUPT_SAMPLE,
	CORRUPT_RESULT,
};

struct corrupt_line {
	char bytes[CORRUPT_LINE_SIZE]; /**< with its LF, if it still has one */
	size_t length;
	double at_s;                   /**< when it arrives */
};

/** A sample as it truly was. */
struct corrupt_truth {
	char text[CORRUPT_LINE_SIZE]; /**< the line without LF */
	unsigned segment;
	unsigned index;               /**< in the session */
	double time_s, current_a, voltage_v;
};

struct corrupt_session {
	bool rest;
	double end_s; /**< when the program was over */
	struct corrupt_line lines[CORRUPT_LINES_MAX];
	size_t count;
	struct corrupt_truth truths[CORRUPT_LINES_MAX];
	size_t truth_count;
};

/** Two segments of 8 s at +- CORRUPT_SET_A on the 10 mA range, or a rest of 8 s; a sample a second. */
#define CORRUPT_SET_A 833.2e-6
#define CORRUPT_RANGE_A 10e-3
#define CORRUPT_SEGMENT_S 8
#define CORRUPT_LIMIT_V 1.5

/** Ways to damage a stream. */
enum corrupt_way {
	CORRUPT_FLIP_BIT,
	CORRUPT_REPLACE_BYTE,
	CORRUPT_REPLACE_DIGIT, /**< by another digit: the hardest to see */
	CORRUPT_DROP_BYTE,
	CORRUPT_INSERT_BYTES,
	CORRUPT_BURST,
	CORRUPT_CUT_LINE,
	CORRUPT_LOSE_LF,
	CORRUPT_LOSE_LINE,
	CORRUPT_REPEAT_LINE,
	CORRUPT_REPEAT_OLD_LINE,
	CORRUPT_SWAP_LINES,
	CORRUPT_CUT_STREAM,
	CORRUPT_WAYS,
};

const char *corrupt_way_name(enum corrupt_way way);

/** A random number generator in the caller's hand; seed it with anything but 0. */
uint64_t corrupt_random(uint64_t *state);

/** Make a session that went well. */
void corrupt_make(struct corrupt_session *session, bool rest, uint64_t *random);

/** Damage it in one way. */
void corrupt_apply(struct corrupt_session *session, enum corrupt_way way, uint64_t *random);

#endif

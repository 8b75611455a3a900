/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The far end of the cable for corrupt_lines_votsch: a chamber of a few lines, written without a look at the
 * codec, behind a cable that damages what it carries. One object is clock, link and chamber; time moves only
 * while the driver waits.
 */
#ifndef SG_TEST_CORRUPT_CHAMBER_H
#define SG_TEST_CORRUPT_CHAMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/clock.h"
#include "transport/transport.h"

#define FAR_QUEUE 4096
#define FAR_SEEN 16384
#define FAR_TOLD 64
#define FAR_ASKED 0x100

/** What a chamber truly said, or what a line seems to say. */
struct far_values {
	int set, actual; /**< tenths */
	char bits[17];
};

struct far_chamber {
	struct sg_clock clock;
	struct sg_transport link;
	int64_t now_ns;
	uint64_t random;
	unsigned damage_percent;  /**< of replies */
	unsigned request_percent; /**< of requests */
	bool ten;

	/* the chamber */
	struct far_values state;
	char heard[256]; /**< the request so far, at most; what is longer is nonsense */
	size_t heard_length;

	/* the cable: bytes under way, each with the time at which it arrives */
	uint8_t queue[FAR_QUEUE];
	int64_t due_ns[FAR_QUEUE];
	size_t queue_begin, queue_end;
	char previous[128]; /**< the last reply, for one that comes again */

	/* what an oracle wants to know; cleared by far_forget() */
	uint16_t seen[FAR_SEEN]; /**< every byte the driver was given, and FAR_ASKED where it wrote */
	size_t seen_length;
	struct far_values told[FAR_TOLD]; /**< every true answer to I */
	size_t told_count;
	bool request_damaged;
	uint64_t reads;

	uint64_t damaged; /**< replies, of all time */
	uint64_t requests_damaged;
};

void far_init(struct far_chamber *far, uint64_t seed, bool ten);
void far_forget(struct far_chamber *far);

/** 0 .. below - 1 */
unsigned far_random(struct far_chamber *far, unsigned below);

#endif

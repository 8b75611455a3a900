/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A bad cable: wraps any transport, bytes or packets, and damages what passes, by a seed. For tests of drivers, of rigs
 * and of whole labs; never by itself: somebody writes it before the address of a port.
 *
 *     faulty:seed=7,drop=1e-3,lie=1e-4:serial:/dev/ttyACM0
 *
 * A **chunk** is what one exchange is made of: one write; one packet; on byte streams a line with its end (LF or CR),
 * or what has come of it in one read. A chunk meets at most one fault. Rates are per chunk, 0 to 1, together at most 1:
 *
 *   drop        it vanishes                        duplicate   it comes twice
 *   corrupt     one of its bits flips              truncate    only a first part of it comes, perhaps none
 *   delay       it comes delay_s (0.5) late, and what is behind it too
 *   stall       nothing passes either way for stall_s (5), nothing is lost
 *   disconnect  the cable is pulled: SG_ERR_GONE until it is opened again. The instrument keeps its power
 *   lie         a decimal digit becomes another one, so that the line still parses; in a packet that is not text, one
 *               byte of it another byte. A chunk with nothing of the kind passes, and is counted
 *
 * and `seed` (1), `delay_s`, `stall_s` (s), `way=both|host|instrument`: which way the damaged chunks travel.
 *
 * In lockstep the same seed gives the same faults. A port that is opened again goes on with other ones: the time of
 * opening is part of the seed. What is held back on its way to an instrument goes out at the first call, read or write,
 * at which its time has come: nothing runs behind the caller's back. A write of more than SG_FAULTY_WRITE_MAX bytes
 * passes whole. Nothing is allocated after opening.
 */
#ifndef SG_TRANSPORT_FAULTY_H
#define SG_TRANSPORT_FAULTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

struct sg_clock;
struct sg_line;
struct sg_transport;

#define SG_FAULTY_WORDS_MAX 128 /* of the prefix, colons included */
#define SG_FAULTY_WRITE_MAX 4096

enum sg_fault {
	SG_FAULT_DROP,
	SG_FAULT_DUPLICATE,
	SG_FAULT_CORRUPT,
	SG_FAULT_TRUNCATE,
	SG_FAULT_DELAY,
	SG_FAULT_STALL,
	SG_FAULT_DISCONNECT,
	SG_FAULT_LIE,
	SG_FAULTS, /**< how many; as the fate of a chunk: none */
};

/** "drop". Static storage; "none" for SG_FAULTS. */
const char *sg_fault_name(enum sg_fault fault);

/** What is to happen, how often. */
struct sg_fault_plan {
	uint64_t seed;
	double rate[SG_FAULTS]; /**< per chunk */
	double delay_s;
	double stall_s;
	bool to_host; /**< chunks that travel to the host are damaged */
	bool to_instrument;
};

/** What has happened. Add up over every port that was given the same storage. */
struct sg_fault_counts {
	uint64_t chunks;
	uint64_t hit[SG_FAULTS];
	uint64_t spared; /**< a lie was due, and there was nothing to lie about */
};

/** Faults of all kinds together. */
uint64_t sg_fault_total(const struct sg_fault_counts *counts);

/** "3 of 1200 chunks: drop 2, lie 1". */
void sg_fault_say(const struct sg_fault_counts *counts, struct sg_text *out);

/** One chunk as it was and as it was passed on (given_length 0: not at all, or an empty packet). For tests. */
struct sg_fault_chunk {
	bool to_host;
	enum sg_fault fault; /**< SG_FAULTS: none */
	const uint8_t *bytes;
	size_t length;
	const uint8_t *given;
	size_t given_length;
	int64_t now_ns; /**< when it was met, on the transport's clock */
};

struct sg_fault_ear {
	void (*heard)(void *ctx, const struct sg_fault_chunk *chunk);
	void *ctx;
};

/** The address behind the prefix; the address itself if it has none. Points into it. */
const char *sg_faulty_inner(const char *uri);

/** Does it have the prefix? */
bool sg_faulty_is(const char *uri);

/** Read the prefix. @retval SG_ERR_ARGUMENT  why says which word is wrong and what would be right */
enum sg_err sg_faulty_plan(const char *uri, struct sg_fault_plan *out, struct sg_text *why);

/**
 * Wrap an open transport, which is closed with the wrapper.
 * @param counts  added to as long as it is open; NULL: not counted
 * @param ear     hears every chunk, borrowed; or NULL
 * @retval SG_ERR_NO_MEMORY  inner is still the caller's
 */
enum sg_err sg_faulty_wrap(struct sg_transport *inner, const struct sg_fault_plan *plan, struct sg_fault_counts *counts,
			   const struct sg_fault_ear *ear, struct sg_transport **out);

/** As sg_transport_open(), of an address with the prefix. Counts go to line->faults. */
enum sg_err sg_faulty_open(const char *uri, const struct sg_line *line, struct sg_clock *clock, struct sg_text *why,
			   struct sg_transport **out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A conversation with an instrument as a text file, played to a real driver on a clock that moves only
 * while the driver waits. No process, no port, no luck.
 *
 *     case: attach_to_an_idle_chamber     begins a case; everything is built anew
 *     # words for people
 *     @ attach 2s                         call this verb; the words are the player's own
 *     > "I\r"                             the driver writes exactly this (pieces may be joined or split)
 *     < "25.0 23.1\r"                     the instrument gives these bytes
 *     ~ 250ms                             nothing comes for so long, and the driver writes nothing either
 *     ! hangup                            the line is gone from here on
 *     ! stall                             on packets: the next read or write finds a halted endpoint, once
 *     = ok                                what the verb must come to: the player's word, exactly
 *     ? "25.0"                            the diagnostic must hold this text
 *     @ wait 2s                           built in: time passes, what arrives stays queued; needs `= ok`
 *
 * Steps between `@` and `=` are consumed in order while the verb runs; all must be used up when it
 * returns. Bytes given by `<` are there from the moment the step before them was done.
 *
 * On a link of packets a `>` is exactly one OUT transfer and a `<` one IN packet of at most SG_PACKET_MAX bytes: never
 * joined, never split.
 */
#ifndef SG_TEST_TRANSCRIPT_H
#define SG_TEST_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/clock.h"
#include "transport/transport.h"

/** What a family's test brings along. */
struct sg_transcript_player {
	void *ctx;
	bool packets; /**< the link carries packets */
	/** A case begins: open the device on this link, which its close() may close. 0, or it fails. */
	int (*begin)(void *ctx, struct sg_transport *link, struct sg_clock *clock);
	/** Do what the words behind `@` say; write the outcome ("ok", "timeout", "sample 0 ..."). */
	void (*verb)(void *ctx, const char *words, char *outcome, size_t size);
	/** The device's latest diagnostic. */
	const char *(*diag)(void *ctx);
	/** The case is over: close the device. */
	void (*end)(void *ctx);
};

/**
 * Play every case of a file.
 *
 * @param chunk  most bytes one read gives; 0: as many as are there. 1 is a good second helping. Packets stay whole
 * @return how many cases failed, each said on stderr as file:line; -1 if the file is malformed or empty
 */
int sg_transcript_play(const char *path, size_t chunk, const struct sg_transcript_player *player);

/** A duration as in the file, "250ms" or "2s", in ns; -1 if it is none. */
int64_t sg_transcript_duration_ns(const char *word);

#endif

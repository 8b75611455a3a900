/* SPDX-License-Identifier: Apache-2.0 */
/** @file The last lines of a test's output: so many bytes of them, the oldest are given up first. */
#ifndef SG_SERVICE_RING_H
#define SG_SERVICE_RING_H

#include <stddef.h>
#include <stdint.h>

#define SG_RING_SIZE ((size_t)64 * 1024)
/** A line that is longer is cut into several. */
#define SG_RING_LINE_SIZE 512

/** All zero: empty. */
struct sg_ring {
	uint64_t end; /**< bytes that were ever put in; a place in the output is such a number */
	char bytes[SG_RING_SIZE];
	char line[SG_RING_LINE_SIZE]; /**< the latest, not ended yet */
	size_t line_length;
};

/**
 * Take output in. Carriage returns, colours and other control characters are no part of a line; an empty one is none.
 * @param line  called for each line that is whole by then, or NULL
 */
void sg_ring_put(struct sg_ring *ring, const char *bytes, size_t length, void (*line)(void *ctx, const char *text), void *ctx);

/** The place of the oldest whole line among the last `bytes` bytes. */
uint64_t sg_ring_from(const struct sg_ring *ring, size_t bytes);

/**
 * The line at *at, without its line feed, and *at moved behind it. One that was given up meanwhile is passed over.
 * @return false: there is none yet
 */
int sg_ring_next(const struct sg_ring *ring, uint64_t *at, char text[SG_RING_LINE_SIZE]);

#endif

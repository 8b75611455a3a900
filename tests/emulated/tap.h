/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A tap on the cable: every line an instrument sends goes through a function of the test before the driver reads
 * it. For what a simulator does not say by itself, and for damage that begins at a moment of our choosing.
 *
 * Programs that use it are linked with --wrap=sg_transport_open.
 */
#ifndef SG_TESTS_TAP_H
#define SG_TESTS_TAP_H

#include <stddef.h>

#define TAP_LINE_SIZE 256

struct tap {
	const char *port; /**< which URIs it is put on: those that end so, "#emstat4" */
	/**
	 * A line with its line feed, in a buffer of TAP_LINE_SIZE; may be edited.
	 * @return how many times it is passed on: 0 drops it
	 */
	unsigned (*edit)(void *ctx, char *line);
	void *ctx;
};

/** From now on every port that is opened has this tap; NULL: none. Borrowed. */
void tap_install(const struct tap *tap);

#endif

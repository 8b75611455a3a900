/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The far end of the cable for corrupt_lines_emstat4: answers the driver's questions rightly, and a program
 * with the lines of a damaged session. One object is clock, link and instrument; time moves only while the
 * driver waits.
 */
#ifndef SG_TEST_CORRUPT_LINK_H
#define SG_TEST_CORRUPT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corrupt_emstat4.h"
#include "host/clock.h"
#include "transport/transport.h"

struct corrupt_link {
	struct sg_clock clock;
	struct sg_transport link;
	const struct corrupt_session *session;
	int64_t now_ns;
	int64_t program_ns; /**< when the program was sent; 0: not yet */
	bool aborted;
	double stall_s;     /**< > 0: the host sees nothing of the session before this time */
	size_t chunk;       /**< most bytes a read gives */
	size_t at, used;    /**< how much of the session was given */
	char reply[256];
	size_t reply_at, reply_length;
	char heard[8192];
	size_t heard_length;
	uint64_t reads;
};

void corrupt_link_init(struct corrupt_link *far, const struct corrupt_session *session);

#endif

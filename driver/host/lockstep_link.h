/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The connection to a simulator: frames out, frames in, and why it ended. Internal to lockstep.c, which
 * knows what the frames mean.
 */
#ifndef SG_HOST_LOCKSTEP_LINK_H
#define SG_HOST_LOCKSTEP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "core/error.h"
#include "core/text.h"
#include "host/lockstep_frame.h"

/* Room for one frame of any size behind the unfinished rest of another. */
#define SG_LOCKSTEP_IN_SIZE (2 * (SG_LOCKSTEP_HEADER + SG_LOCKSTEP_PAYLOAD_MAX))
#define SG_LOCKSTEP_OUT_SIZE 65536

struct sg_lockstep_link {
	struct sockaddr_un address;
	int fd;
	bool lost;
	char lost_why[192];
	uint8_t in[SG_LOCKSTEP_IN_SIZE];
	size_t in_begin, in_end;
	uint8_t out[SG_LOCKSTEP_OUT_SIZE]; /**< writes wait here for the advance that follows: one system call for both */
	size_t out_length;
};

/** Connect; on failure nothing is left open. The link's memory is zero before. Errors as sg_lockstep_open(). */
enum sg_err sg_lockstep_link_connect(struct sg_lockstep_link *link, const char *path, struct sg_text *why);
void sg_lockstep_link_close(struct sg_lockstep_link *link);

/**
 * The first frame, at most 10 real seconds however slowly it drips.
 * @retval SG_ERR_TIMEOUT  not whole by then
 * @retval SG_ERR_FRAME, SG_ERR_GONE
 */
enum sg_err sg_lockstep_link_first(struct sg_lockstep_link *link, struct sg_lockstep_frame *frame);

/** The next frame, waiting for it. @retval SG_ERR_GONE  the simulator died, got stuck, refused or talks nonsense */
enum sg_err sg_lockstep_link_next(struct sg_lockstep_link *link, struct sg_lockstep_frame *frame);

/** Queue a frame; length at most half of the out buffer. Sends what is queued only if there is no room. */
void sg_lockstep_link_put(struct sg_lockstep_link *link, char type, unsigned port, const void *payload, size_t length);
/** The same with flags, for a packet port. */
void sg_lockstep_link_put_flagged(struct sg_lockstep_link *link, char type, unsigned port, uint16_t flags,
				  const void *payload, size_t length);
void sg_lockstep_link_flush(struct sg_lockstep_link *link);

/** The end of it, for this reason; the first reason stays. */
void sg_lockstep_link_lose(struct sg_lockstep_link *link, const char *reason);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file All that a service holds: its rigs and who is at its socket; and what a request means. */
#ifndef SG_SERVICE_ROOM_H
#define SG_SERVICE_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "core/error.h"
#include "core/text.h"
#include "service/client.h"
#include "service/service.h"
#include "service/station.h"

#define SG_ROOM_CLIENTS 64

struct sg_room {
	size_t count;
	struct sg_station *stations;
	const struct sg_station **all; /**< the same, for those who share a chamber */
	struct sg_client clients[SG_ROOM_CLIENTS];
	struct ucred who[SG_ROOM_CLIENTS];
	bool leaving;
};

/** @retval others  why, a line each */
enum sg_err sg_room_open(struct sg_room **room, const struct sg_service_config *config, struct sg_text *why);
void sg_room_close(struct sg_room *room);

/** Does a program run for any rig? */
bool sg_room_is_working(const struct sg_room *room);

/**
 * A request: any bytes. It is answered at once, or later by what follows.
 * @param did  what was done, for the log; empty if nothing was
 */
void sg_room_request(struct sg_room *room, struct sg_client *client, char *line, size_t length, struct sg_text *did);

/** The check of what was submitted is over: whoever submitted it is told. */
void sg_room_checked(struct sg_room *room, size_t index, bool passed);

/** To somebody who follows: the output behind what it has. */
void sg_room_send_output(struct sg_room *room, struct sg_client *client);

#endif

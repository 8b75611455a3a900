/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a simulated instrument has said and its driver has not read yet: a stream of bytes, or packets with
 * their boundaries. Internal to lockstep.c.
 */
#ifndef SG_HOST_LOCKSTEP_PORT_H
#define SG_HOST_LOCKSTEP_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct sg_lockstep_port {
	bool open;
	bool packets;
	bool hung_up;      /**< by the simulator, or by us because something was lost */
	uint8_t *ring;     /**< a packet is its length in one byte, then its bytes */
	size_t head, tail; /**< counts of bytes ever put and taken */
};

/** Ready for use, empty. Allocates the first time. @retval SG_ERR_NO_MEMORY */
enum sg_err sg_lockstep_port_begin(struct sg_lockstep_port *port, bool packets);

/** Keep what arrived; on a packet port at most SG_PACKET_MAX bytes. Beyond 64 kB unread the port is hung up. */
void sg_lockstep_port_keep(struct sg_lockstep_port *port, const uint8_t *bytes, size_t length);

/**
 * Take what is there: bytes, or one packet, for which there must be room.
 * @return whether there was anything; *got is 0 for an empty packet
 */
bool sg_lockstep_port_take(struct sg_lockstep_port *port, uint8_t *buffer, size_t size, size_t *got);

#endif

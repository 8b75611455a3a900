/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lockstep_port.h"

#include <stdlib.h>

#define RING_SIZE 65536u /* power of two; what an instrument can say before its driver looks */

enum sg_err sg_lockstep_port_begin(struct sg_lockstep_port *port, bool packets)
{
	if (!port->ring)
		port->ring = malloc(RING_SIZE);
	if (!port->ring)
		return SG_ERR_NO_MEMORY;
	port->open = true;
	port->packets = packets;
	port->hung_up = false;
	port->head = 0;
	port->tail = 0;
	return SG_OK;
}

void sg_lockstep_port_keep(struct sg_lockstep_port *port, const uint8_t *bytes, size_t length)
{
	const size_t needed = length + (port->packets ? 1 : 0);

	if (!port->open || port->hung_up)
		return;
	if (needed > RING_SIZE - (port->head - port->tail)) {
		/* Its driver has not looked for 64 kB. What is lost in the middle must not look like a stream:
		 * from here on the port is gone, and nothing later is joined to what came before. */
		port->hung_up = true;
		return;
	}
	if (port->packets)
		port->ring[port->head++ % RING_SIZE] = (uint8_t)length;
	for (size_t i = 0; i < length; i++)
		port->ring[port->head++ % RING_SIZE] = bytes[i];
}

bool sg_lockstep_port_take(struct sg_lockstep_port *port, uint8_t *buffer, size_t size, size_t *got)
{
	size_t left = port->head - port->tail;

	if (left == 0)
		return false;
	if (port->packets)
		left = port->ring[port->tail++ % RING_SIZE];
	*got = left < size ? left : size;
	for (size_t i = 0; i < *got; i++)
		buffer[i] = port->ring[port->tail++ % RING_SIZE];
	return true;
}

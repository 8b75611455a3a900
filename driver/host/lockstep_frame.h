/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Frames of the lockstep protocol: a header of 8 bytes and a payload. Pure: bytes in, frame out.
 * Source: the page LOCKSTEP.md beside the simulator's ports.
 */
#ifndef SG_HOST_LOCKSTEP_FRAME_H
#define SG_HOST_LOCKSTEP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define SG_LOCKSTEP_HEADER 8
#define SG_LOCKSTEP_PAYLOAD_MAX 65536

/* Packet ports: the flags are the endpoint. */
#define SG_LOCKSTEP_STREAM 0
#define SG_LOCKSTEP_OUT 0x0001
#define SG_LOCKSTEP_IN 0x0081
#define SG_LOCKSTEP_PACKET_MAX 64
#define SG_LOCKSTEP_TRANSFER_MAX 4096

struct sg_lockstep_frame {
	uint8_t type; /**< one of `h o D H N E` */
	uint8_t port; /**< 0 to 31 */
	const uint8_t *payload; /**< points into the bytes that were handed in; after D's time */
	size_t length;
	int64_t time_ns; /**< of D, H and N; 0 in the others */
	bool packet;     /**< D: an IN packet, not bytes of a stream */
	size_t size;     /**< of the whole frame, to step over */
};

/**
 * Take the frame bytes begin with apart.
 * @retval SG_ERR_TIMEOUT  not whole yet
 * @retval SG_ERR_FRAME    no frame a simulator sends: unknown type, flags, length beyond the limit or wrong
 *                         for the type or the endpoint
 */
enum sg_err sg_lockstep_frame_decode(const uint8_t *bytes, size_t length, struct sg_lockstep_frame *out);

/** Write a header; bytes has room for SG_LOCKSTEP_HEADER. */
void sg_lockstep_frame_head(uint8_t *bytes, char type, uint8_t port, uint16_t flags, size_t length);

void sg_lockstep_put_i64(uint8_t *bytes, int64_t value);
void sg_lockstep_put_u32(uint8_t *bytes, uint32_t value);

#endif

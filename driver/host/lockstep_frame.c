/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lockstep_frame.h"

#include <stdbool.h>
#include <string.h>

#define PORTS_MAX 32
#define TIME_SIZE 8

static uint32_t get_u32(const uint8_t *b)
{
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static int64_t get_i64(const uint8_t *b)
{
	return (int64_t)((uint64_t)get_u32(b + 4) << 32 | get_u32(b));
}

void sg_lockstep_put_u32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

void sg_lockstep_put_i64(uint8_t *bytes, int64_t value)
{
	sg_lockstep_put_u32(bytes, (uint32_t)(uint64_t)value);
	sg_lockstep_put_u32(bytes + 4, (uint32_t)((uint64_t)value >> 32));
}

void sg_lockstep_frame_head(uint8_t *bytes, char type, uint8_t port, uint16_t flags, size_t length)
{
	bytes[0] = (uint8_t)type;
	bytes[1] = port;
	bytes[2] = (uint8_t)flags;
	bytes[3] = (uint8_t)(flags >> 8);
	sg_lockstep_put_u32(bytes + 4, (uint32_t)length);
}

/* Does a frame of this type have this payload length? */
static bool length_fits(uint8_t type, size_t length)
{
	switch (type) {
	case 'h':
	case 'E':
		return true;
	case 'o':
		return length == 0;
	case 'D':
		return length >= TIME_SIZE;
	case 'H':
	case 'N':
		return length == TIME_SIZE;
	default:
		return false;
	}
}

/* None, but for packets, which only come in as data of one endpoint. */
static bool flags_fit(uint8_t type, unsigned flags, size_t length)
{
	if (flags == SG_LOCKSTEP_IN)
		return type == 'D' && length <= TIME_SIZE + SG_LOCKSTEP_PACKET_MAX;
	return flags == SG_LOCKSTEP_STREAM;
}

enum sg_err sg_lockstep_frame_decode(const uint8_t *bytes, size_t length, struct sg_lockstep_frame *out)
{
	struct sg_lockstep_frame frame;
	const uint8_t *payload = bytes + SG_LOCKSTEP_HEADER;
	size_t payload_length;
	unsigned flags;

	if (length < SG_LOCKSTEP_HEADER)
		return SG_ERR_TIMEOUT;
	payload_length = get_u32(bytes + 4);
	flags = bytes[2] | (unsigned)bytes[3] << 8;
	if (payload_length > SG_LOCKSTEP_PAYLOAD_MAX || bytes[1] >= PORTS_MAX || !length_fits(bytes[0], payload_length))
		return SG_ERR_FRAME;
	if (!flags_fit(bytes[0], flags, payload_length))
		return SG_ERR_FRAME;
	if (length - SG_LOCKSTEP_HEADER < payload_length)
		return SG_ERR_TIMEOUT;
	memset(&frame, 0, sizeof(frame));
	frame.type = bytes[0];
	frame.port = bytes[1];
	frame.payload = payload;
	frame.length = payload_length;
	frame.size = SG_LOCKSTEP_HEADER + payload_length;
	if (frame.type == 'D' || frame.type == 'H' || frame.type == 'N') {
		frame.time_ns = get_i64(payload);
		frame.packet = flags == SG_LOCKSTEP_IN;
		frame.payload += TIME_SIZE;
		frame.length -= TIME_SIZE;
	}
	*out = frame;
	return SG_OK;
}

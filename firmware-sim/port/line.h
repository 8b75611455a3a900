/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One direction of a cable: chunks go in at one end, come out later at the other, in order, with
 * the faults asked for. Fixed memory; what does not fit is lost and counted, as in a UART.
 */
#ifndef FW_LINE_H
#define FW_LINE_H

#include "port/faults.h"

#define FW_LINE_BYTES 262144
#define FW_LINE_CHUNKS 4096

struct fw_line_chunk {
	int64_t due_ns;
	uint32_t start;
	uint32_t length;
};

struct fw_line {
	struct fw_faults faults;
	size_t packet_max; /**< chunks are packets of at most so many bytes, perhaps empty; 0: a stream */
	int64_t free_ns; /**< when the last chunk has left the wire */
	uint32_t first_chunk, chunk_count;
	uint32_t end; /**< of the used bytes */
	uint64_t lost_bytes;
	uint64_t carried_bytes;
	struct fw_line_chunk chunks[FW_LINE_CHUNKS];
	uint8_t bytes[FW_LINE_BYTES];
};

/**
 * All zero is a line without faults but for options, which must outlive it.
 * @param packet_max  what is handed over goes out in packets of at most this size; 0: the line is a stream
 */
void fw_line_init(struct fw_line *line, const struct fw_fault_options *options,
		  enum fw_direction direction, uint64_t seed, size_t packet_max);

/** Hand over a chunk at now_ns. */
void fw_line_push(struct fw_line *line, const void *bytes, size_t length, int64_t now_ns);

/** When the next chunk comes out, or INT64_MAX. */
int64_t fw_line_next_ns(const struct fw_line *line);

/** Take the next chunk if one is due; the bytes stay valid until the next push or clear. */
bool fw_line_pop(struct fw_line *line, int64_t now_ns, const uint8_t **bytes, size_t *length);

/** The cable is pulled: whatever is in it is gone. */
void fw_line_clear(struct fw_line *line);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "port/line.h"

#include <string.h>

void fw_line_init(struct fw_line *line, const struct fw_fault_options *options,
		  enum fw_direction direction, uint64_t seed, size_t packet_max)
{
	fw_faults_init(&line->faults, options, direction, seed);
	line->packet_max = packet_max;
	line->free_ns = 0;
	line->first_chunk = 0;
	line->chunk_count = 0;
	line->end = 0;
	line->lost_bytes = 0;
	line->carried_bytes = 0;
}

/** Move what is in use to the front of the buffer. */
static void compact(struct fw_line *line)
{
	uint32_t start = line->chunks[line->first_chunk % FW_LINE_CHUNKS].start;

	memmove(line->bytes, line->bytes + start, line->end - start);
	line->end -= start;
	for (uint32_t i = 0; i < line->chunk_count; i++)
		line->chunks[(line->first_chunk + i) % FW_LINE_CHUNKS].start -= start;
}

static bool make_room(struct fw_line *line, size_t length)
{
	if (!line->chunk_count)
		line->end = 0;
	if (line->chunk_count == FW_LINE_CHUNKS || length > FW_LINE_BYTES)
		return false;
	if (length > FW_LINE_BYTES - line->end && line->chunk_count)
		compact(line);
	return length <= FW_LINE_BYTES - line->end;
}

static void append(struct fw_line *line, const void *bytes, size_t length, int64_t from_ns)
{
	double rate = line->faults.options->rate_bytes_s;
	struct fw_line_chunk *chunk;

	if (!make_room(line, length)) {
		line->lost_bytes += length;
		return;
	}
	if (from_ns < line->free_ns)
		from_ns = line->free_ns;
	if (rate > 0.0)
		from_ns += (int64_t)((double)length * 1e9 / rate);
	line->free_ns = from_ns;
	chunk = &line->chunks[(line->first_chunk + line->chunk_count) % FW_LINE_CHUNKS];
	*chunk = (struct fw_line_chunk){ from_ns, line->end, (uint32_t)length };
	memmove(line->bytes + line->end, bytes, length);
	line->end += (uint32_t)length;
	line->chunk_count++;
}

void fw_line_push(struct fw_line *line, const void *bytes, size_t length, int64_t now_ns)
{
	uint8_t copy[4096];
	/* Faults work on packets, or on pieces of a size no instrument's line reaches. */
	const size_t most = line->packet_max ? line->packet_max : sizeof(copy);
	struct fw_fate fate;

	if (!length && !line->packet_max)
		return;
	do {
		size_t piece = length < most ? length : most;

		if (piece)
			memcpy(copy, bytes, piece);
		fate = fw_faults_meet(&line->faults, copy, piece, now_ns);
		if (!fate.lost)
			append(line, copy, fate.length, fate.from_ns);
		if (fate.twice)
			append(line, copy, fate.length, fate.from_ns);
		bytes = (const uint8_t *)bytes + piece;
		length -= piece;
	} while (length > 0);
}

int64_t fw_line_next_ns(const struct fw_line *line)
{
	return line->chunk_count ? line->chunks[line->first_chunk].due_ns : INT64_MAX;
}

bool fw_line_pop(struct fw_line *line, int64_t now_ns, const uint8_t **bytes, size_t *length)
{
	const struct fw_line_chunk *chunk = &line->chunks[line->first_chunk];

	if (!line->chunk_count || chunk->due_ns > now_ns)
		return false;
	line->first_chunk = (line->first_chunk + 1) % FW_LINE_CHUNKS;
	line->chunk_count--;
	line->carried_bytes += chunk->length;
	*bytes = line->bytes + chunk->start;
	*length = chunk->length;
	return true;
}

void fw_line_clear(struct fw_line *line)
{
	for (uint32_t i = 0; i < line->chunk_count; i++)
		line->lost_bytes += line->chunks[(line->first_chunk + i) % FW_LINE_CHUNKS].length;
	line->chunk_count = 0;
	line->first_chunk = 0;
	line->end = 0;
}

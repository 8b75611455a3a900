/* SPDX-License-Identifier: Apache-2.0 */
#include "service/ring.h"

#include <string.h>

static char at(const struct sg_ring *ring, uint64_t place)
{
	return ring->bytes[place % SG_RING_SIZE];
}

static void end_line(struct sg_ring *ring, void (*line)(void *ctx, const char *text), void *ctx)
{
	if (ring->line_length == 0)
		return;
	ring->line[ring->line_length] = '\0';
	for (size_t i = 0; i < ring->line_length; i++)
		ring->bytes[ring->end++ % SG_RING_SIZE] = ring->line[i];
	ring->bytes[ring->end++ % SG_RING_SIZE] = '\n';
	ring->line_length = 0;
	if (line)
		line(ctx, ring->line);
}

void sg_ring_put(struct sg_ring *ring, const char *bytes, size_t length, void (*line)(void *ctx, const char *text), void *ctx)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n' || ring->line_length == SG_RING_LINE_SIZE - 1)
			end_line(ring, line, ctx);
		if ((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7F)
			ring->line[ring->line_length++] = bytes[i];
	}
}

/* Behind it something may have been overwritten. */
static uint64_t oldest(const struct sg_ring *ring)
{
	uint64_t place;

	if (ring->end <= SG_RING_SIZE)
		return 0;
	for (place = ring->end - SG_RING_SIZE; place < ring->end && at(ring, place) != '\n'; place++)
		;
	return place + 1;
}

uint64_t sg_ring_from(const struct sg_ring *ring, size_t bytes)
{
	uint64_t place = ring->end > bytes ? ring->end - bytes : 0;

	if (place <= oldest(ring))
		return oldest(ring);
	while (place < ring->end && at(ring, place - 1) != '\n')
		place++;
	return place;
}

int sg_ring_next(const struct sg_ring *ring, uint64_t *place, char text[SG_RING_LINE_SIZE])
{
	size_t length = 0;

	if (*place < oldest(ring) || *place > ring->end)
		*place = oldest(ring);
	if (*place >= ring->end)
		return 0;
	while (*place < ring->end && at(ring, *place) != '\n' && length < SG_RING_LINE_SIZE - 1)
		text[length++] = at(ring, (*place)++);
	text[length] = '\0';
	(*place)++;
	return 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "format/walk.h"

#include <string.h>

struct sg_walk sg_walk_writing(uint8_t *storage, size_t size)
{
	return (struct sg_walk){ .to = storage, .size = size };
}

struct sg_walk sg_walk_reading(const uint8_t *bytes, size_t size)
{
	return (struct sg_walk){ .from = bytes, .size = size };
}

void sg_walk_bytes(struct sg_walk *walk, void *bytes, size_t count)
{
	if (walk->bad || count > walk->size - walk->at) {
		walk->bad = true;
		if (!walk->to)
			memset(bytes, 0, count);
		return;
	}
	if (walk->to)
		memcpy(walk->to + walk->at, bytes, count);
	else
		memcpy(bytes, walk->from + walk->at, count);
	walk->at += count;
}

static void walk_number(struct sg_walk *walk, uint64_t *value, size_t count)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(*value >> (8 * i));
	sg_walk_bytes(walk, bytes, count);
	if (walk->to)
		return;
	*value = 0;
	for (size_t i = 0; i < count; i++)
		*value |= (uint64_t)bytes[i] << (8 * i);
}

void sg_walk_u32(struct sg_walk *walk, uint32_t *value)
{
	uint64_t wide = *value;

	walk_number(walk, &wide, 4);
	*value = (uint32_t)wide;
}

void sg_walk_u64(struct sg_walk *walk, uint64_t *value)
{
	walk_number(walk, value, 8);
}

void sg_walk_i64(struct sg_walk *walk, int64_t *value)
{
	uint64_t bits = (uint64_t)*value;

	walk_number(walk, &bits, 8);
	memcpy(value, &bits, sizeof(bits));
}

void sg_walk_size(struct sg_walk *walk, size_t *value)
{
	uint64_t wide = *value;

	walk_number(walk, &wide, 8);
	*value = (size_t)wide;
	sg_walk_must(walk, *value == wide);
}

void sg_walk_double(struct sg_walk *walk, double *value)
{
	uint64_t bits;

	memcpy(&bits, value, sizeof(bits));
	walk_number(walk, &bits, 8);
	memcpy(value, &bits, sizeof(bits));
}

void sg_walk_doubles(struct sg_walk *walk, double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sg_walk_double(walk, &values[i]);
}

void sg_walk_bool(struct sg_walk *walk, bool *value)
{
	uint64_t wide = walk->to ? *value : 0; /* storage that is read into may hold what is no bool */

	walk_number(walk, &wide, 1);
	sg_walk_must(walk, wide <= 1);
	*value = wide == 1;
}

void sg_walk_choice(struct sg_walk *walk, uint32_t *value, uint32_t count)
{
	sg_walk_u32(walk, value);
	sg_walk_must(walk, *value < count);
	if (!walk->to && walk->bad)
		*value = 0;
}

void sg_walk_text(struct sg_walk *walk, char *text, size_t size)
{
	if (walk->to) {
		const size_t length = strnlen(text, size - 1);

		memset(text + length, 0, size - length);
	}
	sg_walk_bytes(walk, text, size);
	if (!memchr(text, '\0', size)) {
		walk->bad = true;
		text[size - 1] = '\0';
	}
}

void sg_walk_must(struct sg_walk *walk, bool possible)
{
	if (!walk->to && !possible)
		walk->bad = true;
}

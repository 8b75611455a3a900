/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A walk over the fields of a record of bytes: the same walk writes and reads, so that the two cannot disagree about what
 * stands where. Least byte first, doubles as IEEE 754, nothing aligned: the same bytes on every machine.
 *
 * Reading takes any bytes. What ends too early, or cannot be, makes the walk bad; it then reads zeros to its end, and
 * whoever walks asks once, there. No pointer is ever written or read.
 */
#ifndef SG_FORMAT_WALK_H
#define SG_FORMAT_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_walk {
	uint8_t *to;         /**< writing; or NULL */
	const uint8_t *from; /**< reading; or NULL */
	size_t size;         /**< of the storage, or of what there is to read */
	size_t at;
	bool bad;            /**< too short, or a value that cannot be */
};

struct sg_walk sg_walk_writing(uint8_t *storage, size_t size);
struct sg_walk sg_walk_reading(const uint8_t *bytes, size_t size);

void sg_walk_bytes(struct sg_walk *walk, void *bytes, size_t count);
void sg_walk_u32(struct sg_walk *walk, uint32_t *value);
void sg_walk_u64(struct sg_walk *walk, uint64_t *value);
void sg_walk_i64(struct sg_walk *walk, int64_t *value);
/** As 8 bytes whatever this machine has; one that it cannot hold is bad. */
void sg_walk_size(struct sg_walk *walk, size_t *value);
void sg_walk_double(struct sg_walk *walk, double *value);
void sg_walk_doubles(struct sg_walk *walk, double *values, size_t count);
/** One byte, 0 or 1. */
void sg_walk_bool(struct sg_walk *walk, bool *value);
/** A choice of 0 .. count - 1, as 4 bytes. To be copied into the enum by the caller. */
void sg_walk_choice(struct sg_walk *walk, uint32_t *value, uint32_t count);
/** Text in storage of a fixed size, NUL-terminated; the rest is filled up with NUL. */
void sg_walk_text(struct sg_walk *walk, char *text, size_t size);
/** Reading: what was read cannot be. Writing: nothing. */
void sg_walk_must(struct sg_walk *walk, bool possible);

#endif

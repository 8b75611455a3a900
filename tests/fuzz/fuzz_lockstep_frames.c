/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulator could send: any bytes. A frame lies within them, does not depend on what follows it, and is
 * not found in a part of it; a beginning that can be no frame stays none whatever follows.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/lockstep_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

/* In memory of just this size, so that a look beyond the end is seen. */
static enum sg_err decode_alone(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);
	struct sg_lockstep_frame frame;
	enum sg_err err;

	if (!copy)
		abort();
	memcpy(copy, bytes, length);
	err = sg_lockstep_frame_decode(copy, length, &frame);
	free(copy);
	return err;
}

static void check_frame(const uint8_t *bytes, size_t length, const struct sg_lockstep_frame *frame)
{
	const uint8_t *end = frame->payload + frame->length;

	must(frame->size >= SG_LOCKSTEP_HEADER && frame->size <= length);
	must(frame->size <= SG_LOCKSTEP_HEADER + SG_LOCKSTEP_PAYLOAD_MAX);
	must(frame->port < 32 && strchr("hoDHNE", frame->type) != NULL);
	must(frame->payload >= bytes + SG_LOCKSTEP_HEADER && end == bytes + frame->size);
	must(decode_alone(bytes, frame->size) == SG_OK);
	must(decode_alone(bytes, frame->size - 1) == SG_ERR_TIMEOUT);
	must(decode_alone(bytes, SG_LOCKSTEP_HEADER - 1) == SG_ERR_TIMEOUT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_lockstep_frame frame;
	size_t at = 0;
	enum sg_err err;

	while ((err = sg_lockstep_frame_decode(data + at, size - at, &frame)) == SG_OK) {
		check_frame(data + at, size - at, &frame);
		at += frame.size;
	}
	must(err == SG_ERR_TIMEOUT || err == SG_ERR_FRAME);
	must(decode_alone(data + at, size - at) == err);
	if (err == SG_ERR_FRAME)
		must(decode_alone(data + at, SG_LOCKSTEP_HEADER) == SG_ERR_FRAME);
	else if (size - at >= SG_LOCKSTEP_HEADER)
		must(decode_alone(data + at, SG_LOCKSTEP_HEADER) == SG_ERR_TIMEOUT);
	return 0;
}

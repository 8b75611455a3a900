/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What has come from the host and waits to be looked at: bytes, cut at LF and at nothing else.
 */
#ifndef FW_EMSTAT4_INPUT_H
#define FW_EMSTAT4_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Characters in a line, LF not counted. Source: PalmSens/MethodSCRIPT_Examples, Example_C. */
#define FW_ES4_LINE_MAX 128

/** Room for a whole script and some more; what does not fit is lost. Assumed. */
#define FW_ES4_INPUT_BYTES 16384

struct fw_es4_input {
	char bytes[FW_ES4_INPUT_BYTES];
	size_t first;
	size_t count;
	int64_t deaf_until_ns;
	unsigned long lost; /**< bytes, for want of room or because it was deaf */
};

enum fw_es4_input_state {
	FW_ES4_INPUT_NOTHING,
	FW_ES4_INPUT_LINE,
	FW_ES4_INPUT_TOO_LONG,
};

void fw_es4_input_add(struct fw_es4_input *input, const uint8_t *bytes, size_t length,
		      int64_t now_ns);

/**
 * Look at the first line, without taking it.
 *
 * @param line    receives the line without LF; of a line that is too long its beginning
 * @param length  its length
 */
enum fw_es4_input_state fw_es4_input_look(const struct fw_es4_input *input,
					  char line[FW_ES4_LINE_MAX], size_t *length);

/** Forget the line that was looked at, and its LF. */
void fw_es4_input_take(struct fw_es4_input *input, size_t length);

/** Forget everything, and be deaf until then. */
void fw_es4_input_flush(struct fw_es4_input *input, int64_t deaf_until_ns);

#endif

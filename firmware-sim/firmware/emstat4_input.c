/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/emstat4_input.h"

void fw_es4_input_add(struct fw_es4_input *input, const uint8_t *bytes, size_t length,
		      int64_t now_ns)
{
	size_t fits = FW_ES4_INPUT_BYTES - input->count;

	if (now_ns < input->deaf_until_ns)
		fits = 0;
	if (fits > length)
		fits = length;
	for (size_t i = 0; i < fits; i++)
		input->bytes[(input->first + input->count++) % FW_ES4_INPUT_BYTES] = (char)bytes[i];
	input->lost += length - fits;
}

enum fw_es4_input_state fw_es4_input_look(const struct fw_es4_input *input,
					  char line[FW_ES4_LINE_MAX], size_t *length)
{
	char c;

	for (size_t i = 0; i < input->count; i++) {
		c = input->bytes[(input->first + i) % FW_ES4_INPUT_BYTES];
		*length = i;
		if (c == '\n')
			return FW_ES4_INPUT_LINE;
		if (i == FW_ES4_LINE_MAX)
			return FW_ES4_INPUT_TOO_LONG;
		line[i] = c;
	}
	return FW_ES4_INPUT_NOTHING;
}

void fw_es4_input_take(struct fw_es4_input *input, size_t length)
{
	input->first = (input->first + length + 1) % FW_ES4_INPUT_BYTES;
	input->count -= length + 1;
}

void fw_es4_input_flush(struct fw_es4_input *input, int64_t deaf_until_ns)
{
	input->lost += input->count;
	input->first = 0;
	input->count = 0;
	input->deaf_until_ns = deaf_until_ns;
}

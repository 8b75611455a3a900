/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody says to the service: any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "service/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_message message;
	char storage[256], *line;
	struct sg_text why;

	if (size > SG_MESSAGE_SIZE)
		return 0;
	line = malloc(size + 1);
	if (!line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_message_read(&message, line, size, &why) == SG_OK) {
		for (size_t i = 0; i < message.count; i++) {
			if (strlen(message.members[i].key) > size || strlen(message.members[i].text) > size)
				abort();
		}
	} else if (why.length == 0) {
		abort();
	}
	free(line);
	return 0;
}

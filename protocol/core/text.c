/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>

void sg_text_init(struct sg_text *text, char *storage, size_t size)
{
	text->data = storage;
	text->size = size;
	sg_text_clear(text);
}

void sg_text_clear(struct sg_text *text)
{
	text->length = 0;
	text->truncated = false;
	text->data[0] = '\0';
}

void sg_text_add(struct sg_text *text, const char *format, ...)
{
	size_t room;
	int wanted;
	va_list args;

	if (!text || text->truncated)
		return;
	room = text->size - text->length;
	va_start(args, format);
	wanted = vsnprintf(text->data + text->length, room, format, args);
	va_end(args);
	if (wanted < 0 || (size_t)wanted >= room) {
		text->truncated = true;
		text->length = text->size - 1;
		return;
	}
	text->length += (size_t)wanted;
}

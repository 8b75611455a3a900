/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Text in the caller's storage. Appending never overflows: what does not fit is cut off and
 * remembered, so a caller that must not send half a sentence can ask.
 */
#ifndef SG_CORE_TEXT_H
#define SG_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct sg_text {
	char *data; /**< always NUL-terminated */
	size_t size; /**< of the storage, including the NUL; at least 1 */
	size_t length;
	bool truncated;
};

/** Begin an empty text in storage of size bytes (at least 1), which the caller keeps alive. */
void sg_text_init(struct sg_text *text, char *storage, size_t size);

/** Make it empty again. */
void sg_text_clear(struct sg_text *text);

/** Append as printf does. NULL text is allowed: then nothing happens. */
__attribute__((format(printf, 2, 3))) void sg_text_add(struct sg_text *text, const char *format, ...);

#endif

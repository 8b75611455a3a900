/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What is said over the socket of the service: one flat JSON object a line, of texts, whole numbers and true or false.
 * Requests name the version of this language and what is to be done:
 *
 *     {"sandglassd": 1, "do": "status"}
 *     {"sandglassd": 1, "do": "submit", "rig": "bench1", "experiment": "sandglass: 1\n..."}
 *
 * `do` is submit, status, stop, pause, go-on or tail. The answer is a line for each rig or line of output that was asked for
 * and a last line with `ok`, and `error` if that is false.
 */
#ifndef SG_SERVICE_MESSAGE_H
#define SG_SERVICE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

#define SG_MESSAGE_VERSION 1
/** Longest line, with its line feed. */
#define SG_MESSAGE_SIZE ((size_t)32 * 1024)
#define SG_MESSAGE_MEMBERS 24

enum sg_member_kind {
	SG_MEMBER_TEXT,
	SG_MEMBER_NUMBER,
	SG_MEMBER_BOOLEAN,
	SG_MEMBER_NULL,
};

struct sg_member {
	const char *key;
	const char *text; /**< unescaped; of a number or word as written. Never NULL */
	enum sg_member_kind kind;
};

struct sg_message {
	size_t count;
	struct sg_member members[SG_MESSAGE_MEMBERS];
};

/**
 * Any bytes may be given.
 * @param line    without its line feed; changed, and borrowed by the message
 * @param length  at most SG_MESSAGE_SIZE; line[length] is writable
 * @param why     on failure what is wrong, and where
 * @retval SG_ERR_FORMAT
 */
enum sg_err sg_message_read(struct sg_message *message, char *line, size_t length, struct sg_text *why);

/** A text member; NULL if there is none. */
const char *sg_message_text(const struct sg_message *message, const char *key);
/** A member that is `true`. */
bool sg_message_is(const struct sg_message *message, const char *key);
/** A whole number, or otherwise. */
int64_t sg_message_number(const struct sg_message *message, const char *key, int64_t otherwise);

#endif

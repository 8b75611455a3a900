/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Settings a person types as "key=value,key=value": a table names each key, its unit, range and
 * default once, and the same table parses, explains and refuses.
 */
#ifndef FW_KEYS_H
#define FW_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum fw_key_kind {
	FW_KEY_NUMBER, /**< a double */
	FW_KEY_CHOICE, /**< an int, index into choices */
	FW_KEY_TEXT,   /**< char[FW_KEY_TEXT_SIZE] */
};

#define FW_KEY_TEXT_SIZE 32

/** One key. Numbers are typed in unit and stored times scale (so cm2 may be kept as m2). */
struct fw_key {
	const char *name;
	enum fw_key_kind kind;
	size_t offset; /**< of the member in the settings object */
	const char *unit;
	double min, max, fallback, scale;
	const char *const *choices; /**< NULL-terminated */
	const char *text;           /**< default of a FW_KEY_TEXT */
	const char *help;
};

/** Fill *object with the defaults of every key. */
void fw_keys_default(const struct fw_key *keys, size_t count, void *object);

/**
 * Read settings into *object, which keeps what is not mentioned.
 *
 * @param text  "key=value,key=value", or NULL or "" for none
 * @param why   receives what is wrong and what would be right, at most why_size bytes
 * @return false if a key is unknown, or a value malformed or out of range; *object may then be half
 *         changed
 */
bool fw_keys_parse(const struct fw_key *keys, size_t count, const char *text, void *object,
		   char *why, size_t why_size);

/** One line or two for every key: name, unit, range, default, meaning. */
void fw_keys_help(const struct fw_key *keys, size_t count, FILE *out);

/** The word of a NULL-terminated list that looks most like the given one; NULL if none is near. */
const char *fw_nearest_word(const char *word, const char *const *words);

#endif

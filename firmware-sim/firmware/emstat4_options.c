/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/emstat4_options.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *key;
	size_t offset;
} keys[] = {
	{"error_tail", offsetof(struct fw_es4_options, error_tail)},
	{"noise_id", offsetof(struct fw_es4_options, noise_id)},
	{"ideal", offsetof(struct fw_es4_options, ideal)},
	{"busy_t", offsetof(struct fw_es4_options, busy_t)},
	{"late_errors", offsetof(struct fw_es4_options, parse_errors_at_end)},
};

static bool equals(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

static bool *option_find(struct fw_es4_options *options, const char *key, size_t length)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (equals(key, length, keys[i].key))
			return (bool *)((char *)options + keys[i].offset);
	return NULL;
}

bool fw_es4_options_read(struct fw_es4_options *options, const char *text, const char **why)
{
	size_t length, key_length;
	bool *option, yes;

	*options = (struct fw_es4_options){0};
	while (text && *text) {
		length = strcspn(text, ",");
		key_length = strcspn(text, "=,");
		option = option_find(options, text, key_length);
		if (!option) {
			*why = "emstat4 options: error_tail, noise_id, ideal, busy_t, late_errors";
			return false;
		}
		yes = length > key_length && equals(text + key_length, length - key_length, "=yes");
		if (!yes && !equals(text + key_length, length - key_length, "=no")) {
			*why = "emstat4 options are key=yes or key=no";
			return false;
		}
		*option = yes;
		text += length + (text[length] == ',');
	}
	return true;
}

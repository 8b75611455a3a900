/* SPDX-License-Identifier: Apache-2.0 */
#include "text/keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 63

/** Number of single-letter changes between two words (Levenshtein), capped at WORD_MAX letters. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t a_length = strnlen(a, WORD_MAX);
	size_t b_length = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_length];
}

static bool is_near(size_t changes, const char *word)
{
	return changes <= 2 + strlen(word) / 4;
}

const char *fw_nearest_word(const char *word, const char *const *words)
{
	const char *best = NULL;
	size_t fewest = WORD_MAX;

	for (size_t i = 0; words[i]; i++) {
		size_t changes = distance(word, words[i]);

		if (changes < fewest) {
			fewest = changes;
			best = words[i];
		}
	}
	return best && is_near(fewest, word) ? best : NULL;
}

static const struct fw_key *nearest_key(const struct fw_key *keys, size_t count, const char *word)
{
	const struct fw_key *best = NULL;
	size_t fewest = WORD_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t changes = distance(word, keys[i].name);

		if (changes < fewest) {
			fewest = changes;
			best = &keys[i];
		}
	}
	return best && is_near(fewest, word) ? best : NULL;
}

void fw_keys_default(const struct fw_key *keys, size_t count, void *object)
{
	for (size_t i = 0; i < count; i++) {
		char *member = (char *)object + keys[i].offset;
		double number = keys[i].fallback * keys[i].scale;
		int choice = (int)keys[i].fallback;

		switch (keys[i].kind) {
		case FW_KEY_NUMBER:
			memcpy(member, &number, sizeof(number));
			break;
		case FW_KEY_CHOICE:
			memcpy(member, &choice, sizeof(choice));
			break;
		case FW_KEY_TEXT:
			memset(member, 0, FW_KEY_TEXT_SIZE);
			if (keys[i].text)
				strncpy(member, keys[i].text, FW_KEY_TEXT_SIZE - 1);
			break;
		}
	}
}

static bool set_number(const struct fw_key *key, const char *value, char *member, char *why,
		       size_t why_size)
{
	char *end;
	double number = strtod(value, &end);

	if (end == value || *end || !isfinite(number) || number < key->min || number > key->max) {
		snprintf(why, why_size, "%s=%s: a number from %g to %g is wanted%s%s", key->name,
			 value, key->min, key->max, *key->unit ? ", in " : "", key->unit);
		return false;
	}
	number *= key->scale;
	memcpy(member, &number, sizeof(number));
	return true;
}

static bool set_choice(const struct fw_key *key, const char *value, char *member, char *why,
		       size_t why_size)
{
	size_t used;

	for (int i = 0; key->choices[i]; i++) {
		if (!strcmp(value, key->choices[i])) {
			memcpy(member, &i, sizeof(i));
			return true;
		}
	}
	snprintf(why, why_size, "%s=%s: one of these is wanted:", key->name, value);
	for (size_t i = 0; key->choices[i]; i++) {
		used = strlen(why);
		snprintf(why + used, why_size - used, " %s", key->choices[i]);
	}
	return false;
}

static bool set_value(const struct fw_key *key, const char *value, char *member, char *why,
		      size_t why_size)
{
	switch (key->kind) {
	case FW_KEY_NUMBER:
		return set_number(key, value, member, why, why_size);
	case FW_KEY_CHOICE:
		return set_choice(key, value, member, why, why_size);
	case FW_KEY_TEXT:
		if (strlen(value) >= FW_KEY_TEXT_SIZE) {
			snprintf(why, why_size, "%s: at most %d characters are wanted", key->name,
				 FW_KEY_TEXT_SIZE - 1);
			return false;
		}
		memset(member, 0, FW_KEY_TEXT_SIZE);
		memcpy(member, value, strlen(value));
		return true;
	}
	return false;
}

/** One "key=value" without its comma. */
static bool parse_pair(const struct fw_key *keys, size_t count, char *pair, void *object, char *why,
		       size_t why_size)
{
	const struct fw_key *near;
	char *value = strchr(pair, '=');

	if (!value) {
		snprintf(why, why_size, "\"%s\": key=value is wanted, for example %s=...", pair,
			 keys[0].name);
		return false;
	}
	*value++ = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(pair, keys[i].name))
			return set_value(&keys[i], value, (char *)object + keys[i].offset, why,
					 why_size);
	}
	near = nearest_key(keys, count, pair);
	snprintf(why, why_size, "\"%s\" is not a known key%s%s%s", pair,
		 near ? "; did you mean \"" : "; --help lists them", near ? near->name : "",
		 near ? "\"?" : "");
	return false;
}

bool fw_keys_parse(const struct fw_key *keys, size_t count, const char *text, void *object,
		   char *why, size_t why_size)
{
	while (text && *text) {
		char pair[128];
		size_t length = strcspn(text, ",");

		if (length >= sizeof(pair)) {
			snprintf(why, why_size, "\"%.20s...\" is too long", text);
			return false;
		}
		memcpy(pair, text, length);
		pair[length] = '\0';
		if (!parse_pair(keys, count, pair, object, why, why_size))
			return false;
		text += length;
		text += *text == ',';
	}
	return true;
}

void fw_keys_help(const struct fw_key *keys, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct fw_key *key = &keys[i];

		fprintf(out, "      %-18s ", key->name);
		switch (key->kind) {
		case FW_KEY_NUMBER:
			fprintf(out, "%s%s%g .. %g, default %g", key->unit, *key->unit ? ", " : "",
				key->min, key->max, key->fallback);
			break;
		case FW_KEY_CHOICE:
			for (size_t c = 0; key->choices[c]; c++)
				fprintf(out, "%s%s", c ? "|" : "", key->choices[c]);
			fprintf(out, ", default %s", key->choices[(int)key->fallback]);
			break;
		case FW_KEY_TEXT:
			fprintf(out, "text, default %s", key->text ? key->text : "empty");
			break;
		}
		fprintf(out, "\n                         %s\n", key->help);
	}
}

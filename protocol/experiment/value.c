/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment/nearest.h"

static bool is_scalar(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		      const char *wanted)
{
	if (!node)
		return false;
	if (node->kind == SG_YAML_SCALAR)
		return true;
	sg_diagnose(diagnostics, node->line, node->column, "'%s' must be %s, not %s", key, wanted,
		    sg_yaml_kind_name(node->kind));
	return false;
}

bool sg_value_text(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		   char *out, size_t size)
{
	size_t length;

	if (!is_scalar(diagnostics, node, key, "text"))
		return false;
	length = strlen(node->text);
	if (!length || length >= size) {
		sg_diagnose(diagnostics, node->line, node->column, "'%s' has %zu bytes: 1 to %zu are allowed", key,
			    length, size - 1);
		return false;
	}
	memcpy(out, node->text, length + 1);
	return true;
}

static bool is_file_character(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	       c == '_' || c == '-';
}

bool sg_value_file_word(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
			char *out, size_t size)
{
	char word[256];

	if (!sg_value_text(diagnostics, node, key, word, size < sizeof(word) ? size : sizeof(word)))
		return false;
	for (const char *c = word; *c; c++) {
		if (is_file_character(*c))
			continue;
		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s' becomes part of file names: only letters A-Z a-z, digits, '.', '_' and '-' are allowed, "
			    "not '%.*s'", key, (unsigned char)*c < 0x80 ? 1 : (int)strlen(c), c);
		return false;
	}
	if (strstr(word, "__") || word[0] == '.' || word[0] == '_' || word[0] == '-' || word[strlen(word) - 1] == '_') {
		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s' becomes part of file names: begin with a letter or digit, do not end with '_', and use "
			    "no '__' (it separates the parts of a name)", key);
		return false;
	}
	memcpy(out, word, strlen(word) + 1);
	return true;
}

/* "more than 0 s, at most 5 s" */
static bool in_bounds(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		      const struct sg_bounds *bounds, double value, const char *unit)
{
	const char *blank = unit[0] ? " " : "";

	if ((bounds->above ? value > bounds->min : value >= bounds->min) && value <= bounds->max)
		return true;
	sg_diagnose(diagnostics, node->line, node->column,
		    "'%s' is out of range: %.9g%s%s; it must be %s %.9g%s%s and at most %.9g%s%s", key, value, blank,
		    unit, bounds->above ? "more than" : "at least", bounds->min, blank, unit, bounds->max, blank, unit);
	return false;
}

bool sg_value_number(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		     const struct sg_bounds *bounds, double *out)
{
	struct sg_quantity quantity;
	double value;

	if (!is_scalar(diagnostics, node, key, "a number"))
		return false;
	if (!sg_number_read(node->text, &value)) {
		switch (sg_quantity_read(node->text, &quantity)) {
		case SG_QUANTITY_OK:
		case SG_QUANTITY_UNKNOWN_UNIT:
			sg_diagnose(diagnostics, node->line, node->column,
				    "'%s' is a number without unit (the unit is in its name): '%.40s' has one", key,
				    node->text);
			break;
		case SG_QUANTITY_COMMA:
			sg_diagnose(diagnostics, node->line, node->column,
				    "'%s': write decimals with a point, not a comma: '%.40s'", key, node->text);
			break;
		case SG_QUANTITY_NOT_A_NUMBER:
		case SG_QUANTITY_NO_UNIT:
			sg_diagnose(diagnostics, node->line, node->column, "'%s' must be a number, not '%.40s'", key,
				    node->text);
			break;
		}
		return false;
	}
	if (!in_bounds(diagnostics, node, key, bounds, value, ""))
		return false;
	*out = value;
	return true;
}

bool sg_value_whole(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		    long min, long max, long *out)
{
	double value;

	if (!is_scalar(diagnostics, node, key, "a whole number"))
		return false;
	if (!sg_number_read(node->text, &value) || value != floor(value)) {
		sg_diagnose(diagnostics, node->line, node->column, "'%s' must be a whole number, not '%.40s'", key,
			    node->text);
		return false;
	}
	if (value < (double)min || value > (double)max) {
		sg_diagnose(diagnostics, node->line, node->column, "'%s' must be from %ld to %ld, not %.40s", key, min,
			    max, node->text);
		return false;
	}
	*out = (long)value;
	return true;
}

bool sg_value_bool(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key, bool *out)
{
	static const char *const words[] = { "false", "true" };
	size_t index;

	if (!sg_value_choice(diagnostics, node, key, words, 2, &index))
		return false;
	*out = index == 1;
	return true;
}

bool sg_value_choice(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		     const char *const *words, size_t count, size_t *out)
{
	const char *nearest;
	char storage[160];
	struct sg_text list;

	if (!is_scalar(diagnostics, node, key, "one word"))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(node->text, words[i]) == 0) {
			*out = i;
			return true;
		}
	}
	sg_text_init(&list, storage, sizeof(storage));
	for (size_t i = 0; i < count; i++)
		sg_text_add(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	nearest = sg_word_nearest(node->text, words, count, sizeof(words[0]));
	sg_diagnose(diagnostics, node->line, node->column, "'%s' must be %s, not '%.40s'%s%s%s", key, storage,
		    node->text, nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/keys.h"

#include <assert.h>
#include <string.h>

#include "experiment/nearest.h"

bool sg_yaml_is_empty(const struct sg_yaml_node *node)
{
	if (node->kind != SG_YAML_SCALAR || node->quoted)
		return false;
	return !node->text[0] || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0;
}

static void report_unknown(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *key, const char *where,
			   const struct sg_key *keys, size_t count)
{
	const char *nearest = sg_word_nearest(key->text, &keys[0].name, count, sizeof(keys[0]));
	char storage[200];
	struct sg_text list;

	if (nearest) {
		sg_diagnose(diagnostics, key->line, key->column, "unknown key '%.40s' in %s: did you mean '%s'?",
			    key->text, where, nearest);
		return;
	}
	sg_text_init(&list, storage, sizeof(storage));
	for (size_t i = 0; i < count; i++)
		sg_text_add(&list, "%s%s", i ? ", " : "", keys[i].name);
	sg_diagnose(diagnostics, key->line, key->column, "unknown key '%.40s' in %s; known keys: %s", key->text,
		    where, storage);
}

static void take_key(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *key, const char *where,
		     const struct sg_key *keys, size_t count, const struct sg_yaml_node **found,
		     const struct sg_yaml_node **values)
{
	size_t i = 0;

	while (i < count && strcmp(keys[i].name, key->text) != 0)
		i++;
	if (i == count) {
		report_unknown(diagnostics, key, where, keys, count);
		return;
	}
	if (found[i]) {
		sg_diagnose(diagnostics, key->line, key->column,
			    "'%s' is given twice in %s, first in line %d: keep one", keys[i].name, where,
			    found[i]->line);
		return;
	}
	found[i] = key;
	if (sg_yaml_is_empty(key->value)) {
		sg_diagnose(diagnostics, key->line, key->column, "'%s' has no value: write for example '%s: %s'",
			    keys[i].name, keys[i].name, keys[i].example);
		return;
	}
	values[i] = key->value;
}

bool sg_keys_read(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *mapping, const char *where,
		  const struct sg_key *keys, size_t count, const struct sg_yaml_node **values)
{
	const struct sg_yaml_node *found[SG_KEYS_MAX] = { NULL };

	assert(count <= SG_KEYS_MAX);
	for (size_t i = 0; i < count; i++)
		values[i] = NULL;
	if (mapping->kind != SG_YAML_MAPPING) {
		sg_diagnose(diagnostics, mapping->line, mapping->column,
			    "%s must be a mapping (key: value), not %s: write for example '%s: %s'", where,
			    sg_yaml_kind_name(mapping->kind), keys[0].name, keys[0].example);
		return false;
	}
	for (const struct sg_yaml_node *key = mapping->first; key; key = key->next)
		take_key(diagnostics, key, where, keys, count, found, values);
	for (size_t i = 0; i < count; i++) {
		if (keys[i].required && !found[i])
			sg_diagnose(diagnostics, mapping->line, mapping->column,
				    "'%s' is missing in %s: write for example '%s: %s'", keys[i].name, where,
				    keys[i].name, keys[i].example);
	}
	return true;
}

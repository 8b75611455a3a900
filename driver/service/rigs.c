/* SPDX-License-Identifier: Apache-2.0 */
#include "service/rigs.h"

#include <stdlib.h>
#include <string.h>

#include "experiment/keys.h"
#include "experiment/value.h"

enum { VERSION, FOLDER, RIGS, KEYS };

static const struct sg_key keys[KEYS] = {
	[VERSION] = { "sandglassd", "1", true },
	[FOLDER] = { "folder", "/var/lib/sandglass", true },
	[RIGS] = { "rigs", "[{name: bench1, rig: bench1.yaml}]", true },
};

enum { NAME, RIG, ENTRY_KEYS };

static const struct sg_key entry_keys[ENTRY_KEYS] = {
	[NAME] = { "name", "bench1", true },
	[RIG] = { "rig", "bench1.yaml", true },
};

static void read_entry(struct sg_rigs *rigs, const struct sg_yaml_node *node, struct sg_diagnostics *diagnostics)
{
	const struct sg_yaml_node *values[ENTRY_KEYS];
	struct sg_rig_entry *entry = &rigs->entries[rigs->count];

	if (!sg_keys_read(diagnostics, node, "a rig", entry_keys, ENTRY_KEYS, values))
		return;
	entry->line = node->line;
	entry->column = node->column;
	if (!sg_value_file_word(diagnostics, values[NAME], "name", entry->name, sizeof(entry->name)) ||
	    !sg_value_text(diagnostics, values[RIG], "rig", entry->file, sizeof(entry->file)))
		return;
	if (entry->name[0] == '.') {
		sg_diagnose(diagnostics, node->line, node->column, "'name' must not begin with a dot: it names a folder");
		return;
	}
	for (size_t i = 0; i < rigs->count; i++) {
		if (strcmp(rigs->entries[i].name, entry->name) != 0)
			continue;
		sg_diagnose(diagnostics, node->line, node->column, "the name '%s' is taken by the rig in line %d: give each its own",
			    entry->name, rigs->entries[i].line);
		return;
	}
	rigs->count++;
}

static enum sg_err read_entries(struct sg_rigs *rigs, const struct sg_yaml_node *node, struct sg_diagnostics *diagnostics)
{
	if (!node)
		return SG_OK; /* reported as missing */
	if (node->kind != SG_YAML_LIST || node->count == 0) {
		sg_diagnose(diagnostics, node->line, node->column, "'rigs' must be a list of at least one rig: write for example "
			    "'- {name: bench1, rig: bench1.yaml}'");
		return SG_OK;
	}
	if (node->count > SG_RIGS_MAX) {
		sg_diagnose(diagnostics, node->line, node->column, "%zu rigs: one service looks after %d at most", node->count,
			    SG_RIGS_MAX);
		return SG_OK;
	}
	rigs->entries = calloc(node->count, sizeof(*rigs->entries));
	if (!rigs->entries)
		return SG_ERR_NO_MEMORY;
	for (const struct sg_yaml_node *entry = node->first; entry; entry = entry->next)
		read_entry(rigs, entry, diagnostics);
	return SG_OK;
}

static enum sg_err read_root(struct sg_rigs *rigs, const struct sg_yaml_node *root, struct sg_diagnostics *diagnostics)
{
	const struct sg_yaml_node *values[KEYS];
	long version;
	enum sg_err err;

	if (!root || sg_yaml_is_empty(root)) {
		sg_diagnose(diagnostics, 1, 1, "the file is empty: begin with 'sandglassd: %d'", SG_RIGS_VERSION);
		return SG_ERR_FORMAT;
	}
	if (!sg_keys_read(diagnostics, root, "the rigs file", keys, KEYS, values))
		return SG_ERR_FORMAT;
	sg_value_whole(diagnostics, values[VERSION], "sandglassd", SG_RIGS_VERSION, SG_RIGS_VERSION, &version);
	sg_value_text(diagnostics, values[FOLDER], "folder", rigs->folder, sizeof(rigs->folder));
	err = read_entries(rigs, values[RIGS], diagnostics);
	if (err)
		return err;
	return diagnostics->count ? SG_ERR_FORMAT : SG_OK;
}

enum sg_err sg_rigs_read(struct sg_rigs *out, const char *name, const char *bytes, size_t length,
			 struct sg_diagnostics *diagnostics)
{
	struct sg_rigs rigs = { .count = 0 };
	struct sg_yaml_tree tree;
	enum sg_err err;

	sg_diagnostics_init(diagnostics, name);
	err = sg_yaml_tree_read(&tree, bytes, length, diagnostics);
	if (err)
		return err;
	err = read_root(&rigs, tree.root, diagnostics);
	sg_yaml_tree_fini(&tree);
	sg_diagnostics_sort(diagnostics);
	if (err)
		sg_rigs_fini(&rigs);
	else
		*out = rigs;
	return err;
}

void sg_rigs_fini(struct sg_rigs *rigs)
{
	free(rigs->entries);
	memset(rigs, 0, sizeof(*rigs));
}

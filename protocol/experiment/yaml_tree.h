/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A YAML document as a tree in which every node knows its line and column. Only the plain part of
 * YAML: one document; no anchors, aliases or tags; keys are scalars; scalars are one line of text.
 */
#ifndef SG_EXPERIMENT_YAML_TREE_H
#define SG_EXPERIMENT_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "experiment/diagnostics.h"

#define SG_YAML_SIZE_MAX ((size_t)1 << 20) /**< bytes of one file */
#define SG_YAML_DEPTH_MAX 16               /**< mappings and lists within each other */
#define SG_YAML_NODES_MAX 100000

enum sg_yaml_kind {
	SG_YAML_SCALAR,
	SG_YAML_LIST,
	SG_YAML_MAPPING,
};

struct sg_yaml_node {
	enum sg_yaml_kind kind;
	int line;   /**< 1-based */
	int column; /**< 1-based, in characters */
	bool quoted;/**< scalar: was written in quotes, so it is text even if it looks like a number */
	size_t count; /**< list: entries; mapping: keys */
	const struct sg_yaml_node *first; /**< first entry of a list, first key of a mapping */
	const struct sg_yaml_node *next;  /**< next entry or next key */
	const struct sg_yaml_node *value; /**< of a key */
	struct sg_yaml_node *older;       /**< all nodes, for freeing */
	char text[]; /**< scalar: NUL-terminated, no control characters; empty for others */
};

struct sg_yaml_tree {
	const struct sg_yaml_node *root; /**< NULL for an empty document */
	struct sg_yaml_node *newest;
	size_t count;
};

/**
 * Read a document. On any error the tree is empty; sg_yaml_tree_fini() is allowed, not needed.
 * @retval SG_ERR_FORMAT  a diagnostic says where and why
 * @retval SG_ERR_NO_MEMORY
 */
enum sg_err sg_yaml_tree_read(struct sg_yaml_tree *tree, const char *bytes, size_t length,
			      struct sg_diagnostics *diagnostics);

void sg_yaml_tree_fini(struct sg_yaml_tree *tree);

/** "text", "a list", "a mapping" (key: value): for messages. Static storage. */
const char *sg_yaml_kind_name(enum sg_yaml_kind kind);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The keys of a mapping, held against those it may have. Unknown, repeated, empty and missing keys
 * are reported with what would be right.
 */
#ifndef SG_EXPERIMENT_KEYS_H
#define SG_EXPERIMENT_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/yaml_tree.h"

#define SG_KEYS_MAX 24 /**< keys of one mapping */

struct sg_key {
	const char *name;
	const char *example; /**< a right value, for messages */
	bool required;
};

/**
 * Find the values of known keys.
 *
 * @param mapping  the node that should be a mapping
 * @param where    what it describes, for messages: "cell", "a ccd step"
 * @param values   count entries: the value of each key, NULL where it is absent or empty
 * @return false if the node is not a mapping at all (reported; all values NULL)
 */
bool sg_keys_read(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *mapping, const char *where,
		  const struct sg_key *keys, size_t count, const struct sg_yaml_node **values);

/** Is it a plain nothing, as after "name:"? */
bool sg_yaml_is_empty(const struct sg_yaml_node *node);

#endif

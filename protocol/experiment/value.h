/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One scalar to one value. All functions: node NULL (the key is absent) returns false and leaves
 * *out as it was, so a default set before stands; anything wrong is reported and returns false too.
 * `key` is the name of the setting, for messages.
 */
#ifndef SG_EXPERIMENT_VALUE_H
#define SG_EXPERIMENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/quantity.h"
#include "experiment/yaml_tree.h"

/** What a number must satisfy. */
struct sg_bounds {
	double min;
	double max;    /**< the value itself is allowed */
	bool above;    /**< must be > min; otherwise >= min */
};

/** Free text of 1 .. size - 1 bytes. */
bool sg_value_text(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		   char *out, size_t size);

/** Text for file names: letters, digits, '.', '_', '-'; no "__", which separates the parts of a run's name. */
bool sg_value_file_word(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
			char *out, size_t size);

/** A number without unit: the unit is in the key's name. */
bool sg_value_number(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		     const struct sg_bounds *bounds, double *out);

/** A whole number without unit. */
bool sg_value_whole(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		    long min, long max, long *out);

/** true or false. */
bool sg_value_bool(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key, bool *out);

/** One of count words; *out is its index. */
bool sg_value_choice(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		     const char *const *words, size_t count, size_t *out);

/** A number with a unit of one dimension, in the program's unit. */
bool sg_value_quantity(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		       enum sg_dimension dimension, const struct sg_bounds *bounds, double *out);

/** The same, where the unit tells which of two dimensions is meant. */
bool sg_value_either(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		     enum sg_dimension one, enum sg_dimension other, const struct sg_bounds *bounds,
		     struct sg_quantity *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The sections of an experiment file, one function each; private to the reader. All report mistakes
 * and go on, so that one reading finds as many as it can. NULL for a section that is absent.
 *
 * Order matters where one section is held against another: cell, rig, record, limits, temperature,
 * then steps, whatever their order in the file.
 */
#ifndef SG_EXPERIMENT_SECTION_H
#define SG_EXPERIMENT_SECTION_H

#include <stdbool.h>

#include "core/error.h"
#include "experiment/experiment.h"
#include "experiment/keys.h"
#include "experiment/value.h"

struct sg_reading {
	struct sg_diagnostics *diagnostics;
	struct sg_experiment *experiment;
	bool chamber_unknown; /**< the rig is in another file, or wrong: do not blame a missing chamber */
	const struct sg_yaml_node *silence; /**< where limits.silence stands, or NULL */
};

#define SG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** Where a node stands; NULL: nowhere. */
static inline struct sg_place sg_yaml_place(const struct sg_yaml_node *node)
{
	return node ? (struct sg_place){ node->line, node->column } : (struct sg_place){ 0, 0 };
}

/* Bounds that only keep out nonsense; what an instrument can do is checked elsewhere. */
extern const struct sg_bounds sg_bounds_duration;         /**< > 0 s */
extern const struct sg_bounds sg_bounds_duration_or_none; /**< >= 0 s */
extern const struct sg_bounds sg_bounds_interval;
extern const struct sg_bounds sg_bounds_voltage;
extern const struct sg_bounds sg_bounds_temperature;

void sg_section_cell(struct sg_reading *reading, const struct sg_yaml_node *node);
void sg_section_rig(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node,
		    struct sg_rig_config *rig);
void sg_section_record(struct sg_reading *reading, const struct sg_yaml_node *node);
void sg_section_limits(struct sg_reading *reading, const struct sg_yaml_node *node);
void sg_section_temperature(struct sg_reading *reading, const struct sg_yaml_node *node);
/** @retval SG_ERR_NO_MEMORY */
enum sg_err sg_section_steps(struct sg_reading *reading, const struct sg_yaml_node *node);

/** Report a set temperature without a chamber, or outside limits.temperature. */
void sg_section_check_set_point(struct sg_reading *reading, const struct sg_yaml_node *node, double set_c);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file What the parts of a check share: check.c looks at instruments, limits and PC, check_cell.c at what is asked of the cell. */
#ifndef SG_EXPERIMENT_CHECKER_H
#define SG_EXPERIMENT_CHECKER_H

#include "experiment/check.h"

struct sg_checker {
	const struct sg_experiment *experiment;
	const struct sg_plan *plan;
	const struct sg_potentiostat_caps *caps;
	const struct sg_chamber_caps *chamber; /**< NULL: none */
	struct sg_check_report *report;
};

/** Not about one place in the file. */
extern const struct sg_place sg_nowhere;

struct sg_place sg_place_of(const struct sg_procedure *procedure);

/** Add a finding to the report. */
__attribute__((format(printf, 4, 5))) void sg_find(struct sg_checker *checker, enum sg_severity severity, struct sg_place at,
						   const char *format, ...);

/** Diffusion limit, metal there is, and what nobody can tell without a thermometer: all of it for a person to judge. */
void sg_check_cell(struct sg_checker *checker);

#endif

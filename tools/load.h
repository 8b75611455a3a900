/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * From a path on the command line to an experiment that is read, completed by its rig file and by
 * --port, and expanded into a plan. What `check` and `run` begin with.
 */
#ifndef SG_TOOLS_LOAD_H
#define SG_TOOLS_LOAD_H

#include "core/caps.h"
#include "core/error.h"
#include "experiment/experiment.h"
#include "experiment/plan.h"
#include "runner/rig.h"

struct sg_loaded {
	const char *path;
	char rig_path[SG_URI_SIZE * 2]; /**< resolved, or empty */
	struct sg_experiment experiment;
	struct sg_plan plan;
	struct sg_rig rig; /**< looked up by model, not open */
};

/** What the command line changes about the file. NULL: as written. */
struct sg_overrides {
	const char *potentiostat_port;
	const char *chamber_port;
	const char *folder;
	const char *rig_file; /**< read instead of what stands under rig: */
};

/** Prints what is wrong to standard error. On SG_OK, sg_unload() it. */
enum sg_err sg_load(struct sg_loaded *loaded, const char *path, const struct sg_overrides *overrides);
void sg_unload(struct sg_loaded *loaded);

/**
 * One "--port potentiostat=URI" or "--port chamber=URI" argument.
 * @retval SG_ERR_ARGUMENT  printed
 */
enum sg_err sg_override_port(struct sg_overrides *overrides, const char *argument);

/** Prints everything that does not fit to standard error; returns the number of errors. verbose: the whole plan to standard output. */
unsigned sg_check_loaded(const struct sg_loaded *loaded, int verbose);

#endif

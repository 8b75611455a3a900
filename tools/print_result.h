/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a test found, on standard output.
 */
#ifndef SG_TOOLS_PRINT_RESULT_H
#define SG_TOOLS_PRINT_RESULT_H

#include "experiment/experiment.h"
#include "experiment/result.h"
#include "runner/runner.h"

/** The table per half-step, with f where it is known; nothing if there is none. Without an area in mA and mAh. */
void sg_print_half_steps(const struct sg_result *result);

/** The marks of a polarization and the capacity at each; nothing if none was told. */
void sg_print_polarization(const struct sg_result *result);

/** For the middle of a line on a critical current density: what was found before it, and where. Nothing if nothing was. */
void sg_print_what_came_first(const struct sg_result *result);

/** The table per half-step, then the one clear line. */
void sg_print_result(const struct sg_run_outcome *outcome, const struct sg_experiment *experiment);

/** Hours, minutes, seconds as people read them: "1:30:05", "4:59". */
void sg_print_duration(char text[24], double duration_s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file A current that nobody has planned yet: how long could it go on? An upper bound, no prediction of a short. */
#ifndef SG_EXPERIMENT_PROPOSAL_H
#define SG_EXPERIMENT_PROPOSAL_H

#include "experiment/check.h"

/** From fresh metal, and in either direction after the plan. @param density_ma_cm2  magnitude, > 0 */
void sg_proposal_print(const struct sg_experiment *experiment, const struct sg_plan *plan, double density_ma_cm2,
		       sg_check_line *line, void *context);

#endif

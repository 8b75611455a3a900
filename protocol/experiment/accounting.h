/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The books of a run: times, counters, charge and energy in three scopes (test, cycle, step), from
 * samples to rows. Current is taken as piecewise constant between samples of one step, at the value
 * measured at the end of each interval (that is what the instruments report); a stretch that was not
 * sampled is added by sg_accounting_gap() with the current known to have flowed.
 */
#ifndef SG_EXPERIMENT_ACCOUNTING_H
#define SG_EXPERIMENT_ACCOUNTING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sample.h"
#include "experiment/plan.h"
#include "format/row.h"

struct sg_accounting {
	struct sg_row row; /**< the latest row; step_id and step_type point into the plan and to constants */
	double last_time_s;
	bool last_valid;
};

void sg_accounting_init(struct sg_accounting *books);

/** A step begins at test time time_s. Resets the step scope, and the cycle scope if the cycle changes. */
void sg_accounting_step(struct sg_accounting *books, const struct sg_step *step, double time_s);

/** One sample at test time time_s (never earlier than the one before: it is clamped). Returns the row to record. */
const struct sg_row *sg_accounting_sample(struct sg_accounting *books, const struct sg_sample *sample,
					  double time_s, int64_t utc_ns);

/** From the last sample to time_s current_a flowed (0: none) without samples; books it, makes no row. */
void sg_accounting_gap(struct sg_accounting *books, double time_s, double current_a);

/** Signed charge of the present step, C. */
double sg_accounting_step_charge_c(const struct sg_accounting *books);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The books of a run: times, counters, charge and energy in three scopes (test, cycle, step), from
 * samples to rows. Current is taken as piecewise constant between samples of one step, at the value
 * measured at the end of each interval (that is what the instruments report); a stretch that was not
 * sampled is added by sg_accounting_gap() with the current known to have flowed.
 *
 * **What is booked when.** The first interval of a step runs from the time the step began to its first
 * sample. Between the last sample of a step and the beginning of the next nothing is booked by
 * itself: if a current flowed there, call sg_accounting_gap() before sg_accounting_step(). A sample
 * whose current is not a number books nothing and leaves its interval open: the next one closes both.
 *
 * **Energy** goes by the sign of the power V*I: into the cell is charging, out of it discharging. For
 * a full cell that is the usual meaning. A symmetric cell takes up energy under either sign of the
 * current, and only so can all four accumulators rise and net stay charging - discharging. An interval
 * without a voltage books its charge only.
 *
 * **Exactness.** Every accumulator is a double-double sum: what a million small intervals add up to is
 * right to the last digit that a double can show, and never goes back.
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
	double last_time_s; /**< up to here everything is booked */
	bool last_valid;    /**< last_time_s means something: a step has begun or a sample has come */
	/* private */
	double step_begin_s;
	uint32_t procedure; /**< of the present cycle */
	uint32_t cycle;     /**< as the plan counts it, 0 before the first */
	struct sg_throughput test_low; /**< what the sums in row are short of, see above */
	struct sg_throughput step_low;
	struct sg_throughput cycle_low;
};

void sg_accounting_init(struct sg_accounting *books);

/**
 * A step begins at test time time_s (clamped like a sample's). Resets the step scope, and the cycle
 * scope if the cycle changes: it does when the step names another cycle, or the same number in
 * another procedure. Steps without a cycle (rests, changes of temperature) belong to the cycle before.
 * A step that is begun again after an interruption counts as a new one of the same cycle.
 *
 * @param step  borrowed until the next step: the row shows its id
 */
void sg_accounting_step(struct sg_accounting *books, const struct sg_step *step, double time_s);

/**
 * One sample at test time time_s (never earlier than the one before: it is clamped; not a number
 * counts as no time passed). Returns the row to record, valid until the next call.
 */
const struct sg_row *sg_accounting_sample(struct sg_accounting *books, const struct sg_sample *sample,
					  double time_s, int64_t utc_ns);

/**
 * From the last sample to time_s current_a flowed (0: none) without samples; books it, makes no row.
 * Energy is booked at the latest voltage of this step, if it has one.
 */
void sg_accounting_gap(struct sg_accounting *books, double time_s, double current_a);

/** What the record calls a step of this kind: "REST", "CC_CHG", "CC_DCH". Static storage. */
const char *sg_accounting_step_type(const struct sg_step *step);

/** Signed charge of the present step, C. */
double sg_accounting_step_charge_c(const struct sg_accounting *books);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The books of a run as bytes, for a checkpoint, and back to the last bit; and how they go on from rows that were recorded
 * later.
 */
#ifndef SG_EXPERIMENT_ACCOUNTING_RECORD_H
#define SG_EXPERIMENT_ACCOUNTING_RECORD_H

#include "experiment/accounting.h"
#include "experiment/plan.h"
#include "format/walk.h"

/**
 * Walk the books. The step at hand is walked as its index in the plan.
 * @param books  reading: initialized before
 */
void sg_accounting_walk(struct sg_walk *walk, struct sg_accounting *books, const struct sg_plan *plan);

/**
 * A row of the step at hand that was recorded after the books were written down: they are what it says. Sums of the table
 * have 10 to 12 digits. What is in the books already is not taken back.
 * @param row  its step_id and step_type are not looked at
 */
void sg_accounting_adopt(struct sg_accounting *books, const struct sg_row *row);

#endif

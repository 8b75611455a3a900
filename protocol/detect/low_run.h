/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The low readings in turn that may be a hard short: are they low beyond noise, and is their voltage made by the
 * current? What follows the current, its turns or its interruptions is the cell's; what does not may be a lost sense lead.
 */
#ifndef SG_DETECT_LOW_RUN_H
#define SG_DETECT_LOW_RUN_H

#include "detect/detector.h"

/** One reading, turned into the direction of the current. */
struct sg_look {
	double now_s;
	double voltage_v; /**< positive: follows the current */
	double current_a; /**< magnitude */
	double ohm;
	double expected_ohm;
	double fraction;
	double noise_v;
	double spread;   /**< the noise as a fraction */
	double offset_v; /**< most that the instrument can be off zero */
};

void sg_low_run_forget(struct sg_hard_short *hard_short);

/** Its mean is that of a short, and no healthy cell's: neither what was expected nor what it fell from. */
bool sg_low_run_is_low(const struct sg_hard_short *hard_short, const struct sg_look *look);

/** Its voltage follows the current. */
bool sg_low_run_follows(const struct sg_hard_short *hard_short, const struct sg_look *look);

/** ... by what it showed while the current was interrupted. */
bool sg_low_run_follows_interruption(const struct sg_hard_short *hard_short, const struct sg_look *look);

/** ... by what it showed under the opposite current before. */
bool sg_low_run_turned(const struct sg_hard_short *hard_short, const struct sg_look *look);

/** The mean of so many readings that noise and offset do not make, V. */
double sg_low_run_threshold_v(const struct sg_look *look, uint32_t readings);

#endif

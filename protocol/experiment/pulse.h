/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The verify pulse: right after an alarm the current is off for a moment and then flows at half its size, each
 * sampled as fast as the instrument allows. What the voltage does is for verification.h; here is what is asked of the
 * instrument. It moves less than half of what SG_PULSE_PART_S of the plan's own current would.
 */
#ifndef SG_EXPERIMENT_PULSE_H
#define SG_EXPERIMENT_PULSE_H

#include <stddef.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/segment.h"
#include "core/text.h"
#include "experiment/plan.h"

/** Its two parts, in this order. */
enum sg_pulse_part {
	SG_PULSE_REST, /**< no current; the instrument's own zero, so that both parts are one sequence */
	SG_PULSE_HALF, /**< half of the current that flowed, same sign */
	SG_PULSE_PARTS,
};

#define SG_PULSE_PART_S 0.2
/** An instrument that is too slow for SG_PULSE_READINGS readings in that time gets longer parts, up to this. */
#define SG_PULSE_PART_MAX_S 1.0
/** Two are needed, and the conversion that was under way when the current changed counts for nothing. */
#define SG_PULSE_READINGS_MIN 2
#define SG_PULSE_READINGS (SG_PULSE_READINGS_MIN + 1)
#define SG_PULSE_READINGS_MAX 40 /**< more would tell no more */

/** How an instrument samples it. */
struct sg_pulse_pace {
	double interval_s;
	double part_s;   /**< length of each part; longer than SG_PULSE_PART_S: it had to be */
	size_t readings; /**< in each part, at most */
};

/**
 * @retval SG_ERR_UNSUPPORTED  too slow, or it cannot change the current without switching the cell off; why says which
 */
enum sg_err sg_pulse_pace_for(const struct sg_potentiostat_caps *caps, struct sg_pulse_pace *out, struct sg_text *why);

/** The steps of its record, from the step it interrupts. */
void sg_pulse_steps(const struct sg_pulse_pace *pace, const struct sg_step *interrupted,
		    struct sg_step out[SG_PULSE_PARTS]);

/** What the instrument is to do, from the segment that is interrupted: same range, same voltage limits. */
void sg_pulse_segments(const struct sg_pulse_pace *pace, const struct sg_segment *interrupted,
		       struct sg_segment out[SG_PULSE_PARTS]);

#endif

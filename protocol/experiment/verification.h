/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a verify pulse (pulse.h) says about an alarm: a short, a lost sense lead, or neither for sure. A pure function of
 * the readings.
 *
 * At rest an electronic path leaves nothing, a cell whose ions carry the current relaxes, and a lead that hangs in the
 * air shows whatever it shows. At half the current a path shows the same V/I as before, a lost lead the same V. The
 * reading at rest is at the same time the meter's own zero, and each part is a mean of many readings: so a pulse resolves
 * a resistance that single readings do not. A voltage that drifts evenly over both parts is no answer to the current.
 *
 * What it cannot do: tell a lead that stands where the meter's zero may be from a path that is too good to be
 * measured; tell a partial
 * path from an interface whose resistance really fell, unless a relaxation the cell had before is gone.
 */
#ifndef SG_EXPERIMENT_VERIFICATION_H
#define SG_EXPERIMENT_VERIFICATION_H

#include <stddef.h>

#include "core/event.h"
#include "experiment/pulse.h"

/** One reading of the pulse. */
struct sg_pulse_reading {
	double phase_s; /**< since its part began */
	double voltage_v;
	double current_a;
};

/** The readings of one part; readings that are not numbers are left out by whoever fills it. */
struct sg_pulse_readings {
	double begin_s; /**< of the part, since any instant that is the same for both */
	size_t count;
	struct sg_pulse_reading at[SG_PULSE_READINGS_MAX];
};

/** The alarm, and what was known by then. */
struct sg_verify_before {
	enum sg_event_type alarm; /**< HARD_SHORT, SHORT_OR_SENSE or SOFT_SHORT */
	double voltage_v;         /**< of the reading that raised it */
	double current_a;         /**< of it, not 0 */
	double healthy_ohm;       /**< V/I of this cell without the finding; NAN: unknown */
	double noise_v;           /**< of one reading, rms, > 0 */
	double zero_v;            /**< most the meter can be off zero, as rests have shown; NAN: they did not */
	double slow_ohm;          /**< at least so much of healthy_ohm is still there as voltage per current at the end of the
				       rest, if ions carry the current; NAN: unknown */
};

enum sg_verified {
	SG_VERIFIED_UNCLEAR, /**< the pulse cannot tell */
	SG_VERIFIED_SHORT,   /**< short confirmed */
	SG_VERIFIED_SENSE,   /**< sense lead lost, not a short */
};

/** The verdict and what it rests on. Voltages and currents have the signs they were read with. */
struct sg_verification {
	enum sg_verified verified;
	const char *because; /**< a few words, static storage */
	double rest_v;       /**< mean of the rest; NAN: no readings */
	double half_v;       /**< mean at half the current */
	double half_a;
	double ohm;          /**< change of voltage over change of current, from the rest to half the current */
	double ohm_sigma;    /**< of it, one standard deviation of the mean */
	double before_ohm;   /**< the same from the rest to the alarm */
};

/** Judge. The parts may hold too few readings: then it is unclear. */
void sg_verify(const struct sg_verify_before *before, const struct sg_pulse_readings parts[SG_PULSE_PARTS],
	       struct sg_verification *out);

/** A pulse that was not finished, or never begun, because of what is said. Static storage. */
void sg_verify_not(const char *because, struct sg_verification *out);

/** The event that tells of it: value is the resistance of the pulse, reference that of the alarm. */
void sg_verify_tell(const struct sg_verify_before *before, const struct sg_verification *verification, double time_s,
		    struct sg_event *event);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The guard: a handful of limits, held against every sample, knowing nothing of procedures. It stands
 * before the detectors and the engine on the way of a sample, and its word is final: a trip means
 * "cell off now". Limits hold from the first sample on; one sample is enough to trip.
 */
#ifndef SG_EXPERIMENT_GUARD_H
#define SG_EXPERIMENT_GUARD_H

#include <stdbool.h>

#include "core/event.h"
#include "core/sample.h"
#include "experiment/experiment.h"

enum sg_trip {
	SG_TRIP_NONE,
	SG_TRIP_VOLTAGE,
	SG_TRIP_CURRENT,
	SG_TRIP_TEMPERATURE,
	SG_TRIP_CHARGE,
	SG_TRIP_SILENCE,
	SG_TRIP_CONTROL, /**< the instrument does not do what it is told, see SG_FLAG_UNCONTROLLED */
};

struct sg_guard {
	struct sg_limits limits;
	double area_cm2;
	double alive_s; /**< test time at which something trustworthy was last heard */
	double known_s; /**< of the last sample whose temperature was not stale; before one: of the first. NAN: none yet */
};

void sg_guard_init(struct sg_guard *guard, const struct sg_limits *limits, double area_cm2);

/**
 * A temperature that a limit is held against and that has been stale (see SG_FLAG_STALE: no reading for 60 s) for longer
 * than this trips that limit: what is not known is not within it.
 */
#define SG_GUARD_STALE_S 30.0

/** Something is about to flow from time_s on: silence is counted from here. */
void sg_guard_arm(struct sg_guard *guard, double time_s);

/**
 * Hold one sample against every limit. A value that is not a number trips the limit it cannot be
 * held against, except the temperature of a rig without a chamber (NAN), which has no limit then.
 *
 * @param net_charge_c  signed charge since the run began
 * @param event         filled when the answer is not NONE
 */
enum sg_trip sg_guard_sample(struct sg_guard *guard, const struct sg_sample *sample, double time_s,
			     double net_charge_c, struct sg_event *event);

/** No sample came: is it too long? For use while a current flows. */
enum sg_trip sg_guard_silence(struct sg_guard *guard, double time_s, struct sg_event *event);

/** Stable name for result.json: "limit_voltage", ...; "instrument" for CONTROL. */
const char *sg_trip_name(enum sg_trip trip);

#endif

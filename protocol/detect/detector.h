/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The streaming detectors of one cell: fixed memory, O(1) per sample, no allocation, the same input
 * gives the same events on every machine. Used alike by a live run and by a replay.
 */
#ifndef SG_DETECT_DETECTOR_H
#define SG_DETECT_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

/** What is known of the cell and the bench before the first sample. NAN where unknown. */
struct sg_detect_config {
	double area_cm2;
	double expected_ohm;    /**< total DC resistance from geometry or impedance, or NAN */
	double compliance_v;    /**< |V| at which the source no longer holds its current, or NAN */
	double voltage_noise_v; /**< rms, or NAN: learned */
	double current_noise_a; /**< rms, or NAN: learned */
};

/** One reading as detectors see it: from a live sample or from a table row. */
struct sg_reading {
	double time_s;
	double voltage_v;
	double current_a;
	double set_a;         /**< NAN if the table does not have it */
	double temperature_c; /**< NAN if unknown */
	/**
	 * Fraction of the diffusion limit used by the electrode that is being stripped, upper end of its interval; NAN
	 * if unknown. Below 0.3 polarization has to show twice as long, above 0.9 half as long.
	 */
	double limit_fraction;
	uint32_t flags;       /**< of enum sg_flag */
	uint32_t step;        /**< step count, or 0 if unknown: then changes of current are found from the current */
};

/** Room for the events one reading can cause. */
#define SG_DETECT_EVENTS_MAX 12


#include "detect/state.h"

/** Start. Storage is the caller's: struct sg_detector is complete in detect/state.h, at most 4.5 kB. */
void sg_detector_init(struct sg_detector *detector, const struct sg_detect_config *config);

/**
 * Feed one reading.
 * @param events  at least SG_DETECT_EVENTS_MAX
 * @return how many events were written
 */
size_t sg_detector_feed(struct sg_detector *detector, const struct sg_reading *reading, struct sg_event *events);

/** Apparent resistance V/I of the last valid reading, ohm; NAN if not valid (rest, blanked, compliance). */
double sg_detector_resistance_ohm(const struct sg_detector *detector);

/** The baseline it is held against now, ohm; NAN while learning. */
double sg_detector_baseline_ohm(const struct sg_detector *detector);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Does a low voltage rise as that of a cell that comes out of a reversal must? A straight line through the
 * readings, and how sure its slope is. What is flatter than the slowest such cell (thresholds.h) is no transient.
 */
#ifndef SG_DETECT_RISE_H
#define SG_DETECT_RISE_H

#include "detect/detector.h"

/** Begin anew. */
void sg_rise_init(struct sg_rise *rise);

/** A reading of V/I, at a time later than the one before. */
void sg_rise_feed(struct sg_rise *rise, double ohm, double now_s);

/**
 * The least that V/I rises by, ohm a second, while a healthy cell comes out of a reversal and stands below
 * SG_SHORT_FRACTION.
 * @param before_s  how long the current before flowed
 * @param ratio     of that current to this one, both as magnitudes
 */
double sg_rise_least_ohm_s(double expected_ohm, double before_s, double ratio);

/** It rises by less than least_ohm_s. noise_ohm: rms of one reading; code_ohm: its resolution. */
bool sg_rise_is_below(const struct sg_rise *rise, double least_ohm_s, double noise_ohm, double code_ohm);

/** It rises by more than least_ohm_s, and not by chance. noise_ohm: as above. */
bool sg_rise_is_above(const struct sg_rise *rise, double least_ohm_s, double noise_ohm);

/** It rises, and not by chance. noise_ohm: as above. */
bool sg_rise_is_seen(const struct sg_rise *rise, double noise_ohm);

/** It falls, by so many sigma of what noise makes of its slope. noise_ohm: as above. */
bool sg_rise_is_falling(const struct sg_rise *rise, double noise_ohm, double sigma);

/** Of the line, ohm a second; of two readings at least. */
double sg_rise_slope(const struct sg_rise *rise);

/** How long a flat line takes to be known as below least_ohm_s, s. */
double sg_rise_time_s(double least_ohm_s, double noise_ohm, double interval_s);

#endif

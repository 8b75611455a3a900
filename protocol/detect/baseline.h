/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the cell normally does: apparent resistance by phase (time since the current changed, bins of
 * ratio 2), polarity and history, and the late-phase scale. Everything is kept at 25 degC.
 *
 * A gel or liquid cell builds up concentration polarization in every half-step and starts the next one
 * near zero or even negative: only the same phase of the same kind of half-step can be compared.
 */
#ifndef SG_DETECT_BASELINE_H
#define SG_DETECT_BASELINE_H

#include "detect/detector.h"

/** expected_ohm at the temperature of the test, or NAN. */
void sg_baseline_init(struct sg_baseline *baseline, double expected_ohm);

/** R(T) / R(25 degC) of an ionic conductor; 1 if the temperature is unknown. */
double sg_baseline_thermal(double temperature_c);

/** The sensor's temperature now, dt_s after the latest; NAN is ignored. */
void sg_baseline_temperature(struct sg_baseline *baseline, double temperature_c, double dt_s);

/** The stretch that was learned is over; `keep` says that its readings were those of a healthy cell. */
void sg_baseline_close(struct sg_baseline *baseline, const struct sg_stretch *stretch, bool keep);

/** A stretch begins. @return true if its current is so far above all before that what was learned is void */
bool sg_baseline_begin(struct sg_baseline *baseline, double level_a);

/** A reading of a healthy cell on its level. settled: counts for the plateau too. */
void sg_baseline_learn(struct sg_baseline *baseline, const struct sg_stretch *stretch, double now_s, double ohm,
		       double temperature_c, bool settled);

/** The resistance expected late in a half-step at the hottest the cell can be; NAN if unknown. */
double sg_baseline_expected_ohm(const struct sg_baseline *baseline);

/** The mean at this phase, polarity and history; NAN while learning. */
double sg_baseline_ohm(const struct sg_baseline *baseline, const struct sg_stretch *stretch, double now_s,
		       double temperature_c);

#endif

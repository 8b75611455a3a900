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

/** exp(x), by a polynomial where x is small, for it is needed at every reading. */
double sg_baseline_exp(double x);

/** The sensor's temperature now, dt_s after the latest; NAN is ignored. */
void sg_baseline_temperature(struct sg_baseline *baseline, double temperature_c, double dt_s);

/** The stretch that was learned is over; `keep` says that its readings were those of a healthy cell. */
void sg_baseline_close(struct sg_baseline *baseline, const struct sg_stretch *stretch, double now_s, bool keep);

/**
 * A stretch begins.
 * @param same_voltage  the voltage is that of before
 * @return true if its current is so far above all before that what was learned is void
 */
bool sg_baseline_begin(struct sg_baseline *baseline, const struct sg_stretch *stretch, bool same_voltage);

/** The median of the latest three readings of a stretch; ohm at 25 degC. */
double sg_baseline_smooth(struct sg_baseline *baseline, double ohm);

/** A settled reading of a cell without a hard short: it counts for the plateau. Smoothed, ohm at 25 degC. */
void sg_baseline_learn_plateau(struct sg_baseline *baseline, double ohm);

/**
 * A reading of a healthy cell on its level: it counts for its bin of phase.
 * @param ohm  smoothed, at 25 degC
 * @param off  its distance from what was expected, relative to the scale; NAN: nothing was, or it is not settled
 */
void sg_baseline_learn(struct sg_baseline *baseline, const struct sg_stretch *stretch, double now_s, double ohm,
		       double off);

/** What was read in this bin of phase may not have been the healthy cell. */
void sg_baseline_forget_visit(struct sg_baseline *baseline);

/** What a reading is held against; ohms at 25 degC. */
struct sg_expected {
	double mean_ohm;      /**< NAN: nothing is known of this phase, polarity and history */
	double reference_ohm; /**< of slow polarization; NAN as above */
	double warmth;        /**< of the mean */
	double reference_warmth; /**< of the reference */
	double variance;      /**< of a visit about the mean, relative to the scale */
	double steps;         /**< half of that from one visit to the next: without a drift */
	double slope_ohm;     /**< over the bin */
	double falling;       /**< by how much the latest visit of an unsettled phase fell, relative to the scale */
	double rested;        /**< ... what another rest before a reversal leaves open, relative to the scale */
	double strange;       /**< another current or duration than it was learned at: relative uncertainty */
	bool frozen;          /**< the reference is */
	bool settled;         /**< the mean is */
	bool flat;            /**< it is what the cell shows at all phases */
};

struct sg_expected sg_baseline_look(const struct sg_baseline *baseline, const struct sg_stretch *stretch, double now_s);

/** How much R changes between the warmth that was learned and another, by what the cell's own energy is off 0.35 eV. */
double sg_baseline_own_warmth(const struct sg_baseline *baseline, double learned, double now);

/** By how much it is off, as far as learned: within SG_WARM_MOST_EV. */
double sg_baseline_own_ev(const struct sg_baseline *baseline);

/** How unsure that factor's logarithm is (1 sigma), at the worst warmth the cell can have. */
double sg_baseline_warmth_unsure(const struct sg_baseline *baseline, double learned);

/** More resistance in series from now on, at 25 degC. */
void sg_baseline_shift(struct sg_baseline *baseline, double ohm);

/** The resistance expected late in a half-step at the hottest the cell can be; NAN if unknown. */
double sg_baseline_expected_ohm(const struct sg_baseline *baseline);

/** The mean at this phase, polarity and history, at the present temperature; NAN while learning. */
double sg_baseline_ohm(const struct sg_baseline *baseline, const struct sg_stretch *stretch, double now_s);

#endif

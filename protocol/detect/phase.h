/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Bins of phase: what the cell showed so long after its current changed, visit by visit. A bin spans a ratio of
 * 2 and holds a straight line, how much visits differ, and the reference that slow polarization is held against.
 * Ohms at 25 degC; after a reversal as if of equal currents (baseline.c).
 */
#ifndef SG_DETECT_PHASE_H
#define SG_DETECT_PHASE_H

#include "detect/detector.h"

/** Bin of a phase, and where in it: 1 at its beginning, 2 at its end; 1.5 in a bin that is not divided. */
int sg_phase_find(double phase_s, double *place);

/** Forget the readings of the visit, begin one in bin k (-1: in none). */
void sg_phase_open(struct sg_visit *visit, int k);

/** A reading of the visit. off: its distance from what was expected, relative to the scale; NAN: nothing was. */
void sg_phase_add(struct sg_visit *visit, double place, double ohm, double warmth, double off);

/** How a visit goes into its bin. */
struct sg_phase_rules {
	double slope_gain; /**< ohm of the bin for one of the visit: 1, or as if of equal currents */
	double offset_ohm;
	double scale_ohm;  /**< at 25 degC, NAN: unknown */
	double age_h;      /**< since the latest such stretch */
	double own_ev;     /**< what the cell's activation energy is off 0.35 eV */
	double warmth_off; /**< how far off its being unknown may make the visit, relative to the scale */
	double carried;    /**< excess that a reference taken now has */
	bool risen;        /**< the resistance stands above its reference: not how a healthy one varies */
	bool anew;         /**< current or duration are not those the bin was learned at */
	bool spread_too;   /**< the visits' differences are those of a healthy cell */
};

void sg_phase_commit(struct sg_phase_bin *bin, const struct sg_visit *visit, const struct sg_phase_rules *rules);

/** Visits no longer move as those of a new cell do. */
bool sg_phase_is_settled(const struct sg_phase_bin *bin);

/** What is expected at a place of the bin. */
double sg_phase_mean_ohm(const struct sg_phase_bin *bin, double place);
double sg_phase_reference_ohm(const struct sg_phase_bin *bin, double place);

/** Mean square of a visit about the mean, relative to the scale, with what few visits leave unknown. */
double sg_phase_variance(const struct sg_phase_bin *bin);

/** The same from one visit to the next, halved: a drift is not in it. */
double sg_phase_steps(const struct sg_phase_bin *bin);

/** By how much the latest visit fell, relative to the scale: the next ones of a new cell may go on with that. 0: settled. */
double sg_phase_falling(const struct sg_phase_bin *bin);

/** More resistance in series from now on. */
void sg_phase_shift(struct sg_phase_bin *bin, double ohm);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Polarization inside one long step, where no baseline exists yet: the resistance is kept on a geometric grid of phases, and
 * what was read at a quarter and at a half of the present phase is drawn on as a straight line. Diffusion and
 * charging rise ever more slowly and stay below that line; a loss of contact or of supply rises above it.
 */
#ifndef SG_DETECT_LONG_STEP_H
#define SG_DETECT_LONG_STEP_H

#include "detect/residual.h"

void sg_long_step_init(struct sg_long_step *step);

/**
 * A settled reading, as if of the coldest cell, at 25 degC.
 * @return R over what the course until half of the phase says, minus 1; NAN: not known yet
 */
double sg_long_step_feed(struct sg_long_step *step, double phase_s, double ohm, double noise_ohm);

/** A reading, for the curvature of ln V; ohm at 25 degC. */
struct sg_curve {
	double now_s;
	double ohm;
	double noise_ohm; /**< of one reading */
	double interval_s;
	double current_a;
	double charge_c;  /**< of the step until now */
};

/**
 * The same reading, for the curvature of ln V.
 * @return true if the largest so far is one: it has since fallen to half of that, by more than its error. It is in
 * step->curved_s and the fields beside it. Never in a step that ends while the voltage still bends ever more.
 */
bool sg_long_step_curve(struct sg_long_step *step, const struct sg_curve *now);

/** More resistance in series from now on. */
void sg_long_step_shift(struct sg_long_step *step, double ohm);

#endif

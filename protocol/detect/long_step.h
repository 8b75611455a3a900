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
double sg_long_step_feed(struct sg_long_step *step, double phase_s, double ohm);

/**
 * The same reading, for the curvature of ln V.
 * @return true if it is the largest so far: at *back_s before now
 */
bool sg_long_step_curve(struct sg_long_step *step, double now_s, double ohm, double interval_s, double *back_s);

/** More resistance in series from now on. */
void sg_long_step_shift(struct sg_long_step *step, double ohm);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The resistance in series: what a change of the current makes of the voltage at once, half-step by half-step. Contact that is
 * lost, in the cell or outside, is in it whole; concentration polarization, which may be five times as large and is another
 * one at each current, is not, for it needs time to change. So half-steps of a rate test are alike in it.
 * Each kind of change (to which current, read how late) is a slot of its own, with a reference as
 * in phase.h: it settles, then follows down at once, and up as slowly as healthy cells age.
 */
#ifndef SG_DETECT_SERIES_H
#define SG_DETECT_SERIES_H

#include "detect/residual.h"

void sg_series_init(struct sg_series *series);

/**
 * A reading with a current: the first ones of a stretch count. learnable: nothing looks other than healthy.
 * @return whether a change of current was looked at
 */
bool sg_series_feed(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
		    bool learnable);

/** More resistance in series from now on, at 25 degC. */
void sg_series_shift(struct sg_series *series, double ohm);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Some cells, ceramic ones above all, show the same resistance at all phases, polarities and histories. Once such a cell
 * has shown it, all its readings can be compared with one mean, long before every bin of phase had three visits.
 * A cell that builds up concentration never counts as one: its bins differ by far more than 2 %.
 */
#ifndef SG_DETECT_FLAT_H
#define SG_DETECT_FLAT_H

#include "detect/detector.h"

/** A visit of a bin that began 8 s or more after the current changed. ohm and warmth: its means, ohm at 25 degC. */
void sg_flat_learn(struct sg_flat *flat, double ohm, double warmth, const struct sg_stretch *stretch);

bool sg_flat_is_known(const struct sg_flat *flat, const struct sg_stretch *stretch);

/** Mean square of a visit about the mean, relative. */
double sg_flat_variance(const struct sg_flat *flat);

/** More resistance in series from now on. */
void sg_flat_shift(struct sg_flat *flat, double ohm);

#endif

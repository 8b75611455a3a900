/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Polarization: contact, or the supply of metal to it, is being lost. Over cycles the resistance rises above the frozen
 * reference of the same phase; inside one long step above its own course (long_step.h). The marks t10, t_inflect,
 * t2x and t_compl, with the areal capacity of the half-step at each, are in struct sg_polarization.
 */
#ifndef SG_DETECT_POLARIZATION_H
#define SG_DETECT_POLARIZATION_H

#include "detect/residual.h"

void sg_polarization_init(struct sg_polarizing *polarizing);

/**
 * A reading of a cell without a hard short, leads not in doubt. learnable: nothing looks other than healthy.
 * @return events written, at most 2
 */
size_t sg_polarization_feed(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
			    bool learnable, struct sg_event *events);

/** exp(warm) - 1 - warm: by how much more what is colder rises than what is warmer falls. */
double sg_polarization_colder(double warm);

/** The voltage is on the rail of the source. */
void sg_polarization_rail(struct sg_detector *detector, double time_s);

/** Readings are missing: runs begin anew. */
void sg_polarization_break(struct sg_polarizing *polarizing);

#endif

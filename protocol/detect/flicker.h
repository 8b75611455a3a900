/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The soft short that comes and goes: the voltage falls from one reading to the next and comes back to where it was,
 * again and again; or it stays there. Each dip is held against the readings beside it, so that no baseline is needed.
 */
#ifndef SG_DETECT_FLICKER_H
#define SG_DETECT_FLICKER_H

#include "detect/residual.h"

void sg_flicker_init(struct sg_flicker *flicker);

/**
 * A settled reading of a cell without a hard short, leads not in doubt.
 * @return events written, 0 or 1
 */
size_t sg_flicker_feed(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
		       struct sg_event *event);

/** Readings are missing, or were not the cell's. */
void sg_flicker_break(struct sg_flicker *flicker);

#endif

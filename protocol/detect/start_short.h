/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A cell that was shorted before the first current: a flat, low, rectangular voltage that looks like a good cell. Only
 * what the resistance should be (geometry, impedance) can tell. Without it the question is left open, and said so, once.
 */
#ifndef SG_DETECT_START_SHORT_H
#define SG_DETECT_START_SHORT_H

#include "detect/residual.h"

void sg_start_short_init(struct sg_start_short *start);

/**
 * A settled reading with a current.
 * @return events written, 0 or 1
 */
size_t sg_start_short_feed(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
			   struct sg_event *event);

#endif

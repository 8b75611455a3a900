/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The soft short: resistance below its own baseline of the same phase, polarity and history. A CUSUM for each polarity
 * finds what lasts: a step, a slow decline, a filament that conducts in one polarity only, creep before a hard short.
 * What flickers is found by flicker.h. Nothing is told while the baseline is learned, during a hard short, or while
 * leads are in doubt (contact.h).
 */
#ifndef SG_DETECT_SOFT_SHORT_H
#define SG_DETECT_SOFT_SHORT_H

#include "detect/residual.h"

void sg_soft_short_init(struct sg_soft_short *soft);

/**
 * A reading of a cell without a hard short, on its level, leads not in doubt.
 * @return events written, 0 or 1
 */
size_t sg_soft_short_feed(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
			  struct sg_event *event);

/** It was told of this polarity, by another. */
void sg_soft_short_take(struct sg_soft_short *soft, int polarity);

/** What is read in this polarity is the healthy cell: to be learned from. */
bool sg_soft_short_is_quiet(const struct sg_soft_short *soft, int polarity);

/** Readings are missing, or were not the cell's: the block at hand begins anew. */
void sg_soft_short_break(struct sg_soft_short *soft);

#endif

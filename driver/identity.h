/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Is this the instrument we had before? Asked when a link that was lost comes back.
 */
#ifndef SG_IDENTITY_H
#define SG_IDENTITY_H

#include <stdbool.h>

#include "device.h"

/**
 * The same unit, by the strongest evidence both have: serial numbers; else marks (what is stored inside
 * one unit only, such as its calibration), wherever on the bus it is now; else the place on the bus.
 * Families must be equal. With nothing in common to go by it is not the same.
 *
 * Two units without serial number and without mark that change places look the same: nothing the
 * instrument says tells them apart.
 */
bool sg_identity_same(const struct sg_identity *before, const struct sg_identity *now);

#endif

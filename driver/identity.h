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
 * The same unit: families, serial numbers and marks (what is stored inside one unit only, such as its calibration)
 * are all equal, wherever on the bus it is now; if it has neither number nor mark, so is the place on the bus. With
 * nothing in common to go by it is not the same.
 *
 * A number alone does not do where there is a mark: a string that is compiled into the firmware is the same in every
 * board its maker built. A unit that is calibrated anew behind our back is another one until the run is over.
 *
 * Two units without serial number and without mark that change places look the same: nothing the
 * instrument says tells them apart.
 */
bool sg_identity_same(const struct sg_identity *before, const struct sg_identity *now);

#endif

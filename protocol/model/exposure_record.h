/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The state of an exposure as bytes, for a checkpoint, and back bit for bit: a run that is continued from it goes on as if it
 * had never stopped, on any machine.
 *
 *     offset  bytes
 *          0      8  "SGEXPOSR"
 *          8      4  version, 1
 *         12      4  length of the whole record, SG_EXPOSURE_RECORD_SIZE
 *         16     16  name of the set of constants, filled up with 0
 *         32    104  13 doubles: concentration, expansion, melting, D0 (2), Q (2), only temperature; area, thickness,
 *                    temperature, least and largest D
 *        136     72  9 doubles: widening (2), temperature, speed, density, clock, elapsed, flux, current
 *        208     96  4 gaps of 3 doubles: begin, end, half width
 *        304     72  3 times 3 doubles: charges, surfaces, holds (linear, A, B)
 *        376   1632  3 times 68 doubles: modes
 *       2008      8  gaps in all, flags
 *       2016      4  CRC-32 (ISO 3309, as in zip) of all before it
 *
 * Numbers least byte first, doubles as IEEE 754. What follows from the configuration is worked out again, so the
 * record must meet the same constants; if they differ it is of another cell, or of another set, and is refused.
 */
#ifndef SG_MODEL_EXPOSURE_RECORD_H
#define SG_MODEL_EXPOSURE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "model/exposure.h"

#define SG_EXPOSURE_RECORD_SIZE 2020

/** Write the state to record. */
void sg_exposure_save(const struct sg_exposure *exposure, uint8_t record[SG_EXPOSURE_RECORD_SIZE]);

/**
 * Begin with a configuration and go on from a saved state. Any bytes may be given. Time since the record was
 * made is the caller's to feed: as a rest if the cell is known to have been off, as a gap if not, and as
 * sg_exposure_set_unknown() if nobody can say.
 *
 * @param exposure  written only on SG_OK
 * @param why       what is wrong, for a person; may be NULL
 *
 * @retval SG_ERR_FRAME     no record, of another version, cut off, or damaged
 * @retval SG_ERR_IDENTITY  made with other constants or for another cell; why names the first that differs
 * @retval SG_ERR_VALUE     whole, but no state there can be
 * @retval others           as sg_exposure_init() of the configuration
 */
enum sg_err sg_exposure_restore(struct sg_exposure *exposure, const struct sg_exposure_config *config,
				const uint8_t *record, size_t size, struct sg_text *why);

#endif

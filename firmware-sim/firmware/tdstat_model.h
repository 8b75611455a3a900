/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The two boards of the family: the TDstat of 2017, and the MYSTAT that came of it with more volts and amperes.
 *
 * Source: thomasdob/tdstatv3, full_schematic.pdf and python/tdstatv3.py; for the MYSTAT the article
 * PMC9041188 and the GUI of the Flow Battery Research Collective.
 */
#ifndef FW_TDSTAT_MODEL_H
#define FW_TDSTAT_MODEL_H

#include <stddef.h>

#include "plant/afe.h"

#define FW_TDSTAT_RANGES_MAX 4

struct fw_tdstat_model {
	const char *name;       /**< "v3", "mystat" */
	size_t range_count;     /**< RANGE 1 .. so many */
	double shunt_ohm[FW_TDSTAT_RANGES_MAX]; /**< of RANGE 1, 2, ... */
	double span_v;          /**< potential at 2^21 counts, both signs */
	size_t shunt_bytes;     /**< of the shunt record */
	double shunt_step;      /**< one count of it, relative */
	struct fw_afe_config afe; /**< the drive only: converters are in tdstat_converter.h */
};

/** NULL asks for the default. Returns NULL for a name that is not known. */
const struct fw_tdstat_model *fw_tdstat_model_find(const char *name);

/** Current at full scale (2^21 counts) with a shunt of so many ohms: the amplifier takes ten times its voltage. */
double fw_tdstat_full_scale_a(double shunt_ohm);

#endif

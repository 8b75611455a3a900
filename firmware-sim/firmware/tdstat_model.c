/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/tdstat_model.h"

#include <string.h>

/* ADR421 reference, and the gain of the current amplifier (18k/2k and the follower). Source: full_schematic.pdf. */
#define REFERENCE_V 2.5
#define CURRENT_GAIN 10.0

/* One ladder entry each: the front end of plant/ is used as a drive, and drives through true amperes. */
static const double v3_currents_a[] = {60e-3};
static const double mystat_currents_a[] = {400e-3};
static const double unused_v[] = {1.0};

#define LADDER(values) { .nominal = (values), .count = 1, .overload = 10.0, .warning = 10.0 }

#define MODELS 2
static const struct fw_tdstat_model models[MODELS] = {
	{
		.name = "v3",
		.range_count = 3,
		.shunt_ohm = {10.0, 1e3, 100e3},
		.span_v = 8.0,
		.shunt_bytes = 6,
		.shunt_step = 1e-6,
		.afe = {
			/* Assumed: about 9 V from the charge pump less the drops of the amplifier. */
			.compliance_v = 8.4,
			/* Assumed: "the op-amp limits well above" the 28 mA at which the converter ends. */
			.current_max_a = 60e-3,
			.current = LADDER(v3_currents_a),
			.potential = LADDER(unused_v),
		},
	},
	{
		.name = "mystat",
		.range_count = 4,
		.shunt_ohm = {1.0, 10.0, 1e3, 100e3},
		.span_v = 13.4,
		.shunt_bytes = 8,
		.shunt_step = 1e-5,
		.afe = {
			/* Source: article: about +-12 V at the cell. */
			.compliance_v = 12.2,
			.current_max_a = 400e-3, /* Assumed, as above */
			.current = LADDER(mystat_currents_a),
			.potential = LADDER(unused_v),
		},
	},
};

const struct fw_tdstat_model *fw_tdstat_model_find(const char *name)
{
	if (!name)
		return &models[0];
	for (const struct fw_tdstat_model *model = models; model < models + MODELS; model++) {
		if (!strcmp(model->name, name))
			return model;
	}
	return NULL;
}

double fw_tdstat_full_scale_a(double shunt_ohm)
{
	return REFERENCE_V / (CURRENT_GAIN * shunt_ohm);
}

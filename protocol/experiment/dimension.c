/* SPDX-License-Identifier: Apache-2.0 */
/* The words for dimensions, for messages. */
#include "experiment/quantity.h"

static const struct words {
	const char *name;
	const char *unit;
	const char *example;
	const char *units;
} words[SG_DIMENSIONS] = {
	[SG_DIM_DURATION] = { "a duration", "s", "min", "ms, s, min, h, d" },
	[SG_DIM_CURRENT] = { "a current", "A", "mA", "uA, mA, A" },
	[SG_DIM_DENSITY] = { "a current density", "mA/cm2", "mA/cm2", "uA/cm2, mA/cm2, A/cm2, A/m2" },
	[SG_DIM_CHARGE] = { "a charge", "mAh", "mAh", "uAh, mAh, Ah" },
	[SG_DIM_AREAL_CHARGE] = { "an areal charge", "mAh/cm2", "mAh/cm2", "uAh/cm2, mAh/cm2, C/cm2" },
	[SG_DIM_VOLTAGE] = { "a voltage", "V", "V", "mV, V" },
	[SG_DIM_TEMPERATURE] = { "a temperature", "degC", "degC", "degC" },
	[SG_DIM_TEMPERATURE_DIFFERENCE] = { "a temperature difference", "K", "K", "K" },
	[SG_DIM_RESISTANCE] = { "a resistance", "ohm", "ohm", "mohm, ohm, kohm" },
	[SG_DIM_AREAL_RESISTANCE] = { "an areal resistance", "ohm cm2", "ohm cm2", "ohm cm2" },
};

const char *sg_dimension_name(enum sg_dimension dimension)
{
	return words[dimension].name;
}

const char *sg_dimension_unit(enum sg_dimension dimension)
{
	return words[dimension].unit;
}

const char *sg_dimension_example(enum sg_dimension dimension)
{
	return words[dimension].example;
}

const char *sg_dimension_units(enum sg_dimension dimension)
{
	return words[dimension].units;
}

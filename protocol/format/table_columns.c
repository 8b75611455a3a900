/* SPDX-License-Identifier: Apache-2.0 */
#include "format/table_columns.h"

#include <string.h>

static const struct column {
	const char *heading;
	enum sg_quantity quantity;
	double factor;
} columns[] = {
	{ "Test Time / s", SG_QUANTITY_TIME, 1.0 },
	{ "test_time_second", SG_QUANTITY_TIME, 1.0 },
	{ "time_s", SG_QUANTITY_TIME, 1.0 },
	{ "Current / A", SG_QUANTITY_CURRENT, 1.0 },
	{ "current_ampere", SG_QUANTITY_CURRENT, 1.0 },
	{ "current_A", SG_QUANTITY_CURRENT, 1.0 },
	{ "Current / mA", SG_QUANTITY_CURRENT, 1e-3 },
	{ "current_mA", SG_QUANTITY_CURRENT, 1e-3 },
	{ "Voltage / V", SG_QUANTITY_VOLTAGE, 1.0 },
	{ "voltage_volt", SG_QUANTITY_VOLTAGE, 1.0 },
	{ "voltage_V", SG_QUANTITY_VOLTAGE, 1.0 },
	{ "Voltage / mV", SG_QUANTITY_VOLTAGE, 1e-3 },
	{ "voltage_mV", SG_QUANTITY_VOLTAGE, 1e-3 },
	{ "Ambient Temperature / degC", SG_QUANTITY_TEMPERATURE, 1.0 },
	{ "ambient_temperature_celsius", SG_QUANTITY_TEMPERATURE, 1.0 },
	{ "temp_C", SG_QUANTITY_TEMPERATURE, 1.0 },
	{ "Step Count / 1", SG_QUANTITY_STEP, 1.0 },
	{ "step_count", SG_QUANTITY_STEP, 1.0 },
	{ "Step Time / s", SG_QUANTITY_STEP_TIME, 1.0 },
	{ "step_time_second", SG_QUANTITY_STEP_TIME, 1.0 },
};

enum sg_quantity sg_table_column(const char *heading, double *factor)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (strcmp(columns[i].heading, heading) == 0) {
			*factor = columns[i].factor;
			return columns[i].quantity;
		}
	}
	return SG_QUANTITY_NONE;
}

const char *sg_quantity_name(enum sg_quantity quantity)
{
	switch (quantity) {
	case SG_QUANTITY_TIME:
		return "time (time_s or \"Test Time / s\")";
	case SG_QUANTITY_CURRENT:
		return "current (current_A or \"Current / A\")";
	case SG_QUANTITY_VOLTAGE:
		return "voltage (voltage_V or \"Voltage / V\")";
	case SG_QUANTITY_TEMPERATURE:
		return "temperature (temp_C or \"Ambient Temperature / degC\")";
	case SG_QUANTITY_STEP:
		return "step count (\"Step Count / 1\")";
	case SG_QUANTITY_STEP_TIME:
		return "step time (\"Step Time / s\")";
	case SG_QUANTITIES:
		break;
	}
	return "unknown";
}

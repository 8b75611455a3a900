/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for the whole run: the record, the limits, the temperature. */
#include "experiment/section.h"

#include <math.h>

const struct sg_bounds sg_bounds_duration = { 0, 1e9, true };
const struct sg_bounds sg_bounds_duration_or_none = { 0, 1e9, false };
const struct sg_bounds sg_bounds_interval = { 1e-6, 86400, false };
const struct sg_bounds sg_bounds_voltage = { 0, 1000, true };
const struct sg_bounds sg_bounds_temperature = { -200, 1000, false };

static const struct sg_bounds difference_bounds = { 0, 100, true };

void sg_section_record(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	enum { INTERVAL, FOLDER, KEYS };
	static const struct sg_key keys[KEYS] = {
		[INTERVAL] = { "interval", "1 s", false },
		[FOLDER] = { "folder", "results", false },
	};
	struct sg_experiment *experiment = reading->experiment;
	const struct sg_yaml_node *values[KEYS];

	if (!node || !sg_keys_read(reading->diagnostics, node, "record", keys, KEYS, values))
		return;
	sg_value_quantity(reading->diagnostics, values[INTERVAL], "interval", SG_DIM_DURATION, &sg_bounds_interval,
			  &experiment->interval_s);
	sg_value_text(reading->diagnostics, values[FOLDER], "folder", experiment->folder,
		      sizeof(experiment->folder));
}

static void read_temperature_limits(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	enum { MIN, MAX, KEYS };
	static const struct sg_key keys[KEYS] = {
		[MIN] = { "min", "10 degC", false },
		[MAX] = { "max", "40 degC", false },
	};
	struct sg_limits *limits = &reading->experiment->limits;
	const struct sg_yaml_node *values[KEYS];

	if (!node || !sg_keys_read(reading->diagnostics, node, "limits.temperature", keys, KEYS, values))
		return;
	sg_value_quantity(reading->diagnostics, values[MIN], "min", SG_DIM_TEMPERATURE, &sg_bounds_temperature,
			  &limits->temperature_min_c);
	sg_value_quantity(reading->diagnostics, values[MAX], "max", SG_DIM_TEMPERATURE, &sg_bounds_temperature,
			  &limits->temperature_max_c);
	if (limits->temperature_min_c >= limits->temperature_max_c)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "limits.temperature: min %.9g degC must be below max %.9g degC", limits->temperature_min_c,
			    limits->temperature_max_c);
	if (!reading->experiment->rig.chamber.present && !reading->chamber_unknown)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "limits.temperature cannot be watched without a chamber: add one to the rig, or leave it out");
}

void sg_section_limits(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	enum { VOLTAGE, CURRENT, TEMPERATURE, CHARGE, SILENCE, KEYS };
	static const struct sg_key keys[KEYS] = {
		[VOLTAGE] = { "voltage", "5 V", true },
		[CURRENT] = { "current", "20 mA", false },
		[TEMPERATURE] = { "temperature", "{min: 10 degC, max: 40 degC}", false },
		[CHARGE] = { "charge", "20 mAh/cm2", false },
		[SILENCE] = { "silence", "10 s", false },
	};
	static const struct sg_bounds current_bounds = { 0, 1e4, true };
	static const struct sg_bounds charge_bounds = { 0, 1e6, true };
	struct sg_diagnostics *diagnostics = reading->diagnostics;
	struct sg_limits *limits = &reading->experiment->limits;
	const struct sg_yaml_node *values[KEYS];

	if (!node || !sg_keys_read(diagnostics, node, "limits", keys, KEYS, values))
		return;
	sg_value_quantity(diagnostics, values[VOLTAGE], "voltage", SG_DIM_VOLTAGE, &sg_bounds_voltage,
			  &limits->voltage_v);
	sg_value_quantity(diagnostics, values[CURRENT], "current", SG_DIM_CURRENT, &current_bounds,
			  &limits->current_a);
	limits->voltage_at = sg_yaml_place(values[VOLTAGE]);
	limits->temperature_at = sg_yaml_place(values[TEMPERATURE]);
	read_temperature_limits(reading, values[TEMPERATURE]);
	sg_value_quantity(diagnostics, values[CHARGE], "charge", SG_DIM_AREAL_CHARGE, &charge_bounds,
			  &limits->charge_mah_cm2);
	if (sg_value_quantity(diagnostics, values[SILENCE], "silence", SG_DIM_DURATION, &sg_bounds_duration,
			      &limits->silence_s))
		reading->silence = values[SILENCE];
}

void sg_section_check_set_point(struct sg_reading *reading, const struct sg_yaml_node *node, double set_c)
{
	const struct sg_limits *limits = &reading->experiment->limits;

	if (!reading->experiment->rig.chamber.present && !reading->chamber_unknown)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "a temperature is set but the rig has no chamber: add 'chamber:' to the rig, or leave the "
			    "temperature out");
	if (set_c < limits->temperature_min_c || set_c > limits->temperature_max_c)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "%.9g degC lies outside limits.temperature (%.9g to %.9g degC): the guard would end the run",
			    set_c, limits->temperature_min_c, limits->temperature_max_c);
}

static void read_temperature_policies(struct sg_reading *reading, const struct sg_yaml_node *on_excursion,
				      const struct sg_yaml_node *at_end)
{
	static const char *const policies[] = {
		[SG_POLICY_FLAG] = "flag", [SG_POLICY_HOLD] = "hold", [SG_POLICY_STOP] = "stop",
	};
	static const char *const ends[] = { "keep", "off" };
	struct sg_temperature_config *temperature = &reading->experiment->temperature;
	size_t choice;

	if (sg_value_choice(reading->diagnostics, on_excursion, "on_excursion", policies, SG_COUNT(policies), &choice))
		temperature->on_excursion = (enum sg_policy)choice;
	if (sg_value_choice(reading->diagnostics, at_end, "at_end", ends, SG_COUNT(ends), &choice))
		temperature->stop_at_end = choice == 1;
}

void sg_section_temperature(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	enum { SET, TOLERANCE, SOAK, TIMEOUT, EXCURSION, ON_EXCURSION, AT_END, KEYS };
	static const struct sg_key keys[KEYS] = {
		[SET] = { "set", "25 degC", true },
		[TOLERANCE] = { "tolerance", "0.3 K", false },
		[SOAK] = { "soak", "10 min", false },
		[TIMEOUT] = { "timeout", "2 h", false },
		[EXCURSION] = { "excursion", "1.0 K", false },
		[ON_EXCURSION] = { "on_excursion", "hold", false },
		[AT_END] = { "at_end", "keep", false },
	};
	struct sg_diagnostics *diagnostics = reading->diagnostics;
	struct sg_temperature_config *temperature = &reading->experiment->temperature;
	const struct sg_yaml_node *values[KEYS];

	if (!node || !sg_keys_read(diagnostics, node, "temperature", keys, KEYS, values))
		return;
	temperature->present = true;
	temperature->set_at = sg_yaml_place(values[SET]);
	if (sg_value_quantity(diagnostics, values[SET], "set", SG_DIM_TEMPERATURE, &sg_bounds_temperature,
			      &temperature->set_c))
		sg_section_check_set_point(reading, values[SET], temperature->set_c);
	sg_value_quantity(diagnostics, values[TOLERANCE], "tolerance", SG_DIM_TEMPERATURE_DIFFERENCE,
			  &difference_bounds, &temperature->tolerance_k);
	sg_value_quantity(diagnostics, values[SOAK], "soak", SG_DIM_DURATION, &sg_bounds_duration_or_none,
			  &temperature->soak_s);
	sg_value_quantity(diagnostics, values[TIMEOUT], "timeout", SG_DIM_DURATION, &sg_bounds_duration,
			  &temperature->timeout_s);
	if (sg_value_quantity(diagnostics, values[EXCURSION], "excursion", SG_DIM_TEMPERATURE_DIFFERENCE,
			      &difference_bounds, &temperature->excursion_k) &&
	    temperature->excursion_k < temperature->tolerance_k)
		sg_diagnose(diagnostics, values[EXCURSION]->line, values[EXCURSION]->column,
			    "'excursion' %.9g K is smaller than the tolerance %.9g K: every small swing would count",
			    temperature->excursion_k, temperature->tolerance_k);
	read_temperature_policies(reading, values[ON_EXCURSION], values[AT_END]);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/procedure.h"

#include <math.h>

static const struct sg_bounds density_bounds = { 0, 1e5, true };
static const struct sg_bounds charge_bounds = { 0, 1e6, true };
/* For a setting that is a duration or an areal charge, in s or mAh/cm2. */
static const struct sg_bounds extent_bounds = { 0, 1e9, true };

static const char *const polarities[] = { "positive", "negative" };

static bool read_density(struct sg_reading *reading, const struct sg_yaml_node *node, const char *key, double *out)
{
	return sg_value_quantity(reading->diagnostics, node, key, SG_DIM_DENSITY, &density_bounds, out);
}

static void read_polarity(struct sg_reading *reading, const struct sg_yaml_node *node, const char *key,
			  struct sg_procedure *procedure)
{
	size_t choice;

	if (sg_value_choice(reading->diagnostics, node, key, polarities, SG_COUNT(polarities), &choice))
		procedure->negative_first = choice == 1;
}

/* How long one half lasts: by the clock or by charge, as the unit says. */
static void read_extent(struct sg_reading *reading, const struct sg_yaml_node *node, const char *key,
			struct sg_procedure *procedure)
{
	struct sg_quantity extent;

	procedure->half_step_s = NAN;
	procedure->half_step_mah_cm2 = NAN;
	if (!sg_value_either(reading->diagnostics, node, key, SG_DIM_DURATION, SG_DIM_AREAL_CHARGE, &extent_bounds,
			     &extent))
		return;
	if (extent.dimension == SG_DIM_DURATION)
		procedure->half_step_s = extent.value;
	else
		procedure->half_step_mah_cm2 = extent.value;
}

/* What ends a procedure; which of it, depends on its kind. */
static const struct sg_key end_keys[] = {
	{ "voltage", "4 V", false },
	{ "doubled", "true", false },
	{ "inflection", "true", false },
};
static const struct sg_key ramp_end_keys[] = {
	{ "voltage", "4 V", false },
	{ "short", "true", false },
};

static void read_end_voltage(struct sg_reading *reading, const struct sg_yaml_node *node, const char *where,
			     struct sg_procedure *procedure)
{
	const double limit_v = reading->experiment->limits.voltage_v;

	if (sg_value_quantity(reading->diagnostics, node, "voltage", SG_DIM_VOLTAGE, &sg_bounds_voltage,
			      &procedure->until_v) &&
	    limit_v > 0.0 && procedure->until_v > limit_v)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "%s.voltage of %.9g V lies beyond limits.voltage of %.9g V: the guard would end the run first",
			    where, procedure->until_v, limit_v);
}

/* `ends_on: {voltage: 4 V, short: true}` of a ramp. */
static void read_ramp_ends(struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_procedure *procedure)
{
	const struct sg_yaml_node *values[SG_COUNT(ramp_end_keys)];

	if (!node || !sg_keys_read(reading->diagnostics, node, "ends_on", ramp_end_keys, SG_COUNT(ramp_end_keys), values))
		return;
	read_end_voltage(reading, values[0], "ends_on", procedure);
	sg_value_bool(reading->diagnostics, values[1], "short", &procedure->stop_on_short);
}

/* `until: {voltage: 4 V, doubled: true}`; of a polarization also `inflection`. */
static void read_ends(struct sg_reading *reading, const struct sg_yaml_node *node, bool one_way,
		      struct sg_procedure *procedure)
{
	const struct sg_yaml_node *values[SG_COUNT(end_keys)] = { NULL };

	if (!node || !sg_keys_read(reading->diagnostics, node, "until", end_keys, one_way ? 3 : 2, values))
		return;
	read_end_voltage(reading, values[0], "until", procedure);
	sg_value_bool(reading->diagnostics, values[1], "doubled", &procedure->end_on_doubled);
	sg_value_bool(reading->diagnostics, values[2], "inflection", &procedure->end_on_inflection);
}

static void read_pace(struct sg_reading *reading, const struct sg_yaml_node *rest,
		      const struct sg_yaml_node *interval, struct sg_procedure *procedure)
{
	sg_value_quantity(reading->diagnostics, rest, "rest", SG_DIM_DURATION, &sg_bounds_duration_or_none,
			  &procedure->rest_s);
	sg_value_quantity(reading->diagnostics, interval, "interval", SG_DIM_DURATION, &sg_bounds_interval,
			  &procedure->interval_s);
}

/* Every half must last at least one sample. */
static void check_pace(struct sg_reading *reading, const struct sg_yaml_node *node,
		       const struct sg_procedure *procedure)
{
	double shortest_s = procedure->half_step_s;

	if (isnan(shortest_s) && procedure->to_ma_cm2 > 0.0)
		shortest_s = procedure->half_step_mah_cm2 / procedure->to_ma_cm2 * 3600.0;
	if (procedure->interval_s > shortest_s)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "the sample interval of %.9g s is longer than the shortest half-step of %.9g s",
			    procedure->interval_s, shortest_s);
	if (procedure->rest_s > 0.0 && procedure->interval_s > procedure->rest_s)
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "the sample interval of %.9g s is longer than the rest of %.9g s", procedure->interval_s,
			    procedure->rest_s);
}

static void check_ramp(struct sg_reading *reading, const struct sg_yaml_node *to,
		       const struct sg_procedure *procedure)
{
	const double from = procedure->from_ma_cm2;
	const double increments = (procedure->to_ma_cm2 - from) / procedure->increment_ma_cm2;
	double last;

	if (procedure->to_ma_cm2 < from) {
		sg_diagnose(reading->diagnostics, to->line, to->column,
			    "'to' %.9g mA/cm2 is below 'from' %.9g mA/cm2: a ccd goes up; for one level write both alike",
			    procedure->to_ma_cm2, from);
		return;
	}
	if (fabs(increments - round(increments)) <= 1e-6)
		return;
	last = from + floor(increments) * procedure->increment_ma_cm2;
	sg_diagnose(reading->diagnostics, to->line, to->column,
		    "'to' %.9g mA/cm2 is not met from %.9g in increments of %.9g: the last level would be %.9g mA/cm2; "
		    "write to: %.9g mA/cm2 or to: %.9g mA/cm2",
		    procedure->to_ma_cm2, from, procedure->increment_ma_cm2, last, last,
		    last + procedure->increment_ma_cm2);
}

void sg_procedure_ccd(struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_procedure *procedure)
{
	enum { FROM, TO, INCREMENT, HALF_STEP, FIRST, REST, ENDS_ON, INTERVAL, KEYS };
	static const struct sg_key keys[KEYS] = {
		[FROM] = { "from", "1.0 mA/cm2", true },
		[TO] = { "to", "9.0 mA/cm2", true },
		[INCREMENT] = { "increment", "1.0 mA/cm2", true },
		[HALF_STEP] = { "half_step", "5 min", true },
		[FIRST] = { "first", "positive", false },
		[REST] = { "rest", "0 s", false },
		[ENDS_ON] = { "ends_on", "{voltage: 4 V, short: true}", false },
		[INTERVAL] = { "interval", "1 s", false },
	};
	const struct sg_yaml_node *values[KEYS];
	bool from, to, increment;

	procedure->stop_on_short = true;
	if (!sg_keys_read(reading->diagnostics, node, "a ccd step", keys, KEYS, values))
		return;
	from = read_density(reading, values[FROM], "from", &procedure->from_ma_cm2);
	to = read_density(reading, values[TO], "to", &procedure->to_ma_cm2);
	increment = read_density(reading, values[INCREMENT], "increment", &procedure->increment_ma_cm2);
	if (from && to && increment)
		check_ramp(reading, values[TO], procedure);
	read_extent(reading, values[HALF_STEP], "half_step", procedure);
	read_polarity(reading, values[FIRST], "first", procedure);
	read_ramp_ends(reading, values[ENDS_ON], procedure);
	read_pace(reading, values[REST], values[INTERVAL], procedure);
	check_pace(reading, node, procedure);
}

void sg_procedure_cycle(struct sg_reading *reading, const struct sg_yaml_node *node,
			struct sg_procedure *procedure)
{
	enum { CURRENT, HALF_CYCLE, COUNT, FIRST, REST, UNTIL, INTERVAL, KEYS };
	static const struct sg_key keys[KEYS] = {
		[CURRENT] = { "current", "1 mA/cm2", true },
		[HALF_CYCLE] = { "half_cycle", "5 mAh/cm2", true },
		[COUNT] = { "count", "58", true },
		[FIRST] = { "first", "positive", false },
		[REST] = { "rest", "0 s", false },
		[UNTIL] = { "until", "{voltage: 4 V}", false },
		[INTERVAL] = { "interval", "1 s", false },
	};
	const struct sg_yaml_node *values[KEYS];
	long count;

	if (!sg_keys_read(reading->diagnostics, node, "a cycle step", keys, KEYS, values))
		return;
	read_density(reading, values[CURRENT], "current", &procedure->from_ma_cm2);
	procedure->to_ma_cm2 = procedure->from_ma_cm2;
	read_extent(reading, values[HALF_CYCLE], "half_cycle", procedure);
	if (sg_value_whole(reading->diagnostics, values[COUNT], "count", 1, 1000000, &count))
		procedure->count = (uint32_t)count;
	read_polarity(reading, values[FIRST], "first", procedure);
	read_ends(reading, values[UNTIL], false, procedure);
	read_pace(reading, values[REST], values[INTERVAL], procedure);
	check_pace(reading, node, procedure);
}

void sg_procedure_polarize(struct sg_reading *reading, const struct sg_yaml_node *node,
			   struct sg_procedure *procedure)
{
	enum { CURRENT, DIRECTION, DURATION, CHARGE, UNTIL, INTERVAL, KEYS };
	static const struct sg_key keys[KEYS] = {
		[CURRENT] = { "current", "1 mA/cm2", true },
		[DIRECTION] = { "direction", "positive", false },
		[DURATION] = { "duration", "30 h", false },
		[CHARGE] = { "charge", "21 mAh/cm2", false },
		[UNTIL] = { "until", "{voltage: 4 V}", false },
		[INTERVAL] = { "interval", "1 s", false },
	};
	struct sg_diagnostics *diagnostics = reading->diagnostics;
	const struct sg_yaml_node *values[KEYS];

	procedure->half_step_s = NAN;
	procedure->half_step_mah_cm2 = NAN;
	if (!sg_keys_read(diagnostics, node, "a polarize step", keys, KEYS, values))
		return;
	read_density(reading, values[CURRENT], "current", &procedure->from_ma_cm2);
	procedure->to_ma_cm2 = procedure->from_ma_cm2;
	read_polarity(reading, values[DIRECTION], "direction", procedure);
	if (values[DURATION] && values[CHARGE])
		sg_diagnose(diagnostics, values[CHARGE]->line, values[CHARGE]->column,
			    "give either 'duration' (line %d) or 'charge', not both", values[DURATION]->line);
	else if (!values[DURATION] && !values[CHARGE])
		sg_diagnose(diagnostics, node->line, node->column,
			    "how long to polarize is missing: write for example 'duration: 30 h' or "
			    "'charge: 21 mAh/cm2'");
	sg_value_quantity(diagnostics, values[DURATION], "duration", SG_DIM_DURATION, &sg_bounds_duration,
			  &procedure->half_step_s);
	sg_value_quantity(diagnostics, values[CHARGE], "charge", SG_DIM_AREAL_CHARGE, &charge_bounds,
			  &procedure->half_step_mah_cm2);
	read_ends(reading, values[UNTIL], true, procedure);
	read_pace(reading, NULL, values[INTERVAL], procedure);
	check_pace(reading, node, procedure);
}

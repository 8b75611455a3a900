/* SPDX-License-Identifier: Apache-2.0 */
/* The list of steps: which procedure each entry is, and the procedures that drive no current. */
#include "experiment/procedure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/nearest.h"

#define PROCEDURES_MAX 10000

static void read_rest(struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_procedure *procedure)
{
	enum { DURATION, INTERVAL, KEYS };
	static const struct sg_key keys[KEYS] = {
		[DURATION] = { "duration", "5 min", true },
		[INTERVAL] = { "interval", "10 s", false },
	};
	struct sg_diagnostics *diagnostics = reading->diagnostics;
	const struct sg_yaml_node *values[KEYS];
	bool known;

	if (node->kind == SG_YAML_SCALAR) {
		known = sg_value_quantity(diagnostics, node, "rest", SG_DIM_DURATION, &sg_bounds_duration,
					  &procedure->half_step_s);
	} else {
		if (!sg_keys_read(diagnostics, node, "a rest step", keys, KEYS, values))
			return;
		known = sg_value_quantity(diagnostics, values[DURATION], "duration", SG_DIM_DURATION,
					  &sg_bounds_duration, &procedure->half_step_s);
		sg_value_quantity(diagnostics, values[INTERVAL], "interval", SG_DIM_DURATION, &sg_bounds_interval,
				  &procedure->interval_s);
	}
	procedure->half_step_mah_cm2 = NAN;
	if (known && procedure->interval_s > procedure->half_step_s)
		sg_diagnose(diagnostics, node->line, node->column,
			    "the sample interval of %.9g s is longer than the rest of %.9g s", procedure->interval_s,
			    procedure->half_step_s);
}

static void read_temperature(struct sg_reading *reading, const struct sg_yaml_node *node,
			     struct sg_procedure *procedure)
{
	enum { SET, SOAK, KEYS };
	static const struct sg_key keys[KEYS] = {
		[SET] = { "set", "50 degC", true },
		[SOAK] = { "soak", "30 min", false },
	};
	const double default_soak_s = reading->experiment->temperature.soak_s;
	const struct sg_yaml_node *values[KEYS];

	if (!sg_keys_read(reading->diagnostics, node, "a temperature step", keys, KEYS, values))
		return;
	if (sg_value_quantity(reading->diagnostics, values[SET], "set", SG_DIM_TEMPERATURE, &sg_bounds_temperature,
			      &procedure->temperature_c))
		sg_section_check_set_point(reading, values[SET], procedure->temperature_c);
	/* A step needs some time; the soak before the first step may be none. */
	procedure->soak_s = default_soak_s > 0.0 ? default_soak_s : 1.0;
	sg_value_quantity(reading->diagnostics, values[SOAK], "soak", SG_DIM_DURATION, &sg_bounds_duration,
			  &procedure->soak_s);
}

static const struct procedure_reader {
	const char *name;
	enum sg_procedure_kind kind;
	void (*read)(struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_procedure *procedure);
} readers[] = {
	{ "ccd", SG_PROC_CCD, sg_procedure_ccd },
	{ "cycle", SG_PROC_CYCLE, sg_procedure_cycle },
	{ "polarize", SG_PROC_POLARIZE, sg_procedure_polarize },
	{ "rest", SG_PROC_REST, read_rest },
	{ "temperature", SG_PROC_TEMPERATURE, read_temperature },
};

static const struct procedure_reader *find_reader(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *key)
{
	const char *nearest;

	for (size_t i = 0; i < SG_COUNT(readers); i++) {
		if (strcmp(readers[i].name, key->text) == 0)
			return &readers[i];
	}
	nearest = sg_word_nearest(key->text, &readers[0].name, SG_COUNT(readers), sizeof(readers[0]));
	sg_diagnose(diagnostics, key->line, key->column, "unknown step '%.40s'%s%s%s", key->text,
		    nearest ? ": did you mean '" : "; known steps: ccd, cycle, polarize, rest, temperature",
		    nearest ? nearest : "", nearest ? "'?" : "");
	return NULL;
}

static void read_step(struct sg_reading *reading, const struct sg_yaml_node *entry, struct sg_procedure *procedure)
{
	const struct procedure_reader *reader;
	const struct sg_yaml_node *key;

	if (entry->kind != SG_YAML_MAPPING || !entry->count) {
		sg_diagnose(reading->diagnostics, entry->line, entry->column,
			    "a step must name its procedure and its settings: write for example '- rest: 5 min'");
		return;
	}
	key = entry->first;
	reader = find_reader(reading->diagnostics, key);
	if (!reader)
		return;
	if (entry->count > 1) {
		sg_diagnose(reading->diagnostics, key->next->line, key->next->column,
			    "'%.40s' stands beside '%s': a step is one procedure; indent its settings deeper than its name, "
			    "and begin another step with '- '", key->next->text, key->text);
		return;
	}
	if (sg_yaml_is_empty(key->value)) {
		sg_diagnose(reading->diagnostics, key->line, key->column,
			    "'%s' has no settings: indent them below it, deeper than its name", key->text);
		return;
	}
	procedure->kind = reader->kind;
	procedure->line = key->line;
	procedure->column = key->column;
	procedure->until_v = NAN;
	procedure->interval_s = reading->experiment->interval_s;
	reader->read(reading, key->value, procedure);
}

enum sg_err sg_section_steps(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	struct sg_experiment *experiment = reading->experiment;
	size_t i = 0;

	if (!node)
		return SG_OK;
	if (node->kind != SG_YAML_LIST || !node->count || node->count > PROCEDURES_MAX) {
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "'steps' must be a list of 1 to %d procedures, each line beginning with '- ', for example "
			    "'- rest: 5 min'", PROCEDURES_MAX);
		return SG_OK;
	}
	experiment->procedures = calloc(node->count, sizeof(*experiment->procedures));
	if (!experiment->procedures)
		return SG_ERR_NO_MEMORY;
	experiment->procedure_count = node->count;
	for (const struct sg_yaml_node *entry = node->first; entry; entry = entry->next)
		read_step(reading, entry, &experiment->procedures[i++]);
	return SG_OK;
}

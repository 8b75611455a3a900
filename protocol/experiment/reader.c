/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "experiment/section.h"

/* A run that drives no current at all still gets a limit, so that a stuck source does not go unseen. */
#define CURRENT_LIMIT_AT_REST_A 1e-3

enum {
	VERSION,
	NAME,
	INSTITUTION,
	OPERATOR,
	CELL,
	RIG,
	LIMITS,
	TEMPERATURE,
	RECORD,
	ON_HARD_SHORT,
	ON_SOFT_SHORT,
	ON_SHORT_FROM_START,
	ON_POLARIZATION,
	ON_CONTACT,
	PAUSE,
	VERIFY,
	ON_RECONNECT,
	RECONNECT_WITHIN,
	GUARDIAN_SILENCE,
	ON_RESUME,
	STEPS,
	KEYS,
};

static const struct sg_key keys[KEYS] = {
	[VERSION] = { "sandglass", "1", true },
	[NAME] = { "name", "CCD of NZSP-012", true },
	[INSTITUTION] = { "institution", "LAB", false },
	[OPERATOR] = { "operator", "A. Student", false },
	[CELL] = { "cell", "{name: NZSP-012, metal: Na, diameter_mm: 10.3}", true },
	[RIG] = { "rig", "bench1.yaml", true },
	[LIMITS] = { "limits", "{voltage: 5 V}", true },
	[TEMPERATURE] = { "temperature", "{set: 25 degC}", false },
	[RECORD] = { "record", "{interval: 1 s}", false },
	[ON_HARD_SHORT] = { "on_hard_short", "stop", false },
	[ON_SOFT_SHORT] = { "on_soft_short", "flag", false },
	[ON_SHORT_FROM_START] = { "on_short_from_start", "flag", false },
	[ON_POLARIZATION] = { "on_polarization", "flag", false },
	[ON_CONTACT] = { "on_contact", "flag", false },
	[PAUSE] = { "pause", "1 h", false },
	[VERIFY] = { "verify", "pulse", false },
	[ON_RECONNECT] = { "on_reconnect", "continue", false },
	[RECONNECT_WITHIN] = { "reconnect_within", "15 min", false },
	[GUARDIAN_SILENCE] = { "guardian_silence", "10 s", false },
	[ON_RESUME] = { "on_resume", "continue", false },
	[STEPS] = { "steps", "[{rest: 5 min}]", true },
};

static void set_defaults(struct sg_experiment *experiment)
{
	memset(experiment, 0, sizeof(*experiment));
	snprintf(experiment->institution, sizeof(experiment->institution), "LAB");
	snprintf(experiment->folder, sizeof(experiment->folder), "results");
	experiment->cell.thickness_mm = NAN;
	experiment->cell.metal_thickness_mm = NAN;
	experiment->cell.pressure_mpa = NAN;
	experiment->cell.expected_ohm = NAN;
	experiment->rig.potentiostat.address = -1;
	experiment->rig.chamber.address = -1;
	experiment->limits.temperature_min_c = -INFINITY;
	experiment->limits.temperature_max_c = INFINITY;
	experiment->limits.charge_mah_cm2 = INFINITY;
	experiment->temperature.tolerance_k = 0.3;
	experiment->temperature.soak_s = 600;
	experiment->temperature.timeout_s = 7200;
	experiment->temperature.excursion_k = 1.0;
	experiment->temperature.on_excursion = SG_POLICY_HOLD;
	experiment->interval_s = 1.0;
	experiment->on_hard_short = SG_POLICY_STOP;
	experiment->pause_s = 3600;
	experiment->reconnect_within_s = 900;
	experiment->guardian_silence_s = 10;
}

static void read_version(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *root,
			 const struct sg_yaml_node *value)
{
	double version;

	if (!value)
		return;
	if (strcmp(root->first->text, "sandglass") != 0)
		sg_diagnose(diagnostics, value->line, value->column,
			    "'sandglass: %d' must be the first entry of the file", SG_EXPERIMENT_VERSION);
	if (value->kind != SG_YAML_SCALAR || !sg_number_read(value->text, &version) ||
	    version != SG_EXPERIMENT_VERSION)
		sg_diagnose(diagnostics, value->line, value->column,
			    "'sandglass' is the version of the file format; this program reads version %d only",
			    SG_EXPERIMENT_VERSION);
}

static void read_rig(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	struct sg_experiment *experiment = reading->experiment;
	const size_t before = reading->diagnostics->count + reading->diagnostics->dropped;

	if (!node) {
		reading->chamber_unknown = true; /* reported as missing; one word is enough */
		return;
	}
	if (node->kind == SG_YAML_SCALAR) {
		sg_value_text(reading->diagnostics, node, "rig", experiment->rig_file, sizeof(experiment->rig_file));
		reading->chamber_unknown = true;
		return;
	}
	sg_section_rig(reading->diagnostics, node, &experiment->rig);
	/* A misspelled chamber is no missing chamber. */
	reading->chamber_unknown = reading->diagnostics->count + reading->diagnostics->dropped > before;
}

static void read_hard_short(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	/* Holding makes no sense: a short does not go away by waiting. */
	static const char *const words[] = { "flag", "stop" };
	size_t choice;

	if (sg_value_choice(reading->diagnostics, node, "on_hard_short", words, SG_COUNT(words), &choice))
		reading->experiment->on_hard_short = choice ? SG_POLICY_STOP : SG_POLICY_FLAG;
}

/* What is to happen after a finding that may be a false one, or pass. */
static void read_findings(struct sg_reading *reading, const struct sg_yaml_node *const *values)
{
	static const char *const words[] = { "flag", "pause", "stop" };
	static const enum sg_policy policies[] = { SG_POLICY_FLAG, SG_POLICY_PAUSE, SG_POLICY_STOP };
	struct sg_experiment *experiment = reading->experiment;
	enum sg_policy *const out[] = { &experiment->on_soft_short, &experiment->on_short_from_start,
					&experiment->on_polarization, &experiment->on_contact };
	size_t choice;

	for (size_t i = 0; i < SG_COUNT(out); i++) {
		const size_t key = ON_SOFT_SHORT + i;

		*out[i] = SG_POLICY_FLAG;
		if (sg_value_choice(reading->diagnostics, values[key], keys[key].name, words, SG_COUNT(words), &choice))
			*out[i] = policies[choice];
	}
	sg_value_quantity(reading->diagnostics, values[PAUSE], "pause", SG_DIM_DURATION, &sg_bounds_duration,
			  &experiment->pause_s);
}

/* Whether an alarm is looked into before it is acted upon. */
static void read_verify(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	static const char *const words[] = { "none", "pulse" };
	size_t choice;

	reading->experiment->verify_at = sg_yaml_place(node);
	if (sg_value_choice(reading->diagnostics, node, "verify", words, SG_COUNT(words), &choice))
		reading->experiment->verify_pulse = choice == 1;
}

static void read_reconnect(struct sg_reading *reading, const struct sg_yaml_node *policy,
			   const struct sg_yaml_node *within)
{
	static const char *const words[] = { "continue", "stop" };
	/* Whoever waits longer than a month for a cable had better begin anew. */
	static const struct sg_bounds bounds = { 0, 30 * 86400.0, false };
	size_t choice;

	if (sg_value_choice(reading->diagnostics, policy, "on_reconnect", words, SG_COUNT(words), &choice))
		reading->experiment->stop_on_reconnect = choice == 1;
	sg_value_quantity(reading->diagnostics, within, "reconnect_within", SG_DIM_DURATION, &bounds,
			  &reading->experiment->reconnect_within_s);
}

static void read_guardian(struct sg_reading *reading, const struct sg_yaml_node *silence)
{
	/* A sound runner looks up every second; whoever waits longer than ten minutes needs no guardian. */
	static const struct sg_bounds bounds = { 5.0, 600.0, false };

	sg_value_quantity(reading->diagnostics, silence, "guardian_silence", SG_DIM_DURATION, &bounds,
			  &reading->experiment->guardian_silence_s);
}

static void read_resume(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	static const char *const words[] = {
		[SG_RESUME_CONTINUE] = "continue", [SG_RESUME_HOLD] = "hold", [SG_RESUME_REFUSE] = "refuse",
	};
	size_t choice;

	/* A test that nobody sits beside is to be going on in the morning; what must not is written down by who knows why. */
	if (sg_value_choice(reading->diagnostics, node, "on_resume", words, SG_COUNT(words), &choice))
		reading->experiment->on_resume = (enum sg_on_resume)choice;
}

/* The limits that follow from the steps where the person gave none. */
static void complete_limits(struct sg_reading *reading)
{
	struct sg_experiment *experiment = reading->experiment;
	struct sg_limits *limits = &experiment->limits;
	double density_max = 0.0;
	double interval_max = experiment->interval_s;

	for (size_t i = 0; i < experiment->procedure_count; i++) {
		const struct sg_procedure *procedure = &experiment->procedures[i];

		density_max = fmax(density_max, fmax(procedure->from_ma_cm2, procedure->to_ma_cm2));
		interval_max = fmax(interval_max, procedure->interval_s);
	}
	if (limits->current_a <= 0.0)
		limits->current_a = density_max > 0.0 ?
					    1.1 * sg_current_a(density_max, experiment->cell.area_cm2) :
					    CURRENT_LIMIT_AT_REST_A;
	if (limits->silence_s <= 0.0)
		limits->silence_s = fmax(5.0, 10.0 * interval_max);
	else if (reading->silence && limits->silence_s < 2.0 * interval_max)
		sg_diagnose(reading->diagnostics, reading->silence->line, reading->silence->column,
			    "'silence' %.9g s is shorter than two sample intervals of %.9g s: one late sample would end "
			    "the run; write at least %.9g s", limits->silence_s, interval_max, 2.0 * interval_max);
}

static enum sg_err read_root(struct sg_reading *reading, const struct sg_yaml_node *root)
{
	struct sg_diagnostics *diagnostics = reading->diagnostics;
	struct sg_experiment *experiment = reading->experiment;
	const struct sg_yaml_node *values[KEYS];
	enum sg_err err;

	if (!sg_keys_read(diagnostics, root, "the experiment", keys, KEYS, values))
		return SG_ERR_FORMAT;
	read_version(diagnostics, root, values[VERSION]);
	sg_value_text(diagnostics, values[NAME], "name", experiment->name, sizeof(experiment->name));
	sg_value_file_word(diagnostics, values[INSTITUTION], "institution", experiment->institution,
			   sizeof(experiment->institution));
	sg_value_text(diagnostics, values[OPERATOR], "operator", experiment->operator_name,
		      sizeof(experiment->operator_name));
	sg_section_cell(reading, values[CELL]);
	read_rig(reading, values[RIG]);
	sg_section_record(reading, values[RECORD]);
	sg_section_limits(reading, values[LIMITS]);
	sg_section_temperature(reading, values[TEMPERATURE]);
	read_hard_short(reading, values[ON_HARD_SHORT]);
	read_findings(reading, values);
	read_verify(reading, values[VERIFY]);
	read_reconnect(reading, values[ON_RECONNECT], values[RECONNECT_WITHIN]);
	read_guardian(reading, values[GUARDIAN_SILENCE]);
	read_resume(reading, values[ON_RESUME]);
	err = sg_section_steps(reading, values[STEPS]);
	if (err)
		return err;
	complete_limits(reading);
	return diagnostics->count ? SG_ERR_FORMAT : SG_OK;
}

/* A tree with something in it, or a reason. */
static enum sg_err read_tree(struct sg_yaml_tree *tree, const char *bytes, size_t length, const char *first,
			     struct sg_diagnostics *diagnostics)
{
	enum sg_err err = sg_yaml_tree_read(tree, bytes, length, diagnostics);

	if (err)
		return err;
	if (tree->root && !sg_yaml_is_empty(tree->root))
		return SG_OK;
	sg_diagnose(diagnostics, 1, 1, "the file is empty: begin with '%s'", first);
	sg_yaml_tree_fini(tree);
	return SG_ERR_FORMAT;
}

enum sg_err sg_experiment_read(struct sg_experiment *out, const char *name, const char *bytes, size_t length,
			       struct sg_diagnostics *diagnostics)
{
	struct sg_experiment experiment;
	struct sg_reading reading = { .diagnostics = diagnostics, .experiment = &experiment };
	struct sg_yaml_tree tree;
	enum sg_err err;

	sg_diagnostics_init(diagnostics, name);
	err = read_tree(&tree, bytes, length, "sandglass: 1", diagnostics);
	if (err)
		return err;
	set_defaults(&experiment);
	err = read_root(&reading, tree.root);
	sg_yaml_tree_fini(&tree);
	sg_diagnostics_sort(diagnostics);
	if (err) {
		sg_experiment_fini(&experiment);
		return err;
	}
	/* Half a path would lead nowhere. */
	if (strlen(name) < sizeof(experiment.source))
		strcpy(experiment.source, name);
	*out = experiment;
	return SG_OK;
}

enum sg_err sg_rig_read(struct sg_rig_config *out, const char *name, const char *bytes, size_t length,
			struct sg_diagnostics *diagnostics)
{
	struct sg_rig_config rig;
	struct sg_yaml_tree tree;
	enum sg_err err;

	sg_diagnostics_init(diagnostics, name);
	err = read_tree(&tree, bytes, length, "name: bench 1", diagnostics);
	if (err)
		return err;
	sg_section_rig(diagnostics, tree.root, &rig);
	sg_yaml_tree_fini(&tree);
	sg_diagnostics_sort(diagnostics);
	if (diagnostics->count)
		return SG_ERR_FORMAT;
	*out = rig;
	return SG_OK;
}

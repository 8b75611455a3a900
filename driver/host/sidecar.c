/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sidecar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "format/bdf.h"
#include "format/json_line.h"
#include "host/sidecar_method.h"

#define FRAME_SIZE ((size_t)32 * 1024)
/** One deviation: its text may be escaped, and about 200 bytes around it. */
#define DEVIATION_SIZE ((size_t)(6 * SG_EVENT_TEXT_SIZE + 256))
/** One step of the method, group brackets included. */
#define STEP_SIZE ((size_t)512)

size_t sg_sidecar_size(const struct sg_plan *plan)
{
	return FRAME_SIZE + SG_DEVIATIONS_MAX * DEVIATION_SIZE + plan->step_count * STEP_SIZE;
}

/** BattINFO's word for an event that departs from the protocol; NULL if it does not. */
static const char *category_of(const struct sg_event *event)
{
	bool harmless = event->grade == SG_GRADE_INFO;

	switch (event->type) {
	case SG_EVENT_OPERATOR:
		return "operator_intervention";
	case SG_EVENT_TEMPERATURE:
		return harmless ? NULL : "temperature_excursion";
	case SG_EVENT_COMMUNICATION:
		return harmless ? NULL : "communication_loss";
	case SG_EVENT_PROGRAM_LOST:
		return "software_error";
	case SG_EVENT_POWER_LOST:
		return "power_outage";
	case SG_EVENT_CHAMBER_ALARM:
	case SG_EVENT_SAFE_OFF: /* a warning or worse: not verified */
		return harmless ? NULL : "equipment_failure";
	case SG_EVENT_LIMIT:
		return harmless ? NULL : "premature_termination";
	case SG_EVENT_VERIFY: /* the current was not the plan's for a moment */
	case SG_EVENT_PAUSE:
	case SG_EVENT_DATA_FAULT:
	case SG_EVENT_TIME_FAULT:
	case SG_EVENT_GAP:
	case SG_EVENT_CONTACT_STEP:
	case SG_EVENT_CONTACT_OPEN:
	case SG_EVENT_SENSE_LOST:
	case SG_EVENT_RANGE_GLITCH:
	case SG_EVENT_DISK:
	case SG_EVENT_GUARDIAN:
		return harmless ? NULL : "other";
	case SG_EVENT_HARD_SHORT: /* findings about the cell are what the test is for */
	case SG_EVENT_SHORT_OR_SENSE:
	case SG_EVENT_SOFT_SHORT:
	case SG_EVENT_SHORT_FROM_START:
	case SG_EVENT_POLARIZATION:
	case SG_EVENT_RESISTANCE_DOUBLED:
	case SG_EVENT_DIFFUSION_LIMIT:
	case SG_EVENT_THERMAL:
	case SG_EVENT_RUN_STARTED:
	case SG_EVENT_STEP_STARTED:
	case SG_EVENT_STEP_ENDED:
	case SG_EVENT_RUN_ENDED:
	case SG_EVENT_TYPES:
		break;
	}
	return NULL;
}

void sg_deviations_add(struct sg_deviations *deviations, const struct sg_event *event, int64_t utc_ns)
{
	const char *category = category_of(event);
	struct sg_deviation *deviation;

	if (!category)
		return;
	deviations->count++;
	if (deviations->kept == SG_DEVIATIONS_MAX)
		return;
	deviation = &deviations->list[deviations->kept++];
	deviation->category = category;
	deviation->type = event->type;
	deviation->grade = event->grade;
	deviation->step = event->step;
	deviation->utc_ns = utc_ns;
	memcpy(deviation->text, event->text, sizeof(deviation->text));
}

static const char *kind_of(const struct sg_experiment *experiment)
{
	const char *kind = "other";
	size_t i;

	for (i = 0; i < experiment->procedure_count; i++) {
		switch (experiment->procedures[i].kind) {
		case SG_PROC_CCD: /* a ramp has no word of its own */
		case SG_PROC_POLARIZE:
			return "characterization";
		case SG_PROC_CYCLE:
			kind = "cycling";
			break;
		case SG_PROC_REST:
		case SG_PROC_TEMPERATURE:
			break;
		}
	}
	return kind;
}

static bool is_running(const struct sg_run_summary *summary)
{
	return strcmp(summary->state, "running") == 0;
}

/** A ramp that ended in the short it was looking for is complete, not aborted. */
static const char *status_of(const struct sg_experiment *experiment, const struct sg_run_summary *summary)
{
	if (is_running(summary))
		return "running";
	if (strcmp(summary->state, "completed") == 0)
		return "completed";
	if (strcmp(summary->state, "stopped") == 0 && strcmp(summary->stopped_by, "hard_short") == 0 &&
	    strcmp(kind_of(experiment), "characterization") == 0)
		return "completed";
	return "aborted";
}

static bool is_simulated(const struct sg_record_meta *meta)
{
	return (meta->potentiostat && meta->potentiostat->simulated) || (meta->chamber && meta->chamber->simulated);
}

/** A member that is left out when there is nothing to say. */
static void put_known_text(struct sg_json *json, const char *key, const char *text)
{
	if (text && text[0])
		sg_json_string(json, key, text);
}

static void put_known_number(struct sg_json *json, const char *key, double value)
{
	if (isfinite(value))
		sg_json_number(json, key, value, 9);
}

static void put_conditions(struct sg_json *json, const struct sg_experiment *experiment)
{
	sg_json_open_object(json, "conditions");
	sg_json_number(json, "electrode_area_cm2", experiment->cell.area_cm2, 9);
	put_known_number(json, "separator_thickness_mm", experiment->cell.thickness_mm);
	put_known_number(json, "stack_pressure_mpa", experiment->cell.pressure_mpa);
	put_known_text(json, "metal", experiment->cell.metal);
	put_known_text(json, "electrolyte", experiment->cell.electrolyte);
	if (experiment->temperature.present)
		sg_json_number(json, "set_temperature_degc", experiment->temperature.set_c, 6);
	sg_json_close(json);
}

static void put_conformance(struct sg_json *json, const struct sg_deviations *deviations,
			    const struct sg_run_summary *summary)
{
	const char *status = is_running(summary) ? "unknown" : "conformant";
	size_t i;

	sg_json_open_object(json, "conformance");
	sg_json_string(json, "status", deviations->count ? "non-conformant" : status);
	sg_json_open_array(json, "deviations");
	for (i = 0; i < deviations->kept; i++) {
		const struct sg_deviation *d = &deviations->list[i];

		sg_json_open_object(json, NULL);
		sg_json_string(json, "category", d->category);
		sg_json_string(json, "type", sg_event_name(d->type));
		sg_json_string(json, "description", d->text);
		if (d->utc_ns > 0)
			sg_json_integer(json, "occurred_at", d->utc_ns / SG_NS_PER_S);
		sg_json_integer(json, "step_index", d->step);
		sg_json_string(json, "impact", d->grade == SG_GRADE_ALARM ? "major" : "minor");
		sg_json_close(json);
	}
	sg_json_close(json);
	sg_json_close(json);
}

static void instrument_name(const struct sg_identity *identity, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", identity->family, identity->model[0] ? " " : "", identity->model);
}

static void put_test(struct sg_json *json, const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		     const struct sg_deviations *deviations, const struct sg_run_summary *summary)
{
	char instrument[2 * SG_IDENTITY_SIZE];

	sg_json_open_object(json, "battinfo_test");
	sg_json_open_object(json, "test");
	sg_json_string(json, "name", folder->name);
	sg_json_string(json, "kind", kind_of(meta->experiment));
	sg_json_string(json, "status", status_of(meta->experiment, summary));
	put_known_text(json, "description", summary->detail);
	if (meta->potentiostat) {
		instrument_name(meta->potentiostat, instrument, sizeof(instrument));
		put_known_text(json, "instrument_name", instrument);
	}
	put_known_text(json, "protocol_name", meta->experiment->name);
	if (meta->started_utc_ns >= 0)
		sg_json_integer(json, "started_at", meta->started_utc_ns / SG_NS_PER_S);
	if (summary->ended_utc_ns > 0)
		sg_json_integer(json, "ended_at", summary->ended_utc_ns / SG_NS_PER_S);
	put_conditions(json, meta->experiment);
	put_conformance(json, deviations, summary);
	sg_json_close(json);
	sg_json_open_object(json, "provenance");
	sg_json_string(json, "source_type", is_simulated(meta) ? "simulation" : "lab");
	sg_json_string(json, "workflow_version", meta->program_version);
	sg_json_close(json);
	sg_json_close(json);
}

static void put_bench(struct sg_json *json, const struct sg_record_meta *meta)
{
	char instrument[2 * SG_IDENTITY_SIZE];

	sg_json_open_object(json, "battinfo_cell");
	sg_json_open_object(json, "cell_instance");
	sg_json_string(json, "name", meta->experiment->cell.name);
	sg_json_close(json);
	sg_json_close(json);

	sg_json_open_object(json, "battinfo_channel");
	sg_json_open_object(json, "channel");
	sg_json_integer(json, "index", 1);
	put_known_text(json, "label", meta->experiment->rig.name);
	sg_json_close(json);
	sg_json_close(json);

	if (!meta->potentiostat)
		return;
	instrument_name(meta->potentiostat, instrument, sizeof(instrument));
	sg_json_open_object(json, "battinfo_equipment");
	sg_json_open_object(json, "equipment");
	sg_json_string(json, "name", instrument);
	put_known_text(json, "serial_number", meta->potentiostat->serial);
	sg_json_close(json);
	sg_json_close(json);
}

static void put_safety(struct sg_json *json, const struct sg_experiment *experiment)
{
	const struct sg_limits *limits = &experiment->limits;

	sg_json_open_object(json, "safety");
	put_known_number(json, "max_voltage_V", limits->voltage_v);
	put_known_number(json, "min_voltage_V", -limits->voltage_v);
	put_known_number(json, "max_current_mA", limits->current_a * 1e3);
	put_known_number(json, "min_current_mA", -limits->current_a * 1e3);
	put_known_number(json, "max_capacity_mAh", limits->charge_mah_cm2 * experiment->cell.area_cm2);
	put_known_number(json, "max_temperature_degC", limits->temperature_max_c);
	put_known_number(json, "min_temperature_degC", limits->temperature_min_c);
	sg_json_close(json);
}

static void put_protocol(struct sg_json *json, const struct sg_record_meta *meta, bool with_method)
{
	sg_json_open_object(json, "battinfo_test_protocol");
	sg_json_open_object(json, "test_spec");
	put_known_text(json, "name", meta->experiment->name);
	sg_json_string(json, "kind", kind_of(meta->experiment));
	sg_json_close(json);
	if (with_method)
		sg_sidecar_method(json, meta->plan);
	put_safety(json, meta->experiment);
	sg_json_open_object(json, "record");
	if (meta->experiment->interval_s > 0)
		put_known_number(json, "time_s", meta->experiment->interval_s);
	sg_json_close(json);
	sg_json_close(json);
}

static void put_identity(struct sg_json *json, const char *key, const struct sg_identity *identity)
{
	if (!identity)
		return;
	sg_json_open_object(json, key);
	sg_json_string(json, "family", identity->family);
	sg_json_string(json, "model", identity->model);
	sg_json_string(json, "serial", identity->serial);
	sg_json_string(json, "firmware", identity->firmware);
	sg_json_boolean(json, "simulated", identity->simulated);
	sg_json_close(json);
}

/** What no published record has a place for. */
static void put_extras(struct sg_json *json, const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		       const struct sg_deviations *deviations, const struct sg_run_summary *summary)
{
	const struct sg_experiment *experiment = meta->experiment;

	sg_json_open_object(json, "extras");
	sg_json_string(json, "bdf_ontology_version", SG_BDF_ONTOLOGY);
	sg_json_string(json, "program", "sandglass");
	sg_json_string(json, "program_version", meta->program_version);
	sg_json_boolean(json, "simulated", is_simulated(meta));
	sg_json_string(json, "clock", meta->clock_kind);
	sg_json_string(json, "institution", experiment->institution);
	put_known_text(json, "operator", experiment->operator_name);
	sg_json_string(json, "sign", "positive current strips electrode A, the working side");
	sg_json_string(json, "energy", "by the sign of the power: into the cell is charging, out of it discharging");
	put_known_number(json, "expected_ohm", experiment->cell.expected_ohm);
	put_identity(json, "potentiostat", meta->potentiostat);
	put_identity(json, "chamber", meta->chamber);
	sg_json_string(json, "state", summary->state);
	sg_json_string(json, "stopped_by", summary->stopped_by);
	sg_json_boolean(json, "cell_off_verified", summary->cell_off_verified);
	sg_json_integer(json, "deviations_not_listed", (int64_t)(deviations->count - deviations->kept));
	sg_json_string(json, "quality_table", folder->quality);
	sg_json_string(json, "events_table", SG_RUN_EVENTS);
	sg_json_string(json, "result", SG_RUN_RESULT);
	sg_json_close(json);
}

static size_t write_sidecar(const struct sg_record_meta *meta, const struct sg_run_folder *folder,
			    const struct sg_deviations *deviations, const struct sg_run_summary *summary,
			    bool with_method, char *storage, size_t size)
{
	struct sg_json json;

	sg_json_begin(&json, storage, size, true);
	put_test(&json, meta, folder, deviations, summary);
	put_bench(&json, meta);
	put_protocol(&json, meta, with_method);
	put_extras(&json, meta, folder, deviations, summary);
	return sg_json_end(&json);
}

size_t sg_sidecar_json(const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		       const struct sg_deviations *deviations, const struct sg_run_summary *summary, char *storage,
		       size_t size)
{
	size_t length = write_sidecar(meta, folder, deviations, summary, true, storage, size);

	/* the experiment file in the same folder has the method too; the status has no other place */
	if (length == 0)
		length = write_sidecar(meta, folder, deviations, summary, false, storage, size);
	return length;
}

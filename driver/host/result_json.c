/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result_json.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "core/units.h"
#include "experiment/result_members.h"
#include "experiment/watch.h"
#include "format/json_line.h"
#include "model/material.h"

/** Everything but the list, with every text at its longest and escaped. */
#define FRAME_SIZE ((size_t)40 * 1024)
/** One entry of the list at its longest is about 400 bytes. */
#define ENTRY_SIZE ((size_t)768)
/** A step that is interrupted is continued as another half-step. */
#define ENTRIES_SPARE ((size_t)256)
#define DURATIONS_MAX 64

size_t sg_result_json_size(const struct sg_plan *plan)
{
	return FRAME_SIZE + (plan->step_count + ENTRIES_SPARE) * ENTRY_SIZE;
}

static void put_time(struct sg_json *json, const char *key, int64_t utc_ns)
{
	time_t seconds = (time_t)(utc_ns / SG_NS_PER_S);
	char text[40];
	struct tm utc;

	if (utc_ns <= 0 || !gmtime_r(&seconds, &utc) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		sg_json_null(json, key);
	else
		sg_json_string(json, key, text);
}

/* The constants behind limit_fraction_*: whoever prefers others multiplies by the root of the ratio. */
static void put_diffusion(struct sg_json *json, const struct sg_cell *cell)
{
	struct sg_exposure_config model;
	const struct sg_material *material = &model.material;
	double diffusion_cm2_s = NAN;
	const bool known = sg_watch_model(cell->metal, cell->diffusion_set, cell->area_cm2, NAN, 25.0, &model, NULL) == SG_OK;

	if (known && sg_material_diffusion(material, 25.0, &diffusion_cm2_s, NULL))
		diffusion_cm2_s = NAN;
	sg_json_number(json, "metal_thickness_mm", cell->metal_thickness_mm, 9);
	sg_json_string(json, "diffusion_set", known ? material->name : NULL);
	sg_json_string(json, "diffusion_source", known ? material->source : NULL);
	sg_json_number(json, "diffusion_25degC_cm2_s", diffusion_cm2_s, 6);
	sg_json_number(json, "diffusion_low_25degC_cm2_s", known ? model.diffusion_low * diffusion_cm2_s : NAN, 6);
	sg_json_number(json, "diffusion_high_25degC_cm2_s", known ? model.diffusion_high * diffusion_cm2_s : NAN, 6);
}

static void put_cell(struct sg_json *json, const struct sg_cell *cell)
{
	sg_json_open_object(json, "cell");
	sg_json_string(json, "name", cell->name);
	sg_json_string(json, "metal", cell->metal);
	sg_json_string(json, "electrolyte", cell->electrolyte[0] ? cell->electrolyte : NULL);
	sg_json_number(json, "area_cm2", cell->area_cm2, 9);
	sg_json_number(json, "thickness_mm", cell->thickness_mm, 9);
	sg_json_number(json, "pressure_MPa", cell->pressure_mpa, 9);
	sg_json_number(json, "expected_ohm", cell->expected_ohm, 9);
	put_diffusion(json, cell);
	sg_json_close(json);
}

static void put_identity(struct sg_json *json, const char *key, const struct sg_identity *identity)
{
	if (!identity) {
		sg_json_null(json, key);
		return;
	}
	sg_json_open_object(json, key);
	sg_json_string(json, "family", identity->family);
	sg_json_string(json, "model", identity->model);
	sg_json_string(json, "serial", identity->serial[0] ? identity->serial : NULL);
	sg_json_string(json, "firmware", identity->firmware[0] ? identity->firmware : NULL);
	sg_json_boolean(json, "simulated", identity->simulated);
	sg_json_close(json);
}

/** The different planned durations of steps with a current, in the order of the plan. */
static size_t different_durations(const struct sg_plan *plan, double durations_s[DURATIONS_MAX])
{
	size_t count = 0, i, k;

	for (i = 0; i < plan->step_count && count < DURATIONS_MAX; i++) {
		if (plan->steps[i].kind != SG_STEP_CURRENT)
			continue;
		for (k = 0; k < count && durations_s[k] != plan->steps[i].duration_s; k++)
			;
		if (k == count)
			durations_s[count++] = plan->steps[i].duration_s;
	}
	return count;
}

static void put_durations(struct sg_json *json, const struct sg_plan *plan)
{
	double durations_s[DURATIONS_MAX];
	size_t count = different_durations(plan, durations_s), i;

	if (count < 2) {
		sg_json_number(json, "half_step_s", count ? durations_s[0] : NAN, 12);
		return;
	}
	sg_json_open_array(json, "half_step_s");
	for (i = 0; i < count; i++)
		sg_json_number(json, NULL, durations_s[i], 12);
	sg_json_close(json);
}

static bool has_current(const struct sg_procedure *procedure)
{
	switch (procedure->kind) {
	case SG_PROC_CCD:
	case SG_PROC_CYCLE:
	case SG_PROC_POLARIZE:
		return true;
	case SG_PROC_REST:
	case SG_PROC_TEMPERATURE:
		break;
	}
	return false;
}

static void put_procedures(struct sg_json *json, const struct sg_experiment *experiment)
{
	const struct sg_procedure *procedure = experiment->procedures;
	const char *polarity = NULL;
	double increment = NAN;
	size_t i;

	for (i = 0; i < experiment->procedure_count; i++, procedure++) {
		const char *this_one = procedure->negative_first ? "negative_first" : "positive_first";

		if (!has_current(procedure))
			continue;
		polarity = !polarity || strcmp(polarity, this_one) == 0 ? this_one : "mixed";
		if (procedure->kind == SG_PROC_CCD && isnan(increment))
			increment = procedure->increment_ma_cm2;
	}
	sg_json_string(json, "polarity", polarity);
	sg_json_number(json, "increment_mA_cm2", increment, 9);
}

static void put_half_steps(struct sg_json *json, const struct sg_result *result, size_t listed)
{
	size_t i;

	sg_json_integer(json, "half_step_count", result ? (int64_t)result->count : 0);
	sg_json_open_array(json, "per_half_step");
	for (i = 0; result && i < result->count && i < listed; i++) {
		sg_json_open_object(json, NULL);
		sg_result_put_half_step(json, result, &result->half_steps[i], i + 1);
		sg_json_close(json);
	}
	sg_json_close(json);
}

/* Before there is a result its members are there as well, and null. */
static const struct sg_result *known(const struct sg_result *result)
{
	static const struct sg_result none = { .areal = true, .polarization = { .t2x_s = NAN } };

	return result ? result : &none;
}

static void put_event_counts(struct sg_json *json, const struct sg_result *result)
{
	int type;

	sg_json_open_object(json, "event_counts");
	for (type = 0; type < SG_EVENT_TYPES; type++)
		sg_json_integer(json, sg_event_name((enum sg_event_type)type), result ? result->event_counts[type] : 0);
	sg_json_close(json);
}

/* Where nobody watched, and the test went on all the same. */
static void put_resumes(struct sg_json *json, const struct sg_resumes *resumes)
{
	const size_t count = resumes ? resumes->count : 0;

	sg_json_integer(json, "resume_count", (int64_t)count);
	sg_json_open_array(json, "resumes");
	for (size_t i = 0; i < count && i < SG_RESUMES_MAX; i++) {
		const struct sg_resume_note *note = &resumes->list[i];

		sg_json_open_object(json, NULL);
		put_time(json, "at", note->utc_ns);
		sg_json_string(json, "cause", sg_event_name(note->type));
		sg_json_number(json, "since_s", note->since_s, 12);
		sg_json_number(json, "time_s", note->time_s, 12);
		sg_json_close(json);
	}
	sg_json_close(json);
}

static void put_files(struct sg_json *json, const struct sg_record_meta *meta, const struct sg_run_folder *folder)
{
	sg_json_open_object(json, "files");
	sg_json_string(json, "table", folder->table);
	sg_json_string(json, "metadata", folder->metadata);
	sg_json_string(json, "quality", folder->quality);
	sg_json_string(json, "events", SG_RUN_EVENTS);
	sg_json_string(json, "half_steps", SG_RUN_HALF_STEPS);
	sg_json_string(json, "experiment", meta->experiment_path ? SG_RUN_EXPERIMENT : NULL);
	sg_json_string(json, "rig", meta->rig_path ? SG_RUN_RIG : NULL);
	sg_json_close(json);
}

static void put_run(struct sg_json *json, const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		    const struct sg_run_summary *summary)
{
	const struct sg_experiment *experiment = meta->experiment;

	sg_json_string(json, "program", "sandglass");
	sg_json_integer(json, "format_version", SG_RESULT_FORMAT);
	sg_json_string(json, "version", meta->program_version);
	sg_json_boolean(json, "simulated",
			(meta->potentiostat && meta->potentiostat->simulated) ||
				(meta->chamber && meta->chamber->simulated));
	sg_json_boolean(json, "faults_injected",
			(meta->potentiostat && meta->potentiostat->faulty) || (meta->chamber && meta->chamber->faulty));
	sg_json_string(json, "run", folder->name);
	sg_json_string(json, "experiment", experiment->name);
	sg_json_string(json, "operator", experiment->operator_name[0] ? experiment->operator_name : NULL);
	put_cell(json, &experiment->cell);
	put_identity(json, "instrument", meta->potentiostat);
	put_identity(json, "chamber", meta->chamber);
	sg_json_string(json, "clock", meta->clock_kind);
	put_time(json, "started_at", meta->started_utc_ns);
	put_time(json, "ended_at", summary->ended_utc_ns);
	sg_json_string(json, "guardian", summary->guardian[0] ? summary->guardian : NULL);
	sg_json_string(json, "state", summary->state);
	sg_json_string(json, "stopped_by", summary->stopped_by);
	sg_json_string(json, "detail", summary->detail);
	sg_json_boolean(json, "cell_off_verified", summary->cell_off_verified);
	sg_json_number(json, "test_time_s", summary->test_time_s, 12);
}

static void put_findings(struct sg_json *json, const struct sg_record_meta *meta, const struct sg_result *result)
{
	const struct sg_experiment *experiment = meta->experiment;
	bool ccd = result && result->is_ccd;

	sg_json_number(json, "ccd_short_mA_cm2", ccd ? result->ccd_short_ma_cm2 : NAN, 9);
	sg_json_number(json, "ccd_last_good_mA_cm2", ccd ? result->ccd_last_good_ma_cm2 : NAN, 9);
	sg_result_put_first(json, known(result));
	sg_json_number(json, "short_time_s", result ? result->short_time_s : NAN, 12);
	put_durations(json, meta->plan);
	put_procedures(json, experiment);
	sg_json_number(json, "cumulative_capacity_mAh_cm2", result ? result->cumulative_mah_cm2 : 0, 9);
	sg_json_number(json, "net_capacity_mAh_cm2", result ? result->net_mah_cm2 : 0, 9);
	sg_json_number(json, "area_cm2", experiment->cell.area_cm2, 9);
	sg_json_number(json, "thickness_mm", experiment->cell.thickness_mm, 9);
	sg_json_number(json, "temperature_set_degC",
		       experiment->temperature.present ? experiment->temperature.set_c : NAN, 6);
}

static size_t write_listing(const struct sg_record_meta *meta, const struct sg_run_folder *folder,
			    const struct sg_result *result, const struct sg_run_summary *summary, size_t listed,
			    char *storage, size_t size)
{
	struct sg_json json;

	sg_json_begin(&json, storage, size, true);
	put_run(&json, meta, folder, summary);
	put_findings(&json, meta, result);
	put_half_steps(&json, result, listed);
	sg_result_put_polarization(&json, known(result));
	put_event_counts(&json, result);
	put_resumes(&json, meta->resumes);
	put_files(&json, meta, folder);
	return sg_json_end(&json);
}

size_t sg_result_json(const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		      const struct sg_result *result, const struct sg_run_summary *summary, char *storage,
		      size_t size)
{
	size_t room = size > FRAME_SIZE ? (size - FRAME_SIZE) / ENTRY_SIZE : 0;
	size_t length = write_listing(meta, folder, result, summary, room, storage, size);

	/* texts longer than they should ever be: the verdict must reach the disk all the same */
	if (length == 0)
		length = write_listing(meta, folder, result, summary, 0, storage, size);
	return length;
}

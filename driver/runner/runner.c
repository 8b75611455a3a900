/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

/* Samples and events are on disk at once; the result so far may be this old. */
#define SAVE_INTERVAL_S 60.0
/* Documents on a disk that just about answers; a hold may then begin late, and its guardian is patient. */
#define PAUSING_NS (120 * SG_NS_PER_S)
/* A hold breaks a half-step in two: room for that many beyond the plan. */
#define SPARE_HALF_STEPS 256
/* How long to go on trying to reach an instrument that may hold a cell under current. */
#define SAFE_PATIENCE_S 60.0

static size_t count_current_steps(const struct sg_plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->step_count; i++)
		count += plan->steps[i].kind == SG_STEP_CURRENT;
	return count;
}

static bool has_ccd(const struct sg_experiment *experiment)
{
	for (size_t i = 0; i < experiment->procedure_count; i++) {
		if (experiment->procedures[i].kind == SG_PROC_CCD)
			return true;
	}
	return false;
}

struct sg_record_meta sg_run_meta(const struct sg_run *run, int64_t started_utc_ns)
{
	const struct sg_run_config *config = run->config;

	return (struct sg_record_meta){
		.experiment = config->experiment,
		.plan = config->plan,
		.potentiostat = &config->rig->potentiostat.identity,
		.chamber = config->rig->chamber.device ? &config->rig->chamber.identity : NULL,
		.caps = config->rig->caps,
		.experiment_path = config->experiment_path,
		.rig_path = config->rig_path,
		.program_version = config->program_version,
		.clock_kind = config->clock_kind,
		.started_utc_ns = started_utc_ns,
		.disk = config->disk,
	};
}

static enum sg_err open_record(struct sg_run *run, struct sg_text *why)
{
	struct sg_clock *clock = run->config->clock;
	const struct sg_record_meta meta = sg_run_meta(run, sg_clock_utc_ns(clock));

	return sg_recorder_open(&meta, SG_RUN_FLUSH_S, clock, why, &run->recorder);
}

/* Without a model the test runs all the same, and says so: in *said. */
static void init_watch(struct sg_run *run, struct sg_event *said)
{
	const struct sg_experiment *experiment = run->config->experiment;
	const struct sg_detect_config detect = {
		.area_cm2 = experiment->cell.area_cm2,
		.expected_ohm = experiment->cell.expected_ohm,
		.compliance_v = run->rig->caps->compliance_v,
		.voltage_noise_v = NAN,
		.current_noise_a = NAN,
	};
	const struct sg_cell *cell = &experiment->cell;
	const double set_c = experiment->temperature.present ? experiment->temperature.set_c : NAN;
	struct sg_exposure_config model;
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_watch_model(cell->metal, cell->diffusion_set, cell->area_cm2, cell->metal_thickness_mm, set_c, &model, &why);
	if (err)
		sg_watch_init(&run->watch, &detect, NULL, NULL);
	else
		err = sg_watch_init(&run->watch, &detect, &model, &why);
	sg_event_init(said, SG_EVENT_DIFFUSION_LIMIT, SG_GRADE_INFO, 0.0); /* the run has not begun */
	if (err)
		sg_event_say(said, "no diffusion limit is followed: %s", why.data);
	else
		sg_event_say(said, "the diffusion limit of %s is followed with %s (%s); fresh metal is assumed; %s",
			     model.material.metal->name, model.material.name, model.material.grade,
			     isnan(set_c) ? "25 degC until a temperature is known" : "an index of exposure, no prediction");
}

enum sg_err sg_run_init(struct sg_run *run, const struct sg_run_config *config, struct sg_run_outcome *outcome,
			struct sg_event *said)
{
	const struct sg_experiment *experiment = config->experiment;
	struct sg_limits limits = experiment->limits;

	memset(run, 0, sizeof(*run));
	memset(outcome, 0, sizeof(*outcome));
	run->config = config;
	run->rig = config->rig;
	limits.silence_s = sg_seconds(sg_clock_patience_ns(config->clock, sg_ns(limits.silence_s)));
	sg_engine_init(&run->engine, experiment, config->plan);
	sg_guard_init(&run->guard, &limits, experiment->cell.area_cm2);
	sg_accounting_init(&run->books);
	sg_climate_init(&run->climate, run->rig, &experiment->temperature);
	sg_host_clock_init(&run->real, 1.0);
	run->current_off_s = NAN;
	run->pause_until_s = NAN;
	run->guardian_off_s = NAN;
	run->saved_s = -INFINITY;
	init_watch(run, said);
	run->result = &outcome->result;
	return sg_result_init(run->result, experiment->cell.area_cm2, has_ccd(experiment),
			      count_current_steps(config->plan) + SPARE_HALF_STEPS);
}

void sg_run_name_record(const struct sg_run *run, struct sg_run_outcome *outcome)
{
	snprintf(outcome->folder, sizeof(outcome->folder), "%s", sg_recorder_folder(run->recorder));
	snprintf(outcome->table, sizeof(outcome->table), "%s", sg_recorder_table(run->recorder));
}

static enum sg_err prepare(struct sg_run *run, struct sg_run_outcome *outcome, const struct sg_event *said, struct sg_text *why)
{
	enum sg_err err = SG_OK;

	if (run->config->experiment->verify_pulse)
		err = sg_pulse_pace_for(run->rig->caps, &run->verify.pace, why);
	if (!err)
		err = sg_run_check_plan(run, why);
	if (!err)
		err = sg_run_begin_guardian(run, why);
	if (!err)
		err = open_record(run, why);
	if (err)
		return err;
	sg_run_name_record(run, outcome);
	sg_run_tell(run, said);
	return SG_OK;
}

static enum sg_verdict carry_out(struct sg_run *run, const struct sg_action *action)
{
	const struct sg_step *step = &run->config->plan->steps[action->step];
	enum sg_verdict verdict;

	switch (action->kind) {
	case SG_ACTION_RUN: /* steps of one procedure, see engine */
		if (sg_run_want_guardian(run) == SG_VERDICT_STOP)
			return SG_VERDICT_STOP;
		sg_result_ramp(run->result, run->config->experiment->procedures[step->procedure].kind == SG_PROC_CCD);
		return sg_run_block(run, action);
	case SG_ACTION_TEMPERATURE:
		run->current_before = false;
		if (sg_run_safe(run) == SG_VERDICT_STOP) /* a soak may last hours */
			return SG_VERDICT_STOP;
		verdict = sg_run_soak(run, step->temperature_c, step->duration_s);
		if (verdict == SG_VERDICT_GO_ON)
			sg_engine_step_done(&run->engine, action->step);
		return verdict;
	case SG_ACTION_DONE:
		break;
	}
	return SG_VERDICT_GO_ON;
}

static void summarize(const struct sg_run *run, struct sg_run_summary *summary, const char *state)
{
	summary->state = state;
	summary->stopped_by = run->stopped_by ? run->stopped_by : "";
	snprintf(summary->detail, sizeof(summary->detail), "%s", run->detail);
	summary->test_time_s = sg_run_now_s(run);
	memcpy(summary->guardian, run->guardian, sizeof(summary->guardian));
}

void sg_run_save(struct sg_run *run, bool pausing)
{
	struct sg_run_summary summary;

	/* The whole document is replaced: with very many short half-steps not after each of them. */
	if (!pausing && sg_run_now_s(run) - run->saved_s < SAVE_INTERVAL_S)
		return;
	run->saved_s = sg_run_now_s(run);
	memset(&summary, 0, sizeof(summary));
	summarize(run, &summary, "running");
	summary.pausing = pausing;
	sg_result_polarization(run->result, &run->watch.detector.polarizing.marks);
	if (pausing) /* waits for the disk; the cell is off */
		sg_lifeline_busy(&run->lifeline, run->config->clock, PAUSING_NS);
	if (sg_recorder_result(run->recorder, run->result, &summary))
		run->disk_failed = true;
}

enum sg_verdict sg_run_stop_for_disk(struct sg_run *run)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_DISK, SG_GRADE_ALARM, sg_run_now_s(run));
	sg_event_say(&event, "the record could not be written: %s", sg_recorder_trouble(run->recorder));
	if (!run->disk_told)
		sg_run_tell(run, &event);
	run->disk_told = true;
	return sg_run_stop(run, "disk", SG_ERR_IO, event.text);
}

static enum sg_verdict soak_first(struct sg_run *run)
{
	const struct sg_temperature_config *temperature = &run->config->experiment->temperature;

	if (!temperature->present || !run->rig->chamber.config)
		return SG_VERDICT_GO_ON;
	return sg_run_soak(run, temperature->set_c, temperature->soak_s);
}

enum sg_verdict sg_run_follow_plan(struct sg_run *run, enum sg_verdict verdict)
{
	struct sg_action action;
	enum sg_err err;

	while (verdict != SG_VERDICT_STOP) {
		err = sg_run_next_action(run, &run->engine, &action);
		if (err)
			return sg_run_stop(run, "instrument", err, sg_device_diag(run->rig->potentiostat.device));
		if (action.kind == SG_ACTION_DONE || sg_run_watch_operator(run) == SG_VERDICT_STOP || sg_run_heed_hold(run))
			break;
		verdict = carry_out(run, &action);
		if (verdict == SG_VERDICT_RECONNECT)
			verdict = sg_run_reconnect(run);
		if (verdict == SG_VERDICT_PAUSE)
			verdict = sg_run_pause(run);
		if (verdict == SG_VERDICT_HOLD)
			verdict = sg_run_hold(run);
		if (verdict == SG_VERDICT_END_PROCEDURE) {
			sg_engine_end_procedure(&run->engine);
			verdict = sg_run_safe(run);
		}
		sg_run_save(run, false); /* what has been found so far is on disk, whatever comes next */
		if (run->disk_failed)
			verdict = sg_run_stop_for_disk(run);
	}
	return verdict;
}

static void leave_chamber(struct sg_run *run)
{
	char storage[SG_DIAG_SIZE];
	struct sg_event event;
	struct sg_text why;
	enum sg_err err;

	if (!run->rig->chamber.config || !run->config->experiment->temperature.stop_at_end)
		return;
	sg_text_init(&why, storage, sizeof(storage));
	err = sg_climate_stop(&run->climate, &why);
	sg_event_init(&event, SG_EVENT_TEMPERATURE, err ? SG_GRADE_WARNING : SG_GRADE_INFO, sg_run_now_s(run));
	if (err)
		sg_event_say(&event, "the chamber was not stopped: %s", why.data);
	else
		sg_event_say(&event, "chamber conditioning off");
	sg_run_tell(run, &event);
}

static const char *end_state(const struct sg_run *run)
{
	if (!run->failure)
		return run->stopped_by && strcmp(run->stopped_by, "operator") == 0 ? "stopped" : "completed";
	return run->failure == SG_ERR_LIMIT ? "stopped" : "failed";
}

/* A cable that goes in the last second is waited for as any other; a person, or a wait that was in vain, is not. */
static double patience_at_the_end_s(const struct sg_run *run)
{
	if (run->failure || strcmp(run->stopped_by, "operator") == 0)
		return SAFE_PATIENCE_S;
	return fmax(SAFE_PATIENCE_S, run->config->experiment->reconnect_within_s);
}

/* What the disk did not take is said, on the screen and, if there is room for that, in the record. */
static void wind_up_record(struct sg_run *run)
{
	const uint64_t missing = sg_recorder_wind_up(run->recorder);
	const size_t length = strlen(run->detail);
	struct sg_event event;

	if (missing == 0)
		return;
	sg_event_init(&event, SG_EVENT_DISK, SG_GRADE_ALARM, sg_run_now_s(run));
	event.value = (double)missing;
	event.unit = SG_UNIT_1;
	sg_event_say(&event, "%llu of %llu rows were not written", (unsigned long long)missing,
		     (unsigned long long)run->books.row.record_index);
	snprintf(run->detail + length, sizeof(run->detail) - length, "; %s", event.text);
	if (!run->failure)
		run->failure = SG_ERR_IO;
	sg_run_tell(run, &event);
}

static enum sg_err finish_held(struct sg_run *run, struct sg_run_outcome *outcome)
{
	enum sg_err err;

	outcome->summary.cell_off_verified = sg_run_make_safe(run, SAFE_PATIENCE_S);
	if (!outcome->summary.cell_off_verified) {
		sg_run_stop(run, "unsafe", SG_ERR_UNCERTAIN, "the cell could not be shown to be off when the test was to be held");
		return sg_run_finish(run, outcome); /* nothing to be gone on with before a person has looked */
	}
	sg_run_dismiss_guardian(run);
	sg_run_slept(run);
	sg_run_tell_sleep(run);
	memcpy(outcome->summary.guardian, run->guardian, sizeof(run->guardian));
	err = sg_run_leave_held(run, outcome);
	if (run->config->allocation_mark)
		run->config->allocation_mark(false);
	return err;
}

enum sg_err sg_run_finish(struct sg_run *run, struct sg_run_outcome *outcome)
{
	struct sg_run_summary *summary = &outcome->summary;
	struct sg_event event;
	enum sg_err err;

	if (run->held && !run->stopped_by)
		return finish_held(run, outcome);
	if (!run->stopped_by)
		sg_run_stop(run, run->procedure_end ? run->procedure_end : "end_of_plan", SG_OK, "the plan came to its end");
	summary->cell_off_verified = sg_run_make_safe(run, patience_at_the_end_s(run));
	if (summary->cell_off_verified)
		sg_run_dismiss_guardian(run); /* nothing below moves a current */
	else
		run->failure = SG_ERR_UNSAFE;
	if (run->lifeline.program)
		snprintf(run->guardian, sizeof(run->guardian), "watched, goes on trying");
	sg_run_slept(run); /* since the last look: no way back is needed any more, the cell has just been asked */
	sg_run_tell_sleep(run);
	leave_chamber(run);
	wind_up_record(run);
	summarize(run, summary, end_state(run));
	summary->ended_utc_ns = sg_clock_utc_ns(run->config->clock);
	sg_event_init(&event, SG_EVENT_RUN_ENDED, SG_GRADE_INFO, summary->test_time_s);
	sg_event_say(&event, "%s: %s", summary->stopped_by, run->detail);
	sg_run_tell(run, &event);
	sg_result_polarization(run->result, &run->watch.detector.polarizing.marks);
	err = sg_recorder_result(run->recorder, run->result, summary);
	sg_run_checkpoint(run, SG_CHECKPOINT_ENDED, true); /* the last word: nothing is left to go on with */
	snprintf(outcome->stopped_by, sizeof(outcome->stopped_by), "%s", summary->stopped_by);
	summary->stopped_by = outcome->stopped_by;
	if (run->config->allocation_mark)
		run->config->allocation_mark(false);
	if (!run->failure)
		run->failure = err;
	err = sg_recorder_close(run->recorder);
	sg_run_leave_guardian(run);
	return run->failure ? run->failure : err;
}

/* Damaged on purpose: whoever reads the record must not take it for the instrument's or the cable's doing. */
static bool is_faulty(const struct sg_rig *rig)
{
	return rig->potentiostat.identity.faulty || rig->chamber.identity.faulty;
}

enum sg_err sg_run(const struct sg_run_config *config, struct sg_run_outcome *outcome, struct sg_text *why)
{
	struct sg_run run;
	struct sg_event event;
	enum sg_err err;

	err = sg_run_init(&run, config, outcome, &event);
	if (err) {
		sg_text_add(why, "%s", sg_err_text(err));
		return err;
	}
	err = prepare(&run, outcome, &event, why);
	if (err) {
		sg_run_dismiss_guardian(&run);
		return err;
	}
	if (config->allocation_mark)
		config->allocation_mark(true);
	run.zero_ns = sg_clock_now_ns(config->clock);
	sg_run_begin_sleep(&run);
	sg_run_begin_wall(&run);
	sg_event_init(&event, SG_EVENT_RUN_STARTED, SG_GRADE_INFO, 0.0);
	sg_event_say(&event, "%s %s (%s)%s%s, clock %s", run.rig->potentiostat.family->title,
		     run.rig->potentiostat.identity.model, run.rig->potentiostat.identity.serial,
		     run.rig->potentiostat.identity.simulated ? ", SIMULATED" : "",
		     is_faulty(run.rig) ? ", FAULTS INJECTED" : "", config->clock_kind);
	sg_run_tell(&run, &event);
	sg_run_checkpoint(&run, SG_CHECKPOINT_RUNNING, true);
	if (sg_run_brief_guardian(&run) == SG_VERDICT_GO_ON)
		sg_run_follow_plan(&run, soak_first(&run));
	err = sg_run_finish(&run, outcome);
	if (err)
		sg_text_add(why, "%s", run.detail);
	return err;
}

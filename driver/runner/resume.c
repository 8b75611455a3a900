/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/resume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "runner/run.h"
#include "runner/state.h"

#define RETRY_NS (500 * SG_NS_PER_MS)
/* A PC that has just begun needs a moment to find its ports; a chamber that has, one to answer. */
#define LEAST_PATIENCE_S 60.0
#define CHAMBER_RETRY_NS (5 * SG_NS_PER_S)
#define CHAMBER_PATIENCE_S 300.0
/* After a hole this short, with the power on, a chamber that had settled has not gone far: to be seen, not to be waited for. */
#define SHORT_HOLE_S 600.0
#define SHORT_SOAK_S 60.0

/* What is known of the hole before the instrument is asked. */
struct hole {
	struct sg_state_rest rest;
	struct sg_absence absence;
	bool power;             /* the PC had begun anew */
	bool clock_back;        /* its clock of day shows less than before */
	char before[SG_WHEREABOUTS_URI_SIZE]; /* where the potentiostat was */
};

/*
 * How long ago the checkpoint was written. The PC's own clock is not set by anybody, and counts from when it was switched
 * on; where that is not the same, the clock of day has to do, and one that goes back says nothing.
 */
static double elapsed_s(const struct sg_run_config *config, const struct sg_checkpoint *c, struct hole *hole)
{
	const bool same_boot = !hole->power && config->clock->speed == 1.0;
	const int64_t by_clock_ns = sg_clock_now_ns(config->clock) - c->clock_ns;
	const int64_t by_day_ns = sg_clock_utc_ns(config->clock) - c->utc_ns;

	hole->clock_back = by_day_ns < 0;
	if (same_boot && by_clock_ns >= 0)
		return sg_seconds(by_clock_ns);
	return by_day_ns > 0 ? sg_seconds(by_day_ns) : 0.0;
}

static bool began_anew(const struct sg_checkpoint *c)
{
	char boot[SG_BOOT_ID_SIZE];

	sg_boot_id(boot);
	return boot[0] && c->boot[0] && strcmp(boot, c->boot) != 0;
}

static enum sg_err restore(struct sg_run *run, const struct sg_reopened *from, struct hole *hole, struct sg_text *why)
{
	const struct sg_checkpoint *c = &from->checkpoint;
	struct sg_walk walk = sg_walk_reading(c->state, c->state_size);
	enum sg_err err;

	if (c->steps != run->config->plan->step_count) {
		sg_text_add(why, "the checkpoint is of a plan of %llu steps, and this program makes %zu of the experiment: go on with "
			    "version %s", (unsigned long long)c->steps, run->config->plan->step_count, c->program);
		return SG_ERR_FORMAT;
	}
	hole->power = began_anew(c);
	run->zero_ns = sg_clock_now_ns(run->config->clock) - sg_ns(c->time_s + elapsed_s(run->config, c, hole));
	err = sg_reopened_half_steps(from, run->result->half_steps, run->result->capacity);
	if (err) {
		sg_text_add(why, "half_steps.csv does not hold what the checkpoint counts: %s", sg_err_text(err));
		return err;
	}
	err = sg_state_restore(&walk, run, &hole->rest, why);
	if (err)
		return err;
	run->half_steps_told = c->mark.half_steps;
	run->pause_until_s = hole->rest.pause_until_s;
	run->program_lost = true;
	run->trip = SG_TRIP_NONE;
	memcpy(hole->before, run->rig->potentiostat.whereabouts.uri, sizeof(hole->before));
	return SG_OK;
}

/* The same instrument, and its cell off; the record is not touched before. */
static enum sg_err meet(struct sg_run *run, struct hole *hole, struct sg_text *why)
{
	const double patience_s = fmax(LEAST_PATIENCE_S, run->config->experiment->reconnect_within_s);
	const double until_s = sg_run_now_s(run) + patience_s;
	struct sg_clock *clock = run->config->clock;
	const volatile sig_atomic_t *interrupts = run->config->interrupts;
	enum sg_err err;

	hole->absence = (struct sg_absence){ .kind = SG_ABSENCE_UNKNOWN, .seen_ns = SG_NO_TIME, .ran_ns = SG_NO_TIME,
					     .trace = hole->rest.trace };
	if (run->block.count)
		hole->absence.interval_s = run->segments[run->block.at].interval_s;
	run->rig->clock = clock;
	for (;;) {
		sg_text_clear(why);
		err = sg_rig_return(run->rig, &hole->absence, why);
		if (!err || sg_run_now_s(run) >= until_s || (interrupts && *interrupts) || sg_run_hold_asked(run))
			break;
		sg_clock_sleep_until(clock, sg_clock_deadline(clock, RETRY_NS));
	}
	if (err)
		return err;
	sg_text_clear(why);
	sg_rig_safe_off(run->rig, SG_RUN_SAFE_S, NULL); /* told, and asked again, when there is a record to tell it to */
	return SG_OK;
}

/* Nothing of the record is from the future, whatever the clocks say. */
static void place_in_time(struct sg_run *run)
{
	double seen_s = run->books.row.test_time_s;
	double late_s;

	if (run->block.in_step)
		seen_s = fmax(seen_s, run->block.step_begin_s);
	run->lost_s = seen_s;
	if (run->block.count && !run->block.in_step)
		run->lost_s = fmax(run->lost_s, run->block.start_s);
	late_s = run->lost_s - sg_run_now_s(run);
	if (late_s <= 0.0)
		return;
	run->zero_ns -= sg_ns(late_s);
	if (run->block.anchor_ns)
		run->block.anchor_ns -= sg_ns(late_s);
}

/* The guardian saw to it that the current ended, and read it back: as good as the instrument's own clock. */
static void heed_guardian(struct sg_run *run, struct sg_absence *absence)
{
	const int64_t zero_ns = run->block.anchor_ns ? run->block.anchor_ns : run->zero_ns + sg_ns(run->block.start_s);

	if (!(run->guardian_off_s >= run->lost_s) || absence->kind != SG_ABSENCE_UNKNOWN)
		return;
	absence->kind = SG_ABSENCE_RAN;
	absence->ran_ns = run->zero_ns + sg_ns(run->guardian_off_s) - zero_ns;
}

static void tell_hole(struct sg_run *run, const struct hole *hole, const struct sg_checkpoint *c)
{
	struct sg_event event;

	if (c->standing == SG_CHECKPOINT_HELD) { /* nobody had to */
		sg_event_init(&event, SG_EVENT_PAUSE, SG_GRADE_WARNING, sg_run_now_s(run));
		event.since_s = c->time_s;
		event.value = event.time_s - event.since_s;
		sg_event_say(&event, "the test was held, cell off, for %.1f s; from checkpoint %llu of sandglass %s", event.value,
			     (unsigned long long)c->number, c->program);
		sg_run_tell(run, &event);
		return;
	}
	sg_event_init(&event, hole->power ? SG_EVENT_POWER_LOST : SG_EVENT_PROGRAM_LOST, SG_GRADE_ALARM, sg_run_now_s(run));
	event.since_s = run->lost_s;
	event.value = event.time_s - event.since_s;
	sg_event_say(&event, "%s: nobody watched the cell from %.3f s, for %.1f s by the %s; going on from checkpoint %llu of "
		     "sandglass %s", hole->power ? "the PC was switched off, or began anew" : "the program ended, and the PC stayed up",
		     event.since_s, event.value, hole->power ? "clock of day" : "clock", (unsigned long long)c->number, c->program);
	sg_run_tell(run, &event);
	if (!hole->clock_back)
		return;
	sg_event_init(&event, SG_EVENT_TIME_FAULT, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = run->lost_s;
	sg_event_say(&event, "the clock of day shows less than before: how long nobody watched is not known from it");
	sg_run_tell(run, &event);
}

static void tell_one(struct sg_run *run, enum sg_event_type type, const char *text)
{
	struct sg_event event;

	sg_event_init(&event, type, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = run->lost_s;
	sg_event_say(&event, "%s", text);
	sg_run_tell(run, &event);
}

static void tell_notes(struct sg_run *run, struct sg_reopened *from, const struct hole *hole, const char *about_model)
{
	char *rest = from->notes.data, *note;

	while ((note = strtok_r(rest, "\n", &rest)) != NULL)
		tell_one(run, SG_EVENT_DISK, note);
	if (hole->rest.loss.detectors)
		tell_one(run, SG_EVENT_DATA_FAULT, "the detectors begin anew: their memory is of another version of this program; baselines "
			 "are learned again");
	if (hole->rest.loss.model) {
		char text[SG_EVENT_TEXT_SIZE];

		snprintf(text, sizeof(text), "the use of the diffusion limit is not known from here on: %.200s", about_model);
		tell_one(run, SG_EVENT_DATA_FAULT, text);
	}
}

/* Off by the plan, and confirmed when it was written down: no block with a current was begun after that without being told. */
static bool was_off(const struct sg_run *run, const struct hole *hole)
{
	return hole->rest.trace == SG_TRACE_OFF && run->block.in_step && run->segments[run->block.at].set_value == 0.0;
}

/* The chamber to its set-point again; how long it has to settle depends on how far it can have gone. */
static enum sg_verdict soak_again(struct sg_run *run, const struct hole *hole)
{
	const double full_s = run->climate.soak.needed_s, set_c = run->climate.set_c;
	const bool near = hole->rest.soaked && !hole->power && sg_run_now_s(run) - run->lost_s < SHORT_HOLE_S;
	const double until_s = sg_run_now_s(run) + CHAMBER_PATIENCE_S;
	struct sg_clock *clock = run->config->clock;
	struct sg_event event;
	bool told = false;

	if (!run->rig->chamber.config || !(full_s > 0.0))
		return SG_VERDICT_GO_ON;
	while (sg_climate_set(&run->climate, set_c, near ? fmin(full_s, SHORT_SOAK_S) : full_s, sg_run_now_s(run), &event)) {
		if (!told)
			sg_run_tell(run, &event);
		told = true;
		if (sg_run_watch_operator(run) == SG_VERDICT_STOP)
			return SG_VERDICT_STOP;
		if (sg_run_now_s(run) >= until_s)
			return sg_run_stop(run, "chamber", SG_ERR_TIMEOUT, event.text);
		sg_clock_sleep_until(clock, sg_clock_deadline(clock, CHAMBER_RETRY_NS));
	}
	sg_run_tell(run, &event);
	return sg_run_settle(run, SG_PHASE_SOAK);
}

/* What was found in the rows behind the checkpoint, and may not have been done. */
static enum sg_verdict catch_up_with(struct sg_run *run, enum sg_verdict found)
{
	switch (found) {
	case SG_VERDICT_PAUSE:
		return sg_run_pause(run);
	case SG_VERDICT_END_PROCEDURE:
		sg_engine_end_procedure(&run->engine);
		return SG_VERDICT_GO_ON;
	case SG_VERDICT_GO_ON:
	case SG_VERDICT_VERIFY: /* too late for a pulse: the plan's answer to the alarm alone has been taken */
	case SG_VERDICT_HOLD:
	case SG_VERDICT_RECONNECT:
	case SG_VERDICT_STOP:
		break;
	}
	return found == SG_VERDICT_STOP ? SG_VERDICT_STOP : sg_run_pause_on(run);
}

/* GO_ON, or STOP; HOLD: a person has to say that it is to go on. */
static enum sg_verdict policy(struct sg_run *run, const struct sg_reopened *from, bool go_on)
{
	if (run->stopped_by)
		return SG_VERDICT_STOP; /* it was about to end when the program did */
	if (go_on)
		return SG_VERDICT_GO_ON;
	if (from->checkpoint.standing == SG_CHECKPOINT_HELD)
		return SG_VERDICT_HOLD;
	switch (run->config->experiment->on_resume) {
	case SG_RESUME_CONTINUE:
		return SG_VERDICT_GO_ON;
	case SG_RESUME_HOLD:
		return SG_VERDICT_HOLD;
	case SG_RESUME_REFUSE:
		break;
	}
	return sg_run_stop(run, "on_resume", SG_ERR_STATE, "nobody watched for a while; on_resume says to end the test then");
}

static enum sg_err open_again(struct sg_run *run, struct sg_reopened *from, struct sg_run_outcome *outcome,
			      enum sg_verdict *found, struct sg_text *why)
{
	const struct sg_record_meta meta = sg_run_meta(run, from->checkpoint.started_utc_ns);
	struct sg_run_folder folder = from->folder;
	enum sg_err err = sg_recorder_reopen(&meta, from, SG_RUN_FLUSH_S, run->config->clock, why, &run->recorder);

	if (err)
		return err;
	from->folder = folder; /* the recorder's, to be read in */
	*found = sg_run_catch_up(run, from, &err, why);
	from->folder.fd = -1;
	if (err) {
		sg_recorder_close(run->recorder);
		return err;
	}
	sg_run_name_record(run, outcome);
	return SG_OK;
}

/* No cell is switched on without one. */
static enum sg_verdict begin_guardian(struct sg_run *run)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_run_begin_guardian(run, &why);
	return err ? sg_run_stop(run, "guardian", err, why.data) : sg_run_brief_guardian(run);
}

static enum sg_err wait_for_person(struct sg_run *run, struct sg_run_outcome *outcome, struct sg_text *why)
{
	const enum sg_err err = sg_run_leave_held(run, outcome);

	sg_text_add(why, "%s", run->detail);
	return err;
}

/* From here on all is as in a run that has come so far. */
static enum sg_err go_on_from(struct sg_run *run, const struct sg_reopened *from, const struct hole *hole,
			      enum sg_verdict found, bool go_on, struct sg_run_outcome *outcome, struct sg_text *why)
{
	enum sg_verdict verdict = policy(run, from, go_on);
	enum sg_err err;

	if (verdict == SG_VERDICT_HOLD)
		return wait_for_person(run, outcome, why);
	if (verdict != SG_VERDICT_STOP && sg_run_check_plan(run, why))
		verdict = sg_run_stop(run, "instrument", SG_ERR_UNSUPPORTED, why ? why->data : "");
	sg_run_checkpoint(run, SG_CHECKPOINT_RUNNING, true);
	if (verdict != SG_VERDICT_STOP)
		verdict = catch_up_with(run, found);
	if (verdict != SG_VERDICT_STOP)
		verdict = soak_again(run, hole);
	if (verdict != SG_VERDICT_STOP)
		verdict = begin_guardian(run);
	sg_run_follow_plan(run, verdict);
	err = sg_run_finish(run, outcome);
	if (err)
		sg_text_add(why, "%s", run->detail);
	return err;
}

static void learn_model(struct sg_rig *rig)
{
	const struct sg_potentiostat_caps *found = rig->potentiostat.family->potentiostat->caps(rig->potentiostat.identity.model);

	if (found)
		rig->caps = found;
}

enum sg_err sg_run_resume(const struct sg_run_config *config, struct sg_reopened *from, bool go_on,
			  struct sg_run_outcome *outcome, struct sg_text *why)
{
	enum sg_verdict found = SG_VERDICT_GO_ON;
	struct hole hole = { .power = false };
	char about_model[SG_DIAG_SIZE];
	struct sg_event said;
	struct sg_run run;
	enum sg_err err;

	err = sg_run_init(&run, config, outcome, &said);
	if (!err)
		err = restore(&run, from, &hole, why);
	snprintf(about_model, sizeof(about_model), "%s", why && !err ? why->data : "");
	if (!err)
		err = meet(&run, &hole, why);
	if (!err) {
		learn_model(run.rig);
		if (config->experiment->verify_pulse)
			err = sg_pulse_pace_for(run.rig->caps, &run.verify.pace, why);
	}
	if (!err) {
		err = open_again(&run, from, outcome, &found, why);
	}
	if (err)
		goto out;
	sg_run_begin_sleep(&run);
	sg_run_begin_wall(&run);
	place_in_time(&run);
	heed_guardian(&run, &hole.absence);
	tell_hole(&run, &hole, &from->checkpoint);
	tell_notes(&run, from, &hole, about_model);
	if (!sg_run_met_again(&run, &hole.absence, was_off(&run, &hole), hole.before))
		sg_run_stop(&run, "unsafe", SG_ERR_UNCERTAIN, "the cell could not be shown to be off after nobody had watched it");
	run.program_lost = false;
	err = go_on_from(&run, from, &hole, found, go_on, outcome, why);

out:
	sg_reopened_close(from);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a run share: its time, its voice, its reasons to stop, its chamber. */
#include "runner/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"

/* What a disk may take for one thing without anybody's being told: one that spins up, or writes back what others left. */
#define SLOW_DISK_S 2.0

double sg_run_now_s(const struct sg_run *run)
{
	return sg_seconds(sg_clock_now_ns(run->config->clock) - run->zero_ns);
}

int64_t sg_run_deadline(struct sg_run *run, int64_t timeout_ns)
{
	sg_lifeline_busy(&run->lifeline, run->config->clock, timeout_ns);
	return sg_clock_patient_deadline(run->config->clock, timeout_ns);
}

void sg_run_tell(struct sg_run *run, const struct sg_event *event)
{
	struct sg_event numbered = *event;

	numbered.step = run->books.row.step_count;
	sg_result_event(run->result, &numbered);
	if (run->config->observer)
		run->config->observer->event(run->config->observer->ctx, &numbered);
	if (sg_recorder_event(run->recorder, &numbered, sg_clock_utc_ns(run->config->clock)))
		run->disk_failed = true;
	if (event->grade != SG_GRADE_INFO)
		run->checkpoint_due = true;
}

void sg_run_flowed(struct sg_run *run, double time_s, double current_a)
{
	sg_accounting_gap(&run->books, time_s, current_a);
	sg_watch_flowed(&run->watch, time_s, current_a);
}

void sg_run_unwitnessed(struct sg_run *run, double time_s)
{
	sg_accounting_gap(&run->books, time_s, 0.0);
	sg_watch_unwitnessed(&run->watch, time_s);
}

/* A disk that is always slow would be told of for ever: each time it must be twice as bad as before. */
static void tell_slow_disk(struct sg_run *run)
{
	const double silent_s = sg_recorder_silence_s(run->recorder);
	struct sg_event event;

	if (silent_s < fmax(SLOW_DISK_S, 2.0 * run->disk_silent_s))
		return;
	run->disk_silent_s = silent_s;
	sg_event_init(&event, SG_EVENT_DISK, SG_GRADE_WARNING, sg_run_now_s(run));
	event.value = silent_s;
	sg_event_say(&event, "the disk has not answered for %.1f s; until it does, the record waits in memory", silent_s);
	sg_run_tell(run, &event);
}

void sg_run_flush(struct sg_run *run)
{
	sg_run_beat(run);
	sg_run_watch_wall(run);
	if (sg_recorder_tick(run->recorder, sg_clock_now_ns(run->config->clock)))
		run->disk_failed = true;
	tell_slow_disk(run);
	sg_run_checkpoint_if_due(run);
}

bool sg_run_was_unwatched(const struct sg_run *run)
{
	return run->sleep.in_hole || run->program_lost;
}

enum sg_verdict sg_run_stop(struct sg_run *run, const char *stopped_by, enum sg_err failure, const char *detail)
{
	if (!run->stopped_by) {
		run->stopped_by = stopped_by;
		run->failure = failure;
		snprintf(run->detail, sizeof(run->detail), "%s", detail);
	}
	return SG_VERDICT_STOP;
}

void sg_run_show(struct sg_run *run, enum sg_phase phase)
{
	const struct sg_run_observer *observer = run->config->observer;
	const size_t index = run->engine.at;
	struct sg_run_view view;

	if (!observer)
		return;
	memset(&view, 0, sizeof(view));
	view.phase = phase;
	view.plan = run->config->plan;
	view.step_index = !run->block.running ? index :
			  run->block.is_pulse ? run->block.first_step : run->block.first_step + run->block.at;
	if (run->block.running)
		view.step = sg_block_step(run, run->block.at);
	else if (view.step_index < view.plan->step_count)
		view.step = &view.plan->steps[view.step_index];
	view.row = run->books.row.record_index ? &run->books.row : NULL;
	view.time_s = sg_run_now_s(run);
	view.left_s = sg_engine_left_s(&run->engine);
	if (run->block.in_step)
		view.left_s -= view.time_s - run->block.step_begin_s;
	view.resistance_ohm = sg_detector_resistance_ohm(&run->watch.detector);
	view.baseline_ohm = sg_detector_baseline_ohm(&run->watch.detector);
	view.watch = &run->watch;
	view.temperature_c = sg_climate_temperature_c(&run->climate, view.time_s, &view.temperature_stale);
	view.temperature_age_s = view.time_s - run->climate.read_s;
	view.soak_left_s = sg_soak_left_s(&run->climate.soak);
	observer->progress(observer->ctx, &view);
}

static enum sg_verdict on_excursion(struct sg_run *run, const struct sg_event *event)
{
	switch (run->climate.config->on_excursion) {
	case SG_POLICY_FLAG:
		return SG_VERDICT_GO_ON;
	case SG_POLICY_PAUSE: /* no such policy for a temperature */
	case SG_POLICY_HOLD:
		return SG_VERDICT_HOLD;
	case SG_POLICY_STOP:
		break;
	}
	return sg_run_stop(run, "temperature_excursion", SG_ERR_LIMIT, event->text);
}

/* Whether an excursion began; *last is the event that says so. */
static bool read_climate(struct sg_run *run, struct sg_event *last)
{
	struct sg_event events[SG_CLIMATE_EVENTS_MAX];
	const double now_s = sg_run_now_s(run);
	const enum sg_climate_state before = run->climate.state;
	size_t count;

	if (!sg_climate_due(&run->climate, now_s))
		return false;
	count = sg_climate_read(&run->climate, now_s, events);
	for (size_t i = 0; i < count; i++)
		sg_run_tell(run, &events[i]);
	if (before != SG_CLIMATE_AGREED || run->climate.state != SG_CLIMATE_EXCURSION)
		return false;
	*last = events[count - 1];
	return true;
}

enum sg_verdict sg_run_watch_climate(struct sg_run *run)
{
	struct sg_event event;

	return read_climate(run, &event) ? on_excursion(run, &event) : SG_VERDICT_GO_ON;
}

void sg_run_record_climate(struct sg_run *run)
{
	struct sg_event ignored;

	read_climate(run, &ignored);
}

enum sg_verdict sg_run_catch_up_climate(struct sg_run *run)
{
	struct sg_event event;

	if (run->climate.state != SG_CLIMATE_EXCURSION)
		return SG_VERDICT_GO_ON;
	sg_event_init(&event, SG_EVENT_TEMPERATURE, SG_GRADE_WARNING, sg_run_now_s(run));
	sg_event_say(&event, "the temperature left its bounds while the link was lost, and is not back");
	sg_run_tell(run, &event);
	return on_excursion(run, &event);
}

void sg_run_idle(struct sg_run *run, enum sg_phase phase)
{
	sg_run_record_climate(run);
	sg_run_show(run, phase);
	sg_run_flush(run);
}

enum sg_verdict sg_run_watch_operator(struct sg_run *run)
{
	struct sg_event event;

	if (!run->config->interrupts || !*run->config->interrupts)
		return SG_VERDICT_GO_ON;
	if (!run->stopped_by) {
		sg_event_init(&event, SG_EVENT_OPERATOR, SG_GRADE_INFO, sg_run_now_s(run));
		sg_event_say(&event, "stop asked for by the operator");
		sg_run_tell(run, &event);
	}
	return sg_run_stop(run, "operator", SG_OK, "stopped by the operator");
}

bool sg_run_make_safe(struct sg_run *run, double patience_s)
{
	char storage[SG_DIAG_SIZE];
	struct sg_event event;
	struct sg_text why;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_rig_safe_off(run->rig, patience_s, &why);
	sg_event_init(&event, SG_EVENT_SAFE_OFF, err ? SG_GRADE_ALARM : SG_GRADE_INFO, sg_run_now_s(run));
	if (err)
		sg_event_say(&event, "THE CELL COULD NOT BE SHOWN TO BE OFF: %s", why.data);
	else
		sg_event_say(&event, "cell off, read back from the instrument%s%s", why.length ? "; " : "", why.data);
	sg_run_tell(run, &event);
	return !err;
}

enum sg_verdict sg_run_safe(struct sg_run *run)
{
	/* A link that is known to be lost is not asked first: its own way is longer, and knows what to book. */
	if (sg_run_watch_link(run) == SG_VERDICT_STOP)
		return SG_VERDICT_STOP;
	if (sg_run_make_safe(run, SG_RUN_SAFE_S))
		return SG_VERDICT_GO_ON;
	if (sg_run_has_link(run))
		/* UNSAFE is the last word: on the way out it is tried again. */
		return sg_run_stop(run, "unsafe", SG_ERR_UNCERTAIN, "the cell could not be shown to be off");
	/* Lost in that very moment. */
	return sg_run_watch_link(run) == SG_VERDICT_STOP ? SG_VERDICT_STOP : SG_VERDICT_GO_ON;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One block: from start() of the potentiostat to the end it reports, or to the end we order. */
#include "runner/block.h"

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

/* Longest turn without looking at the operator, the chamber and the disk. */
#define TURN_NS (1 * SG_NS_PER_S)
/* Messages that may be dropped in a row before the wire counts as unusable. */
#define WIRE_ERRORS_MAX 20u
/* Reports that may still be under way after a stop: bounded, so that a mad instrument cannot hold us. */
#define DRAIN_MAX 4096

const struct sg_potentiostat_ops *sg_block_ops(const struct sg_run *run)
{
	return run->rig->potentiostat.family->potentiostat;
}

struct sg_device *sg_block_device(const struct sg_run *run)
{
	return run->rig->potentiostat.device;
}

const struct sg_step *sg_block_step(const struct sg_run *run, size_t segment)
{
	return &run->block.steps[segment];
}

static enum sg_verdict on_report(struct sg_run *run, struct sg_report *report)
{
	switch (report->kind) {
	case SG_REPORT_SEGMENT_STARTED:
		sg_block_begin_step(run, report);
		return SG_VERDICT_GO_ON;
	case SG_REPORT_SAMPLE:
		return sg_block_sample(run, &report->sample);
	case SG_REPORT_SEGMENT_ENDED:
		return sg_block_segment_end(run, report);
	case SG_REPORT_SEQUENCE_ENDED:
		run->block.running = false;
		run->block.left_on = !report->cell_off;
		if (run->block.in_step) /* the instrument skipped its own "segment ended" */
			sg_block_end_step(run, report->end, report);
		return SG_VERDICT_GO_ON;
	}
	return SG_VERDICT_GO_ON;
}

static enum sg_verdict lost(struct sg_run *run, enum sg_err err, const char *stopped_by)
{
	struct sg_event event;

	run->block.running = false;
	/*
	 * A write that broke off in the moment of the loss is uncertain, and the link is gone all the same; after a start
	 * that failed there may not even be a device, when making safe did not bring it back.
	 */
	if (err == SG_ERR_GONE || !sg_run_has_link(run))
		return sg_run_link_lost(run);
	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_ALARM, sg_run_now_s(run));
	sg_event_say(&event, "potentiostat: %s (%s)", sg_device_diag(sg_block_device(run)), sg_err_text(err));
	sg_run_stop(run, stopped_by, err, event.text);
	sg_run_tell(run, &event);
	return SG_VERDICT_STOP;
}

static enum sg_verdict on_silence(struct sg_run *run)
{
	struct sg_event event;

	run->trip = sg_guard_silence(&run->guard, sg_run_now_s(run), &event);
	if (run->trip == SG_TRIP_NONE)
		return SG_VERDICT_GO_ON;
	sg_run_stop(run, sg_trip_name(run->trip), SG_ERR_TIMEOUT, event.text);
	sg_run_tell(run, &event);
	return SG_VERDICT_STOP;
}

static enum sg_verdict on_dropped_message(struct sg_run *run, enum sg_err err)
{
	struct sg_event event;

	run->wire_errors++;
	if (++run->block.wire_errors > WIRE_ERRORS_MAX)
		return lost(run, err, "communication");
	if (run->block.wire_errors == 1) { /* the first of a series is told */
		sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
		sg_event_say(&event, "a message was dropped: %s (%s)", sg_device_diag(sg_block_device(run)), sg_err_text(err));
		sg_run_tell(run, &event);
	}
	return on_silence(run); /* noise is no sign of life */
}

static enum sg_verdict on_trouble(struct sg_run *run, enum sg_err err)
{
	switch (sg_err_group(err)) {
	case SG_GROUP_WIRE:
		return on_dropped_message(run, err);
	case SG_GROUP_DEVICE:
		return lost(run, err, "instrument");
	case SG_GROUP_LINK:
		if (err == SG_ERR_TIMEOUT)
			return on_silence(run);
		return lost(run, err, "communication");
	case SG_GROUP_OK:
	case SG_GROUP_CALLER:
	case SG_GROUP_HOST:
	case SG_GROUP_UNCERTAIN:
	case SG_GROUP_SAFETY:
		break;
	}
	return lost(run, err, "communication");
}

/* One turn: what the instrument tells, then what else there is to look at. */
static enum sg_verdict turn(struct sg_run *run)
{
	struct sg_clock *clock = run->config->clock;
	struct sg_report report;
	enum sg_verdict verdict;
	enum sg_err err;

	err = sg_block_ops(run)->next(sg_block_device(run), &report, sg_clock_deadline(clock, TURN_NS));
	if (sg_run_slept(run)) /* the first sample after it would book all of it as measured */
		return SG_VERDICT_RECONNECT;
	verdict = err ? on_trouble(run, err) : on_report(run, &report);
	verdict = sg_verdict_worse(verdict, sg_run_watch_operator(run));
	if (verdict == SG_VERDICT_GO_ON && !run->block.is_pulse && sg_run_hold_asked(run))
		verdict = SG_VERDICT_HOLD;
	if (verdict == SG_VERDICT_GO_ON && (err || report.kind == SG_REPORT_SAMPLE)) {
		/* Right after a sample the instrument is silent for an interval: time for the chamber, but not in a pulse. */
		run->climate.hurried = run->segments[run->block.at].set_value != 0.0;
		if (!run->block.is_pulse)
			verdict = sg_run_watch_climate(run);
		run->climate.hurried = false;
		sg_run_show(run, SG_PHASE_STEP);
	}
	sg_run_flush(run);
	if (run->disk_failed)
		verdict = sg_run_stop_for_disk(run);
	if (verdict > SG_VERDICT_GO_ON && verdict != SG_VERDICT_RECONNECT && sg_block_order_off(run, verdict))
		verdict = sg_run_link_lost(run);
	return verdict;
}

/*
 * After an ordered end: what was measured before it is kept. A limit that one of these samples passes or a
 * short it confirms still counts, or a hold would go on with it.
 */
static enum sg_verdict drain(struct sg_run *run)
{
	enum sg_verdict verdict = SG_VERDICT_GO_ON;
	struct sg_report report;

	for (int i = 0; i < DRAIN_MAX && run->block.running; i++) {
		if (sg_block_ops(run)->next(sg_block_device(run), &report, sg_clock_now_ns(run->config->clock)))
			break;
		verdict = sg_verdict_worse(verdict, on_report(run, &report));
	}
	run->block.running = false;
	if (run->block.in_step)
		sg_block_end_step(run, SG_END_STOPPED, NULL);
	return verdict;
}

/*
 * The PC slept between a decision and its end: what is still under way would book that as known. The way back comes
 * first, then what was decided, unless the procedure that was to end has passed meanwhile.
 */
static enum sg_verdict after_sleep(struct sg_run *run, enum sg_verdict decided)
{
	const struct sg_plan *plan = run->config->plan;
	const size_t procedure = plan->steps[run->block.first_step].procedure;
	const enum sg_verdict verdict = sg_run_reconnect(run);
	const size_t at = run->engine.at;

	/* What was broken was settled there. */
	run->block.broken = run->block.left_on = false;
	if (decided == SG_VERDICT_END_PROCEDURE && (at >= plan->step_count || plan->steps[at].procedure != procedure))
		decided = SG_VERDICT_GO_ON;
	return sg_verdict_worse(decided, verdict);
}

enum sg_verdict sg_block_carry(struct sg_run *run)
{
	enum sg_verdict verdict = SG_VERDICT_GO_ON;
	enum sg_err err;

	run->block.start_s = sg_run_now_s(run);
	sg_guard_arm(&run->guard, run->block.start_s);
	err = sg_block_start(run, run->block.count);
	if (run->sleep.in_hole) /* whatever it answered */
		return SG_VERDICT_RECONNECT;
	if (err)
		return lost(run, err, sg_err_group(err) == SG_GROUP_DEVICE ? "instrument" : "communication");
	run->block.running = true;
	while (run->block.running && verdict == SG_VERDICT_GO_ON)
		verdict = turn(run);
	if (verdict == SG_VERDICT_RECONNECT)
		return verdict; /* what became of the block shows when the instrument is met again */
	if (verdict != SG_VERDICT_GO_ON && sg_run_slept(run)) {
		if (verdict == SG_VERDICT_VERIFY)
			verdict = sg_run_verify_without(run, "the PC slept");
		return after_sleep(run, verdict);
	}
	if (verdict != SG_VERDICT_GO_ON)
		verdict = sg_verdict_worse(verdict, drain(run));
	return verdict;
}

enum sg_verdict sg_run_block(struct sg_run *run, const struct sg_action *action)
{
	enum sg_verdict verdict = sg_run_watch_sleep(run);

	if (verdict != SG_VERDICT_GO_ON)
		return verdict;
	run->block = (struct sg_block){
		.steps = &run->config->plan->steps[action->step],
		.first_step = action->step,
		.count = action->count,
		.start_s = sg_run_now_s(run),
	};
	/* The cell is off. Whoever goes on after a crash must know that this block may have been started: then no step is repeated. */
	sg_run_checkpoint(run, SG_CHECKPOINT_RUNNING, true);
	if (run->disk_failed) {
		run->block.count = 0;
		return sg_run_stop_for_disk(run);
	}
	verdict = sg_block_carry(run);
	if (verdict == SG_VERDICT_RECONNECT)
		return verdict;
	if (verdict == SG_VERDICT_VERIFY)
		return sg_run_verify(run);
	if ((verdict == SG_VERDICT_HOLD || verdict == SG_VERDICT_PAUSE) && run->block.broken)
		sg_engine_step_broken(&run->engine, run->block.broken_step, run->block.ran_s);
	run->block.count = 0;
	run->block.ordered_off = false;
	if (verdict == SG_VERDICT_GO_ON && run->block.left_on)
		verdict = sg_run_safe(run);
	return verdict;
}

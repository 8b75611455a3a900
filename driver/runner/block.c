/* SPDX-License-Identifier: Apache-2.0 */
/* One block: from start() of the potentiostat to the end it reports, or to the end we order. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

#define START_NS (5 * SG_NS_PER_S)
/* A flipped bit or a lost line on the way of a program must not end a test of weeks. */
#define START_ATTEMPTS 3
#define STOP_NS (3 * SG_NS_PER_S)
/* Longest turn without looking at the operator, the chamber and the disk. */
#define TURN_NS (1 * SG_NS_PER_S)
/* Messages that may be dropped in a row before the wire counts as unusable. */
#define WIRE_ERRORS_MAX 20u
/* Reports that may still be under way after a stop: bounded, so that a mad instrument cannot hold us. */
#define DRAIN_MAX 4096

static const struct sg_potentiostat_ops *ops(const struct sg_run *run)
{
	return run->rig->potentiostat.family->potentiostat;
}

static struct sg_device *device(const struct sg_run *run)
{
	return run->rig->potentiostat.device;
}

static const struct sg_step *step_at(const struct sg_run *run, size_t segment)
{
	return &run->config->plan->steps[run->block.first_step + segment];
}

static enum sg_verdict worse(enum sg_verdict a, enum sg_verdict b)
{
	return a > b ? a : b;
}

/* The current stood still between two blocks although nobody planned a rest: say for how long. */
static void tell_gap(struct sg_run *run, const struct sg_step *step, double begin_s)
{
	const double gap_s = begin_s - run->current_off_s;
	struct sg_event event;

	if (step->kind != SG_STEP_CURRENT || !run->current_before || isnan(run->current_off_s))
		return;
	sg_event_init(&event, SG_EVENT_GAP, gap_s > 5.0 ? SG_GRADE_WARNING : SG_GRADE_INFO, begin_s);
	event.since_s = run->current_off_s;
	event.value = gap_s;
	if (run->block.unknown_s > 0.0)
		sg_event_say(&event, "%.3f s between two steps, in %.3f s of which a start that was not answered may have driven "
			     "from none to the set current; nothing is booked", gap_s, run->block.unknown_s);
	else
		sg_event_say(&event, "no current for %.3f s between two steps (change of range or of script); booked as zero",
			     gap_s);
	sg_run_tell(run, &event);
}

static double largest_current_a(const struct sg_run *run)
{
	double largest_a = 0.0;

	for (size_t i = 0; i < run->block.count; i++)
		largest_a = fmax(largest_a, fabs(run->segments[i].set_value));
	return largest_a;
}

static void begin_step(struct sg_run *run, const struct sg_report *report)
{
	const struct sg_step *step = step_at(run, report->segment);
	const struct sg_segment *segment = &run->segments[report->segment];
	struct sg_event event;
	double begin_s;

	if (report->segment == 0) {
		run->block.anchor_ns = report->host_ns;
		begin_s = sg_seconds(report->host_ns - run->zero_ns);
		sg_run_flowed(run, begin_s, 0.0);
		tell_gap(run, step, begin_s);
	} else {
		/* No gap at the cell: the step begins where the one before it ended. */
		begin_s = run->books.row.test_time_s;
	}
	run->block.at = report->segment;
	run->block.in_step = true;
	sg_accounting_step(&run->books, step, begin_s);
	begin_s = run->block.step_begin_s = run->books.row.test_time_s;
	sg_guard_arm(&run->guard, sg_run_now_s(run));
	if (step->kind == SG_STEP_CURRENT)
		sg_result_begin(run->result, run->books.row.step_count, step->cycle, step->density_ma_cm2,
				segment->duration_s, begin_s);
	if (report->segment == 0)
		sg_result_unknown_before(run->result, run->block.unknown_s * largest_current_a(run));
	sg_event_init(&event, SG_EVENT_STEP_STARTED, SG_GRADE_INFO, begin_s);
	event.value = step->density_ma_cm2;
	if (step->kind == SG_STEP_CURRENT)
		sg_event_say(&event, "step %s: %+.4g mA cm-2 (%+.6g mA) for %.6g s in the %.3g mA range", step->id,
			     step->density_ma_cm2, step->current_a * 1e3, segment->duration_s, step->range_a * 1e3);
	else
		sg_event_say(&event, "step %s: rest for %.6g s", step->id, segment->duration_s);
	sg_run_tell(run, &event);
}

/*
 * Test time to which the step had its current. One that ran its time: to the end of that, which need not be a sample's;
 * one that we ended: to where the instrument says so. Samples behind that know better.
 * Assumed: a loop of the instrument ends when its run time is over, not with its last whole interval. A capture of a
 * script with a run time of 5.5 intervals would tell.
 */
static double step_end_s(const struct sg_run *run, enum sg_end end, const struct sg_report *report)
{
	const double planned_s = run->block.step_begin_s + run->segments[run->block.at].duration_s;
	double until_s = run->books.row.test_time_s;

	if (end == SG_END_DURATION)
		until_s = planned_s;
	else if (report && run->block.ordered_off)
		until_s = fmin(sg_seconds(report->host_ns - run->zero_ns), planned_s);
	return fmax(until_s, run->books.row.test_time_s);
}

/* From the last sample to the end of the step: at the current that was measured last in it, or else at the set one. */
static void close_books(struct sg_run *run, const struct sg_step *step, double end_s)
{
	const struct sg_row *row = &run->books.row;
	const bool measured = row->step_record_index && isfinite(row->current_a);

	sg_run_flowed(run, end_s, measured ? row->current_a : run->segments[run->block.at].set_value);
	if (step->kind == SG_STEP_CURRENT)
		sg_result_ran_on(run->result, end_s, sg_accounting_step_charge_c(&run->books));
}

/* report: the one that says so, or NULL if none does. */
static void end_step(struct sg_run *run, enum sg_end end, const struct sg_report *report)
{
	const struct sg_step *step = step_at(run, run->block.at);
	const double end_s = step_end_s(run, end, report);
	struct sg_event event;

	close_books(run, step, end_s);
	run->block.in_step = false;
	if (step->kind == SG_STEP_CURRENT) {
		sg_result_end(run->result, end_s, end, end == SG_END_DURATION);
		run->current_off_s = end_s;
	}
	run->current_before = step->kind == SG_STEP_CURRENT;
	sg_event_init(&event, SG_EVENT_STEP_ENDED, SG_GRADE_INFO, end_s);
	sg_event_say(&event, "step %s ended: %s", step->id, sg_end_name(end));
	sg_run_tell(run, &event);
	if (end == SG_END_DURATION) {
		sg_engine_step_done(&run->engine, run->block.first_step + run->block.at);
	} else {
		run->block.broken = true;
		run->block.broken_step = run->block.first_step + run->block.at;
		run->block.ran_s = end_s - run->block.step_begin_s;
	}
}

static enum sg_verdict on_segment_end(struct sg_run *run, const struct sg_report *report)
{
	const size_t index = run->block.first_step + report->segment;
	const enum sg_verdict verdict = sg_engine_on_end(&run->engine, index, report->end);
	struct sg_event event;

	if (run->block.ordered_off) { /* no surprise, and it was decided before what it means */
		end_step(run, report->end, report);
		return SG_VERDICT_GO_ON;
	}
	if (report->end == SG_END_VOLTAGE_MAX || report->end == SG_END_VOLTAGE_MIN) {
		sg_event_init(&event, SG_EVENT_LIMIT, verdict == SG_VERDICT_STOP ? SG_GRADE_ALARM : SG_GRADE_INFO,
			      run->books.row.test_time_s);
		event.value = run->books.row.voltage_v;
		event.reference = report->end == SG_END_VOLTAGE_MAX ? run->segments[report->segment].voltage_max_v :
								       run->segments[report->segment].voltage_min_v;
		sg_event_say(&event, "the voltage reached %.4g V (last sample %.4f V); the instrument ended the step",
			     event.reference, event.value);
		sg_run_tell(run, &event);
		if (verdict == SG_VERDICT_STOP)
			sg_run_stop(run, sg_trip_name(SG_TRIP_VOLTAGE), SG_ERR_LIMIT, event.text);
		else
			run->procedure_end = "voltage";
	} else if (verdict == SG_VERDICT_STOP) {
		sg_run_stop(run, "instrument", SG_ERR_REFUSED, sg_device_diag(device(run)));
	}
	end_step(run, report->end, report);
	return verdict;
}

/*
 * Cell off now; what is still under way is collected afterwards. GONE: it may run on, and the test is to go on after a
 * hold, so the way of a lost link is the right one. In any other case that is seen to here.
 */
static enum sg_err order_off(struct sg_run *run, enum sg_verdict verdict)
{
	enum sg_err err;

	if (run->block.ordered_off)
		return SG_OK;
	run->block.ordered_off = true;
	err = ops(run)->stop(device(run), sg_run_deadline(run, STOP_NS));
	if (!err)
		return SG_OK;
	/* It did not say that it ended: every second counts more than the samples under way. */
	run->block.running = false;
	if (err == SG_ERR_GONE && (verdict == SG_VERDICT_HOLD || verdict == SG_VERDICT_PAUSE))
		return err;
	sg_run_make_safe(run, 60.0);
	return SG_OK;
}

static struct sg_reading reading_of(const struct sg_row *row)
{
	return (struct sg_reading){
		.time_s = row->test_time_s,
		.voltage_v = row->voltage_v,
		.current_a = row->current_a,
		.set_a = row->set_a,
		.temperature_c = row->temperature_c,
		.limit_fraction = NAN,
		.flags = row->flags,
		.step = row->step_count,
	};
}

static void record_sample(struct sg_run *run, const struct sg_row *row)
{
	struct sg_interval used;
	/* V/I means something later than V does: right after a reversal the interfaces still charge. */
	const bool valid = !isnan(sg_detector_resistance_ohm(&run->watch.detector));

	if (sg_recorder_row(run->recorder, row))
		run->disk_failed = true;
	if (step_at(run, run->block.at)->kind != SG_STEP_CURRENT)
		return;
	if (!(row->flags & (SG_FLAG_OVERLOAD | SG_FLAG_OFF_SET_POINT)))
		sg_result_voltage(run->result, row->voltage_v);
	sg_result_sample(run->result, row->test_time_s, row->voltage_v, row->current_a, row->temperature_c, valid,
			 row->step.charging_c - row->step.discharging_c);
	used = sg_watch_fraction(&run->watch, sg_watch_stripped(row->set_a));
	sg_result_limit(run->result, used.low, used.high);
}

/* The way of a sample: books, guard, detectors, then (if need be) cell off, and only then the record. */
static enum sg_verdict on_sample(struct sg_run *run, struct sg_sample *sample)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX + 1];
	enum sg_verdict verdict = SG_VERDICT_GO_ON;
	const struct sg_row *row;
	struct sg_reading reading;
	const struct sg_polarization *marks = &run->watch.detector.polarizing.marks;
	const bool was_doubled = isfinite(marks->t2x_s);
	double time_s = sg_seconds(sample->host_ns - run->zero_ns);
	size_t count = 0;
	bool stale;

	run->block.wire_errors = 0;
	if (sample->instrument_ns != SG_NO_TIME)
		time_s = sg_seconds(run->block.anchor_ns - run->zero_ns + sample->instrument_ns);
	sample->set_a = run->segments[run->block.at].set_value;
	if (run->hole)
		sample->flags |= SG_FLAG_GAP_BEFORE;
	run->hole = false;
	sample->temperature_c = sg_climate_temperature_c(&run->climate, time_s, &stale);
	if (stale)
		sample->flags |= SG_FLAG_STALE;
	row = sg_accounting_sample(&run->books, sample, time_s, sg_clock_utc_ns(run->config->clock));

	run->trip = sg_guard_sample(&run->guard, sample, row->test_time_s,
				    row->test.charging_c - row->test.discharging_c, &events[0]);
	if (run->trip != SG_TRIP_NONE) {
		verdict = sg_run_stop(run, sg_trip_name(run->trip), SG_ERR_LIMIT, events[0].text);
		count = 1;
	}
	reading = reading_of(row);
	count += sg_watch_feed(&run->watch, &reading, &events[count]);
	if (!was_doubled && isfinite(marks->t2x_s)) {
		verdict = worse(verdict, sg_engine_on_doubled(&run->engine));
		if (verdict == SG_VERDICT_END_PROCEDURE)
			run->procedure_end = "resistance_doubled";
	}
	for (size_t i = 0; i < count; i++) {
		const enum sg_verdict answer = sg_engine_on_event(&run->engine, &events[i]);

		if (answer == SG_VERDICT_STOP)
			sg_run_stop(run, sg_event_name(events[i].type), SG_OK, events[i].text);
		else if (answer == SG_VERDICT_END_PROCEDURE)
			run->procedure_end = sg_event_name(events[i].type);
		verdict = worse(verdict, answer);
	}
	if (verdict > SG_VERDICT_GO_ON && order_off(run, verdict))
		verdict = SG_VERDICT_RECONNECT;
	record_sample(run, row);
	for (size_t i = 0; i < count; i++)
		sg_run_tell(run, &events[i]);
	if (verdict == SG_VERDICT_RECONNECT)
		verdict = sg_run_link_lost(run);
	return verdict;
}

static enum sg_verdict on_report(struct sg_run *run, struct sg_report *report)
{
	switch (report->kind) {
	case SG_REPORT_SEGMENT_STARTED:
		begin_step(run, report);
		return SG_VERDICT_GO_ON;
	case SG_REPORT_SAMPLE:
		return on_sample(run, &report->sample);
	case SG_REPORT_SEGMENT_ENDED:
		return on_segment_end(run, report);
	case SG_REPORT_SEQUENCE_ENDED:
		run->block.running = false;
		run->block.left_on = !report->cell_off;
		if (run->block.in_step) /* the instrument skipped its own "segment ended" */
			end_step(run, report->end, report);
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
	sg_event_say(&event, "potentiostat: %s (%s)", sg_device_diag(device(run)), sg_err_text(err));
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
		sg_event_say(&event, "a message was dropped: %s (%s)", sg_device_diag(device(run)), sg_err_text(err));
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

	err = ops(run)->next(device(run), &report, sg_clock_deadline(clock, TURN_NS));
	if (sg_run_slept(run)) /* the first sample after it would book all of it as measured */
		return SG_VERDICT_RECONNECT;
	verdict = err ? on_trouble(run, err) : on_report(run, &report);
	verdict = worse(verdict, sg_run_watch_operator(run));
	if (verdict == SG_VERDICT_GO_ON && (err || report.kind == SG_REPORT_SAMPLE)) {
		/* Right after a sample the instrument is silent for an interval: time for the chamber. */
		run->climate.hurried = run->segments[run->block.at].set_value != 0.0;
		verdict = sg_run_watch_climate(run);
		run->climate.hurried = false;
		sg_run_show(run, SG_PHASE_STEP);
	}
	sg_run_flush(run);
	if (run->disk_failed)
		verdict = sg_run_stop_for_disk(run);
	if (verdict > SG_VERDICT_GO_ON && verdict != SG_VERDICT_RECONNECT && order_off(run, verdict))
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
		if (ops(run)->next(device(run), &report, sg_clock_now_ns(run->config->clock)))
			break;
		verdict = worse(verdict, on_report(run, &report));
	}
	run->block.running = false;
	if (run->block.in_step)
		end_step(run, SG_END_STOPPED, NULL);
	return verdict;
}

/* Not taken, and the link is there: damaged on its way, perhaps. */
static bool may_start_again(enum sg_err err)
{
	return err == SG_ERR_REFUSED || err == SG_ERR_UNCERTAIN || err == SG_ERR_TIMEOUT;
}

/* Nobody answered: it may have been running from then until it was shown to be off. */
static void note_unknown(struct sg_run *run, double since_s)
{
	const double largest_a = largest_current_a(run);
	struct sg_event event;

	if (largest_a == 0.0)
		return;
	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = since_s;
	event.value = event.time_s - since_s;
	run->block.unknown_s += event.value;
	sg_event_say(&event, "what flowed in these %.3f s is not known, from none to the set current (%.4g mA): nothing is booked",
		     event.value, largest_a * 1e3);
	sg_run_tell(run, &event);
}

/* One that failed is made safe before anything else. True: the cell is off, and it may be tried again. */
static bool recover_start(struct sg_run *run, int attempt, enum sg_err err, double since_s)
{
	struct sg_event event;
	bool safe;

	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
	sg_event_say(&event, "start %d of %d failed: %s (%s)", attempt, START_ATTEMPTS, sg_device_diag(device(run)),
		     sg_err_text(err));
	sg_run_tell(run, &event);
	safe = sg_run_make_safe(run, SG_RUN_SAFE_S);
	if (err != SG_ERR_REFUSED)
		note_unknown(run, since_s);
	return safe && sg_run_watch_operator(run) == SG_VERDICT_GO_ON;
}

static enum sg_err start(struct sg_run *run, size_t count)
{
	double since_s;
	enum sg_err err;

	for (int attempt = 1;; attempt++) {
		since_s = sg_run_now_s(run);
		err = ops(run)->start(device(run), run->segments, count, sg_run_deadline(run, START_NS));
		if (sg_run_slept(run) || !may_start_again(err))
			return err;
		if (!recover_start(run, attempt, err, since_s) || attempt == START_ATTEMPTS || sg_run_slept(run))
			return err;
	}
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

	if (decided == SG_VERDICT_END_PROCEDURE && (at >= plan->step_count || plan->steps[at].procedure != procedure))
		decided = SG_VERDICT_GO_ON;
	return worse(decided, verdict);
}

enum sg_verdict sg_run_block(struct sg_run *run, const struct sg_action *action)
{
	enum sg_verdict verdict = sg_run_watch_sleep(run);
	enum sg_err err;

	if (verdict != SG_VERDICT_GO_ON)
		return verdict;
	memset(&run->block, 0, sizeof(run->block));
	run->block.first_step = action->step;
	run->block.count = action->count;
	run->block.start_s = sg_run_now_s(run);
	sg_guard_arm(&run->guard, run->block.start_s);
	err = start(run, action->count);
	if (run->sleep.in_hole) /* whatever it answered */
		return SG_VERDICT_RECONNECT;
	if (err)
		return lost(run, err, sg_err_group(err) == SG_GROUP_DEVICE ? "instrument" : "communication");
	run->block.running = true;
	while (run->block.running && verdict == SG_VERDICT_GO_ON)
		verdict = turn(run);
	if (verdict == SG_VERDICT_RECONNECT)
		return verdict; /* what became of the block shows when the instrument is met again */
	if (verdict != SG_VERDICT_GO_ON && sg_run_slept(run))
		return after_sleep(run, verdict);
	if (verdict != SG_VERDICT_GO_ON)
		verdict = worse(verdict, drain(run));
	if ((verdict == SG_VERDICT_HOLD || verdict == SG_VERDICT_PAUSE) && run->block.broken)
		sg_engine_step_broken(&run->engine, run->block.broken_step, run->block.ran_s);
	run->block.count = 0;
	if (verdict == SG_VERDICT_GO_ON && run->block.left_on)
		verdict = sg_run_safe(run);
	return verdict;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A step of a block in the books: where its current began and ended, what it moved, and what is told of it. */
#include "runner/block.h"

#include <math.h>

#include "core/units.h"
#include "runner/run.h"

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

double sg_block_largest_a(const struct sg_run *run)
{
	double largest_a = 0.0;

	for (size_t i = 0; i < run->block.count; i++)
		largest_a = fmax(largest_a, fabs(run->segments[i].set_value));
	return largest_a;
}

void sg_block_begin_step(struct sg_run *run, const struct sg_report *report)
{
	const struct sg_step *step = sg_block_step(run, report->segment);
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
	if (step->kind == SG_STEP_CURRENT && !run->block.is_pulse)
		sg_result_begin(run->result, run->books.row.step_count, step->cycle, step->density_ma_cm2,
				segment->duration_s, begin_s);
	if (report->segment == 0 && !run->block.is_pulse)
		sg_result_unknown_before(run->result, run->block.unknown_s * sg_block_largest_a(run));
	sg_event_init(&event, SG_EVENT_STEP_STARTED, SG_GRADE_INFO, begin_s);
	event.value = step->density_ma_cm2;
	if (step->kind == SG_STEP_CURRENT)
		sg_event_say(&event, "step %s: %+.4g mA cm-2 (%+.6g mA) for %.6g s in the %.3g mA range", step->id,
			     step->density_ma_cm2, step->current_a * 1e3, segment->duration_s, step->range_a * 1e3);
	else
		sg_event_say(&event, "step %s: rest for %.6g s", step->id, segment->duration_s);
	sg_run_tell(run, &event);
	run->checkpoint_due = true;
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
	if (step->kind == SG_STEP_CURRENT && !run->block.is_pulse)
		sg_result_ran_on(run->result, end_s, sg_accounting_step_charge_c(&run->books));
}

void sg_block_end_step(struct sg_run *run, enum sg_end end, const struct sg_report *report)
{
	const struct sg_step *step = sg_block_step(run, run->block.at);
	const double end_s = step_end_s(run, end, report);
	struct sg_event event;

	close_books(run, step, end_s);
	run->block.in_step = false;
	if (step->kind == SG_STEP_CURRENT) {
		if (!run->block.is_pulse)
			sg_result_end(run->result, end_s, end, end == SG_END_DURATION);
		run->current_off_s = end_s;
	}
	run->current_before = step->kind == SG_STEP_CURRENT;
	run->checkpoint_due = true;
	sg_event_init(&event, SG_EVENT_STEP_ENDED, SG_GRADE_INFO, end_s);
	sg_event_say(&event, "step %s ended: %s", step->id, sg_end_name(end));
	sg_run_tell(run, &event);
	if (run->block.is_pulse)
		return; /* the plan does not move */
	if (end == SG_END_DURATION) {
		sg_engine_step_done(&run->engine, run->block.first_step + run->block.at);
	} else {
		run->block.broken = true;
		run->block.broken_step = run->block.first_step + run->block.at;
		run->block.ran_s = end_s - run->block.step_begin_s;
	}
}

double sg_block_next_begin_s(struct sg_run *run)
{
	struct sg_block *block = &run->block;
	const size_t done = run->engine.at > block->first_step ? run->engine.at - block->first_step : 0;

	if (block->in_step)
		return block->step_begin_s;
	if (done <= block->at)
		return block->at ? run->books.row.test_time_s : block->start_s;
	block->at = done < block->count ? done : block->count;
	return run->books.row.test_time_s;
}

enum sg_verdict sg_block_segment_end(struct sg_run *run, const struct sg_report *report)
{
	const size_t index = run->block.first_step + (run->block.is_pulse ? 0 : report->segment);
	const enum sg_verdict verdict = sg_engine_on_end(&run->engine, index, report->end);
	struct sg_event event;

	if (run->block.ordered_off) { /* no surprise, and it was decided before what it means */
		sg_block_end_step(run, report->end, report);
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
		if (!run->block.is_pulse)
			sg_watch_voltage_limit(&run->watch, run->books.row.test_time_s);
		sg_run_tell(run, &event);
		if (verdict == SG_VERDICT_STOP)
			sg_run_stop(run, sg_trip_name(SG_TRIP_VOLTAGE), SG_ERR_LIMIT, event.text);
		else
			run->procedure_end = "voltage";
	} else if (verdict == SG_VERDICT_STOP) {
		sg_run_stop(run, "instrument", SG_ERR_REFUSED, sg_device_diag(sg_block_device(run)));
	}
	sg_block_end_step(run, report->end, report);
	return verdict;
}

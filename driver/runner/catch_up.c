/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that were recorded behind the checkpoint: they are taken into the books, the result and the detectors as if they came
 * now. What is found in them may have been told already, and what it means may not have been done: so it is told once and
 * means the same.
 */
#include <math.h>
#include <string.h>

#include "core/sample.h"
#include "core/units.h"
#include "experiment/accounting_record.h"
#include "host/run_reopen.h"
#include "runner/run.h"

/* Between a checkpoint and the next there is a warning at most, and infos. */
#define TOLD_MAX 256
/* A table rounds times and values: what was found then may be found a reading earlier or later now. */
#define SAME_INTERVALS 2.5

/* Of a pulse: what the books need of it. */
static const struct sg_step pulse_step = { .kind = SG_STEP_CURRENT, .id = "verify" };

struct told {
	enum sg_event_type type;
	double time_s;
};

struct catch_up {
	struct sg_run *run;
	uint64_t from; /* bytes of events.csv at the checkpoint */
	size_t count;
	struct told told[TOLD_MAX];
	enum sg_verdict verdict;
};

static void note_told(void *ctx, const struct sg_event *event, int64_t utc_ns, uint64_t offset)
{
	struct catch_up *c = ctx;

	(void)utc_ns;
	c->run->result->event_counts[event->type]++;
	if (offset >= c->from && event->type == SG_EVENT_GUARDIAN && isfinite(event->value)) /* it switched the cell off */
		c->run->guardian_off_s = event->time_s;
	if (offset >= c->from && c->count < TOLD_MAX)
		c->told[c->count++] = (struct told){ event->type, event->time_s };
}

/* Each that was told stands for one that is found. */
static bool was_told(struct catch_up *c, const struct sg_event *event)
{
	const double interval_s = c->run->segments[c->run->block.at].interval_s;

	for (size_t i = 0; i < c->count; i++) {
		struct told *told = &c->told[i];

		if (told->type != event->type || fabs(told->time_s - event->time_s) > SAME_INTERVALS * interval_s)
			continue;
		told->type = SG_EVENT_TYPES;
		return true;
	}
	return false;
}

static void tell(struct catch_up *c, const struct sg_event *event)
{
	if (!was_told(c, event)) {
		sg_run_tell(c->run, event);
		return;
	}
	sg_result_event(c->run->result, event); /* what it means for the result; it is counted already */
	c->run->result->event_counts[event->type]--;
}

/* ---- steps ---- */

static void end_step(struct sg_run *run, double until_s, enum sg_end end)
{
	const struct sg_step *step = sg_block_step(run, run->block.at);
	const struct sg_row *row = &run->books.row;
	const bool measured = row->step_record_index && isfinite(row->current_a);

	sg_run_flowed(run, until_s, measured ? row->current_a : run->segments[run->block.at].set_value);
	if (step->kind == SG_STEP_CURRENT) {
		sg_result_ran_on(run->result, until_s, sg_accounting_step_charge_c(&run->books));
		sg_result_end(run->result, until_s, end, end == SG_END_DURATION);
		run->current_off_s = until_s;
	}
	run->current_before = step->kind == SG_STEP_CURRENT;
	run->block.in_step = false;
}

/* The step of a pulse is none of the plan: what it interrupted goes on after it, if the plan's answer to the alarm lets it. */
static bool is_of_pulse(const char *id)
{
	return strncmp(id, "verify.", 7) == 0;
}

/* The same step again: it was broken off, and gone on with in another block. */
static void leave_step(struct sg_run *run, double begin_s, const char *next_id)
{
	const size_t index = run->block.first_step + run->block.at;
	const double planned_s = run->block.step_begin_s + run->segments[run->block.at].duration_s;
	const double until_s = fmin(planned_s, begin_s);

	if (!is_of_pulse(next_id) && strcmp(next_id, sg_block_step(run, run->block.at)->id) != 0) {
		end_step(run, fmax(until_s, run->books.row.test_time_s), SG_END_DURATION);
		sg_engine_step_done(&run->engine, index);
		run->block.at++;
		return;
	}
	end_step(run, run->books.row.test_time_s, SG_END_STOPPED);
	sg_engine_step_broken(&run->engine, index, run->books.row.test_time_s - run->block.step_begin_s);
	run->block.count = 0;
}

/* A block that the checkpoint knows nothing of: it is the one that the plan has next. */
static bool enter_block(struct sg_run *run, double begin_s)
{
	const struct sg_potentiostat_caps *caps = run->rig->caps;
	const size_t most = caps->sequence_max < SG_BLOCK_STEPS_MAX ? caps->sequence_max : SG_BLOCK_STEPS_MAX;
	struct sg_action action;

	for (;;) {
		action = sg_engine_next(&run->engine, caps->gapless, run->segments, most);
		if (action.kind != SG_ACTION_TEMPERATURE)
			break;
		sg_engine_step_done(&run->engine, action.step);
	}
	if (action.kind == SG_ACTION_DONE)
		return false;
	memset(&run->block, 0, sizeof(run->block));
	run->block.steps = &run->config->plan->steps[action.step];
	run->block.first_step = action.step;
	run->block.count = action.count;
	run->block.start_s = begin_s;
	return true;
}

static void begin_step(struct sg_run *run, double begin_s)
{
	const struct sg_step *step = sg_block_step(run, run->block.at);
	const struct sg_experiment *experiment = run->config->experiment;

	sg_run_flowed(run, begin_s, 0.0);
	sg_accounting_step(&run->books, step, begin_s);
	run->block.in_step = true;
	run->block.step_begin_s = run->books.row.test_time_s;
	sg_result_ramp(run->result, experiment->procedures[step->procedure].kind == SG_PROC_CCD);
	if (step->kind == SG_STEP_CURRENT)
		sg_result_begin(run->result, run->books.row.step_count, step->cycle, step->density_ma_cm2,
				run->segments[run->block.at].duration_s, begin_s);
}

/* The step of this row, by way of the steps before it; ones too short for a row may lie between. */
static bool go_to_step(struct sg_run *run, const struct sg_row *row)
{
	const double begin_s = row->test_time_s - row->step_time_s;

	if (row->step_count < run->books.row.step_count)
		return false;
	while (row->step_count != run->books.row.step_count) {
		if (run->block.in_step)
			leave_step(run, begin_s, row->step_id);
		if (is_of_pulse(row->step_id)) {
			sg_run_flowed(run, begin_s, 0.0);
			sg_accounting_step(&run->books, &pulse_step, begin_s);
			continue;
		}
		sg_block_next_begin_s(run); /* one that has ended is behind us */
		if (run->block.at >= run->block.count && !enter_block(run, begin_s))
			return false;
		begin_step(run, begin_s);
	}
	return is_of_pulse(row->step_id) || strcmp(run->books.row.step_id, row->step_id) == 0;
}

/* ---- rows ---- */

static struct sg_sample sample_of(const struct sg_row *row)
{
	return (struct sg_sample){
		.voltage_v = row->voltage_v, .current_a = row->current_a, .set_a = row->set_a, .range_a = row->range_a,
		.temperature_c = row->temperature_c, .flags = row->flags, .instrument_ns = SG_NO_TIME,
	};
}

static enum sg_err take_row(void *ctx, const struct sg_row *told)
{
	struct sg_event events[SG_BLOCK_EVENTS_MAX];
	struct catch_up *c = ctx;
	struct sg_run *run = c->run;
	const struct sg_sample sample = sample_of(told);
	size_t count;

	if (told->record_index <= run->books.row.record_index || !go_to_step(run, told))
		return SG_ERR_FORMAT;
	sg_accounting_adopt(&run->books, told);
	if (is_of_pulse(told->step_id)) {
		sg_watch_flowed(&run->watch, told->test_time_s, told->current_a);
		return SG_OK;
	}
	if (!run->block.in_step) /* a late one, of a step that had ended */
		return SG_OK;
	c->verdict = sg_verdict_worse(c->verdict, sg_block_judge(run, &sample, &run->books.row, events, &count));
	sg_block_find(run, &run->books.row);
	for (size_t i = 0; i < count; i++)
		tell(c, &events[i]);
	return SG_OK;
}

enum sg_verdict sg_run_catch_up(struct sg_run *run, const struct sg_reopened *from, enum sg_err *err, struct sg_text *why)
{
	struct catch_up c = { .run = run, .from = from->checkpoint.mark.events_bytes, .verdict = SG_VERDICT_GO_ON };

	*err = sg_reopened_events(&from->folder, note_told, &c);
	if (!*err)
		*err = sg_reopened_rows(from, &run->books.row, take_row, &c);
	if (*err)
		sg_text_add(why, "the rows behind row %llu do not go on from where the checkpoint stands: %s",
			    (unsigned long long)run->books.row.record_index, sg_err_text(*err));
	return c.verdict;
}

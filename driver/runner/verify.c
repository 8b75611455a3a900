/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/verify.h"

#include <math.h>
#include <string.h>

#include "core/sample.h"
#include "runner/run.h"

const struct sg_event *sg_run_alarm_to_verify(const struct sg_run *run, const struct sg_event *events, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (sg_engine_wants_pulse(&run->engine, &events[i]))
			return &events[i];
	}
	return NULL;
}

void sg_run_keep_alarm(struct sg_run *run, const struct sg_event *alarm, const struct sg_row *row)
{
	run->verify.alarm = *alarm;
	run->verify.before = (struct sg_verify_before){
		.alarm = alarm->type,
		.voltage_v = row->voltage_v,
		.current_a = row->current_a,
		.healthy_ohm = alarm->reference,
		.noise_v = sg_watch_noise_v(&run->watch),
		.zero_v = sg_watch_zero_v(&run->watch),
		.slow_ohm = NAN,
	};
}

void sg_run_pulse_sample(struct sg_run *run, const struct sg_row *row)
{
	struct sg_pulse_readings *part = &run->verify.parts[run->block.at];

	sg_watch_flowed(&run->watch, row->test_time_s, row->current_a);
	if (part->count == SG_PULSE_READINGS_MAX || (row->flags & SG_FLAG_OVERLOAD) || !isfinite(row->voltage_v) ||
	    !isfinite(row->current_a))
		return;
	part->begin_s = run->block.step_begin_s;
	part->at[part->count++] = (struct sg_pulse_reading){
		.phase_s = row->test_time_s - run->block.step_begin_s,
		.voltage_v = row->voltage_v,
		.current_a = row->current_a,
	};
	/* The longer the current was off, the less is left of what builds up slowly: the latest reading counts. */
	if (run->block.at == SG_PULSE_REST)
		run->verify.before.slow_ohm = sg_watch_slow_ohm(&run->watch, row->test_time_s - run->verify.alarm.time_s);
}

/* What was a short or a lead is a short now; and what was called a short was none. */
static void set_right(struct sg_run *run, const struct sg_verification *v)
{
	struct sg_event event;

	if (v->verified == SG_VERIFIED_SENSE && run->verify.alarm.type == SG_EVENT_HARD_SHORT)
		sg_result_no_short(run->result);
	if (v->verified != SG_VERIFIED_SHORT || run->verify.alarm.type != SG_EVENT_SHORT_OR_SENSE)
		return;
	event = run->verify.alarm;
	event.type = SG_EVENT_HARD_SHORT;
	event.time_s = sg_run_now_s(run);
	sg_event_say(&event, "hard short, by the pulse: V/I = %.3g ohm, %.4g ohm expected", v->ohm, event.reference);
	event.value = v->ohm;
	sg_run_tell(run, &event);
}

static const char *reason_for(const struct sg_run *run, const struct sg_verification *v)
{
	const enum sg_event_type alarm = run->verify.alarm.type;

	switch (v->verified) {
	case SG_VERIFIED_SHORT:
		return sg_event_name(alarm == SG_EVENT_SOFT_SHORT ? alarm : SG_EVENT_HARD_SHORT);
	case SG_VERIFIED_SENSE:
		return sg_event_name(SG_EVENT_SENSE_LOST);
	case SG_VERIFIED_UNCLEAR:
		break;
	}
	return sg_event_name(alarm);
}

/* Tell what was found, and what the plan says to it. */
static enum sg_verdict conclude(struct sg_run *run, const struct sg_verification *v)
{
	const enum sg_verdict verdict = sg_engine_on_verified(&run->engine, &run->verify.alarm, v->verified);
	struct sg_event event;

	sg_verify_tell(&run->verify.before, v, sg_run_now_s(run), &event);
	event.since_s = run->verify.alarm.since_s;
	if (verdict == SG_VERDICT_STOP)
		sg_run_stop(run, reason_for(run, v), SG_OK, event.text);
	else if (verdict == SG_VERDICT_END_PROCEDURE)
		run->procedure_end = reason_for(run, v);
	sg_run_tell(run, &event);
	set_right(run, v);
	return verdict;
}

enum sg_verdict sg_run_verify_without(struct sg_run *run, const char *because)
{
	struct sg_verification v;

	sg_verify_not(because, &v);
	return conclude(run, &v);
}

/* The pulse in the place of the block that it interrupts. */
static void set_up(struct sg_run *run)
{
	struct sg_verify_state *verify = &run->verify;
	const struct sg_segment interrupted = run->segments[run->block.at];
	const struct sg_step *step = sg_block_step(run, run->block.at);

	sg_pulse_steps(&verify->pace, step, verify->steps);
	sg_pulse_segments(&verify->pace, &interrupted, run->segments);
	memset(verify->parts, 0, sizeof(verify->parts));
	run->block = (struct sg_block){
		.steps = verify->steps,
		.first_step = run->block.first_step + run->block.at,
		.count = SG_PULSE_PARTS,
		.is_pulse = true,
	};
}

/* The pulse, and what the plan says to what it showed; its own end (a limit, a person, a lost link) wins where it is worse. */
static enum sg_verdict pulse(struct sg_run *run)
{
	struct sg_verification v;
	enum sg_verdict verdict;

	set_up(run);
	verdict = sg_block_carry(run);
	if (verdict == SG_VERDICT_GO_ON)
		sg_verify(&run->verify.before, run->verify.parts, &v);
	else
		sg_verify_not("the pulse was not finished", &v);
	if (verdict == SG_VERDICT_RECONNECT)
		verdict = sg_run_reconnect(run);
	return sg_verdict_worse(verdict, conclude(run, &v));
}

enum sg_verdict sg_run_verify(struct sg_run *run)
{
	const struct sg_block interrupted = run->block;
	enum sg_verdict verdict;

	if (interrupted.unanswered)
		verdict = sg_run_verify_without(run, "the instrument did not answer when the current was to end");
	else
		verdict = pulse(run);
	if (verdict <= SG_VERDICT_PAUSE && interrupted.broken)
		sg_engine_step_broken(&run->engine, interrupted.broken_step, interrupted.ran_s);
	run->block.count = 0;
	run->block.ordered_off = false;
	return verdict == SG_VERDICT_GO_ON ? sg_run_safe(run) : verdict;
}

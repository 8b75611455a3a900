/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/engine.h"

#include <math.h>

enum sg_verdict sg_verdict_worse(enum sg_verdict a, enum sg_verdict b)
{
	return a > b ? a : b;
}

void sg_engine_init(struct sg_engine *engine, const struct sg_experiment *experiment, const struct sg_plan *plan)
{
	engine->experiment = experiment;
	engine->plan = plan;
	engine->at = 0;
	engine->elapsed_s = 0.0;
}

static double voltage_limit_v(const struct sg_engine *engine, const struct sg_step *step)
{
	const double guard_v = engine->experiment->limits.voltage_v;

	return step->until_v > 0.0 && step->until_v < guard_v ? step->until_v : guard_v;
}

static struct sg_segment segment_of(const struct sg_engine *engine, size_t index)
{
	const struct sg_step *step = &engine->plan->steps[index];
	const double limit_v = voltage_limit_v(engine, step);
	const double before_s = index == engine->at ? engine->elapsed_s : 0.0;

	return (struct sg_segment){
		.mode = step->kind == SG_STEP_CURRENT ? SG_MODE_GALVANOSTATIC : SG_MODE_REST,
		.set_value = step->kind == SG_STEP_CURRENT ? step->current_a : 0.0,
		.interval_s = step->interval_s,
		.duration_s = step->duration_s - before_s,
		.voltage_min_v = -limit_v,
		.voltage_max_v = limit_v,
		.range_a = step->kind == SG_STEP_CURRENT ? step->range_a : 0.0,
	};
}

/* Two steps share a block when nothing but the current changes between them: a change of range needs
 * the current at zero, and a rest needs the cell off. */
static bool chains(const struct sg_step *a, const struct sg_step *b)
{
	return a->kind == SG_STEP_CURRENT && b->kind == SG_STEP_CURRENT && a->range_a == b->range_a &&
	       a->procedure == b->procedure;
}

struct sg_action sg_engine_next(const struct sg_engine *engine, bool gapless, struct sg_segment *segments,
				size_t max)
{
	const struct sg_plan *plan = engine->plan;
	struct sg_action action = { .kind = SG_ACTION_DONE, .step = engine->at, .count = 0 };

	if (engine->at >= plan->step_count)
		return action;
	action.count = 1;
	if (plan->steps[engine->at].kind == SG_STEP_TEMPERATURE) {
		action.kind = SG_ACTION_TEMPERATURE;
		return action;
	}
	action.kind = SG_ACTION_RUN;
	segments[0] = segment_of(engine, engine->at);
	while (gapless && action.count < max && engine->at + action.count < plan->step_count) {
		const size_t next = engine->at + action.count;

		if (!chains(&plan->steps[next - 1], &plan->steps[next]))
			break;
		segments[action.count++] = segment_of(engine, next);
	}
	return action;
}

void sg_engine_step_done(struct sg_engine *engine, size_t step)
{
	engine->at = step + 1;
	engine->elapsed_s = 0.0;
}

void sg_engine_step_broken(struct sg_engine *engine, size_t step, double ran_s)
{
	const struct sg_step *s = &engine->plan->steps[step];

	if (step != engine->at)
		engine->elapsed_s = 0.0;
	engine->at = step;
	engine->elapsed_s += ran_s > 0.0 ? ran_s : 0.0;
	/* What is left must be worth a sample, or the instrument would be asked for nothing. */
	if (s->duration_s - engine->elapsed_s < s->interval_s)
		sg_engine_step_done(engine, step);
}

void sg_engine_end_procedure(struct sg_engine *engine)
{
	const struct sg_plan *plan = engine->plan;
	size_t at = engine->at;

	if (at >= plan->step_count)
		return;
	while (at < plan->step_count && plan->steps[at].procedure == plan->steps[engine->at].procedure)
		at++;
	engine->at = at;
	engine->elapsed_s = 0.0;
}

static const struct sg_procedure *procedure_at_hand(const struct sg_engine *engine)
{
	if (engine->at >= engine->plan->step_count)
		return NULL;
	return &engine->experiment->procedures[engine->plan->steps[engine->at].procedure];
}

static enum sg_verdict on_hard_short(const struct sg_engine *engine)
{
	const struct sg_procedure *procedure = procedure_at_hand(engine);

	switch (engine->experiment->on_hard_short) {
	case SG_POLICY_STOP:
	case SG_POLICY_HOLD: /* a short does not pass: waiting for that would be for ever */
	case SG_POLICY_PAUSE:
		return SG_VERDICT_STOP;
	case SG_POLICY_FLAG:
		break;
	}
	if (procedure && procedure->kind == SG_PROC_CCD && procedure->stop_on_short)
		return SG_VERDICT_END_PROCEDURE;
	return SG_VERDICT_GO_ON;
}

static enum sg_verdict follow(enum sg_policy policy)
{
	switch (policy) {
	case SG_POLICY_STOP:
		return SG_VERDICT_STOP;
	case SG_POLICY_PAUSE:
	case SG_POLICY_HOLD:
		return SG_VERDICT_PAUSE;
	case SG_POLICY_FLAG:
		break;
	}
	return SG_VERDICT_GO_ON;
}

enum sg_verdict sg_engine_on_event(const struct sg_engine *engine, const struct sg_event *event)
{
	const struct sg_experiment *experiment = engine->experiment;
	const struct sg_procedure *procedure = procedure_at_hand(engine);

	if (event->grade == SG_GRADE_INFO)
		return SG_VERDICT_GO_ON;
	switch (event->type) {
	case SG_EVENT_HARD_SHORT:
	case SG_EVENT_SHORT_OR_SENSE: /* the best short there is, or a voltage that no limit sees: either is to end */
		return on_hard_short(engine);
	case SG_EVENT_SOFT_SHORT:
		return follow(experiment->on_soft_short);
	case SG_EVENT_SHORT_FROM_START:
		return follow(experiment->on_short_from_start);
	case SG_EVENT_POLARIZATION:
		if (procedure && procedure->end_on_inflection && experiment->on_polarization != SG_POLICY_STOP)
			return SG_VERDICT_END_PROCEDURE;
		return follow(experiment->on_polarization);
	case SG_EVENT_RESISTANCE_DOUBLED:
		return procedure && procedure->end_on_doubled ? SG_VERDICT_END_PROCEDURE : SG_VERDICT_GO_ON;
	case SG_EVENT_CONTACT_OPEN:
	case SG_EVENT_SENSE_LOST:
		return follow(experiment->on_contact);
	case SG_EVENT_RUN_STARTED:
	case SG_EVENT_STEP_STARTED:
	case SG_EVENT_STEP_ENDED:
	case SG_EVENT_RUN_ENDED:
	case SG_EVENT_OPERATOR:
	case SG_EVENT_CONTACT_STEP:
	case SG_EVENT_RANGE_GLITCH:
	case SG_EVENT_DIFFUSION_LIMIT:
	case SG_EVENT_THERMAL:
	case SG_EVENT_DATA_FAULT:
	case SG_EVENT_TIME_FAULT:
	case SG_EVENT_GAP:
	case SG_EVENT_LIMIT:
	case SG_EVENT_TEMPERATURE:
	case SG_EVENT_COMMUNICATION:
	case SG_EVENT_CHAMBER_ALARM:
	case SG_EVENT_VERIFY:
	case SG_EVENT_PAUSE:
	case SG_EVENT_SAFE_OFF:
	case SG_EVENT_DISK:
	case SG_EVENT_GUARDIAN:
	case SG_EVENT_PROGRAM_LOST:
	case SG_EVENT_POWER_LOST:
	case SG_EVENT_TYPES:
		break;
	}
	return SG_VERDICT_GO_ON;
}

bool sg_engine_wants_pulse(const struct sg_engine *engine, const struct sg_event *event)
{
	return engine->experiment->verify_pulse && event->grade == SG_GRADE_ALARM &&
	       (event->type == SG_EVENT_HARD_SHORT || event->type == SG_EVENT_SHORT_OR_SENSE ||
		event->type == SG_EVENT_SOFT_SHORT);
}

/*
 * The voltage is not the cell's. Whoever wants a hard short to end the test does not want a current under a voltage that no
 * limit sees either, and a pulse can be wrong: at least a pause.
 */
static enum sg_verdict on_blind(const struct sg_engine *engine, const struct sg_event *alarm)
{
	const enum sg_verdict verdict = follow(engine->experiment->on_contact);

	if (verdict != SG_VERDICT_GO_ON || alarm->type == SG_EVENT_SOFT_SHORT ||
	    engine->experiment->on_hard_short == SG_POLICY_FLAG)
		return verdict;
	return SG_VERDICT_PAUSE;
}

enum sg_verdict sg_engine_on_verified(const struct sg_engine *engine, const struct sg_event *alarm,
				      enum sg_verified verified)
{
	return verified == SG_VERIFIED_SENSE ? on_blind(engine, alarm) : sg_engine_on_event(engine, alarm);
}

enum sg_verdict sg_engine_on_end(const struct sg_engine *engine, size_t step, enum sg_end end)
{
	switch (end) {
	case SG_END_NONE:
	case SG_END_DURATION:
		return SG_VERDICT_GO_ON;
	case SG_END_VOLTAGE_MAX:
	case SG_END_VOLTAGE_MIN:
		return voltage_limit_v(engine, &engine->plan->steps[step]) < engine->experiment->limits.voltage_v ?
			       SG_VERDICT_END_PROCEDURE :
			       SG_VERDICT_STOP;
	case SG_END_STOPPED:
	case SG_END_INSTRUMENT:
		break;
	}
	return SG_VERDICT_STOP;
}

double sg_engine_left_s(const struct sg_engine *engine)
{
	double left_s = -engine->elapsed_s;

	for (size_t i = engine->at; i < engine->plan->step_count; i++)
		left_s += engine->plan->steps[i].duration_s;
	return left_s > 0.0 ? left_s : 0.0;
}

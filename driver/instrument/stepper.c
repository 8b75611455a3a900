/* SPDX-License-Identifier: Apache-2.0 */
#include "instrument/stepper.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"

#define LOOK_PERIOD_NS (1 * SG_NS_PER_S)
/* The last look is over so long before the set current changes, that the change is not late for it. */
#define END_MARGIN_NS (5 * SG_NS_PER_MS)

void sg_stepper_init(struct sg_stepper *stepper, const struct sg_stepper_ops *ops, void *ctx, struct sg_clock *clock,
		     struct sg_text *diag)
{
	memset(stepper, 0, sizeof(*stepper));
	stepper->ops = ops;
	stepper->ctx = ctx;
	stepper->clock = clock;
	stepper->diag = diag;
}

void sg_stepper_drop(struct sg_stepper *stepper)
{
	stepper->running = false;
	stepper->report_count = stepper->report_at = 0;
}

static const struct sg_segment *segment_at(const struct sg_stepper *s)
{
	return &s->segments[s->at];
}

/* ---- reports ---- */

static struct sg_report *push(struct sg_stepper *s, enum sg_report_kind kind, int64_t host_ns)
{
	struct sg_report *report = &s->reports[s->report_count++];

	*report = (struct sg_report){ .kind = kind, .segment = (uint32_t)s->at, .host_ns = host_ns };
	return report;
}

static bool pop(struct sg_stepper *s, struct sg_report *out)
{
	if (s->report_at == s->report_count) {
		s->report_at = s->report_count = 0;
		return false;
	}
	*out = s->reports[s->report_at++];
	return true;
}

static void push_sample(struct sg_stepper *s, const struct sg_look *look)
{
	const struct sg_segment *segment = segment_at(s);

	push(s, SG_REPORT_SAMPLE, look->host_ns)->sample = (struct sg_sample){
		.host_ns = look->host_ns,
		.instrument_ns = SG_NO_TIME,
		.voltage_v = look->voltage_v,
		.current_a = look->current_a,
		.set_a = segment->mode == SG_MODE_REST ? 0.0 : segment->set_value,
		.temperature_c = (double)NAN,
		.range_a = segment->mode == SG_MODE_REST ? 0.0 : segment->range_a,
		.flags = look->flags | (s->hole ? SG_FLAG_GAP_BEFORE : 0),
		.segment = (uint32_t)s->at,
	};
	s->hole = false;
}

/* ---- time ---- */

/* When look k of the segment is due. A remainder of the division is made up for at every sample: no drift. */
static int64_t grid_ns(const struct sg_stepper *s, int64_t k)
{
	return s->begin_ns + k / s->looks * s->interval_ns + k % s->looks * s->look_ns;
}

static int64_t last_due_ns(const struct sg_stepper *s)
{
	return s->end_ns - END_MARGIN_NS;
}

/* Is the look at hand the last? One so close before the end that no other has room behind it is put there. */
static bool is_last(const struct sg_stepper *s)
{
	return grid_ns(s, s->k) + s->ops->fastest_ns / 2 > last_due_ns(s);
}

static int64_t due_ns(const struct sg_stepper *s)
{
	return is_last(s) ? last_due_ns(s) : grid_ns(s, s->k);
}

/*
 * Past the look at hand, and past all whose time has gone; no loop over what may be a year of them.
 * @return how many samples were due on the way, the look at hand included
 */
static int64_t go_on_from(struct sg_stepper *s, int64_t now_ns)
{
	const int64_t before = (s->k - 1) / s->looks;
	const int64_t samples = (now_ns - s->begin_ns) / s->interval_ns;
	int64_t part = (now_ns - s->begin_ns - samples * s->interval_ns) / s->look_ns;
	int64_t next = s->k + 1;

	if (is_last(s)) {
		s->seen_end = true;
		return 1;
	}
	if (now_ns >= last_due_ns(s)) {
		s->seen_end = true;
		return (s->end_ns - 1 - s->begin_ns) / s->interval_ns - before + 1;
	}
	if (part >= s->looks)
		part = s->looks - 1;
	if (samples * s->looks + part + 1 > next)
		next = samples * s->looks + part + 1;
	s->k = next;
	return (next - 1) / s->looks - before;
}

/* OK at or after until_ns; TIMEOUT if the deadline is before that, or a signal was. */
static enum sg_err wait_until(struct sg_stepper *s, int64_t until_ns, int64_t deadline_ns)
{
	const int64_t wake_ns = until_ns < deadline_ns ? until_ns : deadline_ns;

	if (sg_clock_now_ns(s->clock) < wake_ns)
		sg_clock_sleep_until(s->clock, wake_ns);
	if (sg_clock_now_ns(s->clock) >= until_ns)
		return SG_OK;
	sg_text_clear(s->diag);
	sg_text_add(s->diag, "nothing is due yet");
	return SG_ERR_TIMEOUT;
}

/* ---- segments ---- */

static void begin_segment(struct sg_stepper *s, int64_t begin_ns)
{
	const struct sg_segment *segment = segment_at(s);

	s->begin_ns = begin_ns;
	s->end_ns = begin_ns + sg_ns(segment->duration_s);
	s->interval_ns = sg_ns(segment->interval_s);
	s->looks = (s->interval_ns + LOOK_PERIOD_NS - 1) / LOOK_PERIOD_NS;
	s->look_ns = s->interval_ns / s->looks;
	s->k = 1;
	s->seen_end = false;
	push(s, SG_REPORT_SEGMENT_STARTED, begin_ns);
}

enum sg_err sg_stepper_start(struct sg_stepper *stepper, const struct sg_segment *segments, size_t count,
			     int64_t deadline_ns)
{
	enum sg_err err = SG_OK;

	if (count == 0 || count > SG_STEPPER_SEGMENTS_MAX)
		return SG_ERR_ARGUMENT;
	sg_stepper_drop(stepper);
	memcpy(stepper->segments, segments, count * sizeof(segments[0]));
	stepper->count = count;
	stepper->at = 0;
	stepper->hole = false;
	if (segments[0].mode != SG_MODE_REST) {
		err = stepper->ops->cell(stepper->ctx, true, deadline_ns);
		if (!err)
			err = stepper->ops->set_current(stepper->ctx, segments[0].set_value, segments[0].range_a,
							deadline_ns);
	}
	if (err)
		return err;
	stepper->running = true;
	stepper->seen_ns = sg_clock_now_ns(stepper->clock);
	begin_segment(stepper, stepper->seen_ns);
	return SG_OK;
}

/* Nothing of this sequence goes on. What was to be told before an error is dropped: what counts now is the cell. */
static enum sg_err end_sequence(struct sg_stepper *s, enum sg_end end, int64_t deadline_ns)
{
	const int64_t now_ns = sg_clock_now_ns(s->clock);
	struct sg_report *report;
	enum sg_err err = SG_OK;

	s->running = false;
	if (segment_at(s)->mode != SG_MODE_REST)
		err = s->ops->cell(s->ctx, false, deadline_ns);
	if (err) {
		sg_text_add(s->diag, "; the sequence ended (%s)", sg_end_name(end));
		s->report_count = s->report_at = 0;
		return err;
	}
	push(s, SG_REPORT_SEGMENT_ENDED, now_ns)->end = end;
	report = push(s, SG_REPORT_SEQUENCE_ENDED, now_ns);
	report->end = end;
	report->cell_off = true;
	return SG_OK;
}

/* The segment's time is over: the next current, or the end. */
static enum sg_err change(struct sg_stepper *s, int64_t deadline_ns)
{
	const int64_t planned_ns = s->end_ns;
	const struct sg_segment *next = &s->segments[s->at + 1];
	int64_t now_ns;
	enum sg_err err;

	if (s->at + 1 == s->count)
		return end_sequence(s, SG_END_DURATION, deadline_ns);
	err = s->ops->set_current(s->ctx, next->set_value, next->range_a, deadline_ns);
	if (err) {
		s->running = false;
		s->report_count = s->report_at = 0;
		return err;
	}
	now_ns = sg_clock_now_ns(s->clock);
	push(s, SG_REPORT_SEGMENT_ENDED, now_ns)->end = SG_END_DURATION;
	s->at++;
	begin_segment(s, now_ns - planned_ns <= SG_STEPPER_LATE_NS ? planned_ns : now_ns);
	return SG_OK;
}

static enum sg_end limit_passed(const struct sg_segment *segment, double voltage_v)
{
	if (voltage_v > segment->voltage_max_v)
		return SG_END_VOLTAGE_MAX;
	return voltage_v < segment->voltage_min_v ? SG_END_VOLTAGE_MIN : SG_END_NONE;
}

static enum sg_err take(struct sg_stepper *s, const struct sg_look *look, int64_t deadline_ns)
{
	const enum sg_end end = limit_passed(segment_at(s), look->voltage_v);
	int64_t samples;
	enum sg_err err;

	s->seen_ns = look->host_ns;
	if (end != SG_END_NONE) {
		push_sample(s, look);
		err = end_sequence(s, end, deadline_ns);
		if (err)
			sg_text_add(s->diag, " at %.4g V", look->voltage_v);
		return err;
	}
	samples = go_on_from(s, look->host_ns);
	s->hole |= samples > 1; /* this one stands for the latest of them */
	if (samples)
		push_sample(s, look);
	return SG_OK;
}

/* A look failed. err is what the caller hears, unless it was one too many. */
static enum sg_err miss(struct sg_stepper *s, enum sg_err err, int64_t deadline_ns)
{
	const int64_t now_ns = sg_clock_now_ns(s->clock);
	enum sg_err off;

	if (segment_at(s)->mode == SG_MODE_REST || now_ns - s->seen_ns < SG_STEPPER_BLIND_NS) {
		s->hole |= go_on_from(s, now_ns) > 0;
		return err;
	}
	off = end_sequence(s, SG_END_INSTRUMENT, deadline_ns);
	s->report_count = s->report_at = 0; /* REFUSED says that it has stopped */
	if (off)
		return off;
	sg_text_clear(s->diag);
	sg_text_add(s->diag, "no valid reading for %.1f s: limits cannot be held, cell off",
		    sg_seconds(now_ns - s->seen_ns));
	return SG_ERR_REFUSED;
}

static enum sg_err step(struct sg_stepper *s, int64_t deadline_ns)
{
	struct sg_look look = { .flags = 0 };
	enum sg_err err;

	if (s->seen_end) {
		err = wait_until(s, s->end_ns, deadline_ns);
		return err ? err : change(s, deadline_ns);
	}
	err = wait_until(s, due_ns(s) - s->ops->lead_ns, deadline_ns);
	if (err)
		return err;
	err = s->ops->look(s->ctx, segment_at(s), due_ns(s), &look, deadline_ns);
	if (!err)
		return take(s, &look, deadline_ns);
	if (err == SG_ERR_GONE)
		s->running = false;
	return sg_err_group(err) == SG_GROUP_WIRE ? miss(s, err, deadline_ns) : err;
}

enum sg_err sg_stepper_next(struct sg_stepper *stepper, struct sg_report *out, int64_t deadline_ns)
{
	enum sg_err err;

	while (!pop(stepper, out)) {
		if (!stepper->running) {
			sg_text_add(stepper->diag, "nothing is running");
			return SG_ERR_STATE;
		}
		err = step(stepper, deadline_ns);
		if (err)
			return err;
	}
	return SG_OK;
}

enum sg_err sg_stepper_stop(struct sg_stepper *stepper, int64_t deadline_ns)
{
	return stepper->running ? end_sequence(stepper, SG_END_STOPPED, deadline_ns) : SG_OK;
}

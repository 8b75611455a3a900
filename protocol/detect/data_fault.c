/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/data_fault.h"

#include <math.h>

#include "core/sample.h"
#include "detect/thresholds.h"

static struct sg_event *add(struct sg_event *events, size_t *count, enum sg_event_type type, enum sg_grade grade,
			    double time_s)
{
	struct sg_event *event = &events[(*count)++];

	sg_event_init(event, type, grade, time_s);
	return event;
}

/* True at the first faulty reading of an episode. */
static bool begins(bool *active, bool faulty)
{
	const bool first = faulty && !*active;

	*active = faulty;
	return first;
}

/* False for NAN. */
static bool is_possible(double value, double most)
{
	return fabs(value) <= most;
}

static const char *name_of_bad(const struct sg_reading *reading)
{
	if (!is_possible(reading->time_s, SG_POSSIBLE_S))
		return "time";
	return is_possible(reading->voltage_v, SG_POSSIBLE) ? "current" : "voltage";
}

bool sg_fault_check_values(struct sg_faults *f, const struct sg_reading *reading, struct sg_event *events,
			   size_t *count)
{
	const bool bad = !is_possible(reading->time_s, SG_POSSIBLE_S) ||
			 !is_possible(reading->voltage_v, SG_POSSIBLE) || !is_possible(reading->current_a, SG_POSSIBLE);
	const bool overload = !bad && (reading->flags & SG_FLAG_OVERLOAD);
	struct sg_event *event;

	if (begins(&f->not_a_number, bad)) {
		event = add(events, count, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, reading->time_s);
		sg_event_say(event, "the %s is not a number, or one beyond all reason; the reading is not used", name_of_bad(reading));
	}
	if (begins(&f->overload, overload)) {
		event = add(events, count, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, reading->time_s);
		event->value = reading->voltage_v;
		event->unit = SG_UNIT_V;
		sg_event_say(event, "overload: %.4g V at %.4g mA is beyond the instrument's range; the reading is not used",
			     reading->voltage_v, reading->current_a * 1e3);
	}
	return !bad && !overload;
}

/* Tables with thousands of repeats are common: tell the 1st, 10th, 100th, ... */
static bool is_power_of_ten(uint32_t n)
{
	while (n >= 10 && n % 10 == 0)
		n /= 10;
	return n == 1;
}

bool sg_fault_check_time(const struct sg_timeline *timeline, enum sg_tick tick, const struct sg_reading *reading,
			 struct sg_event *events, size_t *count)
{
	struct sg_event *event;

	switch (tick) {
	case SG_TICK_ON:
		return true;
	case SG_TICK_REPEAT:
		if (!is_power_of_ten(timeline->repeats))
			return false;
		event = add(events, count, SG_EVENT_TIME_FAULT, SG_GRADE_WARNING, reading->time_s);
		event->value = timeline->repeats;
		event->unit = SG_UNIT_1;
		sg_event_say(event, "time stamp %.10g s repeated (%u so far; told at 1, 10, 100, ...); the reading is not used",
			     reading->time_s, (unsigned)timeline->repeats);
		return false;
	case SG_TICK_RESTART:
		event = add(events, count, SG_EVENT_TIME_FAULT, SG_GRADE_WARNING, reading->time_s);
		event->value = timeline->restarts;
		event->unit = SG_UNIT_1;
		sg_event_say(event, "the clock went back to %.10g s (restart %u); going on from %.10g s of unbroken time",
			     reading->time_s, (unsigned)timeline->restarts, timeline->now_s[0]);
		return true;
	case SG_TICK_GAP:
		event = add(events, count, SG_EVENT_GAP, SG_GRADE_INFO, reading->time_s);
		event->since_s = timeline->raw_s[1];
		event->value = timeline->last_step_s;
		event->reference = timeline->interval_s;
		sg_event_say(event, "no readings for %.4g s (usually one every %.3g s)", timeline->last_step_s,
			     timeline->interval_s);
		return true;
	}
	return false;
}

bool sg_fault_check_current(struct sg_faults *f, const struct sg_reading *reading, double now_s, bool on_level,
			    struct sg_event *events, size_t *count)
{
	const bool off = (reading->flags & SG_FLAG_OFF_SET_POINT) || (isfinite(reading->set_a) && !on_level);
	struct sg_event *event;

	if (!off) {
		f->off_set = false;
		f->off_set_count = 0;
		return on_level;
	}
	if (f->off_set_count++ == 0) {
		f->off_set_since_s = reading->time_s;
		f->off_set_now_s = now_s;
	}
	if (f->off_set || f->off_set_count < SG_OFF_SET_READINGS || now_s - f->off_set_now_s < SG_OFF_SET_SECONDS)
		return false;
	f->off_set = true;
	event = add(events, count, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, reading->time_s);
	event->since_s = f->off_set_since_s;
	event->value = reading->current_a;
	event->reference = reading->set_a;
	event->unit = SG_UNIT_A;
	sg_event_say(event, "current %.4g mA is off its set value of %.4g mA: compliance, a loose lead or a switch of range",
		     reading->current_a * 1e3, reading->set_a * 1e3);
	return false;
}

bool sg_fault_check_rail(struct sg_faults *f, const struct sg_reading *reading, double compliance_v,
			 struct sg_event *events, size_t *count)
{
	const bool rail = fabs(reading->voltage_v) >= SG_RAIL_FRACTION * compliance_v;
	struct sg_event *event;

	if (begins(&f->rail, rail)) {
		event = add(events, count, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, reading->time_s);
		event->value = reading->voltage_v;
		event->reference = compliance_v;
		event->unit = SG_UNIT_V;
		sg_event_say(event,
			     "voltage %.4g V is on the rail of the source (%.4g V): a lead is off, contact is lost, or the cell "
			     "cannot carry the current",
			     reading->voltage_v, compliance_v);
	}
	return !rail;
}

static void end_run(struct sg_faults *f)
{
	if (!f->stuck && f->same_run > f->longest_run)
		f->longest_run = f->same_run;
	f->same_run = 0;
	f->stuck = false;
}

void sg_fault_break_run(struct sg_faults *f)
{
	end_run(f);
	f->changes = 0;
}

static void begin_run(struct sg_faults *f, const struct sg_reading *reading, double noise_codes)
{
	if (f->same_run > 0 && f->changes < UINT32_MAX)
		f->changes++;
	end_run(f);
	f->same_v = reading->voltage_v;
	f->same_since_s = reading->time_s;
	f->same_run = 1;
	f->noise_codes = noise_codes;
}

static bool is_stuck(const struct sg_faults *f)
{
	const double chance = erf(1.0 / (2.0 * sqrt(2.0) * f->noise_codes));

	return f->noise_codes >= SG_STUCK_NOISE_CODES && f->changes >= SG_STUCK_CHANGES &&
	       f->same_run > SG_STUCK_READINGS && f->same_run > SG_STUCK_RUN_RATIO * f->longest_run &&
	       f->same_run * log(chance) < SG_STUCK_LOG_CHANCE;
}

bool sg_fault_check_stuck(struct sg_faults *f, const struct sg_reading *reading, double noise_codes,
			  struct sg_event *events, size_t *count)
{
	struct sg_event *event;

	if (f->same_run == 0 || reading->voltage_v != f->same_v) {
		begin_run(f, reading, noise_codes);
		return true;
	}
	f->same_run++;
	if (!begins(&f->stuck, f->stuck || is_stuck(f)))
		return !f->stuck;
	event = add(events, count, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, reading->time_s);
	event->since_s = f->same_since_s;
	event->value = f->same_v; /* reference: how many readings, which the text says */
	event->unit = SG_UNIT_V;
	event->reference = f->same_run;
	sg_event_say(event, "the voltage has been exactly %.9g V for %u readings, where it used to move: stuck",
		     f->same_v, (unsigned)f->same_run);
	return false;
}

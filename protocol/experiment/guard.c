/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/guard.h"

#include <math.h>

#include "core/units.h"

void sg_guard_init(struct sg_guard *guard, const struct sg_limits *limits, double area_cm2)
{
	guard->limits = *limits;
	guard->area_cm2 = area_cm2;
	guard->alive_s = 0.0;
	guard->known_s = (double)NAN;
}

void sg_guard_arm(struct sg_guard *guard, double time_s)
{
	guard->alive_s = time_s;
}

static enum sg_unit unit_of(enum sg_trip which)
{
	switch (which) {
	case SG_TRIP_VOLTAGE:
		return SG_UNIT_V;
	case SG_TRIP_CURRENT:
	case SG_TRIP_CONTROL:
		return SG_UNIT_A;
	case SG_TRIP_TEMPERATURE:
		return SG_UNIT_DEGC;
	case SG_TRIP_CHARGE:
		return SG_UNIT_MAH_CM2;
	case SG_TRIP_SILENCE:
		return SG_UNIT_S;
	case SG_TRIP_NONE:
		break;
	}
	return SG_UNIT_NONE;
}

static enum sg_trip trip(enum sg_trip which, struct sg_event *event, double time_s, double value, double limit)
{
	sg_event_init(event, SG_EVENT_LIMIT, SG_GRADE_ALARM, time_s);
	event->value = value;
	event->reference = limit;
	event->unit = unit_of(which);
	return which;
}

/* The last value held on to for ever would be a limit that cannot act. */
static enum sg_trip hold_knowledge(struct sg_guard *guard, const struct sg_sample *sample, double time_s,
				   struct sg_event *event)
{
	const bool limited = isfinite(guard->limits.temperature_min_c) || isfinite(guard->limits.temperature_max_c);

	if (!(sample->flags & SG_FLAG_STALE) || isnan(guard->known_s))
		guard->known_s = time_s;
	if (!limited || time_s - guard->known_s <= SG_GUARD_STALE_S)
		return SG_TRIP_NONE;
	trip(SG_TRIP_TEMPERATURE, event, time_s, sample->temperature_c, (double)NAN);
	event->since_s = guard->known_s;
	sg_event_say(event, "the temperature is not known any more (the latest reading was %.2f degC), so limits.temperature "
		     "cannot be held", sample->temperature_c);
	return SG_TRIP_TEMPERATURE;
}

static enum sg_trip hold_temperature(const struct sg_guard *guard, const struct sg_sample *sample, double time_s,
				     struct sg_event *event)
{
	const double t_c = sample->temperature_c;
	double limit_c;

	if (isnan(t_c))
		return SG_TRIP_NONE;
	if (t_c < guard->limits.temperature_min_c)
		limit_c = guard->limits.temperature_min_c;
	else if (t_c > guard->limits.temperature_max_c)
		limit_c = guard->limits.temperature_max_c;
	else
		return SG_TRIP_NONE;
	trip(SG_TRIP_TEMPERATURE, event, time_s, t_c, limit_c);
	sg_event_say(event, "temperature %.2f degC is beyond the limit of %.2f degC", t_c, limit_c);
	return SG_TRIP_TEMPERATURE;
}

enum sg_trip sg_guard_sample(struct sg_guard *guard, const struct sg_sample *sample, double time_s,
			     double net_charge_c, struct sg_event *event)
{
	const struct sg_limits *l = &guard->limits;
	const double moved_mah_cm2 = sg_areal_mah_cm2(net_charge_c, guard->area_cm2);

	guard->alive_s = time_s;
	/* Written so that NaN trips: !(x <= limit). */
	if (!(fabs(sample->voltage_v) <= l->voltage_v)) {
		trip(SG_TRIP_VOLTAGE, event, time_s, sample->voltage_v, l->voltage_v);
		sg_event_say(event, "voltage %.4f V is beyond the limit of +-%.4g V", sample->voltage_v, l->voltage_v);
		return SG_TRIP_VOLTAGE;
	}
	if (!(fabs(sample->current_a) <= l->current_a)) {
		trip(SG_TRIP_CURRENT, event, time_s, sample->current_a, l->current_a);
		sg_event_say(event, "current %.4f mA is beyond the limit of +-%.4g mA", sample->current_a * 1e3,
			     l->current_a * 1e3);
		return SG_TRIP_CURRENT;
	}
	if (sample->flags & SG_FLAG_UNCONTROLLED) {
		trip(SG_TRIP_CONTROL, event, time_s, sample->current_a, sample->set_a);
		sg_event_say(event, "the instrument is out of control: it reports %.6g mA and %.4g V in the %.3g mA range, where "
			     "%.6g mA is set", sample->current_a * 1e3, sample->voltage_v, sample->range_a * 1e3,
			     sample->set_a * 1e3);
		return SG_TRIP_CONTROL;
	}
	if (!(fabs(moved_mah_cm2) <= l->charge_mah_cm2)) {
		trip(SG_TRIP_CHARGE, event, time_s, moved_mah_cm2, l->charge_mah_cm2);
		sg_event_say(event, "net charge %.4f mAh cm-2 is beyond the limit of +-%.4g mAh cm-2", moved_mah_cm2,
			     l->charge_mah_cm2);
		return SG_TRIP_CHARGE;
	}
	if (hold_knowledge(guard, sample, time_s, event) != SG_TRIP_NONE)
		return SG_TRIP_TEMPERATURE;
	return hold_temperature(guard, sample, time_s, event);
}

enum sg_trip sg_guard_silence(struct sg_guard *guard, double time_s, struct sg_event *event)
{
	const double silent_s = time_s - guard->alive_s;

	if (silent_s <= guard->limits.silence_s)
		return SG_TRIP_NONE;
	trip(SG_TRIP_SILENCE, event, time_s, silent_s, guard->limits.silence_s);
	event->since_s = guard->alive_s;
	sg_event_say(event, "no sample for %.1f s while a current may flow (limit %.4g s)", silent_s,
		     guard->limits.silence_s);
	return SG_TRIP_SILENCE;
}

const char *sg_trip_name(enum sg_trip which)
{
	switch (which) {
	case SG_TRIP_NONE:
		return "none";
	case SG_TRIP_VOLTAGE:
		return "limit_voltage";
	case SG_TRIP_CURRENT:
		return "limit_current";
	case SG_TRIP_TEMPERATURE:
		return "limit_temperature";
	case SG_TRIP_CHARGE:
		return "limit_charge";
	case SG_TRIP_SILENCE:
		return "silence";
	case SG_TRIP_CONTROL:
		return "instrument";
	}
	return "unknown";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/start_short.h"

#include <math.h>
#include <stdio.h>

#include "detect/stretch.h"
#include "detect/thresholds.h"

#define TEXT_SIZE 64

void sg_start_short_init(struct sg_start_short *s)
{
	*s = (struct sg_start_short){ .mark_ohm = NAN };
}

static size_t say_unknown(const struct sg_reading *reading, struct sg_event *event)
{
	sg_event_init(event, SG_EVENT_SHORT_FROM_START, SG_GRADE_INFO, reading->time_s);
	event->value = reading->voltage_v / reading->current_a;
	sg_event_say(event, "a short from the start cannot be excluded without expected_resistance_ohm: V/I = %.4g ohm at the "
			    "first current may be the cell's, or that of a short",
		     event->value);
	return 1;
}

static void say_temperature(const struct sg_baseline *b, char text[TEXT_SIZE])
{
	if (isnan(b->given_c))
		snprintf(text, TEXT_SIZE, "at a temperature nobody measured");
	else
		snprintf(text, TEXT_SIZE, "at %.1f degC, of %.4g ohm at %.1f degC", b->hot_c, b->given_ohm, b->given_c);
}

static size_t say_short(const struct sg_start_short *s, const struct sg_baseline *b, const struct sg_reading *reading,
			double expected_ohm, struct sg_event *event)
{
	char temperature[TEXT_SIZE];

	say_temperature(b, temperature);
	sg_event_init(event, SG_EVENT_SHORT_FROM_START, SG_GRADE_ALARM, reading->time_s);
	event->since_s = s->since_s;
	event->value = reading->voltage_v / reading->current_a;
	event->reference = expected_ohm;
	sg_event_say(event,
		     "shorted from the start: V/I = %.4g ohm at the first current, %.0f %% of the %.4g ohm expected %s; either a "
		     "short, or the expectation is wrong (area, thickness, conductivity, temperature): measure impedance",
		     event->value, 100.0 * event->value / expected_ohm, expected_ohm, temperature);
	return 1;
}

/* SG_START_LEAST_SECONDS times the power of two that comes after phase_s. */
static float next_mark_s(double phase_s)
{
	int octaves;

	(void)frexp(phase_s / SG_START_LEAST_SECONDS, &octaves);
	return (float)ldexp(SG_START_LEAST_SECONDS, octaves);
}

/* Does it still build up? Compare with what was read at half of the phase. */
static bool is_rising(struct sg_start_short *s, double ohm, double phase_s)
{
	/* Another half-step began: its marks come again. */
	if (phase_s < 0.25 * (double)s->mark_s)
		s->mark_ohm = NAN;
	if (isnan(s->mark_ohm)) {
		s->mark_ohm = (float)ohm;
		s->mark_s = next_mark_s(SG_START_OCTAVE * phase_s);
		s->rising = true;
	}
	if (phase_s < (double)s->mark_s)
		return s->rising;
	s->rising = phase_s < SG_START_LEAST_SECONDS || ohm > (1.0 + SG_START_RISE) * (double)s->mark_ohm;
	s->mark_ohm = (float)ohm;
	s->mark_s = next_mark_s(phase_s);
	return s->rising;
}

/* What was given is for the temperature of the beginning; the least that a healthy cell shows now, at the hottest it can be. */
static double expected_at_hottest(const struct sg_baseline *b)
{
	return b->given_ohm / b->thermal_given * b->thermal_hot;
}

size_t sg_start_short_feed(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			   struct sg_event *event)
{
	struct sg_start_short *s = &d->start_short;
	const double expected_ohm = expected_at_hottest(&d->baseline);
	const double ohm = reading->voltage_v / reading->current_a;
	const double phase_s = sg_stretch_phase_s(&d->stretch, r->now_s);
	bool rising;

	if (s->done)
		return 0;
	if (isnan(expected_ohm)) {
		s->done = true;
		return say_unknown(reading, event);
	}
	if (!s->begun) {
		s->begun = true;
		s->since_s = reading->time_s;
		s->since_now_s = r->now_s;
	}
	rising = is_rising(s, ohm, phase_s);
	if (ohm >= SG_START_FRACTION * expected_ohm) {
		s->done = true;
		return 0;
	}
	s->low++;
	if (s->low < SG_START_READINGS || (rising && r->now_s - s->since_now_s < SG_START_SECONDS))
		return 0;
	s->done = true;
	return say_short(s, &d->baseline, reading, expected_ohm, event);
}

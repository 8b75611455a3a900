/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/contact.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/long_step.h"
#include "detect/series.h"
#include "detect/soft_short.h"
#include "detect/thresholds.h"

#define GIVE_UP_READINGS 8
/* Against the current by this much, where the baseline is well above zero. */
#define AGAINST_FRACTION 0.02
#define ABOVE_ZERO 0.10
#define IN_DOUBT 0.9

void sg_contact_init(struct sg_contact *c)
{
	*c = (struct sg_contact){ .last = NAN };
}

void sg_contact_break(struct sg_contact *c)
{
	c->last = NAN;
	c->change = 0.0;
	c->count = 0;
	c->readings = 0;
}

static double decayed(double amount, double since_s, double now_s)
{
	return amount * fmax(0.0, 1.0 - (now_s - since_s) / SG_WINDOW_SECONDS);
}

bool sg_contact_in_doubt(const struct sg_contact *c, double now_s)
{
	return c->count > 0 || c->off || decayed(c->wild, c->wild_now_s, now_s) >= IN_DOUBT;
}

static double least_jump(const struct sg_residual *r)
{
	return fmax(SG_CONTACT_FRACTION, SG_CONTACT_SIGMA * sqrt(2.0) * r->noise);
}

static size_t tell_lost(const struct sg_contact *c, const struct sg_residual *r, const struct sg_reading *reading,
			struct sg_event *event)
{
	sg_event_init(event, SG_EVENT_SENSE_LOST, SG_GRADE_WARNING, reading->time_s);
	event->since_s = fmin(reading->time_s, reading->time_s + c->wild_now_s - r->now_s);
	event->value = reading->voltage_v;
	event->reference = r->base_ohm * reading->current_a;
	sg_event_say(event,
		     "sense lead lost: V = %.4g mV at %.4g mA is nothing this current can make (%.4g ohm expected at 25 degC); "
		     "either a floating sense lead, or a contact that comes and goes",
		     reading->voltage_v * 1e3, reading->current_a * 1e3, r->base_ohm);
	return 1;
}

size_t sg_contact_watch(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			struct sg_event *event)
{
	struct sg_contact *c = &d->contact;
	const bool wild = r->share < -fmax(AGAINST_FRACTION, SG_FOLLOW_SIGMA * r->noise) &&
			  r->base_ohm > ABOVE_ZERO * r->scale_ohm;
	size_t count = 0;

	if (wild) {
		c->wild = decayed(c->wild, c->wild_now_s, r->now_s) + 1.0;
		c->wild_now_s = r->now_s;
		if (!c->lost_told && c->wild >= SG_WILD) {
			c->lost_told = true;
			count = tell_lost(c, r, reading, event);
		}
	} else if (c->lost_told && !c->off && decayed(c->wild, c->wild_now_s, r->now_s) <= 0.0) {
		c->lost_told = false;
	}
	return count;
}

/* Higher than a contact that gets worse would make it at once: something is off. */
static bool is_tall(double before, double share)
{
	return share > SG_SPIKE_RATIO * fmax(fabs(before), 1.0 / SG_SPIKE_RATIO);
}

static bool is_jump(const struct sg_detector *d, const struct sg_residual *r, double change)
{
	const struct sg_contact *c = &d->contact;

	/* A thermometer of whole degrees steps where the cell does not. */
	if (isnan(c->last) || r->bare - c->last_bare <= least_jump(r) || c->readings < SG_SUDDEN_READINGS || change <= least_jump(r) || change <= SG_SUDDEN_RATIO * c->change)
		return false;
	if (is_tall(c->last, r->share))
		return true;
	/* What rises anyhow rises by steps too, where readings are far apart. */
	if (d->polarizing.marks.told || d->polarizing.count10 > 0 || d->polarizing.step.rising)
		return false;
	/* Up from below the baseline: a short that heals. */
	if (isnan(r->e))
		return d->flicker.dips <= 0.0 && !d->flicker.dipped;
	return r->e_raw - change > -fmax(SG_SOFT_SLACK, SG_SOFT_SIGMA * r->sigma);
}

static void begin_jump(struct sg_contact *c, const struct sg_residual *r, const struct sg_reading *reading)
{
	c->before = c->last;
	c->since_s = reading->time_s;
	c->since_now_s = r->now_s;
	c->sum = 0.0;
	c->least = INFINITY;
	c->most = -INFINITY;
	c->count = 0;
}

size_t sg_contact_run_away(struct sg_contact *c, const struct sg_residual *r, const struct sg_reading *reading,
			   double excess, struct sg_event *event)
{
	c->off = true;
	c->lost_told = true;
	sg_event_init(event, SG_EVENT_SENSE_LOST, SG_GRADE_WARNING, reading->time_s);
	event->value = reading->voltage_v;
	event->reference = r->ohm / (1.0 + excess) * reading->current_a;
	sg_event_say(event,
		     "lead off: V = %.4g V at %.4g mA, %.3g times what it was a moment before; either a sense lead or a current "
		     "lead, or contact lost in the cell at once; the cell is not judged until it is back",
		     reading->voltage_v, reading->current_a * 1e3, 1.0 + excess);
	return 1;
}

/* Nothing a cell does: it holds until the voltage is back. */
static size_t tell_off(struct sg_contact *c, const struct sg_residual *r, const struct sg_reading *reading,
		       struct sg_event *event)
{
	const size_t count = sg_contact_run_away(c, r, reading, c->least / fmax(c->before, 1e-3) - 1.0, event);

	event->since_s = fmin(c->since_s, reading->time_s);
	return count;
}

static size_t end_spike(struct sg_contact *c, const struct sg_residual *r, const struct sg_reading *reading,
			struct sg_event *event)
{
	const bool tall = c->most > SG_SPIKE_RATIO * fabs(c->before);

	c->spikes = decayed(c->spikes, c->spikes_now_s, r->now_s) + 1.0;
	c->open_told = c->open_told && c->spikes > 1.0;
	c->spikes_now_s = r->now_s;
	if (c->open_told || (!tall && c->spikes < SG_SPIKES))
		return 0;
	c->open_told = true;
	sg_event_init(event, SG_EVENT_CONTACT_OPEN, SG_GRADE_WARNING, reading->time_s);
	event->since_s = fmin(c->since_s, reading->time_s);
	event->value = c->most * r->scale_ohm;
	event->reference = c->before * r->scale_ohm;
	sg_event_say(event,
		     "loose contact: V/I jumped to %.4g ohm and came back to %.4g within %.3g s (25 degC); either a current lead "
		     "or the cell's spring",
		     event->value, event->reference, r->now_s - c->since_now_s);
	return 1;
}

/* It stayed: in series from now on, at all phases. */
static size_t end_step(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
		       struct sg_event *event)
{
	struct sg_contact *c = &d->contact;
	const double step_ohm = (c->sum / c->count - c->before) * r->scale_ohm;

	sg_event_init(event, SG_EVENT_CONTACT_STEP, SG_GRADE_WARNING, reading->time_s);
	event->since_s = fmin(c->since_s, reading->time_s);
	event->value = step_ohm * d->baseline.thermal;
	event->reference = c->before * r->scale_ohm * d->baseline.thermal;
	sg_event_say(event,
		     "contact: %.4g ohm more in series from one reading to the next (%.4g ohm before), and it stays; either a "
		     "contact or lead, or contact lost inside the cell at once; baselines are raised by it",
		     event->value, event->reference);
	sg_baseline_shift(&d->baseline, step_ohm);
	sg_long_step_shift(&d->polarizing.step, step_ohm);
	sg_series_shift(&d->series, step_ohm);
	sg_soft_short_break(&d->soft_short);
	sg_contact_break(c);
	return 1;
}

static size_t follow_jump(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			  struct sg_event *event)
{
	struct sg_contact *c = &d->contact;
	const double span_s = r->now_s - c->since_now_s, height = r->share - c->before;
	double mean;

	if (fabs(height) <= fmax(SG_SPIKE_RETURN * fabs(c->before), least_jump(r))) {
		c->count = 0;
		return end_spike(c, r, reading, event);
	}
	c->count++;
	c->sum += r->share;
	c->least = fmin(c->least, r->share);
	c->most = fmax(c->most, r->share);
	mean = c->sum / c->count;
	if (c->count >= SG_CONTACT_READINGS && span_s >= SG_OFF_SECONDS && is_tall(c->before, c->least))
		return tell_off(c, r, reading, event);
	if (c->count >= SG_CONTACT_READINGS && span_s >= SG_CONTACT_SECONDS && mean > c->before &&
	    c->most - c->least <= fmax(SG_CONTACT_FLAT * (mean - c->before), least_jump(r)))
		return end_step(d, r, reading, event);
	/* Neither back nor flat: the cell's after all. */
	if (c->count >= GIVE_UP_READINGS && span_s >= SG_CONTACT_GIVE_UP_SECONDS)
		c->count = 0;
	return 0;
}

size_t sg_contact_feed(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
		       struct sg_event *event)
{
	struct sg_contact *c = &d->contact;
	const uint32_t was = c->count;
	double change;
	size_t count = 0;

	if (c->stretch != d->stretch.index)
		sg_contact_break(c);
	c->stretch = d->stretch.index;
	if (!r->settled || isnan(r->share))
		return 0;
	if (c->off) {
		c->off = fabs(r->share) > SG_OFF_SHARE;
		sg_contact_break(c);
		return 0;
	}
	change = r->share - c->last;
	if (c->count == 0 && is_jump(d, r, change)) {
		begin_jump(c, r, reading);
		c->count = 1;
		c->sum = c->least = c->most = r->share;
	} else if (c->count > 0) {
		count = follow_jump(d, r, reading, event);
	}
	c->change = isnan(c->last) || was != 0 ? 0.0 : fmax(SG_SUDDEN_FORGET * c->change, fabs(change));
	c->last = r->share;
	c->last_bare = r->bare;
	c->readings++;
	return count;
}

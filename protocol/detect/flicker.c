/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/flicker.h"

#include <math.h>

#include "detect/evidence.h"
#include "detect/soft_short.h"
#include "detect/thresholds.h"

#define DEPTH_GAIN 0.3

void sg_flicker_init(struct sg_flicker *f)
{
	*f = (struct sg_flicker){ .level = NAN };
}

void sg_flicker_break(struct sg_flicker *f)
{
	f->level = NAN;
	f->dipped = false;
	f->readings = 0;
	f->change = 0.0;
}

/*
 * The reading, with its temperature allowed for and without, whichever fell less: a sensor that jumps makes no fall of
 * the voltage, and a cell that jumps with it none of the resistance.
 */
static double seen(const struct sg_flicker *f, const struct sg_residual *r)
{
	return isnan(f->level) ? r->share : fmax(r->share, r->bare / f->bare * f->level);
}

static void count_dip(struct sg_flicker *f, double now_s)
{
	const double gone = fmin((now_s - f->dips_now_s) / SG_WINDOW_SECONDS, 1.0);

	if (f->dips <= 0.0 || gone >= 1.0)
		f->dips_since_s = f->low_since_s;
	f->dips = f->dips * (1.0 - gone) + 1.0;
	f->dips_now_s = now_s;
}

static size_t tell(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
		   struct sg_event *event)
{
	struct sg_flicker *f = &d->flicker;
	char more[SG_EVIDENCE_SIZE];

	f->told = true;
	sg_event_init(event, SG_EVENT_SOFT_SHORT, SG_GRADE_WARNING, reading->time_s);
	event->since_s = fmin(reading->time_s + f->dips_since_s - r->now_s, reading->time_s);
	event->reference = f->level * r->scale_ohm * d->baseline.thermal;
	event->value = event->reference * (1.0 - f->depth);
	sg_event_say(event,
		     "flickering soft short: V/I falls by %.0f %% of %.4g ohm and comes back, again and again within 10 min (noise "
		     "%.2f %%, %s); either a filament, or a lead that touches: look at the leads",
		     100.0 * f->depth, event->reference, 100.0 * r->noise, sg_evidence_say(d, more));
	return 1;
}

/* True if the reading is the healthy level: it continues the latest such reading, or a dip lasted too long to be one. */
static bool is_level(struct sg_flicker *f, const struct sg_residual *r)
{
	const double noise = SG_DIP_SIGMA * r->noise;
	const double fall = f->level - seen(f, r);

	if (isnan(f->level) || (f->dipped && r->now_s - f->low_since_s > SG_WINDOW_SECONDS))
		return true;
	if (fall <= fmax(SG_NEAR_FRACTION * fabs(f->level), noise))
		return true;
	if (!f->dipped && fall <= fmax(SG_DIP_FRACTION * fabs(f->level), 2.0 * noise))
		return true; /* goes down, but does not jump */
	return false;
}

static void begin_dip(struct sg_flicker *f, const struct sg_residual *r, const struct sg_reading *reading)
{
	const double fall = f->level - seen(f, r);

	f->dipped = true;
	f->jumped = f->readings >= SG_SUDDEN_READINGS && fall > SG_SUDDEN_RATIO * f->change && fall > SG_FALL_FRACTION * f->level;
	f->low = 0;
	f->low_sum = 0.0;
	f->low_most = -INFINITY;
	f->low_least = INFINITY;
	f->since_s = reading->time_s;
	f->low_since_s = r->now_s;
	f->depth += (f->dips > 0.0 ? DEPTH_GAIN : 1.0) * (fall / f->level - f->depth);
}

static size_t tell_fall(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			struct sg_event *event)
{
	const struct sg_flicker *f = &d->flicker;
	char more[SG_EVIDENCE_SIZE];

	sg_soft_short_take(&d->soft_short, r->polarity);
	sg_event_init(event, SG_EVENT_SOFT_SHORT, SG_GRADE_ALARM, reading->time_s);
	event->since_s = fmin(f->since_s, reading->time_s);
	event->value = f->low_sum / f->low * r->scale_ohm * d->baseline.thermal;
	event->reference = f->level * r->scale_ohm * d->baseline.thermal;
	sg_event_say(event,
		     "soft short at %s current: V/I fell from %.4g to %.4g ohm from one reading to the next, and stays "
		     "(noise %.2f %%, %s); either an electronic path, or a contact or lead that got better",
		     r->polarity ? "negative" : "positive", event->reference, event->value, 100.0 * r->noise, sg_evidence_say(d, more));
	return 1;
}

/* A floating lead drifts on; a filament that has formed stays as it is, or nearly. */
static bool is_flat(const struct sg_flicker *f, const struct sg_residual *r)
{
	return f->low_most - f->low_least <= fmax(SG_CONTACT_FLAT * (f->level - f->low_sum / f->low), SG_DIP_SIGMA * r->noise);
}

/* It fell to what the cell usually shows, from where a lead that was off had it. */
static bool is_back(const struct sg_flicker *f, const struct sg_residual *r, bool scale_known)
{
	if (isnan(r->e))
		return scale_known && f->low_sum / f->low > 1.0 - SG_FALL_FRACTION;
	return r->e > -fmax(SG_SOFT_SLACK, SG_SOFT_SIGMA * r->spread);
}

/* At constant current no relaxation takes the voltage away from one reading to the next. */
static size_t follow_dip(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			 struct sg_event *event)
{
	struct sg_flicker *f = &d->flicker;

	f->low++;
	f->low_sum += seen(f, r);
	f->low_most = fmax(f->low_most, seen(f, r));
	f->low_least = fmin(f->low_least, seen(f, r));
	if (!f->jumped || d->soft_short.told[r->polarity] || f->low < SG_CONTACT_READINGS ||
	    r->now_s - f->low_since_s < SG_CONTACT_SECONDS)
		return 0;
	f->jumped = false;
	if (f->low_most > (1.0 - SG_FALL_FRACTION) * f->level || f->low_sum / f->low < SG_SOFT_LEAST * f->level)
		return 0;
	if (!is_flat(f, r) || is_back(f, r, d->baseline.scale_visits > 0))
		return 0;
	return tell_fall(d, r, reading, event);
}

size_t sg_flicker_feed(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
		       struct sg_event *event)
{
	struct sg_flicker *f = &d->flicker;

	if (f->stretch != d->stretch.index)
		sg_flicker_break(f);
	f->stretch = d->stretch.index;
	if (!r->settled || isnan(r->share))
		return 0;
	if (!is_level(f, r)) {
		if (!f->dipped)
			begin_dip(f, r, reading);
		return follow_dip(d, r, reading, event);
	}
	if (f->dipped && r->now_s - f->low_since_s <= SG_WINDOW_SECONDS)
		count_dip(f, r->now_s);
	f->change = isnan(f->level) || f->dipped ? 0.0 : fmax(SG_SUDDEN_FORGET * f->change, fabs(r->share - f->level));
	f->readings++;
	f->dipped = false;
	f->level = r->share;
	f->bare = r->bare;
	if (f->told && r->now_s - f->dips_now_s > SG_SOFT_HEALTHY_SECONDS) {
		f->told = false;
		f->dips = 0.0;
	}
	if (f->told || d->soft_short.told[r->polarity] || f->dips < SG_DIPS)
		return 0;
	return tell(d, r, reading, event);
}

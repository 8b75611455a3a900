/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/flicker.h"

#include <math.h>

#include "detect/evidence.h"
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
	const double fall = f->level - r->share;

	if (isnan(f->level) || (f->dipped && r->now_s - f->low_since_s > SG_WINDOW_SECONDS))
		return true;
	if (fall <= fmax(SG_NEAR_FRACTION * fabs(f->level), noise))
		return true;
	if (!f->dipped && fall <= fmax(SG_DIP_FRACTION * fabs(f->level), 2.0 * noise))
		return true; /* goes down, but does not jump */
	return false;
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
		if (!f->dipped) {
			f->low_since_s = r->now_s;
			f->depth += (f->dips > 0.0 ? DEPTH_GAIN : 1.0) * ((f->level - r->share) / f->level - f->depth);
		}
		f->dipped = true;
		return 0;
	}
	if (f->dipped && r->now_s - f->low_since_s <= SG_WINDOW_SECONDS)
		count_dip(f, r->now_s);
	f->dipped = false;
	f->level = r->share;
	if (f->told && r->now_s - f->dips_now_s > SG_SOFT_HEALTHY_SECONDS) {
		f->told = false;
		f->dips = 0.0;
	}
	if (f->told || d->soft_short.told[r->polarity] || f->dips < SG_DIPS)
		return 0;
	return tell(d, r, reading, event);
}

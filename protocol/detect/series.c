/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/series.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/polarization.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

#define COUNT_MOST 255U
#define SECONDS_PER_HOUR 3600.0

/* One change of the current, as it is compared. */
struct look {
	double level_a; /* in its own direction, */
	double before_v, before_a; /* and what was before it in that direction; NAN: not known */
	double phase_s;
	double ohm;    /* at 25 degC by the sensor, */
	double cold;   /* and its factor as if at the coldest */
	double noise;  /* of it, relative */
	double now_h;
	int polarity;
};

void sg_series_init(struct sg_series *series)
{
	*series = (struct sg_series){ .excess = (float)NAN, .end_v = (float)NAN };
}

static bool is_near(double a, double b, double fraction)
{
	return fabs(a - b) <= fraction * fabs(b);
}

static bool is_of(const struct sg_series_slot *slot, const struct look *look)
{
	return slot->visits > 0 && slot->polarity == look->polarity &&
	       is_near(look->level_a, (double)slot->level_a, SG_NEW_LEVEL_FRACTION) &&
	       is_near(look->phase_s, (double)slot->phase_s, SG_SERIES_PHASE);
}

/*
 * At a larger current the resistance in series is no larger: an ohmic part stays, an interface by Butler-Volmer's law loses. So a
 * current that was not seen yet is held against the nearest smaller one.
 */
static struct sg_series_slot inherit(const struct sg_series *series, const struct look *look)
{
	struct sg_series_slot fresh = {
		.level_a = (float)look->level_a,
		.phase_s = (float)look->phase_s,
		.polarity = look->polarity != 0,
	};
	const struct sg_series_slot *from = NULL;

	for (int i = 0; i < SG_SERIES_SLOTS; i++) {
		const struct sg_series_slot *s = &series->slot[i];

		if (s->visits > 0 && s->polarity == look->polarity && (double)s->level_a < look->level_a &&
		    is_near(look->phase_s, (double)s->phase_s, SG_SERIES_PHASE) && (!from || s->level_a > from->level_a))
			from = s;
	}
	if (!from)
		return fresh;
	fresh.mean_ohm = fresh.reference_ohm = from->frozen ? from->reference_ohm : from->mean_ohm;
	fresh.warmth = fresh.reference_warmth = from->frozen ? from->reference_warmth : from->warmth;
	fresh.variance = from->variance;
	fresh.visits = 1;
	fresh.frozen = 1;
	fresh.loose = from->loose || !from->frozen;
	fresh.at_h = (float)look->now_h;
	return fresh;
}

/* Its own slot, or the one that was not used for longest. */
static struct sg_series_slot *slot_of(struct sg_series *series, const struct look *look)
{
	struct sg_series_slot *oldest = &series->slot[0];

	for (int i = 0; i < SG_SERIES_SLOTS; i++) {
		if (is_of(&series->slot[i], look))
			return &series->slot[i];
		if (series->slot[i].visits == 0 || (oldest->visits > 0 && series->slot[i].at_h < oldest->at_h))
			oldest = &series->slot[i];
	}
	*oldest = inherit(series, look);
	return oldest;
}

static double variance_of(const struct sg_series_slot *slot)
{
	const double known = slot->visits > 2 ? slot->visits - 2.0 : 0.0;
	const double prior = SG_SPREAD_PRIOR * SG_SPREAD_PRIOR * SG_SPREAD_PRIOR_VISITS;

	return (prior + known * (double)slot->variance) / (SG_SPREAD_PRIOR_VISITS + known);
}

static double gain_of(const struct sg_series_slot *slot)
{
	return fmax(1.0 / (slot->visits + 1.0), slot->frozen ? SG_SLOW_GAIN : SG_SETTLE_GAIN);
}

/* What is read late has some of the slow part in it, which gets used to another current in a few half-steps. */
static unsigned most_visits(const struct sg_series *series, const struct sg_series_slot *slot)
{
	if (!series->known)
		return SG_SETTLE_VISITS_MAX;
	return slot->phase_s < SG_SERIES_EARLY_SECONDS ? SG_SERIES_VISITS_EARLY : SG_SERIES_VISITS_LATE;
}

/* A cell whose first cycles are over has none such again at another current, but a visit or two to get used to it. */
static void settle(struct sg_series *series, struct sg_series_slot *slot, double moved, bool turned)
{
	const bool calm = turned || fabs(moved) < SG_STILL_FRACTION;

	if (slot->visits > 1)
		slot->still = calm ? (slot->still + 1U) & 7U : 0U;
	if (slot->visits < most_visits(series, slot) && slot->still < (series->known ? 1U : SG_CALM_VISITS))
		return;
	slot->frozen = 1;
	slot->reference_ohm = (float)((double)slot->mean_ohm / (1.0 + (double)series->carried));
	slot->reference_warmth = slot->warmth;
	series->known = true;
}

/* Down at once, up as healthy cells age. */
static void follow(struct sg_series_slot *slot, double hours)
{
	const double above = (double)slot->mean_ohm - (double)slot->reference_ohm;

	if (above < 0.0) {
		slot->reference_ohm = slot->mean_ohm;
		slot->reference_warmth = slot->warmth;
	} else {
		slot->reference_ohm += (float)fmin(above, SG_AGEING_PER_HOUR * hours * (double)slot->reference_ohm);
	}
}

static void learn(struct sg_series *series, struct sg_series_slot *slot, const struct sg_baseline *b, const struct look *look)
{
	const double gain = gain_of(slot), hours = look->now_h - (double)slot->at_h;
	double moved = 0.0, step, square;

	if (slot->visits > 0) {
		moved = look->ohm / (double)slot->mean_ohm - 1.0;
		step = moved - (double)slot->left;
		square = 0.5 * step * step;
		if (slot->visits > 2)
			square = fmin(square, SG_SPREAD_CLIP * SG_SPREAD_CLIP * variance_of(slot));
		if (slot->visits > 1)
			slot->variance += (float)(fmax(1.0 / (slot->visits - 1.0), SG_SPREAD_GAIN) * (square - (double)slot->variance));
	}
	slot->mean_ohm += (float)(gain * (look->ohm - (double)slot->mean_ohm));
	slot->warmth += (float)(gain * (b->warmth - (double)slot->warmth));
	slot->visits = slot->visits < COUNT_MOST ? (slot->visits + 1U) & COUNT_MOST : COUNT_MOST;
	if (slot->frozen)
		follow(slot, fmax(hours, 0.0));
	else
		settle(series, slot, moved, slot->visits > 2 && moved * (double)slot->left < 0.0);
	slot->left = (float)((1.0 - gain) * moved);
	slot->at_h = (float)look->now_h;
}

/* At the current and the warmth of its slot, against its reference. */
static void compare(struct sg_series *series, const struct sg_series_slot *slot, const struct sg_detector *d,
		    const struct sg_residual *r, const struct look *look)
{
	const struct sg_baseline *b = &d->baseline;
	const double hot = fabs(b->hot - (double)slot->reference_warmth), cold = fabs(b->cold - (double)slot->reference_warmth);
	const double unsure = SG_WARM_SIGMA_EV * (hot > cold ? hot : cold), warm = SG_POLAR_SIGMA * unsure;
	const double reference_ohm = (double)slot->reference_ohm;
	const double sigma = sqrt(variance_of(slot) + look->noise * look->noise + unsure * unsure);
	double limit = fmax(r->blind ? SG_POLAR_BLIND : SG_POLAR_FRACTION, SG_POLAR_SIGMA * sigma + sg_polarization_colder(warm));

	limit = fmin(limit, fmax(SG_POLAR_MOST, 1.5 * warm));
	if (slot->loose)
		limit = fmax(limit, SG_SERIES_LOOSE);
	/* Of the whole, which a little more in series may hardly change. */
	limit = fmax(limit, SG_SERIES_OF_WHOLE * r->scale_ohm / reference_ohm);
	series->excess = (float)(look->ohm * look->cold / reference_ohm - 1.0);
	series->carried = (float)(series->excess > 0.0F ? fmax((double)series->excess - warm, 0.0) :
							   fmin((double)series->excess + warm, 0.0));
	series->ohm = (float)(look->ohm * look->cold);
	series->limit = (float)limit;
}

/* The least of the first readings: the earliest, unless a switch of range spoilt it upwards. True: it is complete. */
static bool gather(struct sg_series *series, const struct sg_detector *d, const struct sg_residual *r, double ahead_v)
{
	if (series->stretch != d->stretch.index) {
		series->stretch = d->stretch.index;
		series->readings = 0;
		series->before_v = series->end_v;
	}
	series->end_v = (float)(r->ohm * d->baseline.thermal * d->stretch.level_a);
	if (series->readings >= SG_SERIES_READINGS)
		return false;
	if (series->readings++ == 0) {
		series->least_v = (float)ahead_v;
		series->phase_s = (float)sg_stretch_phase_s(&d->stretch, d->now_s);
	}
	series->least_v = fminf(series->least_v, (float)ahead_v);
	return series->readings == SG_SERIES_READINGS;
}

/* The current before, or the rest. After a larger one what it built up still falls away. */
static void look_before(struct look *look, const struct sg_detector *d, double way)
{
	const struct sg_stretch *s = &d->stretch;

	look->before_v = NAN;
	look->before_a = NAN;
	if (s->odd || s->passed || s->origin == SG_AFTER_UNKNOWN || s->before_s < SG_SERIES_BEFORE_SECONDS)
		return;
	if (s->origin == SG_AFTER_REVERSAL) {
		look->before_a = way * s->before_a;
		look->before_v = way * (double)d->series.before_v;
	} else if (d->jump.before_a == 0.0) {
		look->before_a = 0.0;
		look->before_v = way * d->jump.before_v;
	}
	if (-look->before_a > look->level_a * (1.0 + SG_NEW_LEVEL_FRACTION))
		look->before_a = NAN;
}

bool sg_series_feed(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading, bool learnable)
{
	struct sg_series *series = &d->series;
	const double way = d->stretch.level_a < 0.0 ? -1.0 : 1.0;
	struct sg_series_slot *slot;
	struct look look = { .level_a = way * d->stretch.level_a, .polarity = r->polarity };
	double change_a;

	if (!gather(series, d, r, way * reading->voltage_v))
		return false;
	look_before(&look, d, way);
	change_a = look.level_a - look.before_a;
	look.phase_s = (double)series->phase_s;
	look.ohm = ((double)series->least_v - look.before_v) / change_a / d->baseline.thermal;
	look.cold = r->cold_ohm / r->ohm;
	look.now_h = d->now_s / SECONDS_PER_HOUR;
	look.noise = r->noise * r->scale_ohm * look.level_a / change_a / look.ohm;
	if (!(change_a > 0.0) || !(look.ohm > 0.0) || !isfinite(look.noise))
		return false;
	slot = slot_of(series, &look);
	if (!slot->frozen) {
		if (learnable)
			learn(series, slot, &d->baseline, &look);
		return false;
	}
	compare(series, slot, d, r, &look);
	if (learnable && series->excess <= series->limit)
		learn(series, slot, &d->baseline, &look);
	return true;
}

void sg_series_shift(struct sg_series *series, double ohm)
{
	for (int i = 0; i < SG_SERIES_SLOTS; i++) {
		if (series->slot[i].visits == 0)
			continue;
		series->slot[i].mean_ohm += (float)ohm;
		series->slot[i].reference_ohm += (float)ohm;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/polarization.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/contact.h"
#include "detect/evidence.h"
#include "detect/long_step.h"
#include "detect/series.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

#define T10 0.10
#define T2X 1.0
#define T2X_READINGS 3
#define C_PER_MAH 3.6

void sg_polarization_init(struct sg_polarizing *p)
{
	*p = (struct sg_polarizing){ .healthy_since_s = NAN };
	p->marks = (struct sg_polarization){
		.t10_s = NAN, .t_inflect_s = NAN, .inflect_unsure_s = NAN, .t2x_s = NAN, .t_compl_s = NAN, .c10_mah_cm2 = NAN, .excess = NAN,
		.c_inflect_mah_cm2 = NAN, .c2x_mah_cm2 = NAN, .c_compl_mah_cm2 = NAN,
	};
	sg_long_step_init(&p->step);
}

void sg_polarization_break(struct sg_polarizing *p)
{
	p->count = 0;
	p->count10 = 0;
	p->count2x = 0;
}

double sg_polarization_colder(double warm)
{
	return sg_baseline_exp(warm) - 1.0 - warm;
}

static double capacity(const struct sg_detector *d, double charge_c)
{
	return fabs(charge_c) / C_PER_MAH / d->area_cm2;
}

/* How much evidence is asked for, by what the diffusion model says of the electrode that is stripped. */
static double evidence(double limit_fraction)
{
	if (limit_fraction < SG_LIMIT_FAR)
		return 2.0;
	return limit_fraction > SG_LIMIT_NEAR ? 0.5 : 1.0;
}

/* Readings in turn above a mark: how long and how many. */
static bool lasts(uint32_t *count, bool above, uint32_t readings)
{
	*count = above ? *count + 1 : 0;
	return *count >= readings;
}

static void mark(struct sg_detector *d, const struct sg_residual *r, double excess, const struct sg_reading *reading)
{
	struct sg_polarizing *p = &d->polarizing;

	if (excess > T10 && p->count10 == 0) {
		p->since10_s = reading->time_s;
		p->since10_now_s = r->now_s;
		p->c10_c = d->charge_c;
	}
	if (excess >= T2X && p->count2x == 0) {
		p->since2x_s = reading->time_s;
		p->since2x_now_s = r->now_s;
		p->c2x_c = d->charge_c;
	}
	if (lasts(&p->count10, excess > T10, 2) && isnan(p->marks.t10_s) &&
	    r->now_s - p->since10_now_s >= SG_POLAR_SECONDS) {
		p->polarity = r->polarity;
		p->healthy_since_s = NAN;
		p->marks.t10_s = p->since10_s;
		p->marks.c10_mah_cm2 = capacity(d, p->c10_c);
	}
}

static void be_told(struct sg_polarizing *p, int polarity)
{
	p->marks.told = true;
	p->marks.ever_told = true;
	p->healthy_since_s = NAN;
	p->polarity = polarity;
}

static size_t tell(struct sg_detector *d, const struct sg_residual *r, double excess, double limit,
		   const struct sg_reading *reading, struct sg_event *event)
{
	struct sg_polarizing *p = &d->polarizing;
	const double thermal = d->baseline.thermal;
	char more[SG_EVIDENCE_SIZE];

	be_told(p, r->polarity);
	sg_event_init(event, SG_EVENT_POLARIZATION, SG_GRADE_ALARM, reading->time_s);
	event->since_s = fmin(p->count > 0 ? p->since_s : p->since2x_s, reading->time_s);
	event->value = r->ohm * thermal;
	event->reference = event->value / (1.0 + excess);
	sg_event_say(event,
		     "polarization: V/I = %.4g ohm, %.0f %% above %.4g (%s; told from %.0f %% on, %s, %.3g mAh cm-2 in this "
		     "step); either contact is lost in the cell, or a contact or lead outside gets worse slowly",
		     event->value, 100.0 * excess, event->reference,
		     isnan(r->reference_ohm) || !r->frozen ? "its own course" : "reference of this phase", 100.0 * limit,
		     sg_evidence_say(d, more), capacity(d, d->charge_c));
	return 1;
}

/* In the polarity it was seen in: one electrode may be lost while the other is well. */
static void look_for_recovery(struct sg_detector *d, double excess, const struct sg_residual *r)
{
	struct sg_polarizing *p = &d->polarizing;

	if (r->polarity != p->polarity)
		return;
	if (excess > SG_POLAR_HEALTHY || (double)d->series.excess > SG_POLAR_HEALTHY) {
		p->healthy_since_s = NAN;
		return;
	}
	if (isnan(p->healthy_since_s))
		p->healthy_since_s = r->now_s;
	if (r->now_s - p->healthy_since_s < SG_SOFT_HEALTHY_SECONDS)
		return;
	p->marks.told = false;
	if (p->marks.ever_told)
		return;
	/* It went by and was not told: not the beginning of what may come. */
	p->marks.t10_s = NAN;
	p->marks.c10_mah_cm2 = NAN;
}

/*
 * From healthy to doubled at once. A half-step that begins high where the one before it in that direction ended high has not
 * been healthy a moment ago.
 */
static bool runs_away(struct sg_polarizing *p, const struct sg_residual *r, double excess)
{
	bool *high = &p->high[r->polarity];

	*high = excess > T10;
	if (!*high)
		p->began_high = false;
	if (p->marks.told || p->began_high || p->count10 == 0 || excess < T2X ||
	    (p->count10 > SG_RUNAWAY_READINGS && r->now_s - p->since10_now_s > SG_RUNAWAY_SECONDS))
		return false;
	*high = false;
	return true;
}

/* excess: R over a reference, minus 1; limit: from where on it counts. */
static size_t judge(struct sg_detector *d, const struct sg_residual *r, double excess, double limit, uint32_t readings,
		    double seconds, const struct sg_reading *reading, struct sg_event *events)
{
	struct sg_polarizing *p = &d->polarizing;
	const double factor = evidence(d->limit_fraction);
	bool tells;

	p->marks.excess = excess;
	if (runs_away(p, r, excess)) {
		sg_polarization_break(p);
		return sg_contact_run_away(&d->contact, r, reading, excess, events);
	}
	mark(d, r, excess, reading);
	if (excess > limit && p->count == 0) {
		p->since_s = reading->time_s;
		p->since_now_s = r->now_s;
	}
	if (p->marks.told || !isnan(p->marks.t10_s))
		look_for_recovery(d, excess, r);
	tells = lasts(&p->count, excess > limit, (uint32_t)ceil(readings * factor)) && r->now_s - p->since_now_s >= seconds * factor;
	if (lasts(&p->count2x, excess >= T2X && !r->strange, T2X_READINGS) && isnan(p->marks.t2x_s) &&
	    r->now_s - p->since2x_now_s >= SG_CONVEX_SECONDS) {
		p->marks.t2x_s = p->since2x_s;
		p->marks.c2x_mah_cm2 = capacity(d, p->c2x_c);
		tells = true;
	}
	return tells && !p->marks.told ? tell(d, r, excess, limit, reading, events) : 0;
}

/* Where most of it is the cell's own resistance, and little is what the current before left behind. */
static bool is_late(const struct sg_residual *r)
{
	return r->reference_ohm > SG_POLAR_LATE * r->scale_ohm;
}

static size_t over_cycles(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			  struct sg_event *events)
{
	const double least = !r->frozen ? SG_POLAR_UNSETTLED : r->strange ? SG_POLAR_STRANGE : SG_POLAR_FRACTION;
	const double warm = SG_POLAR_SIGMA * r->warm;
	const double unsure = SG_POLAR_SIGMA * r->steps + sg_polarization_colder(warm);
	double limit = fmax(least, unsure);

	if (r->blind || !r->frozen)
		limit = fmax(limit, fmax(r->blind ? SG_POLAR_BLIND : 0.0, SG_POLAR_SIGMA * r->spread));
	/* Before the resistance doubles, come what may, where current and warmth are those of the reference. */
	if (r->frozen && !r->strange)
		limit = fmin(limit, fmax(fmax(SG_POLAR_MOST, 1.5 * warm), 2.0 * SG_POLAR_SIGMA * r->noise));
	if (r->frozen && !r->strange)
		d->baseline.carried = (float)(r->excess > 0.0 ? fmax(r->excess - warm, 0.0) : fmin(r->excess + warm, 0.0));
	d->baseline.risen = r->excess > 0.5 * fmax(least, r->blind ? SG_POLAR_BLIND : 0.0);
	return judge(d, r, r->excess, limit, SG_POLAR_BLOCKS, SG_POLAR_SECONDS, reading, events);
}

static size_t inside_step(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			  struct sg_event *events)
{
	struct sg_polarizing *p = &d->polarizing;
	const double phase_s = sg_stretch_phase_s(&d->stretch, r->now_s);
	const double excess = sg_long_step_feed(&p->step, phase_s, r->cold_ohm, r->noise * r->scale_ohm);
	/* What the cell's own activation energy may make of the warmth since the step began. */
	const double warm = SG_POLAR_SIGMA * SG_WARM_SIGMA_EV * fabs(d->baseline.cold - p->begin_warmth);
	/* A relaxation that dies away may have hidden as much of a rise as it fell. */
	const double room = r->blind ? (SG_CONVEX_BLIND - SG_CONVEX_FRACTION) * fmin(phase_s / SG_CONVEX_BLIND_SECONDS, 1.0) : 0.0;
	const double simple = p->step.hidden > 0.0 ? SG_CONVEX_HIDDEN : SG_CONVEX_FRACTION;
	const double least = simple + room + warm + sg_polarization_colder(warm) + p->step.hidden;
	/* Three times the half less twice the quarter: 3.6 times the error of a point; and the reading itself. */
	const double points = 13.0 / fmax(p->step.readings, 1.0);
	const double noise = r->noise * r->scale_ohm / fabs(r->ohm) * sqrt(1.0 + points);
	const struct sg_curve curve = {
		.now_s = r->now_s,
		.ohm = r->ohm,
		.noise_ohm = r->noise * r->scale_ohm,
		.interval_s = d->timeline.interval_s,
		.current_a = d->stretch.level_a,
		.charge_c = d->charge_c,
	};

	if (sg_long_step_curve(&p->step, &curve)) {
		p->marks.t_inflect_s = reading->time_s + p->step.curved_s - r->now_s;
		p->marks.inflect_unsure_s = p->step.curved_unsure_s;
		p->marks.c_inflect_mah_cm2 = capacity(d, p->step.curved_c);
	}
	if (isnan(excess))
		return 0;
	return judge(d, r, excess, fmax(least, SG_CONVEX_SIGMA * noise), SG_CONVEX_READINGS, SG_CONVEX_SECONDS, reading,
		     events);
}

static size_t tell_turns(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			 struct sg_event *event)
{
	struct sg_polarizing *p = &d->polarizing;
	const struct sg_series *s = &d->series;
	const double thermal = d->baseline.thermal_cold;
	char more[SG_EVIDENCE_SIZE];

	be_told(p, r->polarity);
	if (isnan(p->marks.t10_s)) {
		p->marks.t10_s = p->turn_s;
		p->marks.c10_mah_cm2 = capacity(d, p->turn_c);
	}
	sg_event_init(event, SG_EVENT_POLARIZATION, SG_GRADE_ALARM, reading->time_s);
	event->since_s = fmin(p->turn_s, reading->time_s);
	event->value = (double)s->ohm * thermal;
	event->reference = event->value / (1.0 + (double)s->excess);
	sg_event_say(event,
		     "polarization: changes of the current show %.4g ohm in series, %.0f %% above %.4g (told from %.0f %% on; V/I = "
		     "%.4g ohm, %s); either contact is lost in the cell, or a contact or lead outside gets worse slowly",
		     event->value, 100.0 * (double)s->excess, event->reference, 100.0 * (double)s->limit,
		     r->ohm * d->baseline.thermal, sg_evidence_say(d, more));
	return 1;
}

/* A change of the current was looked at. */
static size_t over_turns(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			 struct sg_event *event)
{
	struct sg_polarizing *p = &d->polarizing;
	const bool above = d->series.excess > d->series.limit;

	if (above && p->turns == 0) {
		p->turn_s = reading->time_s;
		p->turn_c = d->charge_c;
	}
	if (!lasts(&p->turns, above, SG_SERIES_TURNS) || p->marks.told)
		return 0;
	return tell_turns(d, r, reading, event);
}

/* What was before the step: nothing, a long rest, or long ago. */
static bool is_course_known(const struct sg_stretch *s, double now_s)
{
	if (s->odd || s->origin == SG_AFTER_UNKNOWN)
		return false;
	return s->before_a == 0.0 || s->begin_s - s->before_end_s > SG_CONVEX_PAST * s->before_s ||
	       sg_stretch_phase_s(s, now_s) > SG_CONVEX_PAST * s->before_s;
}

static size_t judge_reading(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			    struct sg_event *events)
{
	struct sg_polarizing *p = &d->polarizing;

	if (!isnan(r->excess) && !is_late(r)) {
		sg_polarization_break(p);
		return 0;
	}
	if (!isnan(r->excess) && (r->frozen || (r->excess > SG_POLAR_UNSETTLED && !r->strange)))
		return over_cycles(d, r, reading, events);
	if (!is_course_known(&d->stretch, r->now_s))
		return 0;
	return inside_step(d, r, reading, events);
}

size_t sg_polarization_feed(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			    bool learnable, struct sg_event *events)
{
	struct sg_polarizing *p = &d->polarizing;
	size_t count = 0;

	if (p->stretch != d->stretch.index) {
		sg_polarization_break(p);
		sg_long_step_init(&p->step);
		p->begin_warmth = d->baseline.cold;
		p->began_high = p->high[r->polarity];
	}
	p->stretch = d->stretch.index;
	if (sg_series_feed(d, r, reading, learnable))
		count = over_turns(d, r, reading, events);
	if (!r->settled || !(r->ohm > 0.0))
		return count;
	return count + judge_reading(d, r, reading, &events[count]);
}

void sg_polarization_rail(struct sg_detector *d, double time_s)
{
	struct sg_polarizing *p = &d->polarizing;

	if (!p->marks.told || !isnan(p->marks.t_compl_s))
		return;
	p->marks.t_compl_s = time_s;
	p->marks.c_compl_mah_cm2 = capacity(d, d->charge_c);
}

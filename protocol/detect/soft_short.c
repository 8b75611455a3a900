/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/soft_short.h"

#include <math.h>

#include "detect/evidence.h"
#include "detect/thresholds.h"

#define DROP_GAIN 0.25

void sg_soft_short_init(struct sg_soft_short *s)
{
	*s = (struct sg_soft_short){ .healthy_since_s = { NAN, NAN }, .lag = NAN };
}

void sg_soft_short_break(struct sg_soft_short *s)
{
	s->block_sum = 0.0;
	s->block_count = 0;
}

void sg_soft_short_take(struct sg_soft_short *s, int polarity)
{
	s->told[polarity] = true;
	s->healthy_since_s[polarity] = NAN;
}

bool sg_soft_short_is_quiet(const struct sg_soft_short *s, int polarity)
{
	return s->sum[polarity] <= SG_SOFT_SUSPECT && !s->told[polarity];
}

static const char *word_for(double drop)
{
	if (drop >= 0.5)
		return "heavy";
	return drop >= 0.2 ? "clear" : "slight";
}

/* Section 7 of what one voltage can tell: a soft short, or a real fall of the interface's resistance. */
static size_t tell(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
		   struct sg_event *event)
{
	struct sg_soft_short *s = &d->soft_short;
	const double drop = s->drop[r->polarity], thermal = d->baseline.thermal;
	char more[SG_EVIDENCE_SIZE];

	s->told[r->polarity] = true;
	s->healthy_since_s[r->polarity] = NAN;
	sg_event_init(event, SG_EVENT_SOFT_SHORT, drop >= SG_SOFT_SURE ? SG_GRADE_ALARM : SG_GRADE_WARNING,
		      reading->time_s);
	event->since_s = s->since_s[r->polarity];
	event->value = r->ohm * thermal;
	event->reference = r->base_ohm * thermal;
	sg_event_say(event,
		     "%s soft short at %s current: V/I = %.4g ohm, %.0f %% below the %.4g usual at this time of a half-step (which "
		     "differ by %.1f %%, %s); either an electronic path, or the interface's resistance fell (warming, wetting): "
		     "compare impedance, or R at a low current",
		     word_for(drop), r->polarity ? "negative" : "positive", event->value, 100.0 * drop, event->reference,
		     100.0 * r->sigma, sg_evidence_say(d, more));
	return 1;
}

static void look_for_recovery(struct sg_soft_short *s, const struct sg_residual *r)
{
	double *since_s = &s->healthy_since_s[r->polarity];

	if (r->e < -SG_SOFT_HEALTHY) {
		*since_s = NAN;
		return;
	}
	if (isnan(*since_s))
		*since_s = r->now_s;
	if (r->now_s - *since_s < SG_SOFT_HEALTHY_SECONDS)
		return;
	s->told[r->polarity] = false;
	s->sum[r->polarity] = 0.0;
	*since_s = NAN;
}

/* How much a healthy cell may stand below what it showed at this phase before. */
static double slack_of(const struct sg_residual *r)
{
	return SG_SOFT_FALLING * r->falling + fmax(r->blind ? SG_SOFT_SLACK_BLIND : SG_SOFT_SLACK, SG_SOFT_SIGMA * r->spread);
}

static void begin_sum(struct sg_soft_short *s, const struct sg_residual *r, double off, double time_s)
{
	s->abrupt[r->polarity] = false;
	s->since_s[r->polarity] = time_s;
	s->since_now_s[r->polarity] = r->now_s;
	s->drop[r->polarity] = -off;
	s->steady[r->polarity] = 1.0;
}

/* One block of readings. */
static size_t add_block(struct sg_detector *d, const struct sg_residual *r, double off, const struct sg_reading *reading,
			struct sg_event *event)
{
	struct sg_soft_short *s = &d->soft_short;
	const int p = r->polarity;
	double more;
	bool smooth;

	if (s->told[p]) {
		look_for_recovery(s, r);
		return 0;
	}
	if (s->sum[p] == 0.0) {
		begin_sum(s, r, off, reading->time_s);
	} else {
		smooth = fabs(off - s->last[p]) <= fmax(SG_SOFT_ROUGH, SG_DIP_SIGMA * r->noise);
		s->steady[p] += ((smooth ? 1.0 : 0.0) - s->steady[p]) / SG_STEADY_READINGS;
	}
	s->last[p] = off;
	if (s->lag - off > fmax(SG_ABRUPT_FRACTION, SG_SOFT_SIGMA * r->noise))
		s->abrupt[p] = true;
	more = -off - slack_of(r);
	s->sum[p] = fmax(0.0, s->sum[p] + fmin(SG_SOFT_CLIP, more));
	s->drop[p] += DROP_GAIN * (-off - s->drop[p]);
	if (r->blind && !s->abrupt[p] && s->drop[p] < SG_SOFT_WARMTH)
		return 0;
	if (s->steady[p] < SG_STEADY_SHARE || r->ohm < SG_SOFT_LEAST * r->base_ohm)
		return 0;
	/* What is left of a sum from before a lead was off, or before a rest, says nothing of now. */
	if (more <= 0.0 || s->sum[p] < SG_SOFT_LIMIT || r->now_s - s->since_now_s[p] < SG_SOFT_SECONDS)
		return 0;
	return tell(d, r, reading, event);
}

/* Where the residual was some two minutes ago. After a pause nobody knows. */
static void follow_lag(struct sg_soft_short *s, double off, double now_s)
{
	const double step_s = now_s - s->lag_now_s;

	if (isnan(s->lag) || step_s > SG_WINDOW_SECONDS)
		s->lag = off;
	else
		s->lag += (off - s->lag) * step_s / (step_s + SG_ABRUPT_SECONDS);
	s->lag_now_s = now_s;
}

size_t sg_soft_short_feed(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			  struct sg_event *event)
{
	struct sg_soft_short *s = &d->soft_short;
	size_t count;
	double off;

	if (s->stretch != d->stretch.index)
		sg_soft_short_break(s);
	s->stretch = d->stretch.index;
	if (isnan(r->e) || !r->settled)
		return 0;
	if (s->block_count == 0)
		s->block_from_s = r->now_s - d->timeline.last_step_s;
	s->block_sum += r->e_fall;
	s->block_count++;
	if (r->now_s - s->block_from_s < SG_BLOCK_SECONDS)
		return 0;
	off = s->block_sum / s->block_count;
	s->block_sum = 0.0;
	s->block_count = 0;
	count = add_block(d, r, off, reading, event);
	follow_lag(s, off, r->now_s);
	return count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/hard_short.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/jump.h"
#include "detect/low_run.h"
#include "detect/noise.h"
#include "detect/rise.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

/* A sum of intervals of exactly 1 s may fall short of it by rounding. */
#define ROUNDING_S 1e-6

void sg_hard_short_init(struct sg_hard_short *h)
{
	*h = (struct sg_hard_short){
		.earlier_ohm = NAN,
		.recover_now_s = NAN,
		.last_a = NAN,
		.steady = 1.0F,
		.rest_v = { INFINITY, -INFINITY },
		.offset_v = (float)SG_OFFSET_UNKNOWN_V,
	};
}

bool sg_hard_short_is_quiet(const struct sg_hard_short *h)
{
	return h->state == SG_SHORT_CLEAR && h->low == 0;
}

void sg_hard_short_hold(struct sg_hard_short *h, const struct sg_reading *reading, double now_s)
{
	h->held_now_s = now_s;
	h->held_v = (float)reading->voltage_v;
	h->held_a = (float)reading->current_a;
}

void sg_hard_short_rest(struct sg_hard_short *h, double voltage_v)
{
	if (h->low == 0)
		return;
	h->sum_rest_v += voltage_v;
	h->rests++;
}

void sg_hard_short_gap(struct sg_hard_short *h)
{
	h->top_fraction = 0.0F;
	h->recover_now_s = NAN;
	if (h->state == SG_SHORT_CLEAR)
		sg_low_run_forget(h);
}

/* Nothing of a proof is carried over from one short to the next. */
static void forget_proof(struct sg_hard_short *h)
{
	h->proof_count = 0;
	h->proof_ohm = 0.0;
	h->earlier_ohm = NAN;
}

/*
 * A cell that rests stands above the instrument's offset after one current and below it after the other: it lies between. Where
 * it stands before its first current is no less either, unless its own voltage should happen to hide the offset.
 */
static void learn_offset(struct sg_hard_short *h, const struct sg_detector *d, double noise_v)
{
	const double rest_v = d->jump.before_v, before_a = d->stretch.before_a;
	double most_v = fabs(rest_v);
	bool known = false;

	if (h->state != SG_SHORT_CLEAR || d->jump.before_a != 0.0 || isnan(rest_v))
		return;
	if (before_a != 0.0) {
		h->rest_v[before_a < 0.0] = (float)rest_v;
		most_v = fmax(fabs((double)h->rest_v[0]), fabs((double)h->rest_v[1]));
		known = fabs((double)h->rest_v[0] - (double)h->rest_v[1]) <= SG_OFFSET_V;
	}
	/* What is held against it is as noisy. */
	most_v += SG_LOW_SIGMA * noise_v;
	if (known || most_v < (double)h->offset_v)
		h->offset_v = (float)fmin(fmax(most_v, SG_OFFSET_DRIFT_V), SG_OFFSET_MOST_V);
}

/* The ends of two half-steps with opposite currents: an offset is half of their sum, unless two unlike interfaces should hide it. */
static void compare_polarities(struct sg_hard_short *h, const struct sg_detector *d)
{
	const double end_v = d->jump.before_v, end_a = d->jump.before_a;

	if (h->state != SG_SHORT_CLEAR || !(fabs(end_a) > 0.0) || isnan(end_v))
		return;
	if (fabs(end_a + (double)h->end_a) <= SG_ON_SET_FRACTION * fabs(end_a) &&
	    0.5 * fabs(end_v + (double)h->end_v) <= SG_OFFSET_DRIFT_V)
		h->offset_v = fminf(h->offset_v, (float)SG_OFFSET_V);
	h->end_v = (float)end_v;
	h->end_a = (float)end_a;
}

static void enter_stretch(struct sg_hard_short *h, const struct sg_stretch *stretch)
{
	if (h->proof_count >= SG_PROVE_CHANGE_SAMPLES) {
		h->earlier_ohm = (float)(h->proof_ohm / h->proof_count);
		h->earlier_a = h->level_a;
	}
	h->proof_count = 0;
	h->proof_ohm = 0.0;
	h->level_a = (float)stretch->level_a;
	h->top_fraction = 0.0F;
	h->usual_count = 0;
	h->from_below = false;
	h->fell = false;
	sg_rise_init(&h->rise);
	h->stretch = stretch->index;
	/* One low reading at the very end of a stretch says little about the next one. */
	if (h->low == 1)
		h->allowed = false;
}

/* The least that V/I of a healthy cell rises by while it comes out of the current before. */
static double least_rise_ohm_s(const struct sg_detector *d, const struct sg_look *look)
{
	const struct sg_stretch *s = &d->stretch;
	const double before_a = s->history == SG_AFTER_UNKNOWN ? d->baseline.largest_a : fabs(s->before_a);

	return sg_rise_least_ohm_s(look->expected_ohm, s->before_s, before_a / look->current_a);
}

/* It does not rise as it would have to, or it stays longer than it could. */
static bool is_transient_over(const struct sg_detector *d, const struct sg_look *look)
{
	const struct sg_hard_short *h = &d->hard_short;
	const double width = 1.0 + 2.0 * SG_LOW_SIGMA * look->spread / SG_SHORT_FRACTION; /* noise at both ends of the band */
	const double needed_s = fmax(SG_DWELL_SECONDS, SG_DWELL_FRACTION * width * d->stretch.before_s);

	const double least_ohm_s = least_rise_ohm_s(d, look);

	/* What falls, or has been seen to fall faster than that, may just stand still between its fall and its rise. */
	if (!h->fell && h->rise.span_s >= SG_RISE_LEAST_FRACTION * d->stretch.before_s &&
	    (double)h->fall_per_s * look->expected_ohm < least_ohm_s &&
	    !sg_rise_is_falling(&h->rise, look->noise_v / look->current_a, SG_RISE_FALLING_SIGMA) &&
	    sg_rise_is_below(&h->rise, least_ohm_s, look->noise_v / look->current_a, d->voltage.code / look->current_a))
		return true;
	return h->low >= SG_DWELL_SAMPLES && look->now_s - h->since_now_s >= needed_s;
}

/* The first current of a rested cell: its ohmic part shows at once. Against the current: it had not rested. */
static bool is_first_current(const struct sg_detector *d)
{
	return !d->hard_short.from_below && d->baseline.scale_visits == 0 && d->stretch.history == SG_AFTER_REST &&
	       d->stretch.before_a == 0.0;
}

/* A healthy cell would have jumped higher than this. */
static bool has_not_jumped(const struct sg_detector *d, const struct sg_look *look)
{
	const double thermal = sg_baseline_exp(SG_ACTIVATION_EV * d->baseline.hot);

	const double least = sg_jump_least_fraction(&d->jump, &d->stretch, look->now_s, look->expected_ohm, thermal,
						    d->baseline.largest_a);

	if (!sg_jump_is_assumed(&d->jump))
		return least >= SG_HEALTHY_FRACTION;
	/* Below zero or rising after the change: the cell had not rested before the first current, as the jump assumes. */
	if (d->hard_short.from_below || d->hard_short.rise.count < 2 ||
	    sg_rise_is_seen(&d->hard_short.rise, look->noise_v / look->current_a))
		return false;
	return least >= SG_FIRST_FRACTION;
}

/* In this bin of phase of such half-steps the cell has shown more than this, and it is not on its way there. */
static bool has_shown_more(const struct sg_detector *d, const struct sg_look *look)
{
	const struct sg_baseline *b = &d->baseline;
	const struct sg_expected x = sg_baseline_look(b, &d->stretch, d->now_s);
	const double unsure = SG_SHOWN_SIGMA * (sqrt(x.variance) + x.strange) * b->scale_ohm + SG_SHOWN_SLOPE * fabs(x.slope_ohm);
	const double now = d->hard_short.sum_ohm / d->hard_short.low / look->expected_ohm +
			   SG_LOW_MEAN_SIGMA * look->spread / sqrt(d->hard_short.low);

	if (d->hard_short.rise.count < 2 ||
	    sg_rise_is_above(&d->hard_short.rise, least_rise_ohm_s(d, look), look->noise_v / look->current_a))
		return false;
	return x.mean_ohm - unsure >= fmax(SG_HEALTHY_FRACTION / SG_SHORT_FRACTION * now, SG_SHORT_FRACTION) * b->scale_ohm;
}

/*
 * It was healthy in this stretch. While the current before may still hide most of the voltage, what nucleation adds can
 * decay to nothing in many readings: then it is to have fallen from one of the latest.
 */
static bool has_fallen(const struct sg_detector *d, const struct sg_look *look)
{
	const struct sg_hard_short *h = &d->hard_short;
	const struct sg_stretch *s = &d->stretch;
	const bool early = s->history == SG_AFTER_REVERSAL && look->now_s - s->begin_s < SG_DWELL_FRACTION * s->before_s;

	return (double)h->top_fraction >= SG_HEALTHY_FRACTION && (!early || fmin((double)h->usual, (double)h->latest) >= SG_HEALTHY_FRACTION);
}

static bool is_no_transient(const struct sg_detector *d, const struct sg_look *look)
{
	return has_fallen(d, look) || is_first_current(d) || has_not_jumped(d, look) ||
	       has_shown_more(d, look) || is_transient_over(d, look);
}

/* Compare with the reading before, as it would be at this current. */
static bool continues(struct sg_hard_short *h, const struct sg_look *look)
{
	const double change_v = look->voltage_v - (double)h->last_v * look->current_a / (double)h->last_a;

	h->last_v = (float)look->voltage_v;
	h->last_a = (float)look->current_a;
	return fabs(change_v) <= SG_FLAT_SIGMA * look->noise_v + SG_FLAT_FRACTION * fabs(look->voltage_v);
}

static void follow_steadiness(struct sg_hard_short *h, const struct sg_look *look)
{
	const float steady = continues(h, look) ? 1.0F : 0.0F;

	h->steady += (steady - h->steady) / SG_STEADY_READINGS;
}

static void follow_usual(struct sg_hard_short *h, const struct sg_look *look)
{
	h->latest = (float)look->fraction;
	if (h->usual_count < SG_USUAL_READINGS)
		h->usual_count++;
	if (h->usual_count == 1)
		h->usual = (float)look->fraction;
	else
		h->usual += ((float)look->fraction - h->usual) / (float)h->usual_count;
}

/*
 * How fast V/I has fallen after a change of the current, beyond noise: from the highest of this stretch to here, or in a low
 * run. What built up by nucleation or in a layer decays like that; what falls from one reading to the next does not.
 */
static void follow_fall(struct sg_hard_short *h, const struct sg_stretch *stretch, const struct sg_look *look)
{
	const double fall = (double)h->top_fraction - look->fraction - (SG_FLAT_SIGMA - SG_LOW_SIGMA) * look->spread;
	const double phase_s = sg_stretch_phase_s(stretch, look->now_s);

	if (h->low == 0 && fall > (double)h->fall_per_s * phase_s && phase_s > 0.0)
		h->fall_per_s = (float)(fall / phase_s);
	if (h->low > 0 && sg_rise_is_falling(&h->rise, look->noise_v / look->current_a, SG_RISE_SIGMA)) {
		h->fall_per_s = (float)fmax((double)h->fall_per_s, -sg_rise_slope(&h->rise) / look->expected_ohm);
		h->fell = true;
	}
}

/* Add a low reading to the run. */
static void extend_run(struct sg_detector *d, const struct sg_look *look, double time_s)
{
	struct sg_hard_short *h = &d->hard_short;
	const bool flat = continues(h, look);

	if (h->low == 0) {
		h->since_s = time_s;
		h->since_now_s = look->now_s;
	} else {
		h->flat = flat;
	}
	h->sum_v += look->voltage_v;
	h->sum_ohm += look->ohm;
	h->sum_way += h->level_a < 0.0F ? -1 : 1;
	h->low++;
	sg_rise_feed(&h->rise, look->ohm, look->now_s);
	if (look->voltage_v < -sg_low_run_threshold_v(look, 1))
		h->against = true;
	follow_fall(h, &d->stretch, look);
	if (!h->allowed)
		h->allowed = is_no_transient(d, look);
}

static size_t tell(struct sg_hard_short *h, const struct sg_look *look, const struct sg_reading *reading,
		   enum sg_event_type type, struct sg_event *event)
{
	const double ohm = h->sum_ohm / h->low;

	h->state = type == SG_EVENT_HARD_SHORT ? SG_SHORT_LATCHED : SG_SHORT_UNCERTAIN;
	h->recover_now_s = NAN;
	sg_event_init(event, type, SG_GRADE_ALARM, reading->time_s);
	event->since_s = h->since_s;
	event->value = ohm;
	event->reference = look->expected_ohm;
	if (type == SG_EVENT_HARD_SHORT)
		sg_event_say(event,
			     "hard short: V/I = %.3g ohm, %.1f %% of the %.4g ohm expected, in %u readings; V = %.4g mV at "
			     "%.4g mA; leads touching at the cell would look the same",
			     ohm, 100.0 * ohm / look->expected_ohm, look->expected_ohm, (unsigned)h->low,
			     reading->voltage_v * 1e3, reading->current_a * 1e3);
	else
		sg_event_say(event,
			     "short or lost sense lead: V = %.4g mV at %.4g mA does not show that it follows the current "
			     "(noise %.2g mV, %.4g ohm expected); reverse or interrupt the current to tell",
			     reading->voltage_v * 1e3, reading->current_a * 1e3, look->noise_v * 1e3,
			     look->expected_ohm);
	return 1;
}

static size_t judge_run(struct sg_hard_short *h, const struct sg_look *look, const struct sg_reading *reading,
			struct sg_event *event)
{
	const double span_s = look->now_s - h->since_now_s + ROUNDING_S;

	const bool settled = h->low >= SG_UNSETTLED_SAMPLES && span_s >= SG_UNSETTLED_SECONDS;

	if (!h->allowed || h->low < SG_SHORT_SAMPLES || span_s < SG_SHORT_SECONDS || !sg_low_run_is_low(h, look))
		return 0;
	if ((double)h->steady < SG_STEADY_SHARE && !settled)
		return 0;
	if (sg_low_run_follows(h, look) && h->flat)
		return tell(h, look, reading, SG_EVENT_HARD_SHORT, event);
	if (!h->against && !sg_low_run_follows(h, look))
		return tell(h, look, reading, SG_EVENT_SHORT_OR_SENSE, event);
	if (settled)
		return tell(h, look, reading, SG_EVENT_SHORT_OR_SENSE, event);
	return 0;
}

static size_t look_for_short(struct sg_detector *d, const struct sg_look *look, const struct sg_reading *reading,
			     struct sg_event *event)
{
	struct sg_hard_short *h = &d->hard_short;

	/* Against the current, after it was healthy: this is not the cell's voltage. */
	if (look->voltage_v < 0.0 && (double)h->top_fraction >= SG_HEALTHY_FRACTION &&
	    look->voltage_v < -sg_low_run_threshold_v(look, 1))
		h->steady = 0.0F;
	if (look->fraction >= SG_SHORT_FRACTION + SG_LOW_SIGMA * look->spread) {
		sg_low_run_forget(h);
		follow_steadiness(h, look);
		follow_usual(h, look);
		follow_fall(h, &d->stretch, look);
		return 0;
	}
	extend_run(d, look, reading->time_s);
	/* Below zero and perhaps a transient: the band is entered from below, count from there. */
	if (!h->allowed && look->voltage_v < -SG_LOW_SIGMA * look->noise_v) {
		sg_low_run_forget(h);
		h->top_fraction = 0.0F;
	}
	return h->low ? judge_run(h, look, reading, event) : 0;
}

static size_t look_for_proof(struct sg_detector *d, const struct sg_look *look, const struct sg_reading *reading,
			     struct sg_event *event)
{
	struct sg_hard_short *h = &d->hard_short;

	if (h->state != SG_SHORT_UNCERTAIN || look->fraction >= SG_SHORT_FRACTION + SG_LOW_SIGMA * look->spread)
		return 0;
	extend_run(d, look, reading->time_s);
	h->proof_count++;
	h->proof_ohm += look->ohm;
	if (!sg_low_run_is_low(h, look))
		return 0;
	if ((h->low <= SG_PROVE_SAMPLES && h->flat && sg_low_run_follows(h, look)) || sg_low_run_turned(h, look) ||
	    sg_low_run_follows_interruption(h, look))
		return tell(h, look, reading, SG_EVENT_HARD_SHORT, event);
	return 0;
}

static void look_for_recovery(struct sg_hard_short *h, const struct sg_look *look)
{
	if (look->fraction <= SG_RECOVER_FRACTION) {
		h->recover_now_s = NAN;
		return;
	}
	if (isnan(h->recover_now_s))
		h->recover_now_s = look->now_s;
	if (look->now_s - h->recover_now_s < SG_RECOVER_SECONDS)
		return;
	h->state = SG_SHORT_CLEAR;
	h->recover_now_s = NAN;
	forget_proof(h);
	sg_low_run_forget(h);
}

static struct sg_look look_at(const struct sg_detector *d, const struct sg_reading *reading, double now_s)
{
	const double expected_ohm = sg_baseline_expected_ohm(&d->baseline), current_a = fabs(reading->current_a);
	const double voltage_v = d->stretch.level_a < 0.0 ? -reading->voltage_v : reading->voltage_v;
	const double noise_v = sg_noise_rms(&d->voltage, SG_NOISE_UNKNOWN_V);
	const double inverse = 1.0 / (expected_ohm * current_a);

	return (struct sg_look){
		.now_s = now_s,
		.voltage_v = voltage_v,
		.current_a = current_a,
		.ohm = voltage_v * inverse * expected_ohm,
		.expected_ohm = expected_ohm,
		.fraction = voltage_v * inverse,
		.noise_v = noise_v,
		.spread = noise_v * inverse,
		.offset_v = (double)d->hard_short.offset_v,
	};
}

static size_t feed(struct sg_detector *d, const struct sg_look *look, const struct sg_reading *reading, struct sg_event *event)
{
	struct sg_hard_short *h = &d->hard_short;
	const double surely = look->fraction - SG_LOW_SIGMA * look->spread;

	if (!(SG_SIGNAL_SIGMA * look->spread <= 1.0))
		return 0;
	if (surely > (double)h->top_fraction)
		h->top_fraction = (float)surely;
	if (look->voltage_v < 0.0 && look->voltage_v < -sg_low_run_threshold_v(look, 1))
		h->from_below = true;
	if (h->state == SG_SHORT_CLEAR)
		return look_for_short(d, look, reading, event);
	look_for_recovery(h, look);
	return look_for_proof(d, look, reading, event);
}

/* The reading before, which helped to find the level of this stretch. */
static size_t feed_held(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *event)
{
	const struct sg_hard_short *h = &d->hard_short;
	struct sg_reading held = *reading;
	struct sg_look look;

	if (!(h->held_now_s > d->stretch.begin_s))
		return 0;
	held.time_s -= d->now_s - h->held_now_s;
	held.voltage_v = (double)h->held_v;
	held.current_a = (double)h->held_a;
	look = look_at(d, &held, h->held_now_s);
	return feed(d, &look, &held, event);
}

size_t sg_hard_short_feed(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *event)
{
	const struct sg_look look = look_at(d, reading, d->now_s);
	size_t count = 0;

	if (d->hard_short.stretch != d->stretch.index) {
		compare_polarities(&d->hard_short, d);
		learn_offset(&d->hard_short, d, look.noise_v);
		enter_stretch(&d->hard_short, &d->stretch);
		count = feed_held(d, reading, event);
	}
	return count ? count : feed(d, &look, reading, event);
}

double sg_hard_short_latest_s(double expected_v, double before_s, double noise_v, double interval_s)
{
	const double rise_s = sg_rise_time_s(sg_rise_least_ohm_s(expected_v, before_s, 1.0), noise_v, interval_s);

	return fmin(fmax(rise_s, SG_RISE_LEAST_FRACTION * before_s), fmax(SG_DWELL_SECONDS, SG_DWELL_FRACTION * before_s));
}

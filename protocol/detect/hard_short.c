/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/hard_short.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/jump.h"
#include "detect/noise.h"
#include "detect/rise.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

/* A sum of intervals of exactly 1 s may fall short of it by rounding. */
#define ROUNDING_S 1e-6

/* One reading, turned into the direction of the current. */
struct look {
	double now_s;
	double voltage_v; /* positive: follows the current */
	double current_a; /* magnitude */
	double ohm;
	double expected_ohm;
	double fraction;
	double noise_v;
};

void sg_hard_short_init(struct sg_hard_short *h)
{
	*h = (struct sg_hard_short){ .earlier_ohm = NAN, .recover_now_s = NAN, .last_a = NAN, .steady = 1.0 };
}

bool sg_hard_short_is_quiet(const struct sg_hard_short *h)
{
	return h->state == SG_SHORT_CLEAR && h->low == 0;
}

static void forget_run(struct sg_hard_short *h)
{
	h->low = 0;
	h->sum_v = 0.0;
	h->sum_ohm = 0.0;
	sg_rise_init(&h->rise);
	h->against = false;
	h->allowed = false;
	h->flat = false;
}

void sg_hard_short_gap(struct sg_hard_short *h)
{
	h->top_fraction = 0.0;
	h->recover_now_s = NAN;
	if (h->state == SG_SHORT_CLEAR)
		forget_run(h);
}

static void enter_stretch(struct sg_hard_short *h, const struct sg_stretch *stretch)
{
	if (h->proof_count >= SG_PROVE_CHANGE_SAMPLES) {
		h->earlier_ohm = h->proof_ohm / h->proof_count;
		h->earlier_a = h->level_a;
	}
	h->proof_count = 0;
	h->proof_ohm = 0.0;
	h->level_a = stretch->level_a;
	h->top_fraction = 0.0;
	h->from_below = false;
	sg_rise_init(&h->rise);
	h->stretch = stretch->index;
	/* One low reading at the very end of a stretch says little about the next one. */
	if (h->low == 1)
		h->allowed = false;
}

static double follow_threshold_v(const struct look *look, uint32_t readings)
{
	const double mean_v = SG_FOLLOW_SIGMA * look->noise_v / sqrt(readings);

	return fmax(fmax(mean_v, SG_FOLLOW_FLOOR_SIGMA * look->noise_v), SG_OFFSET_V);
}

/* It does not rise as it would have to, or it stays longer than it could. */
static bool is_transient_over(const struct sg_detector *d, const struct look *look)
{
	const struct sg_hard_short *h = &d->hard_short;
	const struct sg_stretch *s = &d->stretch;
	const double before_a = s->history == SG_AFTER_UNKNOWN ? d->baseline.largest_a : fabs(s->before_a);
	const double least = sg_rise_least_ohm_s(look->expected_ohm, s->before_s, before_a / look->current_a);
	const double needed_s = fmax(SG_DWELL_SECONDS, SG_DWELL_FRACTION * d->stretch.before_s);

	if (sg_rise_is_below(&h->rise, least, look->noise_v / look->current_a, d->voltage.code / look->current_a))
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
static bool has_not_jumped(const struct sg_detector *d, const struct look *look)
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

static bool is_no_transient(const struct sg_detector *d, const struct look *look)
{
	return d->hard_short.top_fraction >= SG_HEALTHY_FRACTION || is_first_current(d) || has_not_jumped(d, look) ||
	       is_transient_over(d, look);
}

/* Compare with the reading before, as it would be at this current. */
static bool continues(struct sg_hard_short *h, const struct look *look)
{
	const double change_v = look->voltage_v - h->last_v * look->current_a / h->last_a;

	h->last_v = look->voltage_v;
	h->last_a = look->current_a;
	return fabs(change_v) <= SG_FLAT_SIGMA * look->noise_v + SG_FLAT_FRACTION * fabs(look->voltage_v);
}

static void follow_steadiness(struct sg_hard_short *h, const struct look *look)
{
	const double steady = continues(h, look) ? 1.0 : 0.0;

	h->steady += (steady - h->steady) / SG_STEADY_READINGS;
}

/* Add a low reading to the run. */
static void extend_run(struct sg_detector *d, const struct look *look, double time_s)
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
	h->low++;
	sg_rise_feed(&h->rise, look->ohm, look->now_s);
	if (look->voltage_v < -follow_threshold_v(look, 1))
		h->against = true;
	if (!h->allowed)
		h->allowed = is_no_transient(d, look);
}

static bool follows(const struct sg_hard_short *h, const struct look *look)
{
	return !h->against && h->sum_v / h->low >= follow_threshold_v(look, h->low);
}

static size_t tell(struct sg_hard_short *h, const struct look *look, const struct sg_reading *reading,
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

static size_t judge_run(struct sg_hard_short *h, const struct look *look, const struct sg_reading *reading,
			struct sg_event *event)
{
	const double span_s = look->now_s - h->since_now_s + ROUNDING_S;

	const bool settled = h->low >= SG_UNSETTLED_SAMPLES && span_s >= SG_UNSETTLED_SECONDS;

	if (!h->allowed || h->low < SG_SHORT_SAMPLES || span_s < SG_SHORT_SECONDS)
		return 0;
	if (h->steady < SG_STEADY_SHARE && !settled)
		return 0;
	if (follows(h, look) && h->flat)
		return tell(h, look, reading, SG_EVENT_HARD_SHORT, event);
	if (!h->against && !follows(h, look))
		return tell(h, look, reading, SG_EVENT_SHORT_OR_SENSE, event);
	if (settled)
		return tell(h, look, reading, SG_EVENT_SHORT_OR_SENSE, event);
	return 0;
}

static size_t look_for_short(struct sg_detector *d, const struct look *look, const struct sg_reading *reading,
			     struct sg_event *event)
{
	struct sg_hard_short *h = &d->hard_short;

	/* Against the current, after it was healthy: this is not the cell's voltage. */
	if (look->voltage_v < 0.0 && h->top_fraction >= SG_HEALTHY_FRACTION &&
	    look->voltage_v < -follow_threshold_v(look, 1))
		h->steady = 0.0;
	if (look->fraction >= SG_SHORT_FRACTION) {
		forget_run(h);
		follow_steadiness(h, look);
		return 0;
	}
	extend_run(d, look, reading->time_s);
	/* Below zero and perhaps a transient: the band is entered from below, count from there. */
	if (!h->allowed && look->voltage_v < 0.0)
		forget_run(h);
	return h->low ? judge_run(h, look, reading, event) : 0;
}

/* The mean of this stretch and of the one with the opposite current are the same resistance. */
static bool turned_with_current(const struct sg_hard_short *h, const struct look *look)
{
	const double ohm = h->proof_ohm / (h->proof_count ? h->proof_count : 1);

	if (h->proof_count < SG_PROVE_CHANGE_SAMPLES || isnan(h->earlier_ohm) || h->earlier_a * h->level_a >= 0.0)
		return false;
	return ohm * look->current_a >= follow_threshold_v(look, h->proof_count) && h->earlier_ohm > 0.0 &&
	       fabs(ohm - h->earlier_ohm) <= SG_PROVE_CHANGE_FRACTION * fmax(ohm, h->earlier_ohm);
}

static size_t look_for_proof(struct sg_detector *d, const struct look *look, const struct sg_reading *reading,
			     struct sg_event *event)
{
	struct sg_hard_short *h = &d->hard_short;

	if (h->state != SG_SHORT_UNCERTAIN || look->fraction >= SG_SHORT_FRACTION)
		return 0;
	extend_run(d, look, reading->time_s);
	h->proof_count++;
	h->proof_ohm += look->ohm;
	if ((h->low <= SG_PROVE_SAMPLES && h->flat && follows(h, look)) || turned_with_current(h, look))
		return tell(h, look, reading, SG_EVENT_HARD_SHORT, event);
	return 0;
}

static void look_for_recovery(struct sg_hard_short *h, const struct look *look)
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
	h->earlier_ohm = NAN;
	h->recover_now_s = NAN;
	forget_run(h);
}

size_t sg_hard_short_feed(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *event)
{
	struct sg_hard_short *h = &d->hard_short;
	const double ohm = reading->voltage_v / reading->current_a;
	const double expected_ohm = sg_baseline_expected_ohm(&d->baseline);
	const struct look look = {
		.now_s = d->now_s,
		.voltage_v = d->stretch.level_a < 0.0 ? -reading->voltage_v : reading->voltage_v,
		.current_a = fabs(reading->current_a),
		.ohm = ohm,
		.expected_ohm = expected_ohm,
		.fraction = ohm / expected_ohm,
		.noise_v = sg_noise_rms(&d->voltage, SG_NOISE_UNKNOWN_V),
	};

	if (h->stretch != d->stretch.index)
		enter_stretch(h, &d->stretch);
	if (!(look.expected_ohm * look.current_a >= SG_SIGNAL_SIGMA * look.noise_v))
		return 0;
	if (look.fraction > h->top_fraction)
		h->top_fraction = look.fraction;
	if (look.voltage_v < 0.0 && look.voltage_v < -follow_threshold_v(&look, 1))
		h->from_below = true;
	if (h->state == SG_SHORT_CLEAR)
		return look_for_short(d, &look, reading, event);
	look_for_recovery(h, &look);
	return look_for_proof(d, &look, reading, event);
}

double sg_hard_short_latest_s(double expected_v, double before_s, double noise_v, double interval_s)
{
	const double rise_s = sg_rise_time_s(sg_rise_least_ohm_s(expected_v, before_s, 1.0), noise_v, interval_s);

	return fmin(rise_s, fmax(SG_DWELL_SECONDS, SG_DWELL_FRACTION * before_s));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <string.h>

#include "detect/flat.h"
#include "detect/phase.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

#define SECONDS_PER_HOUR 3600.0

void sg_baseline_init(struct sg_baseline *b, double expected_ohm)
{
	memset(b, 0, sizeof(*b));
	b->scale_ohm = expected_ohm > 0.0 ? expected_ohm : NAN;
	b->given_ohm = b->scale_ohm;
	b->hottest_c = NAN;
	b->coldest_c = NAN;
	b->last_ohm = NAN;
	b->visit.bin = -1;
	b->sensor_c = NAN;
	b->hot_c = INFINITY;
	b->cold_c = INFINITY;
	b->thermal = 1.0;
	b->thermal_given = 1.0;
	b->given_c = NAN;
	b->thermal_begin = 1.0;
	b->thermal_hot = 1.0;
	b->thermal_cold = 1.0;
}

double sg_baseline_expected_ohm(const struct sg_baseline *b)
{
	return b->scale_ohm * b->thermal_hot;
}

static int polarity_of(const struct sg_stretch *stretch)
{
	return stretch->level_a < 0.0;
}

static double clip(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

/* Seen, or in a hole between the readings too short to be told. */
static double rest_before_s(const struct sg_stretch *stretch)
{
	return fmax(stretch->begin_s - stretch->before_end_s, stretch->hole_s);
}

/*
 * How much of the current before is left in what a reversal shows, for 1 A of the current now: with S(t) the
 * step response of a rested cell, r(t) = (1 + ratio) S(t) - ratio. Bins hold r(t) for equal currents, so that
 * half-steps of a ramp can be compared. A rest between takes an unknown part of the ratio away: counted as all of it from a
 * tenth of that current's time on, which is the least that S(t) can have been, and evenly less below, so that a single
 * reading of rest, seen one time and not the next, makes no other kind of half-step.
 */
static double left_over(const struct sg_stretch *stretch)
{
	const double rest_s = fmax(stretch->begin_s - stretch->before_end_s, 0.0);

	return fabs(stretch->before_a / stretch->level_a) * fmax(1.0 - rest_s / (SG_STRANGE_REST * stretch->before_s), 0.0);
}

static double from_equal_currents(const struct sg_baseline *b, const struct sg_stretch *stretch, double ohm)
{
	const double ratio = left_over(stretch);

	if (stretch->origin != SG_AFTER_REVERSAL || ratio == 1.0)
		return ohm;
	return 0.5 * (1.0 + ratio) * (ohm + b->scale_ohm) - ratio * b->scale_ohm;
}

/* What went missing in the middle of a stretch is forgotten after a while; what went missing before it, never. */
static bool has_phase(const struct sg_stretch *stretch, double now_s)
{
	return stretch->origin != SG_AFTER_UNKNOWN && !stretch->odd && now_s >= stretch->unsure_until_s;
}

/* ohm: of the visit; learned_ohm: what its bin says of this stretch. */
static void learn_energy(struct sg_baseline *b, const struct sg_phase_bin *bin, double ohm, double learned_ohm, double warmth)
{
	/* ln(a / b) = 2 (a - b) / (a + b), to the third order. */
	const double y = 2.0 * (ohm - learned_ohm) / (ohm + learned_ohm);
	const double x = warmth - (double)bin->warmth;

	/* Early in a half-step the current before is in it, and no ratio tells an energy. */
	if (bin->visits < SG_LEARN_VISITS - 1 || b->strange > 0.0F || !(learned_ohm > SG_WARM_SHARE * b->scale_ohm) ||
	    fabs(b->hot - b->cold) > SG_WARM_AGREE)
		return;
	if (fabs(x) < SG_WARM_FAR || !(fabs(y) <= SG_WARM_CLIP + SG_WARM_MOST_EV * fabs(x)))
		return;
	b->warm_xx += x * x;
	b->warm_xy += x * y;
}

/* The visit goes into its bin. */
static void commit(struct sg_baseline *b, const struct sg_stretch *stretch, double now_s)
{
	const struct sg_visit *visit = &b->visit;
	const double ratio = left_over(stretch);
	struct sg_phase_rules rules = {
		.slope_gain = 1.0, .scale_ohm = b->scale_ohm, .carried = (double)b->carried, .risen = b->risen,
	};
	struct sg_phase_bin *bin;

	if (visit->bin < 0 || visit->count == 0)
		return;
	if (visit->bin >= SG_FLAT_FROM_BIN)
		sg_flat_learn(&b->flat, visit->sum_y / visit->count, visit->sum_warmth / visit->count, stretch);
	if (!has_phase(stretch, now_s) || b->skip)
		return;
	/* Without a known plateau reversals of unlike currents cannot be compared. */
	if (stretch->origin == SG_AFTER_REVERSAL && (b->scale_visits == 0 || b->scale_moving) &&
	    fabs(ratio - 1.0) > SG_NEW_LEVEL_FRACTION)
		return;
	if (stretch->origin == SG_AFTER_REVERSAL) {
		rules.slope_gain = 2.0 / (1.0 + ratio);
		rules.offset_ohm = isnan(b->scale_ohm) ? 0.0 : (ratio - 1.0) / (1.0 + ratio) * b->scale_ohm;
	}
	rules.anew = b->strange > SG_STRANGE_FRACTION;
	rules.spread_too = b->strange == 0.0F;
	bin = &b->bin[stretch->origin][polarity_of(stretch)][visit->bin];
	rules.age_h = fmax(now_s / SECONDS_PER_HOUR - (double)b->learned_h[stretch->origin][polarity_of(stretch)], 0.0);
	rules.warmth_off = SG_POLAR_SIGMA * sg_baseline_warmth_unsure(b, (double)bin->warmth);
	learn_energy(b, bin, visit->sum_y / visit->count, from_equal_currents(b, stretch, (double)bin->mean_ohm),
		     visit->sum_warmth / visit->count);
	rules.own_ev = sg_baseline_own_ev(b);
	sg_phase_commit(bin, visit, &rules);
}

/* The resistance at the end of a stretch goes into the scale. */
static void learn_scale(struct sg_baseline *b)
{
	const double target = clip(b->last_ohm, SG_LEARN_MIN_RATIO * b->scale_ohm, SG_LEARN_MAX_RATIO * b->scale_ohm);

	if (isnan(b->last_ohm) || isnan(b->scale_ohm))
		return;
	b->scale_moving = target != b->last_ohm;
	if (b->scale_visits == 0)
		b->scale_ohm = target;
	else if (b->scale_visits < SG_LEARN_VISITS)
		b->scale_ohm += (target - b->scale_ohm) / (b->scale_visits + 1.0);
	else
		b->scale_ohm += clip(SG_SLOW_GAIN * (b->last_ohm - b->scale_ohm), -SG_CLIP_FRACTION * b->scale_ohm,
				     SG_CLIP_FRACTION * b->scale_ohm);
	if (b->scale_visits < UINT32_MAX)
		b->scale_visits++;
}

static double median_of_3(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static void learn_first(struct sg_baseline *b, double ohm)
{
	if (b->first_count >= SG_FIRST_READINGS)
		return;
	b->first[b->first_count++] = ohm;
	if (b->first_count < SG_FIRST_READINGS)
		return;
	ohm = median_of_3(b->first[0], b->first[1], b->first[2]);
	/* Far below what was expected may be a short from the start: then the expectation stands. */
	if (ohm > 0.0 && !(ohm < SG_HEALTHY_FRACTION * b->scale_ohm))
		b->scale_ohm = ohm;
}

/* A pulse too short to settle: its end is the plateau as long as nothing better is known. */
static void learn_hasty(struct sg_baseline *b)
{
	if (!isnan(b->last_ohm) || b->recent_count < SG_HASTY_READINGS || (b->scale_visits > 0 && !b->hasty))
		return;
	b->last_ohm = median_of_3(b->recent[0], b->recent[1], b->recent[2]);
	learn_first(b, b->last_ohm);
	b->hasty = true;
}

/* The first that settled: forget what pulses showed. */
static void forget_hasty(struct sg_baseline *b)
{
	b->hasty = false;
	b->scale_ohm = b->given_ohm / b->thermal_given;
	b->scale_visits = 0;
	b->first_count = 0;
}

/* What the bins are learned at from now on. */
static void remember_program(struct sg_baseline *b, const struct sg_stretch *stretch, double now_s)
{
	const int polarity = polarity_of(stretch);

	if (stretch->origin == SG_AFTER_UNKNOWN || stretch->odd)
		return;
	b->odd[stretch->origin][polarity] = b->skip;
	if (b->skip)
		return;
	b->learned_a[stretch->origin][polarity] = (float)fabs(stretch->level_a);
	b->learned_s[stretch->origin][polarity] = (float)stretch->before_s;
	b->learned_rest_s[stretch->origin][polarity] = (float)rest_before_s(stretch);
	b->learned_h[stretch->origin][polarity] = (float)(now_s / SECONDS_PER_HOUR);
}

void sg_baseline_close(struct sg_baseline *b, const struct sg_stretch *stretch, double now_s, bool keep)
{
	if (keep && stretch->level_a != 0.0) {
		commit(b, stretch, now_s);
		learn_hasty(b);
		learn_scale(b);
		remember_program(b, stretch, now_s);
	}
	sg_phase_open(&b->visit, -1);
	b->recent_count = 0;
	b->last_ohm = NAN;
}

/* Octaves between two positive numbers; 0 if one is not known, or they are alike. */
static double octaves(double a, double b)
{
	if (!(a > 0.0) || !(b > 0.0) || fabs(a - b) <= SG_NEW_LEVEL_FRACTION * b)
		return 0.0;
	return fabs(log2(a / b));
}

static double rest_off_s(const struct sg_baseline *b, const struct sg_stretch *stretch)
{
	return fabs(rest_before_s(stretch) - (double)b->learned_rest_s[stretch->origin][polarity_of(stretch)]);
}

/* A rest takes an unknown part of what the current before left behind: a tenth of its time counts as a factor of 2. */
static double rests_apart(const struct sg_baseline *b, const struct sg_stretch *stretch, int polarity)
{
	if (b->learned_a[stretch->origin][polarity] == 0.0F || !(stretch->before_s > 0.0))
		return 0.0;
	return fmin((double)b->rest_off_s / (SG_STRANGE_REST * stretch->before_s), SG_STRANGE_REST_MOST);
}

/* How far the new stretch is from those its bins were learned in. */
static double strangeness(const struct sg_baseline *b, const struct sg_stretch *stretch)
{
	const int polarity = polarity_of(stretch);
	double far;

	if (stretch->origin == SG_AFTER_UNKNOWN)
		return 0.0;
	far = octaves(fabs(stretch->level_a), (double)b->learned_a[stretch->origin][polarity]);
	if (sg_stretch_goes_on(stretch))
		far += octaves(stretch->before_s, (double)b->learned_s[stretch->origin][polarity]);
	if (stretch->origin == SG_AFTER_REVERSAL) {
		far += octaves(stretch->before_s, (double)b->learned_s[stretch->origin][polarity]);
		far += octaves(fabs(stretch->before_a), fabs(stretch->level_a));
		far += rests_apart(b, stretch, polarity);
	}
	/* What was strange in the stretch before is still half in this one. */
	return SG_STRANGE_PER_OCTAVE * far + 0.5 * (double)b->strange;
}

/* Currents of either sign made voltages of their own: what was learned is the cell, however small they were. */
static bool is_proven(const struct sg_baseline *b)
{
	const bool both = (b->learned_a[0][0] > 0.0F || b->learned_a[1][0] > 0.0F) &&
			  (b->learned_a[0][1] > 0.0F || b->learned_a[1][1] > 0.0F);

	return both && b->largest_a * b->scale_ohm >= SG_RELEARN_LEAST_V;
}

bool sg_baseline_begin(struct sg_baseline *b, const struct sg_stretch *stretch, bool same_voltage)
{
	const double level_a = stretch->level_a;
	const struct sg_baseline old = *b;
	const bool anew = b->largest_a > 0.0 && fabs(level_a) > SG_RELEARN_RATIO * b->largest_a && !same_voltage && !is_proven(b);

	if (anew) {
		sg_baseline_init(b, old.given_ohm);
		b->hottest_c = old.hottest_c;
		b->coldest_c = old.coldest_c;
		b->sensor_c = old.sensor_c;
		b->thermal = old.thermal;
		b->thermal_given = old.thermal_given;
		b->given_c = old.given_c;
		b->hot_c = old.hot_c;
		b->cold_c = old.cold_c;
		b->thermal_hot = old.thermal_hot;
		b->thermal_cold = old.thermal_cold;
		b->warmth = old.warmth;
		b->hot = old.hot;
		b->cold = old.cold;
		b->scale_ohm = old.given_ohm / old.thermal_given;
	}
	b->thermal_begin = b->thermal;
	b->largest_a = fmax(b->largest_a, fabs(level_a));
	if (level_a != 0.0)
		b->rest_off_s = stretch->origin == SG_AFTER_REVERSAL ? (float)rest_off_s(b, stretch) : 0.0F;
	if (level_a != 0.0)
		b->strange = (float)strangeness(b, stretch);
	if (b->strange < SG_STRANGE_LEAST)
		b->strange = 0.0F;
	b->skip = b->strange > SG_STRANGE_FRACTION && stretch->origin != SG_AFTER_UNKNOWN &&
		  !b->odd[stretch->origin][polarity_of(stretch)];
	return anew;
}

double sg_baseline_smooth(struct sg_baseline *b, double ohm)
{
	b->recent[b->recent_count++ % 3] = ohm;
	if (b->recent_count < 3)
		return ohm;
	return median_of_3(b->recent[0], b->recent[1], b->recent[2]);
}

void sg_baseline_learn_plateau(struct sg_baseline *b, double ohm)
{
	if (b->hasty)
		forget_hasty(b);
	learn_first(b, ohm);
	b->last_ohm = ohm;
}

void sg_baseline_forget_visit(struct sg_baseline *b)
{
	sg_phase_open(&b->visit, b->visit.bin);
}

void sg_baseline_learn(struct sg_baseline *b, const struct sg_stretch *stretch, double now_s, double ohm, double off)
{
	double place;
	const int k = sg_phase_find(sg_stretch_phase_s(stretch, now_s), &place);

	if (k != b->visit.bin) {
		commit(b, stretch, now_s);
		sg_phase_open(&b->visit, k);
	}
	sg_phase_add(&b->visit, place, ohm, b->warmth, off);
}

/*
 * With S(t) as the root of time, what is left of the current before falls by k (sqrt(T + t) - sqrt(t)) and so, for a rest
 * longer by d, by at most k d / (2 sqrt(t)): d / (2 sqrt(t T)) of what it built up.
 */
static double memory_of_rest(const struct sg_baseline *b, const struct sg_stretch *stretch, double now_s)
{
	const double phase_s = sg_stretch_phase_s(stretch, now_s), rest_s = (double)b->rest_off_s;

	if (!(stretch->before_s > 0.0) || !(phase_s > 0.0))
		return 1.0;
	return fmin(0.5 * rest_s / sqrt(phase_s * stretch->before_s), 1.0);
}

struct sg_expected sg_baseline_look(const struct sg_baseline *b, const struct sg_stretch *stretch, double now_s)
{
	struct sg_expected x = { .mean_ohm = NAN, .reference_ohm = NAN };
	const struct sg_phase_bin *bin;
	double place;
	int k;

	if (stretch->level_a == 0.0)
		return x;
	x.strange = (double)b->strange;
	if (b->rest_off_s > SG_REST_ALIKE_S)
		x.rested = memory_of_rest(b, stretch, now_s);
	if (has_phase(stretch, now_s)) {
		k = sg_phase_find(sg_stretch_phase_s(stretch, now_s), &place);
		bin = &b->bin[stretch->origin][polarity_of(stretch)][k];
		if (bin->visits >= SG_LEARN_VISITS) {
			x.mean_ohm = from_equal_currents(b, stretch, sg_phase_mean_ohm(bin, place));
			x.reference_ohm = from_equal_currents(b, stretch, sg_phase_reference_ohm(bin, place));
			x.variance = sg_phase_variance(bin);
			x.steps = sg_phase_steps(bin);
			x.slope_ohm = (double)bin->slope_ohm;
			x.warmth = (double)bin->warmth;
			x.reference_warmth = (double)bin->reference_warmth;
			x.frozen = bin->frozen;
			x.settled = bin->frozen || sg_phase_is_settled(bin);
			x.falling = sg_phase_falling(bin);
			return x;
		}
	}
	if (!sg_flat_is_known(&b->flat, stretch))
		return x;
	x.mean_ohm = b->flat.mean_ohm;
	x.variance = sg_flat_variance(&b->flat);
	x.steps = x.variance;
	x.warmth = b->flat.warmth;
	x.reference_warmth = x.warmth;
	x.strange = SG_STRANGE_PER_OCTAVE * octaves(fabs(stretch->level_a), b->flat.level_a);
	x.flat = true;
	return x;
}

double sg_baseline_ohm(const struct sg_baseline *b, const struct sg_stretch *stretch, double now_s)
{
	const struct sg_expected x = sg_baseline_look(b, stretch, now_s);

	return x.flat ? NAN : x.mean_ohm * b->thermal;
}

void sg_baseline_shift(struct sg_baseline *b, double ohm)
{
	struct sg_phase_bin *bins = &b->bin[0][0][0];

	for (int i = 0; i < 2 * 2 * SG_PHASE_BINS; i++)
		sg_phase_shift(&bins[i], ohm);
	sg_flat_shift(&b->flat, ohm);
	b->scale_ohm += ohm;
	b->recent_count = 0;
	sg_phase_open(&b->visit, -1);
}

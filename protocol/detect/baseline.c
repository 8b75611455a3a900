/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <string.h>

#include "detect/stretch.h"
#include "detect/thresholds.h"

#define ZERO_C_K 273.15
#define REFERENCE_K 298.15

void sg_baseline_init(struct sg_baseline *b, double expected_ohm)
{
	memset(b, 0, sizeof(*b));
	b->scale_ohm = expected_ohm > 0.0 ? expected_ohm : NAN;
	b->given_ohm = b->scale_ohm;
	b->hottest_c = NAN;
	b->last_ohm = NAN;
	b->visiting = -1;
}

double sg_baseline_thermal(double temperature_c)
{
	if (isnan(temperature_c) || temperature_c < -200.0)
		return 1.0;
	return exp(SG_ACTIVATION_EV / SG_BOLTZMANN_EV_K * (1.0 / (temperature_c + ZERO_C_K) - 1.0 / REFERENCE_K));
}

void sg_baseline_temperature(struct sg_baseline *b, double temperature_c, double dt_s)
{
	if (isnan(temperature_c))
		return;
	if (isnan(b->hottest_c) && b->scale_visits == 0 && b->scale_ohm == b->given_ohm)
		b->scale_ohm = b->given_ohm / sg_baseline_thermal(temperature_c);
	if (isnan(b->hottest_c) || temperature_c >= b->hottest_c)
		b->hottest_c = temperature_c;
	else
		b->hottest_c += (temperature_c - b->hottest_c) * dt_s / (dt_s + SG_THERMAL_LAG_S);
}

double sg_baseline_expected_ohm(const struct sg_baseline *b)
{
	return b->scale_ohm * sg_baseline_thermal(b->hottest_c);
}

static int polarity_of(const struct sg_stretch *stretch)
{
	return stretch->level_a < 0.0;
}

static int phase_bin(double phase_s)
{
	double end_s = 1.0;
	int k;

	for (k = 0; k < SG_PHASE_BINS - 1 && phase_s >= end_s; k++)
		end_s *= 2.0;
	return k;
}

static double clip(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

/*
 * How much of the current before is left in what a reversal shows, for 1 A of the current now: with S(t) the
 * step response of a rested cell, r(t) = (1 + ratio) S(t) - ratio. Bins hold r(t) for equal currents, so that
 * half-steps of a ramp can be compared. A rest between takes an unknown part of the ratio away; none of it
 * left is the least that S(t) can have been.
 */
static double left_over(const struct sg_stretch *stretch)
{
	return stretch->before_end_s < stretch->begin_s ? 0.0 : fabs(stretch->before_a / stretch->level_a);
}

static double as_equal_currents(const struct sg_baseline *b, const struct sg_stretch *stretch, double ohm)
{
	const double ratio = left_over(stretch);

	if (stretch->history != SG_AFTER_REVERSAL)
		return ohm;
	return 2.0 * (ohm + ratio * b->scale_ohm) / (1.0 + ratio) - b->scale_ohm;
}

static double from_equal_currents(const struct sg_baseline *b, const struct sg_stretch *stretch, double ohm)
{
	const double ratio = left_over(stretch);

	if (stretch->history != SG_AFTER_REVERSAL)
		return ohm;
	return 0.5 * (1.0 + ratio) * (ohm + b->scale_ohm) - ratio * b->scale_ohm;
}

/* The mean of one visit goes into its bin. */
static void commit(struct sg_baseline *b, const struct sg_stretch *stretch)
{
	const double most = SG_LEARN_MAX_RATIO * b->scale_ohm;
	struct sg_phase_bin *bin;
	double mean_ohm, change;

	if (b->visiting < 0 || b->sum_count == 0 || stretch->history == SG_AFTER_UNKNOWN)
		return;
	/* Without a known plateau reversals of unlike currents cannot be compared. */
	if (stretch->history == SG_AFTER_REVERSAL && (b->scale_visits == 0 || b->scale_moving) &&
	    fabs(left_over(stretch) - 1.0) > SG_NEW_LEVEL_FRACTION)
		return;
	bin = &b->bin[stretch->history][polarity_of(stretch)][b->visiting];
	mean_ohm = as_equal_currents(b, stretch, b->sum_ohm / b->sum_count);
	if (!isnan(most))
		mean_ohm = clip(mean_ohm, -most, most);
	change = mean_ohm - bin->mean_ohm;
	if (bin->visits < SG_LEARN_VISITS)
		bin->mean_ohm += change / (bin->visits + 1.0);
	else
		bin->mean_ohm += clip(SG_SLOW_GAIN * change, -SG_CLIP_FRACTION * b->scale_ohm,
				      SG_CLIP_FRACTION * b->scale_ohm);
	if (bin->visits < UINT32_MAX)
		bin->visits++;
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

void sg_baseline_close(struct sg_baseline *b, const struct sg_stretch *stretch, bool keep)
{
	if (keep && stretch->level_a != 0.0) {
		commit(b, stretch);
		learn_scale(b);
	}
	b->visiting = -1;
	b->sum_ohm = 0.0;
	b->sum_count = 0;
	b->recent_count = 0;
	b->last_ohm = NAN;
}

bool sg_baseline_begin(struct sg_baseline *b, double level_a)
{
	const double given_ohm = b->given_ohm, hottest_c = b->hottest_c;
	const bool anew = b->largest_a > 0.0 && fabs(level_a) > SG_RELEARN_RATIO * b->largest_a;

	if (anew) {
		sg_baseline_init(b, given_ohm);
		b->hottest_c = hottest_c;
		b->scale_ohm = given_ohm / sg_baseline_thermal(hottest_c);
	}
	b->largest_a = fmax(b->largest_a, fabs(level_a));
	return anew;
}

static double median_of_3(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static double smoothed(struct sg_baseline *b, double ohm)
{
	b->recent[b->recent_count++ % 3] = ohm;
	if (b->recent_count < 3)
		return ohm;
	return median_of_3(b->recent[0], b->recent[1], b->recent[2]);
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

void sg_baseline_learn(struct sg_baseline *b, const struct sg_stretch *stretch, double now_s, double ohm,
		       double temperature_c, bool settled)
{
	const int k = phase_bin(sg_stretch_phase_s(stretch, now_s));

	ohm = smoothed(b, ohm / sg_baseline_thermal(temperature_c));
	if (settled) {
		learn_first(b, ohm);
		b->last_ohm = ohm;
	}
	if (k != b->visiting) {
		commit(b, stretch);
		b->visiting = k;
		b->sum_ohm = 0.0;
		b->sum_count = 0;
	}
	b->sum_ohm += ohm;
	b->sum_count++;
}

double sg_baseline_ohm(const struct sg_baseline *b, const struct sg_stretch *stretch, double now_s,
		       double temperature_c)
{
	const struct sg_phase_bin *bin;

	if (stretch->history == SG_AFTER_UNKNOWN || stretch->level_a == 0.0)
		return NAN;
	bin = &b->bin[stretch->history][polarity_of(stretch)][phase_bin(sg_stretch_phase_s(stretch, now_s))];
	if (bin->visits < SG_LEARN_VISITS)
		return NAN;
	return from_equal_currents(b, stretch, bin->mean_ohm) * sg_baseline_thermal(temperature_c);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/noise.h"

#include <math.h>

#include "detect/thresholds.h"

/* Of a normal distribution: rms = MEDIAN_TO_RMS * median of the magnitude. */
#define MEDIAN_TO_RMS 1.4826
/* Below any instrument's resolution in V or A: two codes that differ by rounding of doubles only. */
#define SMALLEST_STEP 1e-12
/* Of a quantizer with steps of 1: 1 / sqrt(12). */
#define CODE_TO_RMS 0.288675

void sg_noise_init(struct sg_noise *noise, double given, bool coarse)
{
	*noise = (struct sg_noise){ .given = given, .coarse = coarse };
}

void sg_noise_break(struct sg_noise *noise)
{
	noise->have = 0;
}

static void learn_code(struct sg_noise *noise, double change)
{
	if (noise->changes == 0 || change < noise->code)
		noise->code = change;
	if (noise->changes < UINT32_MAX)
		noise->changes++;
}

/* A channel that hardly ever changed has shown no resolution: its first change may be the cell's. */
static bool is_code_known(const struct sg_noise *noise)
{
	return noise->changes >= SG_NOISE_READINGS;
}

static double code_rms(const struct sg_noise *noise)
{
	return is_code_known(noise) ? noise->code * CODE_TO_RMS : 0.0;
}

static double floor_of(const struct sg_noise *noise)
{
	return fmax(code_rms(noise) / MEDIAN_TO_RMS, SMALLEST_STEP);
}

/*
 * Multiplicative steps, equally likely up and down at the median; large at first, 5 % later. A second difference is compared
 * in units of one value's noise: it is the sum of three, with weights whose squares make sum_of_squares.
 */
static void move_median(struct sg_noise *noise, double second, double sum_of_squares)
{
	const double step = noise->count < 39 ? 1.0 + 2.0 / (1.0 + noise->count) : 1.05;
	double least;

	if (noise->count == 0)
		noise->median = sqrt(second * second / sum_of_squares);
	else if (second * second > noise->median * noise->median * sum_of_squares)
		noise->median *= step;
	else
		noise->median /= step;
	least = floor_of(noise);
	if (noise->median < least)
		noise->median = least;
	if (noise->count < UINT32_MAX)
		noise->count++;
}

void sg_noise_feed(struct sg_noise *noise, double value, double now_s)
{
	double change, weight, second, step_s;

	if (noise->have == 0) {
		noise->value[0] = value;
		noise->last_s = now_s;
		noise->have = 1;
		return;
	}
	change = value - noise->value[0];
	if (noise->coarse && fabs(change) > SMALLEST_STEP)
		learn_code(noise, fabs(change));
	step_s = now_s - noise->last_s;
	if (noise->have == 2) {
		/* What the slope before predicts; never extrapolated over a longer step than it was seen. */
		weight = step_s < noise->step_s ? step_s / noise->step_s : 1.0;
		second = change - weight * (noise->value[0] - noise->value[1]);
		move_median(noise, second, 1.0 + (1.0 + weight) * (1.0 + weight) + weight * weight);
	}
	noise->value[1] = noise->value[0];
	noise->value[0] = value;
	noise->step_s = step_s;
	noise->last_s = now_s;
	noise->have = 2;
}

double sg_noise_rms(const struct sg_noise *noise, double unknown)
{
	double rms;

	if (!isnan(noise->given))
		return fmax(noise->given, code_rms(noise));
	if (noise->count < SG_NOISE_READINGS)
		return unknown;
	rms = MEDIAN_TO_RMS * fmax(noise->median, floor_of(noise));
	return noise->coarse && !is_code_known(noise) ? fmax(rms, unknown) : rms;
}

double sg_noise_codes(const struct sg_noise *noise)
{
	if (noise->count < SG_NOISE_READINGS || !is_code_known(noise))
		return 0.0;
	return sg_noise_rms(noise, 0.0) / noise->code;
}

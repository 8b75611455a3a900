/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/rise.h"

#include <math.h>

#include "detect/thresholds.h"

void sg_rise_init(struct sg_rise *rise)
{
	*rise = (struct sg_rise){ .count = 0 };
}

void sg_rise_feed(struct sg_rise *rise, double ohm, double now_s)
{
	double t_s;

	if (rise->count == 0)
		rise->begin_s = now_s;
	t_s = now_s - rise->begin_s;
	rise->count++;
	rise->span_s = t_s;
	rise->sum_t += t_s;
	rise->sum_tt += t_s * t_s;
	rise->sum_r += ohm;
	rise->sum_tr += t_s * ohm;
}

double sg_rise_least_ohm_s(double expected_ohm, double before_s, double ratio)
{
	const double whole = (1.0 - SG_SHORT_FRACTION) / (1.0 + fmax(ratio, 1.0));

	return SG_RISE_PART * whole * expected_ohm / fmax(before_s, SG_RISE_BEFORE_SECONDS);
}

/* Slope, and the spread of the times that tell how sure it is. Two readings at least. */
static double slope_of(const struct sg_rise *rise, double *spread)
{
	const double n = rise->count;

	*spread = rise->sum_tt - rise->sum_t * rise->sum_t / n;
	return (rise->sum_tr - rise->sum_t * rise->sum_r / n) / *spread;
}

bool sg_rise_is_above(const struct sg_rise *rise, double least_ohm_s, double noise_ohm)
{
	double spread, slope;

	if (rise->count < 2 || rise->span_s <= 0.0)
		return false;
	slope = slope_of(rise, &spread);
	return slope - SG_RISE_SEEN_SIGMA * noise_ohm / sqrt(spread) > least_ohm_s;
}

bool sg_rise_is_seen(const struct sg_rise *rise, double noise_ohm)
{
	return sg_rise_is_above(rise, 0.0, noise_ohm);
}

double sg_rise_slope(const struct sg_rise *rise)
{
	double spread;

	return slope_of(rise, &spread);
}

bool sg_rise_is_falling(const struct sg_rise *rise, double noise_ohm, double sigma)
{
	double spread, slope;

	if (rise->count < SG_DWELL_SAMPLES || rise->span_s <= 0.0)
		return false;
	slope = slope_of(rise, &spread);
	return slope + sigma * noise_ohm / sqrt(spread) < 0.0;
}

bool sg_rise_is_below(const struct sg_rise *rise, double least_ohm_s, double noise_ohm, double code_ohm)
{
	double spread, slope, unsure;

	if (rise->count < SG_DWELL_SAMPLES || rise->span_s <= 0.0)
		return false;
	slope = slope_of(rise, &spread);
	/* Of a coarse converter a slow rise may not have reached the next code yet. */
	unsure = SG_RISE_SIGMA * noise_ohm / sqrt(spread) + code_ohm / rise->span_s;
	return slope + unsure < least_ohm_s;
}

double sg_rise_time_s(double least_ohm_s, double noise_ohm, double interval_s)
{
	const double ratio = SG_RISE_SIGMA * noise_ohm / least_ohm_s;

	/* n readings spread over t = n interval: variance of their times n t^2 / 12 */
	return fmax(cbrt(12.0 * interval_s * ratio * ratio), (SG_DWELL_SAMPLES - 1.0) * interval_s);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a temperature makes of the resistance: the part of baseline.h that knows of activation energies. */
#include "detect/baseline.h"

#include <math.h>

#include "detect/thresholds.h"

#define ZERO_C_K 273.15
#define REFERENCE_K 298.15

/* 1/kT, from 25 degC on, per eV. */
static double warmth_of(double temperature_c)
{
	return (1.0 / (temperature_c + ZERO_C_K) - 1.0 / REFERENCE_K) / SG_BOLTZMANN_EV_K;
}

double sg_baseline_thermal(double temperature_c)
{
	if (isnan(temperature_c) || temperature_c < -200.0)
		return 1.0;
	return exp(SG_ACTIVATION_EV * warmth_of(temperature_c));
}

double sg_baseline_exp(double x)
{
	if (fabs(x) > 0.5)
		return exp(x);
	return 1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x / 120.0))));
}

/* The sensor is in the chamber, the cell follows it late. */
static double follow(double past_c, double now_c, bool at_once, double part)
{
	if (isnan(past_c) || at_once)
		return now_c;
	return past_c + (now_c - past_c) * part;
}

static void take_sensor(struct sg_baseline *b, double temperature_c)
{
	if (temperature_c == b->sensor_c)
		return;
	b->warmth = warmth_of(temperature_c);
	/* From the hottest, which is near: no exp() at every reading of a noisy sensor. */
	if (isnan(b->sensor_c))
		b->thermal = sg_baseline_thermal(temperature_c);
	else
		b->thermal = b->thermal_hot * sg_baseline_exp(SG_ACTIVATION_EV * (b->warmth - b->hot));
	b->sensor_c = temperature_c;
}

void sg_baseline_temperature(struct sg_baseline *b, double temperature_c, double dt_s)
{
	const double part = dt_s / (dt_s + SG_THERMAL_LAG_S);

	if (isnan(temperature_c) || temperature_c < -200.0)
		return;
	if (temperature_c == b->hottest_c && temperature_c == b->coldest_c)
		return;
	if (isnan(b->given_c)) {
		b->given_c = temperature_c;
		b->thermal_given = sg_baseline_thermal(temperature_c);
		if (b->scale_visits == 0 && b->scale_ohm == b->given_ohm)
			b->scale_ohm = b->given_ohm / b->thermal_given;
	}
	b->hottest_c = follow(b->hottest_c, temperature_c, temperature_c >= b->hottest_c, part);
	b->coldest_c = follow(b->coldest_c, temperature_c, temperature_c <= b->coldest_c, part);
	take_sensor(b, temperature_c);
	if (fabs(b->hottest_c - b->hot_c) + fabs(b->coldest_c - b->cold_c) <= SG_WARM_STEP_C)
		return;
	b->hot_c = b->hottest_c;
	b->cold_c = b->coldest_c;
	b->hot = warmth_of(b->hot_c);
	b->cold = warmth_of(b->cold_c);
	b->thermal_hot = sg_baseline_thermal(b->hot_c);
	b->thermal_cold = sg_baseline_thermal(b->cold_c);
}

double sg_baseline_warmth_unsure(const struct sg_baseline *b, double learned)
{
	const double hot = fabs(b->hot - learned), cold = fabs(b->cold - learned);
	const double known = SG_WARM_PRIOR / (SG_WARM_PRIOR + b->warm_xx);

	return fmax(SG_WARM_SIGMA_EV * sqrt(known), SG_WARM_LEAST_EV) * (hot > cold ? hot : cold);
}

double sg_baseline_own_ev(const struct sg_baseline *b)
{
	return fmin(fmax(b->warm_xy / (SG_WARM_PRIOR + b->warm_xx), -SG_WARM_MOST_EV), SG_WARM_MOST_EV);
}

double sg_baseline_own_warmth(const struct sg_baseline *b, double learned, double now)
{
	if (b->warm_xy == 0.0 || now == learned)
		return 1.0;
	return sg_baseline_exp(sg_baseline_own_ev(b) * (now - learned));
}

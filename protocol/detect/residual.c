/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/residual.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/noise.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

/* Below half of the scale an excess relative to the mean itself would be noise. */
#define EXCESS_OF_LEAST 0.5

/* R off what was learned, had the temperature not been allowed for. */
static double uncorrected(const struct sg_residual *r, const struct sg_baseline *b, const struct sg_expected *x, double own)
{
	const double away = b->warmth - x->warmth;

	if (fabs(away) < SG_WARM_AGREE)
		return r->e;
	return r->e + x->mean_ohm / r->scale_ohm * (sg_baseline_exp(SG_ACTIVATION_EV * away) * own - 1.0);
}

static void compare(struct sg_residual *r, const struct sg_baseline *b, const struct sg_expected *x)
{
	const double own = sg_baseline_own_warmth(b, x->warmth, b->warmth);
	const double own_hot = sg_baseline_own_warmth(b, x->warmth, b->hot);
	const double own_cold = sg_baseline_own_warmth(b, x->reference_warmth, b->cold);
	const double inverse = 1.0 / r->scale_ohm;
	/* A cell that was polarized and recovers falls too, but not below the reference. */
	const double least_ohm = x->reference_ohm < x->mean_ohm ? x->reference_ohm : x->mean_ohm;
	const double hot_ohm = r->ohm * (b->thermal / b->thermal_hot) - least_ohm * own_hot;
	const double sensor_ohm = r->ohm - least_ohm * own;
	double beside_ohm;

	r->base_ohm = x->mean_ohm * own;
	r->e = (r->ohm - r->base_ohm) * inverse;
	r->e_raw = r->share - r->base_ohm * inverse;
	/* The nearest that the cell can be to its baseline: it lies somewhere between the sensor and what it was. */
	r->e_fall = (hot_ohm > sensor_ohm ? hot_ohm : sensor_ohm) * inverse;
	r->uncorrected = uncorrected(r, b, x, own);
	if (isnan(x->reference_ohm))
		return;
	r->reference_ohm = x->reference_ohm * own_cold;
	/* While it is not settled, only what is much beside the whole resistance counts. */
	beside_ohm = (r->frozen ? EXCESS_OF_LEAST : 1.0) * r->scale_ohm;
	if (r->reference_ohm > beside_ohm)
		beside_ohm = r->reference_ohm;
	r->excess = (r->cold_ohm - r->reference_ohm) / beside_ohm;
}

/* How much a healthy reading may differ: what visits, other currents, times of reading and warmth leave open. */
static void add_sigma(struct sg_residual *r, const struct sg_detector *d, const struct sg_expected *x)
{
	const double phase_s = sg_stretch_phase_s(&d->stretch, d->now_s), step_s = d->timeline.last_step_s;
	/* Readings far apart: which of them the median was is a step unsure. */
	const double late = x->slope_ohm / r->scale_ohm * (step_s < phase_s ? step_s / phase_s : 1.0);
	const double warm = sg_baseline_warmth_unsure(&d->baseline, x->warmth);
	const double other = x->strange * x->strange + x->rested * x->rested + late * late;
	const double variance = x->variance + other + warm * warm;

	r->sigma = sqrt(variance);
	r->spread = sqrt(variance + r->noise * r->noise);
	r->warm = sg_baseline_warmth_unsure(&d->baseline, x->reference_warmth);
	/* Where the voltage still moves much, what a visit is off by is not a drift. */
	r->steps = sqrt((fabs(x->slope_ohm) < SG_POLAR_STEEP * r->scale_ohm ? x->steps : fmax(x->steps, x->variance)) + other + r->noise * r->noise + r->warm * r->warm);
}

struct sg_residual sg_residual_of(const struct sg_detector *d, double ohm, double smooth_ohm, double current_a,
				  bool settled)
{
	const struct sg_baseline *b = &d->baseline;
	const struct sg_expected x = sg_baseline_look(b, &d->stretch, d->now_s);
	const double inverse = 1.0 / (b->scale_ohm * b->thermal);
	struct sg_residual r = {
		.now_s = d->now_s,
		.ohm = smooth_ohm,
		.share = ohm * inverse,
		.bare = ohm / (b->scale_ohm * b->thermal_begin),
		.scale_ohm = b->scale_ohm,
		.base_ohm = NAN,
		.reference_ohm = NAN,
		.e = NAN,
		.e_raw = NAN,
		.e_fall = NAN,
		.excess = NAN,
		.uncorrected = NAN,
		.cold_ohm = smooth_ohm * (b->thermal / b->thermal_cold),
		.noise = sg_noise_rms(&d->voltage, SG_NOISE_UNKNOWN_V) * inverse / fabs(current_a),
		.falling = x.falling,
		.frozen = x.frozen,
		.strange = x.strange > SG_STRANGE_FRACTION,
		.settled = settled,
		.blind = isnan(d->temperature_c),
		.polarity = d->stretch.level_a < 0.0,
	};

	if (isnan(x.mean_ohm) || !(b->scale_ohm > 0.0))
		return r;
	add_sigma(&r, d, &x);
	compare(&r, b, &x);
	return r;
}

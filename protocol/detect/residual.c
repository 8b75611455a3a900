/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/residual.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/noise.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

/* Below half of the scale an excess relative to the mean itself would be noise. */
#define EXCESS_OF_LEAST 0.5

/* ohm at 25 degC by the sensor, as if the cell had another warmth. */
static double as_if(const struct sg_baseline *b, double ohm, double warmth)
{
	return ohm * sg_baseline_exp(SG_ACTIVATION_EV * (b->warmth - warmth));
}

static void compare(struct sg_residual *r, const struct sg_baseline *b, const struct sg_expected *x)
{
	const double hot_ohm = as_if(b, r->ohm, b->hot);
	const double own = sg_baseline_own_warmth(b, x->warmth, b->warmth);
	const double own_hot = sg_baseline_own_warmth(b, x->warmth, b->hot);
	const double own_cold = sg_baseline_own_warmth(b, x->warmth, b->cold);
	/* A cell that was polarized and recovers falls too, but not below the reference. */
	const double least_ohm = fmin(x->mean_ohm, x->reference_ohm);
	double reference_ohm;

	r->base_ohm = x->mean_ohm * own;
	r->e = (r->ohm - r->base_ohm) / r->scale_ohm;
	r->e_raw = r->share - r->base_ohm / r->scale_ohm;
	/* The nearest that the cell can be to its baseline: it lies somewhere between the sensor and what it was. */
	r->e_fall = fmax((hot_ohm - least_ohm * own_hot) / r->scale_ohm, (r->ohm - least_ohm * own) / r->scale_ohm);
	r->uncorrected = r->e * own + x->mean_ohm / r->scale_ohm * (sg_baseline_exp(SG_ACTIVATION_EV * (b->warmth - x->warmth)) * own - 1.0);
	if (isnan(x->reference_ohm))
		return;
	reference_ohm = x->reference_ohm * own_cold;
	r->reference_ohm = reference_ohm;
	/* While it is not settled, only what is much beside the whole resistance counts. */
	r->excess = (r->cold_ohm - reference_ohm) /
		    fmax(reference_ohm, (r->frozen ? EXCESS_OF_LEAST : 1.0) * r->scale_ohm);
}

struct sg_residual sg_residual_of(const struct sg_detector *d, double ohm, double smooth_ohm, double current_a,
				  bool settled)
{
	const struct sg_baseline *b = &d->baseline;
	const struct sg_expected x = sg_baseline_look(b, &d->stretch, d->now_s);
	double late;
	struct sg_residual r = {
		.now_s = d->now_s,
		.ohm = smooth_ohm,
		.share = ohm / b->thermal / b->scale_ohm,
		.scale_ohm = b->scale_ohm,
		.base_ohm = NAN,
		.reference_ohm = NAN,
		.e = NAN,
		.e_raw = NAN,
		.e_fall = NAN,
		.excess = NAN,
		.uncorrected = NAN,
		.cold_ohm = as_if(b, smooth_ohm, b->cold),
		.noise = sg_noise_rms(&d->voltage, SG_NOISE_UNKNOWN_V) / (fabs(current_a) * b->scale_ohm * b->thermal),
		.sigma = hypot(hypot(x.sigma, x.strange), sg_baseline_warmth_sigma(b, x.warmth)),
		.ready = (x.settled || x.flat) && x.strange <= SG_STRANGE_FRACTION,
		.frozen = x.frozen && x.strange == 0.0,
		.strange = x.strange > SG_STRANGE_FRACTION,
		.settled = settled,
		.blind = isnan(d->temperature_c),
		.polarity = d->stretch.level_a < 0.0,
	};

	if (isnan(x.mean_ohm) || !(b->scale_ohm > 0.0))
		return r;
	/* Readings far apart: which of them the median was is half a step unsure. */
	late = d->timeline.last_step_s / fmax(sg_stretch_phase_s(&d->stretch, d->now_s), 1.0);
	r.sigma = hypot(r.sigma, x.slope_ohm / b->scale_ohm * fmin(late, 1.0));
	compare(&r, b, &x);
	return r;
}

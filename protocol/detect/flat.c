/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/flat.h"

#include <math.h>

#include "detect/thresholds.h"

/* Another stretch: did the one that ended agree with the one before? Conditioning shows here. */
static void turn_page(struct sg_flat *f, uint32_t stretch)
{
	if (f->here > 0) {
		if (f->past_ohm > 0.0)
			f->calm = fabs(f->here_ohm - f->past_ohm) < SG_FLAT_CALM * f->past_ohm ? f->calm + 1 : 0;
		f->past_ohm = f->here_ohm;
	}
	f->here = 0;
	f->here_ohm = 0.0;
	f->stretch = stretch;
}

/* By history and polarity. */
static unsigned kind_of(const struct sg_stretch *stretch)
{
	return 1U << (2 * (int)stretch->origin + (stretch->level_a < 0.0));
}

void sg_flat_learn(struct sg_flat *f, double ohm, double warmth, const struct sg_stretch *stretch)
{
	const double gain = fmax(1.0 / (f->count + 1.0), SG_FLAT_GAIN);
	double off;

	if (!(ohm > 0.0))
		return;
	if (f->stretch != stretch->index)
		turn_page(f, stretch->index);
	f->here++;
	f->here_ohm += (ohm - f->here_ohm) / f->here;
	if (f->count > 0) {
		off = (ohm - f->mean_ohm) / f->mean_ohm;
		/* (1 - gain): the mean moves along. */
		f->variance = (1.0 - gain) * (f->variance + gain * off * off);
	}
	f->mean_ohm += gain * (ohm - f->mean_ohm);
	f->warmth += gain * (warmth - f->warmth);
	f->level_a = fabs(stretch->level_a);
	f->seen |= kind_of(stretch);
	f->count++;
}

double sg_flat_variance(const struct sg_flat *f)
{
	const double prior = SG_SPREAD_PRIOR * SG_SPREAD_PRIOR * SG_SPREAD_PRIOR_VISITS;
	const double known = fmin(f->count, 1.0 / SG_FLAT_GAIN);

	return (prior + known * f->variance) / (SG_SPREAD_PRIOR_VISITS + known);
}

bool sg_flat_is_known(const struct sg_flat *f, const struct sg_stretch *stretch)
{
	const unsigned reversals = 3U << (2 * (int)SG_AFTER_REVERSAL);

	/* Pulses after a rest say nothing of a reversal; after what nobody saw it may be one. */
	if (!(f->seen & (stretch->origin == SG_AFTER_UNKNOWN ? reversals : kind_of(stretch))))
		return false;
	return f->count >= SG_FLAT_VISITS && f->calm >= SG_FLAT_STRETCHES &&
	       f->variance <= SG_FLAT_CELL_SIGMA * SG_FLAT_CELL_SIGMA;
}

void sg_flat_shift(struct sg_flat *f, double ohm)
{
	if (f->count == 0)
		return;
	f->mean_ohm += ohm;
	f->here_ohm += ohm;
	f->past_ohm += ohm;
}

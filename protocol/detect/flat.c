/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/flat.h"

#include <math.h>

#include "detect/thresholds.h"

void sg_flat_learn(struct sg_flat *f, double ohm, uint32_t stretch)
{
	const double gain = fmax(1.0 / (f->count + 1.0), SG_FLAT_GAIN);
	double off;

	if (!(ohm > 0.0))
		return;
	if (f->count > 0) {
		off = (ohm - f->mean_ohm) / f->mean_ohm;
		/* (1 - gain): the mean moves along. */
		f->variance = (1.0 - gain) * (f->variance + gain * off * off);
	}
	f->mean_ohm += gain * (ohm - f->mean_ohm);
	f->count++;
	if (f->stretches == 0 || f->stretch != stretch)
		f->stretches++;
	f->stretch = stretch;
}

double sg_flat_sigma(const struct sg_flat *f)
{
	const double prior = SG_SPREAD_PRIOR * SG_SPREAD_PRIOR * SG_SPREAD_PRIOR_VISITS;
	const double known = fmin(f->count, 1.0 / SG_FLAT_GAIN);

	return sqrt((prior + known * f->variance) / (SG_SPREAD_PRIOR_VISITS + known));
}

bool sg_flat_is_known(const struct sg_flat *f)
{
	return f->count >= SG_FLAT_VISITS && f->stretches >= SG_FLAT_STRETCHES &&
	       f->variance <= SG_FLAT_CELL_SIGMA * SG_FLAT_CELL_SIGMA;
}

void sg_flat_shift(struct sg_flat *f, double ohm)
{
	if (f->count > 0)
		f->mean_ohm += ohm;
}

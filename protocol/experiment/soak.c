/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/soak.h"

#include <math.h>

/* Chambers report in steps of 0.1 K; a set-point of 25.0 and a reading of 25.3 are 0.3 apart, whatever
 * binary fractions make of it. */
#define ROUNDING_K 1e-6

void sg_soak_init(struct sg_soak *soak, double set_c, double tolerance_k, double needed_s, double longest_gap_s)
{
	soak->set_c = set_c;
	soak->tolerance_k = tolerance_k;
	soak->needed_s = needed_s;
	soak->longest_gap_s = longest_gap_s;
	soak->since_s = NAN;
	soak->last_s = NAN;
}

bool sg_soak_feed(struct sg_soak *soak, double time_s, double actual_c)
{
	const bool within = fabs(actual_c - soak->set_c) <= soak->tolerance_k + ROUNDING_K;
	const bool unseen = time_s - soak->last_s > soak->longest_gap_s;

	soak->last_s = time_s;
	if (!within) {
		soak->since_s = NAN;
		return false;
	}
	if (isnan(soak->since_s) || unseen)
		soak->since_s = time_s;
	return time_s - soak->since_s >= soak->needed_s;
}

double sg_soak_left_s(const struct sg_soak *soak)
{
	const double had_s = isnan(soak->since_s) ? 0.0 : soak->last_s - soak->since_s;

	return had_s >= soak->needed_s ? 0.0 : soak->needed_s - had_s;
}

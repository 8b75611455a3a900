/* SPDX-License-Identifier: Apache-2.0 */
#include "truth.h"

#include <math.h>

#define HARD_FRACTION 0.08
#define HARD_READINGS 2
#define HARD_SECONDS 1.0
#define TWIN_FRACTION 0.3
#define EXCESS_SECONDS 60.0

void truth_init(struct truth *t, double soft_threshold)
{
	*t = (struct truth){ .soft_threshold = soft_threshold, .low_n = -1, .hard_n = -1, .soft_n = -1,
			     .over_10_n = -1, .low_s = NAN, .hard_s = NAN, .soft_s = NAN, .soft_last_s = NAN,
			     .over_5_s = NAN, .over_10_s = NAN, .doubled_s = NAN, .run_10_s = NAN };
}

static void hard(struct truth *t, const struct truth_reading *r)
{
	if (r->ohm >= HARD_FRACTION * r->steady_ohm) {
		t->run_low = 0;
		return;
	}
	if (r->twin_ohm < TWIN_FRACTION * r->steady_ohm || t->hard_n >= 0)
		return;
	if (t->run_low++ == 0) {
		t->run_low_n = r->n;
		t->run_low_s = r->time_s;
	}
	if (t->run_low < HARD_READINGS || r->time_s - t->run_low_s < HARD_SECONDS)
		return;
	t->low_n = t->run_low_n;
	t->low_s = t->run_low_s;
	t->hard_n = r->n;
	t->hard_s = r->time_s;
}

static void soft(struct truth *t, const struct truth_reading *r)
{
	if (t->drop > t->drop_max && r->twin_ohm > 2.0 * TWIN_FRACTION * r->steady_ohm)
		t->drop_max = t->drop;
	if (t->drop <= t->soft_threshold)
		return;
	if (t->soft_n < 0) {
		t->soft_n = r->n;
		t->soft_s = r->time_s;
	}
	t->soft_last_s = r->time_s;
	t->soft_total_s += r->dt_s;
}

static void polarization(struct truth *t, const struct truth_reading *r)
{
	if (t->excess > 0.05 && isnan(t->over_5_s))
		t->over_5_s = r->time_s;
	if (t->excess >= 1.0 && isnan(t->doubled_s))
		t->doubled_s = r->time_s;
	if (t->excess <= 0.10) {
		t->run_10_s = NAN;
		return;
	}
	if (isnan(t->run_10_s)) {
		t->run_10_s = r->time_s;
		t->run_10_n = r->n;
	}
	if (isnan(t->over_10_s) && r->time_s - t->run_10_s >= EXCESS_SECONDS) {
		t->over_10_s = t->run_10_s;
		t->over_10_n = t->run_10_n;
	}
}

void truth_add(struct truth *t, const struct truth_reading *r)
{
	const double least_ohm = TWIN_FRACTION * r->steady_ohm;
	const double scale_ohm = r->twin_ohm > least_ohm ? r->twin_ohm : least_ohm;

	if (!r->valid)
		return;
	t->excess = (r->ohm - r->twin_ohm) / scale_ohm;
	t->drop = -t->excess;
	hard(t, r);
	soft(t, r);
	polarization(t, r);
}


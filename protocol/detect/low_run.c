/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/low_run.h"

#include <math.h>

#include "detect/rise.h"
#include "detect/thresholds.h"

void sg_low_run_forget(struct sg_hard_short *h)
{
	h->low = 0;
	h->sum_v = 0.0;
	h->sum_ohm = 0.0;
	h->sum_way = 0;
	h->sum_rest_v = 0.0;
	h->rests = 0;
	sg_rise_init(&h->rise);
	h->against = false;
	h->allowed = false;
	h->flat = false;
}

static double noise_threshold_v(const struct sg_look *look, uint32_t readings)
{
	return fmax(SG_FOLLOW_SIGMA * look->noise_v / sqrt(readings), SG_FOLLOW_FLOOR_SIGMA * look->noise_v);
}

double sg_low_run_threshold_v(const struct sg_look *look, uint32_t readings)
{
	return fmax(noise_threshold_v(look, readings), look->offset_v);
}

/* An interrupted current shows what the instrument reads for nothing: what stands above it is made by the current. */
bool sg_low_run_follows_interruption(const struct sg_hard_short *h, const struct sg_look *look)
{
	const double zero_v = h->sum_rest_v / (h->rests ? h->rests : 1.0) * h->sum_way;

	return h->rests >= SG_PROVE_CHANGE_SAMPLES &&
	       (h->sum_v - zero_v) / h->low >= noise_threshold_v(look, h->rests < h->low ? h->rests : h->low);
}

bool sg_low_run_follows(const struct sg_hard_short *h, const struct sg_look *look)
{
	return !h->against &&
	       (h->sum_v / h->low >= sg_low_run_threshold_v(look, h->low) || sg_low_run_follows_interruption(h, look));
}

bool sg_low_run_is_low(const struct sg_hard_short *h, const struct sg_look *look)
{
	const double mean = h->sum_ohm / h->low / look->expected_ohm;
	const double spread = look->spread / sqrt(h->low);
	const double healthy = h->usual_count ? fmin((double)h->usual, 1.0) : 1.0;

	return mean < SG_SHORT_FRACTION + SG_LOW_MEAN_SIGMA * spread && mean + SG_HEALTHY_SIGMA * spread <= healthy;
}

/*
 * The voltage of this stretch and of the one with the opposite current make one resistance. The instrument's offset, in line
 * with one current and against the other, cancels in their sum; what is left over must be no more than an offset.
 */
bool sg_low_run_turned(const struct sg_hard_short *h, const struct sg_look *look)
{
	const double readings = h->proof_count ? h->proof_count : 1.0;
	const double earlier_a = fabs((double)h->earlier_a);
	const double earlier_v = (double)h->earlier_ohm * earlier_a, now_v = h->proof_ohm / readings * look->current_a;
	const double ohm = (earlier_v + now_v) / (earlier_a + look->current_a);

	if (h->proof_count < SG_PROVE_CHANGE_SAMPLES || isnan(h->earlier_ohm) || h->earlier_a * h->level_a >= 0.0F)
		return false;
	return 0.5 * (earlier_v + now_v) >= noise_threshold_v(look, h->proof_count) &&
	       fabs(earlier_v - ohm * earlier_a) <= look->offset_v + SG_FOLLOW_SIGMA * look->noise_v / sqrt(readings) &&
	       ohm < SG_SHORT_FRACTION * look->expected_ohm;
}

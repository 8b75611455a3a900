/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/phase.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/thresholds.h"

#define MIDDLE 1.5
/* Places closer together than this tell no slope. */
#define LEAST_SPREAD 0.01
#define LEAST_FOR_SLOPE 4
#define COUNT_MOST 7U
#define VISITS_MOST 255U
#define MOVED_PARTS 4096.0
#define MOVED_MOST 32767.0

static double clip(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

int sg_phase_find(double phase_s, double *place)
{
	int k;
	double part;

	*place = MIDDLE;
	if (!(phase_s >= 1.0))
		return 0;
	part = frexp(phase_s, &k);
	if (k >= SG_PHASE_BINS - 1)
		return SG_PHASE_BINS - 1;
	*place = 2.0 * part;
	return k;
}

void sg_phase_open(struct sg_visit *visit, int k)
{
	*visit = (struct sg_visit){ .bin = k };
}

void sg_phase_add(struct sg_visit *visit, double place, double ohm, double warmth, double off)
{
	const double x = place - MIDDLE;

	visit->count++;
	visit->sum_x += x;
	visit->sum_xx += x * x;
	visit->sum_y += ohm;
	visit->sum_xy += x * ohm;
	visit->sum_warmth += warmth;
	if (isnan(off))
		return;
	visit->off_count++;
	visit->sum_off += off;
	visit->sum_off2 += off * off;
}

/* The line through the visit: its value in the middle of the bin, its slope. */
static double middle_of(const struct sg_visit *visit, double *slope_ohm)
{
	const double n = visit->count;
	const double spread = visit->sum_xx - visit->sum_x * visit->sum_x / n;

	if (visit->count >= LEAST_FOR_SLOPE && spread > LEAST_SPREAD * n)
		*slope_ohm = (visit->sum_xy - visit->sum_x * visit->sum_y / n) / spread;
	return (visit->sum_y - *slope_ohm * visit->sum_x) / n;
}

bool sg_phase_is_settled(const struct sg_phase_bin *bin)
{
	return bin->visits >= SG_SETTLE_VISITS_MAX || (bin->visits >= SG_LEARN_VISITS && bin->calm >= SG_CALM_VISITS);
}

static double moved_of(const struct sg_phase_bin *bin)
{
	return bin->moved / MOVED_PARTS;
}

static double gain_of(const struct sg_phase_bin *bin)
{
	return fmax(1.0 / (bin->visits + 1.0), sg_phase_is_settled(bin) ? SG_SLOW_GAIN : SG_SETTLE_GAIN);
}

static double square_of(uint16_t sigma)
{
	return sigma / SG_SIGMA_PARTS * (sigma / SG_SIGMA_PARTS);
}

/* A strange visit counts as SG_SPREAD_CLIP of the sigma so far. */
static void follow(uint16_t *sigma, double square, double gain, bool clipped)
{
	double variance = square_of(*sigma);

	if (clipped)
		square = fmin(square, SG_SPREAD_CLIP * SG_SPREAD_CLIP * (variance + SG_SPREAD_PRIOR * SG_SPREAD_PRIOR));
	variance += gain * (square - variance);
	*sigma = (uint16_t)clip(round(sqrt(variance) * SG_SIGMA_PARTS), 0.0, UINT16_MAX);
}

/*
 * Twice: about the mean, which is what a fall is held against, and from visit to visit. A resistance that grows
 * slowly widens the first, and would hide in it; the second it leaves as it is.
 */
static void learn_spread(struct sg_phase_bin *bin, const struct sg_visit *visit, double moved, bool risen)
{
	const double step = moved - (1.0 - gain_of(bin)) * moved_of(bin);
	double square, mean, gain;

	if (visit->off_count == 0 || bin->visits == 0)
		return;
	/* The first visits differ by what the first one had not learned yet. */
	gain = fmax(1.0 / bin->visits, sg_phase_is_settled(bin) ? SG_SPREAD_GAIN : SG_SETTLE_GAIN);
	square = visit->sum_off2 / visit->off_count;
	mean = visit->sum_off / visit->off_count;
	if (bin->visits > 1)
		follow(&bin->steps, 0.5 * step * step + fmax(square - mean * mean, 0.0), gain, bin->visits > SG_LEARN_VISITS);
	if (!risen)
		follow(&bin->sigma, square, gain, bin->visits > SG_LEARN_VISITS);
}

static unsigned count_up(unsigned count, bool again)
{
	if (!again)
		return 0;
	return count < COUNT_MOST ? count + 1 : COUNT_MOST;
}

static void take_reference(struct sg_phase_bin *bin, double share)
{
	bin->reference_ohm = (float)(share * (double)bin->mean_ohm);
	bin->reference_warmth = bin->warmth;
}

/* The reference settles while visits still differ, then follows down at once, up as slowly as healthy cells age. */
static void learn_reference(struct sg_phase_bin *bin, const struct sg_phase_rules *rules, double moved)
{
	const double most_ohm = SG_AGEING_PER_HOUR * rules->age_h * rules->scale_ohm;
	const double own = sg_baseline_exp(rules->own_ev * ((double)bin->warmth - (double)bin->reference_warmth));
	const bool turned = bin->visits > 2 && (moved < 0.0) != (bin->moved < 0);

	bin->calm = count_up(bin->calm, turned || fabs(moved) < SG_CALM_FRACTION) & COUNT_MOST;
	if (bin->frozen) {
		if ((double)bin->mean_ohm < (double)bin->reference_ohm * own)
			take_reference(bin, 1.0);
		else
			bin->reference_ohm += (float)fmin((double)bin->mean_ohm / own - (double)bin->reference_ohm, most_ohm);
		return;
	}
	if (bin->visits <= 1 || bin->mean_ohm < bin->reference_ohm)
		take_reference(bin, 1.0);
	bin->still = count_up(bin->still, turned || fabs(moved) < SG_STILL_FRACTION) & COUNT_MOST;
	if (bin->visits >= SG_SETTLE_VISITS_MAX || (bin->visits >= SG_LEARN_VISITS && bin->still >= SG_CALM_VISITS)) {
		bin->frozen = 1;
		take_reference(bin, 1.0 / (1.0 + rules->carried));
	}
}

static void begin_anew(struct sg_phase_bin *bin)
{
	bin->visits = SG_LEARN_VISITS - 1;
	bin->frozen = 0;
	bin->calm = 0;
	bin->still = 0;
}

void sg_phase_commit(struct sg_phase_bin *bin, const struct sg_visit *visit, const struct sg_phase_rules *rules)
{
	const double most_ohm = isnan(rules->scale_ohm) ? INFINITY : SG_POSSIBLE_RATIO * rules->scale_ohm;
	const double warmth = visit->sum_warmth / visit->count;
	const double own = sg_baseline_exp(rules->own_ev * (warmth - (double)bin->warmth));
	double slope_ohm = bin->slope_ohm, mean_ohm, change, gain, moved, most;

	mean_ohm = middle_of(visit, &slope_ohm);
	mean_ohm = clip(rules->slope_gain * mean_ohm + rules->offset_ohm, -most_ohm, most_ohm);
	slope_ohm = clip(rules->slope_gain * slope_ohm, -most_ohm, most_ohm);
	if (rules->anew && bin->visits >= SG_LEARN_VISITS)
		begin_anew(bin);
	change = mean_ohm - bin->mean_ohm;
	moved = (mean_ohm - (double)bin->mean_ohm * own) / rules->scale_ohm;
	gain = gain_of(bin);
	if (bin->visits > 0 && rules->spread_too)
		learn_spread(bin, visit, moved, rules->risen);
	if (sg_phase_is_settled(bin)) {
		most = (SG_CLIP_FRACTION + rules->warmth_off) / gain * rules->scale_ohm;
		change = clip(change, -most, most);
	}
	bin->mean_ohm += (float)(gain * change);
	bin->slope_ohm += (float)(gain * (slope_ohm - bin->slope_ohm));
	bin->warmth += (float)(gain * (warmth - bin->warmth));
	bin->visits = bin->visits < VISITS_MOST ? (bin->visits + 1U) & VISITS_MOST : VISITS_MOST;
	learn_reference(bin, rules, moved);
	bin->moved = (int16_t)(isnan(moved) ? 0.0 : clip(moved * MOVED_PARTS, -MOVED_MOST, MOVED_MOST));
}

double sg_phase_mean_ohm(const struct sg_phase_bin *bin, double place)
{
	return bin->mean_ohm + bin->slope_ohm * (place - MIDDLE);
}

double sg_phase_reference_ohm(const struct sg_phase_bin *bin, double place)
{
	return bin->reference_ohm + bin->slope_ohm * (place - MIDDLE);
}

static double with_prior(double variance, double known)
{
	const double prior = SG_SPREAD_PRIOR * SG_SPREAD_PRIOR * SG_SPREAD_PRIOR_VISITS;

	return (prior + known * variance) / (SG_SPREAD_PRIOR_VISITS + known);
}

double sg_phase_variance(const struct sg_phase_bin *bin)
{
	return with_prior(square_of(bin->sigma), bin->visits > 1 ? bin->visits - 1.0 : 0.0);
}

double sg_phase_steps(const struct sg_phase_bin *bin)
{
	return with_prior(square_of(bin->steps), bin->visits > 2 ? bin->visits - 2.0 : 0.0);
}

double sg_phase_falling(const struct sg_phase_bin *bin)
{
	return sg_phase_is_settled(bin) ? 0.0 : fmax(-moved_of(bin), 0.0);
}

void sg_phase_shift(struct sg_phase_bin *bin, double ohm)
{
	if (bin->visits == 0)
		return;
	bin->mean_ohm += (float)ohm;
	bin->reference_ohm += (float)ohm;
}

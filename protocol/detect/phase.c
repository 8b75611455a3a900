/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/phase.h"

#include <math.h>

#include "detect/thresholds.h"

#define MIDDLE 1.5
/* Places closer together than this tell no slope. */
#define LEAST_SPREAD 0.01
#define LEAST_FOR_SLOPE 4
#define COUNT_MOST 7U
#define FELL_PARTS 256.0
#define FELL_MOST 127U

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

static void learn_spread(struct sg_phase_bin *bin, const struct sg_visit *visit)
{
	double square, gain;

	if (visit->off_count == 0 || bin->visits == 0)
		return;
	square = visit->sum_off2 / visit->off_count;
	/* The first visits differ by what the first one had not learned yet. */
	gain = fmax(1.0 / bin->visits, sg_phase_is_settled(bin) ? SG_SPREAD_GAIN : SG_SETTLE_GAIN);
	if (bin->visits > SG_LEARN_VISITS)
		square = fmin(square, SG_SPREAD_CLIP * SG_SPREAD_CLIP * (bin->variance + SG_SPREAD_PRIOR * SG_SPREAD_PRIOR));
	bin->variance += (float)(gain * (square - bin->variance));
}

static unsigned count_up(unsigned count, bool again)
{
	if (!again)
		return 0;
	return count < COUNT_MOST ? count + 1 : COUNT_MOST;
}

/* The reference settles while visits still differ, then follows down at once, up as slowly as healthy cells age. */
static void learn_reference(struct sg_phase_bin *bin, double scale_ohm, double moved_ohm, double now_h)
{
	const double most_ohm = SG_AGEING_PER_HOUR * fmax(now_h - bin->at_h, 0.0) * scale_ohm;
	const bool turned = bin->visits > 2 && (moved_ohm < 0.0) != (bin->fell > 0);

	bin->calm = count_up(bin->calm, turned || fabs(moved_ohm) < SG_CALM_FRACTION * scale_ohm) & COUNT_MOST;
	if (bin->frozen) {
		bin->reference_ohm += (float)fmin(bin->mean_ohm - bin->reference_ohm, most_ohm);
		return;
	}
	if (bin->visits <= 1 || bin->mean_ohm < bin->reference_ohm)
		bin->reference_ohm = bin->mean_ohm;
	bin->still = count_up(bin->still, turned || fabs(moved_ohm) < SG_STILL_FRACTION * scale_ohm) & COUNT_MOST;
	if (bin->visits >= SG_SETTLE_VISITS_MAX || (bin->visits >= SG_LEARN_VISITS && bin->still >= SG_CALM_VISITS)) {
		bin->frozen = 1;
		bin->reference_ohm = bin->mean_ohm;
	}
}

void sg_phase_commit(struct sg_phase_bin *bin, const struct sg_visit *visit, const struct sg_phase_rules *rules)
{
	const double most_ohm = isnan(rules->scale_ohm) ? INFINITY : SG_POSSIBLE_RATIO * rules->scale_ohm;
	double slope_ohm = bin->slope_ohm, mean_ohm, change, gain;

	mean_ohm = middle_of(visit, &slope_ohm);
	mean_ohm = clip(rules->slope_gain * mean_ohm + rules->offset_ohm, -most_ohm, most_ohm);
	slope_ohm = clip(rules->slope_gain * slope_ohm, -most_ohm, most_ohm);
	if (rules->anew && bin->visits >= SG_LEARN_VISITS) {
		bin->visits = SG_LEARN_VISITS - 1;
		bin->frozen = 0;
		bin->calm = 0;
		bin->still = 0;
	}
	change = mean_ohm - bin->mean_ohm;
	gain = fmax(1.0 / (bin->visits + 1.0), sg_phase_is_settled(bin) ? SG_SLOW_GAIN : SG_SETTLE_GAIN);
	if (bin->visits > 0 && rules->spread_too)
		learn_spread(bin, visit);
	if (sg_phase_is_settled(bin))
		change = clip(change, -SG_CLIP_FRACTION / gain * rules->scale_ohm, SG_CLIP_FRACTION / gain * rules->scale_ohm);
	bin->mean_ohm += (float)(gain * change);
	bin->slope_ohm += (float)(gain * (slope_ohm - bin->slope_ohm));
	bin->warmth += (float)(gain * (visit->sum_warmth / visit->count - bin->warmth));
	bin->visits = bin->visits < UINT16_MAX ? (bin->visits + 1U) & UINT16_MAX : UINT16_MAX;
	learn_reference(bin, rules->scale_ohm, change, rules->now_s / 3600.0);
	bin->fell = (unsigned)clip(ceil(-change / rules->scale_ohm * FELL_PARTS), 0.0, FELL_MOST) & FELL_MOST;
	bin->at_h = (float)(rules->now_s / 3600.0);
}

double sg_phase_mean_ohm(const struct sg_phase_bin *bin, double place)
{
	return bin->mean_ohm + bin->slope_ohm * (place - MIDDLE);
}

double sg_phase_reference_ohm(const struct sg_phase_bin *bin, double place)
{
	return bin->reference_ohm + bin->slope_ohm * (place - MIDDLE);
}

double sg_phase_variance(const struct sg_phase_bin *bin)
{
	const double known = bin->visits > 1 ? bin->visits - 1.0 : 0.0;
	const double prior = SG_SPREAD_PRIOR * SG_SPREAD_PRIOR * SG_SPREAD_PRIOR_VISITS;

	return (prior + known * bin->variance) / (SG_SPREAD_PRIOR_VISITS + known);
}

double sg_phase_falling(const struct sg_phase_bin *bin)
{
	return sg_phase_is_settled(bin) ? 0.0 : bin->fell / FELL_PARTS;
}

void sg_phase_shift(struct sg_phase_bin *bin, double ohm)
{
	if (bin->visits == 0)
		return;
	bin->mean_ohm += (float)ohm;
	bin->reference_ohm += (float)ohm;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/long_step.h"

#include <math.h>

#include "detect/thresholds.h"

#define AN_OCTAVE 6
/* The grid begins at 8 s: 2^3. */
#define FIRST_OCTAVE 4
#define BLOCK_READINGS 4.0
#define BLOCKS_MOST 64
#define CALM_AGAIN 0.01

/* Middle of a point's span, over the beginning of its octave: 2^((i + 0.5) / 6). */
static const double middle[AN_OCTAVE] = { 1.0594630943592953, 1.1892071150027210, 1.3348398541700344,
					  1.4983070768766815, 1.6817928305074292, 1.8877486253633870 };
/* Where the next point begins: 2^(i / 6) for i = 1 to 5. */
static const double border[AN_OCTAVE - 1] = { 1.1224620483093730, 1.2599210498948732, 1.4142135623730951,
					      1.5874010519681994, 1.7817974362806785 };

void sg_long_step_init(struct sg_long_step *s)
{
	*s = (struct sg_long_step){ .first = -1, .known = -1, .latest = -1, .peak_ohm = -INFINITY };
}

/* Point of a phase, -1 before the first; *middle_s: the middle of its span. */
static int point_of(double phase_s, double *middle_s)
{
	int octave, i = 0, at;
	const double part = 2.0 * frexp(phase_s, &octave);

	if (octave < FIRST_OCTAVE)
		return -1;
	while (i < AN_OCTAVE - 1 && part >= border[i])
		i++;
	at = (octave - FIRST_OCTAVE) * AN_OCTAVE + i;
	*middle_s = ldexp(middle[i], octave - 1);
	return at < SG_GRID_POINTS ? at : -1;
}

static void keep(struct sg_long_step *s, int at, double ohm)
{
	s->grid_ohm[at] = (float)ohm;
	if (s->first < 0)
		s->first = at;
	s->known = at;
}

/* A straight line from the mean of the point before to that of the latest: what it says in the middles it crosses. */
static void fill(struct sg_long_step *s, double ohm, double phase_s)
{
	const double slope = s->count && phase_s > s->mean_s ? (ohm - s->mean_ohm) / (phase_s - s->mean_s) : 0.0;
	double middle_s;

	for (int at = s->known < 0 ? s->latest : s->known + 1; at < SG_GRID_POINTS; at++) {
		middle_s = ldexp(middle[at % AN_OCTAVE], FIRST_OCTAVE - 1 + at / AN_OCTAVE);
		if (middle_s > phase_s)
			break;
		if (middle_s >= s->mean_s && s->readings > 0)
			keep(s, at, s->mean_ohm + slope * (middle_s - s->mean_s));
	}
}

static void raise_peak(struct sg_long_step *s, int from, int to)
{
	if (s->first < 0)
		return;
	for (int at = from < s->first ? s->first : from; at <= to && at <= s->known; at++)
		s->peak_ohm = fmax(s->peak_ohm, (double)s->grid_ohm[at]);
}

/* The readings go on in point `at`: the latest one is complete. */
static void move_on(struct sg_long_step *s, int at)
{
	double ohm, phase_s;

	if (s->count > 0) {
		ohm = s->sum_ohm / s->count;
		phase_s = s->sum_s / s->count;
		fill(s, ohm, phase_s);
		raise_peak(s, s->latest - AN_OCTAVE + 1, at - AN_OCTAVE);
		s->mean_ohm = ohm;
		s->mean_s = phase_s;
		s->readings = s->count;
	}
	s->latest = at;
	s->sum_ohm = 0.0;
	s->sum_s = 0.0;
	s->count = 0;
}

/* A straight line that a healthy course stays below. */
struct line {
	double ohm, at_s, slope;
};

static double line_at(const struct line *line, double phase_s)
{
	return line->ohm + line->slope * (phase_s - line->at_s);
}

/*
 * Through a quarter and a half of the time at point `at`, not falling, as steep as noise may hide. False: not known.
 * What rises ever more slowly stays below each such line, so the lowest is the one to hold it against.
 */
static bool look_back(const struct sg_long_step *s, int at, double middle_s, double noise_ohm, struct line *line)
{
	double half_ohm, quarter_ohm;

	if (s->first < 0 || at - 2 * AN_OCTAVE < s->first || at - AN_OCTAVE > s->known)
		return false;
	half_ohm = (double)s->grid_ohm[at - AN_OCTAVE];
	quarter_ohm = (double)s->grid_ohm[at - 2 * AN_OCTAVE];
	line->ohm = half_ohm;
	line->at_s = middle_s / 2.0;
	line->slope = (fmax(half_ohm - quarter_ohm, 0.0) + SG_CONVEX_LINE_SIGMA * noise_ohm / sqrt(fmax(s->readings, 1.0))) / (middle_s / 4.0);
	return quarter_ohm > 0.0 && half_ohm > 0.0;
}

double sg_long_step_feed(struct sg_long_step *s, double phase_s, double ohm, double noise_ohm)
{
	double middle_s, excess;
	struct line line, own = { .ohm = 0.0 };
	const int at = point_of(phase_s, &middle_s);
	bool known;

	if (at < 0 || at < s->latest)
		return NAN;
	if (at != s->latest)
		move_on(s, at);
	s->sum_ohm += ohm;
	s->sum_s += phase_s;
	s->count++;
	known = look_back(s, at, middle_s, noise_ohm, &own);
	if (!known && s->line_ohm == 0.0)
		return NAN;
	line = (struct line){ .ohm = s->line_ohm, .at_s = s->line_s, .slope = s->line_slope };
	/* Below its own course: it rises ever more slowly after all, and something that died away had hidden how it began. */
	if (known && (s->line_ohm == 0.0 || ohm < line_at(&own, phase_s) * (1.0 - CALM_AGAIN) ||
		      line_at(&own, phase_s) < line_at(&line, phase_s))) {
		line = own;
		s->line_ohm = own.ohm;
		s->line_s = own.at_s;
		s->line_slope = own.slope;
		s->hidden = fmax(0.0, s->peak_ohm - own.ohm) / own.ohm;
	}
	excess = ohm / fmax(line_at(&line, phase_s), s->peak_ohm) - 1.0;
	s->rising = excess > (s->rising ? CALM_AGAIN : SG_CONVEX_BEGIN);
	return excess;
}

/* False: the block goes on, or there are not three of its length yet, or they are no resistances. */
static bool push_block(struct sg_long_step *s, const struct sg_curve *now, uint32_t *count)
{
	if (s->block_s == 0.0)
		s->block_s = BLOCK_READINGS * now->interval_s;
	if (s->block_count == 0)
		s->block_from_s = now->now_s;
	s->block_sum += now->ohm;
	s->block_count++;
	if (now->now_s - s->block_from_s < s->block_s)
		return false;
	*count = s->block_count;
	s->level_ohm[0] = s->level_ohm[1];
	s->level_ohm[1] = s->level_ohm[2];
	s->level_ohm[2] = s->block_sum / s->block_count;
	s->block_sum = 0.0;
	s->block_count = 0;
	if (++s->blocks >= BLOCKS_MOST) {
		/* A longer step is looked at more coarsely. */
		s->blocks = 0;
		s->block_s *= 2.0;
		return false;
	}
	return s->blocks >= 3 && s->level_ohm[0] > 0.0 && s->level_ohm[1] > 0.0 && s->level_ohm[2] > 0.0;
}

/* Of ln R, by three blocks in turn; ln(b / a) = 2 (b - a) / (b + a), to the third order. */
static double curvature_of(const struct sg_long_step *s)
{
	const double *x = s->level_ohm;

	return 2.0 * ((x[2] - x[1]) / (x[2] + x[1]) - (x[1] - x[0]) / (x[1] + x[0])) / (s->block_s * s->block_s);
}

static void keep_largest(struct sg_long_step *s, const struct sg_curve *now, double curvature, double sigma)
{
	s->curved = false;
	s->curvature = curvature;
	s->curvature_sigma = sigma;
	s->curved_unsure_s = s->block_s;
	s->curved_s = now->now_s - 1.5 * s->block_s;
	s->curved_c = now->charge_c - 1.5 * s->block_s * now->current_a;
}

bool sg_long_step_curve(struct sg_long_step *s, const struct sg_curve *now)
{
	double curvature, sigma;
	uint32_t count;

	if (!push_block(s, now, &count))
		return false;
	curvature = curvature_of(s);
	/* x - 2 y + z */
	sigma = sqrt(6.0 / count) * now->noise_ohm / s->level_ohm[1] / (s->block_s * s->block_s);
	if (s->rising && curvature > s->curvature && curvature > SG_INFLECT_SIGMA * sigma) {
		keep_largest(s, now, curvature, sigma);
		return false;
	}
	if (s->curved || !(s->curvature > 0.0) ||
	    curvature + SG_INFLECT_FALL_SIGMA * hypot(sigma, s->curvature_sigma) > 0.5 * s->curvature)
		return false;
	s->curved = true;
	/* Around it the curvature falls as (t / w)^2, by half until now: noise chooses among what is within 2 sigma. */
	s->curved_unsure_s += (now->now_s - 1.5 * s->block_s - s->curved_s) * sqrt(fmin(4.0 * s->curvature_sigma / s->curvature, 1.0));
	return true;
}

void sg_long_step_shift(struct sg_long_step *s, double ohm)
{
	for (int i = 0; i < SG_GRID_POINTS; i++)
		s->grid_ohm[i] += (float)ohm;
	s->line_ohm += ohm;
	s->peak_ohm += ohm;
	s->sum_ohm += ohm * s->count;
	s->mean_ohm += ohm;
}

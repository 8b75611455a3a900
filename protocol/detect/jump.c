/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/jump.h"

#include <math.h>

#include "detect/stretch.h"
#include "detect/thresholds.h"

void sg_jump_init(struct sg_jump *j)
{
	*j = (struct sg_jump){ .before_v = NAN, .before_a = NAN, .ohm_now = NAN, .first_ohm = NAN };
}

static double median_of_3(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static void push(struct sg_jump *j, double voltage_v)
{
	j->recent_v[j->recent_count++ % 3] = voltage_v;
}

static double latest_v(const struct sg_jump *j)
{
	if (j->recent_count == 0)
		return NAN;
	if (j->recent_count < 3)
		return j->recent_v[j->recent_count - 1];
	return median_of_3(j->recent_v[0], j->recent_v[1], j->recent_v[2]);
}

static void keep_jump(struct sg_jump *j)
{
	const uint32_t at = j->count % SG_JUMPS;

	if (isnan(j->ohm_now))
		return;
	j->ohm[at] = j->ohm_now;
	j->phase_s[at] = j->phase_now_s;
	j->count++;
	j->ohm_now = NAN;
}

void sg_jump_begin(struct sg_jump *j, double before_a, bool keep)
{
	if (keep)
		keep_jump(j);
	j->before_v = latest_v(j);
	j->before_a = before_a;
	j->recent_count = 0;
	j->ohm_now = NAN;
	j->looked = false;
}

void sg_jump_gap(struct sg_jump *j, const struct sg_stretch *stretch, double thermal, bool keep)
{
	if (stretch->level_a != 0.0 && j->recent_count)
		j->gap_ohm = fabs(latest_v(j) / stretch->level_a / thermal);
	if (keep)
		keep_jump(j);
	j->before_v = NAN;
	j->recent_count = 0;
	j->ohm_now = NAN;
	j->looked = true;
}

void sg_jump_rest(struct sg_jump *j, double voltage_v)
{
	push(j, voltage_v);
}

/* What jumps too high and comes back (nucleation, a layer that breaks down) has jumped by no more than what stays. */
static void follow_decay(struct sg_jump *j, const struct sg_stretch *stretch, double thermal)
{
	const bool first = isnan(j->before_a);
	const double change_a = first ? stretch->level_a : stretch->level_a - j->before_a;
	const double change_v = first ? latest_v(j) : latest_v(j) - j->before_v;
	double *ohm = first ? &j->first_ohm : &j->ohm_now;

	if (change_v * change_a < *ohm * thermal * change_a * change_a)
		*ohm = change_v / change_a / thermal;
}

void sg_jump_feed(struct sg_jump *j, const struct sg_stretch *stretch, double now_s, double voltage_v, double thermal,
		  bool healthy)
{
	const double change_a = stretch->level_a - j->before_a;

	push(j, voltage_v);
	if (j->looked && healthy && j->recent_count >= 3)
		follow_decay(j, stretch, thermal);
	if (j->looked)
		return;
	j->looked = true;
	if (isnan(j->before_a)) {
		j->first_ohm = voltage_v / stretch->level_a / thermal;
		j->first_phase_s = sg_stretch_phase_s(stretch, now_s);
	}
	if (!(fabs(change_a) >= SG_JUMP_CHANGE * fmax(fabs(stretch->level_a), fabs(j->before_a))))
		return;
	j->ohm_now = (voltage_v - j->before_v) / change_a / thermal;
	j->phase_now_s = sg_stretch_phase_s(stretch, now_s);
}

/* The smallest of the latest, and the phase from which on it holds. */
static double least_ohm(const struct sg_jump *j, double *phase_s)
{
	double least = INFINITY;

	*phase_s = 0.0;
	if (j->count == 0) {
		*phase_s = j->first_phase_s;
		return j->first_ohm;
	}
	for (uint32_t i = 0; i < j->count && i < SG_JUMPS; i++) {
		least = fmin(least, j->ohm[i]);
		*phase_s = fmax(*phase_s, j->phase_s[i]);
	}
	return least;
}

bool sg_jump_is_assumed(const struct sg_jump *j)
{
	return j->count == 0;
}

double sg_jump_least_fraction(const struct sg_jump *j, const struct sg_stretch *stretch, double now_s,
			      double expected_ohm, double thermal, double largest_a)
{
	const double way = stretch->level_a < 0.0 ? -1.0 : 1.0;
	const double now_a = way * stretch->level_a;
	double before_v = way * j->before_v, before_a = way * j->before_a;
	double phase_s, ohm;

	ohm = least_ohm(j, &phase_s);
	if (isnan(ohm) || sg_stretch_phase_s(stretch, now_s) < SG_JUMP_PHASE * phase_s)
		return NAN;
	/* Not known what was before: at worst the largest current the other way. */
	if (isnan(before_v) || isnan(before_a)) {
		before_a = -largest_a;
		before_v = before_a * fmax(expected_ohm, j->gap_ohm * thermal);
	}
	return fmin((before_v + ohm * thermal * (now_a - before_a)) / (now_a * expected_ohm), 1.0);
}

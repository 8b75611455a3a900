/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/stretch.h"

#include <math.h>

#include "detect/thresholds.h"

/*
 * Gradients of concentration need about as long to relax as they took to build up; after a rest of
 * three times that the cell counts as rested.
 */
#define RELAXED_RATIO 3.0
#define PASSING_FRACTION 0.5

void sg_stretch_init(struct sg_stretch *stretch)
{
	*stretch = (struct sg_stretch){ .history = SG_AFTER_REST };
}

double sg_stretch_phase_s(const struct sg_stretch *stretch, double now_s)
{
	return now_s - stretch->begin_s;
}

bool sg_stretch_is_settled(const struct sg_stretch *stretch, double now_s)
{
	return stretch->blank_count >= SG_BLANK_SAMPLES && now_s - stretch->blank_from_s >= SG_BLANK_SECONDS;
}

void sg_stretch_gap(struct sg_stretch *stretch, double now_s, double gap_s)
{
	stretch->history = SG_AFTER_UNKNOWN;
	stretch->unsure_until_s = now_s + RELAXED_RATIO * gap_s;
	stretch->blank_from_s = now_s;
	stretch->blank_count = 0;
	stretch->trying = false;
}

bool sg_stretch_goes_on(const struct sg_stretch *stretch)
{
	return stretch->before_a * stretch->level_a > 0.0 &&
	       stretch->begin_s - stretch->before_end_s <= RELAXED_RATIO * stretch->before_s;
}

static enum sg_history history_of(const struct sg_stretch *stretch)
{
	const double rested_s = stretch->begin_s - stretch->before_end_s;

	if (stretch->before_a * stretch->level_a >= 0.0)
		return SG_AFTER_REST;
	return rested_s > RELAXED_RATIO * stretch->before_s ? SG_AFTER_REST : SG_AFTER_REVERSAL;
}

/*
 * Broken off before it could undo what the currents before it had built up: for the next one the cell is still as
 * those left it. Pulses in turn count together.
 */
static bool is_passing(const struct sg_stretch *stretch)
{
	return stretch->before_a * stretch->level_a < 0.0 && stretch->against_s < PASSING_FRACTION * stretch->before_s;
}

/* What the stretch that ends leaves behind. */
static void end(struct sg_stretch *stretch, double end_s)
{
	const double flowed_s = end_s - stretch->begin_s;
	const bool against = stretch->before_a * stretch->level_a < 0.0;

	if (stretch->history == SG_AFTER_REST && against) { /* relaxed since */
		stretch->before_s = 0.0;
		stretch->against_s = 0.0;
	}
	stretch->against_s = against ? stretch->against_s + flowed_s : fmax(0.0, stretch->against_s - flowed_s);
	stretch->passed = stretch->against_s > 0.0 && (!against || is_passing(stretch));
	if (against && stretch->passed)
		return;
	stretch->before_s = against ? stretch->against_s : stretch->before_s + flowed_s;
	stretch->against_s = against ? 0.0 : stretch->against_s;
	stretch->before_a = stretch->level_a;
	stretch->before_end_s = end_s;
}

/* The noise at rest may be too small to make a level of it: so many readings that are nil are a rest all the same. */
static bool is_rest_seen(const struct sg_stretch *stretch)
{
	return stretch->trying && stretch->try_off >= SG_LEVEL_READINGS;
}

static void begin(struct sg_stretch *stretch, double level_a, double begin_s)
{
	const bool in_line = stretch->known && stretch->level_a * level_a > 0.0;

	if (stretch->known && stretch->level_a != 0.0)
		end(stretch, is_rest_seen(stretch) ? stretch->try_off_s : begin_s);
	stretch->hole_s = stretch->known ? begin_s - stretch->last_s : 0.0;
	stretch->odd = in_line || stretch->passed || stretch->unsure_until_s > begin_s;
	stretch->level_a = level_a;
	stretch->begin_s = begin_s;
	stretch->history = history_of(stretch);
	stretch->origin = stretch->history;
	stretch->unsure_until_s = begin_s;
	stretch->index++;
	stretch->known = true;
	stretch->trying = false;
	stretch->blank_from_s = begin_s;
	stretch->blank_count = 0;
}

static bool agree(double a, double b, double fraction, double noise_a)
{
	return fabs(a - b) <= fraction * fabs(b) + SG_CURRENT_SIGMA * noise_a;
}

static bool follow_set(struct sg_stretch *stretch, const struct sg_reading *reading, double now_s, double noise_a)
{
	if (!stretch->known || reading->set_a != stretch->level_a || reading->step != stretch->step)
		begin(stretch, reading->set_a, now_s);
	stretch->step = reading->step;
	return agree(reading->current_a, reading->set_a, SG_ON_SET_FRACTION, noise_a);
}

static bool is_rest(double current_a, double noise_a)
{
	return fabs(current_a) <= fmax(SG_REST_A, SG_CURRENT_SIGMA * noise_a);
}

static uint32_t readings_needed(const struct sg_stretch *stretch, const struct sg_reading *reading, double noise_a)
{
	if (reading->step != stretch->step)
		return SG_LEVEL_READINGS - 1;
	/* Until its noise is known a current may be that of an open cell. */
	return noise_a > 0.0 ? SG_LEVEL_READINGS : SG_LEVEL_READINGS + SG_NOISE_READINGS;
}

/* A reading off the present level is noted; so many in turn that agree begin a stretch. */
static bool try_level(struct sg_stretch *stretch, const struct sg_reading *reading, double now_s, double noise_a)
{
	const uint32_t needed = readings_needed(stretch, reading, noise_a);
	const double current_a = reading->current_a;

	if (!stretch->trying) {
		stretch->trying = true;
		stretch->try_begin_s = now_s;
		stretch->try_off_s = now_s;
		stretch->try_off = 0;
		stretch->try_count = 0;
	} else if (!agree(current_a, stretch->try_a, SG_NEW_LEVEL_FRACTION, noise_a)) {
		stretch->try_count = 0;
	}
	if (is_rest(current_a, noise_a))
		stretch->try_off++;
	else if (is_rest_seen(stretch) && is_rest(stretch->try_a, noise_a))
		stretch->try_begin_s = now_s;
	stretch->try_a = current_a;
	if (++stretch->try_count < needed)
		return false;
	begin(stretch, is_rest(current_a, noise_a) ? 0.0 : current_a, stretch->try_begin_s);
	stretch->step = reading->step;
	stretch->blank_count = stretch->try_count - 1; /* those that made us try */
	return true;
}

static bool find_level(struct sg_stretch *stretch, const struct sg_reading *reading, double now_s, double noise_a)
{
	const double current_a = reading->current_a;
	bool same;

	if (!stretch->known)
		return try_level(stretch, reading, now_s, noise_a);
	/* Found while the noise was still underrated. */
	if (is_rest(stretch->level_a, noise_a))
		stretch->level_a = 0.0;
	same = stretch->level_a == 0.0 ? is_rest(current_a, noise_a)
				       : agree(current_a, stretch->level_a, SG_NEW_LEVEL_FRACTION, noise_a);
	if (!same)
		return try_level(stretch, reading, now_s, noise_a);
	if (reading->step != stretch->step) /* the same current, but the table says it is another step */
		begin(stretch, stretch->level_a, now_s);
	stretch->step = reading->step;
	stretch->trying = false;
	if (!agree(current_a, stretch->level_a, SG_ON_SET_FRACTION, noise_a))
		return false;
	if (stretch->level_a != 0.0)
		stretch->level_a += 0.1 * (current_a - stretch->level_a);
	return true;
}

bool sg_stretch_feed(struct sg_stretch *stretch, const struct sg_reading *reading, double now_s, double noise_a)
{
	bool on;

	if (!isfinite(reading->set_a))
		on = find_level(stretch, reading, now_s, noise_a);
	else
		on = follow_set(stretch, reading, now_s, noise_a);
	if (on && stretch->blank_count < UINT32_MAX)
		stretch->blank_count++;
	if (on)
		stretch->last_s = now_s;
	return on;
}

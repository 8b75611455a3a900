/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/emstat4_time.h"

#include <math.h>

#include "core/units.h"

/* How far a sample may lie off the grid of its interval. Assumed; a status bit says when it does. */
#define GRID_TOLERANCE 0.1
#define GRID_FLOOR_S 0.002
/* The instrument's clock against ours: it cannot be ahead by more than this, however late we read. */
#define AHEAD_S 0.5
#define AHEAD_REL 5e-4
/* Longest that setting up one loop may take. Assumed. */
#define OVERHEAD_S 0.5
/* A clock that we refuse, but that agrees with itself so many times, is right and we are wrong. */
#define HELD_ENOUGH 3u

static const struct sg_segment *segment_at(const struct sg_emstat4_stream *s)
{
	return &s->segments[s->at];
}

bool sg_emstat4_ran_its_time(const struct sg_emstat4_stream *s)
{
	const struct sg_segment *segment = segment_at(s);

	return s->taken > 0 &&
	       sg_seconds(s->last_ns) >= s->base_s + segment->duration_s - 2.5 * segment->interval_s;
}

/* The latest that the instrument's clock may show when our own shows host_ns. */
static double latest_s(const struct sg_emstat4_stream *s, int64_t host_ns)
{
	return sg_seconds(host_ns - s->begin_ns) * (1.0 + AHEAD_REL) + AHEAD_S;
}

bool sg_emstat4_may_be_over(const struct sg_emstat4_stream *s, int64_t host_ns)
{
	const struct sg_segment *segment = segment_at(s);

	return sg_emstat4_ran_its_time(s) ||
	       latest_s(s, host_ns) >= s->base_s + segment->duration_s - 2.5 * segment->interval_s;
}

bool sg_emstat4_is_short(const struct sg_emstat4_stream *s)
{
	const struct sg_segment *segment = segment_at(s);
	const double missing_s = s->base_s + segment->duration_s - sg_seconds(s->last_ns);

	return s->taken == 0 || missing_s > (1.0 + GRID_TOLERANCE) * segment->interval_s + GRID_FLOOR_S;
}

/* How many intervals lie between two samples, or 0 if they do not lie on one grid. */
static double steps_between(const struct sg_segment *segment, int64_t from_ns, int64_t to_ns)
{
	const double interval_s = segment->interval_s;
	const double between_s = sg_seconds(to_ns - from_ns);
	const double steps = round(between_s / interval_s);

	if (steps < 1.0 || fabs(between_s - steps * interval_s) > GRID_TOLERANCE * interval_s + GRID_FLOOR_S)
		return 0.0;
	return steps;
}

bool sg_emstat4_impossible_time(const struct sg_emstat4_stream *s, double time_s, int64_t host_ns)
{
	const struct sg_segment *segment = segment_at(s);
	const double slack_s = segment->interval_s + OVERHEAD_S * (s->at + 1);

	return time_s < s->base_s - slack_s || time_s > s->base_s + segment->duration_s + slack_s || time_s < 0.0 ||
	       time_s > latest_s(s, host_ns);
}

/* Across a change of segment, wherever in an interval the loops measure. */
static double longest_step_s(const struct sg_emstat4_stream *s)
{
	double interval_s = segment_at(s)->interval_s;

	if (s->at > 0)
		interval_s = fmax(interval_s, s->segments[s->at - 1].interval_s);
	return (1.0 + GRID_TOLERANCE) * interval_s;
}

/* Does the time fit behind the last sample? Sets *gap if some are missing between. */
static enum sg_err fits_behind(const struct sg_emstat4_stream *s, const struct sg_sample *sample, bool *gap)
{
	double steps;

	*gap = s->hole;
	if (s->last_ns != SG_NO_TIME && sample->instrument_ns <= s->last_ns)
		return SG_ERR_ORDER;
	if (s->taken == 0) {
		/*
		 * Where in the first interval of a loop the sample falls is not known, nor how long the
		 * setting up took. A flag too many does no harm.
		 */
		const double late_s = sg_seconds(sample->instrument_ns) - s->base_s;

		*gap |= late_s > (1.0 + GRID_TOLERANCE) * segment_at(s)->interval_s + OVERHEAD_S;
		if (s->last_ns != SG_NO_TIME)
			*gap |= sg_seconds(sample->instrument_ns - s->last_ns) > longest_step_s(s) + OVERHEAD_S;
		return SG_OK;
	}
	if (sample->flags & SG_FLAG_TIMING) {
		/* The instrument says itself that it left its grid. */
		*gap |= sg_seconds(sample->instrument_ns - s->last_ns) > 1.5 * segment_at(s)->interval_s;
		return SG_OK;
	}
	steps = steps_between(segment_at(s), s->last_ns, sample->instrument_ns);
	if (steps < 1.0)
		return SG_ERR_VALUE;
	*gap |= steps > 1.0;
	return SG_OK;
}

/*
 * A sample refused for its time only. If a wrong time was believed before, every right one would be
 * refused from then on: so those that agree with each other are counted.
 */
static bool convinces(struct sg_emstat4_stream *s, const struct sg_sample *sample)
{
	if (s->held > 0 && steps_between(segment_at(s), s->held_ns, sample->instrument_ns) == 1.0)
		s->held++;
	else
		s->held = 1;
	s->held_ns = sample->instrument_ns;
	return s->held >= HELD_ENOUGH;
}

enum sg_err sg_emstat4_check_time(struct sg_emstat4_stream *s, struct sg_sample *sample, int64_t host_ns,
			      struct sg_text *why)
{
	const double time_s = sg_seconds(sample->instrument_ns);
	enum sg_err err;
	bool gap = false;

	if (sg_emstat4_impossible_time(s, time_s, host_ns)) {
		sg_text_add(why, "time %.6f s is impossible in segment %u at %.3f s of our clock", time_s, s->at,
			    sg_seconds(host_ns - s->begin_ns));
		return SG_ERR_VALUE;
	}
	err = fits_behind(s, sample, &gap);
	if (err) {
		if (!convinces(s, sample)) {
			sg_text_add(why, "time %.6f s after %.6f s: %s", time_s, sg_seconds(s->last_ns),
				    err == SG_ERR_ORDER ? "repeated or out of order" : "not on the grid of the interval");
			return err;
		}
		sample->flags |= SG_FLAG_TIMING;
		gap = true;
	}
	if (gap)
		sample->flags |= SG_FLAG_GAP_BEFORE;
	return SG_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/emstat4_told.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "wire/emstat4_sample.h"
#include "wire/emstat4_time.h"
#include "wire/methodscript_package.h"

/* Two lines that say that control is lost agree within this, relative to the larger: a cell changes meanwhile. */
#define AGREEMENT 0.25
/* The second must come this soon, or the first was damage. */
#define SUSPECT_INTERVALS 3.5
/* Longest that the change from one loop to the next may take. Assumed. */
#define CHANGE_S 0.5

/* ---- samples ---- */

static int beyond_limits(const struct sg_segment *segment, double voltage_v)
{
	/* The program compares with a limit rounded to its literal, and sends a rounded voltage. */
	const double rounding_v = 1e-6 * (1.0 + fabs(voltage_v));

	if (segment->mode == SG_MODE_REST)
		return 0; /* the program of a rest has no limits: nothing flows */
	if (voltage_v > segment->voltage_max_v + rounding_v)
		return 1;
	return voltage_v < segment->voltage_min_v - rounding_v ? -1 : 0;
}

static void accept(struct sg_emstat4_stream *s, const struct sg_sample *sample, int64_t host_ns)
{
	struct sg_emstat4_report *report = sg_emstat4_push(s, SG_EMSTAT4_SAMPLE, host_ns);

	report->sample = *sample;
	report->sample.host_ns = host_ns;
	report->sample.segment = s->at;
	s->last_ns = sample->instrument_ns;
	s->beyond = beyond_limits(sg_emstat4_segment_at(s), sample->voltage_v);
	s->taken++;
	s->dropped = 0;
	s->hole = false;
	s->held = 0;
	/* Out of control it may swing through what is set, or below: only a current as it should be clears it. */
	if (!(sample->flags & SG_FLAG_OFF_SET_POINT))
		s->suspects = 0;
}

/* Could it be a sample of segment index, at its time and at its set current? Writes nothing. */
static bool belongs_to(const struct sg_emstat4_stream *s, uint32_t index,
		       const struct sg_methodscript_package *package, int64_t host_ns)
{
	struct sg_emstat4_stream as_if = *s;
	struct sg_sample sample;

	if (index >= s->count || sg_emstat4_sample(s->caps, &s->segments[index], package, &sample, NULL))
		return false;
	for (; as_if.at < index; as_if.at++)
		as_if.base_s += as_if.segments[as_if.at].duration_s;
	return !(sample.flags & SG_FLAG_OFF_SET_POINT) &&
	       !sg_emstat4_impossible_time(&as_if, sg_seconds(sample.instrument_ns), host_ns) &&
	       (s->last_ns == SG_NO_TIME || sample.instrument_ns > s->last_ns);
}

/*
 * A sample came while no loop is open. Either the line that opened one is missing, or a `*` was none.
 * Puts the stream into the loop the sample belongs to, if that is certain.
 */
static bool find_loop(struct sg_emstat4_stream *s, const struct sg_methodscript_package *package,
		      int64_t host_ns)
{
	const uint32_t next = s->opened ? s->at + 1 : s->at;

	if (s->opened && !sg_emstat4_ran_its_time(s) && belongs_to(s, s->at, package, host_ns)) {
		s->phase = SG_EMSTAT4_LOOP;
		return true;
	}
	if (!belongs_to(s, next, package, host_ns)) {
		if (!s->opened || !belongs_to(s, s->at, package, host_ns))
			return false;
		s->phase = SG_EMSTAT4_LOOP;
		return true;
	}
	/* The first start anchors the instrument's clock: what was missed must not shift it. */
	sg_emstat4_advance(s, s->opened ? host_ns : host_ns - sg_ns(package->variables[0].value));
	return true;
}

static bool is_near(double a, double b, double floor)
{
	return fabs(a - b) <= AGREEMENT * fmax(fabs(a), fabs(b)) + floor;
}

/* Does one suspect say what the one before it said? */
static bool agrees(const struct sg_emstat4_stream *s, const struct sg_sample *a, const struct sg_sample *b)
{
	const double drivable_v = SG_EMSTAT4_COMPLIANCE_MARGIN * s->caps->compliance_v;
	const struct sg_segment *here = sg_emstat4_segment_at(s);
	const double floor_a = sg_caps_tolerance_a(s->caps, here->set_value, here->range_a);

	if (a->range_a != b->range_a || !is_near(a->current_a, b->current_a, floor_a))
		return false;
	return (fabs(a->voltage_v) <= drivable_v && fabs(b->voltage_v) <= drivable_v) ||
	       is_near(a->voltage_v, b->voltage_v, 0.0);
}

/*
 * Near a change of segment, or behind one that was not heard: what another one sets, the other way perhaps, is as it
 * should be. Without this a lost or an invented mark between two polarities would look like a reversal.
 */
static bool suits_another(const struct sg_emstat4_stream *s, const struct sg_methodscript_package *package,
			  const struct sg_sample *suspect)
{
	const struct sg_segment *here = sg_emstat4_segment_at(s);
	const double slack_s = here->interval_s + CHANGE_S;
	const double time_s = sg_seconds(suspect->instrument_ns);
	const bool before = time_s <= s->base_s + slack_s;
	const bool behind = time_s >= s->base_s + here->duration_s - slack_s;

	for (uint32_t i = 0; i < s->count; i++) {
		struct sg_sample sample;

		if ((i < s->at && before) || (i > s->at && behind)) {
			if (sg_emstat4_sample(s->caps, &s->segments[i], package, &sample, NULL) == SG_OK &&
			    !(sample.flags & SG_FLAG_OFF_SET_POINT))
				return true;
		}
	}
	return false;
}

/*
 * The instrument seems to have lost control of the current. Once said it is damage: one wrong digit does it. Said
 * again, at a later time of the same clock, by a line that agrees, it is what happens; and so it is when
 * three say so and agree on nothing else.
 */
static enum sg_err on_suspect(struct sg_emstat4_stream *s, const struct sg_methodscript_package *package,
			      struct sg_sample *sample, int64_t host_ns, struct sg_text *why)
{
	const struct sg_sample before = s->suspect;
	const double since_s = sg_seconds(sample->instrument_ns - before.instrument_ns);
	enum sg_err err;

	if (suits_another(s, package, sample))
		return SG_ERR_VALUE;
	err = sg_emstat4_check_time(s, sample, host_ns, NULL);
	if (err)
		return err;
	if (s->suspects && since_s <= 0.0)
		return SG_ERR_ORDER; /* the same line again proves nothing */
	if (s->suspects && since_s > SUSPECT_INTERVALS * sg_emstat4_segment_at(s)->interval_s)
		s->suspects = 0;
	s->suspect = *sample;
	s->suspects++;
	if (s->suspects < 2 || (s->suspects == 2 && !agrees(s, &before, sample)))
		return SG_ERR_VALUE;
	accept(s, sample, host_ns);
	sg_text_clear(why);
	return SG_OK;
}

static enum sg_err on_sample(struct sg_emstat4_stream *s, const struct sg_methodscript_package *package,
			     int64_t host_ns, struct sg_text *why)
{
	enum sg_err order = SG_OK;
	struct sg_sample sample;
	enum sg_err err;

	if (s->phase == SG_EMSTAT4_BETWEEN) {
		if (!find_loop(s, package, host_ns)) {
			sg_text_add(why, "a sample outside of a measurement loop");
			return SG_ERR_ORDER;
		}
		sg_text_add(why, "the beginning of segment %u was not told", s->at);
		s->hole = true;
		order = SG_ERR_ORDER;
	} else if (sg_emstat4_ran_its_time(s) && !belongs_to(s, s->at, package, host_ns) &&
		   belongs_to(s, s->at + 1, package, host_ns)) {
		sg_text_add(why, "the change from segment %u to the next was not told", s->at);
		sg_emstat4_advance(s, host_ns);
		s->hole = true;
		order = SG_ERR_ORDER;
	}
	err = sg_emstat4_sample(s->caps, sg_emstat4_segment_at(s), package, &sample, why);
	if (err && sg_emstat4_is_uncontrolled(s->caps, sg_emstat4_segment_at(s), package, &sample))
		return on_suspect(s, package, &sample, host_ns, why);
	if (!err)
		err = sg_emstat4_check_time(s, &sample, host_ns, why);
	if (err)
		return err;
	accept(s, &sample, host_ns);
	return order;
}

/* ---- the result ---- */

/* Does the result agree with what was seen? */
static bool is_credible(const struct sg_emstat4_stream *s, int32_t result, int64_t host_ns)
{
	if (result == 0)
		return sg_emstat4_is_last(s) && s->beyond == 0 && sg_emstat4_may_be_over(s, host_ns);
	if (result < 0 || (uint32_t)(result - 1) / 2 != s->at)
		return false;
	if (s->beyond)
		return s->beyond == (result % 2 ? 1 : -1);
	/* The sample that went too far may have been dropped, or lost: nothing else ends a loop early. */
	return s->dropped > 0 || (s->phase == SG_EMSTAT4_BETWEEN && !sg_emstat4_ran_its_time(s));
}

static enum sg_err on_result(struct sg_emstat4_stream *s, int32_t result, int64_t host_ns,
			     struct sg_text *why)
{
	const enum sg_emstat4_phase before = s->phase;

	if (!s->opened || sg_emstat4_segment_at(s)->mode == SG_MODE_REST) {
		sg_text_add(why, "a result before its time");
		return SG_ERR_ORDER;
	}
	if (!is_credible(s, result, host_ns)) {
		sg_text_add(why, "result %d contradicts the samples of segment %u", (int)result, s->at);
		return SG_ERR_VALUE;
	}
	s->end = result == 0 ? SG_END_DURATION : result % 2 ? SG_END_VOLTAGE_MAX : SG_END_VOLTAGE_MIN;
	sg_emstat4_push(s, SG_EMSTAT4_SEGMENT_ENDED, host_ns)->end = s->end;
	s->phase = SG_EMSTAT4_RESULT;
	if (before == SG_EMSTAT4_BETWEEN)
		return SG_OK;
	sg_text_add(why, "the end of segment %u was not told", s->at);
	return SG_ERR_ORDER;
}

enum sg_err sg_emstat4_on_package(struct sg_emstat4_stream *s, const struct sg_methodscript_line *line,
				  int64_t host_ns, struct sg_text *why)
{
	struct sg_methodscript_package package;

	if (sg_methodscript_package_decode(line->text, line->length, &package)) {
		sg_text_add(why, "not a package: \"%.40s\"", line->text);
		return SG_ERR_FRAME;
	}
	if (package.count == 1 && strcmp(package.variables[0].type, "ja") == 0 && package.variables[0].prefix == 'i')
		return on_result(s, package.variables[0].mantissa, host_ns, why);
	return on_sample(s, &package, host_ns, why);
}

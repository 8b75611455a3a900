/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/emstat4_stream.h"

#include <string.h>

#include "core/units.h"
#include "wire/emstat4_time.h"
#include "wire/emstat4_told.h"
#include "wire/methodscript_errors.h"

void sg_emstat4_stream_init(struct sg_emstat4_stream *stream, const struct sg_potentiostat_caps *caps,
			    const struct sg_segment *segments, size_t count, int64_t begin_ns)
{
	memset(stream, 0, sizeof(*stream));
	stream->caps = caps;
	stream->count = count;
	memcpy(stream->segments, segments, count * sizeof(segments[0]));
	stream->begin_ns = begin_ns;
	stream->phase = SG_EMSTAT4_BETWEEN;
	stream->last_ns = SG_NO_TIME;
	stream->held_ns = SG_NO_TIME;
}

bool sg_emstat4_stream_report(struct sg_emstat4_stream *stream, struct sg_emstat4_report *out)
{
	if (stream->report_at == stream->report_count)
		return false;
	*out = stream->reports[stream->report_at++];
	return true;
}

struct sg_emstat4_report *sg_emstat4_push(struct sg_emstat4_stream *s, enum sg_emstat4_report_kind kind,
					  int64_t host_ns)
{
	struct sg_emstat4_report *report = &s->reports[s->report_count++];

	memset(report, 0, sizeof(*report));
	report->kind = kind;
	report->segment = s->at;
	report->host_ns = host_ns;
	return report;
}

static void drop(struct sg_emstat4_stream *s)
{
	s->hole = true;
	if (s->phase == SG_EMSTAT4_LOOP) /* elsewhere it was no sample */
		s->dropped++;
	s->lines_dropped++;
}

void sg_emstat4_stream_lost(struct sg_emstat4_stream *stream)
{
	drop(stream);
}

void sg_emstat4_stream_stopping(struct sg_emstat4_stream *stream)
{
	stream->stopping = true;
}

/* ---- segments ---- */

static void begin_segment(struct sg_emstat4_stream *s, int64_t host_ns)
{
	s->phase = SG_EMSTAT4_LOOP;
	s->opened = true;
	s->taken = 0;
	s->dropped = 0;
	s->beyond = 0;
	s->held = 0;
	s->suspects = 0;
	sg_emstat4_push(s, SG_EMSTAT4_SEGMENT_STARTED, host_ns);
}

void sg_emstat4_advance(struct sg_emstat4_stream *s, int64_t host_ns)
{
	if (s->opened) {
		sg_emstat4_push(s, SG_EMSTAT4_SEGMENT_ENDED, host_ns)->end = SG_END_DURATION;
		s->hole |= sg_emstat4_is_short(s);
		/* Setting up a loop takes a moment; the last sample may know of it. */
		s->base_s += sg_emstat4_segment_at(s)->duration_s;
		if (s->taken > 0 && sg_seconds(s->last_ns) > s->base_s)
			s->base_s = sg_seconds(s->last_ns);
		s->at++;
	}
	begin_segment(s, host_ns);
}

static enum sg_end limit_reached(const struct sg_emstat4_stream *s)
{
	if (s->beyond > 0)
		return SG_END_VOLTAGE_MAX;
	return s->beyond < 0 ? SG_END_VOLTAGE_MIN : SG_END_NONE;
}

static void end_sequence(struct sg_emstat4_stream *s, enum sg_end end, bool cell_off, int64_t host_ns)
{
	struct sg_emstat4_report *report;

	if (s->phase != SG_EMSTAT4_RESULT && s->opened)
		sg_emstat4_push(s, SG_EMSTAT4_SEGMENT_ENDED, host_ns)->end = end;
	report = sg_emstat4_push(s, SG_EMSTAT4_SEQUENCE_ENDED, host_ns);
	report->end = s->end = end;
	report->cell_off = cell_off;
	s->phase = SG_EMSTAT4_ENDED;
}

/* A rest sends no result: its last line but one is the end of its loop. */
static bool is_rest_over(const struct sg_emstat4_stream *s)
{
	return s->phase == SG_EMSTAT4_BETWEEN && s->opened && sg_emstat4_segment_at(s)->mode == SG_MODE_REST &&
	       sg_emstat4_ran_its_time(s);
}

bool sg_emstat4_stream_only_end_missing(const struct sg_emstat4_stream *stream)
{
	return stream->phase == SG_EMSTAT4_RESULT || is_rest_over(stream);
}

void sg_emstat4_stream_over(struct sg_emstat4_stream *stream, int64_t host_ns)
{
	enum sg_end end = SG_END_STOPPED;

	if (stream->phase == SG_EMSTAT4_ENDED || stream->phase == SG_EMSTAT4_FAILED)
		return;
	if (stream->phase == SG_EMSTAT4_RESULT)
		end = stream->end;
	else if (is_rest_over(stream))
		end = SG_END_DURATION;
	stream->report_count = 0;
	stream->report_at = 0;
	end_sequence(stream, end, false, host_ns);
}

/* ---- the other lines ---- */

static enum sg_err on_loop_start(struct sg_emstat4_stream *s, uint16_t technique, int64_t host_ns,
				 struct sg_text *why)
{
	const uint16_t expected = s->segments[0].mode == SG_MODE_REST ? SG_TECHNIQUE_OCP : SG_TECHNIQUE_CP;

	if (technique != expected) {
		sg_text_add(why, "technique 0x%04X instead of 0x%04X", technique, expected);
		return SG_ERR_VALUE;
	}
	if (s->opened && sg_emstat4_is_last(s)) {
		sg_text_add(why, "a measurement loop behind the last one");
		return SG_ERR_ORDER;
	}
	if (s->phase == SG_EMSTAT4_BETWEEN && (!s->opened || sg_emstat4_may_be_over(s, host_ns))) {
		sg_emstat4_advance(s, host_ns);
		return SG_OK;
	}
	sg_text_add(why, "a measurement loop begins inside segment %u", s->at);
	if (sg_emstat4_ran_its_time(s)) {
		sg_emstat4_advance(s, host_ns); /* then only the `*` before it is missing */
		s->hole = true;
	}
	return SG_ERR_ORDER;
}

static enum sg_err on_loop_end(struct sg_emstat4_stream *s, struct sg_text *why)
{
	if (s->phase != SG_EMSTAT4_LOOP) {
		sg_text_add(why, "the end of a measurement loop that is not open");
		return SG_ERR_ORDER;
	}
	if (s->taken == 0 && s->dropped == 0 && !s->stopping) {
		sg_text_add(why, "segment %u ends without a sample", s->at);
		return SG_ERR_ORDER;
	}
	s->phase = SG_EMSTAT4_BETWEEN;
	return SG_OK;
}

/* The program is over, unless this empty line is a stray one: then the current still flows. */
static enum sg_err on_empty(struct sg_emstat4_stream *s, int64_t host_ns, struct sg_text *why)
{
	enum sg_end end = limit_reached(s);

	if (s->phase == SG_EMSTAT4_RESULT) {
		end_sequence(s, s->end, true, host_ns);
		return SG_OK;
	}
	if (s->stopping) {
		end_sequence(s, SG_END_STOPPED, true, host_ns);
		return SG_OK;
	}
	if (end == SG_END_NONE && s->opened && sg_emstat4_is_last(s) && sg_emstat4_ran_its_time(s))
		end = SG_END_DURATION;
	if (is_rest_over(s)) {
		end_sequence(s, end, true, host_ns);
		return SG_OK;
	}
	if (end == SG_END_NONE) {
		sg_text_add(why, "an empty line in the middle of segment %u", s->at);
		return SG_ERR_ORDER;
	}
	sg_text_add(why, "the program ended without telling its result; by the samples: %s", sg_end_name(end));
	end_sequence(s, end, false, host_ns);
	return SG_ERR_ORDER;
}

static enum sg_err on_error(struct sg_emstat4_stream *s, const struct sg_methodscript_line *line,
			    struct sg_text *why)
{
	if (line->echo) {
		sg_text_add(why, "a refusal (\"%.20s\") of something that was not asked now", line->text);
		return SG_ERR_ORDER;
	}
	s->phase = SG_EMSTAT4_FAILED;
	s->status = line->code;
	sg_text_add(why, "error %04X in line %u of the program: %s", line->code, line->row,
		    sg_methodscript_error_text(line->code));
	return SG_ERR_REFUSED;
}

static enum sg_err on_echo(const struct sg_emstat4_stream *s, char echo, struct sg_text *why)
{
	if (echo == 'Z' && s->stopping)
		return SG_OK;
	sg_text_add(why, "an echo of \"%c\" that was not asked for", echo);
	return SG_ERR_ORDER;
}

static enum sg_err take(struct sg_emstat4_stream *s, const struct sg_methodscript_line *line, int64_t host_ns,
			struct sg_text *why)
{
	if (s->phase == SG_EMSTAT4_RESULT && line->kind != SG_LINE_EMPTY && line->kind != SG_LINE_ERROR &&
	    line->kind != SG_LINE_ECHO) {
		sg_text_add(why, "\"%.20s\" behind the result", line->text);
		return SG_ERR_ORDER;
	}
	switch (line->kind) {
	case SG_LINE_EMPTY:
		return on_empty(s, host_ns, why);
	case SG_LINE_ECHO:
		return on_echo(s, line->echo, why);
	case SG_LINE_LOOP_START:
		return on_loop_start(s, line->code, host_ns, why);
	case SG_LINE_LOOP_END:
		return on_loop_end(s, why);
	case SG_LINE_PACKAGE:
		return sg_emstat4_on_package(s, line, host_ns, why);
	case SG_LINE_ERROR:
		return on_error(s, line, why);
	case SG_LINE_SCRIPT_LOOP_START:
	case SG_LINE_SCRIPT_LOOP_END:
	case SG_LINE_SCAN_START:
	case SG_LINE_SCAN_END:
	case SG_LINE_TEXT:
		break;
	}
	sg_text_add(why, "\"%.20s\": our programs never send that", line->text);
	return SG_ERR_ORDER;
}

enum sg_err sg_emstat4_stream_line(struct sg_emstat4_stream *stream, const char *text, size_t length,
				   int64_t host_ns, struct sg_text *why)
{
	struct sg_methodscript_line line;
	enum sg_err err;

	stream->report_count = 0;
	stream->report_at = 0;
	if (stream->phase == SG_EMSTAT4_ENDED || stream->phase == SG_EMSTAT4_FAILED) {
		sg_text_add(why, "the program is over");
		return SG_ERR_ORDER;
	}
	err = sg_methodscript_classify(text, length, &line);
	if (err)
		sg_text_add(why, "not a line of the instrument: \"%.40s\"", text);
	else
		err = take(stream, &line, host_ns, why);
	if (err && err != SG_ERR_REFUSED && stream->report_count == 0)
		drop(stream);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the packages of a running EmStat4 program tell: samples, and the result. Internal to the stream,
 * with the few steps that both its files take.
 */
#ifndef SG_WIRE_EMSTAT4_TOLD_H
#define SG_WIRE_EMSTAT4_TOLD_H

#include "wire/emstat4_stream.h"

static inline const struct sg_segment *sg_emstat4_segment_at(const struct sg_emstat4_stream *s)
{
	return &s->segments[s->at];
}

static inline bool sg_emstat4_is_last(const struct sg_emstat4_stream *s)
{
	return s->at + 1 == s->count;
}

/** Append a report about segment `at`; the caller fills in the rest. */
struct sg_emstat4_report *sg_emstat4_push(struct sg_emstat4_stream *s, enum sg_emstat4_report_kind kind,
					  int64_t host_ns);

/** The next loop begins, so the one before ran its time: after a limit none would. */
void sg_emstat4_advance(struct sg_emstat4_stream *s, int64_t host_ns);

/** A line that begins with `P`. */
enum sg_err sg_emstat4_on_package(struct sg_emstat4_stream *s, const struct sg_methodscript_line *line,
				  int64_t host_ns, struct sg_text *why);

#endif

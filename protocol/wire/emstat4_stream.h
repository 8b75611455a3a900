/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The output of a running EmStat4 program, line by line, into what it tells about the segments.
 *
 *     e                                    accepted (the driver waits for this one)
 *     M000A                                segment 0: its measurement loop begins
 *     Peb80F4240u;ba80CB740n,10,218;ab...  a sample; see emstat4_sample.h
 *     *                                    the loop is over
 *     M000A                                segment 1 ...
 *     *
 *     Pja8000000i                          the variable s: which limit ended it, see emstat4_script.h
 *                                          empty: the program is over, on_finished has run
 *
 * The protocol has no checksum. Every redundancy it has is used: shape of the line and of the package,
 * range ids, the set current, the order of the lines, the clock of the instrument against its own
 * interval and against ours. A line that contradicts is dropped and the stream goes on; the sample
 * after a hole is flagged. Lines that are missing altogether are inferred where only one reading is
 * left. What remains open is written down in emstat4.md.
 *
 * A sample that says that the instrument has lost control of the current is refused like any other that
 * contradicts, unless it is the second in a row that says so: then it is told, with SG_FLAG_UNCONTROLLED.
 */
#ifndef SG_WIRE_EMSTAT4_STREAM_H
#define SG_WIRE_EMSTAT4_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/sample.h"
#include "core/segment.h"
#include "core/text.h"
#include "wire/emstat4_script.h"
#include "wire/methodscript_line.h"

enum sg_emstat4_report_kind {
	SG_EMSTAT4_SEGMENT_STARTED,
	SG_EMSTAT4_SAMPLE,
	SG_EMSTAT4_SEGMENT_ENDED,
	SG_EMSTAT4_SEQUENCE_ENDED,
};

/** One thing a running program tells. */
struct sg_emstat4_report {
	enum sg_emstat4_report_kind kind;
	uint32_t segment;
	enum sg_end end;
	bool cell_off;           /**< the program ended in the way that runs on_finished */
	int64_t host_ns;
	struct sg_sample sample; /**< SAMPLE only */
};

/** One line causes at most: end, start, sample, or end, end of sequence. */
#define SG_EMSTAT4_REPORTS_MAX 4

enum sg_emstat4_phase {
	SG_EMSTAT4_BETWEEN, /**< no loop is open: before the first, or after a `*` */
	SG_EMSTAT4_LOOP,    /**< a measurement loop is open */
	SG_EMSTAT4_RESULT,  /**< s has come; only the empty line is left */
	SG_EMSTAT4_ENDED,
	SG_EMSTAT4_FAILED,  /**< run-time error: stopped, on_finished did not run */
};

/** Caller's storage; fields are the stream's own. */
struct sg_emstat4_stream {
	const struct sg_potentiostat_caps *caps;
	struct sg_segment segments[SG_EMSTAT4_SEGMENTS_MAX];
	size_t count;
	int64_t begin_ns;   /**< ours, before the program was sent: the instrument's zero is later */
	enum sg_emstat4_phase phase;
	uint32_t at;        /**< the segment of the open loop, or of the latest one */
	bool opened;        /**< the loop of segment `at` has begun (it may be over again) */
	bool stopping;      /**< we asked for an abort */
	bool hole;          /**< something was dropped since the last sample that was taken */
	double base_s;      /**< where on its clock segment `at` should have begun */
	int64_t last_ns;    /**< its clock at the last sample taken, or SG_NO_TIME */
	uint32_t taken;     /**< samples taken in segment `at` */
	uint32_t dropped;   /**< lines of its loop dropped since the last sample taken, or since it began */
	int beyond;         /**< last sample: +1 above the upper limit, -1 below the lower, else 0 */
	int64_t held_ns;    /**< clock of the latest sample refused for its time only */
	unsigned held;      /**< how many such in a row agree with each other */
	struct sg_sample suspect; /**< latest one that only an instrument out of control would send */
	unsigned suspects;  /**< how many such in a row */
	enum sg_end end;
	uint16_t status;    /**< code of the run-time error */
	uint64_t lines_dropped; /**< of the whole sequence */
	struct sg_emstat4_report reports[SG_EMSTAT4_REPORTS_MAX];
	size_t report_count;
	size_t report_at;
};

/** Begin. segments are copied; count in 1 .. SG_EMSTAT4_SEGMENTS_MAX; caps is borrowed. */
void sg_emstat4_stream_init(struct sg_emstat4_stream *stream, const struct sg_potentiostat_caps *caps,
			    const struct sg_segment *segments, size_t count, int64_t begin_ns);

/**
 * Take one line. All reports of the line before must have been fetched.
 *
 * @param why  on an error, one sentence
 * @retval SG_ERR_FRAME, SG_ERR_VALUE, SG_ERR_ORDER  the line was dropped, or something before it is
 *         missing; there may be reports all the same
 * @retval SG_ERR_REFUSED  run-time error; stream->status is its code; nothing more will come
 */
enum sg_err sg_emstat4_stream_line(struct sg_emstat4_stream *stream, const char *text, size_t length,
				   int64_t host_ns, struct sg_text *why);

/** A line was lost before it got here (too long, foreign bytes): the next sample is flagged. */
void sg_emstat4_stream_lost(struct sg_emstat4_stream *stream);

/** An abort was sent: its echo may come, and the program may end at any line. */
void sg_emstat4_stream_stopping(struct sg_emstat4_stream *stream);

/** All has been told but the empty line at the very end: if that stays away, it was lost. */
bool sg_emstat4_stream_only_end_missing(const struct sg_emstat4_stream *stream);

/**
 * It is known from elsewhere (a refused abort, a silence) that nothing runs any more: tell the end now. All reports
 * of the line before must have been fetched.
 */
void sg_emstat4_stream_over(struct sg_emstat4_stream *stream, int64_t host_ns);

/** Fetch the next report; false if there is none. */
bool sg_emstat4_stream_report(struct sg_emstat4_stream *stream, struct sg_emstat4_report *out);

#endif

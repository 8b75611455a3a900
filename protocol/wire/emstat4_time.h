/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What time allows in the output of a running EmStat4 program. Internal to the stream.
 *
 * Two clocks are at hand: the instrument's, in every package, which advances by whole intervals; and
 * ours, at which the line arrived, which can only be later.
 */
#ifndef SG_WIRE_EMSTAT4_TIME_H
#define SG_WIRE_EMSTAT4_TIME_H

#include "wire/emstat4_stream.h"

/** By the samples that were taken: may segment `at` have run its time? */
bool sg_emstat4_ran_its_time(const struct sg_emstat4_stream *s);

/** The same, or else by our clock: lines may be lost, but nothing ends before its time. */
bool sg_emstat4_may_be_over(const struct sg_emstat4_stream *s, int64_t host_ns);

/** Segment `at` ran its time: are samples missing at its end? */
bool sg_emstat4_is_short(const struct sg_emstat4_stream *s);

/** A time that cannot be in segment `at`, or that has not come yet. */
bool sg_emstat4_impossible_time(const struct sg_emstat4_stream *s, double time_s, int64_t host_ns);

/**
 * Does the sample's time fit behind the last one? Adds the flags of a gap, or of a clock that had to
 * be believed anew.
 * @retval SG_ERR_VALUE, SG_ERR_ORDER
 */
enum sg_err sg_emstat4_check_time(struct sg_emstat4_stream *s, struct sg_sample *sample, int64_t host_ns,
				  struct sg_text *why);

#endif

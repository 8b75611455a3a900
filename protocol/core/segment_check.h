/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * May an instrument with these capabilities run this segment? What its protocol can carry is the codec's business.
 */
#ifndef SG_CORE_SEGMENT_CHECK_H
#define SG_CORE_SEGMENT_CHECK_H

#include <stdbool.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/segment.h"
#include "core/text.h"

/**
 * @param why  the value that is out, and its bounds; may be NULL
 * @retval SG_ERR_ARGUMENT     a number is not finite or makes no sense
 * @retval SG_ERR_UNSUPPORTED  this model cannot do it
 */
enum sg_err sg_segment_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *s, struct sg_text *why);

/** All of a sequence, up to the first that is refused. @retval SG_ERR_ARGUMENT  also for none at all */
enum sg_err sg_segments_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *segments, size_t count,
			      struct sg_text *why);

/** Are these the same nominal range? Written in a file and in a table, they may differ in the last digit. */
bool sg_segment_same_range(double a, double b);

#endif

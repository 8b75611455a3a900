/* SPDX-License-Identifier: Apache-2.0 */
/* May these segments be stepped, and how many in one sequence? Against the capabilities alone; nothing here talks. */
#include "core/segment_check.h"
#include "instrument/stepper.h"

static bool may_follow(const struct sg_segment *first, const struct sg_segment *s)
{
	return first->mode == SG_MODE_GALVANOSTATIC && s->mode == first->mode &&
	       sg_segment_same_range(s->range_a, first->range_a);
}

enum sg_err sg_stepper_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *segments, size_t count,
			     size_t *fits, struct sg_text *why)
{
	const size_t most = caps->sequence_max < SG_STEPPER_SEGMENTS_MAX ? caps->sequence_max : SG_STEPPER_SEGMENTS_MAX;
	size_t chained = 0;
	enum sg_err err = sg_segments_check(caps, segments, count, why);

	*fits = 0;
	if (err)
		return err;
	while (chained < count && chained < most &&
	       (chained == 0 || may_follow(&segments[0], &segments[chained])))
		chained++;
	*fits = chained;
	return SG_OK;
}

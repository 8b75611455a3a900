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
	size_t chained = 0;

	*fits = 0;
	if (count == 0) {
		sg_text_add(why, "no segment given");
		return SG_ERR_ARGUMENT;
	}
	for (size_t i = 0; i < count; i++) {
		enum sg_err err = sg_segment_check(caps, &segments[i], why);

		if (err)
			return err;
		if (chained == i && i < caps->sequence_max && i < SG_STEPPER_SEGMENTS_MAX &&
		    (i == 0 || may_follow(&segments[0], &segments[i])))
			chained = i + 1;
	}
	*fits = chained;
	return SG_OK;
}

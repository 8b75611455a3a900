/* SPDX-License-Identifier: Apache-2.0 */
#include "core/caps.h"

#include <math.h>

double sg_caps_range_for(const struct sg_potentiostat_caps *caps, double current_a)
{
	/* One part in 1e9 of grace: 1.0 mA must not miss the 1 mA range by a rounding. */
	const double need_a = fabs(current_a) * (1.0 - 1e-9);

	if (need_a > caps->current_max_a)
		return 0.0;
	for (size_t i = 0; i < caps->range_count; i++) {
		const bool top = i + 1 == caps->range_count;
		const double use = top && caps->top_range_use > 0.0 ? caps->top_range_use : caps->range_use;

		if (need_a <= caps->range_a[i] * use)
			return caps->range_a[i];
	}
	return 0.0;
}

double sg_caps_tolerance_a(const struct sg_potentiostat_caps *caps, double set_a, double range_a)
{
	return caps->set_error_rel * fabs(set_a) + caps->set_error_range * range_a;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/pulse.h"

#include <math.h>
#include <stdio.h>

/* An interval that divides a part evenly must not lose its last reading to rounding. */
#define GRACE 1e-9

enum sg_err sg_pulse_pace_for(const struct sg_potentiostat_caps *caps, struct sg_pulse_pace *out, struct sg_text *why)
{
	struct sg_pulse_pace pace = {
		.interval_s = fmax(caps->interval_min_s, SG_PULSE_PART_S / SG_PULSE_READINGS_MAX),
		.part_s = SG_PULSE_PART_S,
	};

	if (!caps->gapless || caps->sequence_max < SG_PULSE_PARTS) {
		sg_text_add(why, "%s cannot change the current without switching the cell off", caps->model);
		return SG_ERR_UNSUPPORTED;
	}
	if (pace.part_s / pace.interval_s < SG_PULSE_READINGS - GRACE)
		pace.part_s = SG_PULSE_READINGS * pace.interval_s;
	if (pace.part_s > SG_PULSE_PART_MAX_S * (1.0 + GRACE)) {
		sg_text_add(why, "%s gives a reading every %.4g s at best; %d within %.4g s are needed", caps->model,
			    caps->interval_min_s, SG_PULSE_READINGS, SG_PULSE_PART_MAX_S);
		return SG_ERR_UNSUPPORTED;
	}
	pace.readings = (size_t)floor(pace.part_s / pace.interval_s + GRACE);
	*out = pace;
	return SG_OK;
}

void sg_pulse_steps(const struct sg_pulse_pace *pace, const struct sg_step *interrupted,
		    struct sg_step out[SG_PULSE_PARTS])
{
	for (size_t i = 0; i < SG_PULSE_PARTS; i++) {
		out[i] = *interrupted;
		out[i].half_step = 0;
		out[i].duration_s = pace->part_s;
		out[i].interval_s = pace->interval_s;
	}
	out[SG_PULSE_REST].kind = SG_STEP_REST;
	out[SG_PULSE_REST].cycle = 0;
	out[SG_PULSE_REST].density_ma_cm2 = 0.0;
	out[SG_PULSE_REST].current_a = 0.0;
	out[SG_PULSE_HALF].density_ma_cm2 = interrupted->density_ma_cm2 / 2.0;
	out[SG_PULSE_HALF].current_a = interrupted->current_a / 2.0;
	snprintf(out[SG_PULSE_REST].id, sizeof(out[0].id), "verify.rest");
	snprintf(out[SG_PULSE_HALF].id, sizeof(out[0].id), "verify.half");
}

void sg_pulse_segments(const struct sg_pulse_pace *pace, const struct sg_segment *interrupted,
		       struct sg_segment out[SG_PULSE_PARTS])
{
	for (size_t i = 0; i < SG_PULSE_PARTS; i++) {
		out[i] = *interrupted;
		out[i].duration_s = pace->part_s;
		out[i].interval_s = pace->interval_s;
	}
	out[SG_PULSE_REST].set_value = 0.0;
	out[SG_PULSE_HALF].set_value = interrupted->set_value / 2.0;
}

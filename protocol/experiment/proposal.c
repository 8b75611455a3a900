/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/proposal.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"
#include "experiment/forecast.h"

#define LINE_SIZE 320

void sg_proposal_print(const struct sg_experiment *experiment, const struct sg_plan *plan, double density_ma_cm2,
		       sg_check_line *line, void *context)
{
	const double current_a = sg_current_a(density_ma_cm2, experiment->cell.area_cm2);
	char storage[LINE_SIZE], left[SG_FORECAST_PHRASE_SIZE];
	struct sg_forecast forecast;
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	sg_text_add(&why, "How long %.4g mA/cm2 could go on is not known: ", density_ma_cm2);
	if (sg_forecast_init(&forecast, experiment, &why)) {
		line(context, storage);
		return;
	}
	snprintf(storage, sizeof(storage), "%.4g mA/cm2 could go on until the diffusion limit (an upper bound, no prediction of a short):",
		 density_ma_cm2);
	line(context, storage);
	snprintf(storage, sizeof(storage), "  from fresh metal             %s",
		 sg_forecast_phrase(sg_forecast_time_to_limit(&forecast, current_a), left));
	line(context, storage);
	for (size_t i = 0; i < plan->step_count && forecast.steps < SG_FORECAST_STEPS; i++)
		sg_forecast_step(&forecast, &plan->steps[i]);
	for (int sign = 1; sign >= -1; sign -= 2) {
		snprintf(storage, sizeof(storage), "  after this plan, %c strips %c  %s", sign > 0 ? '+' : '-', sign > 0 ? 'A' : 'B',
			 sg_forecast_phrase(sg_forecast_time_to_limit(&forecast, sign * current_a), left));
		line(context, storage);
	}
}

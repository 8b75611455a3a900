/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/forecast.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment/phrase.h"
#include "experiment/watch.h"

/* A step in so many pieces: where a hold of the one-sided bound begins is found to a piece. */
#define PIECES 32

static const struct sg_interval unknown = { NAN, NAN };

enum sg_err sg_forecast_init(struct sg_forecast *forecast, const struct sg_experiment *experiment, struct sg_text *why)
{
	const struct sg_cell *cell = &experiment->cell;
	struct sg_exposure_config model;
	enum sg_err err;

	memset(forecast, 0, sizeof(*forecast));
	err = sg_watch_model(cell->metal, cell->diffusion_set, cell->area_cm2, cell->metal_thickness_mm,
			     experiment->temperature.present ? experiment->temperature.set_c : NAN, &model, why);
	if (!err)
		err = sg_exposure_init(&forecast->exposure, &model, why);
	forecast->has_model = !err;
	return err;
}

struct sg_interval sg_forecast_step(struct sg_forecast *forecast, const struct sg_step *step)
{
	if (!forecast->has_model || forecast->steps >= SG_FORECAST_STEPS)
		return unknown;
	switch (step->kind) {
	case SG_STEP_REST:
		sg_exposure_feed(&forecast->exposure, step->duration_s, 0.0, NAN);
		return unknown;
	case SG_STEP_TEMPERATURE:
		sg_exposure_feed(&forecast->exposure, step->duration_s, 0.0, step->temperature_c);
		return unknown;
	case SG_STEP_CURRENT:
		break;
	}
	for (int i = 0; i < PIECES; i++)
		sg_exposure_feed(&forecast->exposure, step->duration_s / PIECES, step->current_a, NAN);
	forecast->steps++;
	return sg_exposure_fraction(&forecast->exposure, sg_watch_stripped(step->current_a));
}

struct sg_interval sg_forecast_time_to_limit(const struct sg_forecast *forecast, double current_a)
{
	if (!forecast->has_model)
		return unknown;
	return sg_exposure_time_to_limit(&forecast->exposure, sg_watch_stripped(current_a), current_a);
}

char *sg_forecast_phrase(struct sg_interval left_s, char out[SG_FORECAST_PHRASE_SIZE])
{
	char earliest[SG_PHRASE_SIZE], latest[SG_PHRASE_SIZE];

	sg_phrase_span(left_s.low, earliest);
	sg_phrase_span(left_s.high, latest);
	if (isnan(left_s.low))
		snprintf(out, SG_FORECAST_PHRASE_SIZE, "unknown");
	else if (!(left_s.high > 0.0))
		snprintf(out, SG_FORECAST_PHRASE_SIZE, "no time: it is beyond the limit");
	else if (isinf(left_s.low))
		snprintf(out, SG_FORECAST_PHRASE_SIZE, "without an end");
	else if (isinf(left_s.high))
		snprintf(out, SG_FORECAST_PHRASE_SIZE, "%s at least", earliest);
	else if (left_s.low > 0.0)
		snprintf(out, SG_FORECAST_PHRASE_SIZE, "%s to %s", earliest, latest);
	else
		snprintf(out, SG_FORECAST_PHRASE_SIZE, "no time to %s: it may be beyond the limit", latest);
	return out;
}

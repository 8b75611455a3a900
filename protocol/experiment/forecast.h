/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the model expects a plan to use of the metal's diffusion limit, step by step. For people at the desk: an upper
 * bound of what an ideal interface gives, no prediction of a short.
 */
#ifndef SG_EXPERIMENT_FORECAST_H
#define SG_EXPERIMENT_FORECAST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "experiment/experiment.h"
#include "experiment/plan.h"
#include "model/exposure.h"

/** So many steps with a current are followed; a check at the desk is not to take minutes. */
#define SG_FORECAST_STEPS 20000

struct sg_forecast {
	struct sg_exposure exposure;
	bool has_model;
	size_t steps; /**< with a current, so far */
};

/**
 * Fresh metal, at the set temperature, or 25 degC if none is set.
 * Errors as sg_watch_model() and sg_exposure_init(): nothing is forecast then, and why says the reason.
 */
enum sg_err sg_forecast_init(struct sg_forecast *forecast, const struct sg_experiment *experiment, struct sg_text *why);

/**
 * Walk through the next step of the plan.
 * @return fraction used at its end at the electrode it strips; NAN for other steps, beyond SG_FORECAST_STEPS, and
 *         without a model
 */
struct sg_interval sg_forecast_step(struct sg_forecast *forecast, const struct sg_step *step);

/** How long a current could go on from where the forecast stands, see sg_exposure_time_to_limit(); NAN without a model. */
struct sg_interval sg_forecast_time_to_limit(const struct sg_forecast *forecast, double current_a);

#define SG_FORECAST_PHRASE_SIZE 80

/**
 * Such a time for people: "40 min to 51 min", "40 min at least", "no time: it may be there already", "unknown".
 * @return out
 */
char *sg_forecast_phrase(struct sg_interval left_s, char out[SG_FORECAST_PHRASE_SIZE]);

#endif

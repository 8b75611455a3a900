/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sidecar_method.h"

#include <math.h>
#include <stdbool.h>

/** A cycle is two half-steps, each perhaps with a rest; a few more do no harm. */
#define PERIOD_MAX 8

static bool alike(const struct sg_step *a, const struct sg_step *b)
{
	return a->kind == b->kind && a->current_a == b->current_a && a->duration_s == b->duration_s &&
	       (a->until_v == b->until_v || a->kind != SG_STEP_CURRENT) &&
	       (a->temperature_c == b->temperature_c || a->kind != SG_STEP_TEMPERATURE);
}

/** How often the first period steps come, one after another. */
static size_t repeats(const struct sg_step *steps, size_t count, size_t period)
{
	size_t i = period;

	while (i < count && alike(&steps[i], &steps[i % period]))
		i++;
	return i / period;
}

/** The period that covers most steps from here on; 1 if nothing repeats. */
static size_t best_period(const struct sg_step *steps, size_t count, size_t *times)
{
	size_t best = 1, period;

	*times = 1;
	for (period = 1; period <= PERIOD_MAX && period <= count / 2; period++) {
		size_t n = repeats(steps, count, period);

		if (n > 1 && n * period > (*times > 1 ? *times * best : 0)) {
			best = period;
			*times = n;
		}
	}
	return best;
}

static void put_quantity(struct sg_json *json, const char *key, double value, const char *unit)
{
	sg_json_open_object(json, key);
	sg_json_number(json, "value", value, 12);
	sg_json_string(json, "unit", unit);
	sg_json_close(json);
}

static void put_termination(struct sg_json *json, const char *quantity, const char *direction, double value,
			    const char *unit)
{
	sg_json_open_object(json, NULL);
	sg_json_string(json, "quantity", quantity);
	sg_json_string(json, "direction", direction);
	sg_json_number(json, "value", value, 12);
	sg_json_string(json, "unit", unit);
	sg_json_close(json);
}

static void put_current(struct sg_json *json, const struct sg_step *step)
{
	sg_json_string(json, "mode", "cc");
	sg_json_string(json, "direction", step->current_a < 0 ? "discharge" : "charge");
	sg_json_open_object(json, "setpoints");
	put_quantity(json, "current", step->current_a * 1e3, "mA");
	sg_json_close(json);
	put_quantity(json, "duration", step->duration_s, "s");
	sg_json_open_array(json, "termination");
	put_termination(json, "duration", "elapsed", step->duration_s, "s");
	if (isfinite(step->until_v)) {
		put_termination(json, "voltage", "above", fabs(step->until_v), "V");
		put_termination(json, "voltage", "below", -fabs(step->until_v), "V");
	}
	sg_json_close(json);
}

static void put_step(struct sg_json *json, const struct sg_step *step)
{
	sg_json_open_object(json, NULL);
	switch (step->kind) {
	case SG_STEP_CURRENT:
		put_current(json, step);
		break;
	case SG_STEP_REST:
		sg_json_string(json, "mode", "rest");
		sg_json_string(json, "direction", "rest");
		put_quantity(json, "duration", step->duration_s, "s");
		break;
	case SG_STEP_TEMPERATURE:
		sg_json_string(json, "mode", "rest");
		sg_json_string(json, "direction", "rest");
		sg_json_string(json, "description", "set the chamber and soak, cell off");
		put_quantity(json, "temperature", step->temperature_c, "degC");
		put_quantity(json, "duration", step->duration_s, "s");
		break;
	}
	sg_json_close(json);
}

void sg_sidecar_method(struct sg_json *json, const struct sg_plan *plan)
{
	size_t at = 0, i;

	sg_json_open_array(json, "method");
	while (at < plan->step_count) {
		size_t times, period = best_period(&plan->steps[at], plan->step_count - at, &times);

		if (times > 1) {
			sg_json_open_object(json, NULL);
			sg_json_string(json, "mode", "group");
			sg_json_integer(json, "count", (int64_t)times);
			sg_json_open_array(json, "steps");
		}
		for (i = 0; i < period; i++)
			put_step(json, &plan->steps[at + i]);
		if (times > 1) {
			sg_json_close(json);
			sg_json_close(json);
		}
		at += period * times;
	}
	sg_json_close(json);
}

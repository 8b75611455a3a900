/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

#define STEPS_MAX 1000000u

/* What a step is made from, beside the procedure itself. */
struct maker {
	const struct sg_experiment *experiment;
	const struct sg_potentiostat_caps *caps;
	const struct sg_procedure *procedure;
	uint32_t index;     /* of the procedure */
	uint32_t half_step; /* so far in this procedure */
	struct sg_plan *plan;
};

/* Levels of a ramp, or cycles: how often a pair of half-steps is repeated. 0: makes no sense. */
static double pair_count(const struct sg_procedure *procedure)
{
	if (procedure->kind == SG_PROC_CYCLE)
		return procedure->count;
	if (procedure->to_ma_cm2 == procedure->from_ma_cm2)
		return 1.0;
	if (!(procedure->increment_ma_cm2 > 0.0) || !(procedure->to_ma_cm2 > procedure->from_ma_cm2))
		return 0.0;
	/* A millionth of an increment of grace: 0.1 + 2 * 0.1 must still meet 0.3. */
	return floor((procedure->to_ma_cm2 - procedure->from_ma_cm2) / procedure->increment_ma_cm2 + 1e-6) + 1.0;
}

/* Computed from the start, not summed up; the last level is exactly what was written. */
static double level_density(const struct sg_procedure *procedure, uint32_t level)
{
	const double density = procedure->from_ma_cm2 + level * procedure->increment_ma_cm2;

	if (procedure->kind != SG_PROC_CCD)
		return procedure->from_ma_cm2;
	if (fabs(density - procedure->to_ma_cm2) <= 1e-6 * procedure->increment_ma_cm2)
		return procedure->to_ma_cm2;
	return density;
}

static double half_step_s(const struct sg_procedure *procedure, double density_ma_cm2)
{
	if (isnan(procedure->half_step_mah_cm2))
		return procedure->half_step_s;
	return procedure->half_step_mah_cm2 / density_ma_cm2 * 3600.0;
}

static double count_steps(const struct sg_procedure *procedure)
{
	switch (procedure->kind) {
	case SG_PROC_CCD:
	case SG_PROC_CYCLE:
		return pair_count(procedure) * (procedure->rest_s > 0.0 ? 4.0 : 2.0);
	case SG_PROC_POLARIZE:
	case SG_PROC_REST:
	case SG_PROC_TEMPERATURE:
		return 1.0;
	}
	return 0.0;
}

static bool is_positive(double value)
{
	return isfinite(value) && value > 0.0;
}

/* NULL if it makes sense, else what does not. */
static const char *nonsense(const struct sg_procedure *procedure)
{
	const bool by_charge = !isnan(procedure->half_step_mah_cm2);

	if (!is_positive(procedure->interval_s))
		return "the sample interval must be more than 0";
	if (procedure->kind == SG_PROC_TEMPERATURE)
		return is_positive(procedure->soak_s) ? NULL : "the soak time must be more than 0";
	if (procedure->kind == SG_PROC_REST)
		return is_positive(procedure->half_step_s) ? NULL : "the rest must be longer than 0";
	if (!is_positive(procedure->from_ma_cm2) || !is_positive(procedure->to_ma_cm2))
		return "the current density must be more than 0";
	if (by_charge == !isnan(procedure->half_step_s))
		return "a half-step is given by its duration or by its charge, by exactly one of them";
	if (!is_positive(by_charge ? procedure->half_step_mah_cm2 : procedure->half_step_s))
		return "the duration or charge of a half-step must be more than 0";
	if (!isfinite(procedure->rest_s) || procedure->rest_s < 0.0)
		return "the rest after a half-step must not be negative";
	if (procedure->kind != SG_PROC_POLARIZE && !is_positive(pair_count(procedure)))
		return "there is no level or cycle to run: 'to' must not be below 'from', 'increment' and 'count' must be "
		       "more than 0";
	return NULL;
}

static enum sg_err count_all(const struct sg_experiment *experiment, struct sg_text *why, size_t *count)
{
	double total = 0.0;

	if (!is_positive(experiment->cell.area_cm2)) {
		sg_text_add(why, "the area of the cell must be more than 0 cm2");
		return SG_ERR_FORMAT;
	}
	for (size_t i = 0; i < experiment->procedure_count; i++) {
		const struct sg_procedure *procedure = &experiment->procedures[i];
		const char *what = nonsense(procedure);

		if (what) {
			sg_text_add(why, "line %d, column %d: %s", procedure->line, procedure->column, what);
			return SG_ERR_FORMAT;
		}
		total += count_steps(procedure);
		if (total > STEPS_MAX) {
			sg_text_add(why,
				    "line %d, column %d: with this procedure the plan has %.0f steps; at most %u are allowed",
				    procedure->line, procedure->column, total, STEPS_MAX);
			return SG_ERR_FORMAT;
		}
	}
	if (total < 1.0) {
		sg_text_add(why, "there is nothing to do: 'steps' is empty");
		return SG_ERR_FORMAT;
	}
	*count = (size_t)total;
	return SG_OK;
}

static struct sg_step *add_step(struct maker *maker, enum sg_step_kind kind, double duration_s)
{
	struct sg_step *step = &maker->plan->steps[maker->plan->step_count++];
	const double limit_v = maker->experiment->limits.voltage_v;
	const double until_v = maker->procedure->until_v;

	step->kind = kind;
	step->procedure = maker->index;
	step->duration_s = duration_s;
	step->interval_s = maker->procedure->interval_s;
	step->until_v = isnan(until_v) || until_v > limit_v ? limit_v : until_v;
	maker->plan->duration_s += duration_s;
	return step;
}

/* A half-step, and the rest after it. */
static void add_half(struct maker *maker, uint32_t cycle, double density_ma_cm2, bool negative)
{
	const double duration_s = half_step_s(maker->procedure, density_ma_cm2);
	const double current_a = sg_current_a(density_ma_cm2, maker->experiment->cell.area_cm2);
	struct sg_step *step = add_step(maker, SG_STEP_CURRENT, duration_s);

	step->half_step = ++maker->half_step;
	step->cycle = cycle;
	step->density_ma_cm2 = negative ? -density_ma_cm2 : density_ma_cm2;
	step->current_a = negative ? -current_a : current_a;
	if (maker->caps)
		step->range_a = sg_caps_range_for(maker->caps, current_a);
	snprintf(step->id, sizeof(step->id), "%u.%u%c", maker->index + 1u, cycle, negative ? '-' : '+');
	maker->plan->charge_c += current_a * duration_s;
	maker->plan->current_max_a = fmax(maker->plan->current_max_a, current_a);
	if (maker->procedure->rest_s > 0.0) {
		step = add_step(maker, SG_STEP_REST, maker->procedure->rest_s);
		step->cycle = cycle;
		snprintf(step->id, sizeof(step->id), "%u.%ur", maker->index + 1u, cycle);
	}
}

static void add_procedure(struct maker *maker)
{
	const struct sg_procedure *procedure = maker->procedure;
	uint32_t pairs;
	struct sg_step *step;

	switch (procedure->kind) {
	case SG_PROC_CCD:
	case SG_PROC_CYCLE:
		pairs = (uint32_t)pair_count(procedure);
		for (uint32_t k = 0; k < pairs; k++) {
			const double density = level_density(procedure, k);

			add_half(maker, k + 1, density, procedure->negative_first);
			add_half(maker, k + 1, density, !procedure->negative_first);
		}
		break;
	case SG_PROC_POLARIZE:
		add_half(maker, 1, procedure->from_ma_cm2, procedure->negative_first);
		break;
	case SG_PROC_REST:
		step = add_step(maker, SG_STEP_REST, procedure->half_step_s);
		snprintf(step->id, sizeof(step->id), "%u.r", maker->index + 1u);
		break;
	case SG_PROC_TEMPERATURE:
		step = add_step(maker, SG_STEP_TEMPERATURE, procedure->soak_s);
		step->temperature_c = procedure->temperature_c;
		snprintf(step->id, sizeof(step->id), "%u.t", maker->index + 1u);
		break;
	}
}

enum sg_err sg_plan_init(struct sg_plan *plan, const struct sg_experiment *experiment,
			 const struct sg_potentiostat_caps *caps, struct sg_text *why)
{
	struct maker maker = { .experiment = experiment, .caps = caps, .plan = plan };
	size_t count = 0;
	enum sg_err err;

	memset(plan, 0, sizeof(*plan));
	err = count_all(experiment, why, &count);
	if (err)
		return err;
	plan->steps = calloc(count, sizeof(*plan->steps));
	if (!plan->steps)
		return SG_ERR_NO_MEMORY;
	for (size_t i = 0; i < experiment->procedure_count; i++) {
		maker.procedure = &experiment->procedures[i];
		maker.index = (uint32_t)i;
		maker.half_step = 0;
		add_procedure(&maker);
	}
	return SG_OK;
}

void sg_plan_fini(struct sg_plan *plan)
{
	free(plan->steps);
	memset(plan, 0, sizeof(*plan));
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The plan: procedures expanded into the flat list of steps that will be executed. One step is one
 * half-step, half-cycle, rest or change of temperature. Allocated once, before a run; read-only then.
 */
#ifndef SG_EXPERIMENT_PLAN_H
#define SG_EXPERIMENT_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/text.h"
#include "experiment/experiment.h"

enum sg_step_kind {
	SG_STEP_REST,
	SG_STEP_CURRENT,
	SG_STEP_TEMPERATURE, /**< set the chamber, soak; cell off */
};

#define SG_STEP_ID_SIZE 24

struct sg_step {
	enum sg_step_kind kind;
	uint32_t procedure;   /**< index into experiment->procedures */
	uint32_t half_step;   /**< 1-based among the current steps of its procedure; 0 for others */
	uint32_t cycle;       /**< 1-based: ccd level or cycle number; 0 for others */
	double density_ma_cm2;/**< signed; 0 for others */
	double current_a;     /**< signed; 0 for others */
	double duration_s;    /**< planned, > 0; for temperature: the soak time */
	double interval_s;
	double range_a;       /**< instrument range it will use; 0 if not a current or no caps given */
	double until_v;       /**< |V| that ends the procedure; never above the guard's limit */
	double temperature_c; /**< SG_STEP_TEMPERATURE */
	char id[SG_STEP_ID_SIZE]; /**< step id for the record: "<procedure>.<cycle><+|->", e.g. "1.3+", "2.r" */
};

struct sg_plan {
	size_t step_count;
	struct sg_step *steps; /**< owned */
	double duration_s;     /**< sum of the steps, without soak waits that cannot be known */
	double charge_c;       /**< sum of |I| t */
	double current_max_a;  /**< largest |I| */
};

/**
 * Expand. caps may be NULL (then range_a is 0).
 * @retval SG_ERR_FORMAT     a procedure makes no sense; why says which line and column, and what would be right
 * @retval SG_ERR_NO_MEMORY
 */
enum sg_err sg_plan_init(struct sg_plan *plan, const struct sg_experiment *experiment,
			 const struct sg_potentiostat_caps *caps, struct sg_text *why);
void sg_plan_fini(struct sg_plan *plan);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/checker.h"

#include <math.h>
#include <stdbool.h>

#include "experiment/forecast.h"
#include "model/limit.h"

/* Pressed foil of a usual cell, where nobody says how thick the metal is. */
#define USUAL_FOIL_UM 500.0
#define UM_PER_CM 1e4

/* A plan that would empty an ideal interface is a matter for a person, never an error: some are made to find that point. */
static void check_limit(struct sg_checker *c)
{
	struct sg_forecast forecast;

	if (sg_forecast_init(&forecast, c->experiment, NULL))
		return;
	for (size_t i = 0; i < c->plan->step_count && forecast.steps < SG_FORECAST_STEPS; i++) {
		const struct sg_step *step = &c->plan->steps[i];
		const struct sg_interval used = sg_forecast_step(&forecast, step);

		if (!(used.high >= 1.0))
			continue;
		sg_find(c, SG_SEVERITY_WARNING, sg_place_of(&c->experiment->procedures[step->procedure]),
			"step %s %s beyond the diffusion limit of %s (%s): %.2f to %.2f of it, where 1 is what an ideal, flat "
			"interface can give; what is said of steps behind it rests on that", step->id,
			used.low >= 1.0 ? "goes" : "may go", forecast.exposure.config.material.metal->name,
			forecast.exposure.config.material.name, used.low, used.high);
		return;
	}
}

/* The step at whose end most metal is away from one side, and how much in mAh cm-2; NULL: none moves any. */
static const struct sg_step *farthest_step(const struct sg_plan *plan, double *net_mah_cm2)
{
	const struct sg_step *farthest = NULL;
	double net = 0.0;

	*net_mah_cm2 = 0.0;
	for (size_t i = 0; i < plan->step_count; i++) {
		net += plan->steps[i].density_ma_cm2 * plan->steps[i].duration_s / 3600.0;
		if (fabs(net) <= *net_mah_cm2 * (1.0 + 1e-9))
			continue;
		*net_mah_cm2 = fabs(net);
		farthest = &plan->steps[i];
	}
	return farthest;
}

/* Metal that is half gone is not thick any more, and its contact not what it was; said while it can still be changed. */
static void check_inventory(struct sg_checker *c)
{
	const struct sg_cell *cell = &c->experiment->cell;
	const bool given = isfinite(cell->metal_thickness_mm);
	const double foil_um = given ? cell->metal_thickness_mm * 1e3 : USUAL_FOIL_UM;
	struct sg_material material;
	struct sg_medium medium;
	double moved_mah_cm2, moved_um;
	const struct sg_step *step = farthest_step(c->plan, &moved_mah_cm2);

	if (!step || sg_material_find(cell->metal, cell->diffusion_set, &material, NULL) ||
	    sg_medium_init(&medium, &material, SG_EXPOSURE_ASSUMED_C, NULL))
		return;
	moved_um = moved_mah_cm2 / sg_limit_inventory_mah_cm2(&medium, 1.0 / UM_PER_CM);
	if (moved_um <= 0.5 * foil_um)
		return;
	sg_find(c, SG_SEVERITY_WARNING, sg_place_of(&c->experiment->procedures[step->procedure]),
		"by step %s %.3g mAh/cm2 net, %.0f um of %s, are away from one side: %s %s of %.0f um%s", step->id, moved_mah_cm2,
		moved_um, material.metal->name, moved_um > foil_um ? "more than" : "more than half of",
		given ? "its metal" : "a foil", foil_um,
		given ? "" : "; metal_thickness_mm is not given, and thick metal is assumed");
}

/* Detectors ask for more where nobody measures the temperature; more than they ask for nobody can tell apart. */
static void check_thermometer(struct sg_checker *c)
{
	if (c->chamber || !(c->plan->current_max_a > 0.0))
		return;
	sg_find(c, SG_SEVERITY_WARNING, sg_nowhere,
		"no thermometer in the rig: below 20 to 25 %% a soft short looks like warmth and polarization like cold; 2 K are about "
		"10 %% of the resistance of a solid electrolyte");
}

void sg_check_cell(struct sg_checker *c)
{
	check_limit(c);
	check_inventory(c);
	check_thermometer(c);
}

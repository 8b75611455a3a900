/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What `sandglass model` shows: the diffusion limit over the current density, a curve for each metal, set of constants and
 * temperature. Computed here, printed here as a table or JSON; plotted by model_plot.h.
 */
#ifndef SG_TOOLS_MODEL_CURVES_H
#define SG_TOOLS_MODEL_CURVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model/limit.h"

#define SG_CURVES_MAX 32
#define SG_CURVE_POINTS_MAX 400

struct sg_model_curve {
	struct sg_material material;
	struct sg_medium medium;
	double temperature_c;
};

struct sg_model_curves {
	struct sg_model_curve curve[SG_CURVES_MAX];
	size_t count;
	double density_ma_cm2[SG_CURVE_POINTS_MAX];
	size_t points;
	double thickness_um; /**< NAN: thick */
};

/** Time and charge until f = 1 at a point of a curve, finite thickness included. */
double sg_curve_time_s(const struct sg_model_curves *curves, size_t curve, size_t point);
double sg_curve_charge_mah_cm2(const struct sg_model_curves *curves, size_t curve, size_t point);

/** "Na 25 degC, mundy1971" */
void sg_curve_legend(const struct sg_model_curve *curve, struct sg_text *out);

void sg_curves_print(const struct sg_model_curves *curves, FILE *out);

/** One JSON object. @return false if there was no memory for it */
bool sg_curves_print_json(const struct sg_model_curves *curves, FILE *out);

/** All sets of constants with their sources, and what they give at 25 degC and 1 mA cm-2. */
void sg_material_sets_print(FILE *out);

#endif

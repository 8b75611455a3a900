/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/diffusion.h"

#include <math.h>

#define N FW_DIFFUSION_CELLS

/* Keep the factors while D * dt moves by less than this: far below the error of the grid. */
#define FACTOR_TOLERANCE 1e-5

/** The ratio of neighbouring widths for which N cells fill the slab. */
static double grading(double thickness_m, double first_m)
{
	double low = 1.0;
	double high = 2.0;

	for (int i = 0; i < 60; i++) {
		double ratio = 0.5 * (low + high);

		if (first_m * (pow(ratio, N) - 1.0) / (ratio - 1.0) < thickness_m)
			low = ratio;
		else
			high = ratio;
	}
	return 0.5 * (low + high);
}

void fw_diffusion_init(struct fw_diffusion *grid, double thickness_m, double first_m)
{
	double ratio = grading(thickness_m, first_m);
	double width_m = first_m;

	for (int i = 0; i < N; i++) {
		grid->width_m[i] = width_m;
		grid->link_1_m[i] = i ? 2.0 / (width_m + grid->width_m[i - 1]) : 2.0 / width_m;
		width_m *= ratio;
	}
	grid->factored_m2 = 0.0;
}

/* Elimination runs from the back face to the surface, so the surface condition is met last. */
static void factor(struct fw_diffusion *grid, double d_dt_m2)
{
	double pivot = grid->width_m[N - 1] + d_dt_m2 * grid->link_1_m[N - 1];

	for (int i = N - 1; i > 0; i--) {
		double coupling = d_dt_m2 * grid->link_1_m[i];
		double outer = i > 1 ? d_dt_m2 * grid->link_1_m[i - 1] : 0.0;

		grid->pivot_1[i] = 1.0 / pivot;
		grid->coupling[i] = coupling / pivot;
		pivot = grid->width_m[i - 1] + coupling + outer - coupling * grid->coupling[i];
	}
	grid->surface_pivot = pivot;
	grid->factored_m2 = d_dt_m2;
}

double fw_diffusion_step(struct fw_diffusion *grid, double *deficit, double d_dt_m2,
			 double taken_mol_m2)
{
	double carried = 0.0;
	double surface_m = d_dt_m2 * grid->link_1_m[0];
	double surface;

	if (fabs(d_dt_m2 - grid->factored_m2) > FACTOR_TOLERANCE * d_dt_m2)
		factor(grid, d_dt_m2);
	for (int i = N - 1; i > 0; i--) {
		double right = grid->width_m[i] * deficit[i] + carried;

		deficit[i] = right * grid->pivot_1[i];
		carried = right * grid->coupling[i];
	}
	carried += grid->width_m[0] * deficit[0];

	deficit[0] = (carried + taken_mol_m2) / grid->surface_pivot;
	surface = deficit[0] + taken_mol_m2 / surface_m;
	if (surface < 0.0) {
		deficit[0] = carried / (grid->surface_pivot + surface_m);
		surface = 0.0;
	}
	for (int i = 1; i < N; i++)
		deficit[i] += grid->coupling[i] * deficit[i - 1];
	return surface;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/electrode.h"

#include <math.h>

/* The interface resistance may grow a million times: more than any front end can drive. */
#define OPEN_MIN 1e-6

void fw_electrode_init(struct fw_electrode *electrode)
{
	for (int i = 0; i < FW_DIFFUSION_CELLS; i++)
		electrode->deficit[i] = 0.0;
	electrode->depletion = 0.0;
	electrode->contact = 1.0;
	electrode->stripped_mol_m2 = 0.0;
}

void fw_electrode_step(struct fw_electrode *electrode, struct fw_diffusion *grid,
		       double taken_mol_m2, double d_dt_m2, double full_mol_m3,
		       double thickness_m)
{
	double surface = fw_diffusion_step(grid, electrode->deficit, d_dt_m2, taken_mol_m2);

	electrode->stripped_mol_m2 += taken_mol_m2;
	electrode->depletion = surface / full_mol_m3;
	/* The diffusion grid has a fixed length; a foil stripped to the collector is empty anyway. */
	if (electrode->stripped_mol_m2 >= full_mol_m3 * thickness_m)
		electrode->depletion = fmax(electrode->depletion, 1.0);
}

/*
 * Assumed: a fraction f of vacancies right at the interface takes the fraction f of the contact, so
 * the resistance goes as 1 / (1 - f). It would be settled by impedance during one-way stripping.
 */
double fw_electrode_open_fraction(const struct fw_electrode *electrode)
{
	return fmax(electrode->contact * (1.0 - electrode->depletion), OPEN_MIN);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/metal.h"

#include <math.h>

#define GAS_J_MOL_K 8.314462618
#define ROOM_K 298.15

/* A sum of Arrhenius terms; a term of 0 is absent. */
struct metal {
	double concentration_mol_m3; /* at 25 C */
	double expansion_1_k;        /* linear */
	double d0_m2_s[2];
	double q_j_mol[2];
};

/*
 * Source: Na, J. N. Mundy, Phys. Rev. B 3 (1971) 2431, two terms; Li, the line implied by Tsai, Lan
 * et al. 2020 (5.1e-11 cm2 s-1 at 25 C, 2.66e-10 at 50 C). Densities 0.9667 and 0.534 g cm-3.
 */
static const struct metal metals[] = {
	[FW_METAL_NA] = { 42050.0, 71e-6, { 0.0057e-4, 0.72e-4 }, { 35.7e3, 48.1e3 } },
	[FW_METAL_LI] = { 76900.0, 46e-6, { 0.096e-4, 0.0 }, { 52.9e3, 0.0 } },
};

double fw_metal_concentration(enum fw_metal_kind kind, double temperature_k)
{
	const struct metal *metal = &metals[kind];

	return metal->concentration_mol_m3 *
	       (1.0 - 3.0 * metal->expansion_1_k * (temperature_k - ROOM_K));
}

double fw_metal_diffusion(enum fw_metal_kind kind, double temperature_k)
{
	const struct metal *metal = &metals[kind];
	double diffusion = 0.0;

	for (int i = 0; i < 2; i++)
		diffusion += metal->d0_m2_s[i] *
			     exp(-metal->q_j_mol[i] / (GAS_J_MOL_K * temperature_k));
	return diffusion;
}

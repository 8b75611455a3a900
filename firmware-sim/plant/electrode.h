/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One metal electrode seen from the ceramic: how far stripping has depleted the metal right at the
 * interface, how much of the area still touches, and how much metal is left.
 */
#ifndef FW_ELECTRODE_H
#define FW_ELECTRODE_H

#include "plant/diffusion.h"

struct fw_electrode {
	double deficit[FW_DIFFUSION_CELLS]; /**< mol m-3 */
	double depletion;                   /**< fraction of the diffusion limit used */
	double contact;                     /**< fraction of the area in contact, 0 < contact <= 1 */
	double stripped_mol_m2;             /**< net atoms taken, negative after plating */
};

void fw_electrode_init(struct fw_electrode *electrode);

/**
 * @param taken_mol_m2   atoms stripped during the step, negative when plated
 * @param d_dt_m2        diffusion coefficient times the step
 * @param full_mol_m3    atoms per volume of the whole metal
 * @param thickness_m    of the metal
 */
void fw_electrode_step(struct fw_electrode *electrode, struct fw_diffusion *grid,
		       double taken_mol_m2, double d_dt_m2, double full_mol_m3,
		       double thickness_m);

/** Part of the geometric area across which current passes, > 0. */
double fw_electrode_open_fraction(const struct fw_electrode *electrode);

#endif

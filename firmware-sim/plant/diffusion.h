/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Fick's second law in a slab of metal, on a grid graded from the electrolyte inwards.
 *
 * The unknown is the deficit u >= 0 of atoms, mol m-3, in each cell; no flux through the back face. A
 * step is implicit Euler, unconditionally stable. The matrix depends on D * dt alone and is kept
 * from step to step, and both electrodes of a cell share it: a step costs two passes over 64 numbers.
 */
#ifndef FW_DIFFUSION_H
#define FW_DIFFUSION_H

#define FW_DIFFUSION_CELLS 64

struct fw_diffusion {
	double width_m[FW_DIFFUSION_CELLS];
	double link_1_m[FW_DIFFUSION_CELLS]; /**< 1 / distance of centres i-1 and i; [0] surface to 0 */
	double factored_m2;                  /**< D * dt the factors below hold for; 0 = none */
	double coupling[FW_DIFFUSION_CELLS]; /**< of row i to i-1, divided by the pivot of row i */
	double pivot_1[FW_DIFFUSION_CELLS];  /**< 1 / pivot */
	double surface_pivot;                /**< pivot of row 0 without a surface condition */
};

/**
 * @param thickness_m  of the slab
 * @param first_m      width of the cell at the surface; < thickness_m / 64
 */
void fw_diffusion_init(struct fw_diffusion *grid, double thickness_m, double first_m);

/**
 * Take atoms out of the surface (or press them in) for a while.
 *
 * While atoms are pressed in, the deficit at the surface is filled up to zero and not beyond: a
 * lattice cannot be over-full, the rest becomes new layers outside. So plating never banks metal.
 *
 * @param deficit      FW_DIFFUSION_CELLS values, changed
 * @param d_dt_m2      D * dt
 * @param taken_mol_m2 atoms taken per area during the step, negative when pressed in
 * @return the deficit right at the surface, mol m-3, >= 0
 */
double fw_diffusion_step(struct fw_diffusion *grid, double *deficit, double d_dt_m2,
			 double taken_mol_m2);

#endif

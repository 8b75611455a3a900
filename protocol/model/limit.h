/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The diffusion limit in closed form: Sand's time, constant flux into a half-space or a slab. Software may call it the
 * "Sand-type limit"; Tsai, Lan et al. 2020 give it as their equations 3 to 5 (and call the first Cottrell's, which is
 * the case of constant potential and has another factor).
 *
 *     t_max = pi D (phi F)^2 / (4 j^2)      C_lim = j t_max      f = sqrt(t / t_max)
 *
 * f is the deficit at the interface over the concentration, the fraction of the limit that is used: an index of exposure
 * to this one mechanism. C_lim bounds from above what an ideal, flat, dense interface without pressure can give; real
 * limits lie below. None of this says when a cell shorts.
 *
 * Current densities here are magnitudes in A cm-2, charges in mAh cm-2. Source: Carslaw and Jaeger, Conduction of Heat in
 * Solids, 2.9 and 3.8; Bard and Faulkner, Electrochemical Methods, 8.2. All but the ramp use only + - * / and sqrt(), and
 * exponential.h.
 */
#ifndef SG_MODEL_LIMIT_H
#define SG_MODEL_LIMIT_H

#include "model/material.h"

/** A metal at one temperature. */
struct sg_medium {
	double concentration_mol_cm3;
	double diffusion_cm2_s;
};

/** As sg_material_diffusion() and sg_material_concentration(), with their errors. */
enum sg_err sg_medium_init(struct sg_medium *medium, const struct sg_material *material, double temperature_c,
			   struct sg_text *why);

/** Time under a constant current until f = 1 in thick metal, s. */
double sg_limit_time_s(const struct sg_medium *medium, double density_a_cm2);

/** Charge that flows in that time. */
double sg_limit_charge_mah_cm2(const struct sg_medium *medium, double density_a_cm2);

/** The current that reaches f = 1 in just this time. */
double sg_limit_density_a_cm2(const struct sg_medium *medium, double time_s);

/** f after a constant current for a time. */
double sg_limit_fraction(const struct sg_medium *medium, double density_a_cm2, double time_s);

/** f after a constant current for strip_s and no current for rest_s. */
double sg_limit_fraction_rested(const struct sg_medium *medium, double density_a_cm2, double strip_s, double rest_s);

/** f at the interface of metal thickness_cm thick with a tight back face. Tends to the thick one, and to the inventory. */
double sg_limit_fraction_finite(const struct sg_medium *medium, double thickness_cm, double density_a_cm2,
				double time_s);

/** Time until f = 1 there, s, to 1e-12 of itself. Never later than in thick metal, nor than all metal is used. */
double sg_limit_time_finite_s(const struct sg_medium *medium, double thickness_cm, double density_a_cm2);

/** Charge of all the metal there is. */
double sg_limit_inventory_mah_cm2(const struct sg_medium *medium, double thickness_cm);

/** Linear ramp from 0 with rate_a_cm2_s: the time at which f = 1. The current then goes as D^(1/3) and rate^(1/3). */
double sg_limit_ramp_time_s(const struct sg_medium *medium, double rate_a_cm2_s);

#endif

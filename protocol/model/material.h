/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Metals: how many atoms there are and how fast they move, each with its source.
 *
 * Self-diffusion D is a sum of Arrhenius terms, D0 exp(-Q / (R T)), or a bare number at one temperature. For each metal
 * there are several sets of constants; the first in the list is the one that is used where none is named. Sets of
 * sodium agree within 10 % at 25 degC, those of lithium spread by two. Everything that is limited by diffusion goes
 * with D: the charge to the limit as D, the fraction used as D^(-1/2), the current that ends a linear ramp as D^(1/3).
 *
 * Set `paper` is that of Tsai, Lan et al. 2020 ("Dendrite-Tolerant All-Solid-State Sodium Batteries and An Important Mechanism of
 * Metal Self-Diffusion"), to the digit: 5.4e-9 (Na) and 5.1e-11 cm2 s-1 (Li) at 25 degC. With it lithium reaches the
 * limit at 1 mA cm-2 after 0.61 mAh cm-2, where the paper prints 0.6; sodium after 19.4, **where the paper prints 21**: the
 * figure there belongs to a D of about 5.83e-9, as mundy1966 has it (20.9), and not to the one quoted.
 *
 * Grades: `printed` stands so in the source named; `derived` computed from figures printed there; `compiled` is the form
 * in which compilations carry the constants, not read again in the primary paper; `user` given by who runs the test.
 */
#ifndef SG_MODEL_MATERIAL_H
#define SG_MODEL_MATERIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/text.h"

struct sg_metal {
	const char *symbol; /**< "Na" */
	const char *name;   /**< "sodium" */
	double concentration_mol_cm3; /**< atoms in the metal at 25 degC */
	double expansion_1_k;         /**< linear */
	double melting_c;
	const char *source;           /**< of these */
};

#define SG_MATERIAL_NAME_SIZE 16

struct sg_material {
	const struct sg_metal *metal;
	char name[SG_MATERIAL_NAME_SIZE]; /**< "mundy1971"; "user" */
	const char *source;
	const char *grade; /**< printed, derived, compiled, user */
	double d0_cm2_s[2];               /**< 0: no such term */
	double q_j_mol[2];
	double only_at_c; /**< D is d0[0], known at this temperature alone; NAN: Arrhenius terms */
};

/** A metal by symbol or name, in any case; NULL if we do not know it. Static storage. */
const struct sg_metal *sg_metal_find(const char *name);

/** Metals by number, from 0; NULL after the last. */
const struct sg_metal *sg_metal_at(size_t index);

/** Sets of constants by number, from 0, metal by metal, its default first; NULL after the last. Static storage. */
const struct sg_material *sg_material_at(size_t index);

/**
 * A set by metal and name.
 * @param metal  "Na", "sodium", ...
 * @param set    its name, or NULL or "": the metal's default
 * @param why    what is known instead, if not found; may be NULL
 * @retval SG_ERR_NOT_FOUND
 */
enum sg_err sg_material_find(const char *metal, const char *set, struct sg_material *out, struct sg_text *why);

/**
 * A set of the user's own.
 * @param diffusion_cm2_s  at temperature_c
 * @param activation_kj_mol  >= 0, or NAN: D is known at temperature_c alone
 * @retval SG_ERR_ARGUMENT  not possible: not positive, not finite, or molten; why says which
 */
enum sg_err sg_material_user(const struct sg_metal *metal, double diffusion_cm2_s, double temperature_c,
			     double activation_kj_mol, struct sg_material *out, struct sg_text *why);

/** Within how many K of the only temperature it is known for a D is used. 2 K of sodium are 12 % in D. */
#define SG_MATERIAL_ONLY_WITHIN_K 2.0

/**
 * Self-diffusion coefficient and concentration at a temperature.
 * @retval SG_ERR_ARGUMENT     no temperature of solid metal: molten, below -150 degC, not a number; why says so
 * @retval SG_ERR_UNSUPPORTED  the set holds for one temperature and not for this one; why names sets that would do
 */
enum sg_err sg_material_diffusion(const struct sg_material *material, double temperature_c, double *out_cm2_s,
				  struct sg_text *why);
enum sg_err sg_material_concentration(const struct sg_material *material, double temperature_c, double *out_mol_cm3,
				      struct sg_text *why);

/** The lowest and the highest D of all sets of a metal at a temperature; false if none holds there. */
bool sg_metal_spread(const struct sg_metal *metal, double temperature_c, double *lowest_cm2_s, double *highest_cm2_s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/material.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "model/exponential.h"

#define GAS_J_MOL_K 8.314462618
#define ZERO_C_K 273.15
#define ROOM_C 25.0
#define COLDEST_C -150.0

static const struct sg_metal metals[] = {
	{ "Na", "sodium", 0.04205, 71e-6, 97.8,
	  "density 0.9667 g cm-3 at 25 degC, or bcc with a = 4.2906 A; linear expansion 71e-6 /K [compiled]" },
	{ "Li", "lithium", 0.0769, 46e-6, 180.5,
	  "density 0.534 g cm-3 at 25 degC, or bcc with a = 3.5092 A; linear expansion 46e-6 /K [compiled]" },
};
#define METALS (sizeof(metals) / sizeof(metals[0]))

#define NA (&metals[0])
#define LI (&metals[1])

static const struct sg_material sets[] = {
	{ NA, "mundy1971", "Mundy, Phys. Rev. B 3 (1971) 2431, two terms", "compiled",
	  { 0.0057, 0.72 }, { 35.7e3, 48.1e3 }, NAN },
	{ NA, "mundy1966", "Mundy, Barr, Smith, Philos. Mag. 14 (1966) 785, one term", "compiled",
	  { 0.145, 0.0 }, { 42.22e3, 0.0 }, NAN },
	{ NA, "nachtrieb1952", "Nachtrieb, Catalano, Weil, J. Chem. Phys. 20 (1952) 1185", "compiled",
	  { 0.242, 0.0 }, { 43.72e3, 0.0 }, NAN },
	{ NA, "paper", "Tsai, Lan et al. 2020, text: 5.4e-9 cm2 s-1 at 25 degC", "printed",
	  { 5.4e-9, 0.0 }, { 0.0, 0.0 }, ROOM_C },
	{ LI, "tsai2020", "line through Tsai, Lan et al. 2020: limits of 0.6 (25 degC) and 3.2 mAh cm-2 (50 degC)", "derived",
	  { 0.096, 0.0 }, { 52.9e3, 0.0 }, NAN },
	{ LI, "lodding1970", "Lodding, Mundy, Ott, phys. stat. sol. 38 (1970) 559", "compiled",
	  { 0.125, 0.0 }, { 53.1e3, 0.0 }, NAN },
	{ LI, "messer1975", "Messer, Noack, Appl. Phys. 6 (1975) 79, NMR, main term", "compiled",
	  { 0.38, 0.0 }, { 54.8e3, 0.0 }, NAN },
	{ LI, "landolt1990", "Landolt-Boernstein III/26 chapter 2 (Mehrer, Stolica, Stolwijk), two terms", "compiled",
	  { 0.19, 95.0 }, { 53.0e3, 76.2e3 }, NAN },
	{ LI, "paper", "Tsai, Lan et al. 2020, text: 5.1e-11 cm2 s-1 at 25 degC", "printed",
	  { 5.1e-11, 0.0 }, { 0.0, 0.0 }, ROOM_C },
};
#define SETS (sizeof(sets) / sizeof(sets[0]))

const struct sg_metal *sg_metal_find(const char *name)
{
	for (size_t i = 0; i < METALS; i++) {
		if (strcasecmp(name, metals[i].symbol) == 0 || strcasecmp(name, metals[i].name) == 0)
			return &metals[i];
	}
	return NULL;
}

const struct sg_metal *sg_metal_at(size_t index)
{
	return index < METALS ? &metals[index] : NULL;
}

const struct sg_material *sg_material_at(size_t index)
{
	return index < SETS ? &sets[index] : NULL;
}

static void name_sets(const struct sg_metal *metal, bool arrhenius_only, struct sg_text *why)
{
	const char *before = "";

	for (size_t i = 0; i < SETS; i++) {
		if (sets[i].metal != metal || (arrhenius_only && !isnan(sets[i].only_at_c)))
			continue;
		sg_text_add(why, "%s%s", before, sets[i].name);
		before = ", ";
	}
}

enum sg_err sg_material_find(const char *metal_name, const char *set, struct sg_material *out, struct sg_text *why)
{
	const struct sg_metal *metal = sg_metal_find(metal_name);

	if (!metal) {
		sg_text_add(why, "nothing is known of the metal \"%.32s\"; known are Na (sodium) and Li (lithium)",
			    metal_name);
		return SG_ERR_NOT_FOUND;
	}
	for (size_t i = 0; i < SETS; i++) {
		if (sets[i].metal == metal && (!set || !*set || strcmp(sets[i].name, set) == 0)) {
			*out = sets[i];
			return SG_OK;
		}
	}
	sg_text_add(why, "there is no set \"%.32s\" for %s; there are ", set, metal->name);
	name_sets(metal, false, why);
	return SG_ERR_NOT_FOUND;
}

static enum sg_err check_solid(const struct sg_metal *metal, double temperature_c, struct sg_text *why)
{
	if (temperature_c >= COLDEST_C && temperature_c < metal->melting_c)
		return SG_OK;
	if (temperature_c >= metal->melting_c)
		sg_text_add(why, "%s melts at %.1f degC: no diffusion limit of solid metal at %.4g degC", metal->name,
			    metal->melting_c, temperature_c);
	else
		sg_text_add(why, "%.4g degC is no temperature the model is for: %.0f degC to the melting point",
			    temperature_c, COLDEST_C);
	return SG_ERR_ARGUMENT;
}

enum sg_err sg_material_user(const struct sg_metal *metal, double diffusion_cm2_s, double temperature_c,
			     double activation_kj_mol, struct sg_material *out, struct sg_text *why)
{
	const bool arrhenius = !isnan(activation_kj_mol);
	const double q_j_mol = arrhenius ? activation_kj_mol * 1e3 : 0.0;
	enum sg_err err = check_solid(metal, temperature_c, why);

	if (err)
		return err;
	/* 1 cm2 s-1 is a gas, and 1e-30 nothing that a test could see */
	if (!(diffusion_cm2_s >= 1e-30 && diffusion_cm2_s <= 1.0)) {
		sg_text_add(why, "a self-diffusion coefficient of %.4g cm2/s cannot be", diffusion_cm2_s);
		return SG_ERR_ARGUMENT;
	}
	if (!(q_j_mol >= 0.0 && q_j_mol <= 400e3)) {
		sg_text_add(why, "an activation energy of %.4g kJ/mol cannot be", activation_kj_mol);
		return SG_ERR_ARGUMENT;
	}
	*out = (struct sg_material){
		.metal = metal, .name = "user", .source = "given by the user", .grade = "user",
		.d0_cm2_s = { diffusion_cm2_s, 0.0 }, .q_j_mol = { q_j_mol, 0.0 },
		.only_at_c = arrhenius ? NAN : temperature_c,
	};
	if (arrhenius)
		out->d0_cm2_s[0] *= sg_exponential(q_j_mol / (GAS_J_MOL_K * (temperature_c + ZERO_C_K)));
	return SG_OK;
}

enum sg_err sg_material_diffusion(const struct sg_material *material, double temperature_c, double *out_cm2_s,
				  struct sg_text *why)
{
	const double kelvin = temperature_c + ZERO_C_K;
	enum sg_err err = check_solid(material->metal, temperature_c, why);

	if (err)
		return err;
	if (!isnan(material->only_at_c)) {
		if (fabs(temperature_c - material->only_at_c) > SG_MATERIAL_ONLY_WITHIN_K) {
			sg_text_add(why, "set %s gives D at %.4g degC only, not at %.4g degC; Arrhenius lines are in ",
				    material->name, material->only_at_c, temperature_c);
			name_sets(material->metal, true, why);
			return SG_ERR_UNSUPPORTED;
		}
		*out_cm2_s = material->d0_cm2_s[0];
		return SG_OK;
	}
	*out_cm2_s = material->d0_cm2_s[0] * sg_exponential(-material->q_j_mol[0] / (GAS_J_MOL_K * kelvin));
	if (material->d0_cm2_s[1] > 0.0)
		*out_cm2_s += material->d0_cm2_s[1] * sg_exponential(-material->q_j_mol[1] / (GAS_J_MOL_K * kelvin));
	return SG_OK;
}

enum sg_err sg_material_concentration(const struct sg_material *material, double temperature_c, double *out_mol_cm3,
				      struct sg_text *why)
{
	const struct sg_metal *metal = material->metal;
	enum sg_err err = check_solid(metal, temperature_c, why);

	if (err)
		return err;
	*out_mol_cm3 = metal->concentration_mol_cm3 * (1.0 - 3.0 * metal->expansion_1_k * (temperature_c - ROOM_C));
	return SG_OK;
}

bool sg_metal_spread(const struct sg_metal *metal, double temperature_c, double *lowest_cm2_s, double *highest_cm2_s)
{
	double lowest = INFINITY, highest = 0.0, d;

	for (size_t i = 0; i < SETS; i++) {
		if (sets[i].metal != metal || sg_material_diffusion(&sets[i], temperature_c, &d, NULL))
			continue;
		lowest = d < lowest ? d : lowest;
		highest = d > highest ? d : highest;
	}
	if (!(highest > 0.0))
		return false;
	*lowest_cm2_s = lowest;
	*highest_cm2_s = highest;
	return true;
}

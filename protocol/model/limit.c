/* SPDX-License-Identifier: Apache-2.0 */
#include "model/limit.h"

#include <math.h>

#include "core/units.h"
#include "model/exponential.h"

#define PI 3.14159265358979323846

enum sg_err sg_medium_init(struct sg_medium *medium, const struct sg_material *material, double temperature_c,
			   struct sg_text *why)
{
	double diffusion, concentration;
	enum sg_err err = sg_material_diffusion(material, temperature_c, &diffusion, why);

	if (!err)
		err = sg_material_concentration(material, temperature_c, &concentration, why);
	if (err)
		return err;
	medium->diffusion_cm2_s = diffusion;
	medium->concentration_mol_cm3 = concentration;
	return SG_OK;
}

/* Charge of the metal in a cubic centimetre. */
static double charge_c_cm3(const struct sg_medium *m)
{
	return m->concentration_mol_cm3 * SG_FARADAY_C_PER_MOL;
}

double sg_limit_time_s(const struct sg_medium *m, double density_a_cm2)
{
	const double speed_cm_s = density_a_cm2 / charge_c_cm3(m); /* of a face that retreats */

	return 0.25 * PI * m->diffusion_cm2_s / (speed_cm_s * speed_cm_s);
}

double sg_limit_charge_mah_cm2(const struct sg_medium *m, double density_a_cm2)
{
	return sg_limit_time_s(m, density_a_cm2) * density_a_cm2 / 3.6;
}

double sg_limit_density_a_cm2(const struct sg_medium *m, double time_s)
{
	return 0.5 * charge_c_cm3(m) * sqrt(PI * m->diffusion_cm2_s / time_s);
}

double sg_limit_fraction(const struct sg_medium *m, double density_a_cm2, double time_s)
{
	return sqrt(time_s / sg_limit_time_s(m, density_a_cm2));
}

double sg_limit_fraction_rested(const struct sg_medium *m, double density_a_cm2, double strip_s, double rest_s)
{
	return (sqrt(strip_s + rest_s) - sqrt(rest_s)) / sqrt(sg_limit_time_s(m, density_a_cm2));
}

/*
 * Below theta = D t / L^2 = 0.05 what comes back from the other face is exp(-20) of what there is; the images of the
 * source converge at once there, and the cosine series beyond.
 */
#define IMAGES_BELOW 0.05
#define SERIES_TERMS 12 /* exp(-13^2 pi^2 0.05) = 6e-37 */

/* The integral of erfc from y to infinity, y >= 1/sqrt(IMAGES_BELOW) = 4.5, as the first terms of its asymptotic series. */
static double ierfc_far(double y)
{
	const double x = 1.0 / (y * y);

	return sg_exponential(-y * y) / sqrt(PI) * 0.5 * x * (1.0 + x * (-1.5 + x * (3.75 - 13.125 * x)));
}

double sg_limit_fraction_finite(const struct sg_medium *m, double thickness_cm, double density_a_cm2, double time_s)
{
	const double theta = m->diffusion_cm2_s * time_s / (thickness_cm * thickness_cm);
	const double scale = density_a_cm2 * thickness_cm / (charge_c_cm3(m) * m->diffusion_cm2_s);
	double sum;

	if (theta < IMAGES_BELOW) {
		/* the first image lies 2 L away, seen from either side */
		const double direct = sg_limit_fraction(m, density_a_cm2, time_s);

		return theta > 0.0 ? direct + scale * 4.0 * sqrt(theta) * ierfc_far(1.0 / sqrt(theta)) : direct;
	}
	sum = theta + 1.0 / 3.0;
	for (int n = SERIES_TERMS; n > 0; n--)
		sum -= 2.0 / (PI * PI * n * n) * sg_exponential(-(PI * PI * n * n) * theta);
	return scale * sum;
}

double sg_limit_time_finite_s(const struct sg_medium *m, double thickness_cm, double density_a_cm2)
{
	double low_s = 0.0;
	double high_s = sg_limit_time_s(m, density_a_cm2);

	for (int i = 0; i < 60; i++) {
		const double middle_s = 0.5 * (low_s + high_s);

		if (sg_limit_fraction_finite(m, thickness_cm, density_a_cm2, middle_s) < 1.0)
			low_s = middle_s;
		else
			high_s = middle_s;
	}
	return high_s;
}

double sg_limit_inventory_mah_cm2(const struct sg_medium *m, double thickness_cm)
{
	return charge_c_cm3(m) * thickness_cm / 3.6;
}

double sg_limit_ramp_time_s(const struct sg_medium *m, double rate_a_cm2_s)
{
	const double root = cbrt(0.75 * charge_c_cm3(m) * sqrt(PI * m->diffusion_cm2_s) / rate_a_cm2_s);

	return root * root;
}

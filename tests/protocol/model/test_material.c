/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of constants: the figures they give, and what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/limit.h"
#include "model/material.h"

static struct sg_material found(const char *metal, const char *set)
{
	struct sg_material material;

	assert_int_equal(sg_material_find(metal, set, &material, NULL), SG_OK);
	return material;
}

static double diffusion(const struct sg_material *material, double temperature_c)
{
	double d;

	assert_int_equal(sg_material_diffusion(material, temperature_c, &d, NULL), SG_OK);
	return d;
}

static double charge_mah_cm2(const struct sg_material *material, double temperature_c)
{
	struct sg_medium medium;

	assert_int_equal(sg_medium_init(&medium, material, temperature_c, NULL), SG_OK);
	return sg_limit_charge_mah_cm2(&medium, 1e-3);
}

/* As the sources are tabulated: three or four digits of D, two to four of the charge at 1 mA cm-2. */
static const struct {
	const char *metal, *set;
	double at_0_c, at_25_c, at_50_c, charge_mah_cm2;
} table[] = {
	{ "Na", "mundy1971", 1.306e-9, 5.868e-9, 2.176e-8, 21.07 },
	{ "Na", "mundy1966", 1.226e-9, 5.826e-9, 2.175e-8, 20.92 },
	{ "Na", "nachtrieb1952", 1.054e-9, 5.296e-9, 2.073e-8, 19.02 },
	{ "Li", "tsai2020", 7.35e-12, 5.18e-11, 2.70e-10, 0.62 },
	{ "Li", "lodding1970", 8.77e-12, 6.23e-11, 3.27e-10, 0.75 },
	{ "Li", "messer1975", 1.26e-11, 9.52e-11, 5.27e-10, 1.145 },
	{ "Li", "landolt1990", 1.42e-11, 1.03e-10, 5.61e-10, 1.24 },
};

static void sets_give_the_figures_of_their_sources(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct sg_material m = found(table[i].metal, table[i].set);

		assert_true(fabs(diffusion(&m, 0.0) / table[i].at_0_c - 1.0) < 5e-3);
		assert_true(fabs(diffusion(&m, 25.0) / table[i].at_25_c - 1.0) < 5e-3);
		assert_true(fabs(diffusion(&m, 50.0) / table[i].at_50_c - 1.0) < 5e-3);
		assert_true(fabs(charge_mah_cm2(&m, 25.0) / table[i].charge_mah_cm2 - 1.0) < 8e-3);
	}
}

static void paper_set_gives_0_6_of_lithium_and_19_4_of_sodium(void **state)
{
	const struct sg_material na = found("Na", "paper");
	const struct sg_material li = found("Li", "paper");
	const struct sg_material line = found("Li", "tsai2020");

	(void)state;
	assert_true(diffusion(&na, 25.0) == 5.4e-9 && diffusion(&li, 25.0) == 5.1e-11);
	assert_true(fabs(charge_mah_cm2(&li, 25.0) - 0.613) < 5e-4);
	assert_true(fabs(charge_mah_cm2(&na, 25.0) - 19.4) < 0.05); /* the paper prints 21 */
	assert_true(fabs(charge_mah_cm2(&line, 50.0) - 3.2) < 0.05);
}

static void first_set_of_a_metal_is_its_default(void **state)
{
	(void)state;
	assert_string_equal(found("sodium", NULL).name, "mundy1971");
	assert_string_equal(found("LITHIUM", "").name, "tsai2020");
	assert_ptr_equal(found("na", "paper").metal, sg_metal_at(0));
	assert_null(sg_metal_at(2));
}

static void every_set_names_a_source_and_a_grade(void **state)
{
	size_t count = 0;
	const struct sg_material *set;

	(void)state;
	while ((set = sg_material_at(count))) {
		assert_true(strlen(set->source) > 10);
		assert_true(strcmp(set->grade, "compiled") == 0 || strcmp(set->grade, "printed") == 0 ||
			    strcmp(set->grade, "derived") == 0);
		assert_true(strlen(set->name) > 0 && memchr(set->name, 0, sizeof(set->name)));
		for (size_t i = 0; i < count; i++)
			assert_true(sg_material_at(i)->metal != set->metal || strcmp(sg_material_at(i)->name, set->name) != 0);
		count++;
	}
	assert_int_equal(count, 9);
}

static void refusal(enum sg_err got, enum sg_err expected, struct sg_text *why, const char *word)
{
	assert_int_equal(got, expected);
	if (!strstr(why->data, word))
		fail_msg("no \"%s\" in: %s", word, why->data);
	sg_text_clear(why);
}

static void refuses_with_a_reason(void **state)
{
	char storage[256];
	struct sg_text why;
	struct sg_material m = found("Na", NULL);
	const struct sg_material paper = found("Na", "paper");
	double d = -1.0;

	(void)state;
	sg_text_init(&why, storage, sizeof(storage));
	refusal(sg_material_find("K", NULL, &m, &why), SG_ERR_NOT_FOUND, &why, "Na (sodium)");
	refusal(sg_material_find("Na", "mundi", &m, &why), SG_ERR_NOT_FOUND, &why, "mundy1971, mundy1966, nachtrieb1952, paper");
	refusal(sg_material_diffusion(&m, 97.8, &d, &why), SG_ERR_ARGUMENT, &why, "melts at 97.8");
	refusal(sg_material_diffusion(&m, NAN, &d, &why), SG_ERR_ARGUMENT, &why, "no temperature");
	refusal(sg_material_diffusion(&m, -273.0, &d, &why), SG_ERR_ARGUMENT, &why, "no temperature");
	refusal(sg_material_diffusion(&paper, 28.0, &d, &why), SG_ERR_UNSUPPORTED, &why, "mundy1971, mundy1966, nachtrieb1952");
	refusal(sg_material_concentration(&m, 200.0, &d, &why), SG_ERR_ARGUMENT, &why, "melts");
	refusal(sg_material_user(m.metal, -1.0, 25.0, 40.0, &m, &why), SG_ERR_ARGUMENT, &why, "cannot be");
	refusal(sg_material_user(m.metal, NAN, 25.0, 40.0, &m, &why), SG_ERR_ARGUMENT, &why, "cannot be");
	refusal(sg_material_user(m.metal, 5e-9, 25.0, -1.0, &m, &why), SG_ERR_ARGUMENT, &why, "activation");
	refusal(sg_material_user(m.metal, 5e-9, 120.0, 40.0, &m, &why), SG_ERR_ARGUMENT, &why, "melts");
	assert_true(d == -1.0);
	assert_string_equal(m.name, "mundy1971");
}

static void a_users_own_d_is_met_at_its_temperature(void **state)
{
	const struct sg_metal *na = sg_metal_find("Na");
	struct sg_material m;
	double d;

	(void)state;
	assert_int_equal(sg_material_user(na, 6.1e-9, 30.0, 42.0, &m, NULL), SG_OK);
	assert_true(fabs(diffusion(&m, 30.0) / 6.1e-9 - 1.0) < 1e-14);
	assert_true(fabs(log(diffusion(&m, 60.0) / 6.1e-9) - 42e3 / 8.314462618 * (1 / 303.15 - 1 / 333.15)) < 1e-13);
	assert_int_equal(sg_material_user(na, 6.1e-9, 30.0, NAN, &m, NULL), SG_OK);
	assert_true(diffusion(&m, 31.9) == 6.1e-9);
	assert_int_equal(sg_material_diffusion(&m, 33.0, &d, NULL), SG_ERR_UNSUPPORTED);
}

static void sets_of_lithium_spread_by_two(void **state)
{
	double low, high;

	(void)state;
	assert_true(sg_metal_spread(sg_metal_find("Li"), 25.0, &low, &high));
	assert_true(high / low > 1.9 && high / low < 2.1);
	assert_true(sg_metal_spread(sg_metal_find("Na"), 25.0, &low, &high));
	assert_true(high / low < 1.12);
	assert_false(sg_metal_spread(sg_metal_find("Na"), 120.0, &low, &high));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_give_the_figures_of_their_sources),
		cmocka_unit_test(paper_set_gives_0_6_of_lithium_and_19_4_of_sodium),
		cmocka_unit_test(first_set_of_a_metal_is_its_default),
		cmocka_unit_test(every_set_names_a_source_and_a_grade),
		cmocka_unit_test(refuses_with_a_reason),
		cmocka_unit_test(a_users_own_d_is_met_at_its_temperature),
		cmocka_unit_test(sets_of_lithium_spread_by_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

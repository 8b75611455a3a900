/* SPDX-License-Identifier: Apache-2.0 */
/* Closed forms: what they must do where no table has a value. The table's are in test_reference.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/limit.h"

static const struct sg_medium na25 = { 0.0421, 5.4e-9 };

static void charge_to_the_limit_goes_as_one_over_the_current(void **state)
{
	(void)state;
	assert_true(fabs(sg_limit_charge_mah_cm2(&na25, 1e-3) / 19.43873165 - 1.0) < 1e-9);
	assert_true(fabs(sg_limit_charge_mah_cm2(&na25, 4e-3) * 4.0 / sg_limit_charge_mah_cm2(&na25, 1e-3) - 1.0) < 1e-14);
}

static void recovery_in_a_rest_is_slow(void **state)
{
	/* part of f that is left after a rest of so many times the step */
	static const struct { double ratio, left; } table[] = {
		{ 0.01, 0.905 }, { 0.1, 0.733 }, { 1.0, 0.414 }, { 4.8, 0.217 },
	};
	const double begin = sg_limit_fraction(&na25, 1e-3, 3600.0);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_true(fabs(sg_limit_fraction_rested(&na25, 1e-3, 3600.0, 3600.0 * table[i].ratio) / begin -
				 table[i].left) < 6e-4);
}

/* Where the images end and the series begins both must say the same. */
static void slab_has_no_seam(void **state)
{
	const double thickness_cm = 0.03;
	const double seam_s = 0.05 * thickness_cm * thickness_cm / na25.diffusion_cm2_s;
	const double before = sg_limit_fraction_finite(&na25, thickness_cm, 1e-3, seam_s * (1.0 - 1e-9));
	const double after = sg_limit_fraction_finite(&na25, thickness_cm, 1e-3, seam_s * (1.0 + 1e-9));

	(void)state;
	assert_true(after > before);
	assert_true(after / before - 1.0 < 1.2e-9);
}

static void slab_is_thick_metal_early_and_inventory_late(void **state)
{
	const double thickness_cm = 0.005;
	const double rate = 1e-6 / (3.6 * sg_limit_inventory_mah_cm2(&na25, thickness_cm)); /* f a second of a well mixed slab */

	(void)state;
	assert_true(sg_limit_fraction_finite(&na25, thickness_cm, 1e-6, 0.0) == 0.0);
	assert_true(fabs(sg_limit_fraction_finite(&na25, thickness_cm, 1e-6, 60.0) / sg_limit_fraction(&na25, 1e-6, 60.0) - 1.0) <
		    1e-12);
	/* f - inventory tends to j L / (3 F phi D) */
	assert_true(fabs(sg_limit_fraction_finite(&na25, thickness_cm, 1e-6, 1e6) - rate * 1e6 -
			 1e-6 * thickness_cm / (3.0 * 0.0421 * 96485.33212 * 5.4e-9)) < 1e-9);
}

static void thin_metal_reaches_the_limit_earlier(void **state)
{
	double last_s = 0.0;

	(void)state;
	for (double thickness_cm = 0.002; thickness_cm < 0.3; thickness_cm *= 1.5) {
		const double time_s = sg_limit_time_finite_s(&na25, thickness_cm, 1e-3);

		assert_true(fabs(sg_limit_fraction_finite(&na25, thickness_cm, 1e-3, time_s) - 1.0) < 1e-9);
		assert_true(time_s >= last_s);
		assert_true(time_s <= sg_limit_time_s(&na25, 1e-3));
		assert_true(time_s <= 3600.0 * sg_limit_inventory_mah_cm2(&na25, thickness_cm));
		last_s = time_s;
	}
	assert_true(last_s > sg_limit_time_s(&na25, 1e-3) * (1.0 - 1e-12));
}

static void ramp_ends_at_the_third_root_of_d(void **state)
{
	const struct sg_medium faster = { 0.0421, 8.0 * 5.4e-9 };
	const double ratio = sg_limit_ramp_time_s(&faster, 1e-6) / sg_limit_ramp_time_s(&na25, 1e-6);

	(void)state;
	assert_true(fabs(ratio - 2.0) < 1e-13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(charge_to_the_limit_goes_as_one_over_the_current),
		cmocka_unit_test(recovery_in_a_rest_is_slow),
		cmocka_unit_test(slab_has_no_seam),
		cmocka_unit_test(slab_is_thick_metal_early_and_inventory_late),
		cmocka_unit_test(thin_metal_reaches_the_limit_earlier),
		cmocka_unit_test(ramp_ends_at_the_third_root_of_d),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

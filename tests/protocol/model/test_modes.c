/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of exponentials against what it stands for. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/exponential.h"
#include "model/modes.h"

#define PI 3.14159265358979323846

/* Rate of one of four, over s_0, worked out apart from the code. */
static double rate_of(int four, int lane)
{
	static const double extra[4] = { 4.0, 16.0, 25.0, 36.0 };

	if (four >= SG_MODES_GRID_FOURS)
		return extra[lane];
	return pow(3.0, 0.5 * (16 * (2 * (four % 2) + lane / 2) + 2 * (four / 2) + lane % 2));
}

static void each_mode_forgets_what_its_rate_says(void **state)
{
	(void)state;
	for (double turns = 1e-16; turns < 40.0; turns *= 7.3) {
		sg_modes_four gone[SG_MODES_FOURS];

		assert_int_equal(sg_modes_forget(turns, true, gone), SG_MODES_FOURS);
		for (int k = 0; k < SG_MODES_FOURS; k++) {
			for (int lane = 0; lane < SG_MODES_WIDTH; lane++) {
				const double expected = -expm1(-turns * rate_of(k, lane));

				assert_true(fabs(gone[k][lane] / expected - 1.0) < 2e-11);
				assert_true(gone[k][lane] <= 1.0 + 1e-15);
			}
		}
	}
}

static void no_time_forgets_nothing(void **state)
{
	sg_modes_four gone[SG_MODES_FOURS];

	(void)state;
	assert_int_equal(sg_modes_forget(0.0, true, gone), SG_MODES_FOURS);
	for (int k = 0; k < SG_MODES_FOURS; k++)
		assert_true(gone[k][0] == 0.0 && gone[k][1] == 0.0 && gone[k][2] == 0.0 && gone[k][3] == 0.0);
	assert_int_equal(sg_modes_forget(0.0, false, gone), SG_MODES_GRID_FOURS);
}

/* sum_k w_k rate_k exp(-rate_k t) * 2h/pi * pi = kernel, in units of s_0 = 1. */
static double kernel_of_modes(double t, int finite)
{
	const sg_modes_four *weight = sg_modes_weights(finite);
	double sum = 0.0;

	for (int k = 0; k < (finite ? SG_MODES_FOURS : SG_MODES_GRID_FOURS); k++)
		for (int lane = 0; lane < SG_MODES_WIDTH; lane++)
			sum += weight[k][lane] * rate_of(k, lane) * exp(-rate_of(k, lane) * t);
	return 2.0 * SG_MODES_H * sum;
}

static void thick_metal_is_one_over_the_root(void **state)
{
	double worst = 0.0;

	(void)state;
	/* past the fast end's 4 ms and before the slow end's 1e7 s, at s_0 = 4e-12 /s */
	for (double t = 4e-12 * 4e-3; t < 4e-5; t *= 1.07) {
		const double exact = sqrt(PI / t);
		const double got = kernel_of_modes(t, 0) + 2.0 * SG_MODES_H * SG_MODES_SLOW;

		worst = fmax(worst, fabs(got / exact - 1.0));
	}
	assert_true(worst < 2.5e-7); /* 4.5e-8 of the rule, and the ends */
	worst = 0.0;
	for (double t = 1e-13; t < 1e-6; t *= 1.07)
		worst = fmax(worst, fabs((kernel_of_modes(t, 0) + 2.0 * SG_MODES_H * SG_MODES_SLOW) / sqrt(PI / t) - 1.0));
	assert_true(worst < 4.6e-8);
	assert_true(worst > 1e-8); /* or it is not the rule that we say it is */
}

/* 1 + 2 sum exp(-n^2 pi^2 theta), by images where they converge better. */
static double slab(double theta)
{
	double sum = 0.0;

	for (int n = 12; n > 0; n--)
		sum += theta > 0.3 ? 2.0 * exp(-n * n * PI * PI * theta) : 2.0 * exp(-n * n / theta);
	return theta > 0.3 ? 1.0 + sum : (1.0 + sum) / sqrt(PI * theta);
}

static void finite_metal_is_the_series_of_a_slab(void **state)
{
	double worst = 0.0;

	(void)state;
	for (double theta = 1e-12; theta < 20.0; theta *= 1.03)
		worst = fmax(worst, fabs((1.0 + kernel_of_modes(theta * PI * PI, 1)) / slab(theta) - 1.0));
	assert_true(worst < 9e-8);
}

static void closed_sums_are_those_of_the_rates_left_out(void **state)
{
	double slow = 0.0, fast = 0.0;

	(void)state;
	for (int k = 1; k < 300; k++)
		slow += pow(3.0, -0.25 * k);
	for (int k = 64; k < 400; k++)
		fast += pow(3.0, -0.25 * k);
	assert_true(fabs(slow / SG_MODES_SLOW - 1.0) < 1e-14);
	assert_true(fabs(fast / SG_MODES_FAST - 1.0) < 1e-13);
}

static void own_exponential_is_that_of_the_library(void **state)
{
	(void)state;
	for (double x = -699.0; x < 700.0; x += 0.7331)
		assert_true(fabs(sg_exponential(x) / exp(x) - 1.0) < 1e-15);
	assert_true(sg_exponential(0.0) == 1.0);
	assert_true(isnan(sg_exponential(NAN)));
	assert_true(isfinite(sg_exponential(INFINITY)) && sg_exponential(-INFINITY) > 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mode_forgets_what_its_rate_says),
		cmocka_unit_test(no_time_forgets_nothing),
		cmocka_unit_test(thick_metal_is_one_over_the_root),
		cmocka_unit_test(finite_metal_is_the_series_of_a_slab),
		cmocka_unit_test(closed_sums_are_those_of_the_rates_left_out),
		cmocka_unit_test(own_exponential_is_that_of_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

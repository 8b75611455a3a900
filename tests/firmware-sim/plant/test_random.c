/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plant/random.h"

static void repeats_with_its_seed(void **state)
{
	struct fw_random a, b, other;
	int same = 0;

	(void)state;
	fw_random_seed(&a, 42);
	fw_random_seed(&b, 42);
	fw_random_seed(&other, 43);
	for (int i = 0; i < 1000; i++) {
		uint64_t value = fw_random_next(&a);

		assert_true(value == fw_random_next(&b));
		same += value == fw_random_next(&other);
	}
	assert_int_equal(same, 0);
}

static void follows_the_published_sequence(void **state)
{
	/* Source: the reference sequence other implementations are tested with, e.g. rand_xoshiro
	 */
	struct fw_random random = {{1, 2, 3, 4}};

	(void)state;
	assert_true(fw_random_next(&random) == 11520);
	assert_true(fw_random_next(&random) == 0);
	assert_true(fw_random_next(&random) == 1509978240);
}

static void spreads_evenly_between_zero_and_one(void **state)
{
	struct fw_random random;
	double sum = 0.0, value;
	const int count = 100000;

	(void)state;
	fw_random_seed(&random, 0);
	for (int i = 0; i < count; i++) {
		value = fw_random_uniform(&random);
		assert_true(value >= 0.0 && value < 1.0);
		sum += value;
	}
	/* five standard deviations of the mean */
	assert_true(fabs(sum / count - 0.5) < 5.0 / sqrt(12.0 * count));
}

static void is_normal_with_mean_zero_and_deviation_one(void **state)
{
	struct fw_random random;
	double sum = 0.0, squares = 0.0, value;
	const int count = 100000;
	int beyond_two = 0;

	(void)state;
	fw_random_seed(&random, 1);
	for (int i = 0; i < count; i++) {
		value = fw_random_normal(&random);
		assert_true(isfinite(value));
		sum += value;
		squares += value * value;
		beyond_two += fabs(value) > 2.0;
	}
	assert_true(fabs(sum / count) < 5.0 / sqrt(count));
	assert_true(fabs(squares / count - 1.0) < 5.0 * sqrt(2.0 / count));
	assert_true(beyond_two > 4200 && beyond_two < 4900); /* 4.55 % */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_with_its_seed),
		cmocka_unit_test(follows_the_published_sequence),
		cmocka_unit_test(spreads_evenly_between_zero_and_one),
		cmocka_unit_test(is_normal_with_mean_zero_and_deviation_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plant/chamber.h"

#define MINUTE_NS INT64_C(60000000000)

static void assert_near(double actual, double expected, double tolerance)
{
	if (!(fabs(actual - expected) <= tolerance))
		fail_msg("%.9g is not within %.3g of %.9g", actual, tolerance, expected);
}

static struct fw_chamber_truth truth_of(const struct fw_chamber *chamber)
{
	struct fw_chamber_truth truth;

	fw_chamber_get_truth(chamber, &truth);
	return truth;
}

static void stays_at_ambient_while_stopped(void **state)
{
	struct fw_chamber *chamber = fw_chamber_new(NULL, 1);

	(void)state;
	fw_chamber_set_nominal(chamber, 350.0);
	fw_chamber_advance(chamber, 60 * MINUTE_NS);
	assert_false(fw_chamber_is_running(chamber));
	assert_near(fw_chamber_air(chamber), 298.15, 1e-9);
	fw_chamber_free(chamber);
}

static void reaches_its_nominal_with_overshoot(void **state)
{
	struct fw_chamber *chamber = fw_chamber_new(NULL, 1);

	(void)state;
	fw_chamber_set_nominal(chamber, 323.15);
	fw_chamber_run(chamber, true);
	fw_chamber_advance(chamber, 5 * MINUTE_NS);
	assert_true(fw_chamber_air(chamber) < 298.15 + 15.1);
	fw_chamber_advance(chamber, 120 * MINUTE_NS);
	assert_near(fw_chamber_air(chamber), 323.15, 0.01);
	assert_in_range((int)(1000 * (truth_of(chamber).highest_k - 323.15)), 50, 5000);
	fw_chamber_free(chamber);
}

static void never_moves_faster_than_its_machinery(void **state)
{
	struct fw_chamber *chamber = fw_chamber_new(NULL, 1);
	double last_k = fw_chamber_air(chamber);

	(void)state;
	fw_chamber_set_nominal(chamber, 248.15);
	fw_chamber_run(chamber, true);
	for (int i = 1; i <= 3600; i++) {
		fw_chamber_advance(chamber, i * MINUTE_NS / 60);
		assert_true(fabs(fw_chamber_air(chamber) - last_k) <= 3.0 / 60.0 + 1e-9);
		last_k = fw_chamber_air(chamber);
	}
	assert_near(last_k, 248.15, 0.05);
	fw_chamber_free(chamber);
}

static void follows_a_gradient(void **state)
{
	struct fw_chamber *chamber = fw_chamber_new(NULL, 1);

	(void)state;
	fw_chamber_set_gradient(chamber, 0.5 / 60.0, 0.5 / 60.0);
	fw_chamber_set_nominal(chamber, 318.15);
	fw_chamber_run(chamber, true);
	fw_chamber_advance(chamber, 20 * MINUTE_NS);
	/* A second-order lag trails a ramp by 2 * damping / omega = 115 s. */
	assert_near(fw_chamber_air(chamber), 298.15 + 0.5 * (20.0 - 115.0 / 60.0), 0.1);
	fw_chamber_free(chamber);
}

static void drifts_back_when_stopped(void **state)
{
	struct fw_chamber_options options;
	struct fw_chamber *chamber;

	(void)state;
	fw_chamber_options_default(&options);
	options.drift_s = 1200.0;
	chamber = fw_chamber_new(&options, 1);
	fw_chamber_set_nominal(chamber, 323.15);
	fw_chamber_run(chamber, true);
	fw_chamber_advance(chamber, 180 * MINUTE_NS);
	fw_chamber_run(chamber, false);
	fw_chamber_advance(chamber, 200 * MINUTE_NS);
	assert_near(fw_chamber_air(chamber), 298.15 + 25.0 * exp(-1.0), 0.1);
	assert_near(fw_chamber_nominal(chamber), 323.15, 1e-9);
	fw_chamber_free(chamber);
}

static void feels_an_open_door(void **state)
{
	struct fw_chamber_options options;
	struct fw_chamber *chamber;

	(void)state;
	fw_chamber_options_default(&options);
	options.door_at_s = 7200.0;
	chamber = fw_chamber_new(&options, 1);
	fw_chamber_set_nominal(chamber, 323.15);
	fw_chamber_run(chamber, true);
	fw_chamber_advance(chamber, 120 * MINUTE_NS - 1);
	assert_int_equal(truth_of(chamber).door_openings, 0);
	fw_chamber_advance(chamber, 121 * MINUTE_NS);
	assert_int_equal(truth_of(chamber).door_openings, 1);
	assert_in_range((int)(1000 * (323.15 - fw_chamber_air(chamber))), 3000, 12000);
	fw_chamber_advance(chamber, 240 * MINUTE_NS);
	assert_near(fw_chamber_air(chamber), 323.15, 0.05);
	fw_chamber_free(chamber);
}

static void opens_its_door_at_the_stated_mean_rate(void **state)
{
	struct fw_chamber_options options;
	struct fw_chamber *chamber;

	(void)state;
	fw_chamber_options_default(&options);
	options.door_every_s = 3600.0;
	chamber = fw_chamber_new(&options, 5);
	fw_chamber_advance(chamber, 400 * 60 * MINUTE_NS);
	assert_in_range(truth_of(chamber).door_openings, 340, 460);
	fw_chamber_free(chamber);
}

static void is_the_same_however_it_is_advanced(void **state)
{
	struct fw_chamber *once = fw_chamber_new(NULL, 9);
	struct fw_chamber *often = fw_chamber_new(NULL, 9);

	(void)state;
	fw_chamber_set_nominal(once, 310.0);
	fw_chamber_set_nominal(often, 310.0);
	fw_chamber_run(once, true);
	fw_chamber_run(often, true);
	fw_chamber_advance(once, 10 * MINUTE_NS);
	for (int64_t now_ns = 0; now_ns <= 10 * MINUTE_NS; now_ns += 123456789)
		fw_chamber_advance(often, now_ns);
	fw_chamber_advance(often, 10 * MINUTE_NS);
	assert_true(fw_chamber_air(once) == fw_chamber_air(often));
	assert_true(fw_chamber_actual(once) == fw_chamber_actual(often));
	fw_chamber_free(once);
	fw_chamber_free(often);
}

static void reads_with_the_stated_noise(void **state)
{
	struct fw_chamber *chamber = fw_chamber_new(NULL, 2);
	double squares = 0.0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		double error_k = fw_chamber_actual(chamber) - fw_chamber_air(chamber);

		squares += error_k * error_k;
	}
	assert_near(sqrt(squares / 4000), 0.03, 0.002);
	fw_chamber_free(chamber);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_at_ambient_while_stopped),
		cmocka_unit_test(reaches_its_nominal_with_overshoot),
		cmocka_unit_test(never_moves_faster_than_its_machinery),
		cmocka_unit_test(follows_a_gradient),
		cmocka_unit_test(drifts_back_when_stopped),
		cmocka_unit_test(feels_an_open_door),
		cmocka_unit_test(opens_its_door_at_the_stated_mean_rate),
		cmocka_unit_test(is_the_same_however_it_is_advanced),
		cmocka_unit_test(reads_with_the_stated_noise),
	};

	return cmocka_run_group_tests_name("chamber", tests, NULL, NULL);
}

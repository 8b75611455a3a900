/* SPDX-License-Identifier: Apache-2.0 */
/* The analog front end on a resistor: noise, steps, ranges and the compliance. */
#include "../firmware/fake_bench.h"

#include <math.h>

#include "plant/afe.h"

static const double currents_a[] = {1e-6, 10e-6, 100e-6, 1e-3};
static const double potentials_v[] = {0.1, 1.0};

static const struct fw_afe_config config = {
	.compliance_v = 3.0,
	.current_max_a = 3e-3,
	.dac_lsb = 1e-4,
	.dac_gain_error_max = 1e-3,
	.dac_step_v = 1e-4,
	.reference_s = 0.02,
	.current = {.nominal = currents_a, .count = 4, .overload = 2.92, .warning = 2.46,
		    .underload = 0.123, .lsb = 1e-5, .noise = 1e-3, .gain_error_max = 1e-3,
		    .offset_max = 2e-4},
	.potential = {.nominal = potentials_v, .count = 2, .overload = 3.06, .warning = 2.58,
		      .underload = 0.123, .lsb = 1e-5, .noise = 1e-3, .gain_error_max = 1e-3,
		      .offset_max = 2e-4},
};

static struct fw_cell cell;
static struct fw_afe afe;

static int start(void **state)
{
	(void)state;
	cell = (struct fw_cell){.resistance_ohm = 1000.0, .open = true};
	fw_afe_init(&afe, &config, &cell, 11, false);
	return 0;
}

static void deviation(double averaging_s, double *mean, double *sigma)
{
	const int count = 4000;
	double sum = 0.0, squares = 0.0, value;

	for (int i = 0; i < count; i++) {
		value = fw_afe_measure_current(&afe, averaging_s).value;
		sum += value;
		squares += value * value;
	}
	*mean = sum / count;
	*sigma = sqrt(squares / count - *mean * *mean);
}

static void averages_its_noise_away(void **state)
{
	double mean, sigma;

	(void)state;
	fw_afe_drive_current(&afe, 0, 500e-6, 3);
	deviation(0.02, &mean, &sigma);
	assert_close(sigma, 1e-6, 0.1e-6);
	assert_close(mean, 500e-6, 3e-6);
	deviation(2.0, &mean, &sigma);
	assert_close(sigma, 0.1e-6, 0.01e-6);
}

static void reads_in_steps_that_averaging_makes_finer(void **state)
{
	double steps;

	(void)state;
	fw_afe_drive_current(&afe, 0, 500e-6, 3);
	for (int i = 0; i < 100; i++) {
		steps = fw_afe_measure_current(&afe, 0.02).value / 10e-9;
		assert_close(steps, round(steps), 1e-6);
		steps = fw_afe_measure_current(&afe, 0.2).value / 1e-9;
		assert_close(steps, round(steps), 1e-6);
	}
}

/* The cell has its current; what is shown has nothing to do with it. */
static void a_sense_lead_that_came_off_shows_its_own_voltage(void **state)
{
	static const struct fw_afe_options off = {.sense_off_s = 10.0, .sense_v = -2e-3};
	struct fw_afe_options noisy = off;
	double first, second;

	(void)state;
	fw_afe_init(&afe, &config, &cell, 11, true);
	fw_afe_suffer(&afe, &off);
	fw_afe_drive_current(&afe, 9999999999, 500e-6, 3);
	assert_close(fw_afe_measure_potential(&afe, 0.02).value, 0.5, 1e-9);
	fw_afe_hold(&afe, 10000000000);
	assert_close(fw_afe_measure_potential(&afe, 0.02).value, -2e-3, 1e-9);
	assert_close(fw_afe_measure_current(&afe, 0.02).value, 500e-6, 1e-9);
	noisy.sense_noise_v = 1e-3;
	fw_afe_suffer(&afe, &noisy);
	first = fw_afe_measure_potential(&afe, 0.02).value;
	second = fw_afe_measure_potential(&afe, 0.02).value;
	assert_true(first != second && fabs(first) < 8e-3 && fabs(second) < 8e-3);
}

static void applies_in_steps_with_a_small_gain_error(void **state)
{
	double steps;

	(void)state;
	fw_afe_drive_current(&afe, 0, 777e-6, 3);
	steps = cell.current_a / 0.1e-6;
	assert_close(steps, round(steps), 1e-6);
	assert_close(cell.current_a, 777e-6, 777e-9 + 0.05e-6);
	fw_afe_drive_current(&afe, 0, 0.0, 3);
	assert_close(cell.current_a, 0.0, 0.0);
}

static void finds_a_range_that_fits(void **state)
{
	struct fw_afe_reading reading;

	(void)state;
	afe.current.lowest = 0;
	fw_afe_drive_potential(&afe, 0, 0.005);
	reading = fw_afe_measure_current(&afe, 1.0);
	assert_int_equal(reading.range, 1);
	assert_false(reading.underload || reading.overload || reading.warning);
	fw_afe_drive_potential(&afe, 0, 2.0);
	reading = fw_afe_measure_current(&afe, 1.0);
	assert_int_equal(reading.range, 3);
	afe.current.highest = 2;
	reading = fw_afe_measure_current(&afe, 1.0);
	assert_true(reading.overload);
	assert_close(reading.value, 292e-6, 1e-12);
}

static void picks_ranges_by_nominal_value(void **state)
{
	(void)state;
	assert_int_equal(fw_afe_range_for(&config.current, 1e-6), 0);
	assert_int_equal(fw_afe_range_for(&config.current, 1.1e-6), 1);
	assert_int_equal(fw_afe_range_for(&config.current, -1e-3), 3);
	assert_int_equal(fw_afe_range_for(&config.current, 1.0), 3);
}

static void limits_current_by_voltage_and_voltage_by_current(void **state)
{
	(void)state;
	cell.resistance_ohm = 10e3;
	fw_afe_drive_current(&afe, 0, -1e-3, 3);
	assert_close(cell.current_a, -0.3e-3, 1e-12);
	assert_true(afe.limited);
	assert_false(afe.critical);
	cell.resistance_ohm = 100.0;
	fw_afe_drive_potential(&afe, 0, 1.0);
	assert_close(cell.current_a, 3e-3, 1e-12);
	assert_true(afe.limited);
}

static void looks_often_only_when_the_limit_is_near(void **state)
{
	(void)state;
	fw_afe_drive_current(&afe, 0, 1e-3, 3);
	fw_afe_hold(&afe, afe.hold_ns);
	assert_true(afe.hold_ns == 1 * MS + 1 * S);
	cell.resistance_ohm = 2000.0;
	fw_afe_hold(&afe, afe.hold_ns);
	assert_true(afe.hold_ns == 1 * MS + 1 * S + 100 * MS);
	fw_afe_open(&afe, afe.hold_ns);
	assert_true(afe.hold_ns == FW_NEVER);
	assert_true(cell.open);
}

static void draws_nothing_when_the_cell_answers_nonsense(void **state)
{
	(void)state;
	cell.resistance_ohm = INFINITY;
	fw_afe_drive_current(&afe, 0, 1e-3, 3);
	assert_close(cell.current_a, 0.0, 0.0);
	assert_true(afe.limited);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(averages_its_noise_away, start),
		cmocka_unit_test_setup(reads_in_steps_that_averaging_makes_finer, start),
		cmocka_unit_test_setup(a_sense_lead_that_came_off_shows_its_own_voltage, start),
		cmocka_unit_test_setup(applies_in_steps_with_a_small_gain_error, start),
		cmocka_unit_test_setup(finds_a_range_that_fits, start),
		cmocka_unit_test_setup(picks_ranges_by_nominal_value, start),
		cmocka_unit_test_setup(limits_current_by_voltage_and_voltage_by_current, start),
		cmocka_unit_test_setup(looks_often_only_when_the_limit_is_near, start),
		cmocka_unit_test_setup(draws_nothing_when_the_cell_answers_nonsense, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

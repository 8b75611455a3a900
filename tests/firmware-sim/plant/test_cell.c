/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plant/cell.h"
#include "plant/chamber.h"
#include "text/keys.h"

#define SECOND_NS INT64_C(1000000000)
#define MA_CM2 10.0 /* A m-2 */
#define SEEDS 200

static void assert_near(double actual, double expected, double tolerance)
{
	if (!(fabs(actual - expected) <= tolerance))
		fail_msg("%.9g is not within %.3g of %.9g", actual, tolerance, expected);
}

static struct fw_cell *cell_with(const char *settings, uint64_t seed)
{
	struct fw_cell_options options;
	char why[200] = "";
	size_t count;
	const struct fw_key *keys = fw_cell_keys(&count);
	struct fw_cell *cell;

	fw_cell_options_default(&options);
	if (!fw_keys_parse(keys, count, settings, &options, why, sizeof(why)))
		fail_msg("%s", why);
	cell = fw_cell_new(&options, seed);
	assert_non_null(cell);
	return cell;
}

static double density_to_current(double ma_cm2)
{
	return ma_cm2 * MA_CM2 * 0.83323e-4;
}

static struct fw_cell_truth truth_of(const struct fw_cell *cell)
{
	struct fw_cell_truth truth;

	fw_cell_get_truth(cell, &truth);
	return truth;
}

/* Table 1 of Tsai, Lan et al. 2020: 10.4 + 35.3 + 4.0 ohm. */
static void has_the_published_resistance(void **state)
{
	struct fw_cell *cell = cell_with("", 1);

	(void)state;
	fw_cell_set_current(cell, 1e-4);
	fw_cell_advance(cell, SECOND_NS);
	assert_near(fw_cell_voltage(cell), 49.7e-4, 0.02e-4);
	assert_near(fw_cell_current_at(cell, 49.7e-4), 1e-4, 1e-6);
	fw_cell_set_current(cell, -1e-4);
	fw_cell_advance(cell, 2 * SECOND_NS);
	assert_near(fw_cell_voltage(cell), -49.7e-4, 0.02e-4);
	fw_cell_open_circuit(cell);
	fw_cell_advance(cell, 3 * SECOND_NS);
	assert_near(fw_cell_voltage(cell), 0.0, 1e-12);
	fw_cell_free(cell);
}

static void scales_with_area_and_thickness(void **state)
{
	struct fw_cell *cell = cell_with("area_cm2=1.66646,thickness_mm=0.9", 1);

	(void)state;
	assert_near(truth_of(cell).resistance_ohm, 45.7 / 4 + 2.0, 0.01);
	fw_cell_free(cell);
}

/* Interface of 2 ohm and 1 F: 2 s; everything else has settled within microseconds. */
static void charges_its_interfaces_exponentially(void **state)
{
	struct fw_cell *cell = cell_with("interface_uf=1e6", 1);

	(void)state;
	fw_cell_set_current(cell, 1e-5);
	assert_near(fw_cell_voltage(cell), 10.4e-5, 1e-9);
	for (int i = 1; i <= 100; i++) {
		double t_s = 0.1 * i;

		fw_cell_advance(cell, i * SECOND_NS / 10);
		assert_near(fw_cell_voltage(cell),
			    1e-5 * (45.7 + 4.0 * (1.0 - exp(-t_s / 2.0))), 2e-8);
	}
	fw_cell_open_circuit(cell);
	fw_cell_advance(cell, 12 * SECOND_NS);
	assert_near(fw_cell_voltage(cell), 1e-5 * 4.0 * (1.0 - exp(-5.0)) * exp(-1.0), 2e-8);
	fw_cell_free(cell);
}

/* f = sqrt(t / t_max), t_max = pi D (phi F)^2 / (4 j^2): Sand's time. */
static void depletes_as_the_square_root_of_time(void **state)
{
	static const double steps_s[] = { 0.1, 1.0, 60.0, 3600.0 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps_s) / sizeof(*steps_s); i++) {
		struct fw_cell *cell = cell_with("diffusion_cm2_s=5.4e-9,short=never", 1);
		double phi_f = 42050.0 * 96485.33212;
		double j = 1.0 * MA_CM2;
		double t_max_s = 3.14159265358979 * 5.4e-13 * phi_f * phi_f / (4 * j * j);
		double step_s = steps_s[i];
		double t_s = 0.0;

		fw_cell_set_current(cell, density_to_current(1.0));
		for (int n = 1; t_s < 12000.0 && n < 40000; n++) {
			t_s = n * step_s;
			fw_cell_advance(cell, (int64_t)(t_s * 1e9));
			if (t_s >= 30.0)
				assert_near(truth_of(cell).depletion_a / sqrt(t_s / t_max_s), 1.0,
					    0.01);
			assert_true(truth_of(cell).depletion_b == 0.0);
		}
		fw_cell_free(cell);
	}
}

/* f = f_T (sqrt(1 + r/T) - sqrt(r/T)) after a rest r. */
static void recovers_at_rest(void **state)
{
	struct fw_cell *cell = cell_with("short=never", 1);
	double f_t;

	(void)state;
	fw_cell_set_current(cell, density_to_current(1.0));
	fw_cell_advance(cell, 18000 * SECOND_NS);
	f_t = truth_of(cell).depletion_a;
	fw_cell_open_circuit(cell);
	fw_cell_advance(cell, (18000 + 3600) * SECOND_NS);
	assert_near(truth_of(cell).depletion_a / f_t, sqrt(1.2) - sqrt(0.2), 0.005);
	fw_cell_advance(cell, (18000 + 18000) * SECOND_NS);
	assert_near(truth_of(cell).depletion_a / f_t, sqrt(2.0) - 1.0, 0.005);
	fw_cell_free(cell);
}

/* Published numerical solution for equal half-cycles: 1, 1.0956, 1.1430, 1.1732 of the first peak. */
static void plating_fills_but_never_banks_metal(void **state)
{
	static const double peaks[] = { 1.0, 1.09563, 1.14296, 1.17324 };
	struct fw_cell *cell = cell_with("short=never", 1);
	double first = 0.0;
	int64_t now_s = 0;

	(void)state;
	for (int cycle = 0; cycle < 4; cycle++) {
		fw_cell_set_current(cell, density_to_current(1.0));
		for (int i = 0; i < 3600; i++)
			fw_cell_advance(cell, ++now_s * SECOND_NS);
		if (!cycle)
			first = truth_of(cell).depletion_a;
		assert_near(truth_of(cell).depletion_a / first, peaks[cycle], 0.003);
		fw_cell_set_current(cell, density_to_current(-1.0));
		for (int i = 0; i < 3600; i++)
			fw_cell_advance(cell, ++now_s * SECOND_NS);
		assert_true(truth_of(cell).depletion_a == 0.0);
	}
	fw_cell_free(cell);
}

/*
 * Use of the limit at the stripped electrode at the end of half-steps of a ramp 1, 2 .. 9 mA cm-2, +
 * then -, without rest: finite volumes by another program, 2e-5, for D = 5.4e-9 cm2 s-1.
 */
static void ramps_deplete_as_computed_elsewhere(void **state)
{
	static const struct {
		int half_step_s;
		double f[18];
	} ramps[] = {
		{ 300, { 0.065475, 0.065475, 0.137211, 0.136452, 0.212016, 0.210454,
			 0.288774, 0.286459, 0.366934, 0.363925, 0.446174, 0.442525,
			 0.526282, 0.522039, 0.607114, 0.602317, 0.688561, 0.683244 } },
		{ 900, { 0.113406, 0.113406, 0.237657, 0.236342, 0.367222, 0.364517,
			 0.500171, 0.496162, 0.635548, 0.630337, 0.772795, 0.766475 } },
		{ 1800, { 0.160380, 0.160380, 0.336098, 0.334239, 0.519331, 0.515506,
			  0.707348, 0.701679 } },
	};

	(void)state;
	for (size_t r = 0; r < sizeof(ramps) / sizeof(*ramps); r++) {
		struct fw_cell *cell = cell_with("diffusion_cm2_s=5.4e-9,short=never", 1);
		int64_t now_s = 0;

		for (int half = 0; half < 18 && ramps[r].f[half] > 0.0; half++) {
			struct fw_cell_truth truth;

			fw_cell_set_current(cell, density_to_current((half / 2 + 1) *
								     (half % 2 ? -1.0 : 1.0)));
			for (int i = 0; i < ramps[r].half_step_s; i++)
				fw_cell_advance(cell, ++now_s * SECOND_NS);
			truth = truth_of(cell);
			/* Its phi is 0.0421 mol cm-3; here 0.04205. */
			assert_near((half % 2 ? truth.depletion_b : truth.depletion_a) / 1.0012,
				    ramps[r].f[half], 0.004 * ramps[r].f[half] + 2e-4);
			assert_true((half % 2 ? truth.depletion_a : truth.depletion_b) == 0.0);
		}
		fw_cell_free(cell);
	}
}

/* D of sodium, Mundy's two terms: 5.868e-9 cm2 s-1 at 25 C, 2.176e-8 at 50 C. */
static void depletes_less_when_warm(void **state)
{
	struct fw_cell *cold = cell_with("short=never", 1);
	struct fw_cell *warm = cell_with("short=never,temperature_k=323.15", 1);

	(void)state;
	fw_cell_set_current(cold, density_to_current(2.0));
	fw_cell_set_current(warm, density_to_current(2.0));
	fw_cell_advance(cold, 3600 * SECOND_NS);
	fw_cell_advance(warm, 3600 * SECOND_NS);
	/* 0.5 % less metal in a volume at 50 C. */
	assert_near(truth_of(cold).depletion_a / truth_of(warm).depletion_a,
		    sqrt(2.176 / 0.5868) * 0.9947, 0.01);
	fw_cell_free(cold);
	fw_cell_free(warm);
}

/* What depletion adds to the ohmic voltage: half the interface's resistance times f / (1 - f). */
static void shows_an_overvoltage_while_it_depletes(void **state)
{
	struct fw_cell *cell = cell_with("short=never", 1);
	double current_a = density_to_current(3.0);

	(void)state;
	fw_cell_set_current(cell, current_a);
	for (int t_s = 1; t_s <= 6000; t_s++) {
		double f = 3.0 * sqrt(t_s / 76044.0);

		fw_cell_advance(cell, t_s * SECOND_NS);
		if (t_s % 500 == 0)
			assert_near(fw_cell_voltage(cell) - current_a * 49.7,
				    current_a * 2.0 * f / (1.0 - f),
				    current_a * 2.0 * 0.02 * f / (1.0 - f) / (1.0 - f));
	}
	fw_cell_open_circuit(cell);
	fw_cell_advance(cell, 6001 * SECOND_NS);
	assert_near(fw_cell_voltage(cell), 0.0, 1e-9);
	fw_cell_free(cell);
}

static void resistance_grows_without_bound_at_the_limit(void **state)
{
	struct fw_cell *cell = cell_with("short=never", 1);
	double f;

	(void)state;
	fw_cell_set_current(cell, density_to_current(5.0));
	fw_cell_advance(cell, 1500 * SECOND_NS);
	f = sqrt(1500.0 * 25.0 / 76044.0); /* Sand's time at 1 mA cm-2: 76044 s */
	assert_near(truth_of(cell).depletion_a, f, 0.003);
	assert_near(truth_of(cell).resistance_ohm, 47.7 + 2.0 / (1.0 - f), 0.05);
	fw_cell_advance(cell, 3600 * SECOND_NS);
	assert_true(truth_of(cell).resistance_ohm > 1e5);
	/* A front end out of voltage: the current falls and the voltage is held. */
	for (int i = 0; i < 600; i++) {
		fw_cell_set_current(cell, fw_cell_current_at(cell, 3.0));
		fw_cell_advance(cell, 3600 * SECOND_NS + (i + 1) * (SECOND_NS / 10));
	}
	assert_near(fw_cell_voltage(cell), 3.0, 0.15);
	assert_true(fw_cell_current(cell) < density_to_current(5.0));
	fw_cell_free(cell);
}

static void runs_out_of_metal(void **state)
{
	/* 200 um of sodium hold 22.6 mAh cm-2; at 0.1 mA cm-2 diffusion alone would keep up. */
	struct fw_cell *cell = cell_with("short=never,metal_um=200", 1);

	(void)state;
	fw_cell_set_current(cell, density_to_current(0.1));
	fw_cell_advance(cell, 200 * 3600 * SECOND_NS);
	assert_true(truth_of(cell).depletion_a < 0.95);
	fw_cell_advance(cell, 230 * 3600 * SECOND_NS);
	assert_true(truth_of(cell).depletion_a >= 1.0);
	fw_cell_free(cell);
}

static void conducts_better_when_warm(void **state)
{
	struct fw_cell *cold = cell_with("temperature_k=298.15", 1);
	struct fw_cell *warm = cell_with("temperature_k=308.15", 1);
	double ratio = truth_of(cold).resistance_ohm / truth_of(warm).resistance_ohm;
	double expected = exp(0.36 / 8.617333e-5 * (1 / 298.15 - 1 / 308.15));

	(void)state;
	assert_near(ratio, expected, 0.03);
	fw_cell_free(cold);
	fw_cell_free(warm);
}

static void follows_the_air_of_its_chamber(void **state)
{
	struct fw_chamber *chamber = fw_chamber_new(NULL, 1);
	struct fw_cell *cell = cell_with("", 1);

	(void)state;
	fw_cell_put_into(cell, chamber);
	fw_chamber_set_nominal(chamber, 323.15);
	fw_chamber_run(chamber, true);
	fw_cell_advance(cell, 600 * SECOND_NS);
	assert_true(fw_chamber_air(chamber) > fw_cell_temperature(cell) + 2.0);
	for (int i = 11; i < 240; i++)
		fw_cell_advance(cell, i * 60 * SECOND_NS);
	assert_near(fw_cell_temperature(cell), 323.15, 0.1);
	fw_cell_free(cell);
	fw_chamber_free(chamber);
}

struct ramp_end {
	double short_ma_cm2; /* signed set value of the half-step in which it shorted; 0 for none */
	struct fw_cell_truth truth;
};

/* Each current first positive, then negative, without rest, in steps of 1 s, up to 9 mA cm-2. */
static struct ramp_end ramp_of(const char *settings, double half_step_min,
			       double increment_ma_cm2, uint64_t seed)
{
	struct fw_cell *cell = cell_with(settings, seed);
	struct ramp_end end = { 0 };
	int64_t now_s = 0;
	int half_steps = 2 * (int)(9.0 / increment_ma_cm2 + 0.5);

	for (int half = 0; half < half_steps && !end.truth.shorted; half++) {
		double ma_cm2 = (half / 2 + 1) * increment_ma_cm2 * (half % 2 ? -1 : 1);

		fw_cell_set_current(cell, density_to_current(ma_cm2));
		for (int i = 0; i < (int)(half_step_min * 60.0); i++)
			fw_cell_advance(cell, ++now_s * SECOND_NS);
		fw_cell_get_truth(cell, &end.truth);
		if (end.truth.shorted)
			end.short_ma_cm2 = ma_cm2;
	}
	fw_cell_free(cell);
	return end;
}

static struct ramp_end ramp(double half_step_min, double increment_ma_cm2, uint64_t seed)
{
	return ramp_of("", half_step_min, increment_ma_cm2, seed);
}

static void check_band(double half_step_min, double increment, double low, double high)
{
	int positive = 0;
	double least = 99.0;
	double most = 0.0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct ramp_end end = ramp(half_step_min, increment, seed);
		double value = fabs(end.short_ma_cm2);

		if (value < low || value > high)
			fail_msg("seed %llu, %g min, increment %g: short at %g mA cm-2, wanted %g .. %g",
				 (unsigned long long)seed, half_step_min, increment,
				 end.short_ma_cm2, low, high);
		assert_near(end.truth.short_a_m2 / MA_CM2, end.short_ma_cm2, 1e-6);
		positive += end.short_ma_cm2 > 0;
		least = fmin(least, value);
		most = fmax(most, value);
	}
	print_message("%g min, increment %g: shorts at %g .. %g mA cm-2, %d of %d positive\n",
		      half_step_min, increment, least, most, positive, SEEDS);
	if (half_step_min < 30.0 || increment < 1.0)
		assert_true(most > least);
	assert_in_range(positive, 1, SEEDS - 1);
}

/* Critical current densities of Tsai, Lan et al. 2020 for half-steps of 5, 15 and 30 min. */
static void ramps_of_5_min_end_between_5_and_9(void **state)
{
	(void)state;
	check_band(5, 1.0, 5, 9);
	check_band(5, 0.5, 5, 9);
}

static void ramps_of_15_min_end_between_3_and_6(void **state)
{
	(void)state;
	check_band(15, 1.0, 3, 6);
	check_band(15, 0.5, 3, 6);
}

static void ramps_of_30_min_end_between_2_5_and_3_5(void **state)
{
	(void)state;
	check_band(30, 1.0, 2.5, 3.5);
	check_band(30, 0.5, 2.5, 3.5);
}

/* D grows 2.9-fold from 25 to 45 C: the same threshold is met at a higher current density. */
static void ramps_end_higher_when_warm(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct ramp_end cold = ramp(15, 0.5, seed);
		struct ramp_end warm = ramp_of("temperature_k=318.15", 15, 0.5, seed);
		double ratio = fabs(warm.short_ma_cm2 / cold.short_ma_cm2);

		assert_true(ratio > 1.3 && ratio < 2.1);
	}
}

/* The same paper: 300 h at 1 mA cm-2 in half-cycles of 5 h, no short. */
static void cycles_for_300_h_without_a_short(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct fw_cell *cell = cell_with("", seed);

		for (int half = 0; half < 60; half++) {
			fw_cell_set_current(cell, density_to_current(half % 2 ? -1.0 : 1.0));
			fw_cell_advance(cell, (half + 1) * 18000 * SECOND_NS);
		}
		assert_false(truth_of(cell).shorted);
		fw_cell_free(cell);
	}
}

static void a_short_collapses_the_voltage_and_stays(void **state)
{
	struct fw_cell *cell = cell_with("short=at,short_at_s=100", 3);
	struct fw_cell_truth truth;

	(void)state;
	fw_cell_set_current(cell, density_to_current(1.0));
	fw_cell_advance(cell, 99 * SECOND_NS);
	assert_near(fw_cell_voltage(cell), 0.0415, 0.001);
	fw_cell_advance(cell, 103 * SECOND_NS);
	truth = truth_of(cell);
	assert_true(truth.shorted && truth.visible);
	assert_near(truth.short_time_s, 100.0, 1e-6);
	assert_in_range((int)((truth.visible_time_s - 100.0) * 1e6), 1, 1000000);
	assert_near(truth.visible_a_m2, 10.0, 1e-3);
	assert_near(fw_cell_voltage(cell), density_to_current(1.0) * truth.resistance_ohm, 2e-5);
	assert_true(truth.short_ohm >= 0.7 && truth.short_ohm <= 1.21);
	fw_cell_set_current(cell, density_to_current(-2.0));
	fw_cell_advance(cell, 3600 * SECOND_NS);
	assert_true(fabs(fw_cell_voltage(cell)) < density_to_current(2.0) * 1.21);
	assert_near(fw_cell_current_at(cell, fw_cell_voltage(cell)), density_to_current(-2.0), 1e-5);
	fw_cell_free(cell);
}

static void shorts_with_the_terminals_open_too(void **state)
{
	struct fw_cell *cell = cell_with("short=at,short_at_s=10", 3);

	(void)state;
	fw_cell_advance(cell, 20 * SECOND_NS);
	assert_true(truth_of(cell).shorted);
	assert_false(truth_of(cell).visible);
	assert_near(fw_cell_voltage(cell), 0.0, 1e-12);
	fw_cell_free(cell);
}

static void loses_contact_with_age(void **state)
{
	struct fw_cell *cell = cell_with("short=never,ageing_onset_h=10,ageing_tau_h=5", 1);

	(void)state;
	for (int half = 0; half < 20; half++) {
		fw_cell_set_current(cell, density_to_current(half % 2 ? -0.2 : 0.2));
		fw_cell_advance(cell, (half + 1) * 3600 * SECOND_NS);
		if (half == 9)
			assert_near(truth_of(cell).contact_a, 1.0, 1e-9);
	}
	assert_near(truth_of(cell).contact_a, exp(-2.0), 1e-3);
	/* 2 ohm each while whole; the last half-step stripped B. */
	assert_near(truth_of(cell).resistance_ohm,
		    45.7 + 2.0 * exp(2.0) * (1.0 + 1.0 / (1.0 - truth_of(cell).depletion_b)), 0.05);
	fw_cell_free(cell);
}

static void keeps_the_contact_that_ageing_never_takes(void **state)
{
	struct fw_cell *cell = cell_with("short=never,ageing_onset_h=1,ageing_tau_h=0.5,ageing_contact_min=0.2", 1);

	(void)state;
	for (int half = 0; half < 8; half++) {
		fw_cell_set_current(cell, density_to_current(half % 2 ? -0.2 : 0.2));
		fw_cell_advance(cell, (half + 1) * 1800 * SECOND_NS);
		if (half == 3)
			assert_near(truth_of(cell).contact_a, 0.2 + 0.8 * exp(-2.0), 2e-3);
	}
	assert_near(truth_of(cell).contact_b, 0.2 + 0.8 * exp(-6.0), 1e-3);
	fw_cell_free(cell);
}

static void repeats_itself_for_a_seed(void **state)
{
	struct ramp_end one = ramp(15, 1.0, 42);
	struct ramp_end again = ramp(15, 1.0, 42);
	struct ramp_end other = ramp(15, 1.0, 43);

	(void)state;
	assert_memory_equal(&one.truth.short_time_s, &again.truth.short_time_s, sizeof(double));
	assert_memory_equal(&one.truth.charge_c, &again.truth.charge_c, sizeof(double));
	assert_true(one.truth.short_time_s != other.truth.short_time_s);
}

static void refuses_unknown_and_wild_options(void **state)
{
	struct fw_cell_options options;
	char why[200];
	size_t count;
	const struct fw_key *keys = fw_cell_keys(&count);

	(void)state;
	assert_false(fw_keys_parse(keys, count, "aera_cm2=1", &options, why, sizeof(why)));
	assert_non_null(strstr(why, "area_cm2"));
	assert_false(fw_keys_parse(keys, count, "area_cm2=-1", &options, why, sizeof(why)));
	assert_false(fw_keys_parse(keys, count, "area_cm2=nan", &options, why, sizeof(why)));
	assert_false(fw_keys_parse(keys, count, "short=maybe", &options, why, sizeof(why)));
	assert_non_null(strstr(why, "exposure never at"));
	assert_false(fw_keys_parse(keys, count, "short", &options, why, sizeof(why)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_published_resistance),
		cmocka_unit_test(scales_with_area_and_thickness),
		cmocka_unit_test(charges_its_interfaces_exponentially),
		cmocka_unit_test(depletes_as_the_square_root_of_time),
		cmocka_unit_test(recovers_at_rest),
		cmocka_unit_test(plating_fills_but_never_banks_metal),
		cmocka_unit_test(ramps_deplete_as_computed_elsewhere),
		cmocka_unit_test(depletes_less_when_warm),
		cmocka_unit_test(shows_an_overvoltage_while_it_depletes),
		cmocka_unit_test(resistance_grows_without_bound_at_the_limit),
		cmocka_unit_test(runs_out_of_metal),
		cmocka_unit_test(conducts_better_when_warm),
		cmocka_unit_test(follows_the_air_of_its_chamber),
		cmocka_unit_test(ramps_of_5_min_end_between_5_and_9),
		cmocka_unit_test(ramps_of_15_min_end_between_3_and_6),
		cmocka_unit_test(ramps_of_30_min_end_between_2_5_and_3_5),
		cmocka_unit_test(ramps_end_higher_when_warm),
		cmocka_unit_test(cycles_for_300_h_without_a_short),
		cmocka_unit_test(a_short_collapses_the_voltage_and_stays),
		cmocka_unit_test(shorts_with_the_terminals_open_too),
		cmocka_unit_test(loses_contact_with_age),
		cmocka_unit_test(keeps_the_contact_that_ageing_never_takes),
		cmocka_unit_test(repeats_itself_for_a_seed),
		cmocka_unit_test(refuses_unknown_and_wild_options),
	};

	return cmocka_run_group_tests_name("cell", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Polarization: before the resistance doubles however slowly it comes, at whatever current, and no warmth is taken for it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_cell.h"

#define MA 1e-3
#define HEALTHY_H 100.0

static double warmed(double ev, double temperature_c)
{
	return exp(ev / 8.617333e-5 * (1.0 / (temperature_c + 273.15) - 1.0 / 298.15));
}

/* Excess of the resistance, linear in time, when it was told. */
static double told_at(double percent_h, double half_s, bool blind)
{
	struct bench_cell b;
	double excess = 0.0;

	bench_init(&b, 3);
	b.noise_v = 2e-5;
	b.interval_s = 30.0;
	for (int i = 0; excess < 1.5 && !b.count[SG_EVENT_POLARIZATION]; i++) {
		for (double t = 0.0; t < half_s && !b.count[SG_EVENT_POLARIZATION]; t += b.interval_s) {
			excess = fmax(b.time_s / 3600.0 - HEALTHY_H, 0.0) * percent_h / 100.0;
			b.ohm = 50.0 * (1.0 + excess);
			b.temperature_c = blind ? (double)NAN : 25.0 + bench_uniform(&b, -0.02, 0.02);
			bench_read(&b, i % 2 ? -1 * MA : 1 * MA);
		}
	}
	return excess;
}

/* What grows slowly widens what visits differ by: at some rates more than was asked for could not be reached. */
static void slow_growth_is_told_at_every_rate(void **state)
{
	static const double halves_s[] = { 600.0, 1800.0, 3600.0, 7200.0, 18000.0 };
	static const double rates[] = { 0.25, 0.5, 1.0, 2.0 };
	double excess;

	(void)state;
	for (size_t i = 0; i < sizeof(halves_s) / sizeof(halves_s[0]); i++) {
		for (size_t k = 0; k < sizeof(rates) / sizeof(rates[0]); k++) {
			for (int blind = 0; blind < 2; blind++) {
				excess = told_at(rates[k], halves_s[i], blind);
				/* What healthy cells age by is not counted: at 0.25 % an hour 8 % of the growth. */
				if (excess < 0.05 || excess > (blind ? 0.40 : 0.20))
					fail_msg("%g %% an hour, half-steps of %g s, %s: told at %.0f %%", rates[k], halves_s[i],
						 blind ? "blind" : "with a temperature", 100.0 * excess);
			}
		}
	}
}

/* A rate test of a cell whose voltage is mostly concentration: only the changes of the current are alike. */
static void contact_that_is_lost_in_a_rate_test_is_told(void **state)
{
	static const double levels[] = { 1.0, 0.5, 2.0, 1.5 };
	struct bench_cell b;
	double told_ohm;
	int after;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		bench_init(&b, seed);
		b.temperature_c = 25.0;
		b.interval_s = 5.0;
		b.slow_ohm = 150.0;
		b.slow_s = 900.0;
		told_ohm = (double)NAN;
		for (int i = 0; i < 72; i++) {
			after = i > 40 ? i - 40 : 0;
			b.ohm = 50.0 * (1.0 + 0.03 * after);
			bench_run(&b, (i % 2 ? -1 * MA : 1 * MA) * levels[i / 6 % 4], 1800.0);
			if (i == 40)
				assert_int_equal(b.count[SG_EVENT_POLARIZATION] + b.count[SG_EVENT_SOFT_SHORT], 0);
			if (b.count[SG_EVENT_POLARIZATION] && isnan(told_ohm))
				told_ohm = b.ohm;
		}
		if (!(told_ohm < 85.0))
			fail_msg("seed %u: told at %g ohm", (unsigned)seed, told_ohm);
	}
}

/* A ramp of currents has each current once: what grows in it is held against what smaller currents showed. */
static void contact_that_is_lost_in_a_ramp_is_told_before_it_doubles(void **state)
{
	static const double halves_s[] = { 300.0, 600.0, 1800.0 };
	static const double growths[] = { 1.0, 1.5, 3.0 }; /* by the end of the ramp */
	struct bench_cell b;

	(void)state;
	for (int k = 0; k < 3 * 3 * 2; k++) {
		const double half_s = halves_s[k % 3], growth = growths[k / 3 % 3], end_s = 20.0 * half_s, begin_s = 0.45 * end_s;
		double told_ohm = (double)NAN;

		bench_init(&b, (uint64_t)k + 1);
		b.noise_v = 2e-5;
		b.interval_s = 2.0;
		b.temperature_c = k < 9 ? (double)NAN : 25.0;
		while (b.time_s < end_s) {
			const double current_a = (int)(b.time_s / half_s) % 2 ? -1 * MA : 1 * MA;

			b.ohm = 50.0 * (1.0 + growth * fmax(b.time_s - begin_s, 0.0) / (end_s - begin_s));
			bench_read(&b, current_a * (1.0 + floor(b.time_s / (2.0 * half_s))));
			if (b.count[SG_EVENT_POLARIZATION] && isnan(told_ohm))
				told_ohm = b.ohm;
		}
		if (!(told_ohm > 50.0 && told_ohm < 100.0))
			fail_msg("half-steps of %g s, %g times as much more, %s: told at %g of 50 ohm", half_s, growth,
				 k < 9 ? "blind" : "with a temperature", told_ohm);
	}
}

/* 20 h cold or warm by 10 K, again and again: every activation energy that healthy cells have. */
static void ten_kelvin_are_no_event_whatever_the_activation_energy(void **state)
{
	static const double halves_s[] = { 600.0, 3600.0, 18000.0 };
	struct bench_cell b;
	double cell_c, sensor_c, set_c;

	(void)state;
	for (int way = -1; way <= 1; way += 2) {
		for (int k = 0; k < 11 * 3; k++) {
			bench_init(&b, 5);
			b.noise_v = 2e-5;
			b.interval_s = 10.0;
			cell_c = sensor_c = 25.0;
			while (b.time_s < 100.0 * 3600.0) {
				set_c = 25.0 + 10.0 * way * ((int)(b.time_s / 72000.0) % 2);
				cell_c += (set_c - cell_c) * 10.0 / 1510.0;
				sensor_c += (set_c - sensor_c) * 10.0 / 410.0;
				b.temperature_c = sensor_c;
				b.ohm = 50.0 * warmed(0.20 + 0.05 * (k / 3), cell_c);
				bench_read(&b, (int)(b.time_s / halves_s[k % 3]) % 2 ? -1 * MA : 1 * MA);
			}
			if (b.count[SG_EVENT_POLARIZATION] + b.count[SG_EVENT_SOFT_SHORT] + b.count[SG_EVENT_HARD_SHORT] > 0)
				fail_msg("%+d K, %.2f eV, half-steps of %g s: soft %u, polarization %u: %s%s", 10 * way,
					 0.20 + 0.05 * (k / 3), halves_s[k % 3], b.count[SG_EVENT_SOFT_SHORT],
					 b.count[SG_EVENT_POLARIZATION], b.event[SG_EVENT_SOFT_SHORT].text,
					 b.event[SG_EVENT_POLARIZATION].text);
		}
	}
}

#define LOGISTIC_S 50000.0
#define LOGISTIC_WIDTH_S 2000.0

static double logistic(double t_s)
{
	return 50.0 * (1.0 + 1.5 / (1.0 + exp(-(t_s - LOGISTIC_S) / LOGISTIC_WIDTH_S)));
}

static double largest_curvature_s(void)
{
	double best = 0.0, at_s = 0.0, curvature;

	for (double t = 30000.0; t < 60000.0; t += 20.0) {
		curvature = log(logistic(t + 50.0)) - 2.0 * log(logistic(t)) + log(logistic(t - 50.0));
		if (curvature > best) {
			best = curvature;
			at_s = t;
		}
	}
	return at_s;
}

/* Whatever the noise and the interval, and none where it still bends when the step ends. */
static void the_inflexion_is_where_ln_v_bends_most(void **state)
{
	static const double intervals_s[] = { 1.0, 10.0, 60.0 }, noises_v[] = { 2e-5, 1e-4 };
	const double true_s = largest_curvature_s();
	const struct sg_polarization *marks;
	struct bench_cell b;

	(void)state;
	for (uint64_t k = 0; k < 24; k++) {
		bench_init(&b, k + 1);
		b.temperature_c = 25.0;
		b.interval_s = intervals_s[k % 3];
		b.noise_v = noises_v[k / 3 % 2];
		marks = &b.detector.polarizing.marks;
		while (b.time_s < true_s) {
			b.ohm = logistic(b.time_s);
			bench_read(&b, 1 * MA);
		}
		assert_true(isnan(marks->t_inflect_s));
		while (b.time_s < 75000.0) {
			b.ohm = logistic(b.time_s);
			bench_read(&b, 1 * MA);
		}
		if (isnan(marks->t_inflect_s) && b.interval_s > 50.0 && b.noise_v > 5e-5)
			continue; /* so few readings, so noisy */
		if (!(fabs(marks->t_inflect_s - true_s) <= marks->inflect_unsure_s) || marks->inflect_unsure_s > 0.07 * true_s)
			fail_msg("every %g s, %g V: %.0f +- %.0f s, true %.0f", b.interval_s, b.noise_v, marks->t_inflect_s,
				 marks->inflect_unsure_s, true_s);
		assert_true(fabs(marks->c_inflect_mah_cm2 - marks->t_inflect_s / 3600.0) < 0.05);
	}
}

/* One electrode only, and the test ends in a half-step of the other: told once, and not forgotten. */
static void one_electrode_that_is_lost_stays_told(void **state)
{
	const struct sg_polarization *marks;
	struct bench_cell b;
	double grown_h;

	(void)state;
	bench_init(&b, 4);
	b.temperature_c = 25.0;
	b.interval_s = 10.0;
	marks = &b.detector.polarizing.marks;
	for (int i = 0; i < 12; i++) {
		for (double t = 0.0; t < 18000.0; t += b.interval_s) {
			grown_h = fmax(b.time_s / 3600.0 - 40.0, 0.0);
			b.ohm = 50.0 * (1.0 + (i % 2 ? 0.0 : 0.012 * grown_h * grown_h * t / 18000.0));
			bench_read(&b, i % 2 ? -1 * MA : 1 * MA);
		}
	}
	assert_int_equal(b.count[SG_EVENT_POLARIZATION], 1);
	assert_true(marks->ever_told);
	assert_true(marks->t10_s > 40.0 * 3600.0 && marks->t10_s < b.event[SG_EVENT_POLARIZATION].time_s);
	assert_true(marks->t2x_s > marks->t10_s);
}

/* A cold afternoon that nobody was told of is not the beginning of what comes a day later. */
static void a_rise_that_went_by_is_not_the_beginning(void **state)
{
	const struct sg_polarization *marks;
	struct bench_cell b;
	double h;

	(void)state;
	bench_init(&b, 6);
	b.interval_s = 10.0;
	marks = &b.detector.polarizing.marks;
	for (int i = 0; i < 150 && !marks->told; i++) {
		for (double t = 0.0; t < 3600.0; t += b.interval_s) {
			h = b.time_s / 3600.0;
			b.ohm = 50.0 * (1.0 + (h > 60.0 && h < 70.0 ? 0.14 * sin(0.314159 * (h - 60.0)) : 0.0) +
					0.01 * fmax(h - 100.0, 0.0));
			bench_read(&b, i % 2 ? -1 * MA : 1 * MA);
		}
	}
	assert_true(marks->told);
	assert_true(marks->t10_s > 105.0 * 3600.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_growth_is_told_at_every_rate),
		cmocka_unit_test(contact_that_is_lost_in_a_rate_test_is_told),
		cmocka_unit_test(contact_that_is_lost_in_a_ramp_is_told_before_it_doubles),
		cmocka_unit_test(ten_kelvin_are_no_event_whatever_the_activation_energy),
		cmocka_unit_test(the_inflexion_is_where_ln_v_bends_most),
		cmocka_unit_test(one_electrode_that_is_lost_stays_told),
		cmocka_unit_test(a_rise_that_went_by_is_not_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

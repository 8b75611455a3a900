/* SPDX-License-Identifier: Apache-2.0 */
/* Soft shorts, shorts from the start, polarization: found in time, and not seen where they are not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_cell.h"

#define MA 1e-3
#define HALF_STEP_S 1800.0

/* A cell that has cycled for a while: 50 ohm, or 40 + 60 slow ones. */
static void cycled(struct bench_cell *b, uint64_t seed, bool slow)
{
	bench_init(b, seed);
	bench_expect(b, slow ? 100.0 : 50.0, NAN);
	b->temperature_c = 25.0;
	b->interval_s = 5.0;
	if (slow) {
		b->ohm = 40.0;
		b->slow_ohm = 60.0;
		b->slow_s = 500.0;
	}
	bench_cycle(b, 1 * MA, HALF_STEP_S, 14);
}

static unsigned all(const struct bench_cell *b)
{
	return bench_cell_events(b) + b->count[SG_EVENT_SOFT_SHORT] + b->count[SG_EVENT_SHORT_FROM_START] +
	       b->count[SG_EVENT_POLARIZATION];
}

static void a_soft_step_is_told_within_two_minutes(void **state)
{
	static const double drops[] = { 0.10, 0.25, 0.50 };
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
			cycled(&b, seed, false);
			assert_int_equal(all(&b), 0);
			bench_run(&b, 1 * MA, 600);
			b.ohm *= 1.0 - drops[i];
			bench_run(&b, 1 * MA, 120);
			if (b.count[SG_EVENT_SOFT_SHORT] != 1)
				fail_msg("seed %u, drop %.2f: %u told", (unsigned)seed, drops[i],
					 b.count[SG_EVENT_SOFT_SHORT]);
			assert_true(fabs(b.event[SG_EVENT_SOFT_SHORT].value - b.ohm) < 1.0);
			assert_true(fabs(b.event[SG_EVENT_SOFT_SHORT].reference - 50.0) < 1.0);
			assert_non_null(strstr(b.event[SG_EVENT_SOFT_SHORT].text, "either"));
		}
	}
}

/* No baseline yet, no thermometer; but from one reading to the next no healthy cell falls by a quarter. */
static void a_fall_within_one_reading_is_told_in_the_first_half_step(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		bench_init(&b, seed);
		bench_expect(&b, 50.0, NAN);
		b.interval_s = 5.0;
		b.slow_ohm = seed % 2 ? 30.0 : 0.0;
		b.slow_s = 600.0;
		bench_run(&b, 1 * MA, 900);
		assert_int_equal(all(&b), 0);
		b.ohm -= 20.0;
		bench_run(&b, 1 * MA, 60);
		assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
		assert_true(b.event[SG_EVENT_SOFT_SHORT].time_s - b.event[SG_EVENT_SOFT_SHORT].since_s <= 35.0);
		bench_run(&b, 1 * MA, 600);
		assert_int_equal(all(&b), 1);
	}
}

static void a_soft_short_of_a_slow_cell_is_told_at_its_own_phase(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		cycled(&b, seed, true);
		assert_int_equal(all(&b), 0);
		bench_run(&b, 1 * MA, 900);
		b.ohm -= 25.0; /* of some 80 at this phase */
		bench_run(&b, 1 * MA, 120);
		assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	}
}

static void a_gradual_soft_short_is_told_before_a_quarter_is_gone(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 3, false);
	for (int i = 0; i < 1500 && !b.count[SG_EVENT_SOFT_SHORT]; i++) {
		b.ohm *= 1.0 - 0.5 / 1500.0;
		bench_read(&b, i / 360 % 2 ? -1 * MA : 1 * MA);
	}
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	assert_true(b.ohm > 50.0 * 0.75);
}

/* It never settles: each half-step moves by 1.2 %, those of a sign by 2.4 %; but not by a third. */
static void a_soft_short_of_a_cell_that_still_moves_is_told(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		bench_init(&b, seed);
		bench_expect(&b, 50.0, NAN);
		b.temperature_c = 25.0;
		b.interval_s = 5.0;
		for (int i = 0; i < 12; i++) {
			bench_run(&b, i % 2 ? -1 * MA : 1 * MA, HALF_STEP_S);
			b.ohm *= seed % 2 ? 1.012 : 0.988;
		}
		assert_int_equal(all(&b), 0);
		bench_run(&b, 1 * MA, 600);
		for (int i = 0; i < 200; i++) {
			b.ohm *= 0.998;
			bench_read(&b, 1 * MA);
		}
		assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	}
}

static void a_filament_of_one_polarity_is_told_and_the_other_is_not(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 4, false);
	for (int i = 0; i < 6; i++) {
		b.ohm = i % 2 ? 35.0 : 50.0;
		bench_run(&b, i % 2 ? -1 * MA : 1 * MA, HALF_STEP_S);
	}
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	assert_non_null(strstr(b.event[SG_EVENT_SOFT_SHORT].text, "negative"));
	assert_int_equal(b.count[SG_EVENT_POLARIZATION], 0);
}

static void flicker_is_a_warning(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 5, false);
	bench_run(&b, 1 * MA, 300);
	for (int i = 0; i < 8; i++) {
		b.ohm = 30.0;
		bench_run(&b, 1 * MA, 5);
		b.ohm = 50.0;
		bench_run(&b, 1 * MA, 60);
	}
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	assert_int_equal(b.event[SG_EVENT_SOFT_SHORT].grade, SG_GRADE_WARNING);
	assert_non_null(strstr(b.event[SG_EVENT_SOFT_SHORT].text, "flicker"));
}

static void a_soft_short_is_told_once_and_again_after_it_healed(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 6, false);
	b.ohm = 35.0;
	bench_run(&b, 1 * MA, HALF_STEP_S);
	b.ohm = 50.0;
	bench_cycle(&b, -1 * MA, HALF_STEP_S, 6);
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	assert_int_equal(b.count[SG_EVENT_CONTACT_STEP], 0);
	bench_run(&b, -1 * MA, 300);
	b.ohm = 35.0;
	bench_run(&b, -1 * MA, 300);
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 2);
}

/* 0.5 h half-steps of 12 cells each for 90 h: conditioning by 40 % in the first cycles, then 6 % of ageing in 300 h. */
static void a_healthy_cell_that_conditions_and_ages_is_not_called(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		const double by = seed % 2 ? 0.4 : -0.3;

		bench_init(&b, seed);
		b.temperature_c = 25.0;
		b.interval_s = 10.0;
		b.know_set = seed % 3;
		if (seed % 4 == 0) {
			b.slow_ohm = 100.0;
			b.slow_s = 700.0;
		}
		for (int i = 0; i < 180; i++) {
			b.ohm = 50.0 * (1.0 + by * exp(-i / 8.0)) * (1.0 + 1e-4 * i);
			bench_run(&b, i % 2 ? -1 * MA : 1 * MA, HALF_STEP_S);
		}
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 1); /* "cannot be excluded" */
		assert_int_equal(b.event[SG_EVENT_SHORT_FROM_START].grade, SG_GRADE_INFO);
		if (all(&b) != 1)
			fail_msg("seed %u: soft %u, polarization %u: %s", (unsigned)seed, b.count[SG_EVENT_SOFT_SHORT],
				 b.count[SG_EVENT_POLARIZATION], b.event[SG_EVENT_POLARIZATION].text);
	}
}

static void warmth_is_no_event_of_the_cell(void **state)
{
	struct bench_cell b;
	double late_k;

	(void)state;
	for (int way = -1; way <= 1; way += 2) {
		cycled(&b, 7, false);
		for (int i = 0; i < 6; i++) {
			/* The sensor at once, the cell follows; 0.45 eV. */
			b.temperature_c = 25.0 + 5.0 * way;
			for (int k = 0; k < 360; k++) {
				late_k = 5.0 * way * (1.0 - exp(-(i * HALF_STEP_S + k * 5.0) / 900.0));
				b.ohm = 50.0 * exp(0.45 / 8.617e-5 * (1.0 / (298.15 + late_k) - 1.0 / 298.15));
				bench_read(&b, i % 2 ? -1 * MA : 1 * MA);
			}
		}
		if (all(&b))
			fail_msg("%+d K: soft %u %s, polarization %u %s", 5 * way, b.count[SG_EVENT_SOFT_SHORT],
				 b.event[SG_EVENT_SOFT_SHORT].text, b.count[SG_EVENT_POLARIZATION],
				 b.event[SG_EVENT_POLARIZATION].text);
		assert_int_equal(b.count[SG_EVENT_THERMAL], 1);
		assert_int_equal(b.event[SG_EVENT_THERMAL].grade, SG_GRADE_INFO);
	}
}

static void gaps_restarts_and_what_is_no_number_make_no_event(void **state)
{
	struct bench_cell b;
	struct sg_reading bad;

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		cycled(&b, 8, true);
		for (int i = 0; i < 8; i++) {
			bench_run(&b, i % 2 ? -1 * MA : 1 * MA, 600);
			if (kind == 0) { /* an impedance measurement */
				b.interval_s = 900.0;
				bench_read(&b, i % 2 ? -1 * MA : 1 * MA);
				b.interval_s = 5.0;
			}
			if (kind == 1)
				b.time_s = 0.0;
			bad = b.reading;
			bad.voltage_v = NAN;
			bad.time_s += 1.0;
			if (kind == 2)
				bench_feed(&b, &bad);
			bench_run(&b, i % 2 ? -1 * MA : 1 * MA, 600);
		}
		if (all(&b))
			fail_msg("kind %d: soft %u %s, polarization %u %s", kind, b.count[SG_EVENT_SOFT_SHORT],
				 b.event[SG_EVENT_SOFT_SHORT].text, b.count[SG_EVENT_POLARIZATION],
				 b.event[SG_EVENT_POLARIZATION].text);
	}
}

static void a_short_from_the_start_needs_what_was_expected(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		bench_init(&b, seed);
		bench_expect(&b, 50.0, NAN);
		b.ohm = 30.0;
		bench_run(&b, 0.0, 60);
		bench_run(&b, 1 * MA, 120);
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 1);
		assert_int_equal(b.event[SG_EVENT_SHORT_FROM_START].grade, SG_GRADE_ALARM);

		bench_init(&b, seed); /* half-steps that see no doubling of a minute */
		bench_expect(&b, 50.0, NAN);
		b.ohm = 30.0;
		b.interval_s = 0.1;
		bench_cycle(&b, 1 * MA, 75, 2);
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 1);
		assert_true(b.event[SG_EVENT_SHORT_FROM_START].time_s <= 61.0);

		bench_init(&b, seed);
		bench_expect(&b, 50.0, NAN);
		b.ohm = 40.0; /* within what an expectation is good to */
		bench_run(&b, 1 * MA, 600);
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 0);

		bench_init(&b, seed);
		bench_expect(&b, 50.0, NAN);
		b.ohm = 20.0; /* builds the rest up */
		b.slow_ohm = 30.0;
		b.slow_s = 60.0;
		bench_run(&b, 1 * MA, 600);
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 0);
	}
}

static void polarization_over_cycles_is_told_before_the_resistance_doubles(void **state)
{
	struct bench_cell b;
	double told_ohm = NAN;

	(void)state;
	cycled(&b, 9, false);
	bench_cycle(&b, 1 * MA, HALF_STEP_S, 10);
	for (int i = 0; i < 40; i++) {
		b.ohm = 50.0 * exp(0.02 * i);
		bench_run(&b, i % 2 ? -1 * MA : 1 * MA, HALF_STEP_S);
		if (b.count[SG_EVENT_POLARIZATION] && isnan(told_ohm))
			told_ohm = b.ohm;
	}
	assert_true(told_ohm > 52.5 && told_ohm < 62.0);
	assert_int_equal(b.count[SG_EVENT_POLARIZATION], 1);
	assert_true(b.detector.polarizing.marks.t2x_s > b.detector.polarizing.marks.t10_s);
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT] + bench_cell_events(&b), 0);
}

/* One long step: 60 ohm, then convex; concave growth of any size is none. */
static void one_long_step_tells_convex_from_concave(void **state)
{
	const struct sg_polarization *marks;
	struct bench_cell b;

	(void)state;
	bench_init(&b, 10);
	b.temperature_c = 25.0;
	b.slow_ohm = 200.0;
	b.slow_s = 4000.0;
	bench_run(&b, 1 * MA, 20000);
	assert_int_equal(b.count[SG_EVENT_POLARIZATION], 0);

	bench_init(&b, 11);
	b.temperature_c = 25.0;
	for (int t = 0; t < 9000; t += 5) {
		b.interval_s = 5.0;
		b.ohm = 50.0 / (1.0 - 0.99 * pow(t / 9000.0, 4.0));
		bench_read(&b, 1 * MA);
	}
	marks = &b.detector.polarizing.marks;
	assert_int_equal(b.count[SG_EVENT_POLARIZATION], 1);
	/* 10 % above at (0.0918)^(1/4), doubled at (0.505)^(1/4) of the time, seen against what half the time showed */
	assert_true(fabs(marks->t10_s / 9000.0 - 0.55) < 0.05);
	assert_true(fabs(marks->t2x_s / 9000.0 - 0.845) < 0.04);
	assert_true(isnan(marks->t_inflect_s)); /* it bends ever more, to the end */
	assert_true(fabs(marks->c2x_mah_cm2 - marks->t2x_s / 3600.0) < 0.02);
}

/* The diffusion model asks for more evidence, or for less. */
static void use_of_the_limit_moves_the_moment_it_is_told(void **state)
{
	static const double fractions[] = { 0.95, 0.5, 0.1 };
	double told_s[3];
	struct bench_cell b;

	(void)state;
	for (int i = 0; i < 3; i++) {
		cycled(&b, 12, false);
		bench_run(&b, 1 * MA, 600);
		for (int k = 0; k < 3 * 24 && !b.count[SG_EVENT_POLARIZATION]; k++) {
			/* in a few readings, for a step would be a contact */
			b.ohm = fmin(b.ohm + 0.5, 60.0);
			bench_read(&b, 1 * MA);
			b.reading.time_s += 1.0;
			b.time_s += 1.0;
			b.reading.limit_fraction = fractions[i];
			bench_feed(&b, &b.reading);
		}
		assert_int_equal(b.count[SG_EVENT_POLARIZATION], 1);
		told_s[i] = b.event[SG_EVENT_POLARIZATION].time_s;
	}
	assert_true(told_s[0] < told_s[1]);
	assert_true(told_s[1] < told_s[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_soft_step_is_told_within_two_minutes),
		cmocka_unit_test(a_fall_within_one_reading_is_told_in_the_first_half_step),
		cmocka_unit_test(a_soft_short_of_a_slow_cell_is_told_at_its_own_phase),
		cmocka_unit_test(a_gradual_soft_short_is_told_before_a_quarter_is_gone),
		cmocka_unit_test(a_soft_short_of_a_cell_that_still_moves_is_told),
		cmocka_unit_test(a_filament_of_one_polarity_is_told_and_the_other_is_not),
		cmocka_unit_test(flicker_is_a_warning),
		cmocka_unit_test(a_soft_short_is_told_once_and_again_after_it_healed),
		cmocka_unit_test(a_healthy_cell_that_conditions_and_ages_is_not_called),
		cmocka_unit_test(warmth_is_no_event_of_the_cell),
		cmocka_unit_test(gaps_restarts_and_what_is_no_number_make_no_event),
		cmocka_unit_test(a_short_from_the_start_needs_what_was_expected),
		cmocka_unit_test(polarization_over_cycles_is_told_before_the_resistance_doubles),
		cmocka_unit_test(one_long_step_tells_convex_from_concave),
		cmocka_unit_test(use_of_the_limit_moves_the_moment_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

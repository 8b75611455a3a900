/* SPDX-License-Identifier: Apache-2.0 */
/* What the detectors learn on the way: noise, levels of current, and the resistance by phase. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench_cell.h"
#include "detect/noise.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"

#define MA 1e-3

static void noise_is_learned_through_drift_and_steps(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		bench_init(&b, seed);
		for (int i = 0; i < 3000; i++) {
			b.ohm = 50.0 + 0.01 * i; /* 10 uV a reading */
			bench_read(&b, i % 500 < 250 ? 1 * MA : -1 * MA);
		}
		assert_true(fabs(sg_noise_rms(&b.detector.voltage, NAN) / 1e-4 - 1.0) < 0.5);
	}
}

static void noise_is_unknown_at_first_and_never_below_the_resolution(void **state)
{
	struct sg_noise noise;

	(void)state;
	sg_noise_init(&noise, NAN, true);
	assert_true(sg_noise_rms(&noise, 0.123) == 0.123);
	for (int i = 0; i < 1000; i++)
		sg_noise_feed(&noise, 0.01 * (i / 50), i);
	assert_true(fabs(sg_noise_rms(&noise, NAN) - 0.01 / sqrt(12.0)) < 1e-5);
	sg_noise_init(&noise, 0.5, true);
	assert_true(sg_noise_rms(&noise, NAN) == 0.5);
}

/* A change of a channel that never moved may be the cell's, not a code's. */
static void one_change_is_no_resolution(void **state)
{
	struct sg_noise noise;

	(void)state;
	sg_noise_init(&noise, NAN, true);
	for (int i = 0; i < 100; i++)
		sg_noise_feed(&noise, i < 90 ? 0.05 : 0.001, i);
	assert_true(sg_noise_rms(&noise, 1e-4) == 1e-4);
	assert_true(sg_noise_codes(&noise) == 0.0);
}

static bool feed_current(struct sg_stretch *stretch, double current_a, double now_s)
{
	const struct sg_reading reading = { .time_s = now_s, .current_a = current_a, .set_a = NAN };

	return sg_stretch_feed(stretch, &reading, now_s, 1e-8);
}

static void two_spoilt_readings_make_no_level_and_three_alike_do(void **state)
{
	struct sg_stretch stretch;
	double now_s = 0.0;

	(void)state;
	sg_stretch_init(&stretch);
	for (int i = 0; i < 10; i++)
		feed_current(&stretch, 1 * MA, now_s += 1.0);
	assert_int_equal(stretch.index, 1);
	assert_true(fabs(stretch.level_a - 1 * MA) < 1e-9);
	assert_false(feed_current(&stretch, -60 * MA, now_s += 1.0));
	assert_false(feed_current(&stretch, -60 * MA, now_s += 1.0));
	assert_true(feed_current(&stretch, 1 * MA, now_s += 1.0));
	assert_int_equal(stretch.index, 1);
	assert_false(feed_current(&stretch, -60 * MA, now_s += 1.0));
	assert_false(feed_current(&stretch, -1 * MA, now_s += 1.0)); /* spoilt ones go before a new level */
	assert_false(feed_current(&stretch, -1 * MA, now_s += 1.0));
	assert_true(feed_current(&stretch, -1 * MA, now_s += 1.0));
	assert_int_equal(stretch.index, 2);
	assert_true(stretch.begin_s == now_s - 3.0);
	assert_int_equal(stretch.history, SG_AFTER_REVERSAL);
	assert_true(stretch.before_a > 0.0);
}

static void an_open_cell_is_rest_before_its_noise_is_known(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		bench_init(&b, seed);
		b.know_set = false;
		b.noise_a = seed % 2 ? 2e-8 : 3e-7;
		bench_run(&b, 0.0, 30);
		assert_true(b.detector.stretch.level_a == 0.0);
		bench_run(&b, 1 * MA, 30);
		assert_int_equal(b.detector.stretch.history, SG_AFTER_REST);
		assert_true(b.detector.stretch.before_a == 0.0);
	}
}

static void a_long_rest_makes_a_rested_cell_and_a_short_one_does_not(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 1);
	bench_run(&b, 1 * MA, 100);
	bench_run(&b, 0.0, 50);
	bench_run(&b, -1 * MA, 100);
	assert_int_equal(b.detector.stretch.history, SG_AFTER_REVERSAL);
	bench_run(&b, 0.0, 500);
	bench_run(&b, 1 * MA, 100);
	assert_int_equal(b.detector.stretch.history, SG_AFTER_REST);
}

static void a_pulse_does_not_undo_a_long_half_step(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 2);
	bench_run(&b, -1 * MA, 1000);
	bench_run(&b, 1 * MA, 50);
	bench_run(&b, 0.0, 20);
	bench_run(&b, 1 * MA, 50);
	assert_int_equal(b.detector.stretch.history, SG_AFTER_REVERSAL);
	assert_true(b.detector.stretch.before_a < 0.0);
}

/* Each pulse is short beside the train before it; half as many of them together are not. */
static void pulses_in_turn_undo_what_was_before(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 2);
	for (int i = 0; i < 20; i++) {
		bench_run(&b, 1 * MA, 50);
		bench_run(&b, 0.0, 20);
	}
	assert_true(b.detector.stretch.before_a > 0.0);
	for (int i = 0; i < 12; i++) {
		bench_run(&b, -1 * MA, 50);
		bench_run(&b, 0.0, 20);
	}
	assert_true(b.detector.stretch.before_a < 0.0);
	bench_run(&b, -1 * MA, 50);
	assert_int_equal(b.detector.stretch.history, SG_AFTER_REST);
	assert_false(b.detector.stretch.odd);
}

/* It ends the half-step before it, and is not the beginning of the next. */
static void a_rest_that_was_no_level_is_no_part_of_the_next_half_step(void **state)
{
	struct sg_stretch stretch;
	double now_s = 0.0;

	(void)state;
	sg_stretch_init(&stretch);
	for (int i = 0; i < 10; i++)
		feed_current(&stretch, 1 * MA, now_s += 60.0);
	for (int i = 0; i < 4; i++) /* further apart than its noise is thought to be */
		feed_current(&stretch, i % 2 ? 9e-8 : -9e-8, now_s += 60.0);
	for (int i = 0; i < 3; i++)
		feed_current(&stretch, -1 * MA, now_s += 60.0);
	assert_int_equal(stretch.index, 2);
	assert_true(stretch.begin_s == now_s - 120.0);
	assert_true(stretch.before_end_s == now_s - 360.0);
}

static void a_thermometer_of_whole_degrees_is_no_contact(void **state)
{
	struct bench_cell b;
	double true_c;

	(void)state;
	bench_init(&b, 8);
	b.noise_v = 1e-5;
	for (int i = 0; i < 36000; i++) {
		true_c = 25.0 + 1.5 * sin(i / 5000.0);
		b.ohm = 50.0 * exp(SG_ACTIVATION_EV / SG_BOLTZMANN_EV_K * (1.0 / (true_c + 273.15) - 1.0 / 298.15));
		b.temperature_c = round(true_c);
		bench_read(&b, i / 3600 % 2 ? -1 * MA : 1 * MA);
	}
	assert_int_equal(b.count[SG_EVENT_CONTACT_STEP], 0);
	assert_int_equal(bench_cell_events(&b), 0);
}

static void the_resistance_is_shown_when_it_means_something(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 3);
	bench_run(&b, 0.0, 20);
	assert_true(isnan(sg_detector_resistance_ohm(&b.detector)));
	bench_run(&b, 1 * MA, 4); /* blanked: 5 s */
	assert_true(isnan(sg_detector_resistance_ohm(&b.detector)));
	bench_run(&b, 1 * MA, 10);
	assert_true(fabs(sg_detector_resistance_ohm(&b.detector) - 50.0) < 1.0);
	bench_run(&b, -1 * MA, 3);
	assert_true(isnan(sg_detector_resistance_ohm(&b.detector)));
	bench_run(&b, -1 * MA, 10);
	assert_true(fabs(sg_detector_resistance_ohm(&b.detector) - 50.0) < 1.0);
	bench_run(&b, 0.0, 3);
	assert_true(isnan(sg_detector_resistance_ohm(&b.detector)));
}

static void the_baseline_is_known_after_three_visits_of_a_phase(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 4);
	b.slow_ohm = 100.0;
	b.slow_s = 100.0;
	bench_cycle(&b, 1 * MA, 600, 7); /* 3 reversals to each side */
	bench_run(&b, -1 * MA, 30);
	bench_cycle(&b, 1 * MA, 600, 2);
	bench_run(&b, 1 * MA, 20);
	/* 50 + 100 (1 - 2 exp(-20 / 100)), one reading behind */
	assert_true(fabs(sg_detector_baseline_ohm(&b.detector) - -14.6) < 1.5);
	bench_run(&b, 1 * MA, 500);
	assert_true(fabs(sg_detector_baseline_ohm(&b.detector) - 149.0) < 4.0);

	bench_init(&b, 4);
	bench_cycle(&b, 1 * MA, 600, 3);
	assert_true(isnan(sg_detector_baseline_ohm(&b.detector)));
}

static void a_current_far_above_all_before_begins_anew(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 5);
	bench_cycle(&b, 1e-3 * MA, 300, 2); /* 0.05 uV: noise only */
	bench_cycle(&b, 1 * MA, 300, 2);
	assert_true(fabs(b.detector.baseline.scale_ohm - 50.0) < 1.0);
	assert_int_equal(bench_cell_events(&b), 0);
}

static void the_same_readings_give_the_same_events(void **state)
{
	struct bench_cell b[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		bench_init(&b[i], 6);
		bench_cycle(&b[i], 1 * MA, 300, 4);
		b[i].short_ohm = 1.0;
		bench_cycle(&b[i], 1 * MA, 300, 2);
	}
	assert_memory_equal(&b[0].event[SG_EVENT_HARD_SHORT], &b[1].event[SG_EVENT_HARD_SHORT], sizeof(struct sg_event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_learned_through_drift_and_steps),
		cmocka_unit_test(noise_is_unknown_at_first_and_never_below_the_resolution),
		cmocka_unit_test(one_change_is_no_resolution),
		cmocka_unit_test(two_spoilt_readings_make_no_level_and_three_alike_do),
		cmocka_unit_test(an_open_cell_is_rest_before_its_noise_is_known),
		cmocka_unit_test(a_long_rest_makes_a_rested_cell_and_a_short_one_does_not),
		cmocka_unit_test(a_pulse_does_not_undo_a_long_half_step),
		cmocka_unit_test(pulses_in_turn_undo_what_was_before),
		cmocka_unit_test(a_rest_that_was_no_level_is_no_part_of_the_next_half_step),
		cmocka_unit_test(a_thermometer_of_whole_degrees_is_no_contact),
		cmocka_unit_test(the_resistance_is_shown_when_it_means_something),
		cmocka_unit_test(the_baseline_is_known_after_three_visits_of_a_phase),
		cmocka_unit_test(a_current_far_above_all_before_begins_anew),
		cmocka_unit_test(the_same_readings_give_the_same_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

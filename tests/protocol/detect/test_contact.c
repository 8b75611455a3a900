/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts and leads: told as what they are, taken into the baselines, and never an event of the cell. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench_cell.h"

#define MA 1e-3
#define HALF_STEP_S 1800.0

static void cycled(struct bench_cell *b, uint64_t seed)
{
	bench_init(b, seed);
	bench_expect(b, 50.0, NAN);
	b->temperature_c = 25.0;
	b->interval_s = 5.0;
	bench_cycle(b, 1 * MA, HALF_STEP_S, 10);
	bench_run(b, 1 * MA, 600);
}

static unsigned of_the_cell(const struct bench_cell *b)
{
	return b->count[SG_EVENT_SOFT_SHORT] + b->count[SG_EVENT_SHORT_FROM_START] + b->count[SG_EVENT_POLARIZATION] +
	       b->count[SG_EVENT_HARD_SHORT];
}

static void a_contact_step_is_told_once_and_learned(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		cycled(&b, seed);
		b.ohm += 10.0;
		bench_run(&b, 1 * MA, 600);
		bench_cycle(&b, -1 * MA, HALF_STEP_S, 10);
		assert_int_equal(b.count[SG_EVENT_CONTACT_STEP], 1);
		assert_true(fabs(b.event[SG_EVENT_CONTACT_STEP].value - 10.0) < 0.5);
		assert_int_equal(of_the_cell(&b), 0);
		/* ... and a soft short from there is found. */
		b.ohm *= 0.75;
		bench_run(&b, -1 * MA, 200);
		assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
	}
}

static void spikes_are_a_loose_lead(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		cycled(&b, seed);
		b.interval_s = 0.5;
		for (int i = 0; i < 30; i++) {
			b.ohm = 50.0 * bench_uniform(&b, 1.5, 500.0);
			bench_run(&b, 1 * MA, 1.0);
			b.ohm = 50.0;
			bench_run(&b, 1 * MA, bench_uniform(&b, 0.5, 8.0));
		}
		assert_true(b.count[SG_EVENT_CONTACT_OPEN] >= 1);
		assert_int_equal(of_the_cell(&b), 0);
	}
}

/* A floating input: it drifts off, or it wanders around zero. */
static void a_sense_lead_that_floats_is_no_event_of_the_cell(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		cycled(&b, seed);
		b.lead_off = true;
		b.stray_v = 0.05;
		for (int i = 0; i < 200; i++) {
			if (seed % 2)
				b.stray_v += 0.02 + bench_uniform(&b, -0.01, 0.01);
			else
				b.stray_v = bench_uniform(&b, -0.03, 0.03);
			bench_read(&b, 1 * MA);
		}
		b.lead_off = false;
		bench_run(&b, 1 * MA, 600);
		bench_cycle(&b, -1 * MA, HALF_STEP_S, 4);
		assert_true(b.count[SG_EVENT_SENSE_LOST] + b.count[SG_EVENT_SHORT_OR_SENSE] >= 1);
		if (b.count[SG_EVENT_SOFT_SHORT] + b.count[SG_EVENT_POLARIZATION])
			fail_msg("seed %u: soft %u %s, polarization %u %s", (unsigned)seed, b.count[SG_EVENT_SOFT_SHORT],
				 b.event[SG_EVENT_SOFT_SHORT].text, b.count[SG_EVENT_POLARIZATION],
				 b.event[SG_EVENT_POLARIZATION].text);
	}
}

static void a_voltage_ten_times_too_high_at_once_is_a_lead_until_it_is_back(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 3);
	b.lead_off = true;
	b.stray_v = 4.0; /* on the rail of a source nobody named */
	bench_run(&b, 1 * MA, 900);
	bench_run(&b, -1 * MA, 900);
	b.lead_off = false;
	bench_cycle(&b, 1 * MA, HALF_STEP_S, 12); /* the program is as it was again */
	assert_int_equal(b.count[SG_EVENT_SENSE_LOST], 1);
	assert_int_equal(of_the_cell(&b), 0);
	b.ohm = 35.0;
	bench_run(&b, 1 * MA, 300);
	assert_int_equal(b.count[SG_EVENT_SOFT_SHORT], 1);
}

static void a_switch_of_range_is_told_at_powers_of_ten(void **state)
{
	struct sg_reading spoilt;
	struct bench_cell b;

	(void)state;
	cycled(&b, 4);
	for (int i = 0; i < 12; i++) {
		bench_run(&b, 1 * MA, 60);
		spoilt = b.reading;
		spoilt.time_s = b.time_s += 1.0;
		spoilt.current_a *= 10.0;
		bench_feed(&b, &spoilt);
	}
	bench_run(&b, 1 * MA, 60);
	assert_int_equal(b.count[SG_EVENT_RANGE_GLITCH], 2);
	assert_int_equal(b.event[SG_EVENT_RANGE_GLITCH].grade, SG_GRADE_INFO);
	assert_int_equal(of_the_cell(&b), 0);
}

/* Half-steps of a minute and a half: each begins where the one before ended, high; nothing happened at once. */
static void growth_over_short_half_steps_is_no_lead(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		bench_init(&b, seed);
		bench_cycle(&b, 1e-3, 90, 40);
		for (int i = 0; i < 8; i++) {
			b.ohm = 50.0 * (1.0 + 0.3 * (i / 2 + 1));
			bench_run(&b, i % 2 ? -1e-3 : 1e-3, 90);
		}
		assert_int_equal(b.count[SG_EVENT_SENSE_LOST], 0);
		assert_true(b.count[SG_EVENT_POLARIZATION] >= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_contact_step_is_told_once_and_learned),
		cmocka_unit_test(spikes_are_a_loose_lead),
		cmocka_unit_test(a_sense_lead_that_floats_is_no_event_of_the_cell),
		cmocka_unit_test(a_voltage_ten_times_too_high_at_once_is_a_lead_until_it_is_back),
		cmocka_unit_test(a_switch_of_range_is_told_at_powers_of_ten),
		cmocka_unit_test(growth_over_short_half_steps_is_no_lead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

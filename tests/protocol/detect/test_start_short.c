/* SPDX-License-Identifier: Apache-2.0 */
/* Shorted from the start: what was expected holds for the temperature of the beginning, and is carried over to the present one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_cell.h"

#define MA 1e-3

/* R at a temperature over R at 25 degC, for 0.35 eV. */
static double thermal(double temperature_c)
{
	return exp(0.35 / 8.617333e-5 * (1.0 / (temperature_c + 273.15) - 1.0 / 298.15));
}

/* Rests at the first temperature, then at the second for three hours, then cycles: 50 ohm at 25 degC times factor. */
static void play(struct bench_cell *b, double first_c, double then_c, double factor)
{
	bench_init(b, 1);
	bench_expect(b, 50.0 * thermal(first_c), NAN);
	b->interval_s = 5.0;
	b->temperature_c = first_c;
	bench_run(b, 0.0, 1800);
	b->temperature_c = then_c;
	bench_run(b, 0.0, 10800);
	b->ohm = 50.0 * thermal(then_c) * factor;
	bench_cycle(b, 1 * MA, 1800, 4);
}

static void a_healthy_cell_at_another_temperature_is_no_short(void **state)
{
	static const double then_c[] = { 5, 15, 25, 35, 60 };
	struct bench_cell b;

	(void)state;
	for (size_t i = 0; i < sizeof(then_c) / sizeof(then_c[0]); i++) {
		play(&b, 25.0, then_c[i], 1.0);
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 0);
	}
	play(&b, 60.0, 25.0, 1.0);
	assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 0);
}

static void a_short_from_the_start_is_told_at_any_temperature(void **state)
{
	static const double then_c[] = { 5, 15, 25, 35, 60 };
	struct bench_cell b;

	(void)state;
	for (size_t i = 0; i < sizeof(then_c) / sizeof(then_c[0]); i++) {
		play(&b, 25.0, then_c[i], 0.45);
		assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 1);
		assert_true(fabs(b.event[SG_EVENT_SHORT_FROM_START].reference / (50.0 * thermal(then_c[i])) - 1.0) < 0.02);
		assert_non_null(strstr(b.event[SG_EVENT_SHORT_FROM_START].text, "degC"));
	}
}

/* The cell follows the sensor late: nobody knows yet how warm it is. */
static void a_cell_that_is_warmed_up_as_it_starts_gets_the_benefit_of_the_doubt(void **state)
{
	struct bench_cell b;

	(void)state;
	bench_init(&b, 2);
	bench_expect(&b, 50.0, NAN);
	b.interval_s = 5.0;
	b.temperature_c = 25.0;
	bench_run(&b, 0.0, 600);
	b.temperature_c = 35.0;
	b.ohm = 50.0 * thermal(35.0);
	bench_cycle(&b, 1 * MA, 1800, 4);
	assert_int_equal(b.count[SG_EVENT_SHORT_FROM_START], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_cell_at_another_temperature_is_no_short),
		cmocka_unit_test(a_short_from_the_start_is_told_at_any_temperature),
		cmocka_unit_test(a_cell_that_is_warmed_up_as_it_starts_gets_the_benefit_of_the_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

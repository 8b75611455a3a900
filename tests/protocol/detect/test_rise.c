/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells that do not only rise after a reversal: an overvoltage of nucleation decays while the current before still hides most of
 * the voltage, so that V/I falls to nearly nothing, stands still, and rises.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bench_cell.h"
#include "detect/rise.h"

#define MA 1e-3
#define HALF_S 720.0

struct peaked {
	double ohm, slow_ohm, slow_s, peak_ohm, peak_s, rest_s;
};

static void set_up(struct bench_cell *b, const struct peaked *cell, uint64_t seed)
{
	bench_init(b, seed);
	b->ohm = cell->ohm;
	b->slow_ohm = cell->slow_ohm;
	b->slow_s = cell->slow_s;
	b->peak_ohm = cell->peak_ohm;
	b->peak_s = cell->peak_s;
	b->noise_v = 2e-5;
	b->interval_s = 2.0;
	b->know_set = false;
}

static void cycle(struct bench_cell *b, const struct peaked *cell, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		bench_run(b, i % 2 ? -1 * MA : 1 * MA, HALF_S);
		bench_run(b, 0.0, cell->rest_s);
	}
}

static const struct bench_cell *healthy(const struct peaked *cell, uint64_t seed)
{
	static struct bench_cell b;

	set_up(&b, cell, seed);
	cycle(&b, cell, 12);
	return &b;
}

/* 288 cells: ohmic part, build-up and its time, peak and its time, rest between. */
static struct peaked peaked_cell(unsigned at)
{
	static const double ohm[] = { 20, 50 }, slow_ohm[] = { 50, 100, 200 }, slow_s[] = { 200, 1000 };
	static const double peak_ohm[] = { 10, 25 }, peak_s[] = { 10, 30, 60, 120 }, rest_s[] = { 0, 14, 60 };

	return (struct peaked){
		.ohm = ohm[at % 2],
		.slow_ohm = slow_ohm[at / 2 % 3],
		.slow_s = slow_s[at / 6 % 2],
		.peak_ohm = peak_ohm[at / 12 % 2],
		.peak_s = peak_s[at / 24 % 4],
		.rest_s = rest_s[at / 96 % 3],
	};
}

static void a_peak_of_nucleation_that_decays_is_no_short(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (unsigned at = 0; at < 288; at++) {
		const struct peaked cell = peaked_cell(at);
		const struct bench_cell *b = healthy(&cell, at + 1);

		if (bench_cell_events(b) == 0)
			continue;
		wrong++;
		printf("%g + %g ohm in %g s, peak of %g ohm for %g s, rest %g s: %s\n", cell.ohm, cell.slow_ohm, cell.slow_s,
		       cell.peak_ohm, cell.peak_s, cell.rest_s, b->event[SG_EVENT_HARD_SHORT].text);
	}
	assert_int_equal(wrong, 0);
}

/* ... and yet a short of such a cell is told: within the dwell of a fifth of a half-cycle at a reversal, soon in the middle. */
static void a_short_of_a_cell_with_peaks_is_told(void **state)
{
	(void)state;
	for (unsigned at = 0; at < 288; at++) {
		const struct peaked cell = peaked_cell(at);
		struct bench_cell b;
		double begin_s;

		set_up(&b, &cell, at + 1);
		cycle(&b, &cell, 2);
		bench_run(&b, 1 * MA, at % 2 ? 400.0 : 0.0);
		begin_s = b.time_s;
		b.short_ohm = 1.0;
		bench_run(&b, 1 * MA, HALF_S);
		assert_int_equal(b.count[SG_EVENT_HARD_SHORT], 1);
		if (b.event[SG_EVENT_HARD_SHORT].time_s > begin_s + (at % 2 ? 6.01 : 0.25 * HALF_S))
			fail_msg("cell %u: %g s late", at, b.event[SG_EVENT_HARD_SHORT].time_s - begin_s);
	}
}

static void a_line_falls_only_beyond_noise(void **state)
{
	struct sg_rise rise;

	(void)state;
	sg_rise_init(&rise);
	sg_rise_feed(&rise, 2.0, 0.0);
	sg_rise_feed(&rise, 1.9, 1.0);
	assert_false(sg_rise_is_falling(&rise, 0.001, 5.0)); /* two readings are no line */
	sg_rise_feed(&rise, 1.8, 2.0);
	assert_true(sg_rise_is_falling(&rise, 0.001, 5.0));
	assert_false(sg_rise_is_falling(&rise, 0.1, 5.0));
	assert_true(fabs(sg_rise_slope(&rise) + 0.1) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peak_of_nucleation_that_decays_is_no_short),
		cmocka_unit_test(a_short_of_a_cell_with_peaks_is_told),
		cmocka_unit_test(a_line_falls_only_beyond_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the record: told once an episode, no sample, never an event of the cell. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_cell.h"
#include "core/sample.h"

#define MA 1e-3

/* A cell that has been cycled for a while. */
static void cycled(struct bench_cell *b, uint64_t seed)
{
	bench_init(b, seed);
	bench_expect(b, NAN, 6.0);
	bench_cycle(b, 1 * MA, 300, 4);
	bench_run(b, 1 * MA, 100);
	assert_true(!isnan(sg_detector_resistance_ohm(&b->detector)));
}

static void feed_copies(struct bench_cell *b, struct sg_reading reading, int n)
{
	for (int i = 0; i < n; i++) {
		b->time_s += 1.0;
		if (isfinite(reading.time_s))
			reading.time_s = b->time_s;
		bench_feed(b, &reading);
		assert_true(isnan(sg_detector_resistance_ohm(&b->detector)));
		assert_false(b->detector.accepted);
	}
}

static void assert_one_fault(const struct bench_cell *b, const char *word)
{
	assert_int_equal(b->count[SG_EVENT_DATA_FAULT], 1);
	assert_int_equal(b->event[SG_EVENT_DATA_FAULT].grade, SG_GRADE_WARNING);
	if (!strstr(b->event[SG_EVENT_DATA_FAULT].text, word))
		fail_msg("no \"%s\" in: %s", word, b->event[SG_EVENT_DATA_FAULT].text);
	assert_int_equal(bench_cell_events(b), 0);
}

static void what_is_no_number_is_told_once_and_is_no_sample(void **state)
{
	static const struct {
		double time_s, voltage_v, current_a;
		const char *word;
	} rows[] = {
		{ 0.0, NAN, 1e-3, "voltage" },	 { 0.0, INFINITY, 1e-3, "voltage" }, { 0.0, 0.05, NAN, "current" },
		{ 0.0, 0.05, -INFINITY, "current" }, { NAN, 0.05, 1e-3, "time" },
	};
	struct bench_cell b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cycled(&b, 1);
		const struct sg_reading bad = { .time_s = rows[i].time_s, .voltage_v = rows[i].voltage_v,
						.current_a = rows[i].current_a, .set_a = 1e-3, .temperature_c = NAN };

		feed_copies(&b, bad, 5);
		assert_one_fault(&b, rows[i].word);
		bench_run(&b, 1 * MA, 30);
		assert_true(!isnan(sg_detector_resistance_ohm(&b.detector)));
		feed_copies(&b, bad, 5); /* another episode */
		assert_int_equal(b.count[SG_EVENT_DATA_FAULT], 2);
		assert_int_equal(bench_cell_events(&b), 0);
	}
}

static void overload_is_no_short(void **state)
{
	struct bench_cell b;
	struct sg_reading bad;

	(void)state;
	cycled(&b, 2);
	bad = b.reading;
	bad.voltage_v = 0.0;
	bad.flags = SG_FLAG_OVERLOAD;
	feed_copies(&b, bad, 20);
	assert_one_fault(&b, "overload");
}

static void a_voltage_on_the_rail_is_told_and_not_learned(void **state)
{
	struct bench_cell b;
	double before_ohm;

	(void)state;
	cycled(&b, 3);
	before_ohm = b.detector.baseline.scale_ohm;
	b.lead_off = true;
	b.stray_v = -5.99;
	bench_run(&b, 1 * MA, 200);
	assert_one_fault(&b, "rail");
	assert_true(b.detector.baseline.scale_ohm == before_ohm);
	b.lead_off = false;
	bench_run(&b, 1 * MA, 100);
	assert_int_equal(bench_cell_events(&b), 0);
}

static void a_current_off_its_set_value_is_told_when_it_lasts(void **state)
{
	struct bench_cell b;
	struct sg_reading bad;

	(void)state;
	cycled(&b, 4);
	bad = b.reading;
	bad.current_a = 0.5 * MA;
	bad.voltage_v = 1e-5;
	for (int i = 0; i < 2; i++) { /* a switch of range */
		b.time_s += 0.2;
		bad.time_s = b.time_s;
		bench_feed(&b, &bad);
	}
	bench_run(&b, 1 * MA, 10);
	assert_int_equal(b.count[SG_EVENT_DATA_FAULT], 0);
	feed_copies(&b, bad, 30);
	assert_one_fault(&b, "set value");
	assert_true(b.event[SG_EVENT_DATA_FAULT].since_s < b.event[SG_EVENT_DATA_FAULT].time_s);
	assert_true(b.event[SG_EVENT_DATA_FAULT].reference == 1 * MA);
}

static void the_instrument_may_say_itself_that_the_current_is_off(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 5);
	b.flags = SG_FLAG_OFF_SET_POINT;
	b.short_ohm = 0.5;
	bench_run(&b, 1 * MA, 30);
	assert_one_fault(&b, "set value");
}

static void a_stuck_code_is_told_where_noise_used_to_move_it(void **state)
{
	struct bench_cell b;
	struct sg_reading stuck;
	int n = 0;

	(void)state;
	cycled(&b, 6);
	stuck = b.reading;
	while (b.count[SG_EVENT_DATA_FAULT] == 0 && n++ < 100) {
		b.time_s += 1.0;
		stuck.time_s = b.time_s;
		bench_feed(&b, &stuck);
	}
	assert_in_range(n, 20, 25);
	assert_one_fault(&b, "stuck");
	feed_copies(&b, stuck, 50);
	assert_one_fault(&b, "stuck");
	bench_run(&b, 1 * MA, 10);
	assert_true(!isnan(sg_detector_resistance_ohm(&b.detector)));
}

static void a_coarse_and_quiet_channel_is_not_stuck(void **state)
{
	struct bench_cell b;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		bench_init(&b, seed);
		b.code_v = 3.05e-4;
		b.noise_v = 1e-5 * (double)seed; /* to 0.65 codes */
		for (int i = 0; i < 60; i++) {
			b.ohm = 50.0 + 0.02 * i;
			bench_run(&b, i % 2 ? 1 * MA : -1 * MA, 600);
		}
		if (b.count[SG_EVENT_DATA_FAULT])
			fail_msg("seed %u: %s", (unsigned)seed, b.event[SG_EVENT_DATA_FAULT].text);
	}
}

static void a_repeated_time_stamp_is_told_at_1_10_100(void **state)
{
	struct bench_cell b;
	struct sg_reading again;

	(void)state;
	cycled(&b, 7);
	again = b.reading;
	for (int i = 1; i <= 150; i++) {
		bench_feed(&b, &again);
		assert_int_equal(b.count[SG_EVENT_TIME_FAULT], i >= 100 ? 3 : i >= 10 ? 2 : 1);
	}
	assert_int_equal(bench_cell_events(&b), 0);
}

static void a_clock_that_restarts_is_bridged(void **state)
{
	struct bench_cell b;
	double now_s;

	(void)state;
	cycled(&b, 8);
	for (int i = 0; i < 19; i++) {
		now_s = b.detector.now_s;
		b.time_s = 0.0;
		bench_run(&b, 1 * MA, 100);
		assert_int_equal(b.count[SG_EVENT_TIME_FAULT], i + 1);
		/* Unbroken: 100 s went by, give or take the reading at the seam. */
		assert_true(fabs(b.detector.now_s - now_s - 100.0) <= 1.5);
	}
	assert_int_equal(bench_cell_events(&b), 0);
	assert_true(!isnan(sg_detector_resistance_ohm(&b.detector)));
}

static void one_stamp_from_the_future_is_no_gap_for_the_rest(void **state)
{
	struct bench_cell b;
	struct sg_reading ahead;
	double now_s;

	(void)state;
	cycled(&b, 9);
	now_s = b.detector.now_s;
	ahead = b.reading;
	ahead.time_s = b.time_s + 1e6;
	bench_feed(&b, &ahead);
	bench_run(&b, 1 * MA, 100);
	assert_true(fabs(b.detector.now_s - now_s - 100.0) <= 2.0);
	assert_int_equal(bench_cell_events(&b), 0);
}

static void a_hole_is_a_gap_and_not_a_fault(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 10);
	b.time_s += 600.0;
	bench_run(&b, 1 * MA, 30);
	assert_int_equal(b.count[SG_EVENT_GAP], 1);
	assert_int_equal(b.event[SG_EVENT_GAP].grade, SG_GRADE_INFO);
	assert_true(fabs(b.event[SG_EVENT_GAP].value - 601.0) < 0.1);
	assert_int_equal(b.count[SG_EVENT_TIME_FAULT] + b.count[SG_EVENT_DATA_FAULT], 0);
	assert_int_equal(bench_cell_events(&b), 0);
}

static void a_slower_interval_is_one_gap_at_most(void **state)
{
	struct bench_cell b;

	(void)state;
	cycled(&b, 11);
	b.interval_s = 90.0;
	bench_run(&b, 1 * MA, 9000);
	assert_in_range(b.count[SG_EVENT_GAP], 0, 1);
}

/* Every fault at once, in any order, on a healthy cell. */
static void faults_in_any_order_never_become_cell_events(void **state)
{
	struct bench_cell b;
	struct sg_reading bad;

	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		cycled(&b, seed);
		for (int i = 0; i < 200; i++) {
			const int what = (int)bench_uniform(&b, 0.0, 7.0);

			bench_run(&b, i % 16 < 8 ? 1 * MA : -1 * MA, bench_uniform(&b, 1.0, 40.0));
			bad = b.reading;
			if (what == 0)
				bad.voltage_v = NAN;
			else if (what == 1)
				bad.current_a = NAN;
			else if (what == 2)
				bad.voltage_v = 10.0;
			else if (what == 3)
				bad.time_s -= 500.0;
			else if (what == 4)
				bad.flags = SG_FLAG_OVERLOAD;
			else if (what == 5)
				b.time_s += 200.0;
			else
				bad.current_a *= 10.0;
			if (what < 5)
				bad.voltage_v = what == 2 ? 10.0 : bad.voltage_v * 0.01;
			bench_feed(&b, &bad);
		}
		if (bench_cell_events(&b))
			fail_msg("seed %u: %s", (unsigned)seed,
				 b.event[b.count[SG_EVENT_HARD_SHORT] ? SG_EVENT_HARD_SHORT : SG_EVENT_SHORT_OR_SENSE].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_number_is_told_once_and_is_no_sample),
		cmocka_unit_test(overload_is_no_short),
		cmocka_unit_test(a_voltage_on_the_rail_is_told_and_not_learned),
		cmocka_unit_test(a_current_off_its_set_value_is_told_when_it_lasts),
		cmocka_unit_test(the_instrument_may_say_itself_that_the_current_is_off),
		cmocka_unit_test(a_stuck_code_is_told_where_noise_used_to_move_it),
		cmocka_unit_test(a_coarse_and_quiet_channel_is_not_stuck),
		cmocka_unit_test(a_repeated_time_stamp_is_told_at_1_10_100),
		cmocka_unit_test(a_clock_that_restarts_is_bridged),
		cmocka_unit_test(one_stamp_from_the_future_is_no_gap_for_the_rest),
		cmocka_unit_test(a_hole_is_a_gap_and_not_a_fault),
		cmocka_unit_test(a_slower_interval_is_one_gap_at_most),
		cmocka_unit_test(faults_in_any_order_never_become_cell_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

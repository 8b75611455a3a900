/* SPDX-License-Identifier: Apache-2.0 */
/* Who tests the examination: truth, score and intervals on cases whose answer is known beforehand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "campaign.h"
#include "confidence.h"
#include "dice.h"
#include "exact.h"

#define SHORTS 6.0
#define HOURS 150.0

static void near(double got, double wanted, double tolerance)
{
	if (!(fabs(got - wanted) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, wanted);
}

static struct score *play(enum examinee who, uint64_t seed, struct campaign *c)
{
	static struct score score;

	*c = (struct campaign){ .seed = seed, .shorts = SHORTS, .hours = HOURS, .examinee = who };
	score_init(&score, NULL);
	assert_true(campaign_run(c, &score));
	return &score;
}

static void same_seed_gives_same_alarms_twice(void **state)
{
	struct campaign first, second, other;
	unsigned long rows;

	(void)state;
	rows = play(EXAMINEE_REPLAY, 7, &first)->all.rows;
	assert_int_equal(play(EXAMINEE_REPLAY, 7, &second)->all.rows, rows);
	assert_true(first.digest == second.digest && first.trials == second.trials);
	assert_int_not_equal(play(EXAMINEE_REPLAY, 8, &other)->all.rows, rows);
}

static void a_blind_detector_misses_every_event_and_has_no_false_alarm(void **state)
{
	struct campaign c;
	const struct score *s = play(EXAMINEE_BLIND, 7, &c);
	unsigned long groups[GROUPS] = { 0 };

	(void)state;
	for (size_t f = 0; f < family_count(); f++) {
		assert_int_equal(s->events[f].found, 0);
		assert_int_equal(s->events[f].missed, s->events[f].events);
		assert_int_equal(s->faults[f].cell, 0);
		assert_int_equal(s->faults[f].named, 0);
		groups[family_at(f)->group] += s->events[f].events + s->faults[f].events;
	}
	for (int g = GROUP_HARD; g < GROUPS; g++)
		assert_true(groups[g] > 0);
	for (int k = 0; k < ALARM_CLASSES; k++)
		assert_int_equal(s->all.false_alarms[k], 0);
	assert_true(s->healthy.hours >= 0.95 * HOURS);
}

static void a_mad_detector_finds_every_event_at_once_and_is_false_every_half_hour(void **state)
{
	struct campaign c;
	const struct score *s = play(EXAMINEE_MAD, 7, &c);

	(void)state;
	for (size_t f = 0; f < family_count(); f++) {
		const struct event_tally *e = &s->events[f];

		assert_int_equal(e->found, e->events);
		assert_int_equal(e->missed, 0);
		assert_int_equal(e->latencies.count, e->events);
		for (size_t i = 0; i < e->latencies.count; i++)
			near(e->latencies.s[i], 0.0, 0.0);
		assert_int_equal(s->faults[f].cell, s->faults[f].events);
		assert_int_equal(s->faults[f].hard, s->faults[f].events);
	}
	for (int k = 0; k < ALARM_CELL_CLASSES; k++) {
		/* twice an hour, less where rows are an hour apart or nothing is recorded */
		assert_true((double)s->healthy.false_alarms[k] <= 2.0 * s->healthy.hours + (double)s->healthy.trials);
		assert_true((double)s->healthy.false_alarms[k] >= 1.5 * s->healthy.hours);
	}
	assert_int_equal(s->false_starts, s->starts);
}

/* ---- truth ---- */

static void feed(struct truth *t, long *n, double dt_s, double seconds, double ohm, double twin_ohm)
{
	for (double s = 0.0; s < seconds - 1e-9; s += dt_s) {
		const struct truth_reading r = { .n = *n, .time_s = dt_s * (double)*n, .dt_s = dt_s, .ohm = ohm,
						 .twin_ohm = twin_ohm, .steady_ohm = 100.0, .valid = true };

		truth_add(t, &r);
		++*n;
	}
}

static void a_hard_short_takes_two_readings_and_a_second(void **state)
{
	struct truth t;
	long n = 0;

	(void)state;
	truth_init(&t, 0.1);
	feed(&t, &n, 0.25, 10.0, 100.0, 100.0);
	feed(&t, &n, 0.25, 0.75, 7.0, 100.0); /* three readings, half a second */
	feed(&t, &n, 0.25, 1.0, 100.0, 100.0);
	assert_int_equal(t.hard_n, -1);
	feed(&t, &n, 0.25, 2.0, 8.1, 100.0);
	assert_int_equal(t.hard_n, -1);
	feed(&t, &n, 0.25, 2.0, 7.9, 100.0);
	assert_int_equal(t.low_n, 55);
	assert_int_equal(t.hard_n, 59);
}

static void no_hard_short_where_the_healthy_cell_shows_nothing_either(void **state)
{
	struct truth t;
	long n = 0;

	(void)state;
	truth_init(&t, 0.1);
	feed(&t, &n, 10.0, 600.0, 5.0, 20.0); /* after a reversal */
	assert_int_equal(t.hard_n, -1);
	feed(&t, &n, 10.0, 20.0, 5.0, 40.0);
	assert_int_equal(t.low_n, 60);
	assert_int_equal(t.hard_n, 61);
}

static void a_soft_short_counts_its_seconds(void **state)
{
	struct truth t;
	long n = 0;

	(void)state;
	truth_init(&t, 0.1);
	feed(&t, &n, 5.0, 100.0, 91.0, 100.0);
	assert_int_equal(t.soft_n, -1);
	feed(&t, &n, 5.0, 30.0, 80.0, 100.0);
	feed(&t, &n, 5.0, 100.0, 100.0, 100.0);
	feed(&t, &n, 5.0, 30.0, 85.0, 100.0);
	assert_int_equal(t.soft_n, 20);
	near(t.soft_total_s, 60.0, 1e-9);
	near(t.drop_max, 0.20, 1e-9);
	near(t.soft_last_s, 5.0 * 51, 1e-9);
}

static void polarization_begins_where_ten_per_cent_lasted_a_minute(void **state)
{
	struct truth t;
	long n = 0;

	(void)state;
	truth_init(&t, 0.1);
	feed(&t, &n, 10.0, 100.0, 106.0, 100.0);
	feed(&t, &n, 10.0, 50.0, 111.0, 100.0); /* less than a minute */
	feed(&t, &n, 10.0, 100.0, 109.0, 100.0);
	assert_int_equal(t.over_10_n, -1);
	near(t.over_5_s, 0.0, 0.0);
	feed(&t, &n, 10.0, 100.0, 111.0, 100.0);
	assert_int_equal(t.over_10_n, 25);
	feed(&t, &n, 10.0, 10.0, 200.0, 100.0);
	near(t.doubled_s, 350.0, 1e-9);
}

/* ---- the rest ---- */

/* Source: Clopper and Pearson 1934 and Garwood 1936 as tabled; "rule of three" for zero of n. */
static void intervals_are_the_tabled_ones(void **state)
{
	(void)state;
	near(confidence_share(0, 300).high, 0.012221, 1e-6);
	near(confidence_share(5, 20).low, 0.086571, 1e-6);
	near(confidence_share(5, 20).high, 0.491046, 1e-6);
	near(confidence_share(20, 20).low, 0.831566, 1e-6);
	near(confidence_count(0).high, 3.688879, 1e-6);
	near(confidence_count(3).low, 0.618672, 1e-6);
	near(confidence_count(3).high, 8.767273, 1e-6);
}

static void functions_agree_with_the_library(void **state)
{
	(void)state;
	for (double x = -30.0; x < 30.0; x += 0.0371) {
		near(exact_exp(x) / exp(x), 1.0, 1e-14);
		near(exact_log(exp(x)), x, 1e-13);
		near(exact_sin_turns(x), sin(2.0 * M_PI * (x - floor(x))), 1e-13);
	}
}

static void normals_are_normal(void **state)
{
	const long n = 400000;
	double sum = 0.0, squares = 0.0;
	long beyond_3 = 0;
	struct dice d;

	(void)state;
	dice_init(&d, 1);
	for (long i = 0; i < n; i++) {
		const double x = dice_normal(&d);

		sum += x;
		squares += x * x;
		beyond_3 += fabs(x) > 3.0;
	}
	near(sum / (double)n, 0.0, 0.006);
	near(squares / (double)n, 1.0, 0.01);
	near((double)beyond_3 / (double)n, 0.0027, 0.0003);
}

/* One dice, one answer: from the recurrences, worked out apart from this program. */
static void dice_are_the_published_ones(void **state)
{
	uint64_t state_0 = 0;
	struct dice d;

	(void)state;
	/* splitmix64 of 0, as in the reference implementation's test values */
	assert_true(dice_mix(&state_0) == UINT64_C(0xE220A8397B1DCDAF));
	assert_true(dice_mix(&state_0) == UINT64_C(0x6E789E6AA1B965F4));
	dice_init(&d, 0);
	d.s[0] = 1;
	d.s[1] = 2;
	d.s[2] = 3;
	d.s[3] = 4;
	/* xoshiro256** of (1, 2, 3, 4): 11520, 0, 1509978240, 1215971899390074240 */
	near(dice_unit(&d), (double)(UINT64_C(11520) >> 11) * 0x1p-53, 0.0);
	near(dice_unit(&d), 0.0, 0.0);
	near(dice_unit(&d), (double)(UINT64_C(1509978240) >> 11) * 0x1p-53, 0.0);
	near(dice_unit(&d), (double)(UINT64_C(1215971899390074240) >> 11) * 0x1p-53, 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dice_are_the_published_ones),
		cmocka_unit_test(normals_are_normal),
		cmocka_unit_test(functions_agree_with_the_library),
		cmocka_unit_test(intervals_are_the_tabled_ones),
		cmocka_unit_test(a_hard_short_takes_two_readings_and_a_second),
		cmocka_unit_test(no_hard_short_where_the_healthy_cell_shows_nothing_either),
		cmocka_unit_test(a_soft_short_counts_its_seconds),
		cmocka_unit_test(polarization_begins_where_ten_per_cent_lasted_a_minute),
		cmocka_unit_test(a_blind_detector_misses_every_event_and_has_no_false_alarm),
		cmocka_unit_test(a_mad_detector_finds_every_event_at_once_and_is_false_every_half_hour),
		cmocka_unit_test(same_seed_gives_same_alarms_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded ramp fed as rows: half-steps told from the current alone, a short, faults of the record. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/replay.h"

struct fixture {
	struct sg_replay replay;
	unsigned count[SG_EVENT_TYPES];
	double time_s;
	double ohm;
	bool steps; /* the table has step counts */
	uint32_t step;
	double step_time_s; /* NAN: the table has none */
	uint64_t row;
};

static void on_event(void *ctx, const struct sg_event *event)
{
	struct fixture *f = ctx;

	f->count[event->type]++;
}

static void begin(struct fixture *f, double limit_v)
{
	const struct sg_replay_config config = { .area_cm2 = 0.5, .expected_ohm = NAN, .compliance_v = NAN,
						 .limit_voltage_v = limit_v, .ctx = f, .event = on_event };

	memset(f, 0, sizeof(*f));
	f->ohm = 50.0;
	f->step_time_s = NAN;
	assert_int_equal(sg_replay_init(&f->replay, &config), SG_OK);
}

static void row(struct fixture *f, double time_s, double current_a, double voltage_v)
{
	const struct sg_table_row r = { .row = ++f->row, .time_s = time_s, .current_a = current_a, .voltage_v = voltage_v,
					.temperature_c = 25.0, .step = f->steps ? f->step : 0,
					.step_time_s = f->step_time_s };

	sg_replay_row(&f->replay, &r);
}

static void run(struct fixture *f, double current_a, int seconds)
{
	f->step++;
	for (int i = 0; i < seconds; i++) {
		/* codes of 0.1 mV, some of them moving */
		const double noise_v = 1e-4 * (((int)f->row * 7919) % 5 - 2) / 2.0;

		f->time_s += 1.0;
		row(f, f->time_s, current_a, current_a * f->ohm + noise_v);
	}
}

static void ramp(struct fixture *f, int half_steps)
{
	run(f, 0.0, 30);
	for (int k = 0; k < half_steps; k++)
		run(f, (k % 2 ? -1.0 : 1.0) * (1 + k / 2) * 0.5e-3, 300);
}

static void splits_a_ramp_into_half_steps_by_its_current(void **state)
{
	struct fixture f;

	(void)state;
	for (int steps = 0; steps < 2; steps++) {
		begin(&f, NAN);
		f.steps = steps;
		ramp(&f, 6);
		sg_replay_end(&f.replay);
		assert_int_equal(f.replay.result.count, 6);
		for (size_t k = 0; k < 6; k++) {
			const struct sg_half_step *h = &f.replay.result.half_steps[k];
			const double density = (k % 2 ? -1.0 : 1.0) * (double)(1 + k / 2);

			assert_true(fabs(h->density_ma_cm2 - density) < 1e-9);
			assert_true(fabs(h->begin_s - (30.0 + 300.0 * (double)k)) < 1e-6);
			assert_true(fabs(h->end_s - h->begin_s - 300.0) < 1e-6);
			assert_true(fabs(h->charge_c - density * 0.5e-3 * 300.0) < 1e-9);
			assert_true(fabs(h->resistance_ohm - 50.0) < 0.5);
			assert_int_equal(h->complete, k < 5);
			if (steps)
				assert_int_equal(h->step_count, k + 2);
		}
		assert_true(f.replay.result.ccd_last_good_ma_cm2 == 3.0);
		assert_false(f.replay.result.short_found);
		/* Nobody said what resistance to expect: that is said, once. */
		for (int type = 0; type < SG_EVENT_TYPES; type++)
			assert_int_equal(f.count[type], type == SG_EVENT_SHORT_FROM_START);
		sg_replay_fini(&f.replay);
	}
}

/* Its step times say how much of the pause before a half-step had no current. */
static void a_pause_between_two_steps_carries_no_charge(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NAN);
	f.steps = true;
	ramp(&f, 0);
	for (int k = 0; k < 4; k++) {
		const double current_a = (k % 2 ? -1e-3 : 1e-3) * (1 + k / 2);

		f.step++;
		f.time_s += k < 2 ? 0.0 : 0.9;
		for (int i = 0; i < 300; i++) {
			f.step_time_s = i + 1.0;
			row(&f, f.time_s += 1.0, current_a, current_a * f.ohm + 1e-4 * (i % 3 - 1));
		}
	}
	sg_replay_end(&f.replay);
	assert_int_equal(f.replay.result.count, 4);
	for (size_t k = 0; k < 4; k++) {
		const struct sg_half_step *h = &f.replay.result.half_steps[k];

		assert_true(fabs(h->end_s - h->begin_s - 300.0) < 1e-6);
		assert_true(fabs(fabs(h->charge_c) - (double)(1 + k / 2) * 1e-3 * 300.0) < 1e-9);
		assert_true(fabs(h->begin_s - (30.0 + 300.0 * (double)k + (k > 1 ? 0.9 * (double)(k - 1) : 0.0))) < 1e-6);
	}
	sg_replay_fini(&f.replay);
}

static void a_switch_of_range_is_no_half_step(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NAN);
	ramp(&f, 3);
	for (int i = 0; i < 2; i++)
		row(&f, f.time_s += 0.2, -60e-3, 1e-4);
	run(&f, -1e-3, 300);
	sg_replay_end(&f.replay);
	assert_int_equal(f.replay.result.count, 4);
	sg_replay_fini(&f.replay);
}

static void says_at_which_density_the_cell_shorted(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NAN);
	ramp(&f, 4);
	run(&f, 1.5e-3, 100);
	f.ohm = 1.0;
	run(&f, 1.5e-3, 200);
	run(&f, -1.5e-3, 300);
	sg_replay_end(&f.replay);
	assert_int_equal(f.count[SG_EVENT_HARD_SHORT], 1);
	assert_true(f.replay.result.ccd_short_ma_cm2 == 3.0);
	assert_true(f.replay.result.ccd_last_good_ma_cm2 == 2.0);
	assert_true(f.replay.result.short_time_s == 30.0 + 1200.0 + 101.0);
	assert_true(f.replay.short_time_s == f.replay.result.short_time_s);
	sg_replay_fini(&f.replay);
}

static void a_clock_that_restarts_keeps_order_and_tells_the_tables_own_time(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NAN);
	ramp(&f, 4);
	f.time_s = 0.0;
	run(&f, 1.5e-3, 100);
	f.ohm = 1.0;
	run(&f, 1.5e-3, 100);
	sg_replay_end(&f.replay);
	assert_int_equal(f.count[SG_EVENT_TIME_FAULT], 1);
	assert_int_equal(f.count[SG_EVENT_HARD_SHORT], 1);
	assert_true(f.replay.short_time_s == 101.0);
	assert_true(f.replay.result.ccd_short_ma_cm2 == 3.0);
	for (size_t k = 1; k < f.replay.result.count; k++)
		assert_true(f.replay.result.half_steps[k].begin_s > f.replay.result.half_steps[k - 1].begin_s);
	sg_replay_fini(&f.replay);
}

static void rows_that_are_no_readings_are_faults_of_the_record_only(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1.0);
	ramp(&f, 2);
	for (int i = 0; i < 20; i++)
		row(&f, f.time_s += 1.0, 1e-3, NAN);
	for (int i = 0; i < 20; i++)
		row(&f, f.time_s += 1.0, NAN, 0.05);
	for (int i = 0; i < 20; i++)
		row(&f, NAN, 1e-3, 0.05);
	for (uint64_t i = 1; i <= 100; i++)
		sg_replay_bad_row(&f.replay, i, "torn");
	run(&f, 1e-3, 100);
	sg_replay_end(&f.replay);
	assert_int_equal(f.count[SG_EVENT_DATA_FAULT], 1 + 3); /* one episode; 1st, 10th and 100th bad row */
	assert_int_equal(f.count[SG_EVENT_HARD_SHORT] + f.count[SG_EVENT_SHORT_OR_SENSE] + f.count[SG_EVENT_LIMIT], 0);
	assert_true(isfinite(f.replay.result.cumulative_mah_cm2));
	assert_true(f.replay.bad_rows == 100);
	sg_replay_fini(&f.replay);
}

static void a_limit_is_told_once_an_episode(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 0.06);
	ramp(&f, 2); /* 25 mV */
	assert_int_equal(f.count[SG_EVENT_LIMIT], 0);
	run(&f, 1.5e-3, 10); /* 75 mV */
	run(&f, 0.5e-3, 10);
	run(&f, 1.5e-3, 10);
	sg_replay_end(&f.replay);
	assert_int_equal(f.count[SG_EVENT_LIMIT], 2);
	sg_replay_fini(&f.replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_a_ramp_into_half_steps_by_its_current),
		cmocka_unit_test(a_pause_between_two_steps_carries_no_charge),
		cmocka_unit_test(a_switch_of_range_is_no_half_step),
		cmocka_unit_test(says_at_which_density_the_cell_shorted),
		cmocka_unit_test(a_clock_that_restarts_keeps_order_and_tells_the_tables_own_time),
		cmocka_unit_test(rows_that_are_no_readings_are_faults_of_the_record_only),
		cmocka_unit_test(a_limit_is_told_once_an_episode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

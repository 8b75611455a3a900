/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stepping helper on an instrument that is three functions, and a clock that moves only while somebody waits. What
 * was set and when is written down in microseconds of test time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/stepper.h"

#define MS SG_NS_PER_MS
/* cmocka's own compares floats, and a week in seconds has more digits. */
#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))
#define ZERO_NS (1000 * SG_NS_PER_S)

enum deed {
	SET,
	CELL_ON,
	CELL_OFF,
	LOOK,
};

struct done {
	enum deed deed;
	double at_s;
	double current_a;
};

struct stage {
	struct sg_clock clock;
	struct sg_stepper stepper;
	struct sg_text diag;
	char storage[SG_DIAG_SIZE];
	int64_t now_ns;
	struct done done[4096];
	size_t done_count;

	/* how the instrument behaves */
	int64_t conversion_ns; /* a look takes so long; it is called that much early */
	double resistance_ohm;
	double set_a;
	bool on;
	enum sg_err look_error;   /* of the next `look_errors` looks */
	unsigned look_errors;
	enum sg_err set_error;
	enum sg_err off_error;
	bool interrupted; /* the next sleep ends early, as by a signal */
};

static struct stage *stage_of(struct sg_clock *clock)
{
	return (struct stage *)(void *)((char *)clock - offsetof(struct stage, clock));
}

static int64_t fake_now(struct sg_clock *clock)
{
	return stage_of(clock)->now_ns;
}

static void fake_sleep(struct sg_clock *clock, int64_t deadline_ns)
{
	struct stage *stage = stage_of(clock);

	assert_true(deadline_ns != SG_FOREVER);
	if (stage->interrupted)
		stage->interrupted = false;
	else if (deadline_ns > stage->now_ns)
		stage->now_ns = deadline_ns;
}

static const struct sg_clock_ops clock_ops = { .now_ns = fake_now, .utc_ns = fake_now, .sleep_until = fake_sleep };

static void note(struct stage *stage, enum deed deed, double current_a)
{
	assert_true(stage->done_count < sizeof(stage->done) / sizeof(stage->done[0]));
	stage->done[stage->done_count++] =
		(struct done){ deed, sg_seconds(stage->now_ns - ZERO_NS), current_a };
}

static enum sg_err fake_set(void *ctx, double current_a, double range_a, int64_t deadline_ns)
{
	struct stage *stage = ctx;

	(void)deadline_ns;
	assert_true(range_a == 1e-3);
	note(stage, SET, current_a);
	if (!stage->set_error)
		stage->set_a = current_a;
	return stage->set_error;
}

static enum sg_err fake_cell(void *ctx, bool on, int64_t deadline_ns)
{
	struct stage *stage = ctx;

	(void)deadline_ns;
	note(stage, on ? CELL_ON : CELL_OFF, stage->set_a);
	if (!on && stage->off_error)
		return stage->off_error;
	stage->on = on;
	return SG_OK;
}

static enum sg_err fake_look(void *ctx, const struct sg_segment *segment, int64_t due_ns, struct sg_look *out,
			     int64_t deadline_ns)
{
	struct stage *stage = ctx;
	int64_t ready_ns = stage->now_ns + stage->conversion_ns;

	if (ready_ns < due_ns)
		ready_ns = due_ns;
	if (ready_ns > deadline_ns) { /* called again it begins anew: enough for here */
		stage->now_ns = deadline_ns > stage->now_ns ? deadline_ns : stage->now_ns;
		return SG_ERR_TIMEOUT;
	}
	stage->now_ns = ready_ns;
	note(stage, LOOK, stage->set_a);
	if (stage->look_errors) {
		stage->look_errors--;
		return stage->look_error;
	}
	*out = (struct sg_look){
		.host_ns = stage->now_ns,
		.voltage_v = stage->on ? stage->set_a * stage->resistance_ohm : 0.25,
		.current_a = segment->mode == SG_MODE_REST ? 0.0 : stage->set_a,
	};
	return SG_OK;
}

static const struct sg_stepper_ops ops = {
	.set_current = fake_set,
	.cell = fake_cell,
	.look = fake_look,
	.lead_ns = 80 * MS,
	.fastest_ns = 80 * MS,
};

static const struct sg_segment plus = { SG_MODE_GALVANOSTATIC, 1e-3, 1.0, 5.0, -2.0, 2.0, 1e-3 };
static const struct sg_segment minus = { SG_MODE_GALVANOSTATIC, -1e-3, 1.0, 5.0, -2.0, 2.0, 1e-3 };
static const struct sg_segment rest = { SG_MODE_REST, 0.0, 1.0, 5.0, -2.0, 2.0, 0.0 };

static void reset(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	stage->clock = (struct sg_clock){ .ops = &clock_ops, .speed = 0 };
	stage->now_ns = ZERO_NS;
	stage->conversion_ns = 80 * MS;
	stage->resistance_ohm = 1000.0;
	sg_text_init(&stage->diag, stage->storage, sizeof(stage->storage));
	sg_stepper_init(&stage->stepper, &ops, stage, &stage->clock, &stage->diag);
}

static int set_up(void **state)
{
	struct stage *stage = malloc(sizeof(*stage));

	if (!stage)
		return -1;
	reset(stage);
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

/* A test whose state is a stage of its own. */
#define on_stage(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void start(struct stage *stage, const struct sg_segment *segments, size_t count)
{
	assert_int_equal(sg_stepper_start(&stage->stepper, segments, count, stage->now_ns + SG_NS_PER_S), SG_OK);
}

static enum sg_err next(struct stage *stage, struct sg_report *out, double patience_s)
{
	return sg_stepper_next(&stage->stepper, out, stage->now_ns + sg_ns(patience_s));
}

static void expect(struct stage *stage, enum sg_report_kind kind, uint32_t segment, enum sg_end end)
{
	struct sg_report report;
	enum sg_err err;

	do
		err = next(stage, &report, 1.0);
	while (err == SG_ERR_TIMEOUT);
	assert_int_equal(err, SG_OK);
	assert_int_equal(report.kind, kind);
	assert_int_equal(report.segment, segment);
	assert_int_equal(report.end, end);
	if (kind == SG_REPORT_SEQUENCE_ENDED)
		assert_true(report.cell_off);
}

static void begin(struct stage *stage, const struct sg_segment *segments, size_t count)
{
	start(stage, segments, count);
	expect(stage, SG_REPORT_SEGMENT_STARTED, 0, SG_END_NONE);
}

static struct sg_sample expect_sample(struct stage *stage, double at_s)
{
	struct sg_report report;
	enum sg_err err;

	do
		err = next(stage, &report, 1.0);
	while (err == SG_ERR_TIMEOUT);
	assert_int_equal(err, SG_OK);
	assert_int_equal(report.kind, SG_REPORT_SAMPLE);
	assert_near(sg_seconds(report.sample.host_ns - ZERO_NS), at_s, 1e-6);
	return report.sample;
}

/* The n-th deed of a kind, from 0. */
static struct done deed(const struct stage *stage, enum deed kind, size_t n)
{
	for (size_t i = 0; i < stage->done_count; i++) {
		if (stage->done[i].deed == kind && n-- == 0)
			return stage->done[i];
	}
	fail_msg("that was never done");
	return (struct done){ kind, (double)NAN, (double)NAN };
}

static size_t count_deeds(const struct stage *stage, enum deed kind)
{
	size_t count = 0;

	for (size_t i = 0; i < stage->done_count; i++)
		count += stage->done[i].deed == kind;
	return count;
}

/* ---- on time ---- */

static void a_pair_is_told_whole_and_in_order(void **state)
{
	struct stage *stage = *state;
	const struct sg_segment pair[] = { plus, minus };
	struct sg_report report;

	begin(stage, pair, 2);
	for (int i = 1; i <= 4; i++)
		assert_near(expect_sample(stage, i).voltage_v, 1.0, 1e-9);
	expect_sample(stage, 4.995); /* the last, just before the change */
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_DURATION);
	expect(stage, SG_REPORT_SEGMENT_STARTED, 1, SG_END_NONE);
	for (int i = 6; i <= 9; i++)
		assert_near(expect_sample(stage, i).set_a, -1e-3, 1e-12);
	expect_sample(stage, 9.995);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 1, SG_END_DURATION);
	expect(stage, SG_REPORT_SEQUENCE_ENDED, 1, SG_END_DURATION);
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_STATE);
	/* What was done: on at zero, then the current; changed at 5 s sharp; off at 10 s sharp. */
	assert_near(deed(stage, CELL_ON, 0).current_a, 0.0, 0.0);
	assert_near(deed(stage, SET, 1).at_s, 5.0, 1e-9);
	assert_near(deed(stage, CELL_OFF, 0).at_s, 10.0, 1e-9);
	assert_int_equal(count_deeds(stage, CELL_ON), 1);
	assert_int_equal(count_deeds(stage, SET), 2);
}

static void the_grid_does_not_drift_over_a_week(void **state)
{
	struct stage *stage = *state;
	struct sg_segment week = plus;

	week.interval_s = 1.0 / 3.0; /* no whole number of nanoseconds */
	week.duration_s = 7.0 * 86400.0;
	begin(stage, &week, 1);
	for (int i = 1; i <= 7 * 86400 * 3 - 1; i++) {
		stage->done_count = 0;
		expect_sample(stage, (double)i * sg_seconds(sg_ns(week.interval_s)));
	}
}

static void a_long_interval_is_looked_into_every_second(void **state)
{
	struct stage *stage = *state;
	struct sg_segment slow = plus;

	slow.interval_s = 2.5; /* three looks a sample */
	begin(stage, &slow, 1);
	expect_sample(stage, 2.5);
	assert_int_equal(count_deeds(stage, LOOK), 3);
	assert_near(deed(stage, LOOK, 0).at_s, 0.833333, 1e-5);
	expect_sample(stage, 4.995);
	assert_int_equal(count_deeds(stage, LOOK), 6);
}

static void the_fastest_interval_has_a_look_each(void **state)
{
	struct stage *stage = *state;
	struct sg_segment fast = plus;

	fast.interval_s = 0.1;
	fast.duration_s = 1.0;
	begin(stage, &fast, 1);
	for (int i = 1; i <= 9; i++)
		assert_int_equal(expect_sample(stage, 0.1 * i).flags, 0);
	expect_sample(stage, 0.995);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_DURATION);
}

static void a_duration_off_the_grid_ends_with_a_sample_too(void **state)
{
	struct stage *stage = *state;
	struct sg_segment odd = plus;

	odd.duration_s = 2.4;
	begin(stage, &odd, 1);
	expect_sample(stage, 1.0);
	expect_sample(stage, 2.0);
	expect_sample(stage, 2.395);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_DURATION);
}

static void a_rest_touches_nothing(void **state)
{
	struct stage *stage = *state;
	struct sg_sample sample;

	begin(stage, &rest, 1);
	for (int i = 1; i <= 4; i++)
		expect_sample(stage, i);
	sample = expect_sample(stage, 4.995);
	assert_true(sample.current_a == 0.0 && sample.range_a == 0.0 && sample.voltage_v == 0.25);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_DURATION);
	expect(stage, SG_REPORT_SEQUENCE_ENDED, 0, SG_END_DURATION);
	assert_int_equal(count_deeds(stage, SET) + count_deeds(stage, CELL_ON) + count_deeds(stage, CELL_OFF), 0);
}

/* ---- limits ---- */

static void the_first_look_beyond_a_limit_ends_everything(void **state)
{
	struct stage *stage = *state;
	const struct sg_segment pair[] = { plus, minus };

	for (int sign = -1; sign <= 1; sign += 2) {
		reset(stage);
		stage->resistance_ohm = 2001.0 * sign;
		begin(stage, pair, 2);
		expect_sample(stage, 1.0);
		/* Off before anything is told of it. */
		assert_near(deed(stage, CELL_OFF, 0).at_s, 1.0, 1e-9);
		expect(stage, SG_REPORT_SEGMENT_ENDED, 0, sign > 0 ? SG_END_VOLTAGE_MAX : SG_END_VOLTAGE_MIN);
		expect(stage, SG_REPORT_SEQUENCE_ENDED, 0, sign > 0 ? SG_END_VOLTAGE_MAX : SG_END_VOLTAGE_MIN);
		assert_int_equal(count_deeds(stage, SET), 1);
	}
}

static void a_limit_passed_between_samples_is_seen_and_recorded(void **state)
{
	struct stage *stage = *state;
	struct sg_segment slow = plus;
	struct sg_report report;

	slow.interval_s = 5.0;
	begin(stage, &slow, 1);
	assert_int_equal(next(stage, &report, 1.5), SG_ERR_TIMEOUT);
	stage->resistance_ohm = 2500.0;
	assert_near(expect_sample(stage, 2.0).voltage_v, 2.5, 1e-9);
	assert_near(deed(stage, CELL_OFF, 0).at_s, 2.0, 1e-9);
}

static void a_limit_exactly_met_is_not_passed(void **state)
{
	struct stage *stage = *state;

	stage->resistance_ohm = 2000.0;
	begin(stage, &plus, 1);
	expect_sample(stage, 1.0);
	assert_int_equal(count_deeds(stage, CELL_OFF), 0);
}

static void a_cell_that_cannot_be_switched_off_is_told_before_all_else(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	stage->resistance_ohm = 2500.0;
	stage->off_error = SG_ERR_UNSAFE;
	begin(stage, &plus, 1);
	assert_int_equal(next(stage, &report, 2.0), SG_ERR_UNSAFE);
	assert_non_null(strstr(stage->diag.data, "2.5 V"));
	assert_int_equal(next(stage, &report, 2.0), SG_ERR_STATE);
}

/* ---- late, blind, hurried ---- */

static void a_late_host_looks_at_once(void **state)
{
	struct stage *stage = *state;
	struct sg_sample sample;

	begin(stage, &plus, 1);
	stage->now_ns += sg_ns(3.3);
	sample = expect_sample(stage, 3.38); /* stands for the one of 3 s */
	assert_true(sample.flags & SG_FLAG_GAP_BEFORE);
	sample = expect_sample(stage, 4.0);
	assert_int_equal(sample.flags, 0);
}

static void a_late_host_with_a_limit_passed_goes_on_to_nothing(void **state)
{
	struct stage *stage = *state;
	const struct sg_segment pair[] = { plus, minus };

	begin(stage, pair, 2);
	stage->now_ns += sg_ns(60.0);
	stage->resistance_ohm = 2500.0;
	expect_sample(stage, 60.08);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_VOLTAGE_MAX);
	assert_int_equal(count_deeds(stage, SET), 1);
}

static void a_late_change_does_not_shorten_what_follows(void **state)
{
	struct stage *stage = *state;
	const struct sg_segment pair[] = { plus, minus };

	begin(stage, pair, 2);
	stage->now_ns += sg_ns(6.5);
	assert_true(expect_sample(stage, 6.58).flags & SG_FLAG_GAP_BEFORE);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_DURATION);
	assert_near(deed(stage, SET, 1).at_s, 6.58, 1e-9);
	expect(stage, SG_REPORT_SEGMENT_STARTED, 1, SG_END_NONE);
	for (int i = 1; i <= 4; i++)
		expect_sample(stage, 6.58 + i);
	expect_sample(stage, 11.575);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 1, SG_END_DURATION);
	assert_near(deed(stage, CELL_OFF, 0).at_s, 11.58, 1e-9);
}

static void a_year_of_lateness_takes_no_time(void **state)
{
	struct stage *stage = *state;
	struct sg_segment year = plus;

	year.duration_s = 365.0 * 86400.0;
	begin(stage, &year, 1);
	stage->now_ns += sg_ns(364.0 * 86400.0 + 0.5);
	expect_sample(stage, 364.0 * 86400.0 + 0.58);
	expect_sample(stage, 364.0 * 86400.0 + 1.0);
}

static void one_look_that_fails_is_a_hole(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	begin(stage, &plus, 1);
	expect_sample(stage, 1.0);
	stage->look_error = SG_ERR_FRAME;
	stage->look_errors = 1;
	assert_int_equal(next(stage, &report, 1.5), SG_ERR_FRAME);
	assert_true(expect_sample(stage, 3.0).flags & SG_FLAG_GAP_BEFORE);
	assert_int_equal(expect_sample(stage, 4.0).flags, 0);
}

static void a_failed_last_look_does_not_delay_the_change(void **state)
{
	struct stage *stage = *state;
	const struct sg_segment pair[] = { plus, minus };
	struct sg_report report;

	begin(stage, pair, 2);
	for (int i = 1; i <= 4; i++)
		expect_sample(stage, i);
	stage->look_error = SG_ERR_FRAME;
	stage->look_errors = 1;
	assert_int_equal(next(stage, &report, 1.5), SG_ERR_FRAME);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_DURATION);
	assert_near(deed(stage, SET, 1).at_s, 5.0, 1e-9);
	expect(stage, SG_REPORT_SEGMENT_STARTED, 1, SG_END_NONE);
	assert_true(expect_sample(stage, 6.0).flags & SG_FLAG_GAP_BEFORE);
}

static void five_blind_seconds_end_it(void **state)
{
	struct stage *stage = *state;
	struct sg_segment minute = plus;
	struct sg_report report;
	unsigned missed = 0;
	enum sg_err err;

	minute.duration_s = 60.0;
	begin(stage, &minute, 1);
	expect_sample(stage, 1.0);
	stage->look_error = SG_ERR_FRAME;
	stage->look_errors = 1000;
	while ((err = next(stage, &report, 1.5)) == SG_ERR_FRAME)
		missed++;
	assert_int_equal(err, SG_ERR_REFUSED);
	assert_int_equal(missed, 4);
	assert_near(deed(stage, CELL_OFF, 0).at_s, 6.0, 1e-9);
	assert_non_null(strstr(stage->diag.data, "cell off"));
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_STATE);
}

static void a_blind_rest_goes_on(void **state)
{
	struct stage *stage = *state;
	struct sg_segment minute = rest;
	struct sg_report report;

	minute.duration_s = 60.0;
	begin(stage, &minute, 1);
	stage->look_error = SG_ERR_FRAME;
	stage->look_errors = 20;
	for (int i = 0; i < 20; i++)
		assert_int_equal(next(stage, &report, 1.5), SG_ERR_FRAME);
	expect_sample(stage, 21.0);
}

static void it_never_waits_beyond_its_deadline(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	begin(stage, &plus, 1);
	for (int i = 0; i < 500; i++) {
		const int64_t deadline_ns = stage->now_ns + 7 * MS;
		const enum sg_err err = sg_stepper_next(&stage->stepper, &report, deadline_ns);

		assert_true(stage->now_ns <= deadline_ns);
		if (err == SG_OK)
			return; /* this instrument begins each look anew, so none may come of it */
		assert_int_equal(err, SG_ERR_TIMEOUT);
	}
}

static void a_signal_gives_the_caller_a_turn(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	begin(stage, &plus, 1);
	stage->interrupted = true;
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_TIMEOUT);
	assert_true(stage->now_ns == ZERO_NS);
	expect_sample(stage, 1.0);
}

/* ---- errors ---- */

static void a_current_that_could_not_be_set_is_the_end(void **state)
{
	struct stage *stage = *state;
	const struct sg_segment pair[] = { plus, minus };
	struct sg_report report;
	enum sg_err err;

	begin(stage, pair, 2);
	for (int i = 1; i <= 4; i++)
		expect_sample(stage, i);
	expect_sample(stage, 4.995);
	stage->set_error = SG_ERR_UNCERTAIN;
	err = next(stage, &report, 1.0);
	assert_int_equal(err, SG_ERR_UNCERTAIN);
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_STATE);
}

static void a_lost_link_is_the_end(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	begin(stage, &plus, 1);
	stage->look_error = SG_ERR_GONE;
	stage->look_errors = 1;
	assert_int_equal(next(stage, &report, 1.5), SG_ERR_GONE);
	assert_int_equal(next(stage, &report, 1.5), SG_ERR_STATE);
}

static void a_start_that_fails_leaves_nothing_running(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	stage->set_error = SG_ERR_UNCERTAIN;
	assert_int_equal(sg_stepper_start(&stage->stepper, &plus, 1, stage->now_ns + SG_NS_PER_S), SG_ERR_UNCERTAIN);
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_STATE);
	assert_int_equal(sg_stepper_start(&stage->stepper, &plus, 0, stage->now_ns), SG_ERR_ARGUMENT);
	assert_int_equal(sg_stepper_start(&stage->stepper, &plus, SG_STEPPER_SEGMENTS_MAX + 1, stage->now_ns),
			 SG_ERR_ARGUMENT);
}

static void stop_keeps_what_was_to_be_told(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	start(stage, &plus, 1);
	assert_int_equal(sg_stepper_stop(&stage->stepper, stage->now_ns + SG_NS_PER_S), SG_OK);
	assert_false(stage->on);
	expect(stage, SG_REPORT_SEGMENT_STARTED, 0, SG_END_NONE);
	expect(stage, SG_REPORT_SEGMENT_ENDED, 0, SG_END_STOPPED);
	expect(stage, SG_REPORT_SEQUENCE_ENDED, 0, SG_END_STOPPED);
	assert_int_equal(sg_stepper_stop(&stage->stepper, stage->now_ns), SG_OK);
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_STATE);
}

static void drop_forgets_all(void **state)
{
	struct stage *stage = *state;
	struct sg_report report;

	start(stage, &plus, 1);
	sg_stepper_drop(&stage->stepper);
	assert_int_equal(next(stage, &report, 1.0), SG_ERR_STATE);
	assert_int_equal(count_deeds(stage, CELL_OFF), 0);
}

/* ---- check ---- */

static void only_what_shares_mode_and_range_is_chained(void **state)
{
	const struct sg_potentiostat_caps caps = {
		.model = "fake", .current_max_a = 1e-2, .compliance_v = 5.0, .interval_min_s = 0.1,
		.duration_max_s = 100.0, .range_count = 2, .range_a = { 1e-3, 1e-2 }, .range_use = 1.0,
		.sequence_max = 3,
	};
	struct sg_segment s[5] = { plus, minus, plus, minus, plus };
	char storage[256];
	struct sg_text why;
	size_t fits = 77;

	(void)state;
	sg_text_init(&why, storage, sizeof(storage));
	assert_int_equal(sg_stepper_check(&caps, s, 5, &fits, &why), SG_OK);
	assert_int_equal(fits, 3);
	s[1].range_a = 1e-2;
	assert_int_equal(sg_stepper_check(&caps, s, 5, &fits, &why), SG_OK);
	assert_int_equal(fits, 1);
	s[0] = rest;
	s[1] = rest;
	assert_int_equal(sg_stepper_check(&caps, s, 2, &fits, &why), SG_OK);
	assert_int_equal(fits, 1);
	s[1].interval_s = 0.01;
	assert_int_equal(sg_stepper_check(&caps, s, 2, &fits, &why), SG_ERR_UNSUPPORTED);
	assert_int_equal(fits, 0);
	assert_int_equal(sg_stepper_check(&caps, s, 0, &fits, &why), SG_ERR_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_stage(a_pair_is_told_whole_and_in_order),
		on_stage(the_grid_does_not_drift_over_a_week),
		on_stage(a_long_interval_is_looked_into_every_second),
		on_stage(the_fastest_interval_has_a_look_each),
		on_stage(a_duration_off_the_grid_ends_with_a_sample_too),
		on_stage(a_rest_touches_nothing),
		on_stage(the_first_look_beyond_a_limit_ends_everything),
		on_stage(a_limit_passed_between_samples_is_seen_and_recorded),
		on_stage(a_limit_exactly_met_is_not_passed),
		on_stage(a_cell_that_cannot_be_switched_off_is_told_before_all_else),
		on_stage(a_late_host_looks_at_once),
		on_stage(a_late_host_with_a_limit_passed_goes_on_to_nothing),
		on_stage(a_late_change_does_not_shorten_what_follows),
		on_stage(a_year_of_lateness_takes_no_time),
		on_stage(one_look_that_fails_is_a_hole),
		on_stage(a_failed_last_look_does_not_delay_the_change),
		on_stage(five_blind_seconds_end_it),
		on_stage(a_blind_rest_goes_on),
		on_stage(it_never_waits_beyond_its_deadline),
		on_stage(a_signal_gives_the_caller_a_turn),
		on_stage(a_current_that_could_not_be_set_is_the_end),
		on_stage(a_lost_link_is_the_end),
		on_stage(a_start_that_fails_leaves_nothing_running),
		on_stage(stop_keeps_what_was_to_be_told),
		on_stage(drop_forgets_all),
		cmocka_unit_test(only_what_shares_mode_and_range_is_chained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

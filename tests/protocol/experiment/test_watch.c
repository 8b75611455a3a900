/* SPDX-License-Identifier: Apache-2.0 */
/* Detectors and model side by side: who is told of a current, of a hole, and of a level that is crossed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/sample.h"
#include "experiment/watch.h"

#define AREA_CM2 0.8332

struct bench {
	struct sg_watch watch;
	double time_s;
	unsigned told;             /* diffusion_limit events */
	struct sg_event latest;
};

static void set_up(struct bench *b)
{
	const struct sg_detect_config detect = {
		.area_cm2 = AREA_CM2, .expected_ohm = NAN, .compliance_v = NAN, .voltage_noise_v = NAN, .current_noise_a = NAN,
	};
	struct sg_exposure_config model;

	memset(b, 0, sizeof(*b));
	assert_int_equal(sg_watch_model("Na", "paper", AREA_CM2, NAN, 25.0, &model, NULL), SG_OK);
	assert_int_equal(sg_watch_init(&b->watch, &detect, &model, NULL), SG_OK);
}

static void feed(struct bench *b, double current_ma_cm2, uint32_t flags)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	struct sg_reading reading = {
		.time_s = b->time_s,
		.current_a = current_ma_cm2 * 1e-3 * AREA_CM2,
		.voltage_v = current_ma_cm2 * 1e-3 * AREA_CM2 * 50.0,
		.set_a = NAN,
		.temperature_c = NAN,
		.flags = flags,
	};
	const size_t count = sg_watch_feed(&b->watch, &reading, events);

	for (size_t i = 0; i < count; i++) {
		if (events[i].type != SG_EVENT_DIFFUSION_LIMIT)
			continue;
		b->told++;
		b->latest = events[i];
	}
}

static void run(struct bench *b, double current_ma_cm2, double duration_s)
{
	const double end_s = b->time_s + duration_s;

	while (b->time_s < end_s - 0.5) {
		b->time_s += 10.0;
		feed(b, current_ma_cm2, 0);
	}
}

static double linear(const struct bench *b, enum sg_electrode electrode)
{
	return sg_watch_fraction(&b->watch, electrode).low;
}

#define NEAR(a, wanted, relative) assert_true(fabs((a) - (wanted)) <= (relative) * fabs(wanted))

/* Reference: closed form, 5 h at 1 mA cm-2 with the paper's constants and 0.0421 mol cm-3, to the 0.1 % of its concentration. */
static void f_grows_with_what_flowed(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	feed(&b, 1.0, 0);
	run(&b, 1.0, 18000.0);
	NEAR(linear(&b, SG_ELECTRODE_A), 0.50716706, 2e-3);
	assert_true(linear(&b, SG_ELECTRODE_B) == 0.0);
	run(&b, -1.0, 18000.0);
	NEAR(linear(&b, SG_ELECTRODE_B), 0.29709159, 2e-3);
	assert_true(sg_watch_fraction(&b.watch, SG_ELECTRODE_B).high > 0.5);
}

static void a_level_is_told_once_for_each_electrode(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	feed(&b, 1.0, 0);
	run(&b, 1.0, 7000.0); /* f = 0.316 */
	assert_int_equal(b.told, 0);
	run(&b, 1.0, 1000.0);
	assert_int_equal(b.told, 1);
	assert_int_equal(b.latest.grade, SG_GRADE_INFO);
	assert_non_null(strstr(b.latest.text, "electrode A: 0.33 to 0.33"));
	assert_non_null(strstr(b.latest.text, "no prediction of a short"));
	run(&b, 1.0, 18000.0); /* 26000 s: 0.61 */
	assert_int_equal(b.told, 2);
	assert_int_equal(b.latest.grade, SG_GRADE_WARNING);
	assert_non_null(strstr(b.latest.text, "0.33 to 0.68"));
	run(&b, 1.0, 32000.0); /* 58000 s: 0.91 */
	assert_int_equal(b.told, 3);
	assert_true(b.latest.reference == SG_WATCH_NEAR);
	assert_non_null(strstr(b.latest.text, "nine tenths"));
	run(&b, 1.0, 13000.0); /* 71000 s: 1.01 */
	assert_int_equal(b.told, 4);
	assert_true(b.latest.reference == SG_WATCH_LIMIT);
	assert_int_equal(b.latest.grade, SG_GRADE_WARNING);
	assert_non_null(strstr(b.latest.text, "; beyond the limit"));
	run(&b, -1.0, 30000.0);
	assert_true(b.told > 4);
	assert_non_null(strstr(b.latest.text, "electrode B"));
}

/* What only the pessimistic end says is not said as if it were so. */
static void beyond_the_limit_may_be_a_perhaps(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	feed(&b, 1.0, 0);
	for (int i = 0; i < 40 && b.told < 8; i++)
		run(&b, i % 2 ? -1.8 : 1.8, 18000.0); /* 0.91 at first; the one-sided end grows, the linear one falls */
	assert_int_equal(b.told, 8);
	assert_true(b.latest.reference == SG_WATCH_LIMIT);
	assert_non_null(strstr(b.latest.text, "perhaps beyond the limit"));
}

/* Sources of D differ: what nobody chose is an interval, what somebody chose is taken at its word. */
static void the_sources_of_d_open_the_interval_unless_one_is_named(void **state)
{
	const struct sg_detect_config detect = {
		.area_cm2 = AREA_CM2, .expected_ohm = NAN, .compliance_v = NAN, .voltage_noise_v = NAN, .current_noise_a = NAN,
	};
	static const char *const sets[] = { "", "tsai2020" };
	struct sg_exposure_config model;
	struct sg_interval f;
	struct bench b;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		memset(&b, 0, sizeof(b));
		assert_int_equal(sg_watch_model("Li", sets[i], AREA_CM2, NAN, 25.0, &model, NULL), SG_OK);
		assert_int_equal(sg_watch_init(&b.watch, &detect, &model, NULL), SG_OK);
		feed(&b, 0.5, 0);
		run(&b, 0.5, 1500.0);
		f = sg_watch_fraction(&b.watch, SG_ELECTRODE_A);
		/* the highest D of four sources is 1.98 times the lowest set's, the lowest 0.98 times */
		NEAR(f.low / f.high, i ? 1.0 : 0.703, 0.01);
		assert_true((strstr(b.latest.text, "other sources of D") != NULL) == (i == 0));
	}
}

/*
 * The chamber is warm at once, the metal with 20 minutes of lag: until then the upper end is of the cold metal, and the lower
 * one of the warm. Reference: the same current in metal that follows exponentially, fed to the model itself.
 */
static void a_warmer_chamber_is_no_warmer_metal_at_once(void **state)
{
	const double current_a = 1e-3 * AREA_CM2;
	struct sg_exposure_config model;
	struct sg_exposure metal;
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(sg_watch_model("Na", "mundy1971", AREA_CM2, NAN, 25.0, &model, NULL), SG_OK);
	assert_int_equal(sg_exposure_init(&b.watch.exposure, &model, NULL), SG_OK);
	metal = b.watch.exposure;
	for (int i = 0; i <= 3600; i++) {
		struct sg_event events[SG_WATCH_EVENTS_MAX];
		const double step_c = i < 1800 ? 0.0 : 10.0;
		struct sg_reading reading = { .time_s = b.time_s += 10.0, .current_a = current_a, .voltage_v = current_a * 50.0,
					      .set_a = NAN, .temperature_c = 25.0 + step_c };
		struct sg_interval f;
		double truth;

		sg_watch_feed(&b.watch, &reading, events);
		sg_exposure_feed(&metal, i ? 10.0 : 0.0, current_a, 25.0 + step_c * (1.0 - exp(-(i - 1800) / 120.0)));
		f = sg_watch_fraction(&b.watch, SG_ELECTRODE_A);
		truth = sg_exposure_fraction(&metal, SG_ELECTRODE_A).low;
		assert_true(f.high >= truth * (1.0 - 1e-3));
		assert_true(f.low <= truth * (1.0 + 2e-2));
		if (i == 1801)
			assert_true(f.high > 1.2 * f.low);
	}
	assert_true(sg_watch_fraction(&b.watch, SG_ELECTRODE_A).high < 1.001 * sg_watch_fraction(&b.watch, SG_ELECTRODE_A).low);
}

/* What the runner knows of a time without samples is not guessed again from the sample behind it. */
static void a_known_pause_is_a_rest_and_an_unknown_one_widens(void **state)
{
	struct bench known, unknown, sampled;
	struct sg_interval f;

	(void)state;
	set_up(&sampled);
	feed(&sampled, 1.0, 0);
	run(&sampled, 1.0, 10000.0);
	known = unknown = sampled;

	run(&sampled, 0.0, 3600.0);
	sampled.time_s += 10.0;
	feed(&sampled, 1.0, 0);

	sg_watch_flowed(&known.watch, known.time_s + 3600.0, 0.0);
	known.time_s += 3610.0;
	feed(&known, 1.0, SG_FLAG_GAP_BEFORE);
	NEAR(linear(&known, SG_ELECTRODE_A), linear(&sampled, SG_ELECTRODE_A), 1e-6);

	unknown.time_s += 3610.0;
	feed(&unknown, 1.0, SG_FLAG_GAP_BEFORE);
	f = sg_watch_fraction(&unknown.watch, SG_ELECTRODE_A);
	assert_true(f.low < linear(&sampled, SG_ELECTRODE_A) * 1.001);
	assert_true(f.high > 0.43); /* as if it had gone on: (13600 / 69979)^(1/2) = 0.441 */
}

static void told_twice_of_the_same_time_it_counts_once(void **state)
{
	struct bench a, b;

	(void)state;
	set_up(&a);
	feed(&a, 1.0, 0);
	run(&a, 1.0, 1000.0);
	b = a;
	sg_watch_flowed(&b.watch, b.time_s + 4.0, 1e-3 * AREA_CM2);
	sg_watch_flowed(&b.watch, b.time_s + 4.0, 1e-3 * AREA_CM2);
	sg_watch_flowed(&b.watch, b.time_s - 9.0, 1e-3 * AREA_CM2);
	run(&a, 1.0, 10.0);
	run(&b, 1.0, 10.0);
	NEAR(linear(&b, SG_ELECTRODE_A), linear(&a, SG_ELECTRODE_A), 1e-9);
}

static void without_a_model_nothing_is_known_and_the_detectors_work(void **state)
{
	const struct sg_detect_config detect = {
		.area_cm2 = AREA_CM2, .expected_ohm = 50.0, .compliance_v = NAN, .voltage_noise_v = NAN, .current_noise_a = NAN,
	};
	struct bench b;

	(void)state;
	memset(&b, 0, sizeof(b));
	assert_int_equal(sg_watch_init(&b.watch, &detect, NULL, NULL), SG_OK);
	feed(&b, 1.0, 0);
	run(&b, 1.0, 600.0);
	assert_true(isnan(sg_watch_fraction(&b.watch, SG_ELECTRODE_A).high));
	NEAR(sg_detector_resistance_ohm(&b.watch.detector), 50.0, 1e-9);
	assert_int_equal(b.told, 0);
	sg_watch_flowed(&b.watch, 1e4, 1.0);
	sg_watch_unwitnessed(&b.watch, 1e5);
	/* a metal or a set that is not known is refused with what is */
	assert_int_equal(sg_watch_model("Xx", "", AREA_CM2, NAN, NAN, &(struct sg_exposure_config){ 0 }, NULL), SG_ERR_NOT_FOUND);
	assert_int_equal(sg_watch_model("Na", "mine", AREA_CM2, NAN, NAN, &(struct sg_exposure_config){ 0 }, NULL), SG_ERR_NOT_FOUND);
}

/* A clock that restarts neither turns time back nor adds what did not pass. */
static void a_restarted_clock_moves_nothing_back(void **state)
{
	struct bench b;
	double before;

	(void)state;
	set_up(&b);
	feed(&b, 1.0, 0);
	run(&b, 1.0, 2000.0);
	before = linear(&b, SG_ELECTRODE_A);
	b.time_s = 0.0;
	feed(&b, 1.0, 0);
	run(&b, 1.0, 2000.0);
	NEAR(linear(&b, SG_ELECTRODE_A), before * sqrt(2.0), 0.01);
}

/* Beside the alarm of the polarization, once, where its mark is set. */
static void a_doubled_resistance_is_an_event_of_its_own(void **state)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX], doubled = { 0 };
	unsigned times = 0, polarizations = 0;
	struct bench b;

	(void)state;
	set_up(&b);
	/* 12 half-cycles of 50 ohm, then one that climbs to three times that */
	for (int i = 0; i < 13 * 360; i++) {
		const double ohm = i < 12 * 360 ? 50.0 : 50.0 * (1.0 + 2.0 * (i - 12 * 360) / 360.0);
		struct sg_reading reading = { .time_s = 10.0 * i, .current_a = (i / 360 % 2 ? -1e-3 : 1e-3), .set_a = NAN,
					      .temperature_c = NAN, .step = (uint32_t)(i / 360 + 1) };
		size_t count;

		reading.voltage_v = reading.current_a * ohm + 1e-6 * (i * 7 % 5);
		count = sg_watch_feed(&b.watch, &reading, events);
		for (size_t k = 0; k < count; k++) {
			polarizations += events[k].type == SG_EVENT_POLARIZATION;
			if (events[k].type != SG_EVENT_RESISTANCE_DOUBLED)
				continue;
			doubled = events[k];
			times++;
		}
	}
	assert_true(polarizations >= 1);
	assert_int_equal(times, 1);
	assert_true(doubled.since_s == b.watch.detector.polarizing.marks.t2x_s && doubled.since_s <= doubled.time_s);
	assert_true(doubled.value == b.watch.detector.polarizing.marks.c2x_mah_cm2);
	assert_int_equal(doubled.step, 13);
	/* where the experiment has its limit of the voltage, it has its practical capacity */
	assert_true(isnan(b.watch.detector.polarizing.marks.t_compl_s));
	sg_watch_voltage_limit(&b.watch, 46790.0);
	sg_watch_voltage_limit(&b.watch, 46800.0);
	assert_true(b.watch.detector.polarizing.marks.t_compl_s == 46790.0);
	NEAR(b.watch.detector.polarizing.marks.c_compl_mah_cm2, 1.0 / AREA_CM2, 0.01);
	assert_true(doubled.time_s > 10.0 * (12 * 360 + 170) && doubled.time_s < 10.0 * (12 * 360 + 200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doubled_resistance_is_an_event_of_its_own),
		cmocka_unit_test(f_grows_with_what_flowed),
		cmocka_unit_test(a_level_is_told_once_for_each_electrode),
		cmocka_unit_test(beyond_the_limit_may_be_a_perhaps),
		cmocka_unit_test(the_sources_of_d_open_the_interval_unless_one_is_named),
		cmocka_unit_test(a_warmer_chamber_is_no_warmer_metal_at_once),
		cmocka_unit_test(a_known_pause_is_a_rest_and_an_unknown_one_widens),
		cmocka_unit_test(told_twice_of_the_same_time_it_counts_once),
		cmocka_unit_test(without_a_model_nothing_is_known_and_the_detectors_work),
		cmocka_unit_test(a_restarted_clock_moves_nothing_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

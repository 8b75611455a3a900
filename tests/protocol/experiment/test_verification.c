/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pulse says of cells whose truth is known: a resistor or an ionic cell, and leads that are on it or are not. Each row
 * is read by a fast instrument (20 readings in each part) and by a slow one (2).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/verification.h"

#define HEALTHY_OHM 50.0
#define CURRENT_A 1e-3
#define NOISE_V 20e-6
#define SLOW_NOISE_V 8e-6 /* a conversion of 80 ms averages */
#define PART_S 0.2

/* What is across the meter: an electromotive force that decays, a resistance, the meter's zero; or a lead in the air. */
struct cell {
	double ohm;
	double left_v;    /* at the beginning of the rest, per whole current in its direction; decays with */
	double decay_s;   /* 0: stays */
	double offset_v;
	bool off;         /* the sense lead is: */
	double floating_v, drift_v_s;
	double zero_v;    /* what rests before have shown of the meter; 0: there were none */
};

static uint64_t state_of_noise;

/* Sum of twelve evenly drawn numbers: normal enough, and the same on every machine. */
static double noise(double sigma_v)
{
	double sum = -6.0;

	for (int i = 0; i < 12; i++) {
		state_of_noise = state_of_noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		sum += (double)(state_of_noise >> 11) / 9007199254740992.0;
	}
	return sigma_v * sum;
}

static double drawn(double low, double high)
{
	double between;

	state_of_noise = state_of_noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	between = (double)(state_of_noise >> 11) / 9007199254740992.0;
	return low * pow(high / low, between);
}

static double across_v(const struct cell *c, double time_s, double current_a, double direction)
{
	const double fade = c->decay_s > 0.0 ? exp(-time_s / c->decay_s) : 1.0;

	if (c->off)
		return c->floating_v + c->drift_v_s * time_s;
	return current_a * c->ohm + direction * c->left_v * fade + c->offset_v;
}

static void read_pulse(const struct cell *c, double current_a, double noise_v, size_t readings,
		       struct sg_pulse_readings parts[SG_PULSE_PARTS])
{
	const double direction = current_a < 0.0 ? -1.0 : 1.0;

	for (size_t p = 0; p < SG_PULSE_PARTS; p++) {
		const double now_a = p == SG_PULSE_HALF ? current_a / 2.0 : 0.0;

		parts[p].begin_s = 1000.0 + PART_S * (double)p;
		parts[p].count = readings;
		for (size_t i = 0; i < readings; i++) {
			const double phase_s = PART_S * (double)(i + 1) / (double)readings;

			parts[p].at[i] = (struct sg_pulse_reading){
				.phase_s = phase_s,
				.voltage_v = across_v(c, PART_S * (double)p + phase_s, now_a, direction) + noise(noise_v),
				.current_a = now_a,
			};
		}
	}
}

static struct sg_verification look(const struct cell *c, enum sg_event_type alarm, double before_v, double current_a,
				   double noise_v, double slow_ohm, size_t readings)
{
	const struct sg_verify_before before = {
		.alarm = alarm, .voltage_v = before_v, .current_a = current_a, .healthy_ohm = HEALTHY_OHM, .noise_v = noise_v,
		.zero_v = c->zero_v > 0.0 ? c->zero_v : NAN, .slow_ohm = slow_ohm,
	};
	struct sg_pulse_readings parts[SG_PULSE_PARTS];
	struct sg_verification v;

	read_pulse(c, current_a, noise_v, readings, parts);
	sg_verify(&before, parts, &v);
	return v;
}

#define HARD SG_EVENT_HARD_SHORT
#define EITHER SG_EVENT_SHORT_OR_SENSE
#define SOFT SG_EVENT_SOFT_SHORT
#define SHORT SG_VERIFIED_SHORT
#define SENSE SG_VERIFIED_SENSE
#define UNCLEAR SG_VERIFIED_UNCLEAR

static const struct row {
	const char *legend;
	struct cell cell;
	enum sg_event_type alarm;
	double before_v;
	double current_a;
	double slow_ohm;
	enum sg_verified fast, slow; /* by 20 readings a part, by 2 */
} rows[] = {
	{ "a hard short of 0.9 ohm", { .ohm = 0.9 }, HARD, 0.9e-3, CURRENT_A, NAN, SHORT, SHORT },
	{ "the same the other way", { .ohm = 0.9 }, HARD, -0.9e-3, -CURRENT_A, NAN, SHORT, SHORT },
	{ "behind a meter with an offset of 0.4 mV", { .ohm = 0.9, .offset_v = 0.4e-3 }, HARD, 1.3e-3, CURRENT_A, NAN, SHORT, SHORT },
	{ "a short that went on to fall", { .ohm = 0.9 }, HARD, 3.5e-3, CURRENT_A, NAN, SHORT, SHORT },
	{ "a faint short, which only the mean of many readings shows", { .ohm = 0.2 }, EITHER, 0.09e-3, CURRENT_A, NAN, SHORT, UNCLEAR },
	{ "one that no reading of this meter shows", { .ohm = 0.003 }, EITHER, 0.0, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "a sense lead at zero", { .off = true }, EITHER, 0.0, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "one that shows the meter's offset", { .off = true, .floating_v = 0.3e-3 }, HARD, 0.3e-3, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "one at zero, where two contacts would show: or a very good short", { .off = true }, EITHER, 0.0, 0.2, NAN, UNCLEAR, UNCLEAR },
	{ "a sense lead that floats", { .off = true, .floating_v = 25e-3 }, HARD, 25e-3, CURRENT_A, NAN, SENSE, SENSE },
	{ "the same the other way", { .off = true, .floating_v = -25e-3 }, HARD, -25e-3, -CURRENT_A, NAN, SENSE, SENSE },
	{ "one that floats and drifts", { .off = true, .floating_v = 25e-3, .drift_v_s = 1e-3 }, HARD, 25e-3, CURRENT_A, NAN, SENSE, SENSE },
	{ "one that floats where a meter's zero may be", { .off = true, .floating_v = 2e-3 }, HARD, 2e-3, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "a short below what shows, a board off by as much", { .ohm = 0.003, .offset_v = -2e-3 }, HARD, -2e-3, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "the same where rests have shown the zero", { .off = true, .floating_v = 2e-3, .zero_v = 0.1e-3 }, HARD, 2e-3, CURRENT_A, NAN, SENSE, SENSE },
	{ "and where they have shown that it may be that", { .off = true, .floating_v = 2e-3, .zero_v = 1.5e-3 }, HARD, 2e-3, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "one that floats where a soft short was seen", { .off = true, .floating_v = 35e-3 }, SOFT, 35e-3, CURRENT_A, NAN, SENSE, SENSE },
	{ "a voltage against the current", { .ohm = -20.0 }, HARD, -1e-3, CURRENT_A, NAN, SENSE, SENSE },
	{ "an ionic cell that comes out of a reversal", { .ohm = 20.0, .left_v = -19e-3, .decay_s = 3.0 }, HARD, 1e-3, CURRENT_A, NAN,
	  UNCLEAR, UNCLEAR },
	{ "a short that burned away", { .ohm = 48.0 }, HARD, 1e-3, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "a soft short of a ceramic, or a warmer one", { .ohm = 35.0 }, SOFT, 35e-3, CURRENT_A, NAN, UNCLEAR, UNCLEAR },
	{ "a gel that still relaxes", { .ohm = 15.0, .left_v = 20e-3, .decay_s = 5.0 }, SOFT, 35e-3, CURRENT_A, 22.0, UNCLEAR, UNCLEAR },
	{ "a gel that relaxes no more", { .ohm = 15.0, .left_v = 1e-3, .decay_s = 5.0 }, SOFT, 16e-3, CURRENT_A, 22.0, SHORT, SHORT },
};

static const char *name_of(enum sg_verified verified)
{
	return verified == SHORT ? "short" : verified == SENSE ? "sense" : "unclear";
}

static void the_verdict_on_cells_whose_truth_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		for (int fast = 0; fast < 2; fast++) {
			const enum sg_verified wanted = fast ? row->fast : row->slow;
			struct sg_verification v;

			state_of_noise = 1 + i;
			v = look(&row->cell, row->alarm, row->before_v, row->current_a, fast ? NOISE_V : SLOW_NOISE_V, row->slow_ohm,
				 fast ? 20 : 2);
			if (v.verified != wanted)
				fail_msg("%s (%s): %s (%s; %.3g +- %.1g ohm, rest %.3g V), wanted %s", row->legend,
					 fast ? "fast" : "slow", name_of(v.verified), v.because, v.ohm, v.ohm_sigma, v.rest_v,
					 name_of(wanted));
		}
	}
}

/* On with the test in a short would be the dangerous mistake: whatever the short, and the meter's zero. */
static void no_short_is_ever_called_a_lost_lead(void **state)
{
	unsigned confirmed = 0;

	(void)state;
	state_of_noise = 7;
	for (int i = 0; i < 20000; i++) {
		const double ohm = drawn(1e-4, 4.0), noise_v = drawn(1e-6, 1e-4), current_a = drawn(1e-4, 0.1);
		const double offset_v = i % 2 ? noise(1e-4) : noise(4e-3);
		/* what rests show is the offset and what the cell itself leaves */
		const struct cell c = { .ohm = ohm, .offset_v = offset_v, .zero_v = i % 4 > 1 ? fabs(offset_v) + 1e-6 : 0.0 };
		const double direction = i % 2 ? -1.0 : 1.0;
		const struct sg_verification v =
			look(&c, HARD, direction * current_a * ohm + c.offset_v + noise(noise_v), direction * current_a, noise_v, NAN,
			     i % 3 ? 20 : 2);

		if (v.verified == SENSE)
			fail_msg("%.3g ohm, noise %.3g V, %.3g A: %s", ohm, noise_v, current_a, v.because);
		confirmed += v.verified == SHORT;
	}
	assert_true(confirmed > 8000);
}

static void no_lost_lead_is_ever_called_a_short(void **state)
{
	unsigned found = 0;

	(void)state;
	state_of_noise = 8;
	for (int i = 0; i < 20000; i++) {
		const double noise_v = drawn(1e-6, 1e-4), current_a = drawn(1e-4, 0.1);
		const struct cell c = { .off = true, .floating_v = drawn(1e-5, 1.0), .drift_v_s = noise(1e-3) };
		const struct sg_verification v =
			look(&c, HARD, c.floating_v, i % 2 ? current_a : -current_a, noise_v, NAN, i % 3 ? 20 : 2);

		if (v.verified == SHORT)
			fail_msg("%.3g V, drift %.3g V/s, noise %.3g V, %.3g A: %s", c.floating_v, c.drift_v_s, noise_v, current_a,
				 v.because);
		found += v.verified == SENSE;
	}
	assert_true(found > 6000); /* a third of them stand above 20 mV */
}

static void a_pulse_without_readings_or_without_a_current_tells_nothing(void **state)
{
	const struct sg_verify_before before = { .alarm = HARD, .voltage_v = 1e-3, .current_a = CURRENT_A,
						 .healthy_ohm = HEALTHY_OHM, .noise_v = NOISE_V, .zero_v = NAN, .slow_ohm = NAN };
	const struct cell c = { .ohm = 1.0 };
	struct sg_pulse_readings parts[SG_PULSE_PARTS];
	struct sg_verification v;
	struct sg_event event;

	(void)state;
	read_pulse(&c, CURRENT_A, NOISE_V, 20, parts);
	for (size_t i = 0; i < 20; i++)
		parts[SG_PULSE_HALF].at[i].current_a = 0.0;
	sg_verify(&before, parts, &v);
	assert_int_equal(v.verified, UNCLEAR);
	assert_non_null(strstr(v.because, "current"));

	for (size_t part = 0; part < SG_PULSE_PARTS; part++) {
		read_pulse(&c, CURRENT_A, NOISE_V, 20, parts);
		parts[part].count = 1;
		sg_verify(&before, parts, &v);
		assert_int_equal(v.verified, UNCLEAR);
		assert_true(isnan(v.ohm));
	}
	sg_verify_tell(&before, &v, 5.0, &event);
	assert_int_equal(event.type, SG_EVENT_VERIFY);
	assert_non_null(strstr(event.text, "the pulse cannot tell: too few readings"));
}

/* The whole evidence fits into the sentence, whatever it is. */
static void the_sentence_is_never_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct sg_verify_before before = { .alarm = row->alarm, .voltage_v = -row->before_v - 1.23456e-4,
							 .current_a = -row->current_a, .healthy_ohm = HEALTHY_OHM };
		const struct sg_verification v = look(&row->cell, row->alarm, row->before_v, row->current_a, NOISE_V, row->slow_ohm, 20);
		struct sg_event event;

		sg_verify_tell(&before, &v, 5.0, &event);
		if (strstr(event.text, "...") || !strstr(event.text, "ohm"))
			fail_msg("%s", event.text);
		assert_int_equal(event.grade, v.verified == SHORT && row->alarm != SOFT ? SG_GRADE_ALARM : SG_GRADE_WARNING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verdict_on_cells_whose_truth_is_known),
		cmocka_unit_test(no_short_is_ever_called_a_lost_lead),
		cmocka_unit_test(no_lost_lead_is_ever_called_a_short),
		cmocka_unit_test(a_pulse_without_readings_or_without_a_current_tells_nothing),
		cmocka_unit_test(the_sentence_is_never_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

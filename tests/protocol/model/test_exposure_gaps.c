/* SPDX-License-Identifier: Apache-2.0 */
/* What nobody measured: gaps, temperatures, time without a witness. The interval must cover whatever was. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/exposure.h"

#define AREA_CM2 0.8332
#define MA (1e-3 * AREA_CM2)

static struct sg_exposure_config config_of(double thickness_cm, double temperature_c)
{
	struct sg_exposure_config config = { .area_cm2 = AREA_CM2, .thickness_cm = thickness_cm, .temperature_c = temperature_c,
					     .diffusion_low = 1.0, .diffusion_high = 1.0 };

	assert_int_equal(sg_material_find("Na", NULL, &config.material, NULL), SG_OK);
	return config;
}

static void assert_covers(const struct sg_exposure *outer, const struct sg_exposure *inner)
{
	for (int electrode = 0; electrode < 2; electrode++) {
		const struct sg_interval o = sg_exposure_fraction(outer, (enum sg_electrode)electrode);
		const struct sg_interval i = sg_exposure_fraction(inner, (enum sg_electrode)electrode);

		/* 3e-4: the one-sided end of either is worked out in intervals of its own */
		assert_true(o.low <= i.low + 1e-9 && o.high >= i.high - 3e-4);
	}
}

/* Part of the current that flowed in each of twelve gaps; more gaps than are kept apart. */
static void gap_covers_whatever_flowed(double thickness_cm)
{
	static const double parts[] = { 0.0, 0.3, 1.0 };
	const struct sg_exposure_config config = config_of(thickness_cm, 25.0);

	for (size_t k = 0; k < 3; k++) {
		struct sg_exposure known, gappy;

		assert_int_equal(sg_exposure_init(&known, &config, NULL), SG_OK);
		assert_int_equal(sg_exposure_init(&gappy, &config, NULL), SG_OK);
		for (int cycle = 0; cycle < 12; cycle++) {
			const double current_a = (cycle % 2 ? -MA : MA) * (1 + cycle % 3);

			for (int i = 0; i < 60; i++) {
				sg_exposure_feed(&known, 10.0, current_a, 25.0);
				sg_exposure_feed(&gappy, 10.0, current_a, 25.0);
				assert_covers(&gappy, &known);
			}
			for (int i = 0; i < 10; i++)
				sg_exposure_feed(&known, 30.0, parts[k] * current_a, 25.0);
			if (cycle % 3)
				sg_exposure_gap(&gappy, 300.0, NAN);
			else
				sg_exposure_feed(&gappy, 300.0, NAN, NAN); /* a reading without a current is the same */
			assert_covers(&gappy, &known);
		}
		assert_true(gappy.flags & SG_EXPOSURE_CURRENT_UNKNOWN);
		assert_int_equal(gappy.gap_count, 12);
	}
}

static void interval_covers_whatever_flowed_in_gaps(void **state)
{
	(void)state;
	gap_covers_whatever_flowed(NAN);
	gap_covers_whatever_flowed(0.01);
}

static void gap_after_a_rest_is_a_rest(void **state)
{
	const struct sg_exposure_config config = config_of(NAN, 25.0);
	struct sg_exposure e;
	struct sg_interval f;

	(void)state;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	sg_exposure_feed(&e, 3600.0, MA, 25.0);
	sg_exposure_feed(&e, 1.0, 0.0, 25.0);
	sg_exposure_gap(&e, 3600.0, 25.0);
	f = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	assert_true(f.high - f.low < 1e-12);
	assert_false(e.flags & SG_EXPOSURE_CURRENT_UNKNOWN);
}

static void what_a_gap_left_fades(void **state)
{
	const struct sg_exposure_config config = config_of(NAN, 25.0);
	struct sg_exposure e;
	struct sg_interval at_once, later;

	(void)state;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	sg_exposure_feed(&e, 60.0, MA, 25.0);
	sg_exposure_gap(&e, 600.0, 25.0);
	at_once = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	sg_exposure_feed(&e, 86400.0, 0.0, 25.0);
	later = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	assert_true(at_once.high - at_once.low > 0.03);
	assert_true(later.high - later.low < 0.1 * (at_once.high - at_once.low));
}

static void unwitnessed_time_makes_it_unknown_for_good(void **state)
{
	const struct sg_exposure_config config = config_of(NAN, 25.0);
	char storage[512];
	struct sg_exposure e;
	struct sg_text text;

	(void)state;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	sg_exposure_set_unknown(&e);
	for (int i = 0; i < 100; i++)
		sg_exposure_feed(&e, 1e5, 0.0, 25.0);
	assert_true(isnan(sg_exposure_fraction(&e, SG_ELECTRODE_A).low));
	assert_true(isnan(sg_exposure_fraction(&e, SG_ELECTRODE_B).high));
	assert_true(isnan(sg_exposure_time_to_limit(&e, SG_ELECTRODE_A, MA).low));
	sg_text_init(&text, storage, sizeof(storage));
	sg_exposure_describe(&e, SG_ELECTRODE_A, &text);
	assert_non_null(strstr(text.data, "unknown"));
}

/* 15 degC or 35 degC: the interval without any temperature covers both. */
static void unknown_temperature_is_covered(void **state)
{
	static const double truths_c[] = { 15.0, 25.0, 35.0 };
	const struct sg_exposure_config blind = config_of(NAN, NAN);

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		const struct sg_exposure_config told = config_of(NAN, truths_c[k]);
		struct sg_exposure a, b;

		assert_int_equal(sg_exposure_init(&a, &blind, NULL), SG_OK);
		assert_int_equal(sg_exposure_init(&b, &told, NULL), SG_OK);
		for (int i = 0; i < 600; i++) {
			const double current_a = (i / 100) % 2 ? -MA : MA;

			sg_exposure_feed(&a, 10.0, current_a, NAN);
			sg_exposure_feed(&b, 10.0, current_a, NAN);
		}
		for (int electrode = 0; electrode < 2; electrode++) {
			const struct sg_interval o = sg_exposure_fraction(&a, (enum sg_electrode)electrode);
			const struct sg_interval i = sg_exposure_fraction(&b, (enum sg_electrode)electrode);

			assert_true(o.low <= i.low * 1.006 && o.high >= i.high * 0.994); /* half of a per cent: expansion */
		}
		assert_true(a.flags & SG_EXPOSURE_TEMPERATURE_ASSUMED);
		assert_false(b.flags & SG_EXPOSURE_TEMPERATURE_ASSUMED);
	}
}

static void last_temperature_stays_where_one_is_missing(void **state)
{
	const struct sg_exposure_config config = config_of(NAN, NAN);
	struct sg_exposure a, b;

	(void)state;
	assert_int_equal(sg_exposure_init(&a, &config, NULL), SG_OK);
	assert_int_equal(sg_exposure_init(&b, &config, NULL), SG_OK);
	sg_exposure_feed(&a, 0.0, MA, 40.0);
	sg_exposure_feed(&b, 0.0, MA, 40.0);
	for (int i = 0; i < 50; i++) {
		sg_exposure_feed(&a, 10.0, MA, 40.0);
		sg_exposure_feed(&b, 10.0, MA, i % 2 ? NAN : 40.0);
	}
	assert_true(sg_exposure_fraction(&a, SG_ELECTRODE_A).high == sg_exposure_fraction(&b, SG_ELECTRODE_A).high);
	assert_int_equal(b.flags, 0);
}

static void molten_metal_keeps_the_last_d_and_says_so(void **state)
{
	const struct sg_exposure_config config = config_of(NAN, 90.0);
	char storage[512];
	struct sg_exposure e;
	struct sg_text text;

	(void)state;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	sg_exposure_feed(&e, 10.0, MA, 120.0);
	assert_true(e.flags & SG_EXPOSURE_TEMPERATURE_BEYOND);
	assert_true(e.speed == 1.0);
	sg_text_init(&text, storage, sizeof(storage));
	sg_exposure_describe(&e, SG_ELECTRODE_A, &text);
	assert_non_null(strstr(text.data, "D is not known"));
}

static void spread_of_d_widens_as_its_root(void **state)
{
	struct sg_exposure_config config = config_of(NAN, 25.0);
	struct sg_exposure plain, wide;
	struct sg_interval p, w;

	(void)state;
	assert_int_equal(sg_exposure_init(&plain, &config, NULL), SG_OK);
	config.diffusion_low = 0.25;
	config.diffusion_high = 4.0;
	assert_int_equal(sg_exposure_init(&wide, &config, NULL), SG_OK);
	sg_exposure_feed(&plain, 1000.0, MA, 25.0);
	sg_exposure_feed(&wide, 1000.0, MA, 25.0);
	p = sg_exposure_fraction(&plain, SG_ELECTRODE_A);
	w = sg_exposure_fraction(&wide, SG_ELECTRODE_A);
	assert_true(fabs(w.low / p.low - 0.5) < 1e-12 && fabs(w.high / p.high - 2.0) < 1e-12);
}

/* Whatever is unknown: index of exposure, upper bound, source of D; no promise. */
static void words_promise_nothing(void **state)
{
	struct sg_exposure_config config = config_of(NAN, NAN);
	char storage[1024];
	struct sg_exposure e;
	struct sg_text text;

	(void)state;
	config.diffusion_low = 0.9;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	for (int i = 0; i < 3; i++) {
		sg_exposure_feed(&e, 80000.0, MA, NAN);
		if (i)
			sg_exposure_gap(&e, 100.0, NAN);
		for (int electrode = 0; electrode < 2; electrode++) {
			sg_text_init(&text, storage, sizeof(storage));
			sg_exposure_describe(&e, (enum sg_electrode)electrode, &text);
			assert_false(text.truncated);
			assert_non_null(strstr(text.data, "estimated use of the Sand-type diffusion limit"));
			assert_non_null(strstr(text.data, "Mundy"));
			assert_non_null(strstr(text.data, "not a prediction of a short"));
			assert_non_null(strstr(text.data, "upper bound"));
			assert_null(strstr(text.data, "safe"));
			assert_null(strstr(text.data, "dendrite"));
		}
	}
	sg_text_clear(&text);
	sg_exposure_describe(&e, SG_ELECTRODE_A, &text);
	assert_non_null(strstr(text.data, "beyond the limit"));
	assert_non_null(strstr(text.data, "gaps"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interval_covers_whatever_flowed_in_gaps),
		cmocka_unit_test(gap_after_a_rest_is_a_rest),
		cmocka_unit_test(what_a_gap_left_fades),
		cmocka_unit_test(unwitnessed_time_makes_it_unknown_for_good),
		cmocka_unit_test(unknown_temperature_is_covered),
		cmocka_unit_test(last_temperature_stays_where_one_is_missing),
		cmocka_unit_test(molten_metal_keeps_the_last_d_and_says_so),
		cmocka_unit_test(spread_of_d_widens_as_its_root),
		cmocka_unit_test(words_promise_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

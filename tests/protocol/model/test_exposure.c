/* SPDX-License-Identifier: Apache-2.0 */
/* The fraction online: what must hold for any history. The reference values are in test_reference.c. */
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

static struct sg_exposure_config thick_na(void)
{
	struct sg_exposure_config config = { .area_cm2 = AREA_CM2, .thickness_cm = NAN, .temperature_c = 25.0,
					     .diffusion_low = 1.0, .diffusion_high = 1.0 };

	assert_int_equal(sg_material_find("Na", NULL, &config.material, NULL), SG_OK);
	return config;
}

static void begin(struct sg_exposure *e)
{
	const struct sg_exposure_config config = thick_na();

	assert_int_equal(sg_exposure_init(e, &config, NULL), SG_OK);
}

static uint64_t random_state;

static double random_part(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(random_state >> 11) / 9007199254740992.0;
}

/* A jump of the current at each of these; the answer is a sum of square roots. */
#define STEPS 2000
struct history {
	double at_s[STEPS + 1];
	double current_a[STEPS];
};

/* Intervals from a millisecond to ten minutes, currents of both signs, rests. */
static void make_history(struct history *h, uint64_t seed)
{
	double now_s = 0.0;

	random_state = seed;
	for (int i = 0; i < STEPS; i++) {
		h->at_s[i] = now_s;
		h->current_a[i] = random_part() < 0.2 ? 0.0 : (random_part() - 0.45) * 6.0 * MA;
		now_s += pow(10.0, -3.0 + 5.8 * random_part());
	}
	h->at_s[STEPS] = now_s;
}

static double roots_until(const struct history *h, int steps, const struct sg_medium *medium, double *largest)
{
	double sum = 0.0, before = 0.0;

	*largest = 0.0;
	for (int i = 0; i < steps; i++) {
		const double term = (h->current_a[i] - before) / MA * sqrt((h->at_s[steps] - h->at_s[i]) /
									  sg_limit_time_s(medium, 1e-3));

		before = h->current_a[i];
		sum += term;
		*largest = fmax(*largest, fabs(sum));
	}
	return sum;
}

static double signed_f(const struct sg_exposure *e)
{
	const struct sg_interval a = sg_exposure_fraction(e, SG_ELECTRODE_A);
	const struct sg_interval b = sg_exposure_fraction(e, SG_ELECTRODE_B);

	return a.low > 0.0 ? a.low : -b.low;
}

static void linear_end_is_the_sum_of_square_roots_at_any_intervals(void **state)
{
	static struct history h;
	const struct sg_exposure_config config = thick_na();
	struct sg_medium medium;
	double worst = 0.0;

	(void)state;
	assert_int_equal(sg_medium_init(&medium, &config.material, 25.0, NULL), SG_OK);
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct sg_exposure e;

		begin(&e);
		make_history(&h, seed);
		for (int i = 0; i < STEPS; i++) {
			double largest, expected;

			sg_exposure_feed(&e, h.at_s[i + 1] - h.at_s[i], h.current_a[i], 25.0);
			expected = roots_until(&h, i + 1, &medium, &largest);
			worst = fmax(worst, fabs(signed_f(&e) - expected) / largest);
		}
	}
	print_message("worst error over the largest partial sum: %.2g\n", worst);
	assert_true(worst < 1e-6);
}

static void fraction_goes_with_the_current_and_b_mirrors_a(void **state)
{
	static struct history h;
	struct sg_exposure once, thrice, mirrored;

	(void)state;
	make_history(&h, 7);
	begin(&once);
	begin(&thrice);
	begin(&mirrored);
	for (int i = 0; i < STEPS; i++) {
		const double interval_s = h.at_s[i + 1] - h.at_s[i];
		struct sg_interval a, b;

		sg_exposure_feed(&once, interval_s, h.current_a[i], 25.0);
		sg_exposure_feed(&thrice, interval_s, 3.0 * h.current_a[i], 25.0);
		sg_exposure_feed(&mirrored, interval_s, -h.current_a[i], 25.0);
		assert_true(fabs(signed_f(&thrice) - 3.0 * signed_f(&once)) <= 1e-13);
		for (int electrode = 0; electrode < 2; electrode++) {
			a = sg_exposure_fraction(&once, (enum sg_electrode)electrode);
			b = sg_exposure_fraction(&mirrored, (enum sg_electrode)(1 - electrode));
			assert_true(fabs(a.low - b.low) < 1e-12 && fabs(a.high - b.high) < 1e-12); /* sums in another order */
			assert_true(a.low >= 0.0 && a.high >= a.low);
		}
	}
}

static void one_strip_leaves_no_interval_and_plating_opens_it(void **state)
{
	struct sg_exposure e;
	struct sg_interval f;

	(void)state;
	begin(&e);
	for (int i = 0; i < 3600; i++)
		sg_exposure_feed(&e, 1.0, MA, 25.0);
	f = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	assert_true(f.high - f.low < 1e-12);
	for (int i = 0; i < 3600; i++)
		sg_exposure_feed(&e, 1.0, -MA, 25.0);
	f = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	assert_true(f.low == 0.0 && f.high < 1e-12); /* held at 0 */
	for (int i = 0; i < 3600; i++)
		sg_exposure_feed(&e, 1.0, MA, 25.0);
	f = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	assert_true(f.high / f.low > 1.2);
}

/* One-sided, half-steps as one interval each, against intervals of a second. */
static void long_intervals_stay_within_what_is_said(void **state)
{
	static const double half_steps_s[] = { 60.0, 300.0, 1800.0, 18000.0 };

	(void)state;
	for (size_t k = 0; k < sizeof(half_steps_s) / sizeof(half_steps_s[0]); k++) {
		for (double pieces = 1; pieces < 100; pieces *= 3) {
			struct sg_exposure coarse, fine;
			const int seconds = (int)half_steps_s[k];

			begin(&coarse);
			begin(&fine);
			for (int i = 0; i < 20; i++) {
				const double current_a = (i % 2 ? -MA : MA) * (1.0 + 0.2 * i);

				for (int p = 0; p < (int)pieces; p++)
					sg_exposure_feed(&coarse, half_steps_s[k] / (int)pieces, current_a, 25.0);
				for (int s = 0; s < 2 * seconds; s++)
					sg_exposure_feed(&fine, 0.5, current_a, 25.0);
			}
			for (int electrode = 0; electrode < 2; electrode++) {
				const double a = sg_exposure_fraction(&coarse, (enum sg_electrode)electrode).high;
				const double b = sg_exposure_fraction(&fine, (enum sg_electrode)electrode).high;

				assert_true(a - b > -5e-5 * fmax(b, 0.1) && a - b < 5e-4 * fmax(b, 0.1));
			}
		}
	}
}

static void ten_million_seconds_do_not_wear_it_out(void **state)
{
	const struct sg_exposure_config config = thick_na();
	struct sg_medium medium;
	struct sg_exposure e;
	double f1, roots;

	(void)state;
	assert_int_equal(sg_medium_init(&medium, &config.material, 25.0, NULL), SG_OK);
	begin(&e);
	for (int i = 0; i < 1000000; i++)
		sg_exposure_feed(&e, 10.0, 0.01 * MA, NAN);
	assert_true(fabs(signed_f(&e) / sg_limit_fraction(&medium, 1e-5, 1e7) - 1.0) < 1e-7);
	/* a square wave of 1000 h: near -0.7602 of its first peak, and the sum of roots exactly */
	begin(&e);
	for (int i = 0; i < 1000; i++)
		for (int k = 0; k < 180; k++)
			sg_exposure_feed(&e, 20.0, i % 2 ? -MA : MA, NAN);
	f1 = sg_limit_fraction(&medium, 1e-3, 3600.0);
	roots = sqrt(1000.0);
	for (int i = 1; i < 1000; i++)
		roots += (i % 2 ? -2.0 : 2.0) * sqrt(1000.0 - i);
	assert_true(fabs(signed_f(&e) / f1 - roots) < 1e-6);
	assert_true(fabs(roots + 0.760209625) < 0.01);
}

static void time_that_does_not_go_forward_never_advances(void **state)
{
	static const double bad[] = { 0.0, -1.0, -1e300, NAN, INFINITY, -INFINITY, 1e11 };
	struct sg_exposure e;
	struct sg_interval before, after;

	(void)state;
	begin(&e);
	sg_exposure_feed(&e, 100.0, MA, 25.0);
	before = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sg_exposure_feed(&e, bad[i], 5 * MA, 25.0);
		sg_exposure_gap(&e, bad[i], 25.0);
		after = sg_exposure_fraction(&e, SG_ELECTRODE_A);
		assert_true(before.low == after.low && before.high == after.high);
		assert_true(e.elapsed_s == 100.0);
		assert_true(((e.flags & SG_EXPOSURE_CLOCK_BACK) != 0) == (i > 0));
	}
}

static void warming_lowers_the_fraction_at_once(void **state)
{
	struct sg_exposure e;
	double before;

	(void)state;
	begin(&e);
	sg_exposure_feed(&e, 18000.0, MA, 25.0);
	before = signed_f(&e);
	sg_exposure_feed(&e, 360.0, MA, 50.0);
	assert_true(signed_f(&e) < 0.85 * before);
}

static void finite_metal_ends_with_its_inventory(void **state)
{
	struct sg_exposure_config config = thick_na();
	struct sg_medium medium;
	struct sg_exposure e;
	double inventory_c;

	(void)state;
	config.thickness_cm = 0.003;
	assert_int_equal(sg_medium_init(&medium, &config.material, 25.0, NULL), SG_OK);
	inventory_c = 3.6 * sg_limit_inventory_mah_cm2(&medium, config.thickness_cm) * AREA_CM2;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	for (int i = 0; i < 1000; i++)
		sg_exposure_feed(&e, inventory_c / (0.1 * MA) / 2000.0, 0.1 * MA, 25.0);
	assert_true(fabs(sg_exposure_inventory(&e, SG_ELECTRODE_A) - 0.5) < 1e-12);
	assert_true(fabs(sg_exposure_inventory(&e, SG_ELECTRODE_B) + 0.5) < 1e-12);
	assert_true(fabs(signed_f(&e) / sg_limit_fraction_finite(&medium, config.thickness_cm, 1e-4, e.elapsed_s) - 1.0) < 1e-7);
	/* well mixed after a long rest */
	sg_exposure_feed(&e, 1e6, 0.0, 25.0);
	assert_true(fabs(signed_f(&e) - 0.5) < 1e-7);
	begin(&e);
	assert_true(isnan(sg_exposure_inventory(&e, SG_ELECTRODE_A)));
}

static void time_to_the_limit_is_when_it_is_reached(void **state)
{
	const struct sg_exposure_config config = thick_na();
	struct sg_medium medium;
	struct sg_exposure e, later;
	struct sg_interval time;

	(void)state;
	assert_int_equal(sg_medium_init(&medium, &config.material, 25.0, NULL), SG_OK);
	begin(&e);
	time = sg_exposure_time_to_limit(&e, SG_ELECTRODE_A, MA);
	assert_true(fabs(time.low / sg_limit_time_s(&medium, 1e-3) - 1.0) < 1e-7);
	assert_true(fabs(time.high / time.low - 1.0) < 1e-7);
	/* after cycling: an interval, and at its ends the one or the other end of f is 1 */
	for (int i = 0; i < 40; i++)
		sg_exposure_feed(&e, 600.0, (i / 10) % 2 ? -MA : MA, 25.0);
	time = sg_exposure_time_to_limit(&e, SG_ELECTRODE_A, 2 * MA);
	assert_true(time.low > 0.0 && time.high > 1.01 * time.low);
	later = e;
	sg_exposure_feed(&later, time.low, 2 * MA, 25.0);
	assert_true(fabs(sg_exposure_fraction(&later, SG_ELECTRODE_A).high - 1.0) < 1e-9);
	later = e;
	sg_exposure_feed(&later, time.high, 2 * MA, 25.0);
	assert_true(fabs(sg_exposure_fraction(&later, SG_ELECTRODE_A).low - 1.0) < 1e-9);
	assert_true(sg_exposure_time_to_limit(&later, SG_ELECTRODE_A, MA).low == 0.0);
	/* the other electrode is plated; a rest leads nowhere */
	assert_true(isinf(sg_exposure_time_to_limit(&e, SG_ELECTRODE_B, 2 * MA).low));
	assert_true(isinf(sg_exposure_time_to_limit(&e, SG_ELECTRODE_A, 0.0).high));
	assert_true(isfinite(sg_exposure_time_to_limit(&e, SG_ELECTRODE_B, -2 * MA).low));
}

static void contact_and_other_d_scale_it(void **state)
{
	const struct sg_interval f = { 0.2, 0.4 };
	struct sg_interval g = sg_exposure_fraction_contact(f, 0.5);

	(void)state;
	assert_true(g.low == 0.4 && g.high == 0.8);
	assert_true(isnan(sg_exposure_fraction_contact(f, 0.0).low) && isnan(sg_exposure_fraction_contact(f, 1.1).high));
	g = sg_exposure_fraction_rescaled(f, 4.0);
	assert_true(g.low == 0.1 && g.high == 0.2);
}

static void looking_ahead_leaves_the_state_alone(void **state)
{
	struct sg_exposure e, copy;
	struct sg_interval f;

	(void)state;
	begin(&e);
	sg_exposure_feed(&e, 1000.0, MA, 25.0);
	copy = e;
	f = sg_exposure_fraction_after(&e, SG_ELECTRODE_A, 500.0, MA);
	sg_exposure_time_to_limit(&e, SG_ELECTRODE_A, MA);
	assert_memory_equal(&e.diffusion.mode, &copy.diffusion.mode, sizeof(e.diffusion.mode));
	sg_exposure_feed(&copy, 500.0, MA, NAN);
	assert_true(f.high == sg_exposure_fraction(&copy, SG_ELECTRODE_A).high);
}

static void refuses_what_makes_no_sense(void **state)
{
	struct sg_exposure_config config;
	struct sg_exposure e;
	char storage[256];
	struct sg_text why;

	(void)state;
	sg_text_init(&why, storage, sizeof(storage));
#define REFUSED(change, err) \
	do { \
		config = thick_na(); \
		change; \
		sg_text_clear(&why); \
		assert_int_equal(sg_exposure_init(&e, &config, &why), err); \
		assert_true(why.length > 10); \
	} while (0)
	REFUSED(config.area_cm2 = 0.0, SG_ERR_ARGUMENT);
	REFUSED(config.area_cm2 = NAN, SG_ERR_ARGUMENT);
	REFUSED(config.thickness_cm = -1.0, SG_ERR_ARGUMENT);
	REFUSED(config.thickness_cm = 0.0, SG_ERR_ARGUMENT);
	REFUSED(config.temperature_c = 98.0, SG_ERR_ARGUMENT);
	REFUSED(config.diffusion_low = 1.5, SG_ERR_ARGUMENT);
	REFUSED(config.diffusion_high = 0.5, SG_ERR_ARGUMENT);
	REFUSED(sg_material_find("Na", "paper", &config.material, NULL); config.temperature_c = 50.0, SG_ERR_UNSUPPORTED);
#undef REFUSED
}

static void fits_into_its_share_of_a_channel(void **state)
{
	(void)state;
	print_message("sizeof(struct sg_exposure) = %zu\n", sizeof(struct sg_exposure));
	assert_true(sizeof(struct sg_exposure) <= 3 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_end_is_the_sum_of_square_roots_at_any_intervals),
		cmocka_unit_test(fraction_goes_with_the_current_and_b_mirrors_a),
		cmocka_unit_test(one_strip_leaves_no_interval_and_plating_opens_it),
		cmocka_unit_test(long_intervals_stay_within_what_is_said),
		cmocka_unit_test(ten_million_seconds_do_not_wear_it_out),
		cmocka_unit_test(time_that_does_not_go_forward_never_advances),
		cmocka_unit_test(warming_lowers_the_fraction_at_once),
		cmocka_unit_test(finite_metal_ends_with_its_inventory),
		cmocka_unit_test(time_to_the_limit_is_when_it_is_reached),
		cmocka_unit_test(contact_and_other_d_scale_it),
		cmocka_unit_test(looking_ahead_leaves_the_state_alone),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(fits_into_its_share_of_a_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

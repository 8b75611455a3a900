/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of the reference values: in closed form, and as a history fed online at intervals that never repeat. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "model/exposure.h"
#include "model/limit.h"
#include "reference.h"

#define ROWS 471
#define PI 3.14159265358979323846
#define WARM_C 50.0
#define WARM_CM2_S 2.2e-8 /* of the temperature step */
#define STEP_AT_S 18000.0

struct tally {
	int closed;
	int online;
	double worst; /* of the linear ones, relative */
	double worst_one_sided;
};

static struct sg_medium medium_of(const struct row *row)
{
	return (struct sg_medium){ row->concentration_mol_cm3, row->diffusion_cm2_s };
}

static void assert_near(const struct row *row, const char *what, double got, double expected, double tolerance)
{
	if (!(fabs(got - expected) <= tolerance))
		fail_msg("line %d, %s: %.12g instead of %.12g (off by %.2g, %.2g allowed)", row->line, what, got, expected,
			 fabs(got - expected), tolerance);
}

/* Piecewise constant current in thick metal: a square root for each step of it. */
static double sum_of_roots(const struct row *row)
{
	const struct sg_medium medium = medium_of(row);
	double sum = 0.0, before = 0.0, begin_s = 0.0;

	for (int i = 0; i < row->count && begin_s < row->time_s; i++) {
		sum += (row->pieces[i].density_a_cm2 - before) * sqrt(row->time_s - begin_s);
		before = row->pieces[i].density_a_cm2;
		begin_s = row->pieces[i].end_s;
	}
	return sum / (1e-3 * sqrt(sg_limit_time_s(&medium, 1e-3)));
}

/* To the digits that are printed. @return whether the row has a closed form */
static bool check_closed(const struct row *row)
{
	const struct sg_medium medium = medium_of(row);
	const double printed = 6e-11 * fabs(row->f);

	switch (row->kind) {
	case ROW_TIME:
		assert_near(row, "time", sg_limit_time_s(&medium, 1e-3), row->time_s, 1e-11 * row->time_s);
		assert_near(row, "density", sg_limit_density_a_cm2(&medium, row->time_s), 1e-3, 1e-14);
		return true;
	case ROW_HISTORY:
		assert_near(row, "sum of roots", sum_of_roots(row), row->f, printed);
		if (row->count == 1)
			assert_near(row, "fraction", sg_limit_fraction(&medium, row->pieces[0].density_a_cm2, row->time_s), row->f, printed);
		if (row->count == 2 && row->pieces[1].density_a_cm2 == 0.0)
			assert_near(row, "rested",
				    sg_limit_fraction_rested(&medium, 1e-3, row->pieces[0].end_s,
							     row->time_s - row->pieces[0].end_s), row->f, printed);
		return true;
	case ROW_RAMP:
		assert_near(row, "time of the ramp", sg_limit_ramp_time_s(&medium, row->rate_a_cm2_s), row->time_s,
			    1e-11 * row->time_s);
		return true;
	case ROW_FINITE:
		assert_near(row, "slab", sg_limit_fraction_finite(&medium, row->thickness_cm, 1e-3, row->time_s), row->f,
			    printed);
		return true;
	case ROW_TEMPERATURE:
	case ROW_ONE_SIDED:
	case ROW_ONE_SIDED_RATIO:
		break;
	}
	return false;
}

/* A metal of its own for each row, so that concentration and D are those of the table. */
static void begin(struct sg_exposure *e, struct sg_metal *metal, const struct row *row)
{
	struct sg_exposure_config config = { .area_cm2 = 0.8332, .thickness_cm = row->kind == ROW_FINITE ? row->thickness_cm : NAN,
					     .temperature_c = 25.0, .diffusion_low = 1.0, .diffusion_high = 1.0 };
	/* a line through D at 25 degC and that of the step at 50 degC */
	const double q_kj_mol = 8.314462618e-3 * log(WARM_CM2_S / row->diffusion_cm2_s) / (1.0 / 298.15 - 1.0 / 323.15);

	*metal = *sg_metal_find("Na");
	metal->concentration_mol_cm3 = row->concentration_mol_cm3;
	metal->expansion_1_k = 0.0;
	assert_int_equal(sg_material_user(metal, row->diffusion_cm2_s, 25.0, q_kj_mol, &config.material, NULL), SG_OK);
	assert_int_equal(sg_exposure_init(e, &config, NULL), SG_OK);
}

static uint64_t random_state;

static double random_part(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(random_state >> 11) / 9007199254740992.0;
}

/* Feed up to end_s, in intervals of about interval_s, none like another. */
static void feed_until(struct sg_exposure *e, double *now_s, double end_s, double density_a_cm2, double interval_s,
		       double temperature_c)
{
	while (*now_s < end_s) {
		double next_s = *now_s + interval_s * (0.5 + random_part());

		if (next_s > end_s - 0.2 * interval_s)
			next_s = end_s;
		sg_exposure_feed(e, next_s - *now_s, density_a_cm2 * e->config.area_cm2, temperature_c);
		*now_s = next_s;
	}
}

static void feed_row(struct sg_exposure *e, const struct row *row, double interval_s, double first_peak[1])
{
	double now_s = 0.0;

	for (int i = 0; i < row->count && now_s < row->time_s; i++) {
		const double end_s = row->pieces[i].end_s < row->time_s ? row->pieces[i].end_s : row->time_s;

		if (row->kind == ROW_TEMPERATURE && end_s > STEP_AT_S) {
			feed_until(e, &now_s, STEP_AT_S, row->pieces[i].density_a_cm2, interval_s, 25.0);
			feed_until(e, &now_s, end_s, row->pieces[i].density_a_cm2, interval_s, WARM_C);
		} else {
			feed_until(e, &now_s, end_s, row->pieces[i].density_a_cm2, interval_s, 25.0);
		}
		if (i == 0)
			first_peak[0] = sg_exposure_fraction(e, SG_ELECTRODE_A).high;
	}
}

/* The ramp's current rises within an interval: its mean is fed, which is what an instrument measures. */
static void feed_ramp(struct sg_exposure *e, const struct row *row)
{
	double now_s = 0.0;

	while (now_s < row->time_s) {
		double next_s = now_s + row->time_s / 20000.0 * (0.5 + random_part());

		if (next_s > row->time_s)
			next_s = row->time_s;
		sg_exposure_feed(e, next_s - now_s, 0.5 * (now_s + next_s) * row->rate_a_cm2_s * e->config.area_cm2, 25.0);
		now_s = next_s;
	}
}

static void check_online(const struct row *row, struct tally *tally)
{
	/* Linear: any intervals. One-sided: a second or so, or the table's +-2e-5 would be spent on the intervals. */
	const bool one_sided = row->kind == ROW_ONE_SIDED || row->kind == ROW_ONE_SIDED_RATIO;
	struct sg_interval f[2];
	struct sg_exposure e;
	struct sg_metal metal;
	double first_peak = NAN, got, off;

	begin(&e, &metal, row);
	if (row->kind == ROW_RAMP)
		feed_ramp(&e, row);
	else
		feed_row(&e, row, one_sided ? row->kind == ROW_ONE_SIDED ? 1.0 : 10.0 : 47.0, &first_peak);
	f[0] = sg_exposure_fraction(&e, SG_ELECTRODE_A);
	f[1] = sg_exposure_fraction(&e, SG_ELECTRODE_B);
	if (one_sided) {
		got = row->kind == ROW_ONE_SIDED ? f[row->is_b].high : f[0].high / first_peak;
		off = fabs(got - row->f);
		assert_near(row, "one-sided", got, row->f, 2.05e-5); /* the table is rounded to 1e-6 itself */
		tally->worst_one_sided = fmax(tally->worst_one_sided, off);
		return;
	}
	got = f[0].low > 0.0 ? f[0].low : -f[1].low;
	assert_true(f[0].low == 0.0 || f[1].low == 0.0);
	off = fabs(got / row->f - 1.0);
	assert_near(row, "online", got, row->f, 1e-6 * fabs(row->f));
	tally->worst = fmax(tally->worst, off);
}

static void check_row(const struct row *row, void *context)
{
	struct tally *tally = context;

	tally->closed += check_closed(row);
	check_online(row, tally);
	tally->online++;
}

static void every_row_comes_out_in_closed_form_and_online(void **state)
{
	struct tally tally = { .closed = 0 };

	(void)state;
	random_state = 20261124;
	assert_int_equal(reference_rows(check_row, &tally), ROWS);
	assert_int_equal(tally.online, ROWS);
	assert_int_equal(tally.closed, ROWS - 4 - 9 - 54); /* temperature step, one-sided ratios, one-sided ramps */
	print_message("%d rows; linear: off by %.2g of itself at worst; one-sided: by %.2g\n", ROWS, tally.worst,
		      tally.worst_one_sided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_comes_out_in_closed_form_and_online),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

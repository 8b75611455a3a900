/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells other than those of any given data set, by kind. Ranges are those of the literature of each kind, taken wide:
 *
 *   resistances  areal, ohm cm2. Electrolyte = thickness / conductivity: NZSP or beta alumina of 0.3-2 mm at 1-4 mS/cm;
 *                garnet 0.3-1.5 mm at 0.3-1 mS/cm; argyrodite pellets 0.4-1 mm at 2-6 mS/cm; PEO at 60-80 degC
 *                30-120; soaked gels and separators 2-60. Interfaces from treated (1) to a grown SEI (400).
 *   slow         share of relaxations of 1 s to 1 h in the whole: grain boundaries and contacts to SEI and pores.
 *   energies     0.25-0.45 eV for electrolytes, 0.35-0.6 for interfaces.
 *   x            how far the salt is used up at the largest current, of a single-ion conductor 0; the voltage of it
 *                2RT/F (1 - t+) times a thermodynamic factor of 1-2: 20-120 mV.
 *   current      mA cm-2, as people use it on that kind.
 */
#include <math.h>
#include <string.h>

#include "draw.h"
#include "exact.h"

struct range {
	double low, high;
};

struct kind_ranges {
	const char *name;
	struct range electrolyte, interface, slow, ea_electrolyte, ea_interface;
	double polarity_max;
	struct range x, conc_v, conc_s;
	struct range current;
	struct range home_c;
	double nucleation_max_v, pit_chance;
};

static const struct kind_ranges kinds[CELL_KINDS] = {
	[CELL_CERAMIC_NA] = { "ceramic Na", { 10, 150 }, { 1, 40 }, { 0.02, 0.12 }, { 0.25, 0.40 }, { 0.35, 0.60 }, 0.08,
			      { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0.1, 5 }, { 20, 80 }, 0, 0 },
	[CELL_CERAMIC_LI] = { "ceramic Li", { 30, 400 }, { 2, 150 }, { 0.03, 0.20 }, { 0.30, 0.45 }, { 0.35, 0.60 }, 0.15,
			      { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0.05, 1 }, { 20, 80 }, 0, 0 },
	[CELL_ARGYRODITE] = { "argyrodite", { 8, 40 }, { 5, 60 }, { 0.05, 0.25 }, { 0.28, 0.40 }, { 0.35, 0.60 }, 0.15,
			      { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0.05, 2 }, { 20, 60 }, 0, 0 },
	[CELL_POLYMER] = { "polymer", { 30, 120 }, { 20, 150 }, { 0.05, 0.20 }, { 0.40, 0.60 }, { 0.40, 0.60 }, 0.10,
			   { 0.10, 0.50 }, { 0.02, 0.06 }, { 300, 6000 }, { 0.05, 0.5 }, { 40, 80 }, 0.005, 0 },
	[CELL_GEL] = { "gel", { 5, 60 }, { 20, 300 }, { 0.05, 0.20 }, { 0.25, 0.40 }, { 0.40, 0.60 }, 0.20,
		       { 0.15, 0.75 }, { 0.04, 0.12 }, { 60, 3000 }, { 0.1, 2 }, { 20, 40 }, 0.02, 0.05 },
	[CELL_LIQUID] = { "liquid", { 2, 10 }, { 20, 400 }, { 0.05, 0.20 }, { 0.25, 0.35 }, { 0.45, 0.60 }, 0.20,
			  { 0.05, 0.60 }, { 0.03, 0.10 }, { 20, 600 }, { 0.1, 3 }, { 20, 40 }, 0.05, 0.30 },
};

static double from(struct dice *dice, struct range r)
{
	return dice_between(dice, r.low, r.high);
}

static double log_from(struct dice *dice, struct range r)
{
	return dice_log_between(dice, r.low, r.high);
}

const char *cell_kind_name(enum cell_kind kind)
{
	return kinds[kind].name;
}

static void draw_slow(struct ion_cell *cell, struct dice *dice, double share)
{
	const double rest_ohm = cell_dc_ohm(cell);
	double weights[CELL_SLOW], sum = 0.0;

	for (int k = 0; k < CELL_SLOW; k++) {
		weights[k] = dice_between(dice, 0.1, 1.0);
		sum += weights[k];
		/* one in each part of the range, so that there is no gap in the spectrum */
		cell->slow_s[k] = dice_log_between(dice, 1.0, 7.7) * exact_pow(7.7, k);
	}
	for (int k = 0; k < CELL_SLOW; k++)
		cell->slow_ohm[k] = rest_ohm * share / (1.0 - share) * weights[k] / sum;
}

void draw_cell(struct trial *t, struct dice *dice)
{
	struct ion_cell *cell = &t->cell;
	const struct kind_ranges *k;

	/* Sand's limit belongs to metals on solid single-ion conductors. */
	t->kind = t->family->incident == INCIDENT_SAND ? (enum cell_kind)dice_pick(dice, 3)
						       : (enum cell_kind)dice_pick(dice, CELL_KINDS);
	k = &kinds[t->kind];
	cell->area_cm2 = dice_log_between(dice, 0.2, 2.0); /* pressed pellets of 5 mm to coins of 16 mm */
	cell->electrolyte_ohm = log_from(dice, k->electrolyte) / cell->area_cm2;
	cell->interface_ohm[0] = log_from(dice, k->interface) / cell->area_cm2;
	/* the same preparation on both sides, within a factor of two */
	cell->interface_ohm[1] = cell->interface_ohm[0] * dice_log_between(dice, 0.5, 2.0);
	draw_slow(cell, dice, from(dice, k->slow));
	cell->ea_electrolyte_ev = from(dice, k->ea_electrolyte);
	cell->ea_interface_ev = from(dice, k->ea_interface);
	cell->home_k = 273.15 + from(dice, k->home_c);
	cell->polarity_plus = dice_between(dice, -k->polarity_max, k->polarity_max);
	t->nominal_a = 1e-3 * log_from(dice, k->current) * cell->area_cm2;
	t->steady_ohm = cell_dc_ohm(cell);
	if (strcmp(t->family->name, "short_faint") == 0) /* so little current that the healthy cell is near the noise */
		t->nominal_a = dice_log_between(dice, 5e-5, 3e-3) / t->steady_ohm;
}

static void draw_salt(struct trial *t, struct dice *dice, const struct kind_ranges *k, double level_max_a)
{
	if (k->x.high <= 0.0)
		return;
	t->cell.conc_v = from(dice, k->conc_v);
	t->cell.conc_s = log_from(dice, k->conc_s);
	t->cell.conc_limit_a = level_max_a / from(dice, k->x);
}

/* First cycles: whole resistance 10-40 % up (mostly: surfaces are not clean yet) or down, unequal for both signs. */
static void draw_conditioning(struct trial *t, struct dice *dice, double half_cycle_c)
{
	const double amount = dice_between(dice, 0.05, 0.40) * (dice_chance(dice, 0.7) ? 1.0 : -1.0);
	const double share = (t->cell.interface_ohm[0] + t->cell.interface_ohm[1]) / t->steady_ohm;

	if (!dice_chance(dice, 0.7))
		return;
	t->cell.conditioning_c = dice_between(dice, 0.5, 2.5) * half_cycle_c;
	for (int s = 0; s < 2; s++) {
		double of_interface = amount * dice_between(dice, 0.3, 1.0) / share;

		/* an interface that is a small part of the cell cannot make up for all of it */
		if (of_interface < -0.6)
			of_interface = -0.6;
		if (of_interface > 2.5)
			of_interface = 2.5;
		t->cell.conditioning[s] = of_interface;
	}
}

void draw_history(struct trial *t, struct dice *dice)
{
	const struct kind_ranges *k = &kinds[t->kind];
	const bool potential = t->programme.kind == PROGRAMME_POTENTIAL;
	const double level_max_a = potential ? t->nominal_a : programme_level_max(&t->programme);
	const double half_s = t->programme.half_s < t->duration_s ? t->programme.half_s : t->duration_s;
	const double half_cycle_c = t->nominal_a * half_s;
	double drift;

	draw_salt(t, dice, k, level_max_a);
	draw_conditioning(t, dice, half_cycle_c);
	t->cell.rate_beta = dice_chance(dice, 0.5) ? dice_between(dice, 0.0, 0.06) : 0.0;
	t->cell.rate_a = 1e-4 * t->cell.area_cm2;
	if (k->nucleation_max_v > 0.0 && dice_chance(dice, 0.6)) {
		t->cell.nucleation_v = dice_between(dice, 0.05, 0.5) * t->nominal_a * t->steady_ohm;
		if (t->cell.nucleation_v > k->nucleation_max_v)
			t->cell.nucleation_v = k->nucleation_max_v;
		t->cell.nucleation_c = dice_log_between(dice, 0.01, 0.2) * half_cycle_c;
	}
	/* within one single step nobody could tell the rise from contact loss: there is no other half-cycle beside it */
	t->pits = dice_chance(dice, k->pit_chance) && t->programme.kind != PROGRAMME_ONE_WAY;
	if (t->pits) {
		t->cell.pit_fraction = dice_between(dice, 0.05, 0.30);
		t->cell.pit_part = dice_between(dice, 0.5, 0.9);
	}
	/* Ageing: to +6 % in 300 h, sometimes slightly down; 8 % in a whole test, beyond it would be an event. */
	drift = dice_chance(dice, 0.3) ? 0.0 : dice_between(dice, -0.02, 0.06) / (300.0 * 3600.0);
	if (drift * t->duration_s > 0.08)
		drift = 0.08 / t->duration_s;
	t->cell.drift_per_s = drift;
	t->cell.offset_v = dice_between(dice, -0.01, 0.01) * t->nominal_a * t->steady_ohm;
}

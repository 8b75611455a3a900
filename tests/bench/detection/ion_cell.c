/* SPDX-License-Identifier: Apache-2.0 */
#include "ion_cell.h"

#include <math.h>
#include <string.h>

#include "exact.h"

#define BOLTZMANN_EV_K 8.617333262e-5
#define X_MAX 0.95 /* beyond this the salt is used up, and the circuit is no model any more */
#define FACTOR_STEP_K 0.003

void cell_start(const struct ion_cell *cell, struct cell_state *state)
{
	memset(state, 0, sizeof(*state));
	state->electrolyte_factor = 1.0;
	state->interface_factor = 1.0;
	state->factors_k = cell->home_k;
}

double cell_dc_ohm(const struct ion_cell *cell)
{
	double ohm = cell->electrolyte_ohm + cell->interface_ohm[0] + cell->interface_ohm[1];

	for (int k = 0; k < CELL_SLOW; k++)
		ohm += cell->slow_ohm[k];
	return ohm;
}

static void follow_temperature(const struct ion_cell *cell, struct cell_state *s, double temperature_k)
{
	double arrhenius;

	if (fabs(temperature_k - s->factors_k) < FACTOR_STEP_K)
		return;
	arrhenius = (1.0 / temperature_k - 1.0 / cell->home_k) / BOLTZMANN_EV_K;
	s->electrolyte_factor = exact_exp(cell->ea_electrolyte_ev * arrhenius);
	s->interface_factor = exact_exp(cell->ea_interface_ev * arrhenius);
	s->factors_k = temperature_k;
}

/* Interfaces of this moment, relative to the fresh, conditioned cell at home. */
static double interface_scale(const struct ion_cell *cell, const struct cell_state *s, double current_a)
{
	const int minus = s->sign < 0;
	double f = s->interface_factor * (1.0 + (minus ? -cell->polarity_plus : cell->polarity_plus));

	if (cell->conditioning_c > 0.0)
		f *= 1.0 + cell->conditioning[minus] * exact_exp(-s->total_c / cell->conditioning_c);
	if (cell->rate_beta > 0.0 && current_a != 0.0)
		f *= 1.0 - cell->rate_beta * exact_log(1.0 + fabs(current_a) / cell->rate_a);
	if (cell->pit_fraction > 0.0 && s->deposit_c > 0.0)
		f *= 1.0 + cell->pit_fraction /
				   (1.0 + exact_exp(8.0 * (1.0 - s->polarized_c / (cell->pit_part * s->deposit_c))));
	return f;
}

static double nucleation(const struct ion_cell *cell, const struct cell_state *s)
{
	if (cell->nucleation_v == 0.0)
		return 0.0;
	return s->sign * cell->nucleation_v * exact_exp(-s->polarized_c / cell->nucleation_c);
}

/* One way of writing ln((1+x)/(1-x)): a part linear in the current, solved with it, and the rest from before. */
static double concentration_rest(double x)
{
	if (x > X_MAX)
		x = X_MAX;
	if (x < -X_MAX)
		x = -X_MAX;
	return exact_log((1.0 + x) / (1.0 - x)) - 2.0 * x;
}

/* V = ion_a * ohm + memory_v after dt_s of a constant ion_a. */
struct thevenin {
	double ohm, memory_v;
	double keep[CELL_SLOW], slow_ohm[CELL_SLOW];
	double keep_x[CELL_MODES], gain_x[CELL_MODES];
};

static void add_concentration(const struct ion_cell *cell, const struct cell_state *s, double dt_s, struct thevenin *t)
{
	double x = 0.0, kept = 0.0, gain = 0.0;

	for (int m = 0; m < CELL_MODES; m++) {
		const double odd = 2.0 * m + 1.0;
		/* weights 8/(pi^2 n^2), the sum of the first four brought to one */
		const double weight = 1.0 / (odd * odd) / 1.171519274376417;

		t->keep_x[m] = exact_exp(-dt_s * odd * odd / cell->conc_s);
		t->gain_x[m] = (1.0 - t->keep_x[m]) * weight / cell->conc_limit_a;
		x += s->mode_x[m];
		kept += t->keep_x[m] * s->mode_x[m];
		gain += t->gain_x[m];
	}
	t->ohm += 2.0 * cell->conc_v * gain;
	t->memory_v += cell->conc_v * (2.0 * kept + concentration_rest(x));
}

static void thevenin_of(const struct ion_cell *cell, const struct cell_state *s, const struct cell_defect *d, double hint_a,
			double dt_s, struct thevenin *t)
{
	const double age = 1.0 + cell->drift_per_s * s->time_s;
	const double growth = s->sign < 0 ? d->growth_minus : d->growth_plus;
	const double scale = interface_scale(cell, s, hint_a) * age;

	t->ohm = cell->electrolyte_ohm * s->electrolyte_factor * age + d->series_ohm +
		 (cell->interface_ohm[0] + cell->interface_ohm[1]) * scale * (1.0 + growth);
	t->memory_v = nucleation(cell, s) + cell->offset_v;
	for (int k = 0; k < CELL_SLOW; k++) {
		if (cell->slow_ohm[k] == 0.0)
			continue;
		t->keep[k] = exact_exp(-dt_s / cell->slow_s[k]);
		t->slow_ohm[k] = cell->slow_ohm[k] * scale * (1.0 + growth);
		t->ohm += (1.0 - t->keep[k]) * t->slow_ohm[k];
		t->memory_v += t->keep[k] * s->slow_v[k];
	}
	if (cell->conc_v > 0.0)
		add_concentration(cell, s, dt_s, t);
}

static struct cell_reading solve(const struct thevenin *t, const struct cell_drive *drive, double short_s, double *ion_a)
{
	struct cell_reading r = { .limited = false };
	double current_a = drive->value;

	if (drive->potential) {
		r.voltage_v = drive->value;
		current_a = (drive->value - t->memory_v) / t->ohm + drive->value * short_s;
		r.limited = fabs(current_a) > drive->limit_a;
		if (r.limited)
			current_a = copysign(drive->limit_a, current_a);
	}
	if (!drive->potential || r.limited) {
		r.voltage_v = (current_a * t->ohm + t->memory_v) / (1.0 + t->ohm * short_s);
		if (fabs(r.voltage_v) > drive->compliance_v && current_a != 0.0) {
			r.limited = true;
			r.voltage_v = copysign(drive->compliance_v, r.voltage_v);
			current_a = (r.voltage_v - t->memory_v) / t->ohm + r.voltage_v * short_s;
		}
	}
	r.current_a = current_a;
	*ion_a = current_a - r.voltage_v * short_s;
	return r;
}

static void remember(const struct ion_cell *cell, struct cell_state *s, const struct thevenin *t, double ion_a, double dt_s)
{
	for (int k = 0; k < CELL_SLOW; k++) {
		if (cell->slow_ohm[k] != 0.0)
			s->slow_v[k] = t->keep[k] * s->slow_v[k] + (1.0 - t->keep[k]) * t->slow_ohm[k] * ion_a;
	}
	if (cell->conc_v > 0.0) {
		for (int m = 0; m < CELL_MODES; m++)
			s->mode_x[m] = t->keep_x[m] * s->mode_x[m] + t->gain_x[m] * ion_a;
	}
	s->polarized_c += fabs(ion_a) * dt_s;
	s->total_c += fabs(ion_a) * dt_s;
	s->time_s += dt_s;
	s->ion_a = ion_a;
}

struct cell_reading cell_step(const struct ion_cell *cell, struct cell_state *s, const struct cell_drive *drive,
			      const struct cell_defect *defect, double dt_s, double temperature_k)
{
	const int sign = drive->value > 0.0 ? 1 : drive->value < 0.0 ? -1 : 0;
	struct cell_reading r;
	struct thevenin t;
	double ion_a;

	if (sign != 0 && sign != s->sign) {
		s->sign = sign;
		s->deposit_c = s->polarized_c;
		s->polarized_c = 0.0;
	}
	follow_temperature(cell, s, temperature_k);
	thevenin_of(cell, s, defect, drive->potential ? s->ion_a : drive->value, dt_s, &t);
	r = solve(&t, drive, defect->short_s, &ion_a);
	remember(cell, s, &t, ion_a, dt_s);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/cell.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "plant/chamber.h"
#include "plant/electrode.h"
#include "plant/filament.h"
#include "plant/metal.h"

#define ROOM_K 298.15
#define BOLTZMANN_EV_K 8.617333262e-5

/* The sample whose resistances the options state: a disc of 10.3 mm, 1.8 mm thick. */
#define STATED_AREA_M2 0.83323e-4
#define STATED_THICKNESS_M 1.8e-3

/* First cell of the diffusion grid: half the way an atom goes in a second at 25 C in sodium. */
#define GRID_FIRST_M 0.38e-6

/* Below this change the material constants are kept, K. */
#define TEMPERATURE_STEP_K 0.002

/* A current that moves by less counts as held: a front end at its limit retouches it all the time. */
#define HELD_PART 0.01

/* Elements with a shorter time constant have settled when a front end looks again, s. */
#define FAST_S 1e-3

/* Resistor and capacitor in parallel, one of them after the other. The bulk has no time constant
 * worth a nanosecond and is a plain resistor in front of them. */
enum element {
	GRAIN,
	INTERFACE_A,
	INTERFACE_B,
	SLOW,
	ELEMENT_COUNT,
};

struct fw_cell {
	struct fw_cell_options options;
	struct fw_chamber *chamber;
	struct fw_diffusion grid;
	struct fw_electrode a, b;
	struct fw_filament filament;

	int64_t now_ns;
	double now_s;
	double current_a; /* through the terminals */
	double held_s;    /* since the current last changed */
	double ion_a;     /* through the ceramic as ions; the rest takes the filament */

	double voltage_v[ELEMENT_COUNT];
	double ohm[ELEMENT_COUNT];
	double tau_s[ELEMENT_COUNT];
	double bulk_ohm;

	double temperature_k;
	double constants_k; /* temperature the material constants hold for */
	double interface_ohm; /* of one untouched interface */
	double diffusion_m2_s;
	double full_mol_m3;

	double pending_s; /* time and charge the electrodes have not been told of */
	double pending_c;
	double loaded_s;  /* time under current */
	double charge_c;
	double net_charge_c;

	bool terminals_used;
	double short_a_m2;
	bool visible;
	double visible_s;
	double visible_a_m2;
};

static double arrhenius(double activation_ev, double temperature_k)
{
	return exp(activation_ev / BOLTZMANN_EV_K * (1.0 / temperature_k - 1.0 / ROOM_K));
}

static void update_constants(struct fw_cell *cell)
{
	const struct fw_cell_options *o = &cell->options;
	enum fw_metal_kind metal = (enum fw_metal_kind)o->metal;
	double area = STATED_AREA_M2 / o->area_m2;
	double ceramic = arrhenius(o->ceramic_ev, cell->temperature_k) * area * o->thickness_m /
			 STATED_THICKNESS_M;
	double interface = arrhenius(o->interface_ev, cell->temperature_k);

	cell->constants_k = cell->temperature_k;
	cell->bulk_ohm = o->bulk_ohm * ceramic;
	cell->ohm[GRAIN] = o->grain_ohm * ceramic;
	cell->tau_s[GRAIN] = cell->ohm[GRAIN] * o->grain_f;
	cell->ohm[SLOW] = o->slow_ohm * ceramic;
	cell->tau_s[SLOW] = o->slow_s;
	cell->interface_ohm = 0.5 * o->interface_ohm * interface * area;
	/* Resistance and capacitance both follow the area in contact: the product stays. */
	cell->tau_s[INTERFACE_A] = 0.5 * o->interface_ohm * interface * o->interface_f;
	cell->tau_s[INTERFACE_B] = cell->tau_s[INTERFACE_A];

	cell->full_mol_m3 = fw_metal_concentration(metal, cell->temperature_k);
	cell->diffusion_m2_s = fw_metal_diffusion(metal, cell->temperature_k);
	if (o->diffusion_m2_s > 0.0)
		cell->diffusion_m2_s *= o->diffusion_m2_s / fw_metal_diffusion(metal, ROOM_K);
}

static void update_interfaces(struct fw_cell *cell)
{
	cell->ohm[INTERFACE_A] = cell->interface_ohm / fw_electrode_open_fraction(&cell->a);
	cell->ohm[INTERFACE_B] = cell->interface_ohm / fw_electrode_open_fraction(&cell->b);
}

struct fw_cell *fw_cell_new(const struct fw_cell_options *options, uint64_t seed)
{
	struct fw_cell *cell = calloc(1, sizeof(*cell));

	if (!cell)
		return NULL;
	if (options)
		cell->options = *options;
	else
		fw_cell_options_default(&cell->options);
	fw_diffusion_init(&cell->grid, cell->options.metal_m, GRID_FIRST_M);
	fw_electrode_init(&cell->a);
	fw_electrode_init(&cell->b);
	fw_filament_init(&cell->filament, &cell->options, seed);
	cell->temperature_k = cell->options.temperature_k;
	update_constants(cell);
	update_interfaces(cell);
	return cell;
}

void fw_cell_free(struct fw_cell *cell)
{
	free(cell);
}

void fw_cell_put_into(struct fw_cell *cell, struct fw_chamber *chamber)
{
	cell->chamber = chamber;
}

static void warm(struct fw_cell *cell, double dt_s)
{
	double difference_k;

	if (!cell->chamber)
		return;
	fw_chamber_advance(cell->chamber, cell->now_ns);
	difference_k = fw_chamber_air(cell->chamber) - cell->temperature_k;
	if (fabs(difference_k) < 1e-6)
		return;
	cell->temperature_k -= difference_k * expm1(-dt_s / cell->options.thermal_s);
	if (fabs(cell->temperature_k - cell->constants_k) > TEMPERATURE_STEP_K) {
		update_constants(cell);
		update_interfaces(cell);
	}
}

/*
 * One implicit step of the elements. With S the sum of their voltages after the step, S = kept +
 * gained * ion; ion current through ceramic and electron current through the filament share the
 * terminals' voltage: bulk * ion + S = (current - ion) / siemens. Exact while no filament conducts.
 */
static void polarize(struct fw_cell *cell, double dt_s)
{
	double keep[ELEMENT_COUNT];
	double kept = 0.0;
	double gained = 0.0;
	double siemens = cell->filament.siemens;

	for (int i = 0; i < ELEMENT_COUNT; i++) {
		keep[i] = dt_s < 40.0 * cell->tau_s[i] ? exp(-dt_s / cell->tau_s[i]) : 0.0;
		kept += cell->voltage_v[i] * keep[i];
		gained += cell->ohm[i] * (1.0 - keep[i]);
	}
	cell->ion_a = (cell->current_a - siemens * kept) /
		      (1.0 + siemens * (cell->bulk_ohm + gained));
	for (int i = 0; i < ELEMENT_COUNT; i++)
		cell->voltage_v[i] = cell->voltage_v[i] * keep[i] +
				     cell->ion_a * cell->ohm[i] * (1.0 - keep[i]);
}

/** Tell the electrodes what has flowed. */
static void deplete(struct fw_cell *cell)
{
	double taken_mol_m2 = cell->pending_c / (FW_FARADAY_C_MOL * cell->options.area_m2);
	double d_dt_m2 = cell->diffusion_m2_s * cell->pending_s;

	if (cell->pending_s <= 0.0)
		return;
	fw_electrode_step(&cell->a, &cell->grid, taken_mol_m2, d_dt_m2, cell->full_mol_m3,
			  cell->options.metal_m);
	fw_electrode_step(&cell->b, &cell->grid, -taken_mol_m2, d_dt_m2, cell->full_mol_m3,
			  cell->options.metal_m);
	cell->pending_s = 0.0;
	cell->pending_c = 0.0;
	update_interfaces(cell);
}

static void age(struct fw_cell *cell, double dt_s)
{
	double onset_s = cell->options.ageing_onset_s;
	double left = cell->options.ageing_contact_min;
	double lost;

	if (cell->current_a == 0.0)
		return;
	cell->loaded_s += dt_s;
	if (onset_s <= 0.0 || cell->loaded_s <= onset_s)
		return;
	lost = exp(-dt_s / cell->options.ageing_tau_s);
	cell->a.contact = left + (cell->a.contact - left) * lost;
	cell->b.contact = left + (cell->b.contact - left) * lost;
}

static bool is_driven(const struct fw_cell *cell)
{
	return fabs(cell->ion_a) >= cell->options.short_min_a_m2 * cell->options.area_m2;
}

/** Resistance of the ions' way once everything has settled, ohm. */
static double ion_ohm(const struct fw_cell *cell)
{
	double ohm = cell->bulk_ohm;

	for (int i = 0; i < ELEMENT_COUNT; i++)
		ohm += cell->ohm[i];
	return ohm;
}

static void grow(struct fw_cell *cell, double dt_s)
{
	bool was_touching = cell->filament.touching;
	double density_a_m2 = cell->current_a / cell->options.area_m2;

	fw_filament_step(&cell->filament, &cell->options, cell->now_s, dt_s,
			 cell->ion_a > 0.0 ? cell->a.depletion : 0.0,
			 cell->ion_a < 0.0 ? cell->b.depletion : 0.0, is_driven(cell));
	if (!was_touching && cell->filament.touching)
		cell->short_a_m2 = density_a_m2;
	/* 8 % of the unshorted resistance: where a collapse is called a hard short. */
	if (!cell->visible && density_a_m2 != 0.0 &&
	    1.0 + cell->filament.siemens * ion_ohm(cell) > 1.0 / 0.08) {
		cell->visible = true;
		cell->visible_s = cell->now_s;
		cell->visible_a_m2 = density_a_m2;
	}
}

static double clamp(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

static double step_limit(const struct fw_cell *cell)
{
	double diffusion_s = cell->current_a != 0.0 ? clamp(0.1 * cell->held_s, 0.1, 10.0)
						    : clamp(0.2 * cell->held_s, 1.0, 60.0);

	return fmin(diffusion_s,
		    fw_filament_step_limit(&cell->filament, &cell->options, cell->now_s,
					   cell->ion_a > 0.0 ? cell->a.depletion : 0.0,
					   cell->ion_a < 0.0 ? cell->b.depletion : 0.0,
					   is_driven(cell)));
}

void fw_cell_advance(struct fw_cell *cell, int64_t now_ns)
{
	assert(now_ns >= cell->now_ns);
	while (cell->now_ns < now_ns) {
		double left_s = (double)(now_ns - cell->now_ns) * 1e-9;
		double limit_s = step_limit(cell);
		int64_t step_ns = now_ns - cell->now_ns;
		double dt_s;

		if (limit_s < left_s)
			step_ns = (int64_t)ceil(limit_s * 1e9);
		dt_s = (double)step_ns * 1e-9;
		cell->now_ns += step_ns;
		cell->now_s = (double)cell->now_ns * 1e-9;
		cell->held_s += dt_s;

		warm(cell, dt_s);
		polarize(cell, dt_s);
		cell->pending_s += dt_s;
		cell->pending_c += cell->ion_a * dt_s;
		/* A front end that looks many times a second need not wake the diffusion each time. */
		if (cell->pending_s >= clamp(0.1 * cell->held_s, 0.05, 0.5))
			deplete(cell);
		age(cell, dt_s);
		grow(cell, dt_s);
		cell->charge_c += fabs(cell->current_a) * dt_s;
		cell->net_charge_c += cell->current_a * dt_s;
	}
}

static void change_current(struct fw_cell *cell, double current_a)
{
	if (fabs(current_a - cell->current_a) > HELD_PART * fabs(cell->current_a)) {
		deplete(cell);
		cell->held_s = 0.0;
	}
	cell->current_a = current_a;
}

void fw_cell_open_circuit(struct fw_cell *cell)
{
	change_current(cell, 0.0);
}

void fw_cell_set_current(struct fw_cell *cell, double current_a)
{
	cell->terminals_used = true;
	change_current(cell, current_a);
}

static double element_sum(const struct fw_cell *cell)
{
	double sum_v = 0.0;

	for (int i = 0; i < ELEMENT_COUNT; i++)
		sum_v += cell->voltage_v[i];
	return sum_v;
}

double fw_cell_voltage(const struct fw_cell *cell)
{
	double sum_v = element_sum(cell);
	double siemens = cell->filament.siemens;
	double ion_a = (cell->current_a - siemens * sum_v) / (1.0 + siemens * cell->bulk_ohm);

	return cell->bulk_ohm * ion_a + sum_v;
}

double fw_cell_current_at(const struct fw_cell *cell, double voltage_v)
{
	double ohm = cell->bulk_ohm;
	double slow_v = 0.0;

	for (int i = 0; i < ELEMENT_COUNT; i++) {
		if (cell->tau_s[i] < FAST_S)
			ohm += cell->ohm[i];
		else
			slow_v += cell->voltage_v[i];
	}
	return (voltage_v - slow_v) / ohm + voltage_v * cell->filament.siemens;
}

double fw_cell_current(const struct fw_cell *cell)
{
	return cell->current_a;
}

double fw_cell_temperature(const struct fw_cell *cell)
{
	return cell->temperature_k;
}

void fw_cell_get_truth(const struct fw_cell *cell, struct fw_cell_truth *out)
{
	const struct fw_filament *filament = &cell->filament;

	*out = (struct fw_cell_truth){
		.shorted = filament->touching,
		.short_time_s = filament->touching ? filament->touched_s : NAN,
		.short_a_m2 = filament->touching ? cell->short_a_m2 : NAN,
		.visible = cell->visible,
		.visible_time_s = cell->visible ? cell->visible_s : NAN,
		.visible_a_m2 = cell->visible ? cell->visible_a_m2 : NAN,
		.short_ohm = filament->siemens > 0.0 ? 1.0 / filament->siemens : HUGE_VAL,
		.depletion_a = cell->a.depletion,
		.depletion_b = cell->b.depletion,
		.threshold_a = filament->threshold_a,
		.threshold_b = filament->threshold_b,
		.contact_a = cell->a.contact,
		.contact_b = cell->b.contact,
		.charge_c = cell->charge_c,
		.net_charge_c = cell->net_charge_c,
		.resistance_ohm = 1.0 / (1.0 / ion_ohm(cell) + filament->siemens),
		.temperature_k = cell->temperature_k,
		.terminals_used = cell->terminals_used,
	};
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A symmetric metal cell as a circuit with memory, without noise: electrolyte, two interfaces, relaxations with
 * several time constants, concentration polarization, what conditioning, age and temperature do to them, and an
 * electronic path beside it all (the short). Exact for a constant current between two calls.
 *
 * Parameters and state are apart: a twin with the same parameters and without the short or the contact loss
 * says what the healthy cell would show at the same moment, and truth is measured between the two.
 */
#ifndef DETECTION_ION_CELL_H
#define DETECTION_ION_CELL_H

#include <stdbool.h>

#define CELL_SLOW 4
#define CELL_MODES 4
#define CELL_T0_K 298.15

struct ion_cell {
	double area_cm2;
	double electrolyte_ohm;
	double interface_ohm[2]; /* of the electrode on the + side, of the other */
	double slow_ohm[CELL_SLOW];
	double slow_s[CELL_SLOW];
	double ea_electrolyte_ev, ea_interface_ev;
	double home_k;           /* temperature at which the resistances hold */
	/* concentration polarization: V = conc_v ln((1 + x)/(1 - x)), x -> I/conc_limit_a with the modes of diffusion */
	double conc_v, conc_limit_a, conc_s; /* conc_v 0: none (single-ion conductor) */
	double polarity_plus;    /* interfaces and relaxations times (1 + this) for I > 0, (1 - this) for I < 0 */
	double rate_beta;        /* interfaces fall by this per factor e of current density: Butler-Volmer, coarsely */
	double rate_a;           /* ... above this current */
	double nucleation_v;     /* peak after each reversal ... */
	double nucleation_c;     /* ... that is gone after this charge */
	double pit_fraction;     /* rise of the interface late in each half-cycle, as old deposits are used up ... */
	double pit_part;         /* ... from about this part of the charge of the half-cycle before on */
	double conditioning[2];  /* of the first cycles, I > 0 and I < 0: times 1 + this, dying out ... */
	double conditioning_c;   /* ... with this charge */
	double drift_per_s;      /* ageing of interfaces and electrolyte, relative */
	double offset_v;         /* the electrodes are not quite alike */
};

struct cell_state {
	double slow_v[CELL_SLOW];
	double mode_x[CELL_MODES];
	double polarized_c;      /* charge since the last reversal */
	double deposit_c;        /* charge of the half-cycle before: what lies there to be stripped */
	double total_c;          /* charge since the beginning */
	double time_s;
	int sign;
	double ion_a;            /* current through the electrolyte at the last call */
	double electrolyte_factor, interface_factor, factors_k; /* of temperature, and for which */
};

/** What stands between the terminals beside or within the healthy cell. All 0: nothing. */
struct cell_defect {
	double short_s;          /* conductance of the electronic path, siemens */
	double growth_plus;      /* interfaces times 1 + this for I > 0 */
	double growth_minus;
	double series_ohm;       /* in the leads, seen by the sense wires */
};

struct cell_drive {
	bool potential;          /* value is volts, else amperes */
	double value;
	double limit_a;          /* the source gives no more than this */
	double compliance_v;     /* ... and no more than that */
};

struct cell_reading {
	double voltage_v;
	double current_a;
	bool limited;            /* not what was set */
};

void cell_start(const struct ion_cell *cell, struct cell_state *state);

/** Advance by dt_s >= 0 under a constant drive at a constant temperature; the reading is that at the end. */
struct cell_reading cell_step(const struct ion_cell *cell, struct cell_state *state, const struct cell_drive *drive,
			      const struct cell_defect *defect, double dt_s, double temperature_k);

/** Steady resistance of the healthy cell without concentration polarization, at its home temperature. */
double cell_dc_ohm(const struct ion_cell *cell);

#endif

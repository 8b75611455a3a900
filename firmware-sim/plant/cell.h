/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A metal | ceramic | metal cell. Positive current strips metal from electrode A, the side the
 * working-electrode lead is clipped to. SI units throughout; areas in m2, lengths in m, kelvin.
 *
 * The front end holds the terminals in one of two ways, open or at a set current; the cell then
 * runs through time by itself. It knows nothing of instruments.
 */
#ifndef FW_CELL_H
#define FW_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_cell;
struct fw_chamber;
struct fw_key;

/** Which metal both electrodes are made of. */
enum fw_metal_kind {
	FW_METAL_NA,
	FW_METAL_LI,
};

/** When an electronic path grows through the ceramic. */
enum fw_short_mode {
	FW_SHORT_EXPOSURE, /**< when an electrode has been depleted past a threshold drawn by the seed */
	FW_SHORT_NEVER,
	FW_SHORT_AT, /**< at short_at_s, whatever the current does */
};

/**
 * What a cell is made of. fw_cell_options_default() fills it; the keys a person may type are rows
 * of fw_cell_keys(), where the source of every default is written.
 */
struct fw_cell_options {
	double area_m2;
	double thickness_m; /**< of the ceramic: scales the resistances given for 1.8 mm */
	double bulk_ohm;    /**< the three resistances hold for the default area, thickness and 25 C */
	double grain_ohm;
	double interface_ohm; /**< both interfaces together */
	double bulk_f;        /**< recorded only: bulk_ohm * bulk_f is shorter than the clock's tick */
	double grain_f;
	double interface_f; /**< of one interface */
	double slow_ohm;    /**< slow polarization of the ceramic, 0 for none */
	double slow_s;
	double ceramic_ev; /**< activation energy of bulk and grain boundary */
	double interface_ev;
	double metal_m; /**< thickness of each electrode */
	double diffusion_m2_s; /**< at 25 C, or 0 for the metal's own value */
	int metal;             /**< enum fw_metal_kind */
	int short_mode;        /**< enum fw_short_mode */
	double short_at_s;
	double short_min_a_m2; /**< no filament grows below this current density */
	double short_ohm;      /**< or 0: drawn by the seed */
	double ageing_onset_s; /**< time under current after which contact is lost, or 0 for never */
	double ageing_tau_s;   /**< e-folding time of the contact area from then on */
	double ageing_contact_min; /**< fraction of the area that stays in contact, 0 .. 1 */
	double thermal_s;      /**< lag of the cell behind the air around it */
	double temperature_k;  /**< at time 0, and for good when no chamber surrounds it */
};

/** The truth about a cell, for the report and for tests. */
struct fw_cell_truth {
	bool shorted;           /**< a filament has touched the other side */
	double short_time_s;    /**< when it touched; NAN if not */
	double short_a_m2;      /**< signed current density at that moment; NAN if not */
	bool visible;           /**< resistance has since been below 8 % of the unshorted cell's */
	double visible_time_s;  /**< first moment of that; NAN if not */
	double visible_a_m2;    /**< signed current density at that moment; NAN if not */
	double short_ohm;       /**< resistance of the filament now; INFINITY if none */
	double depletion_a;     /**< fraction of the diffusion limit used, electrode A, 0 .. about 1 */
	double depletion_b;
	double threshold_a; /**< depletion at which a filament starts */
	double threshold_b;
	double contact_a; /**< fraction of the area in contact after ageing */
	double contact_b;
	double charge_c;     /**< integral of |current| */
	double net_charge_c; /**< integral of current */
	double resistance_ohm; /**< of the settled cell now, filament included */
	double temperature_k;
	bool terminals_used; /**< somebody has held these terminals at a current */
};

void fw_cell_options_default(struct fw_cell_options *options);

/** The keys of --cell; *count rows, for fw_keys_parse() into a struct fw_cell_options. */
const struct fw_key *fw_cell_keys(size_t *count);

/**
 * A cell at time 0, terminals open, full metal on both sides.
 *
 * @param options  copied; NULL for the defaults
 * @param seed     decides when and how it shorts, nothing else
 * @return NULL only when memory is out
 */
struct fw_cell *fw_cell_new(const struct fw_cell_options *options, uint64_t seed);
void fw_cell_free(struct fw_cell *cell);

/** The air around the cell from now on; borrowed, advanced together with the cell. NULL: none. */
void fw_cell_put_into(struct fw_cell *cell, struct fw_chamber *chamber);

/** The cell's own temperature at this instant, K. */
double fw_cell_temperature(const struct fw_cell *cell);

void fw_cell_get_truth(const struct fw_cell *cell, struct fw_cell_truth *out);

/** Bring the cell's inner state to now_ns under the present terminal condition. Never backwards. */
void fw_cell_advance(struct fw_cell *cell, int64_t now_ns);

/** Open the terminals (after fw_cell_advance to the instant of the change). */
void fw_cell_open_circuit(struct fw_cell *cell);

/**
 * Hold a current (after fw_cell_advance). The voltage follows from the cell; a front end that cannot
 * reach that voltage must call again with the current it can deliver: see fw_cell_current_at().
 */
void fw_cell_set_current(struct fw_cell *cell, double current_a);

/** Voltage of A (working electrode) against B at this instant, V, without noise. */
double fw_cell_voltage(const struct fw_cell *cell);

/**
 * The current that makes fw_cell_voltage() equal to voltage_v, A. Interfaces charge within 0.1 ms,
 * faster than a front end re-evaluates; so this is the current after they have settled, and
 * fw_cell_voltage() shows voltage_v from the next fw_cell_advance() of a millisecond or more on.
 */
double fw_cell_current_at(const struct fw_cell *cell, double voltage_v);

/** The current that flows now, A; 0 when open. */
double fw_cell_current(const struct fw_cell *cell);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A metal filament that grows through the ceramic and, once across, conducts electrons for good.
 *
 * Assumed: it starts where the other side is stripped past a threshold of depletion, and only above
 * a least current density. The threshold band is the one for which ramps with half-steps of 5, 15
 * and 30 min end at 5-9, 3-6 and 2.5-3.5 mA cm-2 (Tsai, Lan et al. 2020, CCD ranges: one-sided f of
 * one third to two thirds). The least current density lets the same paper's cell cycle for 300 h at
 * 1 mA cm-2 and f of 0.4-0.7 without a short. Growth time, fall time and final resistance are
 * guesses around its Fig. 1d (1 mV at 1 mA cm-2); fast voltage logging would settle them.
 */
#ifndef FW_FILAMENT_H
#define FW_FILAMENT_H

#include <stdbool.h>
#include <stdint.h>

struct fw_cell_options;

struct fw_filament {
	double threshold_a;  /**< depletion of A, B above which a filament grows */
	double threshold_b;
	double growth_s;     /**< exposure it takes to get across */
	double fall_s;       /**< time constant of its resistance after the touch */
	double final_ohm;
	double exposure_s;   /**< so far */
	bool touching;
	double touched_s;    /**< when; valid if touching */
	double siemens;      /**< conductance now */
};

/** Draw a filament's fate. */
void fw_filament_init(struct fw_filament *filament, const struct fw_cell_options *options,
		      uint64_t seed);

/** Longest step from now_s on that still resolves what the filament is doing, s. */
double fw_filament_step_limit(const struct fw_filament *filament,
			      const struct fw_cell_options *options, double now_s,
			      double depletion_a, double depletion_b, bool driven);

/**
 * Grow for a while.
 *
 * @param now_s       time at the end of the step
 * @param depletion_a use of the diffusion limit at A, if A is being stripped; else 0
 * @param driven      the current density is above the least one
 */
void fw_filament_step(struct fw_filament *filament, const struct fw_cell_options *options,
		      double now_s, double dt_s, double depletion_a, double depletion_b,
		      bool driven);

#endif

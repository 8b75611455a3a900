/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/filament.h"

#include <math.h>

#include "plant/cell.h"
#include "plant/random.h"

/*
 * The weaker side's threshold. With the one-sided model at 25 C and sodium's D, ramps in steps of 1.0
 * and 0.5 mA cm-2 leave 0.340 (2.0 mA cm-2, 30 min, must not short) to 0.495 (3.0, 30 min, must);
 * the rest to both edges is worth about 0.7 K. The other side is better by the excess.
 */
#define THRESHOLD_MIN 0.348
#define THRESHOLD_MAX 0.485
#define EXCESS_MIN 0.04
#define EXCESS_MAX 0.15
#define GROWTH_MIN_S 0.5
#define GROWTH_MAX_S 5.0
#define FALL_MIN_S 0.005
#define FALL_MAX_S 0.3 /* 95 % of the fall within 1 s */
#define FINAL_MIN_OHM 0.7
#define FINAL_MAX_OHM 1.2

/* Within this part of a threshold the exposure is followed in steps of NEAR_STEP_S. */
#define NEAR_FRACTION 0.9
#define NEAR_STEP_S 0.5

/* The part of its final conductance at which a filament is done. */
#define SETTLED 0.999

static double between(struct fw_random *random, double low, double high)
{
	return low + (high - low) * fw_random_uniform(random);
}

static double log_between(struct fw_random *random, double low, double high)
{
	return low * pow(high / low, fw_random_uniform(random));
}

void fw_filament_init(struct fw_filament *filament, const struct fw_cell_options *options,
		      uint64_t seed)
{
	struct fw_random random;
	double weak, strong;
	bool a_is_weak;

	fw_random_seed(&random, seed);
	weak = between(&random, THRESHOLD_MIN, THRESHOLD_MAX);
	strong = weak + between(&random, EXCESS_MIN, EXCESS_MAX);
	a_is_weak = fw_random_uniform(&random) < 0.5;
	filament->threshold_a = a_is_weak ? weak : strong;
	filament->threshold_b = a_is_weak ? strong : weak;
	filament->growth_s = log_between(&random, GROWTH_MIN_S, GROWTH_MAX_S);
	filament->fall_s = log_between(&random, FALL_MIN_S, FALL_MAX_S);
	filament->final_ohm = between(&random, FINAL_MIN_OHM, FINAL_MAX_OHM);
	if (options->short_ohm > 0.0)
		filament->final_ohm = options->short_ohm;
	filament->exposure_s = 0.0;
	filament->touching = false;
	filament->touched_s = 0.0;
	filament->siemens = 0.0;
}

static bool is_growing(const struct fw_filament *filament, double depletion_a, double depletion_b,
		       double part)
{
	return depletion_a >= part * filament->threshold_a ||
	       depletion_b >= part * filament->threshold_b;
}

double fw_filament_step_limit(const struct fw_filament *filament,
			      const struct fw_cell_options *options, double now_s,
			      double depletion_a, double depletion_b, bool driven)
{
	if (filament->touching)
		return filament->siemens * filament->final_ohm < SETTLED ? filament->fall_s / 8.0
									 : HUGE_VAL;
	switch ((enum fw_short_mode)options->short_mode) {
	case FW_SHORT_NEVER:
		return HUGE_VAL;
	case FW_SHORT_AT:
		return fmax(options->short_at_s - now_s, 1e-9);
	case FW_SHORT_EXPOSURE:
		return driven && is_growing(filament, depletion_a, depletion_b, NEAR_FRACTION)
			       ? NEAR_STEP_S
			       : HUGE_VAL;
	}
	return HUGE_VAL;
}

static bool gets_across(struct fw_filament *filament, const struct fw_cell_options *options,
			double now_s, double dt_s, bool exposed)
{
	switch ((enum fw_short_mode)options->short_mode) {
	case FW_SHORT_NEVER:
		return false;
	case FW_SHORT_AT:
		filament->touched_s = options->short_at_s;
		return now_s >= options->short_at_s;
	case FW_SHORT_EXPOSURE:
		if (exposed)
			filament->exposure_s += dt_s;
		filament->touched_s = now_s;
		return filament->exposure_s >= filament->growth_s;
	}
	return false;
}

void fw_filament_step(struct fw_filament *filament, const struct fw_cell_options *options,
		      double now_s, double dt_s, double depletion_a, double depletion_b,
		      bool driven)
{
	if (!filament->touching) {
		bool exposed = driven && is_growing(filament, depletion_a, depletion_b, 1.0);

		filament->touching = gets_across(filament, options, now_s, dt_s, exposed);
	}
	if (filament->touching && filament->siemens * filament->final_ohm < SETTLED)
		filament->siemens = -expm1(-(now_s - filament->touched_s) / filament->fall_s) /
				    filament->final_ohm;
}

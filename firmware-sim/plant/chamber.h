/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A climate chamber's space: its air follows a controlled set-point with inertia and overshoot, or
 * drifts to the room's temperature when nothing runs. Kelvin. It knows nothing of protocols.
 *
 * Time is walked on a fixed grid of one second, so how it is advanced changes nothing.
 */
#ifndef FW_CHAMBER_H
#define FW_CHAMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_chamber;
struct fw_key;

struct fw_chamber_options {
	double ambient_k;
	double heat_k_s;  /**< fastest heating */
	double cool_k_s;  /**< fastest cooling, positive */
	double period_s;  /**< of the controlled air's own oscillation */
	double damping;   /**< of it; below 1 it overshoots */
	double drift_s;   /**< time constant towards ambient when stopped */
	double noise_k;   /**< standard deviation of one reading */
	double door_at_s; /**< the door is opened once then; 0 for never */
	double door_every_s; /**< mean time between random openings; 0 for none */
	double door_open_s;  /**< how long it stays open */
	double door_s;       /**< time constant towards ambient while open */
};

/** The truth, for the report. */
struct fw_chamber_truth {
	double air_k;
	double nominal_k;
	bool running;
	unsigned door_openings;
	double lowest_k; /**< of the air since the start */
	double highest_k;
};

void fw_chamber_options_default(struct fw_chamber_options *options);

/** The keys of --chamber; *count rows, for fw_keys_parse() into a struct fw_chamber_options. */
const struct fw_key *fw_chamber_keys(size_t *count);

/** Stopped at ambient at time 0. options NULL for the defaults. NULL only when memory is out. */
struct fw_chamber *fw_chamber_new(const struct fw_chamber_options *options, uint64_t seed);
void fw_chamber_free(struct fw_chamber *chamber);

/** Bring the air to now_ns. A time already passed changes nothing. */
void fw_chamber_advance(struct fw_chamber *chamber, int64_t now_ns);

/** The temperature to reach while running (after fw_chamber_advance to the instant of the change). */
void fw_chamber_set_nominal(struct fw_chamber *chamber, double nominal_k);
double fw_chamber_nominal(const struct fw_chamber *chamber);

/** Start or stop conditioning; a stop does not bring the chamber to ambient by itself. */
void fw_chamber_run(struct fw_chamber *chamber, bool running);
bool fw_chamber_is_running(const struct fw_chamber *chamber);

/**
 * Limit how fast the set-point moves from the present air temperature, K s-1; 0 lifts the limit.
 * Assumed: the ramp starts at the actual value; makers' documents leave it open.
 */
void fw_chamber_set_gradient(struct fw_chamber *chamber, double up_k_s, double down_k_s);

/** The air itself. */
double fw_chamber_air(const struct fw_chamber *chamber);

/** What the chamber's own sensor reads now: the air with noise. */
double fw_chamber_actual(struct fw_chamber *chamber);

void fw_chamber_get_truth(const struct fw_chamber *chamber, struct fw_chamber_truth *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a simulated TDstat can be asked for: errors of its board, whether it was ever calibrated, and how it
 * misbehaves.
 */
#ifndef FW_TDSTAT_OPTIONS_H
#define FW_TDSTAT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/tdstat_model.h"

/** How the command number trouble_at is answered. */
enum fw_tdstat_trouble {
	FW_TDSTAT_ANSWERS,
	FW_TDSTAT_UNKNOWN, /**< with "?", and nothing done */
	FW_TDSTAT_SILENT,  /**< done, and not answered */
	FW_TDSTAT_SHORT,   /**< the first half of the answer */
	FW_TDSTAT_LATE,    /**< two seconds late */
	FW_TDSTAT_STALL,   /**< the endpoint halts instead */
	FW_TDSTAT_DEAF,    /**< silent from then on */
};

struct fw_tdstat_options {
	int uncalibrated;        /**< nothing was ever stored: flash reads FF, and nothing matches the errors below */
	double offset_potential; /**< of the amplifier, ADC counts */
	double offset_current;
	double shunt_ppm[FW_TDSTAT_RANGES_MAX]; /**< true value above the nominal one */
	double dac_gain_ppm;
	double dac_offset_counts; /**< DAC counts */
	double conversion_ms;     /**< 0: 80 ms +-2 %, drawn */
	double response_ms;
	int trouble;              /**< enum fw_tdstat_trouble */
	double trouble_at;        /**< number of the command, from 1 */
};

struct fw_key;
const struct fw_key *fw_tdstat_keys(size_t *count);

#endif

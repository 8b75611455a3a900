/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One row of the record: everything that is kept of one sample, in SI. Every table format is derived
 * from this. Accumulators never go back in a test; step- and cycle-scoped ones are reset by accounting.
 */
#ifndef SG_FORMAT_ROW_H
#define SG_FORMAT_ROW_H

#include <stdint.h>

/** Charge and energy of one scope. All >= 0; net = charging - discharging. */
struct sg_throughput {
	double charging_c;
	double discharging_c;
	double charging_j;
	double discharging_j;
};

struct sg_row {
	uint64_t record_index;      /**< 1-based, +1 per row */
	uint32_t step_count;        /**< +1 at every step start, never repeats; 0 before the first */
	uint32_t step_record_index; /**< 1-based within the step */
	uint32_t cycle_count;
	const char *step_id;        /**< borrowed during the call */
	const char *step_type;      /**< "REST", "CC_CHG", "CC_DCH", ... ; borrowed */
	double test_time_s;         /**< since the run began, never decreases */
	int64_t utc_ns;
	double step_time_s;
	double voltage_v;
	double current_a;
	double set_a;
	double range_a;
	double temperature_c;       /**< chamber; NAN if unknown */
	uint32_t flags;             /**< of enum sg_flag */
	struct sg_throughput test;
	struct sg_throughput step;
	struct sg_throughput cycle;
};

#endif

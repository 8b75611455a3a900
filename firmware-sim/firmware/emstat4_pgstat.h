/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The potentiostat as scripts see it: modes, ranges, set values and the cell switch. It knows what
 * is allowed when, and hands what is allowed to the analog front end. All of it outlives a script:
 * a cell left on stays on.
 *
 * Functions return FW_MS_OK or the run-time error of the command of the same name.
 */
#ifndef FW_EMSTAT4_PGSTAT_H
#define FW_EMSTAT4_PGSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/emstat4_model.h"
#include "firmware/methodscript_error.h"
#include "firmware/methodscript_package.h"

enum fw_pgstat_mode {
	FW_PGSTAT_OFF = 0,
	FW_PGSTAT_LOW_SPEED = 2,
	FW_PGSTAT_HIGH_SPEED = 3,
	FW_PGSTAT_MAX_RANGE = 4,
	FW_PGSTAT_GALVANOSTAT = 6,
};

enum fw_pgstat_loop {
	FW_PGSTAT_NO_LOOP,
	FW_PGSTAT_OCP,
	FW_PGSTAT_CP,
	FW_PGSTAT_CA,
};

/** A range or a window of them, for one quantity. Places in the ladder. */
struct fw_pgstat_window {
	size_t lowest;
	size_t highest;
};

struct fw_pgstat {
	const struct fw_es4_model *model;
	struct fw_afe afe;
	enum fw_pgstat_mode mode;
	enum fw_pgstat_loop loop; /**< the measurement loop that is running */
	bool bandwidth_set;       /**< since the mode was set */
	struct fw_pgstat_window measured_current;
	struct fw_pgstat_window applied_current;
	double set_i_a;
	double set_e_v;
	double e_low_v; /**< window of the potential converter */
	double e_high_v;
};

/** @param model,cell  borrowed. Everything off, coarsest ranges. */
void fw_pgstat_init(struct fw_pgstat *pgstat, const struct fw_es4_model *model,
		    struct fw_cell *cell, uint64_t seed, bool ideal);

enum fw_ms_code fw_pgstat_set_chan(double channel);
enum fw_ms_code fw_pgstat_set_mode(struct fw_pgstat *pgstat, double mode);
enum fw_ms_code fw_pgstat_set_bandwidth(struct fw_pgstat *pgstat);
enum fw_ms_code fw_pgstat_set_range(struct fw_pgstat *pgstat, const char vartype[2], double value);
enum fw_ms_code fw_pgstat_set_autoranging(struct fw_pgstat *pgstat, const char vartype[2],
					  double low, double high);
enum fw_ms_code fw_pgstat_set_minmax(struct fw_pgstat *pgstat, const char vartype[2], double low,
				     double high);
enum fw_ms_code fw_pgstat_set_e(struct fw_pgstat *pgstat, int64_t now_ns, double potential_v);
enum fw_ms_code fw_pgstat_set_i(struct fw_pgstat *pgstat, int64_t now_ns, double current_a);
enum fw_ms_code fw_pgstat_cell_on(struct fw_pgstat *pgstat, int64_t now_ns);
void fw_pgstat_cell_off(struct fw_pgstat *pgstat, int64_t now_ns);

/** Begin a measurement loop; set is the current of CP (A) or the potential of CA (V). */
enum fw_ms_code fw_pgstat_begin(struct fw_pgstat *pgstat, int64_t now_ns, enum fw_pgstat_loop loop,
				double set);
/** The loop is over; what it applied stays applied. */
void fw_pgstat_end(struct fw_pgstat *pgstat);

/** May `meas` be used now? */
enum fw_ms_code fw_pgstat_may_measure(const struct fw_pgstat *pgstat);

/**
 * Take the readings of this instant, as script values. Either may be NULL. In a potentiostatic loop
 * the potential is the applied one, type da.
 *
 * @retval FW_MS_CELL_OVERLOAD  the electronics protect themselves: the cell has been switched off
 */
enum fw_ms_code fw_pgstat_sample(struct fw_pgstat *pgstat, int64_t now_ns, double averaging_s,
				 struct fw_ms_value *potential, struct fw_ms_value *current);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The board around the microcontroller: relays, shunts, DAC, control amplifier, and the two converters
 * that measure. It does what its relays and codes say, sensible or not: a code is a fraction of the full scale
 * of whatever range and mode is on.
 *
 * Left out: the time in which DAC and control loop settle (milliseconds, far below one conversion), and what
 * the amplifier does in the moment in which the relay closes.
 */
#ifndef FW_TDSTAT_BOARD_H
#define FW_TDSTAT_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/tdstat_model.h"
#include "firmware/tdstat_options.h"
#include "plant/afe.h"
#include "plant/random.h"

#define FW_TDSTAT_CODE_ZERO 524288u

struct fw_tdstat_board {
	const struct fw_tdstat_model *model;
	const struct fw_tdstat_options *options;
	struct fw_afe drive;
	struct fw_random random;

	/* relays and registers */
	bool cell_on;
	bool galvanostatic;
	uint8_t shunts; /**< bit per closed range relay; two during a change */
	uint32_t code;  /**< 20 bits, straight binary, zero in the middle */
	int32_t dac_offset; /**< register, 24 bits two's complement */
	uint32_t dac_gain;  /**< register, 24 bits, 800000h is one */

	/* conversions: both converters run together */
	bool converting;
	int64_t converted_ns; /**< when the running conversion is over, or FW_NEVER */
	double conversion_s;
	double begin_v, begin_a; /**< at its beginning; what it yields is the mean with its end */
	uint32_t word_potential; /**< of the conversion that is over, not yet taken */
	uint32_t word_current;

	/* for the report */
	double change_worst_a;   /**< largest |current| seen while two shunts were closed */
	uint64_t changes_live;   /**< range or mode changed while a current flowed */
};

/** Power on at now_ns. */
void fw_tdstat_board_init(struct fw_tdstat_board *board, const struct fw_tdstat_model *model,
			  const struct fw_tdstat_options *options, struct fw_cell *cell, uint64_t seed);

/** Relays open, registers as after a reset; what the clock says is now_ns. */
void fw_tdstat_board_reset(struct fw_tdstat_board *board, int64_t now_ns);

/** Any of these takes effect at now_ns. */
void fw_tdstat_board_cell(struct fw_tdstat_board *board, bool on, int64_t now_ns);
void fw_tdstat_board_mode(struct fw_tdstat_board *board, bool galvanostatic, int64_t now_ns);
void fw_tdstat_board_shunts(struct fw_tdstat_board *board, uint8_t shunts, int64_t now_ns);
void fw_tdstat_board_code(struct fw_tdstat_board *board, uint32_t code, int64_t now_ns);
void fw_tdstat_board_registers(struct fw_tdstat_board *board, int32_t offset, uint32_t gain, int64_t now_ns);

/** What the chip's own calibration would find for its registers. */
void fw_tdstat_board_calibrate(const struct fw_tdstat_board *board, int32_t *offset, uint32_t *gain);

/** Start both converters. */
void fw_tdstat_board_convert(struct fw_tdstat_board *board, int64_t now_ns);

/** When something happens by itself next. */
int64_t fw_tdstat_board_next_ns(const struct fw_tdstat_board *board);
void fw_tdstat_board_run(struct fw_tdstat_board *board, int64_t now_ns);

#endif

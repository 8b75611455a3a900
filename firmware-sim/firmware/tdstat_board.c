/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/tdstat_board.h"

#include <math.h>
#include <string.h>

#include "firmware/firmware.h"
#include "plant/cell.h"

#define HALF_SCALE 524288.0     /* DAC counts from the middle to either end */
#define ADC_FULL 2097152.0      /* counts at full scale */
#define GAIN_ONE 8388608.0      /* 800000h */
#define REGISTER_SCALE 8388608.0
/* "about +-112 % of full scale": the words at the ends of the table. Source: MCP3550 data sheet. */
#define ADC_END 2348810
/* A current below this is none: leakage and the noise of the drive. */
#define NO_CURRENT_A 1e-9
/* Source: MCP3550-50: 80 ms +-2 %. */
#define CONVERSION_S 80e-3
#define CONVERSION_ERROR 0.02
/* Output noise 2.5 uV rms at an input of 2.5 V full scale. Source: MCP3550 data sheet. */
#define NOISE_COUNTS (2.5e-6 / 2.5 * ADC_FULL)

void fw_tdstat_board_init(struct fw_tdstat_board *board, const struct fw_tdstat_model *model,
			  const struct fw_tdstat_options *options, struct fw_cell *cell, uint64_t seed)
{
	memset(board, 0, sizeof(*board));
	board->model = model;
	board->options = options;
	fw_random_seed(&board->random, seed);
	/* Ideal as a drive: every error of this board is its own. */
	fw_afe_init(&board->drive, &model->afe, cell, seed, true);
	board->conversion_s = options->conversion_ms > 0.0 ?
				      options->conversion_ms * 1e-3 :
				      CONVERSION_S * (1.0 + CONVERSION_ERROR * (2.0 * fw_random_uniform(&board->random) - 1.0));
	fw_tdstat_board_reset(board, 0);
}

void fw_tdstat_board_reset(struct fw_tdstat_board *board, int64_t now_ns)
{
	fw_afe_open(&board->drive, now_ns);
	board->cell_on = false;
	board->galvanostatic = false;
	board->shunts = 1;
	board->code = FW_TDSTAT_CODE_ZERO;
	board->dac_offset = 0;
	board->dac_gain = (uint32_t)GAIN_ONE;
	board->converting = false;
	board->converted_ns = FW_NEVER;
}

/* What stands between working electrode and ground now: closed shunts in parallel, each with its own error. */
static double shunt_ohm(const struct fw_tdstat_board *board)
{
	double siemens = 0.0;

	for (size_t i = 0; i < board->model->range_count; i++) {
		if (board->shunts & 1u << i)
			siemens += 1.0 / (board->model->shunt_ohm[i] * (1.0 + board->options->shunt_ppm[i] * 1e-6));
	}
	return 1.0 / siemens;
}

/* The DAC's output as a fraction of half its scale, with the chip's own errors and what its registers mend. */
static double dac_fraction(const struct fw_tdstat_board *board)
{
	const double asked = ((double)board->code - HALF_SCALE) / HALF_SCALE;
	const double mended = asked * (double)board->dac_gain / GAIN_ONE + (double)board->dac_offset / REGISTER_SCALE;

	return mended * (1.0 + board->options->dac_gain_ppm * 1e-6) + board->options->dac_offset_counts / HALF_SCALE;
}

static double full_scale_a(const struct fw_tdstat_board *board)
{
	return fw_tdstat_full_scale_a(shunt_ohm(board));
}

/*
 * The loop makes the amplifier's output equal to the DAC's, offset of the amplifier included: that is why a host adds
 * a quarter of the converter's offset to its code.
 */
static void drive(struct fw_tdstat_board *board, int64_t now_ns)
{
	const double fraction = dac_fraction(board);

	if (!board->cell_on) {
		fw_afe_open(&board->drive, now_ns);
		return;
	}
	if (board->galvanostatic)
		fw_afe_drive_current(&board->drive, now_ns,
				     (fraction - board->options->offset_current / ADC_FULL) * full_scale_a(board), 0);
	else
		fw_afe_drive_potential(&board->drive, now_ns,
				       (fraction - board->options->offset_potential / ADC_FULL) * board->model->span_v);
}

static double current_a(const struct fw_tdstat_board *board)
{
	return fw_cell_current(board->drive.cell);
}

static void note_live_change(struct fw_tdstat_board *board, int64_t now_ns)
{
	fw_afe_hold(&board->drive, now_ns);
	if (board->cell_on && fabs(current_a(board)) > NO_CURRENT_A)
		board->changes_live++;
}

void fw_tdstat_board_cell(struct fw_tdstat_board *board, bool on, int64_t now_ns)
{
	board->cell_on = on;
	drive(board, now_ns);
}

void fw_tdstat_board_mode(struct fw_tdstat_board *board, bool galvanostatic, int64_t now_ns)
{
	if (galvanostatic != board->galvanostatic)
		note_live_change(board, now_ns);
	board->galvanostatic = galvanostatic;
	drive(board, now_ns);
}

void fw_tdstat_board_shunts(struct fw_tdstat_board *board, uint8_t shunts, int64_t now_ns)
{
	const bool change = (shunts & (shunts - 1u)) != 0;

	if (change)
		note_live_change(board, now_ns);
	board->shunts = shunts;
	drive(board, now_ns);
	if (change && fabs(current_a(board)) > board->change_worst_a)
		board->change_worst_a = fabs(current_a(board));
}

void fw_tdstat_board_code(struct fw_tdstat_board *board, uint32_t code, int64_t now_ns)
{
	board->code = code;
	drive(board, now_ns);
}

void fw_tdstat_board_registers(struct fw_tdstat_board *board, int32_t offset, uint32_t gain, int64_t now_ns)
{
	board->dac_offset = offset;
	board->dac_gain = gain;
	drive(board, now_ns);
}

void fw_tdstat_board_calibrate(const struct fw_tdstat_board *board, int32_t *offset, uint32_t *gain)
{
	const double error = 1.0 + board->options->dac_gain_ppm * 1e-6;

	*gain = (uint32_t)lround(GAIN_ONE / error);
	*offset = (int32_t)lround(-board->options->dac_offset_counts / HALF_SCALE / error * REGISTER_SCALE);
}

/* ---- the converters ---- */

static void look(struct fw_tdstat_board *board, int64_t now_ns, double *potential_v, double *current)
{
	fw_afe_hold(&board->drive, now_ns);
	*potential_v = fw_afe_sensed_v(&board->drive);
	*current = current_a(board);
}

static uint32_t word_of(struct fw_tdstat_board *board, double fraction, double offset)
{
	const double counts = fraction * ADC_FULL + offset + NOISE_COUNTS * fw_random_normal(&board->random);
	/* written so that a non-number becomes an end */
	const int32_t value = counts >= -ADC_END && counts <= ADC_END ? (int32_t)lround(counts) :
			      counts < 0.0				? -ADC_END :
									  ADC_END;

	if (value >= (int32_t)ADC_FULL)
		return 0x400000u | (uint32_t)value;                  /* OVH, and the value beyond as it is */
	if (value < -(int32_t)ADC_FULL)
		return 0x800000u | ((uint32_t)(value + 4194304) & 0x3fffffu); /* OVL, value + 2^22 */
	return (uint32_t)value & 0x3fffffu;
}

void fw_tdstat_board_convert(struct fw_tdstat_board *board, int64_t now_ns)
{
	look(board, now_ns, &board->begin_v, &board->begin_a);
	board->converting = true;
	board->converted_ns = now_ns + (int64_t)(board->conversion_s * 1e9);
}

static void finish_conversion(struct fw_tdstat_board *board, int64_t now_ns)
{
	double end_v, end_a;

	look(board, now_ns, &end_v, &end_a);
	board->converting = false;
	board->converted_ns = FW_NEVER;
	board->word_potential = word_of(board, 0.5 * (board->begin_v + end_v) / board->model->span_v,
					board->options->offset_potential);
	board->word_current = word_of(board, 0.5 * (board->begin_a + end_a) / full_scale_a(board),
				      board->options->offset_current);
}

int64_t fw_tdstat_board_next_ns(const struct fw_tdstat_board *board)
{
	return board->converted_ns < board->drive.hold_ns ? board->converted_ns : board->drive.hold_ns;
}

void fw_tdstat_board_run(struct fw_tdstat_board *board, int64_t now_ns)
{
	if (board->converted_ns <= now_ns)
		finish_conversion(board, now_ns);
	if (board->drive.hold_ns <= now_ns)
		fw_afe_hold(&board->drive, now_ns);
}

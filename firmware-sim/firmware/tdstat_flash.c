/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/tdstat_flash.h"

#include <math.h>
#include <string.h>

static void put_code(uint8_t *bytes, uint32_t code)
{
	bytes[0] = (uint8_t)(code >> 12);
	bytes[1] = (uint8_t)(code >> 4);
	bytes[2] = (uint8_t)(code << 4);
}

static void put_24(uint8_t *bytes, uint32_t value)
{
	for (unsigned i = 0; i < 3; i++)
		bytes[i] = (uint8_t)(value >> (16 - 8 * i));
}

static uint32_t get_24(const uint8_t *bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 3; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void put_shunts(struct fw_tdstat_flash *flash, const struct fw_tdstat_board *board)
{
	const struct fw_tdstat_model *model = board->model;

	for (size_t i = 0; i < model->range_count; i++) {
		long word = lround(board->options->shunt_ppm[i] * 1e-6 / model->shunt_step) + 32768;

		word = word < 0 ? 0 : word > 65535 ? 65535 : word;
		flash->shunts[2 * i] = (uint8_t)(word >> 8);
		flash->shunts[2 * i + 1] = (uint8_t)word;
	}
}

void fw_tdstat_flash_init(struct fw_tdstat_flash *flash, const struct fw_tdstat_board *board)
{
	int32_t offset;
	uint32_t gain;

	memset(flash, 0xff, sizeof(*flash));
	if (board->options->uncalibrated)
		return;
	put_code(flash->offsets, FW_TDSTAT_CODE_ZERO + (uint32_t)lround(board->options->offset_potential));
	put_code(flash->offsets + 3, FW_TDSTAT_CODE_ZERO + (uint32_t)lround(board->options->offset_current));
	put_shunts(flash, board);
	fw_tdstat_board_calibrate(board, &offset, &gain);
	fw_tdstat_flash_keep_registers(flash, offset, gain);
}

void fw_tdstat_flash_registers(const struct fw_tdstat_flash *flash, int32_t *offset, uint32_t *gain)
{
	const uint32_t raw = get_24(flash->dac);

	*offset = (int32_t)raw - (raw & 0x800000u ? 0x1000000 : 0);
	*gain = get_24(flash->dac + 3);
}

void fw_tdstat_flash_keep_registers(struct fw_tdstat_flash *flash, int32_t offset, uint32_t gain)
{
	put_24(flash->dac, (uint32_t)offset & 0xffffffu);
	put_24(flash->dac + 3, gain);
}

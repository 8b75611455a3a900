/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Three rows of flash: what a TDstat remembers without power. A row that was never written reads FF; what stands in
 * one is the host's business, the firmware only keeps it.
 */
#ifndef FW_TDSTAT_FLASH_H
#define FW_TDSTAT_FLASH_H

#include <stdint.h>

#include "firmware/tdstat_board.h"

#define FW_TDSTAT_ROW_SIZE 8

struct fw_tdstat_flash {
	uint8_t offsets[FW_TDSTAT_ROW_SIZE]; /**< row 1: potential, current, three bytes each */
	uint8_t dac[FW_TDSTAT_ROW_SIZE];     /**< row 2: registers, three bytes each */
	uint8_t shunts[FW_TDSTAT_ROW_SIZE];  /**< row 3: two bytes a range */
};

/** As somebody left it who calibrated this board, or as it left the iron. */
void fw_tdstat_flash_init(struct fw_tdstat_flash *flash, const struct fw_tdstat_board *board);

/** The DAC's registers as row 2 has them, sensible or not: nobody checks that it was ever written. */
void fw_tdstat_flash_registers(const struct fw_tdstat_flash *flash, int32_t *offset, uint32_t *gain);

void fw_tdstat_flash_keep_registers(struct fw_tdstat_flash *flash, int32_t offset, uint32_t gain);

#endif

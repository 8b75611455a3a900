/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How MethodSCRIPT writes numbers: in a script an integer and an SI prefix letter, in a data
 * package 28 bits in offset binary and a prefix letter.
 *
 *     value = (hex - 0x8000000) * 10^prefix
 *
 * Source: PalmSens/MethodSCRIPT_Examples, palmsens/mscript.py and MethodSCRIPTs/.
 */
#ifndef FW_METHODSCRIPT_NUMBER_H
#define FW_METHODSCRIPT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/methodscript_error.h"

/** Mantissas are below this in size, in scripts (stricter than the instrument) and in packages. */
#define FW_MS_MANTISSA_LIMIT 134217728 /* 2^27 */

/** Characters fw_ms_number_write() fills: seven digits and a prefix. */
#define FW_MS_NUMBER_LENGTH 8

/** A number as scripts know it: of either kind, and the kinds do not mix. */
struct fw_ms_number {
	double value; /**< exact for integers, they stay far below 2^53 */
	bool integer;
};

/**
 * Read a literal: 10, -500u, 3i, 0x1Fi, 0b101i. No sign but minus, no point, no exponent.
 *
 * @param bad_at  where the first wrong character is, from 0; set only on failure
 */
enum fw_ms_code fw_ms_number_read(const char *text, size_t length, struct fw_ms_number *number,
				  size_t *bad_at);

/**
 * Write eight characters, no terminating zero: the finest prefix that keeps the mantissa inside its
 * limit, `i` for integers, and `     nan` for what is not a number or too large to be written.
 */
void fw_ms_number_write(const struct fw_ms_number *number, char text[FW_MS_NUMBER_LENGTH]);

#endif

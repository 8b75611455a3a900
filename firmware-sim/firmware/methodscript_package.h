/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A data package on its way out: `P`, then variables separated by `;`, each a type, a number and,
 * if it was measured, status and range.
 *
 *     Peb9570C36u;ba8C6AF68n,10,218;abA625A00n,10,206
 *
 * Source: PalmSens/MethodSCRIPT_Examples, palmsens/mscript.py.
 */
#ifndef FW_METHODSCRIPT_PACKAGE_H
#define FW_METHODSCRIPT_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/methodscript_number.h"

/** Variables in one package. Assumed. */
#define FW_MS_PACKAGE_VARIABLES_MAX 26

#define FW_MS_STATUS_TIMING    0x1
#define FW_MS_STATUS_OVERLOAD  0x2
#define FW_MS_STATUS_UNDERLOAD 0x4
#define FW_MS_STATUS_WARNING   0x8

/** What a script variable holds. */
struct fw_ms_value {
	struct fw_ms_number number;
	char vartype[2];
	bool measured; /**< carries status and range */
	uint8_t status;
	uint8_t range;
};

struct fw_ms_package {
	char text[2 + FW_MS_PACKAGE_VARIABLES_MAX * 24];
	size_t length;
	bool noise_field; /**< add `,40` to measured values, as some firmware does */
};

void fw_ms_package_start(struct fw_ms_package *package);
/** The parser has made sure that there are not more than FW_MS_PACKAGE_VARIABLES_MAX. */
void fw_ms_package_add(struct fw_ms_package *package, const struct fw_ms_value *value);
/** Adds the line end: text and length are then what goes out. */
void fw_ms_package_end(struct fw_ms_package *package);

#endif

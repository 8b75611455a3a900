/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How often the firmware said no, by error number: the report's answer to "did the host behave?".
 */
#ifndef FW_METHODSCRIPT_REFUSALS_H
#define FW_METHODSCRIPT_REFUSALS_H

#include <stddef.h>
#include <stdio.h>

#include "firmware/methodscript_error.h"

/** More than there are different codes. */
#define FW_MS_REFUSALS_MAX 64

struct fw_ms_refusals {
	struct {
		enum fw_ms_code code;
		unsigned long count;
	} by_code[FW_MS_REFUSALS_MAX];
	size_t codes;
	unsigned long total;
};

void fw_ms_refusals_add(struct fw_ms_refusals *refusals, enum fw_ms_code code);

/** One JSON object: {"0003": 2, "4001": 1}. */
void fw_ms_refusals_write(const struct fw_ms_refusals *refusals, FILE *out);

#endif

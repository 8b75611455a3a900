/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a script can do with numbers. Assumed, and stricter than the instrument may be: integers and
 * numbers with a unit never mix (4207), a variable that was never given a value cannot be used
 * (0010), and integers stay within 28 bits (4037), the most a data package can show.
 */
#ifndef FW_METHODSCRIPT_ARITHMETIC_H
#define FW_METHODSCRIPT_ARITHMETIC_H

#include <stdbool.h>

#include "firmware/methodscript_program.h"

/** a := a op b, for the instructions add_var to mod_var. On failure a is untouched. */
enum fw_ms_code fw_ms_arithmetic(enum fw_ms_op op, struct fw_ms_number *a,
				 const struct fw_ms_number *b);

/** Whether a comparison holds. */
enum fw_ms_code fw_ms_compare(const struct fw_ms_number *a, enum fw_ms_comparison comparison,
			      const struct fw_ms_number *b, bool *holds);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_arithmetic.h"

#include <math.h>

static enum fw_ms_code check_pair(const struct fw_ms_number *a, const struct fw_ms_number *b)
{
	if (!isfinite(a->value) || !isfinite(b->value))
		return FW_MS_NOT_A_NUMBER;
	return a->integer == b->integer ? FW_MS_OK : FW_MS_WRONG_DATA_TYPE;
}

enum fw_ms_code fw_ms_arithmetic(enum fw_ms_op op, struct fw_ms_number *a,
				 const struct fw_ms_number *b)
{
	enum fw_ms_code code = check_pair(a, b);
	double result = a->value;

	if (code)
		return code;
	if ((op == FW_MS_DIV_VAR || op == FW_MS_MOD_VAR) && b->value == 0.0)
		return FW_MS_DIVISION_BY_ZERO;
	if (op == FW_MS_ADD_VAR)
		result += b->value;
	else if (op == FW_MS_SUB_VAR)
		result -= b->value;
	else if (op == FW_MS_MUL_VAR)
		result *= b->value;
	else if (op == FW_MS_DIV_VAR)
		result = a->integer ? trunc(result / b->value) : result / b->value;
	else if (op == FW_MS_MOD_VAR)
		result = fmod(result, b->value);
	if (!isfinite(result))
		return FW_MS_NOT_A_NUMBER;
	if (a->integer && fabs(result) >= FW_MS_MANTISSA_LIMIT)
		return FW_MS_OVERFLOW;
	a->value = result;
	return FW_MS_OK;
}

enum fw_ms_code fw_ms_compare(const struct fw_ms_number *a, enum fw_ms_comparison comparison,
			      const struct fw_ms_number *b, bool *holds)
{
	enum fw_ms_code code = check_pair(a, b);
	double x = a->value, y = b->value;

	if (code)
		return code;
	switch (comparison) {
	case FW_MS_LESS:
		*holds = x < y;
		break;
	case FW_MS_LESS_EQUAL:
		*holds = x <= y;
		break;
	case FW_MS_GREATER:
		*holds = x > y;
		break;
	case FW_MS_GREATER_EQUAL:
		*holds = x >= y;
		break;
	case FW_MS_EQUAL:
		*holds = !(x < y) && !(x > y);
		break;
	case FW_MS_NOT_EQUAL:
		*holds = x < y || x > y;
		break;
	}
	return FW_MS_OK;
}

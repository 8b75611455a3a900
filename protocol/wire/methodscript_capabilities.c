/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/methodscript_capabilities.h"

#include <string.h>

#include "wire/methodscript_line.h"

enum sg_err sg_methodscript_capability(const char *reply, size_t bit, bool *out)
{
	const size_t digits = strlen(reply) - (reply[0] ? 1 : 0);

	if (reply[0] != 'C' || digits == 0)
		return SG_ERR_FRAME;
	for (size_t i = 1; i <= digits; i++) {
		if (sg_methodscript_hex(reply[i]) < 0)
			return SG_ERR_FRAME;
	}
	*out = bit / 4 < digits && (sg_methodscript_hex(reply[digits - bit / 4]) >> (bit % 4) & 1);
	return SG_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_refusals.h"

void fw_ms_refusals_add(struct fw_ms_refusals *refusals, enum fw_ms_code code)
{
	size_t i = 0;

	refusals->total++;
	while (i < refusals->codes && refusals->by_code[i].code != code)
		i++;
	if (i == FW_MS_REFUSALS_MAX)
		return;
	if (i == refusals->codes) {
		refusals->by_code[i].code = code;
		refusals->codes++;
	}
	refusals->by_code[i].count++;
}

void fw_ms_refusals_write(const struct fw_ms_refusals *refusals, FILE *out)
{
	fputc('{', out);
	for (size_t i = 0; i < refusals->codes; i++)
		fprintf(out, "%s\"%04X\": %lu", i ? ", " : "",
			(unsigned int)refusals->by_code[i].code, refusals->by_code[i].count);
	fputc('}', out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/families.h"

#include <string.h>

#define FW_FAMILY(name) extern const struct fw_firmware fw_##name;
#include "fw_families.inc"
#undef FW_FAMILY

static const struct fw_firmware *const families[] = {
#define FW_FAMILY(name) &fw_##name,
#include "fw_families.inc"
#undef FW_FAMILY
	NULL,
};

const struct fw_firmware *fw_family(size_t i)
{
	return i + 1 < sizeof(families) / sizeof(*families) ? families[i] : NULL;
}

const struct fw_firmware *fw_family_named(const char *name)
{
	for (size_t i = 0; families[i]; i++) {
		if (!strcmp(families[i]->name, name))
			return families[i];
	}
	return NULL;
}

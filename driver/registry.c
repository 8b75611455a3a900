/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#include <string.h>

#define FAMILIES(X)  \
	X(sg_emstat4) \
	X(sg_tdstat)  \
	X(sg_votsch)

#define DECLARE(name) extern const struct sg_family name;
#define ROW(name) &name,

FAMILIES(DECLARE)

static const struct sg_family *const families[] = { FAMILIES(ROW) };

size_t sg_registry_count(void)
{
	return sizeof(families) / sizeof(families[0]);
}

const struct sg_family *sg_registry_at(size_t index)
{
	return index < sg_registry_count() ? families[index] : NULL;
}

const struct sg_family *sg_registry_find(const char *name)
{
	for (size_t i = 0; i < sg_registry_count(); i++) {
		if (strcmp(families[i]->name, name) == 0)
			return families[i];
	}
	return NULL;
}

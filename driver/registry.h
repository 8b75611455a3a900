/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The families this program knows. Adding one is one line in registry.c.
 */
#ifndef SG_REGISTRY_H
#define SG_REGISTRY_H

#include <stddef.h>

#include "device.h"

size_t sg_registry_count(void);
const struct sg_family *sg_registry_at(size_t index);

/** By name, or NULL. */
const struct sg_family *sg_registry_find(const char *name);

#endif

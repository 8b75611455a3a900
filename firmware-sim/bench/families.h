/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The families of instruments that were built in. The list is made by the build from one variable.
 */
#ifndef FW_FAMILIES_H
#define FW_FAMILIES_H

#include <stddef.h>

#include "firmware/firmware.h"

/** The i-th family, or NULL behind the last. */
const struct fw_firmware *fw_family(size_t i);

/** The family of this name, or NULL. */
const struct fw_firmware *fw_family_named(const char *name);

#endif

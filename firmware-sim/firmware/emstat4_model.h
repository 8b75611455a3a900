/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The two EmStat4 models: what they say of themselves, what they can do, how well they measure.
 */
#ifndef FW_EMSTAT4_MODEL_H
#define FW_EMSTAT4_MODEL_H

#include <stdint.h>

#include "plant/afe.h"

struct fw_es4_model {
	const char *name;          /**< "lr", "hr" */
	const char *identity;      /**< what `t` answers, without the first letter */
	const char *serial_number;
	const uint8_t *current_ids;   /**< range ids, in the order of the ladder */
	const uint8_t *potential_ids;
	struct fw_afe_config afe;
};

/** NULL asks for the default. Returns NULL for a name that is not known. */
const struct fw_es4_model *fw_es4_model_find(const char *name);

#endif

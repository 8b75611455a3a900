/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What becomes of a chunk on a bad cable: drawn, and done to its bytes. Pure; time is the cable's business. Internal to
 * this room.
 */
#ifndef SG_TRANSPORT_FAULT_DICE_H
#define SG_TRANSPORT_FAULT_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/faulty.h"

struct sg_fault_dice {
	struct sg_fault_plan plan;
	bool packets;    /**< chunks are packets: they may be no text */
	uint64_t random; /**< the seed */
	bool spared;     /**< the latest throw was a fault that this chunk cannot have */
};

/**
 * One throw. The bytes are changed in place, and *length of them are left: none of a chunk that was dropped.
 * @return SG_FAULTS if nothing happens to it. DUPLICATE, DELAY and STALL leave it as it is.
 */
enum sg_fault sg_fault_dice_throw(struct sg_fault_dice *dice, bool to_host, uint8_t *bytes, size_t *length);

#endif

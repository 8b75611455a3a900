/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A conversation with a simulated chamber over a bad cable: read, set, asked for its alarm, and stopped at the end.
 */
#ifndef SG_TESTS_WIRE_CHAMBER_H
#define SG_TESTS_WIRE_CHAMBER_H

#include <stdint.h>

#include "wire_oracle.h"

struct wire_talk {
	struct wire_oracle *oracle; /**< installed */
	uint64_t seed;
	unsigned long verdicts[WIRE_VERDICTS]; /**< of readings */
	unsigned long late;    /**< verbs that outlasted their deadline by more than a message */
	unsigned long unnamed; /**< errors without a name or a sentence */
	unsigned long left_on; /**< 1: it said it stands, no damaged line said so, and it runs */
};

/** Starts a simulator of its own, and ends it. */
void wire_talk(struct wire_talk *talk);

#endif

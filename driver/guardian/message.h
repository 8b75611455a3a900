/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What runner and guardian say to each other over their pair of sockets: whole structs, one a packet. Both ends are
 * the same program file, so nothing is encoded. Internal to this room.
 */
#ifndef SG_GUARDIAN_MESSAGE_H
#define SG_GUARDIAN_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"
#include "experiment/experiment.h"
#include "host/run_folder.h"
#include "transport/whereabouts.h"

/** Descriptors with which a guardian begins. */
#define SG_GUARDIAN_LINE_FD 3
#define SG_GUARDIAN_RUNNER_FD 4 /**< a pidfd of the runner: never another process of the same number */

enum sg_guardian_word {
	SG_GUARDIAN_READY = 0x5347, /**< of the guardian: it runs */
	SG_GUARDIAN_BRIEF,          /**< the rig; again when the instrument was met elsewhere */
	SG_GUARDIAN_BEAT,
	SG_GUARDIAN_GOODBYE,        /**< the cell was shown to be off, or never on */
	SG_GUARDIAN_PART,           /**< the runner ends and could not show the cell off */
};

/** All that a guardian must know to find the instrument, and to write down what it did. */
struct sg_guardian_brief {
	struct sg_rig_config rig;
	struct sg_identity identity;       /**< of the potentiostat as it was met: no other one will do */
	struct sg_whereabouts whereabouts;
	struct sg_neighbours neighbours;
	double speed;                      /**< of the run's clock */
	int64_t silence_ns;                /**< real time */
	int64_t said_ns;                   /**< CLOCK_BOOTTIME of this brief, real time, and */
	double test_time_s;                /**< the test time then */
	char folder[SG_RUN_PATH_SIZE];     /**< absolute */
	char version[32];
};

struct sg_guardian_beat {
	int64_t busy_ns; /**< real time that the call takes at most which comes next */
	uint32_t step;   /**< step count of the record */
};

struct sg_guardian_message {
	uint32_t word;
	union {
		struct sg_guardian_brief brief;
		struct sg_guardian_beat beat;
	} u;
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Where a run stands, as the bytes of a checkpoint's state, and back. Internal to this room.
 *
 * What is written: the engine, the block that may be running, books, result, watch, the chamber's set-point, why the run is
 * about to end, and who the potentiostat is. Not written: what follows from the experiment, and what the instruments will
 * say again. Times are test times, so that they mean the same under another clock.
 */
#ifndef SG_RUNNER_STATE_H
#define SG_RUNNER_STATE_H

#include "core/text.h"
#include "device.h"
#include "experiment/watch_record.h"
#include "runner/run.h"

/** What a state holds beside the run itself. */
struct sg_state_rest {
	double pause_until_s;      /**< NAN: no pause */
	enum sg_trace trace;       /**< what the instrument held, see device.h */
	bool soaked;               /**< the chamber had settled */
	char port[SG_URI_SIZE];    /**< at which it was opened, as configured */
	struct sg_watch_loss loss; /**< reading: what did not come back */
};

/** Write it; walk->bad if it does not fit. */
void sg_state_save(struct sg_walk *walk, const struct sg_run *run, const struct sg_state_rest *rest);

/**
 * Read it into a run whose parts are initialized as for a new one, with its result's half-steps that are over in place.
 * The rig's potentiostat is who it was, and where it was if the port is the same as then. run->zero_ns is set before.
 *
 * @retval SG_ERR_VALUE  no state there can be of this plan
 */
enum sg_err sg_state_restore(struct sg_walk *walk, struct sg_run *run, struct sg_state_rest *rest, struct sg_text *why);

#endif

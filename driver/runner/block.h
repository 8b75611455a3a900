/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A block in progress: some steps in one start() of the potentiostat, and what its parts (start, step, sample, block)
 * share. Internal to this room.
 */
#ifndef SG_RUNNER_BLOCK_H
#define SG_RUNNER_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "experiment/engine.h"
#include "experiment/plan.h"

struct sg_run;

/** Most steps that one start() is given. */
#define SG_BLOCK_STEPS_MAX 16

/** The block that is running: some steps in one start() of the potentiostat. */
struct sg_block {
	const struct sg_step *steps; /**< borrowed: of the plan, or of the pulse */
	size_t first_step;    /**< index in the plan */
	size_t count;
	size_t at;            /**< index within the block of the segment that is running */
	bool running;         /**< between start and the end the instrument reports */
	bool in_step;         /**< a segment has begun and not ended */
	bool ordered_off;     /**< we asked for its end */
	bool unanswered;      /**< ... and it did not say that it ended: the cell was made safe instead */
	bool is_pulse;        /**< not of the plan: steps of a verify pulse, in the place of step first_step */
	bool left_on;         /**< it ended, and did not say that the cell is off */
	double start_s;       /**< test time at which start() was called */
	double unknown_s;     /**< for so long, in all, a start that nobody answered may have driven a current before */
	bool broken;          /**< step broken_step ended before its time, after ran_s */
	size_t broken_step;
	double ran_s;
	int64_t anchor_ns;    /**< host time at which the instrument's own clock stood at zero */
	double step_begin_s;  /**< test time */
	unsigned wire_errors; /**< dropped messages since the latest good sample */
};

/** The verbs of the potentiostat, and itself. */
const struct sg_potentiostat_ops *sg_block_ops(const struct sg_run *run);
struct sg_device *sg_block_device(const struct sg_run *run);

/** The step that a segment of the block carries out. */
const struct sg_step *sg_block_step(const struct sg_run *run, size_t segment);

/** Largest |set current| of the block, A. */
double sg_block_largest_a(const struct sg_run *run);

/**
 * From start to end of the block that is set up: GO_ON if it ran its time, else why not. RECONNECT: what became of it
 * shows when the instrument is met again.
 */
enum sg_verdict sg_block_carry(struct sg_run *run);

/* ---- start.c ---- */

/** Start the segments; what fails is made safe, told and tried again. The last answer of the instrument. */
enum sg_err sg_block_start(struct sg_run *run, size_t count);

/* ---- step.c ---- */

void sg_block_begin_step(struct sg_run *run, const struct sg_report *report);

/** report: the one that says so, or NULL if none does. */
void sg_block_end_step(struct sg_run *run, enum sg_end end, const struct sg_report *report);

/** The instrument says that a segment ended: told and booked; the plan's answer. */
enum sg_verdict sg_block_segment_end(struct sg_run *run, const struct sg_report *report);

/* ---- sample.c ---- */

enum sg_verdict sg_block_sample(struct sg_run *run, struct sg_sample *sample);

/**
 * Cell off now; what is still under way is collected afterwards. GONE: it may run on, and the test is to go on after a
 * hold, so the way of a lost link is the right one. In any other case that is seen to here.
 */
enum sg_err sg_block_order_off(struct sg_run *run, enum sg_verdict verdict);

#endif

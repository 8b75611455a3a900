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

#include "core/sample.h"
#include "device.h"
#include "experiment/engine.h"
#include "experiment/plan.h"
#include "experiment/watch.h"
#include "format/row.h"

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

/**
 * Test time at which the step at hand began, or at which the next one does that nobody will hear begin. A step that has
 * ended is not at hand any more: at may be count then.
 */
double sg_block_next_begin_s(struct sg_run *run);

/** The instrument says that a segment ended: told and booked; the plan's answer. */
enum sg_verdict sg_block_segment_end(struct sg_run *run, const struct sg_report *report);

/* ---- sample.c ---- */

/** Room for the events of one sample. */
#define SG_BLOCK_EVENTS_MAX (SG_WATCH_EVENTS_MAX + 1)

/** Hold a row against the limits and show it to the detectors: what they say, and the worst of the plan's answers. Tells nothing. */
enum sg_verdict sg_block_judge(struct sg_run *run, const struct sg_sample *sample, const struct sg_row *row,
			       struct sg_event *events, size_t *count);

/** Into the result with a row. */
void sg_block_find(struct sg_run *run, const struct sg_row *row);

enum sg_verdict sg_block_sample(struct sg_run *run, struct sg_sample *sample);

/**
 * Cell off now; what is still under way is collected afterwards. GONE: it may run on, and the test is to go on after a
 * hold, so the way of a lost link is the right one. In any other case that is seen to here.
 */
enum sg_err sg_block_order_off(struct sg_run *run, enum sg_verdict verdict);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The engine: where a plan stands, and what comes next. It turns steps into blocks, a block being the
 * consecutive steps one start() of the potentiostat can carry without a gap at the cell, and takes the
 * decisions that belong to the procedure. It has no clock, no I/O and no limits: those are the guard's.
 */
#ifndef SG_EXPERIMENT_ENGINE_H
#define SG_EXPERIMENT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"
#include "core/segment.h"
#include "experiment/experiment.h"
#include "experiment/plan.h"
#include "experiment/verification.h"

enum sg_action_kind {
	SG_ACTION_RUN,         /**< start these segments */
	SG_ACTION_TEMPERATURE, /**< bring the chamber to the step's temperature, soak, cell off */
	SG_ACTION_DONE,        /**< nothing left */
};

struct sg_action {
	enum sg_action_kind kind;
	size_t step;  /**< index of the first step in the plan */
	size_t count; /**< segments for RUN, else 1 or 0 */
};

/** What is to happen after something happened. Ordered: the larger wins. */
enum sg_verdict {
	SG_VERDICT_GO_ON,
	SG_VERDICT_VERIFY,        /**< cell off, a pulse, then what it says decides; see sg_engine_wants_pulse() */
	SG_VERDICT_HOLD,          /**< cell off until the cause is over, then continue where it was */
	SG_VERDICT_PAUSE,         /**< cell off for as long as the experiment says, then continue where it was */
	SG_VERDICT_RECONNECT,     /**< the link is lost: wait for the instrument, then continue where it was */
	SG_VERDICT_END_PROCEDURE, /**< cell off, go on with the next procedure */
	SG_VERDICT_STOP,          /**< cell off, end the run */
};

/** The larger of two. */
enum sg_verdict sg_verdict_worse(enum sg_verdict a, enum sg_verdict b);

struct sg_engine {
	const struct sg_experiment *experiment;
	const struct sg_plan *plan;
	size_t at;        /**< the step to run next, or running */
	double elapsed_s; /**< of that step, already run before an interruption */
};

/** Both are borrowed and must outlive the engine. */
void sg_engine_init(struct sg_engine *engine, const struct sg_experiment *experiment, const struct sg_plan *plan);

/**
 * What comes next; does not move.
 * @param segments  room for max segments (max >= 1), filled for RUN
 * @param gapless   the instrument chains segments; if false a block is one step
 */
struct sg_action sg_engine_next(const struct sg_engine *engine, bool gapless, struct sg_segment *segments,
				size_t max);

/** Step index (first step of the action + segment) ran its time. */
void sg_engine_step_done(struct sg_engine *engine, size_t step);

/** Step index was broken off after ran_s seconds of this attempt; it will be continued. */
void sg_engine_step_broken(struct sg_engine *engine, size_t step, double ran_s);

/** Give up the procedure to which the step at hand belongs. */
void sg_engine_end_procedure(struct sg_engine *engine);

/** The plan's answer to an event of a detector, in the step at hand. */
enum sg_verdict sg_engine_on_event(const struct sg_engine *engine, const struct sg_event *event);

/** Is this an alarm that the experiment wants to be verified by a pulse before sg_engine_on_event() is asked? */
bool sg_engine_wants_pulse(const struct sg_engine *engine, const struct sg_event *event);

/**
 * The plan's answer to such an alarm once its pulse was seen: confirmed or unclear, as to the alarm itself, but what is
 * a short for sure is one whatever the alarm called it; a lost sense lead as on_contact says.
 */
enum sg_verdict sg_engine_on_verified(const struct sg_engine *engine, const struct sg_event *alarm,
				      enum sg_verified verified);

/** The plan's answer to the way a segment ended. DURATION is GO_ON. */
enum sg_verdict sg_engine_on_end(const struct sg_engine *engine, size_t step, enum sg_end end);

/** Planned time from here to the end, s. */
double sg_engine_left_s(const struct sg_engine *engine);

#endif

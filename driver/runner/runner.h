/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Runs one experiment on one rig, from "identify everything" to "cell off, read back".
 *
 * The order is fixed: ports, identities, safe state, chamber and soak gate, record, steps, safe state
 * again. Every way out of it passes through the last one.
 */
#ifndef SG_RUNNER_RUNNER_H
#define SG_RUNNER_RUNNER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/event.h"
#include "core/text.h"
#include "experiment/experiment.h"
#include "experiment/plan.h"
#include "experiment/result.h"
#include "experiment/watch.h"
#include "format/row.h"
#include "host/recorder.h"
#include "runner/rig.h"

struct sg_clock;

/** Longest of the words for why a run ends, with its NUL. */
#define SG_RUN_WORD_SIZE 40

enum sg_phase {
	SG_PHASE_SOAK, /**< cell off, chamber on its way */
	SG_PHASE_STEP,
	SG_PHASE_PAUSE, /**< cell off for a while, after something that was found */
	SG_PHASE_HOLD, /**< cell off until the temperature is back */
	SG_PHASE_LOST, /**< the potentiostat's link is lost: waiting for it */
};

/** Where a run stands: a snapshot for a person watching. Pointers valid during the call. */
struct sg_run_view {
	enum sg_phase phase;
	const struct sg_plan *plan;
	const struct sg_step *step; /**< NULL before the first */
	size_t step_index;
	const struct sg_row *row;   /**< latest row; NULL before the first */
	double time_s;              /**< test time */
	double left_s;              /**< planned time left, without waits */
	double resistance_ohm;      /**< NAN if not valid */
	double baseline_ohm;        /**< NAN while learning */
	const struct sg_watch *watch; /**< for what costs too much to be worked out at each sample: time to the limit */
	double temperature_c;       /**< latest reading, NAN if there was none */
	double temperature_age_s;   /**< of it; infinite if there was none */
	bool temperature_stale;     /**< too old to be shown as the temperature of now */
	double soak_left_s;
};

/** Somebody who watches. Callbacks run on the run's thread, between samples: they must return at once. */
struct sg_run_observer {
	void *ctx;
	void (*progress)(void *ctx, const struct sg_run_view *view);
	void (*event)(void *ctx, const struct sg_event *event);
};

struct sg_disk;

struct sg_run_config {
	const struct sg_experiment *experiment;
	const struct sg_plan *plan;
	struct sg_rig *rig;            /**< open, attached, cell off */
	struct sg_clock *clock;
	const char *clock_kind;        /**< for the record */
	const char *experiment_path;
	const char *rig_path;          /**< or NULL */
	const char *program_version;
	const struct sg_disk *disk;    /**< or NULL: the one of this PC */
	const char *guardian;          /**< program whose verb "guardian" watches over this one, "/proc/self/exe"; NULL: none.
					    Never in simulated time. One process runs one test then: a guardian ends all of it */
	const volatile sig_atomic_t *interrupts; /**< 0: go on; else cell off within one sample interval, data kept */
	const volatile sig_atomic_t *holds;      /**< or NULL. Not 0: as above, but the test is held (SG_ERR_STATE) and can be gone on with,
					    see resume.h. A lost link is waited for first */
	const struct sg_run_observer *observer;  /**< or NULL */
	void (*allocation_mark)(bool running);   /**< tests: called when the allocation-free part begins and ends; or NULL */
};

struct sg_run_outcome {
	struct sg_result result; /**< owned: sg_result_fini() */
	struct sg_run_summary summary;
	char stopped_by[SG_RUN_WORD_SIZE]; /**< what the summary points to */
	char folder[SG_URI_SIZE];
	char table[SG_URI_SIZE];
};

/**
 * Run to the end. The rig stays open, cell off.
 *
 * @retval SG_OK          the plan ran to an end it names itself (completed, hard short, voltage of a procedure, operator)
 * @retval SG_ERR_UNSUPPORTED, SG_ERR_ARGUMENT  the instrument cannot do a step of this plan: nothing was
 *                        begun, no folder made
 * @retval others, with an empty outcome: no record could be opened, no guardian started; nothing was begun
 * @retval SG_ERR_LIMIT   a guard limit ended it
 * @retval SG_ERR_STATE   held: cell off, outcome->summary.state is "held"; sg_run_resume() goes on
 * @retval SG_ERR_UNSAFE  the cell could not be shown to be off at the end: a person must look
 * @retval others         what ended it; outcome is filled as far as it came
 */
enum sg_err sg_run(const struct sg_run_config *config, struct sg_run_outcome *outcome, struct sg_text *why);

#endif

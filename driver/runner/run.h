/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A run in progress: what its parts (run, block) share. Internal to this room.
 */
#ifndef SG_RUNNER_RUN_H
#define SG_RUNNER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/accounting.h"
#include "experiment/engine.h"
#include "experiment/guard.h"
#include "experiment/watch.h"
#include "guardian/lifeline.h"
#include "host/checkpoint.h"
#include "host/clock.h"
#include "runner/block.h"
#include "runner/climate.h"
#include "runner/runner.h"
#include "runner/verify.h"

/** State of a checkpoint. */
#define SG_RUN_STATE_SIZE (20 * 1024)

/** The PC's own sleep, in which nobody watches the cell: what of it was noticed, and what came of that. */
struct sg_sleep {
	int64_t seen_ns; /**< of the clock's slept_ns so much has been noticed */
	double looked_s; /**< test time of the latest look */
	double total_s;  /**< slept since the run began */
	double untold_s; /**< noticed, and not yet told */
	bool in_hole;    /**< some of it lies in the hole that is to be booked next */
};

struct sg_run {
	const struct sg_run_config *config;
	struct sg_rig *rig;
	struct sg_engine engine;
	struct sg_guard guard;
	struct sg_watch watch;
	struct sg_accounting books;
	struct sg_climate climate;
	struct sg_recorder *recorder;
	struct sg_result *result;
	struct sg_block block;
	struct sg_verify_state verify;
	struct sg_segment segments[SG_BLOCK_STEPS_MAX];
	int64_t zero_ns;         /**< clock at test time 0 */
	double current_off_s;    /**< test time at which a current last ended, NAN if none flowed yet */
	struct sg_sleep sleep;
	int64_t wall_ns;         /**< by so much UTC was ahead of the clock when it was looked at last */
	double lost_s;           /**< test time at which the link was lost last, or the PC was seen awake before it slept */
	bool hole;               /**< samples are missing between the latest row and the next sample */
	bool current_before;     /**< the step before this one carried a current and no rest was planned since */
	uint64_t wire_errors;    /**< of the whole run */
	double saved_s;          /**< test time at which the result so far was written last */
	enum sg_trip trip;       /**< latest answer of the guard */
	const char *procedure_end; /**< why the latest procedure ended before its plan, or NULL */
	/* why it ends; the first reason stands */
	const char *stopped_by;
	char detail[SG_EVENT_TEXT_SIZE];
	enum sg_err failure;
	char kept_stopped_by[SG_RUN_WORD_SIZE]; /**< the two words of a run that goes on, in place of constants */
	char kept_procedure_end[SG_RUN_WORD_SIZE];
	bool held;               /**< it ends for now, and is to be gone on with */
	/* checkpoints */
	double pause_until_s;      /**< test time; NAN: no pause */
	size_t half_steps_told;    /**< lines in half_steps.csv */
	double checkpoint_s;       /**< test time of the latest */
	int64_t checkpoint_real_ns;
	struct sg_host_clock real;
	bool checkpoint_due;       /**< something happened that no row tells */
	uint8_t state[SG_RUN_STATE_SIZE]; /**< scratch */
	bool program_lost;         /**< nobody watched from lost_s on: this program, or its PC, had ended */
	double guardian_off_s;     /**< test time at which a guardian had switched the cell off then; NAN: none had */
	double disk_silent_s;    /**< the longest silence of the disk that was told; 0: none */
	struct sg_lifeline lifeline;
	char guardian[SG_GUARDIAN_WORDS_SIZE]; /**< for the record: who watches */
	bool disk_failed;
	bool disk_told;
};

/** Write down where the run stands. wait: until it is on the disk. A failure is remembered in disk_failed. */
void sg_run_checkpoint(struct sg_run *run, enum sg_checkpoint_standing standing, bool wait);

/** The same, if it is time to. To be called where books, engine and record agree. */
void sg_run_checkpoint_if_due(struct sg_run *run);

/** Nobody watched: the PC slept, or this program had ended. */
bool sg_run_was_unwatched(const struct sg_run *run);

/* The parts of sg_run(), which a run that goes on after a crash has in another order. */

/** Longest time a row waits for the disk. */
#define SG_RUN_FLUSH_S 1.0

/** All that needs no instrument and no record. said: what there is to say of the model. */
enum sg_err sg_run_init(struct sg_run *run, const struct sg_run_config *config, struct sg_run_outcome *outcome,
			struct sg_event *said);

struct sg_record_meta sg_run_meta(const struct sg_run *run, int64_t started_utc_ns);

/** Every step of what is left of the plan, held against the instrument. */
enum sg_err sg_run_check_plan(struct sg_run *run, struct sg_text *why);

/** Folder and table of an open record, for the caller of it all. */
void sg_run_name_record(const struct sg_run *run, struct sg_run_outcome *outcome);

/** Step after step to the end, or to a reason to stop. verdict: what came before it. */
enum sg_verdict sg_run_follow_plan(struct sg_run *run, enum sg_verdict verdict);

/** Cell off, last words, record closed. */
enum sg_err sg_run_finish(struct sg_run *run, struct sg_run_outcome *outcome);

/** Rows behind the checkpoint, as far as the result, the books and the detectors go: see resume.h. */
struct sg_reopened;
enum sg_verdict sg_run_catch_up(struct sg_run *run, const struct sg_reopened *from, enum sg_err *err, struct sg_text *why);

/** Test time now. */
double sg_run_now_s(const struct sg_run *run);

/** now + timeout, with the patience of the clock. The guardian is told that a call comes which may take so long. */
int64_t sg_run_deadline(struct sg_run *run, int64_t timeout_ns);

/** Record an event, count it, show it. */
void sg_run_tell(struct sg_run *run, const struct sg_event *event);

/** Name the reason why the run ends; a later one does not replace it. Returns STOP. */
enum sg_verdict sg_run_stop(struct sg_run *run, const char *stopped_by, enum sg_err failure, const char *detail);

/**
 * Write the result so far, if a minute has passed and enough was recorded since the last time.
 * @param pausing  at once: nothing will be recorded for long, and people will look
 */
void sg_run_save(struct sg_run *run, bool pausing);

/**
 * From the latest sample to time_s a known current flowed that was not sampled (0: none): into the books, and into the
 * model of the diffusion limit.
 */
void sg_run_flowed(struct sg_run *run, double time_s, double current_a);

/** The same for anything between no current and the latest: nothing is booked, and the model's interval widens. */
void sg_run_unwitnessed(struct sg_run *run, double time_s);

/**
 * Of every turn: tell the guardian that it turns, and begin what is due to reach the disk; a failure, of this or an earlier
 * one, is remembered in disk_failed.
 */
void sg_run_flush(struct sg_run *run);

/** The record cannot be kept: says why, and names that as the reason. Returns STOP. */
enum sg_verdict sg_run_stop_for_disk(struct sg_run *run);

/** Show where it stands. */
void sg_run_show(struct sg_run *run, enum sg_phase phase);

/** Read the chamber if due; the verdict on an excursion that begins. */
enum sg_verdict sg_run_watch_climate(struct sg_run *run);

/** Read and record the chamber if due, and act on nothing: for the time in which the cell cannot be reached. */
void sg_run_record_climate(struct sg_run *run);

/** One turn of any wait: the chamber is read and recorded if due, people see where it stands, and so does the disk. */
void sg_run_idle(struct sg_run *run, enum sg_phase phase);

/** The verdict on an excursion that may have begun while nobody could act on it. */
enum sg_verdict sg_run_catch_up_climate(struct sg_run *run);

/** Did a person ask to stop? */
enum sg_verdict sg_run_watch_operator(struct sg_run *run);

/* ---- held.c ---- */

/** Did a person ask to hold the test? Its step is then to be broken off as for a hold. */
bool sg_run_hold_asked(const struct sg_run *run);

/** The same where the cell is off and the engine stands where the test goes on: true, and it ends so. */
bool sg_run_heed_hold(struct sg_run *run);

/** All told, the record closed, the folder left to whoever goes on. The cell was shown to be off. @retval SG_ERR_STATE  held */
enum sg_err sg_run_leave_held(struct sg_run *run, struct sg_run_outcome *outcome);

/** Is there an open link to the potentiostat, with somebody at its other end as far as the system knows? */
bool sg_run_has_link(const struct sg_run *run);

/**
 * Is the potentiostat still plugged in, and was the PC awake? For the times at which nobody reads. GO_ON (it is, or is
 * again), HOLD or STOP, see sg_run_reconnect().
 */
enum sg_verdict sg_run_watch_link(struct sg_run *run);

/** The run begins, or goes on in another process: from here on a wall clock that is set is told. */
void sg_run_begin_wall(struct sg_run *run);

/** Was it? Told as an event; nothing else follows. Costs two readings of clocks. */
void sg_run_watch_wall(struct sg_run *run);

/** The clock stands at test time 0. */
void sg_run_begin_sleep(struct sg_run *run);

/**
 * Did the PC sleep since the latest look? Then what an instrument answered meanwhile was not seen in time and means
 * nothing: sg_run_reconnect() comes next, and before it nothing is told. lost_s is where the sleep may have begun.
 */
bool sg_run_slept(struct sg_run *run);

/** The alarm, if one is due. */
void sg_run_tell_sleep(struct sg_run *run);

/** For the times at which the cell is off: the way back if the PC slept. GO_ON, HOLD or STOP, see sg_run_reconnect(). */
enum sg_verdict sg_run_watch_sleep(struct sg_run *run);

/** Test time without what the PC slept: for limits of how long something may take that nobody saw meanwhile. */
double sg_run_awake_s(const struct sg_run *run);

/** Say that the link is lost, and since when. RECONNECT, or STOP if nobody wants to wait. */
enum sg_verdict sg_run_link_lost(struct sg_run *run);

/**
 * The link is lost, or the PC slept: wait for the instrument, meet the same one, see that the cell is off, and book what became of the
 * block that was running. GO_ON: the engine stands where it is to go on. HOLD: so it does, but the temperature left
 * its bounds meanwhile. STOP: it did not come back, or the experiment says to stop.
 */
enum sg_verdict sg_run_reconnect(struct sg_run *run);

/**
 * The instrument is met again at test time back_s, with what it tells of the absence: the record gets what it must hold
 * about the hole, and the engine stands where the test goes on. was_off: the cell was known to be off before.
 */
void sg_run_book_hole(struct sg_run *run, const struct sg_absence *absence, bool was_off, double back_s);

/** The test ends with the link away: the step that was running ends with what was seen of it. */
void sg_run_close_block(struct sg_run *run, const struct sg_absence *absence);

/**
 * The potentiostat was met again: cell off, told, and what became of the block that was running is booked; the engine stands
 * where the test goes on.
 * @param off_before  the cell was known to be off before
 * @param before      its address then; empty: not known
 * @return whether it was shown to be off
 */
bool sg_run_met_again(struct sg_run *run, const struct sg_absence *absence, bool off_before, const char *before);

/** Set the chamber and wait until it has soaked. GO_ON or STOP. */
enum sg_verdict sg_run_soak(struct sg_run *run, double set_c, double soak_s);

/** Cell off for as long as the experiment says; GO_ON, STOP, or HOLD: the temperature left its bounds meanwhile. */
enum sg_verdict sg_run_pause(struct sg_run *run);

/** Wait, cell off, until the chamber has settled; GO_ON or STOP. */
enum sg_verdict sg_run_settle(struct sg_run *run, enum sg_phase phase);

/** What is left of a pause in which the program ended. */
enum sg_verdict sg_run_pause_on(struct sg_run *run);

/** Cell off until the temperature is back; GO_ON or STOP. */
enum sg_verdict sg_run_hold(struct sg_run *run);

/** Before a current is begun: where nobody has watched for 30 s, cell off until somebody does; ten minutes at most. */
enum sg_verdict sg_run_want_guardian(struct sg_run *run);

/**
 * What comes next, cut to what one start() takes; its segments are in run->segments.
 * Errors of the potentiostat's check(): the instrument can never do it.
 */
enum sg_err sg_run_next_action(struct sg_run *run, const struct sg_engine *engine, struct sg_action *action);

/** Every step of the plan, held against the instrument: what it would refuse next week is said now. */
enum sg_err sg_run_check_plan(struct sg_run *run, struct sg_text *why);

/** Start the action's segments and see them through. */
enum sg_verdict sg_run_block(struct sg_run *run, const struct sg_action *action);

/**
 * Cell off, verified, with the test going on afterwards: a link that is lost meanwhile is waited for as ever.
 * GO_ON or STOP.
 */
enum sg_verdict sg_run_safe(struct sg_run *run);

/** How long to go on asking an instrument whose link is there. */
#define SG_RUN_SAFE_S 30.0

/** The last way: cell off, verified, told, recorded. Returns whether it was confirmed. */
bool sg_run_make_safe(struct sg_run *run, double patience_s);

/* ---- watched.c ---- */

/** Start a guardian, if one is asked for and time is not simulated. @retval others as sg_lifeline_open(): no cell may be switched on */
enum sg_err sg_run_begin_guardian(struct sg_run *run, struct sg_text *why);

/** The run begins: tell the guardian the rig and the folder. GO_ON, or STOP: it is not there any more. */
enum sg_verdict sg_run_brief_guardian(struct sg_run *run);

/** A turn. One that is lost is told of, and another one started. */
void sg_run_beat(struct sg_run *run);

/** The cell was shown to be off, or never on: the guardian goes. */
void sg_run_dismiss_guardian(struct sg_run *run);

/** It could not be shown to be off: the guardian stays, and goes on when this process is gone. */
void sg_run_leave_guardian(struct sg_run *run);

#endif

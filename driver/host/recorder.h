/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The run folder: `<institution>__<cell>__<YYYYMMDD>_<nnn>` holding
 *
 *   <same name>.bdf.csv            rows, appended and flushed, never rewritten, valid at every instant
 *   <same name>.bdf.metadata.json  sidecar, replaced atomically
 *   half_steps.csv                 one row per half-step that is over, appended
 *   checkpoint, checkpoint.1       where the test stands, replaced atomically, and the one before
 *   events.csv                     one row per event, written at once
 *   result.json                    the result so far, replaced atomically; see sg_recorder_result()
 *   experiment.yaml, rig.yaml      copies of what was run
 *   .reserve                       room for the last words, see sg_recorder_wind_up(); gone after the run
 *
 * Rows are collected and written in one write(2) per batch; fdatasync begins at a stated interval and at
 * every event and step change. A thread of the recorder's own does both, see spool.h: whoever drives an instrument
 * never waits for a disk under current. What waits is open(), flush(), wind_up(), close(), and result() if the run is over.
 *
 * Errors of the disk are never swallowed: each is returned as soon as it is known, by whatever is called next. An error
 * from row() or event() does not say that it was lost: it is kept as long as the buffer has room (rows: 256 kB) and
 * tried again, and close() says in the end whether anything was lost. A full disk must not end the
 * process: a program that records ignores SIGXFSZ. Nothing allocates after open.
 *
 * A disk that hangs for long is an error too, SG_ERR_BUSY: of tick() when one call has not come back for 30 s, of row()
 * and event() when there is no room any more. A crash of the program costs what came since the latest flush began, so a
 * second, or for as long as a call hangs.
 *
 * One more file holds what BDF has no columns for: `<same name>.quality.csv`, see format/bdf.h. In
 * lockstep (clock speed 0) there is no thread, and only the interval, counted in real time, waits for the disk.
 *
 * One thread calls all of these, and no child of fork() does.
 */
#ifndef SG_HOST_RECORDER_H
#define SG_HOST_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/event.h"
#include "core/text.h"
#include "device.h"
#include "experiment/experiment.h"
#include "experiment/plan.h"
#include "experiment/result.h"
#include "format/row.h"
#include "host/checkpoint.h"
#include "host/resumes.h"

struct sg_recorder;
struct sg_reopened;
struct sg_clock;
struct sg_disk;

/** What the sidecar and result.json say beside the numbers. Pointers borrowed until close. */
struct sg_record_meta {
	const struct sg_experiment *experiment;
	const struct sg_plan *plan;
	const struct sg_identity *potentiostat;
	const struct sg_identity *chamber;   /**< or NULL */
	const struct sg_potentiostat_caps *caps;
	const char *experiment_path;         /**< copied into the folder */
	const char *rig_path;                /**< or NULL */
	const char *program_version;
	const char *clock_kind;              /**< "real", "scaled x90", "lockstep" */
	int64_t started_utc_ns;
	const struct sg_disk *disk;          /**< or NULL: the one of this PC */
	const struct sg_resumes *resumes;    /**< the recorder's own, whatever is given */
};

/**
 * Make the folder and open the files. why: one sentence on failure.
 * flush_interval_s: longest time a row waits for fdatasync (1 s usual).
 */
enum sg_err sg_recorder_open(const struct sg_record_meta *meta, double flush_interval_s, struct sg_clock *clock,
			     struct sg_text *why, struct sg_recorder **out);

/**
 * The same for a test that goes on in a folder that exists: see host/run_reopen.h. Tables are gone on with, nothing is copied, and
 * what the documents say of earlier events is read from events.csv.
 *
 * @param from  its folder and checkpoint; the folder belongs to the recorder then, also on failure
 * meta: started_utc_ns is that of the checkpoint
 */
enum sg_err sg_recorder_reopen(const struct sg_record_meta *meta, struct sg_reopened *from, double flush_interval_s,
			       struct sg_clock *clock, struct sg_text *why, struct sg_recorder **out);

/** A half-step is over: one line of half_steps.csv. */
enum sg_err sg_recorder_half_step(struct sg_recorder *recorder, const struct sg_half_step *half_step);

/**
 * Write down where the test stands, behind everything that was recorded before this call.
 *
 * @param checkpoint  time_s, clock_ns, utc_ns, standing, mark.rows and mark.half_steps, state; the rest is filled in here
 * @param wait        until it is there: for what must not be done before. Else it is on its way when this returns
 */
enum sg_err sg_recorder_checkpoint(struct sg_recorder *recorder, const struct sg_checkpoint *checkpoint, bool wait);

/** Path of the folder / of one file in it; valid until close. */
const char *sg_recorder_folder(const struct sg_recorder *recorder);
const char *sg_recorder_table(const struct sg_recorder *recorder);

enum sg_err sg_recorder_row(struct sg_recorder *recorder, const struct sg_row *row);
enum sg_err sg_recorder_event(struct sg_recorder *recorder, const struct sg_event *event, int64_t utc_ns);

/** The first error of the disk, as a sentence for a person; "" if there was none. Static storage. */
const char *sg_recorder_trouble(const struct sg_recorder *recorder);

/** To be called every loop turn: begins a flush when it is time, and says what came of those before. */
enum sg_err sg_recorder_tick(struct sg_recorder *recorder, int64_t now_ns);

/** For how many seconds of real time the disk had not answered at the latest tick(). */
double sg_recorder_silence_s(const struct sg_recorder *recorder);

/** Write everything out now, fdatasync, documents that are on their way too; waits for all of it. */
enum sg_err sg_recorder_flush(struct sg_recorder *recorder);

/**
 * The test is over: give free the room that open() took for this moment (both documents, and what waits in the buffers),
 * and write out everything. Rows and events are taken as before.
 * @return rows that are not in the table all the same
 */
uint64_t sg_recorder_wind_up(struct sg_recorder *recorder);

#define SG_GUARDIAN_WORDS_SIZE 48

/** How a run stands or ended; words for result.json. */
struct sg_run_summary {
	const char *state;      /**< "running", "completed", "stopped", "failed" */
	const char *stopped_by; /**< "" while running; "end_of_plan", "hard_short", "limit_voltage", "operator", "communication", ... */
	char detail[SG_EVENT_TEXT_SIZE]; /**< one sentence */
	bool cell_off_verified;
	double test_time_s;
	char guardian[SG_GUARDIAN_WORDS_SIZE]; /**< who watches over the program, e.g. "watched"; empty: not known yet */
	int64_t ended_utc_ns;   /**< 0 while running */
	bool pausing;           /**< running, but no row will come for long: the documents are due whatever has grown */
};

/**
 * Replace result.json and the sidecar, atomically (write beside, fsync, rename).
 *
 * Any state but "running" is written at once, and so is a pause. While a test runs, a caller hands in how it stands as
 * often as it likes (the runner: between blocks, at most once a minute of the run's clock), and the
 * documents are replaced when rows and events have grown by a quarter of the documents' size since
 * they were replaced last. All rewriting together is thus at most some four times what is recorded,
 * whatever the number of half-steps. Nothing recorded depends on it: rows and events are appended as
 * they come, and a result can be had from them again.
 *
 * Waited for if the run is over; else they are on their way when this returns, and what comes of it is told later.
 * While they are, how it stands is not taken, and a pause (the cell is off) waits for them.
 */
enum sg_err sg_recorder_result(struct sg_recorder *recorder, const struct sg_result *result,
			       const struct sg_run_summary *summary);

/** Flush and close. Returns the first error that lost something. NULL is fine. */
enum sg_err sg_recorder_close(struct sg_recorder *recorder);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Segments for an instrument that has no programs of its own: the host sets every current, looks at the cell, and
 * holds the limits. A driver hands in three operations and gets start, next and stop of its contract.
 *
 * **Time.** Samples lie on a grid that begins with each segment and does not drift; the last one lies at its end. The
 * cell is looked at every min(interval, 1 s), also where no sample is due. The first look beyond a limit ends
 * everything. The set current changes when the segment's time is over: not before, and no later than a command takes.
 *
 * **A host that is late.** Nothing happens while nobody calls sg_stepper_next(): the last current goes on, and no limit
 * is looked at. A late call looks at once, whatever was due; that reading counts with the time it was taken at, and
 * samples left out show as SG_FLAG_GAP_BEFORE on it. If the segment was over meanwhile, it is looked at first (a limit
 * passed must not be followed by the next current) and then changed; the next segment counts from the moment its current
 * was really set, so that none is shortened much by the one before. On time (within SG_STEPPER_LATE_NS) it counts from the
 * planned moment: a PC that takes a while for every message must not make every segment longer by it.
 *
 * **A look that fails** is told as a dropped message and tried again at the next moment of the grid. After
 * SG_STEPPER_BLIND_NS without one valid look the cell is switched off: limits that nobody can see are none.
 */
#ifndef SG_INSTRUMENT_STEPPER_H
#define SG_INSTRUMENT_STEPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/segment.h"
#include "core/text.h"
#include "device.h"

struct sg_clock;

#define SG_STEPPER_SEGMENTS_MAX 16
#define SG_STEPPER_LATE_NS INT64_C(200000000)
#define SG_STEPPER_BLIND_NS INT64_C(5000000000)
/** Most reports one step makes, and a stop behind them. */
#define SG_STEPPER_REPORTS_MAX 8

/** One reading of the cell. */
struct sg_look {
	int64_t host_ns;  /**< when its answer arrived */
	double voltage_v;
	double current_a; /**< exactly 0 at rest */
	uint32_t flags;   /**< of enum sg_flag */
};

/** What a driver brings along. Called by start, next and stop only, one after the other. */
struct sg_stepper_ops {
	/** Set the current. Only with the cell off, or within the range it has: never a change of range. */
	enum sg_err (*set_current)(void *ctx, double current_a, double range_a, int64_t deadline_ns);

	/** The cell relay. On: with the set current at zero. Off: shown to be off as well as the instrument allows. */
	enum sg_err (*cell)(void *ctx, bool on, int64_t deadline_ns);

	/**
	 * A fresh reading at due_ns, or as soon after it as can be.
	 * @retval SG_ERR_TIMEOUT  not ready at the deadline; called again with the same due_ns, it goes on
	 * @retval SG_ERR_GONE
	 * @retval wire errors     this look failed; diag says why
	 */
	enum sg_err (*look)(void *ctx, const struct sg_segment *segment, int64_t due_ns, struct sg_look *out,
			    int64_t deadline_ns);

	int64_t lead_ns;    /**< look() wants to be called so long before due_ns */
	int64_t fastest_ns; /**< no two looks closer than this */
};

/** All state of one sequence. Zeroed storage will do until sg_stepper_init(). */
struct sg_stepper {
	const struct sg_stepper_ops *ops;
	void *ctx;
	struct sg_clock *clock; /**< borrowed */
	struct sg_text *diag;   /**< borrowed */

	struct sg_segment segments[SG_STEPPER_SEGMENTS_MAX];
	size_t count;
	size_t at;
	bool running;

	/* the segment at hand */
	int64_t begin_ns;
	int64_t end_ns;
	int64_t interval_ns;
	int64_t looks;   /**< per sample */
	int64_t look_ns; /**< between two of them */
	int64_t k;     /**< of the next look on the grid, from 1 */
	bool seen_end; /**< its last look was taken, or failed */
	bool hole;     /**< a sample is missing before the next one */
	int64_t seen_ns; /**< the latest valid look */

	struct sg_report reports[SG_STEPPER_REPORTS_MAX];
	size_t report_count;
	size_t report_at;
};

/** Borrow everything for the life of the device. */
void sg_stepper_init(struct sg_stepper *stepper, const struct sg_stepper_ops *ops, void *ctx, struct sg_clock *clock,
		     struct sg_text *diag);

/**
 * Verb 6 of device.h for such an instrument: each segment against the capabilities, and how many of them one start
 * can take: they share mode and range; a rest stands alone.
 */
enum sg_err sg_stepper_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *segments, size_t count,
			     size_t *fits, struct sg_text *why);

/**
 * Begin. The segments have passed sg_stepper_check(); for a current the range is selected, the set current zero and
 * the cell off. An error leaves nothing running, and the cell may be on.
 */
enum sg_err sg_stepper_start(struct sg_stepper *stepper, const struct sg_segment *segments, size_t count,
			     int64_t deadline_ns);

/**
 * Verb 8. Never waits beyond its deadline, but an operation that has begun by then is finished.
 * @retval SG_ERR_TIMEOUT  nothing due yet
 * @retval wire errors     a look failed; ask again
 * @retval SG_ERR_REFUSED  blind for too long: the cell was switched off, the sequence is over
 * @retval SG_ERR_UNCERTAIN, SG_ERR_UNSAFE, SG_ERR_GONE  a current or the cell could not be set; the sequence is over
 */
enum sg_err sg_stepper_next(struct sg_stepper *stepper, struct sg_report *out, int64_t deadline_ns);

/** Verb 9. Cell off; the words about it are kept for next(). */
enum sg_err sg_stepper_stop(struct sg_stepper *stepper, int64_t deadline_ns);

/** Forget everything, reports too: somebody else made the cell safe. */
void sg_stepper_drop(struct sg_stepper *stepper);

#endif

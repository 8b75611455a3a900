/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The clock of one measurement loop: samples on a grid that the instrument keeps by itself.
 *
 *     start            1         2         3      end
 *       |--- interval --|---------|---------|------|
 *
 * Assumed: the first sample is taken one interval after the start, the loop lasts exactly its run
 * time, and a grid point missed because the script was busy is made up for at once, marked as late,
 * with those before it dropped.
 */
#ifndef FW_METHODSCRIPT_SCHEDULE_H
#define FW_METHODSCRIPT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/methodscript_error.h"

/** Shortest interval a loop may have, seconds. Assumed. */
#define FW_MS_INTERVAL_MIN_S 1e-3
/** Longest times in seconds: about 12 days for an interval or wait, 3 years for a loop. Assumed. */
#define FW_MS_WAIT_MAX_S 1e6
#define FW_MS_RUN_MAX_S  1e8

struct fw_ms_schedule {
	int64_t start_ns;
	int64_t interval_ns;
	int64_t run_ns;
	int64_t next; /**< number of the next grid point, from 1 */
	double interval_s;
	bool late; /**< the coming sample missed its grid point */
	bool ends; /**< what comes is the end, not a sample */
	int64_t due_ns;
};

/** Start now. The caller has checked that both are above zero. */
enum fw_ms_code fw_ms_schedule_start(struct fw_ms_schedule *schedule, int64_t now_ns,
				     double interval_s, double run_s);

/** The loop's body is done at now_ns: find what comes next, and when (ends, late, due_ns). */
void fw_ms_schedule_next(struct fw_ms_schedule *schedule, int64_t now_ns);

/** The loop stood still for a while. */
void fw_ms_schedule_shift(struct fw_ms_schedule *schedule, int64_t by_ns);

/** Seconds to nanoseconds, rounded; only for values inside the limits above. */
int64_t fw_ms_nanoseconds(double seconds);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a guardian did, written down: guardian.json in the run folder (replaced atomically), a line in events.csv when it
 * is done, and a sentence on standard error (the terminal, or the journal).
 *
 * guardian.json exists only if a guardian had to act. A stable interface: members are added, never renamed.
 *
 *   program, version, simulated   as in result.json
 *   runner_pid, guardian_pid
 *   cause                 "died": the runner ended without a goodbye; "silent": its loop did not turn; "closed": it let go
 *                         of the guardian and was still there; "unsafe": it ended and could not show the cell off
 *   silence_s             how long a loop may stand still
 *   noticed_at            ISO 8601 UTC with milliseconds
 *   test_time_s           of the run, then
 *   since_beat_s          from the latest sign of life to noticed_at
 *   runner_gone_s         from noticed_at until the runner was known to be gone; null: not yet
 *   cell_off              bool: the instrument confirmed it
 *   cell_off_at           ISO 8601 UTC; null while it is not off
 *   cell_off_s            from noticed_at to that; null while it is not off
 *   attempts              so far
 *   instrument            {family, model, serial, uri}
 *   detail                one sentence: what the latest attempt came to
 */
#ifndef SG_GUARDIAN_REPORT_H
#define SG_GUARDIAN_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guardian/message.h"
#include "guardian/vigil.h"

#define SG_GUARDIAN_DETAIL_SIZE 320

struct sg_guardian_report {
	const struct sg_guardian_brief *brief; /**< borrowed */
	const struct sg_vigil *vigil;          /**< borrowed */
	pid_t runner;
	uint32_t step;        /**< step count of the record */
	int64_t noticed_utc_ns; /**< 0: not yet */
	double test_time_s;   /**< then */
	bool off;
	int64_t off_utc_ns;
	int64_t off_ns;       /**< from noticed to off */
	char detail[SG_GUARDIAN_DETAIL_SIZE];
	char told[SG_GUARDIAN_DETAIL_SIZE]; /**< what was said last: not twice */
};

/** The cause was found. Says so. */
void sg_guardian_report_noticed(struct sg_guardian_report *report, struct sg_vigil_now now);

/** An attempt ended: off, or what it came to. Says so, if it is new, and writes guardian.json and, in the end, the event. */
void sg_guardian_report_tried(struct sg_guardian_report *report, bool off, const char *why, struct sg_vigil_now now);

#endif

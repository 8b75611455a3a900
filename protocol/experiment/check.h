/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Does an experiment fit the instruments it names? Answered at the desk, from capabilities alone:
 * everything that does not fit is a finding with both numbers, not only the first.
 */
#ifndef SG_EXPERIMENT_CHECK_H
#define SG_EXPERIMENT_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "experiment/experiment.h"
#include "experiment/plan.h"
#include "experiment/pulse.h"

/** What the PC offers. */
struct sg_check_env {
	int64_t disk_free_bytes; /**< where the run folder goes; -1: unknown */
	const char *folder_trouble; /**< why no folder can be made there; NULL if nothing is known against it */
};

enum sg_severity {
	SG_SEVERITY_WARNING, /**< it can run; a person should know */
	SG_SEVERITY_ERROR,   /**< it must not run like this */
};

#define SG_FINDINGS_MAX 64
#define SG_FINDING_SIZE 320

struct sg_finding {
	enum sg_severity severity;
	int line;   /**< in the experiment file; 0: not about one place in it, as the disk is not */
	int column; /**< 0 if line is 0 */
	char text[SG_FINDING_SIZE];
};

/**
 * Bytes of one row of the record, for estimates.
 * Assumed: rounded up from rows as they are written; the table of a finished run settles it.
 */
#define SG_CHECK_ROW_BYTES 320

struct sg_check_report {
	size_t count;
	size_t errors;   /**< of all findings, also of those dropped */
	size_t dropped;  /**< findings beyond SG_FINDINGS_MAX */
	struct sg_finding findings[SG_FINDINGS_MAX];
	double rows;            /**< planned rows of the record */
	double file_bytes;      /**< rows x SG_CHECK_ROW_BYTES */
	double net_max_mah_cm2; /**< largest |net areal charge| on the way */
	struct sg_pulse_pace pulse; /**< of the verify pulse, where one is asked for and can be; else zero */
	const char *host_loss;  /**< one sentence: what holds the cell when the PC dies. Static storage */
	double host_loss_s;     /**< at most so long a current flows on then, s; INFINITY: nothing ends it; NAN: unknown */
};

/**
 * Check.
 *
 * @param plan     expanded from experiment with the same capabilities
 * @param chamber  NULL if the rig has none
 * @param report   written in full; about 20 kB
 */
void sg_check(const struct sg_experiment *experiment, const struct sg_plan *plan,
	      const struct sg_potentiostat_caps *caps, const struct sg_chamber_caps *chamber,
	      const struct sg_check_env *env, struct sg_check_report *report);

/** Takes one line of text, without its line break; borrowed during the call. */
typedef void sg_check_line(void *context, const char *line);

/**
 * Say what would be done: the steps as a table (identical cycles once, with their number), totals,
 * what holds the cell when the PC dies, and the findings as file:line:column.
 */
void sg_check_print(const struct sg_experiment *experiment, const struct sg_plan *plan,
		    const struct sg_check_report *report, sg_check_line *line, void *context);

#endif

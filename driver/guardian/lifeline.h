/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The runner's end of the line to its guardian: starts it, tells it the rig, sends it beats, says goodbye. One owner
 * thread. Nothing here ever waits for the guardian while samples are due: what cannot be said at once is not said.
 */
#ifndef SG_GUARDIAN_LIFELINE_H
#define SG_GUARDIAN_LIFELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"
#include "core/text.h"
#include "guardian/message.h"

struct sg_clock;

enum sg_lifeline_news {
	SG_LIFELINE_NO_NEWS,
	SG_LIFELINE_LOST,   /**< the guardian ended, or takes nothing any more; another one is started */
	SG_LIFELINE_BACK,   /**< another one watches */
};

/** All zero: no guardian, and everything below does nothing. */
struct sg_lifeline {
	const char *program;  /**< borrowed; NULL: none */
	int fd;
	pid_t pid;            /**< 0: none */
	bool ready;           /**< it said so */
	bool told_lost;
	unsigned lost;        /**< how many were */
	bool untold;          /**< the brief was not taken yet */
	int64_t lost_ns;      /**< CLOCK_MONOTONIC since when nobody watches, while not ready */
	int64_t sent_ns;      /**< CLOCK_MONOTONIC of the latest beat that was taken */
	int64_t started_ns;   /**< of the latest start */
	int64_t again_ns;     /**< before which no other one is started */
	int64_t pause_ns;
	uint32_t step;        /**< for the beats */
	struct sg_guardian_message brief; /**< word 0: not briefed yet */
};

/**
 * Start a guardian and wait until it says that it runs, 5 s at most.
 * @param program  whose verb "guardian" it is, e.g. "/proc/self/exe"
 * @param why      on failure one sentence
 * @retval SG_ERR_NOT_FOUND, SG_ERR_IO, SG_ERR_TIMEOUT, ...  there is none
 */
enum sg_err sg_lifeline_open(struct sg_lifeline *line, const char *program, struct sg_text *why);

/** Tell it the rig, and keep that for those that may follow. @retval SG_ERR_GONE  it is not there */
enum sg_err sg_lifeline_brief(struct sg_lifeline *line, const struct sg_guardian_brief *brief);

/** The loop turns. Sends at most one beat in 100 ms. Says, once each, that the guardian was lost or is back. */
enum sg_lifeline_news sg_lifeline_beat(struct sg_lifeline *line);

/** For how long nobody has watched, real time; 0 while somebody does, and where there is to be nobody. */
int64_t sg_lifeline_unwatched_ns(const struct sg_lifeline *line);

/** A call comes that may take timeout_ns of this clock's time (with its patience) before the next beat. NULL: nothing. */
void sg_lifeline_busy(struct sg_lifeline *line, const struct sg_clock *clock, int64_t timeout_ns);

/** The cell is off: it may go. Waits until it has, 2 s at most. */
void sg_lifeline_goodbye(struct sg_lifeline *line);

/** We go, and the cell could not be shown to be off: it stays. Returns its process id, 0 if there is none. */
pid_t sg_lifeline_part(struct sg_lifeline *line);

#endif

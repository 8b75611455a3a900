/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A running test on a terminal: one line that is rewritten, events above it as they come. Without a
 * terminal (a log file, a pipe) a line every few seconds instead.
 */
#ifndef SG_TOOLS_LIVE_VIEW_H
#define SG_TOOLS_LIVE_VIEW_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "runner/runner.h"
#include "screen.h"

struct sg_live_view {
	struct sg_run_observer observer;
	bool terminal;       /**< rewrite the line */
	bool line_open;      /**< the rewritten line stands without its line break */
	bool all_events;     /**< also the steps, which the line shows anyway */
	int64_t shown_ns;    /**< real time of the latest line */
	int64_t every_ns;
	const volatile sig_atomic_t *suspensions;
	bool suspension_told;
	struct sg_screen screen;
};

/**
 * Observe on standard output, which nobody else writes to until sg_live_view_end(). The observer in it is valid as long as
 * the view is.
 * @param suspensions  how often somebody wanted to suspend the program (Ctrl-Z), or NULL: told that it does not
 */
void sg_live_view_init(struct sg_live_view *view, bool all_events, const volatile sig_atomic_t *suspensions);

/** Leave the cursor on a fresh line. Waits until everything is written. */
void sg_live_view_end(struct sg_live_view *view);

#endif

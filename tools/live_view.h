/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A running test on a terminal: one line that is rewritten, events above it as they come. Without a
 * terminal (a log file, a pipe) a line every few seconds instead.
 */
#ifndef SG_TOOLS_LIVE_VIEW_H
#define SG_TOOLS_LIVE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "runner/runner.h"

struct sg_live_view {
	struct sg_run_observer observer;
	bool terminal;       /**< rewrite the line */
	bool line_open;      /**< the rewritten line stands without its line break */
	bool all_events;     /**< also the steps, which the line shows anyway */
	int64_t shown_ns;    /**< real time of the latest line */
	int64_t every_ns;
	unsigned left_out;   /**< lines that found no room, since the latest one that did */
};

/** Observe on standard output. The observer in it is valid as long as the view is. */
void sg_live_view_init(struct sg_live_view *view, bool all_events);

/** Leave the cursor on a fresh line. */
void sg_live_view_end(struct sg_live_view *view);

#endif

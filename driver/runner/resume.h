/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Goes on with a run whose program ended before it did: from the checkpoint, from the rows behind it, and from what the
 * instrument can tell of the time in which nobody watched.
 *
 * The order is fixed: the same instrument is met and made safe before a byte of the record is touched; then what came of
 * the block that was running is booked as for a lost link (known, or unknown, never repeated); then, as the experiment
 * says, the test goes on, is held, or ends.
 */
#ifndef SG_RUNNER_RESUME_H
#define SG_RUNNER_RESUME_H

#include "host/run_reopen.h"
#include "runner/runner.h"

/**
 * Go on to the end. The rig is looked up, not open; it is opened here and stays open, cell off.
 *
 * @param from   taken over: its folder belongs to the run from here on, also on failure
 * @param go_on  a person says that it is to go on, whatever the experiment's on_resume says
 *
 * @retval SG_ERR_GONE, SG_ERR_IDENTITY, ...  the instrument was not met: nothing was changed, and it can be tried again.
 *                                            outcome->folder is empty then
 * @retval SG_ERR_FORMAT  the record does not go on from where the checkpoint stands, or the plan is another: likewise
 * @retval SG_ERR_STATE   held: cell off, outcome->summary.state is "held"; it goes on when a person says so
 * @retval others         as sg_run()
 */
enum sg_err sg_run_resume(const struct sg_run_config *config, struct sg_reopened *from, bool go_on,
			  struct sg_run_outcome *outcome, struct sg_text *why);

#endif

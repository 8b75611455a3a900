/* SPDX-License-Identifier: Apache-2.0 */
/* A test that waits for a person: cell off, all told, and the folder as it is for whoever goes on. */
#include <stdio.h>

#include "host/clock.h"
#include "runner/run.h"

bool sg_run_hold_asked(const struct sg_run *run)
{
	return run->config->holds && *run->config->holds;
}

bool sg_run_heed_hold(struct sg_run *run)
{
	struct sg_event event;

	if (!sg_run_hold_asked(run) || run->stopped_by)
		return false;
	if (!run->held) {
		sg_event_init(&event, SG_EVENT_OPERATOR, SG_GRADE_INFO, sg_run_now_s(run));
		sg_event_say(&event, "hold asked for by the operator");
		sg_run_tell(run, &event);
	}
	run->held = true;
	return true;
}

enum sg_err sg_run_leave_held(struct sg_run *run, struct sg_run_outcome *outcome)
{
	struct sg_run_summary *summary = &outcome->summary;
	struct sg_event event;
	enum sg_err err, err2;

	sg_event_init(&event, SG_EVENT_PAUSE, SG_GRADE_WARNING, sg_run_now_s(run));
	sg_event_say(&event, "held, cell off: the test goes on when a person says so (sandglass resume --go-on)");
	sg_run_tell(run, &event);
	summary->state = "held";
	summary->stopped_by = "";
	summary->cell_off_verified = true;
	summary->test_time_s = sg_run_now_s(run);
	summary->pausing = true;
	snprintf(summary->detail, sizeof(summary->detail), "held, cell off: sandglass resume --go-on");
	sg_run_checkpoint(run, SG_CHECKPOINT_HELD, true);
	err = sg_recorder_result(run->recorder, run->result, summary);
	err2 = sg_recorder_close(run->recorder);
	snprintf(run->detail, sizeof(run->detail), "%s", summary->detail);
	return err ? err : err2 ? err2 : SG_ERR_STATE;
}

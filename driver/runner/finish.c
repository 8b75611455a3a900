/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: cell off and shown to be, chamber as agreed, the record closed. */
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "runner/run.h"

bool sg_run_make_safe(struct sg_run *run, double patience_s)
{
	char storage[SG_DIAG_SIZE];
	struct sg_event event;
	struct sg_text why;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_rig_safe_off(run->rig, patience_s, &why);
	sg_event_init(&event, SG_EVENT_SAFE_OFF, err ? SG_GRADE_ALARM : SG_GRADE_INFO, sg_run_now_s(run));
	if (err)
		sg_event_say(&event, "THE CELL COULD NOT BE SHOWN TO BE OFF: %s", why.data);
	else
		sg_event_say(&event, "cell off, read back from the instrument%s%s", why.length ? "; " : "", why.data);
	sg_run_tell(run, &event);
	return !err;
}

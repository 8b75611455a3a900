/* SPDX-License-Identifier: Apache-2.0 */
/* When and how a run writes down where it stands. */
#include <stdio.h>

#include "core/units.h"
#include "experiment/result_record.h"
#include "host/clock.h"
#include "runner/run.h"
#include "runner/state.h"

/*
 * What is behind the checkpoint is read again from the rows, so its age costs nothing but time; it must not be from before
 * something that rows do not tell.
 */
#define CHECKPOINT_INTERVAL_S 60.0

/* Half-steps that ended since the latest one go before it. */
static void record_half_steps(struct sg_run *run)
{
	const size_t over = sg_result_over(run->result);

	for (; run->half_steps_told < over; run->half_steps_told++) {
		if (sg_recorder_half_step(run->recorder, &run->result->half_steps[run->half_steps_told]))
			run->disk_failed = true;
	}
}

static enum sg_trace trace_of(const struct sg_run *run)
{
	const struct sg_rig_slot *slot = &run->rig->potentiostat;
	struct sg_absence absence = { .trace = SG_TRACE_NONE };

	if (slot->device && slot->family->potentiostat->part)
		slot->family->potentiostat->part(slot->device, &absence);
	return absence.trace;
}

void sg_run_checkpoint(struct sg_run *run, enum sg_checkpoint_standing standing, bool wait)
{
	struct sg_walk walk = sg_walk_writing(run->state, sizeof(run->state));
	struct sg_state_rest rest = { .pause_until_s = run->pause_until_s, .trace = trace_of(run) };
	struct sg_checkpoint checkpoint = {
		.utc_ns = sg_clock_utc_ns(run->config->clock),
		.clock_ns = sg_clock_now_ns(run->config->clock),
		.standing = standing,
		.state = run->state,
	};

	record_half_steps(run);
	snprintf(rest.port, sizeof(rest.port), "%s", run->rig->potentiostat.config->port);
	sg_state_save(&walk, run, &rest);
	checkpoint.state_size = walk.at;
	checkpoint.time_s = sg_run_now_s(run);
	checkpoint.mark.rows = run->books.row.record_index;
	checkpoint.mark.half_steps = run->half_steps_told;
	run->checkpoint_due = false;
	run->checkpoint_s = checkpoint.time_s;
	run->checkpoint_real_ns = sg_clock_now_ns(&run->real.clock);
	if (walk.bad || sg_recorder_checkpoint(run->recorder, &checkpoint, wait))
		run->disk_failed = true;
}

/* In lockstep a test of weeks takes minutes: there it is the PC's own time that counts. */
static bool is_old(const struct sg_run *run)
{
	if (run->config->clock->speed > 0.0)
		return sg_run_now_s(run) - run->checkpoint_s >= CHECKPOINT_INTERVAL_S;
	return sg_clock_now_ns((struct sg_clock *)&run->real.clock) - run->checkpoint_real_ns >= sg_ns(CHECKPOINT_INTERVAL_S);
}

void sg_run_checkpoint_if_due(struct sg_run *run)
{
	/* What was decided and is not done yet must be found again in the rows; a pulse is a part of that. */
	if (run->block.ordered_off || (run->block.is_pulse && run->block.count) || (!run->checkpoint_due && !is_old(run)))
		return;
	sg_run_checkpoint(run, SG_CHECKPOINT_RUNNING, false);
}

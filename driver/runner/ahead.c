/* SPDX-License-Identifier: Apache-2.0 */
/* What comes next in the plan, and whether this instrument can do it. */
#include "runner/run.h"

enum sg_err sg_run_next_action(struct sg_run *run, const struct sg_engine *engine, struct sg_action *action)
{
	const struct sg_potentiostat_caps *caps = run->rig->caps;
	const size_t most = caps->sequence_max < SG_BLOCK_STEPS_MAX ? caps->sequence_max : SG_BLOCK_STEPS_MAX;
	const struct sg_rig_slot *slot = &run->rig->potentiostat;
	size_t fits;
	enum sg_err err;

	*action = sg_engine_next(engine, caps->gapless, run->segments, most);
	if (action->kind != SG_ACTION_RUN)
		return SG_OK;
	err = slot->family->potentiostat->check(slot->device, run->segments, action->count, &fits);
	if (!err && fits < action->count)
		action->count = fits;
	return err;
}

/* After any of these steps there may be a pulse: the instrument must be able to. */
static enum sg_err check_pulses(const struct sg_run *run, const struct sg_action *action)
{
	const struct sg_rig_slot *slot = &run->rig->potentiostat;
	struct sg_segment pulse[SG_PULSE_PARTS];
	enum sg_err err = SG_OK;
	size_t fits;

	for (size_t i = 0; i < action->count && !err; i++) {
		if (run->segments[i].mode != SG_MODE_GALVANOSTATIC)
			continue;
		sg_pulse_segments(&run->verify.pace, &run->segments[i], pulse);
		err = slot->family->potentiostat->check(slot->device, pulse, SG_PULSE_PARTS, &fits);
		if (!err && fits < SG_PULSE_PARTS)
			err = SG_ERR_UNSUPPORTED;
	}
	return err;
}

enum sg_err sg_run_check_plan(struct sg_run *run, struct sg_text *why)
{
	struct sg_engine ahead = run->engine;
	struct sg_action action;
	enum sg_err err;

	while ((err = sg_run_next_action(run, &ahead, &action)) == SG_OK && action.kind != SG_ACTION_DONE) {
		if (run->config->experiment->verify_pulse && action.kind == SG_ACTION_RUN)
			err = check_pulses(run, &action);
		if (err)
			break;
		for (size_t i = 0; i < action.count; i++)
			sg_engine_step_done(&ahead, action.step + i);
	}
	if (err)
		sg_text_add(why, "step %s: %s", run->config->plan->steps[action.step].id,
			    sg_device_diag(run->rig->potentiostat.device));
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "guardian/takeover.h"

enum sg_err sg_takeover_init(struct sg_takeover *takeover, const struct sg_guardian_brief *brief, struct sg_text *why)
{
	struct sg_rig_slot *slot = &takeover->rig.potentiostat;
	enum sg_err err = sg_rig_look_up(&brief->rig, &takeover->rig, why);

	if (err)
		return err;
	takeover->brief = brief;
	sg_host_clock_init(&takeover->clock, brief->speed);
	takeover->rig.clock = &takeover->clock.clock;
	slot->identity = brief->identity;
	slot->whereabouts = brief->whereabouts;
	slot->neighbours = brief->neighbours;
	return SG_OK;
}

enum sg_err sg_takeover_try(struct sg_takeover *takeover, struct sg_text *why)
{
	struct sg_rig *rig = &takeover->rig;
	enum sg_err err;

	sg_text_clear(why);
	err = sg_rig_return(rig, NULL, why);
	if (!err)
		err = sg_rig_safe_off(rig, 0.0, why);
	sg_rig_close(rig); /* a port that is held for nothing keeps others out */
	return err;
}

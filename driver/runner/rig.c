/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/rig.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "guardian/lifeline.h"
#include "host/clock.h"

#define SAFE_OFF_NS (5 * SG_NS_PER_S)
#define RETRY_NS (500 * SG_NS_PER_MS)

enum sg_err sg_rig_look_up(const struct sg_rig_config *config, struct sg_rig *rig, struct sg_text *why)
{
	enum sg_err err;

	memset(rig, 0, sizeof(*rig));
	err = sg_slot_look_up(&rig->potentiostat, &config->potentiostat, SG_KIND_POTENTIOSTAT, why);
	if (err)
		return err;
	rig->caps = rig->potentiostat.family->potentiostat->caps(sg_slot_model(&rig->potentiostat));
	if (!config->chamber.present)
		return SG_OK;
	err = sg_slot_look_up(&rig->chamber, &config->chamber, SG_KIND_CHAMBER, why);
	if (err)
		return err;
	rig->chamber_caps = rig->chamber.family->chamber->caps(sg_slot_model(&rig->chamber));
	return SG_OK;
}

static enum sg_err open_slot(struct sg_rig *rig, struct sg_rig_slot *slot, struct sg_text *why)
{
	enum sg_err err = sg_slot_connect(slot, slot->config->port, rig->clock, why);

	return err ? err : sg_slot_meet(slot, rig->clock, false, NULL, why);
}

enum sg_err sg_rig_open(struct sg_rig *rig, const struct sg_rig_config *config, struct sg_clock *clock,
			struct sg_text *why)
{
	const struct sg_potentiostat_caps *found;
	enum sg_err err;

	err = sg_rig_look_up(config, rig, why);
	if (err)
		return err;
	rig->clock = clock;
	err = open_slot(rig, &rig->potentiostat, why);
	if (!err && sg_rig_safe_off(rig, 5.0, why)) {
		/* It said who it is and cannot be shown to be off: an earlier run may have left it so. */
		sg_text_add(why, "; the cell could not be shown to be off");
		err = SG_ERR_UNSAFE;
	}
	if (!err && rig->chamber.config)
		err = open_slot(rig, &rig->chamber, why);
	if (err) {
		sg_rig_close(rig);
		return err;
	}
	/* The model that answered counts, not the one that was assumed. */
	found = rig->potentiostat.family->potentiostat->caps(rig->potentiostat.identity.model);
	if (found)
		rig->caps = found;
	return SG_OK;
}

static enum sg_err ask_safe_off(struct sg_rig *rig)
{
	sg_lifeline_busy(rig->potentiostat.lifeline, rig->clock, SAFE_OFF_NS);
	return rig->potentiostat.family->potentiostat->safe_off(rig->potentiostat.device,
								 sg_clock_patient_deadline(rig->clock, SAFE_OFF_NS));
}

enum sg_err sg_rig_return(struct sg_rig *rig, struct sg_absence *absence, struct sg_text *why)
{
	return sg_slot_return(&rig->potentiostat, rig->clock, absence, why);
}

enum sg_err sg_rig_safe_off(struct sg_rig *rig, double patience_s, struct sg_text *why)
{
	const int64_t until_ns = sg_clock_patient_deadline(rig->clock, sg_ns(patience_s));
	enum sg_err err = SG_ERR_GONE;
	int attempts = 0;

	for (;;) {
		if (rig->potentiostat.device) {
			err = ask_safe_off(rig);
			if (!err)
				break;
			sg_text_clear(why);
			sg_text_add(why, "%s: %s (%s)", rig->potentiostat.family->title,
				    sg_device_diag(rig->potentiostat.device), sg_err_text(err));
		}
		if (sg_clock_now_ns(rig->clock) >= until_ns)
			return err;
		attempts++;
		sg_clock_sleep_until(rig->clock, sg_clock_deadline(rig->clock, RETRY_NS));
		if (err == SG_ERR_GONE) { /* another one that answers is left alone, and ours waited for */
			sg_text_clear(why);
			sg_rig_return(rig, NULL, why);
		}
	}
	if (attempts) {
		sg_text_clear(why);
		sg_text_add(why, "needed %d more attempts", attempts);
	}
	return SG_OK;
}

void sg_rig_drop_chamber(struct sg_rig *rig)
{
	sg_slot_disconnect(&rig->chamber);
}

enum sg_err sg_rig_reopen_chamber(struct sg_rig *rig, struct sg_text *why)
{
	return sg_slot_connect(&rig->chamber, rig->chamber.config->port, rig->clock, why);
}

void sg_rig_close(struct sg_rig *rig)
{
	sg_slot_disconnect(&rig->potentiostat);
	sg_slot_disconnect(&rig->chamber);
}

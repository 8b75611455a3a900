/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A rig: one potentiostat channel and an optional chamber, owned by one loop.
 */
#ifndef SG_RUNNER_RIG_H
#define SG_RUNNER_RIG_H

#include <stdbool.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/text.h"
#include "device.h"
#include "experiment/experiment.h"
#include "runner/slot.h"

struct sg_clock;

struct sg_rig {
	struct sg_clock *clock;
	struct sg_rig_slot potentiostat;
	struct sg_rig_slot chamber; /**< config NULL if the rig has none */
	const struct sg_potentiostat_caps *caps;
	const struct sg_chamber_caps *chamber_caps; /**< or NULL */
};

/**
 * What the models of a rig can do, without a connection.
 * @retval SG_ERR_ARGUMENT  unknown family or model, or a family of the wrong kind; why names what is known
 */
enum sg_err sg_rig_look_up(const struct sg_rig_config *config, struct sg_rig *rig, struct sg_text *why);

/**
 * Open the ports, attach, identify, and make the cell safe (verified). On failure everything is
 * closed again; why says which instrument, which step, what would help.
 *
 * Blocks up to about 15 s per instrument. Allocates.
 * @retval SG_ERR_UNSAFE  the potentiostat is the right one, and its cell could not be shown to be off
 */
enum sg_err sg_rig_open(struct sg_rig *rig, const struct sg_rig_config *config, struct sg_clock *clock,
			struct sg_text *why);

/**
 * The cell off, verified, by every path that is left: on the open link first; if that is gone, the port
 * is opened again, the same instrument identified, and asked again, until patience_s has passed.
 *
 * @param why  on failure (and after a success that needed more than one attempt) one sentence
 * @retval SG_OK             off and confirmed by the instrument
 * @retval SG_ERR_UNCERTAIN, SG_ERR_UNSAFE, SG_ERR_GONE, ...  not confirmed
 */
enum sg_err sg_rig_safe_off(struct sg_rig *rig, double patience_s, struct sg_text *why);

/** The potentiostat's link is lost: one attempt to find it and meet it again, see sg_slot_return(). */
enum sg_err sg_rig_return(struct sg_rig *rig, struct sg_absence *absence, struct sg_text *why);

/**
 * The chamber's link is lost: close it. sg_rig_reopen_chamber() opens the port again; whether the chamber
 * is behind it shows at the next question. A chamber moves no amperes, and most cannot say who they are.
 *
 * Blocks as long as opening a port does. Allocates: only after a link was lost.
 */
void sg_rig_drop_chamber(struct sg_rig *rig);
enum sg_err sg_rig_reopen_chamber(struct sg_rig *rig, struct sg_text *why);

/** Close both instruments. Sends nothing: sg_rig_safe_off() first. */
void sg_rig_close(struct sg_rig *rig);

#endif

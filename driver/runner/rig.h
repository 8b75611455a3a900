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

struct sg_clock;

/** One instrument of a rig. All zero while closed. */
struct sg_rig_slot {
	const struct sg_instrument_config *config; /**< borrowed from the experiment */
	const struct sg_family *family;
	struct sg_device *device; /**< owned; NULL while closed */
	struct sg_identity identity;
	char usb_serial[SG_PLACE_SIZE]; /**< of the cable's other end when it was met; empty if it has none */
	bool stranger;                  /**< another instrument answered on this port: left alone while it stays */
};

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

/**
 * The potentiostat's link is lost: open its port again and meet the same instrument, idle and with the cell off.
 * One attempt. Another instrument is closed again, and asked nothing more until the port has been away.
 *
 * @param absence  what became of its sequence, see device.h; or NULL
 * @retval SG_ERR_IDENTITY  another one is there
 * @retval SG_ERR_NOT_FOUND, SG_ERR_GONE, SG_ERR_TIMEOUT, ...  not yet
 */
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

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One instrument's place in a rig: which family, which port, who was met there; and how the same one is found
 * again after its link was lost.
 */
#ifndef SG_RUNNER_SLOT_H
#define SG_RUNNER_SLOT_H

#include <stdbool.h>

#include "core/error.h"
#include "core/text.h"
#include "device.h"
#include "experiment/experiment.h"
#include "transport/faulty.h"
#include "transport/whereabouts.h"

struct sg_clock;
struct sg_lifeline;

/** All zero while closed. */
struct sg_rig_slot {
	const struct sg_instrument_config *config; /**< borrowed from the experiment */
	const struct sg_family *family;
	struct sg_device *device; /**< owned; NULL while closed */
	struct sg_identity identity;
	struct sg_whereabouts whereabouts; /**< where it was met last; uri empty before the first time */
	struct sg_neighbours neighbours;   /**< who else was plugged in while it was, since it was met last */
	/** Address at which another instrument said who it is: left alone while it stays there. Else empty. */
	char stranger[SG_WHEREABOUTS_URI_SIZE];
	struct sg_lifeline *lifeline; /**< borrowed, or NULL: told before a call that may take long */
	struct sg_fault_counts faults; /**< what a faulty: cable did to it, over all its openings */
};

/**
 * Family and model by name, without a connection.
 * @retval SG_ERR_ARGUMENT  unknown, or of another kind; why names what is known
 */
enum sg_err sg_slot_look_up(struct sg_rig_slot *slot, const struct sg_instrument_config *config, enum sg_kind kind,
			    struct sg_text *why);

/** The model that is configured, or the family's default. */
const char *sg_slot_model(const struct sg_rig_slot *slot);

/** Open the port and build the device. Nothing is asked. Allocates. Errors as sg_transport_open(). */
enum sg_err sg_slot_connect(struct sg_rig_slot *slot, const char *uri, struct sg_clock *clock, struct sg_text *why);

/** Close the device and its port. Sends nothing. */
void sg_slot_disconnect(struct sg_rig_slot *slot);

/**
 * Attach and identify what is connected; on success it is who the slot holds from now on.
 * @param same     only the instrument that was met before will do
 * @param absence  see device.h, or NULL
 */
enum sg_err sg_slot_meet(struct sg_rig_slot *slot, struct sg_clock *clock, bool same, struct sg_absence *absence,
			 struct sg_text *why);

/**
 * The link is lost: look where the instrument may be now, and meet it. One attempt at each address. What does not
 * turn out to be it is closed again.
 *
 * Who is asked what: at its old place, or where its own serial number is, it is attached to. A device of the
 * same kind elsewhere may be somebody else's: it is asked only what changes nothing (peek), and only if this
 * instrument carries a mark to know it by. What was there while ours was, or sits where such a one did, is not
 * ours and is not even opened: what is stored inside can be a copy.
 *
 * @retval SG_ERR_IDENTITY   another one is there
 * @retval SG_ERR_NOT_FOUND, SG_ERR_GONE, SG_ERR_TIMEOUT, SG_ERR_BUSY, ...  not (yet)
 */
enum sg_err sg_slot_return(struct sg_rig_slot *slot, struct sg_clock *clock, struct sg_absence *absence,
			   struct sg_text *why);

#endif

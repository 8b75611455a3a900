/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Jumps of the voltage that the bench makes: a contact that gets worse from one reading to the next and stays so (a
 * step in series, taken into the baselines), a loose current lead (spikes that return), a sense lead that is off
 * (a voltage the current cannot have made). While one of them is at hand nothing is said about the cell.
 */
#ifndef SG_DETECT_CONTACT_H
#define SG_DETECT_CONTACT_H

#include "detect/residual.h"

void sg_contact_init(struct sg_contact *contact);

/**
 * A settled reading of a cell without a hard short.
 * @return events written, 0 or 1
 */
size_t sg_contact_feed(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
		       struct sg_event *event);

/**
 * The voltage ran away from healthy to double within seconds: a lead. The cell is not judged until it is back.
 * @return 1: an event was written
 */
size_t sg_contact_run_away(struct sg_contact *contact, const struct sg_residual *r, const struct sg_reading *reading,
			   double excess, struct sg_event *event);

/**
 * A settled reading, hard short or not: is it one the current cannot have made? Comes before sg_contact_feed().
 * @return events written, 0 or 1
 */
size_t sg_contact_watch(struct sg_detector *detector, const struct sg_residual *r, const struct sg_reading *reading,
			struct sg_event *event);

/** Readings are missing or on the rail: the next one does not continue the latest. */
void sg_contact_break(struct sg_contact *contact);

/** A jump is at hand, or the voltage was not the cell's a moment ago. */
bool sg_contact_in_doubt(const struct sg_contact *contact, double now_s);

#endif

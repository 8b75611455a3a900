/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Stretches of constant current: where they begin, at which level, and what came before. From the set
 * current where it is known, else from the measured one: three readings that agree make a level (two, if
 * the table says that another step began), so that readings spoilt by a switch of range make none.
 */
#ifndef SG_DETECT_STRETCH_H
#define SG_DETECT_STRETCH_H

#include "detect/detector.h"

void sg_stretch_init(struct sg_stretch *stretch);

/**
 * Feed one reading.
 * @param now_s        bridged time
 * @param noise_a      rms of the current, 0 while unknown
 * @return whether the current is on the level of the stretch
 */
bool sg_stretch_feed(struct sg_stretch *stretch, const struct sg_reading *reading, double now_s, double noise_a);

/** Readings are missing in front of the one that will be fed next, at now_s. gap_s: for how long; INFINITY: unknown. */
void sg_stretch_gap(struct sg_stretch *stretch, double now_s, double gap_s);

/** Seconds since the stretch began. */
double sg_stretch_phase_s(const struct sg_stretch *stretch, double now_s);

/** After a rest too short to relax in, it goes on in the direction of the current before: one of a train of pulses. */
bool sg_stretch_goes_on(const struct sg_stretch *stretch);

/** Long enough after a change or gap for V/I to be shown and learned as a plateau. */
bool sg_stretch_is_settled(const struct sg_stretch *stretch, double now_s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a healthy cell does when its current changes: the voltage jumps by at least the change times the
 * resistance that acts at once, and goes on in the direction of the new current from there. What jumps higher and
 * comes back, as nucleation does, counts by the least that it came back to. This holds
 * after any history of currents and rests, so that it tells a short from the low voltage of a cell that
 * is still polarized the other way. Until a change of current was seen, the first current of the rested cell
 * counts as one: from 0 V, where two like electrodes rest.
 */
#ifndef SG_DETECT_JUMP_H
#define SG_DETECT_JUMP_H

#include "detect/detector.h"

void sg_jump_init(struct sg_jump *jump);

/**
 * Another current begins.
 * @param before_a  level of the stretch that ends, NAN: this is the first
 * @param keep      what was read in the stretch that ends was the healthy cell
 */
void sg_jump_begin(struct sg_jump *jump, double before_a, bool keep);

/**
 * Readings are missing: what came before is unknown. keep: as above; what the stretch showed at its beginning
 * counts. thermal: as below.
 */
void sg_jump_gap(struct sg_jump *jump, const struct sg_stretch *stretch, double thermal, bool keep);

/** A reading with no current: what the next current will jump from. */
void sg_jump_rest(struct sg_jump *jump, double voltage_v);

/**
 * A reading on its level, not the first of its stretch.
 * @param thermal  resistance at the present temperature over that at 25 degC
 * @param healthy  nothing looks other than the healthy cell
 */
void sg_jump_feed(struct sg_jump *jump, const struct sg_stretch *stretch, double now_s, double voltage_v,
		  double thermal, bool healthy);

/**
 * Nothing but the first current of all tells the jump: true only if the cell had rested before, which nobody saw.
 * A cell that was polarized in the same direction shows more at once than its ohmic part.
 */
bool sg_jump_is_assumed(const struct sg_jump *jump);

/**
 * The least fraction of the expected resistance that a healthy cell shows now; NAN if nothing is known.
 * expected_ohm and thermal at the hottest that the cell can be; largest_a: of all so far.
 */
double sg_jump_least_fraction(const struct sg_jump *jump, const struct sg_stretch *stretch, double now_s,
			      double expected_ohm, double thermal, double largest_a);

#endif

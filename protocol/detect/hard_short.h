/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The hard short: apparent resistance below 8 % of the expected one for at least 2 readings and 1 s,
 * flat, following the current, and no healthy transient. What is low but does not show that it follows
 * the current is told as "a short or a lost sense lead".
 *
 * No healthy transient means one of
 *   - it fell: earlier in the same stretch the reading was healthy. At constant current no relaxation
 *     takes the voltage away, but for that of a peak of nucleation: early after a reversal it is to have fallen
 *     from one of the latest readings;
 *   - from where the voltage was before the current changed, a healthy cell would have jumped to more than
 *     30 % (jump.h), or it is the first current of a rested cell;
 *   - the cell has shown far more at this phase of such half-steps;
 *   - it does not rise as that of a cell that comes out of a reversal must (rise.h), which nothing is known to
 *     make fall, or it stays in the band longer than such a cell could (thresholds.h).
 * The first two cost no time: a cell whose resistance is mostly ohmic, as of a ceramic, is told within 2 readings
 * and 1 s of what counts. The others are for cells that build up more than a third of their voltage slowly (gel,
 * liquid, polymer), right after a reversal: sg_hard_short_latest_s().
 * A low run that began in one stretch continues in the next. The first reading of a stretch does not
 * count: a switch of current range spoils it.
 *
 * Told once; latched until the resistance was back above 50 % for 60 s. An uncertain one becomes a hard
 * short when the voltage turns with the current at the next reversal, or goes when the current does.
 */
#ifndef SG_DETECT_HARD_SHORT_H
#define SG_DETECT_HARD_SHORT_H

#include "detect/detector.h"

void sg_hard_short_init(struct sg_hard_short *hard_short);

/**
 * Feed a reading that is on its level, with a current, and not the first of its stretch.
 * @return 1 if an event was written, else 0
 */
size_t sg_hard_short_feed(struct sg_detector *detector, const struct sg_reading *reading, struct sg_event *event);

/** A reading on what may become the level of the next stretch, not the first: should it, the reading counts. */
void sg_hard_short_hold(struct sg_hard_short *hard_short, const struct sg_reading *reading, double now_s);

/** A reading with no current, not the first of its stretch: it proves or disproves a low run that it interrupts. */
void sg_hard_short_rest(struct sg_hard_short *hard_short, double voltage_v);

/**
 * How long a low run at a reversal may last before it is told, of a cell whose jump does not tell: with noise of
 * noise_v, expected_v across the cell at this current, and the opposite current before for before_s.
 */
double sg_hard_short_latest_s(double expected_v, double before_s, double noise_v, double interval_s);

/** Nothing low at present: what is read is the healthy cell. */
bool sg_hard_short_is_quiet(const struct sg_hard_short *hard_short);

/** Readings are missing: a low run begins anew, what was told stays told. */
void sg_hard_short_gap(struct sg_hard_short *hard_short);

#endif

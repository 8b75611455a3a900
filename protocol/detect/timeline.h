/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The clock of a table, judged and bridged: instruments restart it at zero, repeat time stamps, and
 * leave holes during impedance. Detectors run on the bridged time, which never goes back, but for one case:
 * a single stamp from the future is undone by the next reading. Events carry the table's own time.
 */
#ifndef SG_DETECT_TIMELINE_H
#define SG_DETECT_TIMELINE_H

#include "detect/detector.h"

enum sg_tick {
	SG_TICK_ON,
	SG_TICK_REPEAT,  /**< the same time stamp again: not a new reading */
	SG_TICK_RESTART, /**< the clock went back; bridged by one typical interval */
	SG_TICK_GAP,     /**< a hole */
};

/** raw_s: finite. timeline->now_s[0] is the bridged time afterwards (unchanged for a repeat). */
enum sg_tick sg_timeline_feed(struct sg_timeline *timeline, double raw_s);

#endif

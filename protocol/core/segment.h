/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The smallest thing a potentiostat executes: one mode at one set value for a bounded time.
 */
#ifndef SG_CORE_SEGMENT_H
#define SG_CORE_SEGMENT_H

#include <stddef.h>

enum sg_mode {
	SG_MODE_REST,           /**< cell off, open-circuit voltage measured */
	SG_MODE_GALVANOSTATIC,  /**< set_value in A, positive strips electrode A */
	SG_MODE_POTENTIOSTATIC, /**< set_value in V; not offered by every instrument */
	SG_MODE_SPECTRUM,       /**< impedance; reserved, no instrument offers it yet */
};

/**
 * A segment. The limits are enforced where the capabilities say (inside the instrument where it
 * can); the host's guard checks them again on every sample.
 */
struct sg_segment {
	enum sg_mode mode;
	double set_value;     /**< A or V as the mode says; 0 for rest */
	double interval_s;    /**< time between samples, > 0 */
	double duration_s;    /**< finite, > 0: no segment runs for ever */
	double voltage_min_v; /**< leaving [min, max] ends the segment and everything after it; */
	double voltage_max_v; /**< both finite, min < max */
	double range_a;       /**< current range, nominal full scale in A, fixed for the segment; 0 for rest */
};

/** Why a segment or a sequence of segments came to its end. */
enum sg_end {
	SG_END_NONE,          /**< has not ended */
	SG_END_DURATION,      /**< ran its time */
	SG_END_VOLTAGE_MAX,   /**< the limit inside the instrument, or in the stepping helper */
	SG_END_VOLTAGE_MIN,
	SG_END_STOPPED,       /**< the host asked */
	SG_END_INSTRUMENT,    /**< the instrument gave up by itself; its status is in the report */
};

/** Stable short name, e.g. "duration". Static storage. */
const char *sg_end_name(enum sg_end end);
const char *sg_mode_name(enum sg_mode mode);

#endif

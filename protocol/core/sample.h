/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One measurement of one cell, and what is known about its quality.
 */
#ifndef SG_CORE_SAMPLE_H
#define SG_CORE_SAMPLE_H

#include <stdint.h>

/** Quality flags of a sample. None set: nothing known against it. */
enum sg_flag {
	SG_FLAG_TIMING = 1u << 0,       /**< the instrument did not keep its interval */
	SG_FLAG_OVERLOAD = 1u << 1,     /**< beyond the range: the value is not to be trusted */
	SG_FLAG_OVERLOAD_WARN = 1u << 2,/**< near the end of the range */
	SG_FLAG_UNDERLOAD = 1u << 3,    /**< a smaller range would measure better */
	SG_FLAG_OFF_SET_POINT = 1u << 4,/**< current is not the set current: compliance, lost lead */
	SG_FLAG_STALE = 1u << 5,        /**< temperature (or other side value) older than its limit */
	SG_FLAG_GAP_BEFORE = 1u << 6,   /**< samples are missing between the previous one and this */
	SG_FLAG_NO_CURRENT = 1u << 7,   /**< current not measured; current_a is the known set value */
	SG_FLAG_UNCONTROLLED = 1u << 8, /**< said twice: current or voltage beyond what a cell can make of what is set */
};

struct sg_sample {
	int64_t host_ns;       /**< monotonic, when its last byte arrived */
	int64_t instrument_ns; /**< instrument's own clock since the sequence began, or SG_NO_TIME */
	double voltage_v;      /**< working against reference/counter electrode */
	double current_a;      /**< positive strips electrode A; exactly 0 with the cell off */
	double set_a;          /**< the set current; 0 at rest */
	double temperature_c;  /**< at the chamber, or NAN if there is none */
	double range_a;        /**< nominal current range in use, 0 if none */
	uint32_t flags;        /**< of enum sg_flag */
	uint32_t segment;      /**< index within the sequence that was started */
};

#endif

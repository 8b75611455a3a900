/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What an instrument can truly do. Filled per model, readable without a connection, so that an
 * experiment can be checked at the desk.
 */
#ifndef SG_CORE_CAPS_H
#define SG_CORE_CAPS_H

#include <stdbool.h>
#include <stddef.h>

/** What holds the cell when the host vanishes. */
enum sg_host_loss {
	SG_HOST_LOSS_NONE,        /**< nothing: the last current stays for as long as there is power */
	SG_HOST_LOSS_SEGMENT_END, /**< the sequence that was started runs to its own end, then off */
	SG_HOST_LOSS_TIMEOUT,     /**< a watchdog inside the instrument */
};

enum sg_limit_place {
	SG_LIMIT_HOST,       /**< host only */
	SG_LIMIT_INSTRUMENT, /**< inside the instrument too, once per interval */
};

#define SG_CAPS_RANGES 16

struct sg_potentiostat_caps {
	const char *model;        /**< for people: "EmStat4 HR" */
	double current_max_a;     /**< largest |set current| */
	double compliance_v;      /**< largest |cell voltage| it can drive or measure */
	double interval_min_s;    /**< fastest sampling offered */
	double duration_max_s;    /**< longest segment one start can carry */
	size_t range_count;
	double range_a[SG_CAPS_RANGES];     /**< nominal full scale, rising */
	double range_use;         /**< a range is chosen when |set| <= range_use * nominal */
	double top_range_use;     /**< the same for the largest range, which may carry more; 0: as range_use */
	double set_error_rel;     /**< |measured - set| allowed: set_error_rel * |set| + set_error_range * range */
	double set_error_range;
	size_t sequence_max;      /**< most segments one start() takes */
	bool gapless;             /**< segments of one sequence follow without a gap at the cell */
	enum sg_limit_place limit_place;
	enum sg_host_loss host_loss;
	bool power_from_link;     /**< it lives on the cable's power: pulled, its relays open and the current ends */
};

struct sg_chamber_caps {
	const char *model;
	double temperature_min_c;
	double temperature_max_c;
	double resolution_k;
	enum sg_host_loss host_loss;
};

/**
 * The smallest range that carries a current, or 0 if none does.
 * @param current_a  A, any sign
 */
double sg_caps_range_for(const struct sg_potentiostat_caps *caps, double current_a);

/** Most by which a measured current may miss the set one in a range, A. */
double sg_caps_tolerance_a(const struct sg_potentiostat_caps *caps, double set_a, double range_a);

#endif

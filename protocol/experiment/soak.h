/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The soak gate: temperature within +-tolerance of the set-point for a stretch without a break. Used
 * before the first step, and again after an excursion.
 */
#ifndef SG_EXPERIMENT_SOAK_H
#define SG_EXPERIMENT_SOAK_H

#include <stdbool.h>

struct sg_soak {
	double set_c;
	double tolerance_k;
	double needed_s;
	double longest_gap_s; /**< readings further apart than this do not count as without a break */
	double since_s;       /**< first reading of the present stretch within; NAN if outside */
	double last_s;        /**< latest reading */
};

/** longest_gap_s: usually three reading intervals. */
void sg_soak_init(struct sg_soak *soak, double set_c, double tolerance_k, double needed_s, double longest_gap_s);

/** One reading. True once the temperature has been within for needed_s. NAN breaks the stretch. */
bool sg_soak_feed(struct sg_soak *soak, double time_s, double actual_c);

/** Seconds still needed if it stays within from here, as of the latest reading. */
double sg_soak_left_s(const struct sg_soak *soak);

#endif

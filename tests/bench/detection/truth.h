/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * When an event is one, by definitions and by resistances without noise: that of the cell against that of its healthy
 * twin at the same moment. Written from the definitions alone; the detectors have no part in it.
 *
 *   hard short    r < 8 % of the steady resistance for two readings and 1 s, where the twin shows more than 30 %
 *   soft short    r below the twin's by more than a threshold (10 %, or 7 % for small ones), 60 s in total
 *   polarization  r above the twin's by 10 % for 60 s; doubled
 *
 * Drops and excess are relative to the twin's r, or to 30 % of the steady resistance where the twin's is less: after a
 * reversal V/I of a polarized cell starts near zero.
 */
#ifndef DETECTION_TRUTH_H
#define DETECTION_TRUTH_H

#include <stdbool.h>

struct truth {
	double soft_threshold;
	/* results; -1 or NAN: never. n counts rows of the table from 0, s is true time */
	long low_n, hard_n;       /* first low reading of those that made it one; reading that met the definition */
	double low_s, hard_s;
	long soft_n;
	double soft_s, soft_last_s, soft_total_s, drop_max;
	double over_5_s, over_10_s, doubled_s;
	long over_10_n;
	double drop, excess;      /* of the latest valid reading */
	/* state */
	long run_low;
	double run_low_s, run_10_s;
	long run_low_n, run_10_n;
};

struct truth_reading {
	long n;
	double time_s, dt_s;
	double ohm, twin_ohm;     /* V/I */
	double steady_ohm;
	bool valid;               /* enough current to speak of V/I */
};

void truth_init(struct truth *truth, double soft_threshold);
void truth_add(struct truth *truth, const struct truth_reading *reading);

#endif

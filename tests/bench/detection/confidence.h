/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Exact 95 % intervals: what a count proves, and what it does not.
 */
#ifndef DETECTION_CONFIDENCE_H
#define DETECTION_CONFIDENCE_H

struct interval {
	double low, high;
};

/** Clopper and Pearson: of a share, k of n. n = 0: 0 to 1. */
struct interval confidence_share(unsigned long k, unsigned long n);

/** Garwood: of the mean of a Poisson count. */
struct interval confidence_count(unsigned long k);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Random numbers that are the same for a seed on every machine. xoshiro256** by Blackman and Vigna, seeded through
 * splitmix64 (both public domain by their authors; written here from the published recurrences).
 */
#ifndef DETECTION_DICE_H
#define DETECTION_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t s[4];
	double spare; /* second normal of a pair */
	bool has_spare;
};

/** One step of splitmix64: also good for deriving seeds from seeds. */
uint64_t dice_mix(uint64_t *state);

void dice_init(struct dice *dice, uint64_t seed);

/** Uniform in [0, 1). */
double dice_unit(struct dice *dice);
double dice_between(struct dice *dice, double low, double high);
/** Uniform in the logarithm; 0 < low < high. */
double dice_log_between(struct dice *dice, double low, double high);
/** Mean 0, deviation 1, with its true tails: they are what false alarms are made of. */
double dice_normal(struct dice *dice);
bool dice_chance(struct dice *dice, double probability);
/** 0 .. n-1 */
unsigned dice_pick(struct dice *dice, unsigned n);
/** Waiting time until something that comes once in mean_s. */
double dice_wait(struct dice *dice, double mean_s);

#endif

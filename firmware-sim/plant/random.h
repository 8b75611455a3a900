/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The simulator's only source of chance: xoshiro256** seeded by splitmix64. Small, fast and the
 * same on every machine, so a seed printed by a failing test brings the failure back.
 *
 * Source: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators",
 * ACM TOMS 47 (2021); the authors put the algorithms in the public domain.
 */
#ifndef FW_RANDOM_H
#define FW_RANDOM_H

#include <stdint.h>

/** One stream of numbers. Every consumer owns its own, so that one never shifts another's. */
struct fw_random {
	uint64_t s[4];
};

/** Start a stream. Any seed is good, zero included; neighbouring seeds give unrelated streams. */
void fw_random_seed(struct fw_random *random, uint64_t seed);

/** 64 even bits. */
uint64_t fw_random_next(struct fw_random *random);

/** Evenly in [0, 1). */
double fw_random_uniform(struct fw_random *random);

/** Gaussian, mean 0, standard deviation 1. Takes exactly two numbers from the stream. */
double fw_random_normal(struct fw_random *random);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/random.h"

#include <math.h>

#define TWO_PI 6.283185307179586

static uint64_t rotate_left(uint64_t value, int bits)
{
	return (value << bits) | (value >> (64 - bits));
}

/* splitmix64 step: spreads a seed such as 0 or 1 over all 256 bits of state */
static uint64_t split_mix(uint64_t *state)
{
	uint64_t z;

	*state += UINT64_C(0x9E3779B97F4A7C15);
	z = *state;
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

void fw_random_seed(struct fw_random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		random->s[i] = split_mix(&seed);
}

uint64_t fw_random_next(struct fw_random *random)
{
	uint64_t *s = random->s;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double fw_random_uniform(struct fw_random *random)
{
	/* the upper 53 bits are exactly a double's mantissa */
	return (double)(fw_random_next(random) >> 11) * 0x1.0p-53;
}

double fw_random_normal(struct fw_random *random)
{
	/* Box-Muller without keeping the second half: no hidden state between calls */
	double radius = sqrt(-2.0 * log(1.0 - fw_random_uniform(random)));

	return radius * cos(TWO_PI * fw_random_uniform(random));
}

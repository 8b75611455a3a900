/* SPDX-License-Identifier: Apache-2.0 */
#include "dice.h"

#include <math.h>

#include "exact.h"

uint64_t dice_mix(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

void dice_init(struct dice *dice, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		dice->s[i] = dice_mix(&seed);
	dice->spare = 0.0;
	dice->has_spare = false;
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t next(struct dice *dice)
{
	uint64_t *s = dice->s;
	const uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

double dice_unit(struct dice *dice)
{
	return (double)(next(dice) >> 11) * 0x1p-53;
}

double dice_between(struct dice *dice, double low, double high)
{
	return low + (high - low) * dice_unit(dice);
}

double dice_log_between(struct dice *dice, double low, double high)
{
	return low * exact_exp(dice_unit(dice) * exact_log(high / low));
}

/* Marsaglia's polar method. */
double dice_normal(struct dice *dice)
{
	double u, v, s, f;

	if (dice->has_spare) {
		dice->has_spare = false;
		return dice->spare;
	}
	do {
		u = 2.0 * dice_unit(dice) - 1.0;
		v = 2.0 * dice_unit(dice) - 1.0;
		s = u * u + v * v;
	} while (s >= 1.0 || s == 0.0);
	f = sqrt(-2.0 * exact_log(s) / s);
	dice->spare = v * f;
	dice->has_spare = true;
	return u * f;
}

bool dice_chance(struct dice *dice, double probability)
{
	return dice_unit(dice) < probability;
}

unsigned dice_pick(struct dice *dice, unsigned n)
{
	return (unsigned)(dice_unit(dice) * (double)n);
}

double dice_wait(struct dice *dice, double mean_s)
{
	return -mean_s * exact_log(1.0 - dice_unit(dice));
}

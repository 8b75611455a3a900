/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exponential.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LOG2_E 1.4426950408889634074
/* ln 2 in two parts: a whole number below 2^20 times the first is exact. */
#define LN2_HIGH 0.69314718036912381649
#define LN2_LOW 1.9082149292705877e-10

/* 1/n!, even n and odd n; the first term left out is (ln(2)/2)^14 / 14! = 4e-18. */
static const double even[] = { 1.0 / 479001600.0, 1.0 / 3628800.0, 1.0 / 40320.0, 1.0 / 720.0, 1.0 / 24.0, 1.0 / 2.0, 1.0 };
static const double odd[] = { 1.0 / 6227020800.0, 1.0 / 39916800.0, 1.0 / 362880.0, 1.0 / 5040.0, 1.0 / 120.0, 1.0 / 6.0, 1.0 };

/* -1022 <= n <= 1023: the exponent's bits of an IEEE double. */
static double power_of_2(int n)
{
	const uint64_t bits = (uint64_t)(n + 1023) << 52;
	double power;

	memcpy(&power, &bits, sizeof(power));
	return power;
}

double sg_exponential(double x)
{
	double n, r, sum[2] = { 0.0, 0.0 };

	if (isnan(x))
		return x;
	x = x > 700.0 ? 700.0 : x < -700.0 ? -700.0 : x;
	n = floor(x * LOG2_E + 0.5);
	r = (x - n * LN2_HIGH) - n * LN2_LOW;
	for (unsigned k = 0; k < sizeof(even) / sizeof(even[0]); k++) { /* two sums, so that none waits for itself */
		sum[0] = sum[0] * (r * r) + even[k];
		sum[1] = sum[1] * (r * r) + odd[k];
	}
	return (sum[0] + sum[1] * r) * power_of_2((int)n); /* exact */
}

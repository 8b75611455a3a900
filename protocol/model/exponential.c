/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exponential.h"

#include <math.h>

#define LOG2_E 1.4426950408889634074
/* ln 2 in two parts: a whole number below 2^20 times the first is exact. */
#define LN2_HIGH 0.69314718036912381649
#define LN2_LOW 1.9082149292705877e-10
#define TERMS 13 /* (ln(2)/2)^14 / 14! = 4e-18 */

double sg_exponential(double x)
{
	double n, r, sum = 1.0;

	if (isnan(x))
		return x;
	x = x > 700.0 ? 700.0 : x < -700.0 ? -700.0 : x;
	n = floor(x * LOG2_E + 0.5);
	r = (x - n * LN2_HIGH) - n * LN2_LOW;
	for (int k = TERMS; k > 0; k--)
		sum = 1.0 + sum * r / k;
	return ldexp(sum, (int)n); /* exact */
}

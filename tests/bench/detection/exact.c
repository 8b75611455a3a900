/* SPDX-License-Identifier: Apache-2.0 */
#include "exact.h"

#include <math.h> /* floor, ldexp, frexp: exact by their definition */

#define LN2_HIGH 6.93147180369123816490e-01 /* 33 bits, so that k * LN2_HIGH is exact */
#define LN2_LOW 1.90821492927058770002e-10
#define LOG2_E 1.44269504088896340736

double exact_exp(double x)
{
	double k, r, sum = 1.0;

	if (x > 700.0)
		x = 700.0;
	if (x < -700.0)
		return 0.0;
	k = floor(x * LOG2_E + 0.5);
	r = (x - k * LN2_HIGH) - k * LN2_LOW;
	/* |r| < 0.35: the term after the last one is below 1e-17 */
	for (int n = 13; n > 0; n--)
		sum = 1.0 + r * sum / (double)n;
	return ldexp(sum, (int)k);
}

double exact_log(double x)
{
	int k;
	double m = frexp(x, &k), s, s2, sum = 0.0;

	if (m < 0.70710678118654752440) {
		m *= 2.0;
		k--;
	}
	s = (m - 1.0) / (m + 1.0);
	s2 = s * s;
	for (int n = 21; n > 0; n -= 2)
		sum = sum * s2 + 1.0 / (double)n;
	return (double)k * LN2_HIGH + (2.0 * s * sum + (double)k * LN2_LOW);
}

double exact_sin_turns(double turns)
{
	double t = turns - floor(turns), x, x2, sum = 1.0;

	if (t > 0.75)
		t -= 1.0;
	else if (t > 0.25)
		t = 0.5 - t;
	x = t * 6.28318530717958647693;
	x2 = x * x;
	for (int n = 20; n > 1; n -= 2)
		sum = 1.0 - x2 * sum / (double)(n * (n + 1));
	return x * sum;
}

double exact_pow(double x, double y)
{
	return exact_exp(y * exact_log(x));
}

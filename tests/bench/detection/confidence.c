/* SPDX-License-Identifier: Apache-2.0 */
#include "confidence.h"

#include <math.h>
#include <stdbool.h>

#define TAIL 0.025
#define HALVINGS 60

/* P(X <= k) of a binomial; terms by logarithm, for n may be thousands. */
static double binomial_up_to(unsigned long k, unsigned long n, double p)
{
	double sum = 0.0;

	if (p <= 0.0)
		return 1.0;
	if (p >= 1.0)
		return k >= n ? 1.0 : 0.0;
	for (unsigned long i = 0; i <= k && i <= n; i++)
		sum += exp(lgamma((double)n + 1.0) - lgamma((double)i + 1.0) - lgamma((double)(n - i) + 1.0) +
			   (double)i * log(p) + (double)(n - i) * log1p(-p));
	return sum;
}

static double poisson_up_to(unsigned long k, double mean)
{
	double sum = 0.0;

	if (mean <= 0.0)
		return 1.0;
	for (unsigned long i = 0; i <= k; i++)
		sum += exp((double)i * log(mean) - mean - lgamma((double)i + 1.0));
	return sum;
}

/* Both sums fall with the parameter: where one crosses a level. */
static double crossing(unsigned long k, unsigned long n, bool share, double level, double high)
{
	double low = 0.0;

	for (int i = 0; i < HALVINGS; i++) {
		const double mid = 0.5 * (low + high);

		if ((share ? binomial_up_to(k, n, mid) : poisson_up_to(k, mid)) > level)
			low = mid;
		else
			high = mid;
	}
	return 0.5 * (low + high);
}

struct interval confidence_share(unsigned long k, unsigned long n)
{
	struct interval r = { 0.0, 1.0 };

	if (n == 0)
		return r;
	if (k > 0)
		r.low = crossing(k - 1, n, true, 1.0 - TAIL, 1.0);
	if (k < n)
		r.high = crossing(k, n, true, TAIL, 1.0);
	return r;
}

struct interval confidence_count(unsigned long k)
{
	const double high = 10.0 + 4.0 * (double)k;
	struct interval r = { 0.0, 0.0 };

	if (k > 0)
		r.low = crossing(k - 1, 0, false, 1.0 - TAIL, high);
	r.high = crossing(k, 0, false, TAIL, high);
	return r;
}

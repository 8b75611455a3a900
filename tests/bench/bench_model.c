/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the diffusion model costs a sample: linear and one-sided ends of both electrodes, at intervals that are new every
 * time, that repeat, and with a temperature that changes every time; thick metal and thin. Held against the least
 * that the usual sum of exponentials needs at a new interval, in the same run: 54 calls of exp().
 *
 * Prints nanoseconds and ratios, the best of many short rounds turn about, so that both see the machine at its best; and
 * the memory of a channel. Ends with 1 if what was measured is not what the closed form says.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model/exposure.h"

#define SAMPLES 5000
#define HALF_STEP 1800 /* samples */
#define MODES_OF_THE_USUAL_SUM 54

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts); /* whatever else the machine does */
	return 1e9 * (double)ts.tv_sec + (double)ts.tv_nsec;
}

static struct sg_exposure_config config_of(double thickness_cm)
{
	struct sg_exposure_config config = { .area_cm2 = 1.0, .thickness_cm = thickness_cm, .temperature_c = 25.0,
					     .diffusion_low = 1.0, .diffusion_high = 1.0 };

	if (sg_material_find("Na", NULL, &config.material, NULL))
		exit(1);
	return config;
}

enum kind { NEW_INTERVALS, SAME_INTERVALS, NEW_TEMPERATURES, THIN, KINDS };

static const char *const legends[KINDS] = {
	"an interval that is new every time", "the same interval every time", "a new temperature every time, too",
	"a new interval, metal of 300 um",
};

static double interval_of(enum kind kind, int i)
{
	return kind == SAME_INTERVALS ? 1.0 : 0.9 + 0.2 * ((i * 7919) % 1009) / 1009.0;
}

static double model_round(struct sg_exposure *e, enum kind kind, double *sum)
{
	double begin_ns;

	begin_ns = now_ns();
	for (int i = 0; i < SAMPLES; i++) {
		const double current_a = (i / HALF_STEP) % 2 ? -1e-3 : 1e-3;
		const double temperature_c = kind == NEW_TEMPERATURES ? 25.0 + 0.01 * ((i * 31) % 17) : 25.0;

		sg_exposure_feed(e, interval_of(kind, i), current_a * (1.0 + 1e-5 * (i % 13)), temperature_c);
		*sum += sg_exposure_fraction(e, SG_ELECTRODE_A).high;
	}
	return (now_ns() - begin_ns) / SAMPLES;
}

static double exp_round(double *sum)
{
	static volatile double rate = 0.01; /* so that nothing is worked out before */
	const double begin_ns = now_ns();

	for (int i = 0; i < SAMPLES / 10; i++)
		for (int k = 0; k < MODES_OF_THE_USUAL_SUM; k++)
			*sum += exp(-interval_of(NEW_INTERVALS, i) * rate * k);
	return (now_ns() - begin_ns) / (SAMPLES / 10);
}

static double look_ahead_ns(const struct sg_exposure *e, double *sum)
{
	const double begin_ns = now_ns();

	for (int i = 0; i < 20; i++)
		*sum += sg_exposure_time_to_limit(e, SG_ELECTRODE_A, 1e-3 * (1.0 + 1e-3 * i)).low;
	return (now_ns() - begin_ns) / 20;
}

static int is_right(void)
{
	const struct sg_exposure_config config = config_of(NAN);
	struct sg_medium medium;
	struct sg_exposure e;
	double time_s = 0.0;

	if (sg_exposure_init(&e, &config, NULL) || sg_medium_init(&medium, &config.material, 25.0, NULL))
		return 0;
	for (int i = 0; i < SAMPLES; i++) {
		sg_exposure_feed(&e, interval_of(NEW_INTERVALS, i), 1e-3, 25.0);
		time_s += interval_of(NEW_INTERVALS, i);
	}
	return fabs(sg_exposure_fraction(&e, SG_ELECTRODE_A).low / sg_limit_fraction(&medium, 1e-3, time_s) - 1.0) < 1e-6;
}

int main(int argc, char **argv)
{
	const int rounds = argc > 1 ? atoi(argv[1]) : 100;
	const struct sg_exposure_config thick = config_of(NAN), thin = config_of(0.03);
	double best[KINDS], exp_ns = INFINITY, ahead_ns = INFINITY, sum = 0.0;
	struct sg_exposure e[KINDS];

	for (int kind = 0; kind < KINDS; kind++) {
		best[kind] = INFINITY;
		if (sg_exposure_init(&e[kind], kind == THIN ? &thin : &thick, NULL))
			return 1;
	}
	for (int i = 0; i < rounds; i++) {
		for (int kind = 0; kind < KINDS; kind++)
			best[kind] = fmin(best[kind], model_round(&e[kind], (enum kind)kind, &sum));
		exp_ns = fmin(exp_ns, exp_round(&sum));
		ahead_ns = fmin(ahead_ns, look_ahead_ns(&e[0], &sum));
	}
	if (!is_right() || !(sum > 0.0)) {
		fprintf(stderr, "the model does not give what the closed form gives\n");
		return 1;
	}
	printf("%-42s %8.1f ns\n", "54 calls of exp(), nothing else", exp_ns);
	for (int kind = 0; kind < KINDS; kind++)
		printf("%-42s %8.1f ns a sample, ratio %.2f\n", legends[kind], best[kind], best[kind] / exp_ns);
	printf("%-42s %8.1f us, both ends\n", "time until f = 1", 1e-3 * ahead_ns);
	printf("%-42s %8zu bytes\n", "state of a channel", sizeof(struct sg_exposure));
	return 0;
}

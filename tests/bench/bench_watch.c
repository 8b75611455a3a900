/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cell under watch costs a sample: all detectors, without and with the model of the diffusion limit, at intervals
 * that are new every time. A healthy cell cycles: ohmic, a slow part, noise of a meter with codes of 1 uV. Held against
 * strtod() of the three numbers of the same reading, in the same run.
 *
 * Prints nanoseconds and ratios, the best of many short rounds turn about, and the memory of a channel. Ends with 1 if
 * the healthy cell was called anything, or if the short at the very end was not.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiment/watch.h"

#define SAMPLES 6000
#define HALF_STEP 1500 /* samples */
#define CURRENT_A 1e-3
#define AT_ONCE_OHM 40.0
#define SLOW_OHM 20.0
#define SLOW_S 30.0
#define NOISE_V 20e-6

struct cell {
	struct sg_watch watch;
	double time_s, slow_v;
	unsigned long samples, dice;
	bool shorted;
	unsigned told; /* of the cell, not of its limit */
};

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts); /* whatever else the machine does */
	return 1e9 * (double)ts.tv_sec + (double)ts.tv_nsec;
}

static void begin(struct cell *cell, bool with_model)
{
	const struct sg_detect_config detect = { .area_cm2 = 1.0, .expected_ohm = NAN, .compliance_v = 6.0,
						 .voltage_noise_v = NAN, .current_noise_a = NAN };
	struct sg_exposure_config model;

	memset(cell, 0, sizeof(*cell));
	cell->dice = 20200815;
	if (sg_watch_model("Na", "", 1.0, NAN, 25.0, &model, NULL) ||
	    sg_watch_init(&cell->watch, &detect, with_model ? &model : NULL, NULL))
		exit(1);
}

/* Sum of four throws: near enough to what meters do. */
static double noise(struct cell *cell)
{
	double sum = 0.0;

	for (int i = 0; i < 4; i++) {
		cell->dice = cell->dice * 6364136223846793005ul + 1442695040888963407ul;
		sum += (double)(cell->dice >> 40) / 16777216.0 - 0.5;
	}
	return sum * 1.7;
}

static struct sg_reading read_cell(struct cell *cell)
{
	const double interval_s = 0.9 + 0.2 * (double)((cell->samples * 7919) % 1009) / 1009.0;
	const double current_a = cell->samples / HALF_STEP % 2 ? -CURRENT_A : CURRENT_A;
	const double rate = interval_s / SLOW_S;

	cell->samples++;
	cell->time_s += interval_s;
	cell->slow_v += (SLOW_OHM * current_a - cell->slow_v) * rate / (1.0 + rate);
	return (struct sg_reading){
		.time_s = cell->time_s,
		.voltage_v = cell->shorted ? 1e-3 * current_a + 1e-3 :
			     1e-6 * round(1e6 * (AT_ONCE_OHM * current_a + cell->slow_v + NOISE_V * noise(cell))),
		.current_a = current_a * (1.0 + 1e-5 * noise(cell)),
		.set_a = current_a,
		.temperature_c = 25.0,
	};
}

static void look(struct cell *cell, struct sg_reading *reading)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	const size_t count = sg_watch_feed(&cell->watch, reading, events);

	for (size_t i = 0; i < count; i++)
		cell->told += events[i].type != SG_EVENT_DIFFUSION_LIMIT && events[i].grade >= SG_GRADE_WARNING;
}

/* Readings are made before, so that only what is measured is within. */
static double watch_round(struct cell *cell)
{
	static struct sg_reading readings[SAMPLES];
	double begin_ns;

	for (int i = 0; i < SAMPLES; i++)
		readings[i] = read_cell(cell);
	begin_ns = now_ns();
	for (int i = 0; i < SAMPLES; i++)
		look(cell, &readings[i]);
	return (now_ns() - begin_ns) / SAMPLES;
}

static double strtod_round(double *sum)
{
	static char text[SAMPLES][3][24];
	double begin_ns;

	for (int i = 0; i < SAMPLES; i++) {
		snprintf(text[i][0], sizeof(text[i][0]), "%d.%03d", i, i * 7 % 1000);
		snprintf(text[i][1], sizeof(text[i][1]), "0.000999%03d", i * 31 % 1000);
		snprintf(text[i][2], sizeof(text[i][2]), "-0.0600%02d", i * 13 % 100);
	}
	begin_ns = now_ns();
	for (int i = 0; i < SAMPLES; i++)
		for (int k = 0; k < 3; k++)
			*sum += strtod(text[i][k], NULL);
	return (now_ns() - begin_ns) / SAMPLES;
}

static bool is_right(struct cell *cell)
{
	if (cell->told)
		return false;
	cell->shorted = true;
	for (int i = 0; i < 5; i++) {
		struct sg_reading reading = read_cell(cell);

		look(cell, &reading);
	}
	return cell->told > 0;
}

int main(int argc, char **argv)
{
	const int rounds = argc > 1 ? atoi(argv[1]) : 100;
	static struct cell plain, whole;
	double plain_ns = INFINITY, whole_ns = INFINITY, strtod_ns = INFINITY, sum = 0.0;

	begin(&plain, false);
	begin(&whole, true);
	for (int i = 0; i < rounds; i++) {
		plain_ns = fmin(plain_ns, watch_round(&plain));
		whole_ns = fmin(whole_ns, watch_round(&whole));
		strtod_ns = fmin(strtod_ns, strtod_round(&sum));
	}
	if (!is_right(&plain) || !is_right(&whole) || !(sum > 0.0)) {
		fprintf(stderr, "a healthy cell was called something, or its short was not\n");
		return 1;
	}
	printf("%-42s %8.1f ns\n", "strtod() of time, current, voltage", strtod_ns);
	printf("%-42s %8.1f ns a sample, ratio %.2f\n", "all detectors", plain_ns, plain_ns / strtod_ns);
	printf("%-42s %8.1f ns a sample, ratio %.2f\n", "... and the diffusion limit", whole_ns, whole_ns / strtod_ns);
	printf("%-42s %8zu bytes\n", "state of a channel", sizeof(struct sg_watch));
	return 0;
}

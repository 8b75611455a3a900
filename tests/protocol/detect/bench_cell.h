/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A cell on a bench for the tests of the detectors: ohmic resistance, a slow concentration overvoltage,
 * white noise, a converter with codes, and the accidents that a bench knows. Seeded; every reading goes
 * through a detector and its events are counted.
 */
#ifndef BENCH_CELL_H
#define BENCH_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "detect/detector.h"

struct bench_cell {
	/* may be set between two runs */
	double ohm;        /* ohmic part */
	double slow_ohm;   /* concentration overvoltage, fully grown, per ampere */
	double slow_s;     /* its time constant; 0: it comes at once */
	double peak_ohm;   /* more after each change of the current, decaying: nucleation */
	double peak_s;     /* its time constant */
	double short_ohm;  /* of a filament beside it; INFINITY: none */
	double noise_v;
	double noise_a;
	double offset_v;   /* of the meter */
	double code_v;     /* step of the converter; 0: none */
	double interval_s;
	double jitter_s;   /* of the interval, +-; less than half of it */
	double temperature_c;
	bool know_set;     /* the set current is in the reading */
	bool lead_off;     /* the voltage is not the cell's but stray_v */
	double stray_v;
	uint32_t flags;
	uint32_t step;
	/* what came out */
	struct sg_detector detector;
	struct sg_reading reading;
	unsigned count[SG_EVENT_TYPES];
	struct sg_event event[SG_EVENT_TYPES]; /* the latest of each type */
	double time_s;
	double slow_v;
	double level_a;
	double level_s;    /* when the current became that */
	uint64_t random;
};

/* 50 ohm, 0.1 mV, 1 uV codes, one reading a second, set current known; nothing known to the detector. */
void bench_init(struct bench_cell *bench, uint64_t seed);

/* Begin anew with what is known of the cell. */
void bench_expect(struct bench_cell *bench, double expected_ohm, double compliance_v);

/* One reading at current_a after the interval. */
void bench_read(struct bench_cell *bench, double current_a);

/* A reading as it is given, at bench->time_s. */
void bench_feed(struct bench_cell *bench, const struct sg_reading *reading);

/* Readings for duration_s. */
void bench_run(struct bench_cell *bench, double current_a, double duration_s);

/* n half-steps of duration_s, +, -, +, ... */
void bench_cycle(struct bench_cell *bench, double current_a, double duration_s, unsigned n);

/* Uniform in [low, high). */
double bench_uniform(struct bench_cell *bench, double low, double high);

/* Events of the cell, of either kind. */
unsigned bench_cell_events(const struct bench_cell *bench);

#endif

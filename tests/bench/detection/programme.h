/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What is done to a cell, segment by segment: ramps, cycles, one way, potential steps, trains of pulses, with
 * rests, pauses and gaps for impedance.
 */
#ifndef DETECTION_PROGRAMME_H
#define DETECTION_PROGRAMME_H

#include <stdbool.h>

#include "dice.h"

enum programme_kind {
	PROGRAMME_CCD,       /* +j1 -j1 +j2 -j2 ... to the last level, then over */
	PROGRAMME_CYCLE,
	PROGRAMME_RATES,     /* cycles whose current changes every few of them */
	PROGRAMME_ONE_WAY,
	PROGRAMME_POTENTIAL, /* steps of voltage of both signs */
	PROGRAMME_TRAIN,     /* pulses of one sign, then of the other */
	PROGRAMME_KINDS,
};

struct programme {
	enum programme_kind kind;
	double level;         /* A, or V for potential steps; of a ramp the first */
	double increment;     /* of a ramp */
	unsigned levels;      /* of a ramp */
	double half_s;        /* half-cycle, half-step, pulse */
	double rest_s;        /* after each, 0: none */
	double begin_rest_s;
	unsigned cycles_each; /* of one current (rates), or pulses of one sign (train) */
	unsigned gap_every;   /* half-cycles between spectra, 0: none */
	double gap_s;
	double pause_chance;  /* of a long rest after a half-cycle */
	bool minus_first;
	/* state */
	struct dice dice;
	unsigned half;        /* driven segments given out */
	int stage;
};

struct segment {
	bool potential;
	double value;         /* 0: rest */
	double duration_s;
	bool recorded;        /* false: the instrument is doing something else, such as impedance */
	bool over;            /* the programme is at its end */
};

struct segment programme_next(struct programme *programme);

/** Largest |current| of the whole programme; level for potential steps. */
double programme_level_max(const struct programme *programme);

/** Test time at which the n-th driven segment (0-based) begins and ends; the last one if there are fewer. */
void programme_find(const struct programme *programme, unsigned n, double *begin_s, double *end_s);

const char *programme_name(enum programme_kind kind);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference values, row by row, each as a history of current that anybody can integrate.
 */
#ifndef TESTS_MODEL_REFERENCE_H
#define TESTS_MODEL_REFERENCE_H

#include <stdbool.h>

enum row_kind {
	ROW_HISTORY,         /* f of electrode A, linear, thick metal */
	ROW_TIME,            /* the time itself is the result; f = 1 */
	ROW_RAMP,            /* the same for a ramp; rate_a_cm2_s */
	ROW_TEMPERATURE,     /* D changes at 5 h */
	ROW_FINITE,          /* thickness_cm */
	ROW_ONE_SIDED,       /* f of the electrode that is stripped, one-sided */
	ROW_ONE_SIDED_RATIO, /* the same over the first peak */
};

struct piece {
	double end_s;
	double density_a_cm2;
};

#define PIECES_MAX 128

struct row {
	int line;
	enum row_kind kind;
	double time_s;
	double f;
	double concentration_mol_cm3;
	double diffusion_cm2_s;
	double thickness_cm;
	double rate_a_cm2_s;
	struct piece pieces[PIECES_MAX]; /* ended by time_s */
	int count;
	bool is_b; /* one-sided, of electrode B */
};

/* Calls check for every row; fails on a row it does not understand. Returns how many there were. */
int reference_rows(void (*check)(const struct row *row, void *context), void *context);

#endif

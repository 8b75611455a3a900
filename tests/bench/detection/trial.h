/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One test of one cell on one bench: everything about it follows from its seed, whose lowest byte says of which
 * family it is. Gives rows as a table would, and what truly happened.
 */
#ifndef DETECTION_TRIAL_H
#define DETECTION_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "family.h"
#include "format/table_reader.h"
#include "incident.h"
#include "ion_cell.h"
#include "meter.h"
#include "programme.h"
#include "room.h"
#include "truth.h"

enum cell_kind { CELL_CERAMIC_NA, CELL_CERAMIC_LI, CELL_ARGYRODITE, CELL_POLYMER, CELL_GEL, CELL_LIQUID, CELL_KINDS };

/** When rows are written. */
struct sampling {
	enum sampling_class class;
	double dt_s;           /* or how often it looks, if on_change_v > 0 */
	double jitter;         /* uniform, relative */
	double first_s, grow;  /* first interval after a change of segment, factor up to dt_s; first_s = dt_s: none */
	double on_change_v;    /* a row only when the voltage moved by this ... */
	double at_least_s;     /* ... or so much time has passed */
	bool row_at_change;    /* an extra row with every new segment */
	bool old_voltage;      /* ... whose voltage was read before the current changed */
	double repeat_chance;  /* of a row being written twice */
	double clock_digit_s;
	double glitch_chance;  /* of a wrong reading or two when the range is switched, at a new segment */
	unsigned glitch_rows;
	int glitch_way;        /* 0 voltage times factor, 1 current times factor, 2 voltage zero */
	double glitch_factor;
};

struct trial {
	uint64_t seed;
	const struct family *family;
	enum cell_kind kind;
	bool pits;             /* a liquid cell with the rise late in each half-cycle */
	struct ion_cell cell;
	struct programme programme;
	struct room room;
	struct meter meter;
	struct sampling sampling;
	struct incident incident;
	double nominal_a;
	double steady_ohm;
	double expected_ohm;   /* what the person says; NAN: nothing */
	double compliance_v;   /* of the source */
	double told_compliance_v; /* NAN: not told */
	double limit_a;        /* of the source under potential control */
	double duration_s;
	struct truth truth;    /* after trial_run() */
	double ended_s;
	long rows;
	struct dice dice;      /* for the way the rows are written */
};

/** Everything about a trial that is drawn. @retval false the seed names no family */
bool trial_draw(struct trial *trial, uint64_t seed);

struct trial_row {
	long n;
	double true_s;
	struct sg_table_row table;
};

/** Play it from beginning to end. A trial is played once; draw it again for another time. */
void trial_run(struct trial *trial, void (*row)(void *ctx, const struct trial_row *row), void *ctx);

/** The event lies within noise by its own definition (5 deviations of one reading), so no miss. */
bool trial_is_buried(const struct trial *trial);

const char *cell_kind_name(enum cell_kind kind);

#endif

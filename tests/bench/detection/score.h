/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Alarms against truth, over all trials of a campaign.
 *
 * Exposure ends with the first event of the cell; of a bench fault it leaves out the fault and half an hour. Alarms of
 * one class within half an hour count once. Only what was said counts, and when: a claim about the past does not make it
 * early.
 */
#ifndef DETECTION_SCORE_H
#define DETECTION_SCORE_H

#include <stdio.h>

#include "alarms.h"
#include "trial.h"

#define SCORE_FAMILIES 64
#define SCORE_KINDS (CELL_KINDS + 1) /* cells whose voltage rises late in each half-cycle apart */

struct latencies {
	double *s, *unit; /* unit: rows for hard shorts, half-cycles or elapsed time for polarization */
	size_t count, room;
};

struct event_tally {
	unsigned long events;
	unsigned long found;
	unsigned long uncertain; /* of those: told as "a short or a lost sense lead", where the reading cannot tell */
	unsigned long late;      /* of those found: hard beyond 2 rows and 2 s, gradual beyond a drop of 25 % */
	unsigned long missed;    /* polarization: or said after R had doubled */
	unsigned long other;     /* of those missed: said in another word, or too late */
	unsigned long none;      /* not an event by its definition: too short, or within noise */
	struct latencies latencies;
};

struct fault_tally {
	unsigned long events, cell, hard, named;
};

struct exposure {
	double hours;
	unsigned long rows, trials, false_alarms[ALARM_CLASSES];
};

struct score {
	struct event_tally events[SCORE_FAMILIES];       /* by family: hard, soft, start, polarization */
	struct event_tally hard_after_soft[SCORE_FAMILIES]; /* the hard shorts at the end of soft ones */
	struct fault_tally faults[SCORE_FAMILIES];
	struct exposure all, healthy, by_kind[SCORE_KINDS], by_sampling[SAMPLING_CLASSES],
		by_programme[PROGRAMME_KINDS], by_thermometer[2];
	unsigned long starts;     /* healthy cells of which geometry was told ... */
	unsigned long false_starts; /* ... and were called shorted from the start */
	unsigned long said_after[GROUPS][ALARM_CLASSES]; /* after an event: what is said of what */
	FILE *list;               /* each miss and false alarm with its seed, or NULL */
};

/** Zero everything. */
void score_init(struct score *score, FILE *list);
void score_fini(struct score *score);

/** A trial that was played, and what was said. @retval false out of memory */
bool score_add(struct score *score, const struct trial *trial, const struct alarms *alarms);

/** p in 0..1 of a list that is sorted by this call; NAN if it is empty. */
double latency_quantile(double *values, size_t count, double p);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What goes wrong in a trial: in the cell (shorts, contact loss) or on the bench. Turns the time of a sample
 * into what acts on cell, meter, room and clock at that moment.
 */
#ifndef DETECTION_INCIDENT_H
#define DETECTION_INCIDENT_H

#include <stdbool.h>

#include "dice.h"
#include "ion_cell.h"

enum incident_kind {
	INCIDENT_NONE,
	/* cell */
	INCIDENT_SHORT,        /* conductance from start to end, after an optional precursor */
	INCIDENT_SOFT_STEP,
	INCIDENT_SOFT_GRADUAL,
	INCIDENT_SOFT_FLICKER, /* two levels */
	INCIDENT_SOFT_ONE_WAY, /* under one sign of the current only */
	INCIDENT_SOFT_TO_HARD, /* creeps, then is hard */
	INCIDENT_CONTACT_LOSS, /* over cycles */
	INCIDENT_SAND,         /* within one step */
	/* bench */
	INCIDENT_LEAD_OPEN,
	INCIDENT_SENSE_ZERO,
	INCIDENT_SENSE_FLOAT,
	INCIDENT_SENSE_RAIL,
	INCIDENT_LEAD_STEP,
	INCIDENT_SPIKES,
	INCIDENT_GLITCH,
	INCIDENT_STUCK,
	INCIDENT_CLOCK,
	INCIDENT_THERMAL,
	INCIDENT_CLIPPED,      /* the programme wants more than the source has: follows from the programme */
};

enum incident_clock { CLOCK_TO_ZERO, CLOCK_BACK, CLOCK_FORWARD, CLOCK_REPEATS, CLOCK_WAYS };

struct incident {
	enum incident_kind kind;
	double start_s, end_s;       /* end_s INFINITY: stays */
	/* shorts */
	double short_s;              /* conductance when it is there */
	double hard_s, hard_at_s;    /* of the hard one at the end of a creep */
	double grow_s, grow_power;
	double flicker_before_s;     /* precursor of a hard short */
	double on_s, off_s;          /* mean dwell of the two levels */
	double unrest;               /* relative wander of the conductance */
	int sign;
	/* contact loss: excess e over the whole resistance, here already as growth of the interfaces */
	double growth_unit;          /* growth of the interfaces per excess of the whole */
	double other_polarity;       /* share the other polarity has of it */
	double double_s;             /* until e = 1, or Sand's time */
	double power, strength, divergence;
	int shape;                   /* 0 power, 1 exponential, 2 f/(1-f) */
	/* bench */
	double series_ohm, step_k, step_ramp_s, float_v, rail_v, spike_factor;
	double bursts_every_s;       /* spikes and open leads come again */
	enum incident_clock clock;
	double clock_s;
	/* state */
	struct dice dice;
	bool level_on, burst_on;
	double toggle_s, burst_toggle_s, unrest_now, unrest_s;
};

/** What acts at one moment. */
struct influence {
	struct cell_defect defect;
	double room_step_k;
	bool lead_open;
	bool sense_lost;   /* voltage is sense_v, whatever the cell does */
	double sense_v;
	double spike;      /* factor on the voltage, 1: none */
	bool glitch;
	bool stuck;
	double clock_shift_s; /* of the table's clock */
	bool repeat_row;
	bool active;
};

/**
 * @param driven_s  time under current so far, for Sand's time
 * @param sign      of the current now
 */
void incident_act(struct incident *incident, double time_s, double driven_s, int sign, struct influence *out);

#endif

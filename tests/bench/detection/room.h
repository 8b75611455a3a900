/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The temperature around a cell and what a logger makes of it: day and night, a thermostat that cycles, slow wander,
 * doors, the cell behind the air, the sensor behind both, its offset and its last digit.
 */
#ifndef DETECTION_ROOM_H
#define DETECTION_ROOM_H

#include <stdbool.h>

#include "dice.h"

struct room {
	double mean_k;
	double day_k, day_phase;
	double cycle_k, cycle_s;    /* of the thermostat */
	double wander_k, wander_s;
	double door_k, door_every_s, door_decay_s; /* +- amplitude up to door_k */
	double cell_lag_s;          /* of the cell behind the air */
	double sensor_lag_s, sensor_offset_k, sensor_digit_k;
	bool logged;
	/* state */
	struct dice dice;
	double time_s, updated_s, wander_now_k, door_now_k, door_next_s, cell_k, sensor_k;
	bool started;
};

/** Advance to time_s; step_k is what a fault adds to the air. */
void room_advance(struct room *room, double time_s, double step_k);

/** What the table says, degrees Celsius; NAN if nothing is logged. */
double room_logged_c(const struct room *room);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"

#include <math.h>

#include "exact.h"

#define UPDATE_S 0.5 /* nothing about heat is faster, and at 1 ms a sample it would cost more than the cell */
#define DAY_S 86400.0

static double towards(double from, double to, double dt_s, double lag_s)
{
	return lag_s > 0.0 ? to + (from - to) * exact_exp(-dt_s / lag_s) : to;
}

static void doors(struct room *room, double dt_s)
{
	if (room->door_every_s <= 0.0)
		return;
	room->door_now_k *= exact_exp(-dt_s / room->door_decay_s);
	if (room->time_s < room->door_next_s)
		return;
	room->door_now_k += dice_between(&room->dice, -room->door_k, room->door_k);
	room->door_next_s = room->time_s + dice_wait(&room->dice, room->door_every_s);
}

static void wander(struct room *room, double dt_s)
{
	double keep;

	if (room->wander_k <= 0.0)
		return;
	keep = exact_exp(-dt_s / room->wander_s);
	room->wander_now_k = keep * room->wander_now_k +
			     sqrt(1.0 - keep * keep) * room->wander_k * dice_normal(&room->dice);
}

void room_advance(struct room *room, double time_s, double step_k)
{
	const double dt_s = time_s - room->updated_s;
	double air_k;

	room->time_s = time_s;
	if (room->started && dt_s < UPDATE_S)
		return;
	room->updated_s = time_s;
	doors(room, dt_s);
	wander(room, dt_s);
	air_k = room->mean_k + step_k + room->wander_now_k + room->door_now_k +
		room->day_k * exact_sin_turns(time_s / DAY_S + room->day_phase);
	if (room->cycle_k > 0.0)
		air_k += room->cycle_k * exact_sin_turns(time_s / room->cycle_s);
	if (!room->started) {
		room->cell_k = air_k;
		room->sensor_k = air_k;
		room->started = true;
		return;
	}
	room->cell_k = towards(room->cell_k, air_k, dt_s, room->cell_lag_s);
	room->sensor_k = towards(room->sensor_k, air_k, dt_s, room->sensor_lag_s);
}

double room_logged_c(const struct room *room)
{
	const double celsius = room->sensor_k - 273.15 + room->sensor_offset_k;

	if (!room->logged)
		return NAN;
	return room->sensor_digit_k * floor(celsius / room->sensor_digit_k + 0.5);
}

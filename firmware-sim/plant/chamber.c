/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/chamber.h"

#include <math.h>
#include <stdlib.h>

#include "plant/random.h"
#include "text/keys.h"

#define TICK_NS INT64_C(1000000000)
#define TICK_S 1.0
#define PI 3.14159265358979323846

struct fw_chamber {
	struct fw_chamber_options options;
	struct fw_random doors;
	struct fw_random noise;

	int64_t now_ns; /* a whole number of ticks */
	double air_k;
	double slope_k_s;
	double nominal_k;
	double target_k; /* where the gradient has brought the set-point */
	double up_k_s;
	double down_k_s;
	bool running;

	double door_until_s;
	double door_next_s; /* of the random ones; HUGE_VAL for none */
	unsigned door_openings;
	double lowest_k;
	double highest_k;
};

#define NUMBER(key, member, unit, low, high, usual, scale, words)                                  \
	{ key, FW_KEY_NUMBER, offsetof(struct fw_chamber_options, member), unit, low, high, usual, \
	  scale, NULL, NULL, words }

/* Assumed: all of these; a recorded run of a 20 l chamber with cells inside would settle them. */
static const struct fw_key keys[] = {
	NUMBER("ambient_k", ambient_k, "K", 250, 330, 298.15, 1, "temperature of the room"),
	NUMBER("heat_k_min", heat_k_s, "K/min", 0.01, 100, 3, 1.0 / 60, "fastest heating"),
	NUMBER("cool_k_min", cool_k_s, "K/min", 0.01, 100, 3, 1.0 / 60, "fastest cooling"),
	NUMBER("period_s", period_s, "s", 30, 1e5, 600, 1, "period of the controlled air"),
	NUMBER("damping", damping, "", 0.1, 5, 0.6, 1, "of it; below 1 the air overshoots"),
	NUMBER("drift_s", drift_s, "s", 10, 1e6, 5400, 1, "time constant to ambient when stopped"),
	NUMBER("noise_k", noise_k, "K", 0, 10, 0.03, 1, "standard deviation of one reading"),
	NUMBER("door_at_s", door_at_s, "s", 0, 1e9, 0, 1, "open the door once then; 0: never"),
	NUMBER("door_every_h", door_every_s, "h", 0, 1e6, 0, 3600,
	       "mean time between random openings; 0: none"),
	NUMBER("door_open_s", door_open_s, "s", 1, 1e6, 60, 1, "how long the door stays open"),
	NUMBER("door_s", door_s, "s", 1, 1e6, 120, 1, "time constant to ambient with open door"),
};

const struct fw_key *fw_chamber_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(*keys);
	return keys;
}

void fw_chamber_options_default(struct fw_chamber_options *options)
{
	fw_keys_default(keys, sizeof(keys) / sizeof(*keys), options);
}

/** When the next random opening comes, waiting times being exponential. */
static double draw_door(struct fw_chamber *chamber, double now_s)
{
	if (chamber->options.door_every_s <= 0.0)
		return HUGE_VAL;
	return now_s - chamber->options.door_every_s * log(1.0 - fw_random_uniform(&chamber->doors));
}

struct fw_chamber *fw_chamber_new(const struct fw_chamber_options *options, uint64_t seed)
{
	struct fw_chamber *chamber = calloc(1, sizeof(*chamber));

	if (!chamber)
		return NULL;
	if (options)
		chamber->options = *options;
	else
		fw_chamber_options_default(&chamber->options);
	fw_random_seed(&chamber->doors, seed);
	fw_random_seed(&chamber->noise, seed ^ UINT64_C(0x5eed0fa1));
	chamber->air_k = chamber->options.ambient_k;
	chamber->nominal_k = chamber->air_k;
	chamber->target_k = chamber->air_k;
	chamber->lowest_k = chamber->air_k;
	chamber->highest_k = chamber->air_k;
	chamber->door_until_s = -HUGE_VAL;
	chamber->door_next_s = draw_door(chamber, 0.0);
	return chamber;
}

void fw_chamber_free(struct fw_chamber *chamber)
{
	free(chamber);
}

static void tend_door(struct fw_chamber *chamber, double now_s)
{
	double at_s = chamber->options.door_at_s;
	bool opens = at_s > 0.0 && now_s >= at_s && now_s - TICK_S < at_s;

	if (now_s >= chamber->door_next_s) {
		opens = true;
		chamber->door_next_s = draw_door(chamber, now_s);
	}
	if (opens) {
		chamber->door_openings++;
		chamber->door_until_s = now_s + chamber->options.door_open_s;
	}
}

static void move_target(struct fw_chamber *chamber)
{
	double way_k = chamber->nominal_k - chamber->target_k;

	if (way_k > 0.0 && chamber->up_k_s > 0.0)
		way_k = fmin(way_k, chamber->up_k_s * TICK_S);
	if (way_k < 0.0 && chamber->down_k_s > 0.0)
		way_k = fmax(way_k, -chamber->down_k_s * TICK_S);
	chamber->target_k += way_k;
}

/* Second order towards the target, its speed limited by heater and compressor. */
static void control(struct fw_chamber *chamber)
{
	double omega = 2.0 * PI / chamber->options.period_s;
	double pull = omega * omega * (chamber->target_k - chamber->air_k) -
		      2.0 * chamber->options.damping * omega * chamber->slope_k_s;

	chamber->slope_k_s += pull * TICK_S;
	chamber->slope_k_s = fmin(chamber->slope_k_s, chamber->options.heat_k_s);
	chamber->slope_k_s = fmax(chamber->slope_k_s, -chamber->options.cool_k_s);
	chamber->air_k += chamber->slope_k_s * TICK_S;
}

static void tick(struct fw_chamber *chamber)
{
	double now_s = (double)chamber->now_ns * 1e-9;
	double outside_k = chamber->options.ambient_k - chamber->air_k;

	tend_door(chamber, now_s);
	if (chamber->running) {
		move_target(chamber);
		control(chamber);
	} else {
		chamber->slope_k_s = 0.0;
		chamber->air_k += outside_k * TICK_S / chamber->options.drift_s;
	}
	if (now_s < chamber->door_until_s)
		chamber->air_k += outside_k * TICK_S / chamber->options.door_s;
	chamber->lowest_k = fmin(chamber->lowest_k, chamber->air_k);
	chamber->highest_k = fmax(chamber->highest_k, chamber->air_k);
}

void fw_chamber_advance(struct fw_chamber *chamber, int64_t now_ns)
{
	while (chamber->now_ns + TICK_NS <= now_ns) {
		chamber->now_ns += TICK_NS;
		tick(chamber);
	}
}

void fw_chamber_set_nominal(struct fw_chamber *chamber, double nominal_k)
{
	if (nominal_k == chamber->nominal_k)
		return;
	chamber->nominal_k = nominal_k;
	chamber->target_k = chamber->air_k;
}

double fw_chamber_nominal(const struct fw_chamber *chamber)
{
	return chamber->nominal_k;
}

void fw_chamber_run(struct fw_chamber *chamber, bool running)
{
	if (running && !chamber->running)
		chamber->target_k = chamber->air_k;
	chamber->running = running;
}

bool fw_chamber_is_running(const struct fw_chamber *chamber)
{
	return chamber->running;
}

void fw_chamber_set_gradient(struct fw_chamber *chamber, double up_k_s, double down_k_s)
{
	chamber->up_k_s = up_k_s;
	chamber->down_k_s = down_k_s;
}

double fw_chamber_air(const struct fw_chamber *chamber)
{
	return chamber->air_k;
}

double fw_chamber_actual(struct fw_chamber *chamber)
{
	return chamber->air_k + chamber->options.noise_k * fw_random_normal(&chamber->noise);
}

void fw_chamber_get_truth(const struct fw_chamber *chamber, struct fw_chamber_truth *out)
{
	*out = (struct fw_chamber_truth){
		.air_k = chamber->air_k,
		.nominal_k = chamber->nominal_k,
		.running = chamber->running,
		.door_openings = chamber->door_openings,
		.lowest_k = chamber->lowest_k,
		.highest_k = chamber->highest_k,
	};
}

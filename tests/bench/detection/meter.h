/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What an instrument makes of true voltage and current: offset, white noise, 1/f noise as a sum of relaxations a decade
 * apart, mains folded down by sampling, and codes of an ADC.
 */
#ifndef DETECTION_METER_H
#define DETECTION_METER_H

#include "dice.h"

#define METER_DECADES 4

struct meter {
	double offset_v, white_v, pink_v; /* pink: deviation of each decade */
	double mains_v, mains_turns_per_s; /* the alias, not the mains */
	double code_v;
	double current_gain, white_a, code_a;
	/* state */
	struct dice dice;
	double pink_now_v[METER_DECADES], time_s;
};

/** Deviation of one reading of voltage with everything in it but the offset. */
double meter_noise_v(const struct meter *meter);

/** Advance the slow noise to time_s, once a reading. */
void meter_advance(struct meter *meter, double time_s);

double meter_voltage(struct meter *meter, double true_v);
double meter_current(struct meter *meter, double true_a);

#endif

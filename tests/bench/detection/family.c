/* SPDX-License-Identifier: Apache-2.0 */
#include "family.h"

#include "dice.h"

#define SMALL 0.08, 0.20
#define LARGE 0.20, 0.70

/* Order is part of a seed: add at the end. */
static const struct family families[] = {
	/* healthy: by how often a row is written, for a false alarm is a matter of rows as well as of hours */
	{ "healthy_ms", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "ctp", "m", 0, 0.0002, 0, 0 },
	{ "healthy_fast", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "cctrp", "f", 0, 0.004, 0, 0 },
	{ "healthy_second", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "ccccrrtp", "s", 0, 0.10, 0, 0 },
	{ "healthy_tens", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "cccccrrp", "t", 0, 0.40, 0, 0 },
	{ "healthy_slow", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "cccccrrp", "l", 0, 0.44, 0, 0 },
	{ "healthy_on_change", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "cccr", "d", 0, 0.04, 0, 0 },
	{ "healthy_ramp", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "n", "fsstt", 0, 0.01, 0, 0 },
	{ "healthy_one_way", GROUP_HEALTHY, INCIDENT_NONE, TIMING_NONE, "o", "sstl", 0, 0.0058, 0, 0 },
	/* hard shorts */
	{ "short_sudden", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "ccr", "ffssttld", 70, 0, 0, 0 },
	{ "short_in_ramp", GROUP_HARD, INCIDENT_SHORT, TIMING_RAMP, "n", "fsst", 60, 0, 0, 0 },
	{ "short_flicker", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "ccr", "fssttl", 30, 0, 0, 0 },
	{ "short_at_reversal", GROUP_HARD, INCIDENT_SHORT, TIMING_REVERSAL, "ccr", "fssttl", 30, 0, 0, 0 },
	{ "short_faint", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "c", "sttl", 20, 0, 0, 0 },
	{ "short_after_creep", GROUP_HARD, INCIDENT_SOFT_TO_HARD, TIMING_SOMEWHERE, "c", "sttl", 20, 0, 0.02, 0.06 },
	{ "short_burns_out", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "ccr", "ffsst", 25, 0, 0, 0 },
	{ "short_first_half", GROUP_HARD, INCIDENT_SHORT, TIMING_FIRST_HALF, "c", "fssttl", 20, 0, 0, 0 },
	{ "short_after_rest", GROUP_HARD, INCIDENT_SHORT, TIMING_REST, "c", "ssttl", 15, 0, 0, 0 },
	{ "short_in_potential", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "p", "sstt", 15, 0, 0, 0 },
	{ "short_in_train", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "t", "fs", 10, 0, 0, 0 },
	{ "short_ms", GROUP_HARD, INCIDENT_SHORT, TIMING_SOMEWHERE, "ct", "m", 15, 0, 0, 0 },
	/* soft shorts */
	{ "soft_step", GROUP_SOFT, INCIDENT_SOFT_STEP, TIMING_SOMEWHERE, "ccr", "ssttttlld", 30, 0, LARGE },
	{ "soft_gradual", GROUP_SOFT, INCIDENT_SOFT_GRADUAL, TIMING_SOMEWHERE, "ccr", "ssttttlld", 30, 0, LARGE },
	{ "soft_flicker", GROUP_SOFT, INCIDENT_SOFT_FLICKER, TIMING_SOMEWHERE, "ccr", "ssttttlld", 30, 0, LARGE },
	{ "soft_one_polarity", GROUP_SOFT, INCIDENT_SOFT_ONE_WAY, TIMING_SOMEWHERE, "ccr", "ssttttlld", 30, 0, LARGE },
	{ "soft_to_hard", GROUP_SOFT, INCIDENT_SOFT_TO_HARD, TIMING_SOMEWHERE, "ccr", "ssttttll", 30, 0, LARGE },
	{ "small_step", GROUP_SOFT, INCIDENT_SOFT_STEP, TIMING_SOMEWHERE, "cc", "ssttttlld", 24, 0, SMALL },
	{ "small_gradual", GROUP_SOFT, INCIDENT_SOFT_GRADUAL, TIMING_SOMEWHERE, "cc", "ssttttlld", 24, 0, SMALL },
	{ "small_flicker", GROUP_SOFT, INCIDENT_SOFT_FLICKER, TIMING_SOMEWHERE, "cc", "ssttttlld", 24, 0, SMALL },
	{ "small_one_polarity", GROUP_SOFT, INCIDENT_SOFT_ONE_WAY, TIMING_SOMEWHERE, "cc", "ssttttlld", 24, 0, SMALL },
	{ "small_to_hard", GROUP_SOFT, INCIDENT_SOFT_TO_HARD, TIMING_SOMEWHERE, "cc", "ssttttll", 24, 0, SMALL },
	/* shorted before the first row */
	{ "start_hard", GROUP_START, INCIDENT_SHORT, TIMING_START, "ccrn", "fssttl", 50, 0, 0, 0 },
	{ "start_soft", GROUP_START, INCIDENT_SOFT_STEP, TIMING_START, "ccrn", "fssttl", 50, 0, 0.45, 0.88 },
	/* contact loss */
	{ "contact_loss", GROUP_POLARIZATION, INCIDENT_CONTACT_LOSS, TIMING_SOMEWHERE, "cccr", "stttlld", 80, 0, 0, 0 },
	{ "one_way_limit", GROUP_ONE_WAY, INCIDENT_SAND, TIMING_FIRST_HALF, "o", "sttl", 80, 0, 0, 0 },
	/* the bench */
	{ "lead_open", GROUP_FAULT, INCIDENT_LEAD_OPEN, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "sense_zero", GROUP_FAULT, INCIDENT_SENSE_ZERO, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "sense_float", GROUP_FAULT, INCIDENT_SENSE_FLOAT, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "sense_rail", GROUP_FAULT, INCIDENT_SENSE_RAIL, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "lead_step", GROUP_FAULT, INCIDENT_LEAD_STEP, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "spikes", GROUP_FAULT, INCIDENT_SPIKES, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "glitch", GROUP_FAULT, INCIDENT_GLITCH, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "stuck_code", GROUP_FAULT, INCIDENT_STUCK, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "clock", GROUP_FAULT, INCIDENT_CLOCK, TIMING_SOMEWHERE, "cr", "ssttl", 30, 0, 0, 0 },
	{ "thermal", GROUP_FAULT, INCIDENT_THERMAL, TIMING_SOMEWHERE, "cr", "ssttl", 40, 0, 0, 0 },
	{ "clipped", GROUP_FAULT, INCIDENT_CLIPPED, TIMING_RAMP, "n", "fsst", 30, 0, 0, 0 },
	/* nobody can tell this one: beside the sum of the faults */
	{ FAMILY_UNKNOWABLE, GROUP_FAULT, INCIDENT_THERMAL, TIMING_SOMEWHERE, "cr", "ssttl", 20, 0, 0, 0 },
};

size_t family_count(void)
{
	return sizeof(families) / sizeof(families[0]);
}

const struct family *family_at(size_t index)
{
	return &families[index];
}

uint64_t family_seed(uint64_t campaign_seed, size_t family, uint64_t n)
{
	uint64_t state = campaign_seed * UINT64_C(1000003) + family;

	state = dice_mix(&state) + n;
	return (dice_mix(&state) >> 24 << 8) | family;
}

const char *group_name(enum group group)
{
	static const char *const names[GROUPS] = { "healthy", "hard short", "soft short", "shorted from the start",
						   "polarization over cycles", "polarization one-way", "bench fault" };

	return names[group];
}

const char *sampling_name(enum sampling_class class)
{
	static const char *const names[SAMPLING_CLASSES] = { "1-20 ms", "50-500 ms", "1-2 s", "5-10 s", "30-60 s",
							     "on change" };

	return names[class];
}

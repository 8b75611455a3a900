/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Families of trials: what happens in them, how many there are, how they are scored.
 */
#ifndef DETECTION_FAMILY_H
#define DETECTION_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "incident.h"

enum sampling_class { SAMPLING_MS, SAMPLING_FAST, SAMPLING_SECOND, SAMPLING_TENS, SAMPLING_SLOW, SAMPLING_ON_CHANGE,
		      SAMPLING_CLASSES };

enum group { GROUP_HEALTHY, GROUP_HARD, GROUP_SOFT, GROUP_START, GROUP_POLARIZATION, GROUP_ONE_WAY, GROUP_FAULT,
	     GROUPS };

enum timing {
	TIMING_NONE,
	TIMING_SOMEWHERE,  /* within a half-cycle, after some */
	TIMING_FIRST_HALF, /* within the very first */
	TIMING_REVERSAL,   /* when the current changes */
	TIMING_REST,       /* while no current flows */
	TIMING_RAMP,       /* late in a ramp */
	TIMING_START,      /* before the first row */
};

/* +-5-10 K without a thermometer: told from a soft short by nobody. */
#define FAMILY_UNKNOWABLE "thermal_unlogged"

struct family {
	const char *name;
	enum group group;
	enum incident_kind incident;
	enum timing timing;
	const char *programmes;  /* letters: c cycle, r rates, n ramp, p potential, t train, o one way */
	const char *samplings;   /* letters, more of one makes it likelier: m ms, f fast, s second, t tens, l slow, d on change */
	unsigned count;          /* at --shorts 300 */
	double hours_share;      /* of --hours, healthy families only */
	double drop_low, drop_high; /* soft shorts: share of the steady resistance */
};

size_t family_count(void);
const struct family *family_at(size_t index);

/** The n-th seed of a family in a campaign; the family is its lowest byte. */
uint64_t family_seed(uint64_t campaign_seed, size_t family, uint64_t n);

const char *group_name(enum group group);
const char *sampling_name(enum sampling_class class);

#endif

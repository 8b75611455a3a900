/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * All trials of a campaign, played and scored.
 */
#ifndef DETECTION_CAMPAIGN_H
#define DETECTION_CAMPAIGN_H

#include "examinee.h"
#include "score.h"

struct campaign {
	uint64_t seed;
	double shorts;       /* 300: as many of each family as its table says */
	double hours;        /* of healthy cells */
	const char *family;  /* this one only, or NULL */
	enum examinee examinee;
	/* results */
	unsigned long trials;
	uint64_t digest;     /* of all alarms in order: the same for the same seed */
};

/** @retval false out of memory */
bool campaign_run(struct campaign *campaign, struct score *score);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Between the two halves of the score: events, and time exposed to false alarms. Internal.
 */
#ifndef DETECTION_SCORE_PART_H
#define DETECTION_SCORE_PART_H

#include "score.h"

/* A fault has half an hour to be forgotten in. */
#define FAULT_AFTER_S 1800.0

/** False alarms, hours and rows of a trial. */
void score_expose(struct score *score, const struct trial *trial, const struct alarms *alarms);

/** One line of the list, if there is one. */
void score_list(const struct score *score, const struct trial *trial, const char *what, double time_s, const char *type);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A score as tables a person can read, with n and exact 95 % intervals beside every figure.
 */
#ifndef DETECTION_REPORT_H
#define DETECTION_REPORT_H

#include <stdio.h>

#include "score.h"

/** Sorts the latencies of the score; else leaves it alone. */
void report(struct score *score, FILE *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * exp, log and sin from IEEE additions and multiplications alone, so that a seed gives the same bits on
 * every machine: those of a C library may differ in the last bit from version to version and from
 * processor to processor. Relative error below 1e-14, which no ADC sees.
 */
#ifndef DETECTION_EXACT_H
#define DETECTION_EXACT_H

double exact_exp(double x);

/** x > 0 */
double exact_log(double x);

/** sin(2 pi turns) */
double exact_sin_turns(double turns);

/** x ^ y for x > 0 */
double exact_pow(double x, double y);

#endif

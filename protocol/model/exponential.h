/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * exp() with the same bits on every machine. That of the C library may differ in its last digit from one
 * library to the next, and a saved state must go on as it would have gone on elsewhere.
 */
#ifndef SG_MODEL_EXPONENTIAL_H
#define SG_MODEL_EXPONENTIAL_H

/** exp(x) to 1e-15 of itself for -700 <= x <= 700; beyond, the value at that end. NAN for NAN. */
double sg_exponential(double x);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Numbers as a MethodSCRIPT program spells them: an integer and an SI prefix letter, no decimal point.
 *
 * Source: MethodSCRIPT manual v1.8, 4.2, as cited by lowryliu-ses/ilcs,
 * devices/gateway/potentiostat/tests/test_methodscript.py. Mantissa of 28 bits with its sign.
 */
#ifndef SG_WIRE_METHODSCRIPT_LITERAL_H
#define SG_WIRE_METHODSCRIPT_LITERAL_H

#include "core/error.h"

/** "-134217727M" and its NUL fit. */
#define SG_METHODSCRIPT_LITERAL_SIZE 16

/**
 * Write a value in its one canonical form: rounded half away from zero to the finest prefix of
 * p n u m (none) k M whose mantissa stays below 2^27; then, while it divides by 1000, one prefix up.
 *
 * @retval SG_ERR_ARGUMENT  not finite, or too large even for M; out is not written
 */
enum sg_err sg_methodscript_literal(double value, char out[SG_METHODSCRIPT_LITERAL_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Numbers of a table, as strtod() of the C locale reads decimal ones, but faster for the short ones that
 * instruments write. Hexadecimal is no number here.
 */
#ifndef SG_FORMAT_TABLE_NUMBER_H
#define SG_FORMAT_TABLE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * @param text  followed by a byte that is no part of a number (NUL, blank, separator, line break); blanks around the number
 *              are allowed
 * @param out   the number; NAN for an empty field and for nan, na, null in any case
 * @return false if it is no number
 */
bool sg_table_number(const char *text, size_t length, double *out);

#endif

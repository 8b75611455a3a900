/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Rows of the record as lines of a Battery Data Format table (.bdf.csv): preferred labels and fixed
 * units of the ontology, nothing else in the table. What the ontology has no term for (quality flags,
 * set value, current range) goes to the quality table beside it, keyed by Record Index: one line for
 * the first row and one for every row in which one of the three changed; in between they stay.
 *
 * Source: Battery Data Alliance, battery-data-format, ontology 1.3.0; validator src/bdf/_validate.py.
 *
 * Digits: voltage 1 uV or better, current and sums at least 9 significant. Test-scoped sums have 12:
 * the validator holds net = charging - discharging against 1e-7 of the largest net value, and after
 * n cycles net is n times smaller than what it is the difference of. Step and cycle sums, where that
 * quotient stays small, have 10.
 */
#ifndef SG_FORMAT_BDF_H
#define SG_FORMAT_BDF_H

#include <stddef.h>
#include <stdint.h>

#include "format/row.h"

/** The version of the ontology whose labels are written. */
#define SG_BDF_ONTOLOGY "1.3.0"

/** Storage that always holds one line of any of these tables. */
#define SG_BDF_LINE_SIZE 1024

/** @return bytes written to line, with the line feed, without the NUL; 0 if size is too small */
size_t sg_bdf_header(char *line, size_t size);
size_t sg_bdf_line(const struct sg_row *row, char *line, size_t size);

size_t sg_quality_header(char *line, size_t size);
/** Columns: Record Index / 1, Test Time / s, flags (names joined by '|', empty if none), range_A, set_A. */
size_t sg_quality_line(const struct sg_row *row, char *line, size_t size);
/** The flag of a name in that table, 0 if there is none. */
uint32_t sg_quality_flag(const char *name);

#endif

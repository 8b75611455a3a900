/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What is known of the cell of a labelled trace: NAME.json beside NAME.csv.gz. Only what a person would know
 * before the test; the true events in the same file are for the scorer alone and are not read here.
 */
#ifndef DETECTION_TRACE_CELL_H
#define DETECTION_TRACE_CELL_H

#include <stdbool.h>

struct trace_cell {
	double area_cm2;     /* 1 if not given */
	double expected_ohm; /* NAN if not given */
	double compliance_v; /* NAN if not given */
};

/** Nothing known. */
void trace_cell_init(struct trace_cell *cell);

/**
 * Read the parameters: area_cm2, compliance_V, and R_expected_ohm or else R_sep_ohm + 2 R_int_ohm_each.
 * @retval false  the file is there and could not be understood; the reason was printed to stderr.
 *                A file that is not there is no error: nothing is known of the cell.
 */
bool trace_cell_read(struct trace_cell *cell, const char *path, bool *found);

#endif

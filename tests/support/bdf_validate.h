/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A validator for Battery Data Format tables, for tests only: it knows the published rules and nothing
 * of the code that writes the tables. Where the published validator leaves slack for foreign files
 * (1e-9 absolute, 1e-6 of the scale for sums that go back), this one leaves none.
 *
 * Source: Battery Data Alliance, battery-data-format, src/bdf/_validate.py and src/bdf/_time_scale.py,
 * labels from the ontology 1.3.0.
 */
#ifndef TESTS_SUPPORT_BDF_VALIDATE_H
#define TESTS_SUPPORT_BDF_VALIDATE_H

#include <stddef.h>

#define BDF_PROBLEMS_SIZE 1024

struct bdf_report {
	size_t rows;       /* whole rows below the header */
	size_t columns;
	size_t torn_bytes; /* after the last line feed: not a row, counted as a problem only if strict */
	size_t problem_count;
	char problems[BDF_PROBLEMS_SIZE]; /* the first of them, one a line */
	double last_time_s;
	double last_record_index; /* 0 without that column */
	double last_cumulative_ah; /* 0 without that column */
};

enum bdf_tail {
	BDF_TAIL_WHOLE, /* the file must end with a line feed */
	BDF_TAIL_TORN,  /* half a line at the end is passed over */
};

/* Returns 0 valid, 1 invalid, 2 unreadable, like the published tool. */
int bdf_validate(const char *path, enum bdf_tail tail, struct bdf_report *report);

/* The same on bytes in memory. */
int bdf_validate_bytes(const char *bytes, size_t length, enum bdf_tail tail, struct bdf_report *report);

#endif

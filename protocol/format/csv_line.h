/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One line of a comma-separated table, written into the caller's storage field by field. Nothing is
 * cut off: a line that does not fit is refused as a whole by sg_csv_end().
 *
 * A line stays one line: line breaks inside a text become blanks, so that a file can be repaired,
 * followed and counted line by line. Numbers use the decimal point of the C locale; a program that
 * calls setlocale(LC_NUMERIC, ...) must not write tables.
 */
#ifndef SG_FORMAT_CSV_LINE_H
#define SG_FORMAT_CSV_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_csv_line {
	char *data;  /**< not NUL-terminated before sg_csv_end() */
	size_t size;
	size_t length;
	size_t fields;
	bool overflow;
};

/** Begin an empty line in storage of size bytes, which the caller keeps alive. */
void sg_csv_begin(struct sg_csv_line *line, char *storage, size_t size);

/** A number with so many significant digits (%.*g); an infinity or NAN is an empty field. */
void sg_csv_number(struct sg_csv_line *line, double value, int significant_digits);

/** A number with so many decimals (%.*f), -0 written as 0; an infinity or NAN is an empty field. */
void sg_csv_fixed(struct sg_csv_line *line, double value, int decimals);

void sg_csv_integer(struct sg_csv_line *line, int64_t value);

/** Text, quoted by RFC 4180's rules where it must be. NULL is an empty field. */
void sg_csv_text(struct sg_csv_line *line, const char *text);

/**
 * Finish with a line feed and a NUL.
 * @return bytes of the line with its line feed, without the NUL; 0 if it did not fit
 */
size_t sg_csv_end(struct sg_csv_line *line);

#endif

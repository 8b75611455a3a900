/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A line of a table that has no quotes, which is nearly every line of measured numbers: its fields where they stand,
 * without a copy. The fields are those libcsv finds, in a third of the time; what is not plain is left to libcsv.
 */
#ifndef SG_FORMAT_PLAIN_LINE_H
#define SG_FORMAT_PLAIN_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct sg_plain_line {
	const char *at;  /**< where the next field begins; NULL: there is none */
	const char *end; /**< the line break */
	size_t length;   /**< bytes of the line with its line break */
	char separator;
};

/**
 * @param bytes  from the beginning of a line on; borrowed while the fields are asked for
 * @return false if the line is not whole in these bytes, or has a quote or a carriage return inside: *line is not usable
 */
bool sg_plain_line(struct sg_plain_line *line, const char *bytes, size_t length, char separator);

/**
 * The next field without the blanks around it, in line order. A line of blanks has no fields, an empty field between
 * separators is one.
 * @param text  into the bytes of the line, followed there by a blank, a separator or the line break, not by NUL
 * @return false if there was none left
 */
bool sg_plain_line_field(struct sg_plain_line *line, const char **text, size_t *length);

#endif

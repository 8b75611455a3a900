/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The first line of a table: what separates its fields, and which column is which quantity.
 */
#ifndef SG_FORMAT_TABLE_HEADING_H
#define SG_FORMAT_TABLE_HEADING_H

#include <stddef.h>

#include "core/error.h"
#include "core/text.h"
#include "format/table_columns.h"

#define SG_TABLE_COLUMNS_MAX 256
#define SG_TABLE_FOUND_SIZE 512

struct sg_table_column {
	enum sg_quantity quantity; /**< NONE: nobody reads it */
	double factor;             /**< to the unit of sg_table_row */
};

/** Fill by sg_table_heading_init() and one sg_table_heading_add() for each field. Not to be copied. */
struct sg_table_heading {
	struct sg_table_column columns[SG_TABLE_COLUMNS_MAX]; /**< the first of them; others are counted only */
	size_t count;
	/* private */
	char found[SG_TABLE_FOUND_SIZE]; /* for the message */
	struct sg_text found_text;
	enum sg_quantity twice; /* a quantity that more than one of them names, or NONE */
};

void sg_table_heading_init(struct sg_table_heading *heading);

/** The next field of the first line. */
void sg_table_heading_add(struct sg_table_heading *heading, const char *text);

/**
 * Does it name time, current and voltage, each once?
 * @retval SG_ERR_FORMAT  it does not; why says what is missing or twice, and what is there
 */
enum sg_err sg_table_heading_check(const struct sg_table_heading *heading, struct sg_text *why);

/** What separates fields: of comma, semicolon and tab the one the line has most of outside quotes. */
char sg_table_heading_separator(const char *line, size_t length);

#endif

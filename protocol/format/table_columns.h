/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Which column of a table is which quantity, by its heading: the preferred labels and the machine names
 * of the Battery Data Format, and the short form `time_s,current_A,voltage_V[,temp_C]`.
 */
#ifndef SG_FORMAT_TABLE_COLUMNS_H
#define SG_FORMAT_TABLE_COLUMNS_H

#include <stddef.h>

enum sg_quantity {
	SG_QUANTITY_TIME,        /**< s; required */
	SG_QUANTITY_CURRENT,     /**< A; required */
	SG_QUANTITY_VOLTAGE,     /**< V; required */
	SG_QUANTITY_TEMPERATURE, /**< degC */
	SG_QUANTITY_STEP,
	SG_QUANTITY_STEP_TIME,   /**< s since its step began */
	SG_QUANTITIES,
	SG_QUANTITY_NONE = SG_QUANTITIES,
};

/**
 * @param heading  as in the file, without quotes
 * @param factor   on a hit what a value is multiplied by to come to the unit above
 * @return the quantity, or SG_QUANTITY_NONE
 */
enum sg_quantity sg_table_column(const char *heading, double *factor);

/** What a person would call it, with the headings that would be right. Static storage. */
const char *sg_quantity_name(enum sg_quantity quantity);

#endif

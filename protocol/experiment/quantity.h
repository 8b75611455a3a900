/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A number with a unit, as people write it: "5 min", "1.0 mA/cm2", "20 mAh cm⁻²", "25 °C".
 * The unit decides the dimension; the value comes out in the program's own unit of that dimension.
 */
#ifndef SG_EXPERIMENT_QUANTITY_H
#define SG_EXPERIMENT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

enum sg_dimension {
	SG_DIM_DURATION,        /**< s */
	SG_DIM_CURRENT,         /**< A */
	SG_DIM_DENSITY,         /**< mA cm-2 */
	SG_DIM_CHARGE,          /**< mAh; known only to be refused with a good word */
	SG_DIM_AREAL_CHARGE,    /**< mAh cm-2 */
	SG_DIM_VOLTAGE,         /**< V */
	SG_DIM_TEMPERATURE,     /**< degC */
	SG_DIM_TEMPERATURE_DIFFERENCE, /**< K */
	SG_DIM_RESISTANCE,      /**< ohm */
	SG_DIM_AREAL_RESISTANCE,/**< ohm cm2; known only to be refused with a good word */
};

#define SG_DIMENSIONS 10

enum sg_quantity_status {
	SG_QUANTITY_OK,
	SG_QUANTITY_NOT_A_NUMBER, /**< does not begin with a number: unit and value are not written */
	SG_QUANTITY_COMMA,        /**< a decimal comma: 1,5 for 1.5 */
	SG_QUANTITY_NO_UNIT,      /**< value is the bare number */
	SG_QUANTITY_UNKNOWN_UNIT, /**< value is the bare number, unit says which */
};

struct sg_quantity {
	enum sg_dimension dimension; /**< only with OK */
	double value;
	const char *unit;            /**< where the unit begins in the text; borrowed from it */
};

/**
 * Read a quantity. A blank between number and unit is optional. Exponents may be written cm2,
 * cm^2, cm², per area as /cm2, cm-2, cm^-2, cm⁻²; micro as u, µ or μ; degC, °C and C are the same.
 * The number is decimal with a point; no hexadecimal, no inf, no nan.
 */
enum sg_quantity_status sg_quantity_read(const char *text, struct sg_quantity *out);

/**
 * Read a bare decimal number that fills the text.
 * @return false if it is anything else or not finite
 */
bool sg_number_read(const char *text, double *out);

/** "a duration", "a current density", ... Static storage. */
const char *sg_dimension_name(enum sg_dimension dimension);

/** The unit values come out in: "s", "mA/cm2", ... Static storage. */
const char *sg_dimension_unit(enum sg_dimension dimension);

/** The unit a person would most likely write: "min", "mA/cm2", ... Static storage. */
const char *sg_dimension_example(enum sg_dimension dimension);

/** Every unit of a dimension, for a message: "ms, s, min, h, d". Static storage. */
const char *sg_dimension_units(enum sg_dimension dimension);

#endif

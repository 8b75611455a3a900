/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Data packages of the MethodSCRIPT instruments.
 *
 *     Peb80F4240u;ba80CB740n,10,218;ab9A4EF34n,10,206
 *     P                                                package
 *      eb                                              type of the variable: time
 *        80F4240                                       seven digits, value + 0x8000000
 *               u                                      prefix: 10^-6; may be a blank; `i` for an integer
 *                 ;                                    next variable
 *                              ,10                     status, one digit
 *                                  ,218                range id, two digits
 *
 * Source: PalmSens/MethodSCRIPT_Examples, Example_Python/palmsens/mscript.py.
 */
#ifndef SG_WIRE_METHODSCRIPT_PACKAGE_H
#define SG_WIRE_METHODSCRIPT_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/** More cannot stand in one line. */
#define SG_METHODSCRIPT_VARIABLES_MAX 12

/** Status bits of a variable. */
enum sg_methodscript_status {
	SG_STATUS_TIMING = 1,
	SG_STATUS_OVERLOAD = 2,
	SG_STATUS_UNDERLOAD = 4,
	SG_STATUS_OVERLOAD_WARNING = 8,
};

struct sg_methodscript_variable {
	char type[3];     /**< "ba" */
	char prefix;      /**< as sent; 0 for not-a-number */
	int32_t mantissa; /**< 0 for not-a-number */
	double value;     /**< SI, or NAN */
	bool has_status;
	bool has_range;
	uint8_t status;   /**< of enum sg_methodscript_status */
	uint8_t range;    /**< range id */
};

struct sg_methodscript_package {
	size_t count;
	struct sg_methodscript_variable variables[SG_METHODSCRIPT_VARIABLES_MAX];
};

/**
 * Decode a whole line (without LF) that begins with `P`.
 *
 * Strict: exact digit counts, upper-case digits, known prefixes, no field twice, nothing left over.
 * Metadata fields of unknown id (their first digit) are passed over, as the maker's reader does.
 *
 * @retval SG_ERR_FRAME  anything else; *out is not written
 */
enum sg_err sg_methodscript_package_decode(const char *text, size_t length,
					   struct sg_methodscript_package *out);

#endif

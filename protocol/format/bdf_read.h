/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Lines that format/bdf.h wrote, back to rows: for a test that goes on after a crash. Strict: the columns of this program in
 * its order, and nothing else. Tables of others are read by format/table_reader.h.
 */
#ifndef SG_FORMAT_BDF_READ_H
#define SG_FORMAT_BDF_READ_H

#include <stddef.h>

#include "core/error.h"
#include "format/row.h"

#define SG_BDF_STEP_ID_SIZE 32

/**
 * One line of the table of rows, without its line feed. Set value, range and flags, which it does not have, stay as they
 * are in row; step_type becomes NULL, and step_id points into id.
 * @retval SG_ERR_FORMAT  not a row of this program; row is then half filled
 */
enum sg_err sg_bdf_read(struct sg_row *row, char id[SG_BDF_STEP_ID_SIZE], const char *line, size_t length);

/**
 * One line of the quality table, without its line feed: from the row record_index on these hold.
 * @retval SG_ERR_FORMAT
 */
enum sg_err sg_quality_read(struct sg_row *row, const char *line, size_t length);

#endif

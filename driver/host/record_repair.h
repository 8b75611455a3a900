/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Make a table whole again after a crash or a power cut in the middle of a write: cut off what follows
 * its last good line. Works on every table of a run folder; a whole table is not touched.
 */
#ifndef SG_HOST_RECORD_REPAIR_H
#define SG_HOST_RECORD_REPAIR_H

#include <stddef.h>

#include "core/error.h"
#include "core/text.h"

/**
 * Repair one table in place.
 *
 * A line is good if it ends with a line feed, has as many fields as the header, and no NUL byte (what
 * file systems leave where a block was lost). Everything from the first bad line near the end on is
 * removed: rows after a hole cannot be trusted to be in order.
 *
 * @param note  one sentence about what was found and done; may be NULL
 *
 * @retval SG_OK            whole now; the note says whether anything was removed
 * @retval SG_ERR_FORMAT    not even a whole header: nothing was changed
 * @retval SG_ERR_BUSY      a program is writing it
 * @retval SG_ERR_NOT_FOUND, SG_ERR_ACCESS, SG_ERR_IO, SG_ERR_NO_MEMORY
 */
enum sg_err sg_record_repair(const char *path, struct sg_text *note);

/** Fields of one line (without its line feed); 0 if it is not a good line of any table. */
size_t sg_record_fields(const char *line, size_t length);

/** How many of these bytes, from the first, are good lines of so many fields. */
size_t sg_record_good_length(const char *bytes, size_t length, size_t fields);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A recorded table as a stream: bytes in, in pieces of any size; readings out. For replay, not for a
 * running test: opening allocates, and so does libcsv for a field longer than any before.
 *
 * Comma, semicolon or tab between fields, told by the first line; quotes; CRLF; a byte order mark. Columns in
 * any order, found by their headings (table_columns.h). A line that is not a row of this table, such as one
 * with a quote that does not close, is reported and left out, it alone; a value that is missing or NaN is passed on as NAN, for the detectors to say so.
 */
#ifndef SG_FORMAT_TABLE_READER_H
#define SG_FORMAT_TABLE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

struct sg_table_reader;

struct sg_table_row {
	uint64_t row;         /**< 1-based, the heading not counted */
	double time_s;        /**< as in the table: may restart, may be NAN */
	double current_a;     /**< NAN if missing */
	double voltage_v;     /**< NAN if missing */
	double temperature_c; /**< NAN if missing */
	uint32_t step;        /**< step count, 0 if the table has none */
	double step_time_s;   /**< since the step began; NAN if missing */
};

/** Where the rows go. Called during feed and end. */
struct sg_table_sink {
	void *ctx;
	void (*row)(void *ctx, const struct sg_table_row *row);
	/** A row that was left out, and why; text valid during the call. */
	void (*bad)(void *ctx, uint64_t row, const char *text);
};

/** @param out  owned by the caller, sg_table_close() it. @retval SG_ERR_NO_MEMORY */
enum sg_err sg_table_open(const struct sg_table_sink *sink, struct sg_table_reader **out);

/** NULL is fine. */
void sg_table_close(struct sg_table_reader *reader);

/**
 * @param why  on failure, one sentence
 * @retval SG_ERR_FORMAT     the first line is no heading of a table with time, current and voltage, or has two columns
 *                           for one quantity; why names what is missing or too many, and what was found
 * @retval SG_ERR_NO_MEMORY
 */
enum sg_err sg_table_feed(struct sg_table_reader *reader, const void *bytes, size_t length, struct sg_text *why);

/**
 * No more bytes. A last line without its line break is torn: it is reported, not used, since its last
 * number may be cut off.
 * @retval SG_ERR_FORMAT  there was no heading, or not one row that could be used
 */
enum sg_err sg_table_end(struct sg_table_reader *reader, struct sg_text *why);

#endif

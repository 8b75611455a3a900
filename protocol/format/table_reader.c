/* SPDX-License-Identifier: Apache-2.0 */
#include "format/table_reader.h"

#include <csv.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "format/plain_line.h"
#include "format/table_heading.h"
#include "format/table_number.h"

#define HEADING_MAX 8192
#define SHOWN_SIZE 24 /* of a field that is no number */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct sg_table_reader {
	struct sg_table_sink sink;
	struct csv_parser csv; /* of every line that is not plain */
	char separator;
	char first_line[HEADING_MAX]; /* until its end is known */
	size_t first_length;
	bool heading_done;    /* columns are known */
	bool unusable;
	struct sg_table_heading heading;
	/* the row at hand */
	size_t field;
	double value[SG_QUANTITIES];
	enum sg_quantity not_a_number; /* which one is no number, or NONE */
	char shown[SHOWN_SIZE];        /* what stands there instead */
	uint64_t row;
	uint64_t good;        /* of them passed on */
	bool row_ended;  /* in the latest piece of a line */
	bool line_blank; /* the line at hand, so far */
	bool at_end;
	bool last_ended; /* the latest byte was a line break */
};

/* The beginning of a field for a message: one line, whatever bytes it has. */
static void show(struct sg_table_reader *r, const char *text, size_t length)
{
	const size_t n = length < SHOWN_SIZE - 1 ? length : SHOWN_SIZE - 1;

	for (size_t i = 0; i < n; i++)
		r->shown[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	r->shown[n] = '\0';
}

static void take_value(struct sg_table_reader *r, const char *text, size_t length)
{
	const size_t at = r->field++;
	const struct sg_table_column *column;
	double value;

	if (at >= r->heading.count || at >= SG_TABLE_COLUMNS_MAX)
		return;
	column = &r->heading.columns[at];
	if (column->quantity == SG_QUANTITY_NONE)
		return;
	if (!sg_table_number(text, length, &value)) {
		if (r->not_a_number == SG_QUANTITY_NONE) {
			r->not_a_number = column->quantity;
			show(r, text, length);
		}
		value = NAN;
	}
	r->value[column->quantity] = value * column->factor;
}

static void on_field(void *text, size_t length, void *ctx)
{
	struct sg_table_reader *r = ctx;

	if (r->heading_done)
		take_value(r, text ? text : "", text ? length : 0);
	else
		sg_table_heading_add(&r->heading, text ? text : "");
}

static void complain(struct sg_table_reader *r, const char *text)
{
	r->sink.bad(r->sink.ctx, r->row, text);
}

static uint32_t step_of(double value)
{
	return value >= 1.0 && value <= 4e9 ? (uint32_t)value : 0;
}

static void finish_row(struct sg_table_reader *r)
{
	char storage[160];
	struct sg_text text;

	r->row++;
	sg_text_init(&text, storage, sizeof(storage));
	if (r->at_end && !r->last_ended) {
		complain(r, "the last line has no line break: it is torn, and its last number may be cut off");
	} else if (r->field != r->heading.count) {
		sg_text_add(&text, "%zu fields where the heading has %zu: a torn line, or two run together", r->field,
			    r->heading.count);
		complain(r, text.data);
	} else if (r->not_a_number != SG_QUANTITY_NONE) {
		sg_text_add(&text, "the %s is no number: \"%s\"", sg_quantity_name(r->not_a_number), r->shown);
		complain(r, text.data);
	} else {
		const struct sg_table_row row = {
			.row = r->row,
			.time_s = r->value[SG_QUANTITY_TIME],
			.current_a = r->value[SG_QUANTITY_CURRENT],
			.voltage_v = r->value[SG_QUANTITY_VOLTAGE],
			.temperature_c = r->value[SG_QUANTITY_TEMPERATURE],
			.step = step_of(r->value[SG_QUANTITY_STEP]),
			.step_time_s = r->value[SG_QUANTITY_STEP_TIME],
		};

		r->good++;
		r->sink.row(r->sink.ctx, &row);
	}
}

static void begin_row(struct sg_table_reader *r)
{
	r->field = 0;
	r->not_a_number = SG_QUANTITY_NONE;
	for (size_t i = 0; i < SG_QUANTITIES; i++)
		r->value[i] = NAN;
}

static void on_row(int end, void *ctx)
{
	struct sg_table_reader *r = ctx;

	(void)end;
	if (r->heading_done)
		finish_row(r);
	else
		r->heading_done = true;
	r->row_ended = true;
	begin_row(r);
}

enum sg_err sg_table_open(const struct sg_table_sink *sink, struct sg_table_reader **out)
{
	struct sg_table_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return SG_ERR_NO_MEMORY;
	if (csv_init(&r->csv, CSV_APPEND_NULL) != 0) {
		free(r);
		return SG_ERR_NO_MEMORY;
	}
	r->sink = *sink;
	r->line_blank = true;
	sg_table_heading_init(&r->heading);
	*out = r;
	return SG_OK;
}

void sg_table_close(struct sg_table_reader *r)
{
	if (!r)
		return;
	csv_free(&r->csv);
	free(r);
}

static enum sg_err refuse(struct sg_table_reader *r)
{
	r->unusable = true;
	return SG_ERR_FORMAT;
}

static enum sg_err parse(struct sg_table_reader *r, const void *bytes, size_t length)
{
	if (csv_parse(&r->csv, bytes, length, on_field, on_row, r) == length)
		return SG_OK;
	return csv_error(&r->csv) == CSV_ENOMEM ? SG_ERR_NO_MEMORY : SG_ERR_FORMAT;
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

static bool is_blank_line(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && (text[i] == ' ' || text[i] == '\t' || is_break(text[i])))
		i++;
	return i == length;
}

/* The first line is whole: settle the separator and the columns. */
static enum sg_err take_first_line(struct sg_table_reader *r, struct sg_text *why)
{
	const size_t mark = strlen(BYTE_ORDER_MARK);
	const bool marked = r->first_length >= mark && memcmp(r->first_line, BYTE_ORDER_MARK, mark) == 0;
	const size_t skip = marked ? mark : 0;
	enum sg_err err;

	r->separator = sg_table_heading_separator(r->first_line, r->first_length);
	csv_set_delim(&r->csv, (unsigned char)r->separator);
	err = parse(r, r->first_line + skip, r->first_length - skip);
	if (err)
		return err;
	/* A quote that does not close swallows the line break. */
	if (!r->heading_done) {
		if (is_blank_line(r->first_line + skip, r->first_length - skip)) {
			r->first_length = 0; /* an empty line; the heading is still to come */
			return SG_OK;
		}
		sg_text_add(why, "the first line has a quote that does not close");
		return refuse(r);
	}
	return sg_table_heading_check(&r->heading, why) ? refuse(r) : SG_OK;
}

/* Bytes of the first line, until its line break. *taken of the bytes are used up. */
static enum sg_err collect_heading(struct sg_table_reader *r, const char *bytes, size_t length, size_t *taken,
				   struct sg_text *why)
{
	size_t i = 0;

	while (i < length) {
		const char c = bytes[i++];

		if (r->first_length == HEADING_MAX) {
			sg_text_add(why, "the first line is longer than %d bytes: not a table", HEADING_MAX);
			return refuse(r);
		}
		r->first_line[r->first_length++] = c;
		if (is_break(c)) {
			*taken = i;
			return take_first_line(r, why);
		}
	}
	*taken = i;
	return SG_OK;
}

/*
 * The line is over and the row is not: a quote is open. No field of these tables spans lines, so a stray quote
 * costs its own row and not the rest of the file.
 */
static void drop_open_quote(struct sg_table_reader *r)
{
	csv_fini(&r->csv, NULL, NULL, NULL); /* back to the beginning of a row, nothing handed out */
	r->row++;
	complain(r, "a quote that does not close before the end of the line");
	begin_row(r);
}

/* A line with its line break, or as much of it as is there. */
static enum sg_err parse_piece(struct sg_table_reader *r, const char *bytes, size_t length)
{
	enum sg_err err;

	r->row_ended = false;
	r->line_blank = r->line_blank && is_blank_line(bytes, length);
	r->last_ended = is_break(bytes[length - 1]);
	err = parse(r, bytes, length);
	if (err || !r->last_ended)
		return err;
	if (!r->row_ended && !r->line_blank)
		drop_open_quote(r);
	r->line_blank = true;
	return SG_OK;
}

/* The fields and the end of a line at the beginning of these bytes, if it is a plain one. @return its bytes, or 0 */
static size_t parse_plain(struct sg_table_reader *r, const char *bytes, size_t length)
{
	struct sg_plain_line line;
	const char *field;
	size_t field_length;

	if (!sg_plain_line(&line, bytes, length, r->separator))
		return 0;
	if (!line.at)
		return line.length;
	while (sg_plain_line_field(&line, &field, &field_length))
		take_value(r, field, field_length);
	finish_row(r);
	begin_row(r);
	return line.length;
}

/* Up to and with the first line break; all of it if there is none. */
static size_t piece_length(const char *bytes, size_t length)
{
	const char *feed = memchr(bytes, '\n', length);
	const size_t line = feed ? (size_t)(feed - bytes) + 1 : length;
	const char *carriage_return = memchr(bytes, '\r', line);

	return carriage_return ? (size_t)(carriage_return - bytes) + 1 : line;
}

enum sg_err sg_table_feed(struct sg_table_reader *r, const void *bytes, size_t length, struct sg_text *why)
{
	const char *rest = bytes;
	enum sg_err err;

	if (r->unusable)
		return SG_ERR_FORMAT;
	while (length && !r->heading_done) {
		size_t taken = 0;

		err = collect_heading(r, rest, length, &taken, why);
		if (err)
			return err;
		rest += taken;
		length -= taken;
		r->last_ended = true;
	}
	while (length) {
		size_t piece = r->last_ended ? parse_plain(r, rest, length) : 0;

		if (!piece) {
			piece = piece_length(rest, length);
			err = parse_piece(r, rest, piece);
			if (err)
				return err;
		}
		rest += piece;
		length -= piece;
	}
	return SG_OK;
}

enum sg_err sg_table_end(struct sg_table_reader *r, struct sg_text *why)
{
	if (r->unusable)
		return SG_ERR_FORMAT;
	r->at_end = true;
	if (!r->heading_done) {
		sg_text_add(why, r->first_length ? "one line without a line break, and no rows" : "empty");
		return refuse(r);
	}
	if (csv_fini(&r->csv, on_field, on_row, r) != 0)
		return SG_ERR_NO_MEMORY;
	if (r->row == 0) {
		sg_text_add(why, "a heading and no rows");
		return refuse(r);
	}
	if (r->good == 0) {
		sg_text_add(why, "not one of %llu rows could be used", (unsigned long long)r->row);
		return refuse(r);
	}
	return SG_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of any bytes: whole or in pieces of any size they are read alike, and every row that comes out is
 * accounted for. What is no table is refused with a sentence.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/table_number.h"
#include "format/table_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	uint64_t hash;
	uint64_t last_row;
	enum sg_err err;
};

static void check(int condition)
{
	if (!condition)
		abort();
}

static void mix(struct outcome *o, const void *bytes, size_t size)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < size; i++)
		o->hash = (o->hash ^ b[i]) * 1099511628211u;
}

static void mix_number(struct outcome *o, double value)
{
	const double one_nan = NAN;

	mix(o, isnan(value) ? &one_nan : &value, sizeof(value));
}

static void on_row(void *ctx, const struct sg_table_row *row)
{
	struct outcome *o = ctx;

	check(row->row == ++o->last_row);
	mix_number(o, row->time_s);
	mix_number(o, row->current_a);
	mix_number(o, row->voltage_v);
	mix_number(o, row->temperature_c);
	mix(o, &row->step, sizeof(row->step));
}

static void on_bad(void *ctx, uint64_t row, const char *text)
{
	struct outcome *o = ctx;

	check(row == ++o->last_row && text[0]);
	mix(o, text, strlen(text));
}

static struct outcome read_in_pieces(const uint8_t *data, size_t size, size_t piece)
{
	struct outcome o = { .hash = 1469598103934665603u };
	const struct sg_table_sink sink = { .ctx = &o, .row = on_row, .bad = on_bad };
	struct sg_table_reader *reader;
	char storage[512];
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	check(sg_table_open(&sink, &reader) == SG_OK);
	for (size_t at = 0; at < size && o.err == SG_OK; at += piece)
		o.err = sg_table_feed(reader, data + at, size - at < piece ? size - at : piece, &why);
	if (o.err == SG_OK)
		o.err = sg_table_end(reader, &why);
	check(o.err == SG_OK || (o.err == SG_ERR_FORMAT && why.length > 0));
	check(o.err == SG_OK || sg_table_feed(reader, "1\n", 2, &why) == SG_ERR_FORMAT);
	mix(&o, why.data, why.length);
	sg_table_close(reader);
	return o;
}

/* The fast way of reading a number and strtod() agree to the bit, or it is no number. */
static void check_number(const uint8_t *data, size_t size)
{
	char text[64];
	const size_t n = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	double value, expected;
	char *end;

	memcpy(text, data, n);
	text[n] = '\0';
	if (strlen(text) != n || !sg_table_number(text, n, &value) || isnan(value))
		return;
	expected = strtod(text, &end);
	check(end != text && memcmp(&value, &expected, sizeof(value)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct outcome whole = read_in_pieces(data, size, size + 1);

	for (size_t piece = 1; piece <= 3; piece += 2) {
		const struct outcome cut = read_in_pieces(data, size, piece);

		check(cut.hash == whole.hash && cut.last_row == whole.last_row && cut.err == whole.err);
	}
	check_number(data, size);
	return 0;
}

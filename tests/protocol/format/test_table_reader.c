/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded tables: headings, separators, torn lines, numbers; whole and in pieces. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/table_columns.h"
#include "format/table_number.h"
#include "format/table_reader.h"

#define SHORT "time_s,current_A,voltage_V\n"
#define ROWS_MAX 8

struct table {
	struct sg_table_row row[ROWS_MAX];
	size_t rows;
	uint64_t bad_row[ROWS_MAX];
	char bad_text[ROWS_MAX][160];
	size_t bad;
	enum sg_err err;
	char why[512];
};

static void on_row(void *ctx, const struct sg_table_row *row)
{
	struct table *t = ctx;

	assert_true(t->rows < ROWS_MAX);
	t->row[t->rows++] = *row;
}

static void on_bad(void *ctx, uint64_t row, const char *text)
{
	struct table *t = ctx;

	assert_true(t->bad < ROWS_MAX);
	t->bad_row[t->bad] = row;
	snprintf(t->bad_text[t->bad++], sizeof(t->bad_text[0]), "%s", text);
}

static void read_bytes(struct table *t, const char *text, size_t size, size_t piece)
{
	const struct sg_table_sink sink = { .ctx = t, .row = on_row, .bad = on_bad };
	struct sg_table_reader *reader;
	struct sg_text why;

	memset(t, 0, sizeof(*t));
	sg_text_init(&why, t->why, sizeof(t->why));
	assert_int_equal(sg_table_open(&sink, &reader), SG_OK);
	for (size_t at = 0; at < size && !t->err; at += piece)
		t->err = sg_table_feed(reader, text + at, size - at < piece ? size - at : piece, &why);
	if (!t->err)
		t->err = sg_table_end(reader, &why);
	sg_table_close(reader);
}

static void assert_same_row(const struct sg_table_row *a, const struct sg_table_row *b)
{
	const double one[] = { a->time_s, a->current_a, a->voltage_v, a->temperature_c };
	const double other[] = { b->time_s, b->current_a, b->voltage_v, b->temperature_c };

	assert_memory_equal(one, other, sizeof(one));
	assert_true(a->row == b->row && a->step == b->step);
}

/* Whole; then in pieces of 1 and 7 bytes, which must be read alike. */
static struct table read_table(const char *text)
{
	struct table whole, cut;

	read_bytes(&whole, text, strlen(text), strlen(text) + 1);
	for (size_t piece = 1; piece <= 7; piece += 6) {
		read_bytes(&cut, text, strlen(text), piece);
		assert_int_equal(cut.err, whole.err);
		assert_int_equal(cut.rows, whole.rows);
		assert_int_equal(cut.bad, whole.bad);
		for (size_t i = 0; i < whole.rows; i++)
			assert_same_row(&cut.row[i], &whole.row[i]);
		for (size_t i = 0; i < whole.bad; i++) {
			assert_int_equal(cut.bad_row[i], whole.bad_row[i]);
			assert_string_equal(cut.bad_text[i], whole.bad_text[i]);
		}
		assert_string_equal(cut.why, whole.why);
	}
	return whole;
}

static void reads_every_kind_of_heading(void **state)
{
	static const struct {
		const char *legend, *text;
		double temperature_c;
		uint32_t step;
	} rows[] = {
		{ "short form", SHORT "2.5,0.001,-0.05\n", NAN, 0 },
		{ "with temperature", "time_s,current_A,voltage_V,temp_C\n2.5,0.001,-0.05,25.5\n", 25.5, 0 },
		{ "preferred labels", "Test Time / s,Voltage / V,Current / A\n2.5,-0.05,0.001\n", NAN, 0 },
		{ "machine names, any order",
		  "voltage_volt,ambient_temperature_celsius,current_ampere,test_time_second,step_count\n"
		  "-0.05,25.5,0.001,2.5,7\n", 25.5, 7 },
		{ "milli", "voltage_mV,current_mA,time_s\n-50,1,2.5\n", NAN, 0 },
		{ "semicolons, CRLF, byte order mark", "\xef\xbb\xbftime_s;current_A;voltage_V\r\n2.5;0.001;-0.05\r\n", NAN, 0 },
		{ "tabs, quotes", "\"time_s\"\t\"a, b\"\t\"current_A\"\t\"voltage_V\"\n2.5\t\"x\"\"y\"\t0.001\t-0.05\n", NAN, 0 },
		{ "blanks round numbers, empty lines", "\n\n" SHORT "\n 2.5 , 0.001 ,-0.05 \n\n", NAN, 0 },
		{ "other separators inside quotes", "time_s,\"a;b;c;d;e\",current_A,voltage_V\n2.5,0,0.001,-0.05\n", NAN, 0 },
		{ "two alike that nobody reads", "time_s,x,current_A,x,voltage_V\n2.5,7,0.001,8,-0.05\n", NAN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct table t = read_table(rows[i].text);

		if (t.err || t.rows != 1 || t.bad)
			fail_msg("%s: %d, %zu rows, %zu bad: %s", rows[i].legend, t.err, t.rows, t.bad, t.why);
		if (t.row[0].time_s != 2.5 || fabs(t.row[0].current_a - 0.001) > 1e-18 ||
		    fabs(t.row[0].voltage_v + 0.05) > 1e-16 || t.row[0].step != rows[i].step)
			fail_msg("%s: %.17g %.17g %.17g", rows[i].legend, t.row[0].time_s, t.row[0].current_a,
				 t.row[0].voltage_v);
		if (isnan(rows[i].temperature_c) ? !isnan(t.row[0].temperature_c) : t.row[0].temperature_c != 25.5)
			fail_msg("%s: %g degC", rows[i].legend, t.row[0].temperature_c);
		assert_int_equal(t.row[0].row, 1);
	}
}

static void refuses_what_is_no_table_and_says_what_it_found(void **state)
{
	static const struct {
		const char *text, *words[3];
	} rows[] = {
		{ "", { "empty" } },
		{ "time_s,current_A,voltage_V", { "no rows" } },
		{ SHORT, { "no rows" } },
		{ SHORT "1,2\nx,1,2\n", { "not one of 2 rows could be used" } },
		{ "time_s;current_A;voltage_V\n0,5;0,001;0,05\n1,5;0,001;0,05\n", { "not one of 2 rows could be used" } },
		{ "time_s,current_A\n0,1\n", { "no column for voltage", "\"Voltage / V\"", "it has \"time_s\", \"current_A\"" } },
		{ "a,b\n0,1\n", { "time", "current", "voltage" } },
		{ "time_s,current_uA,voltage_V\n0,1,2\n", { "no column for current", "\"current_uA\"" } },
		{ "\"time_s,current_A,voltage_V\n0,1,2\n", { "quote" } },
		{ "time_s,current_A,voltage_V,current_A\n0,1,2,3\n", { "two columns for current", "it has \"time_s\"" } },
		{ "time_s,current_A,voltage_V,current_mA\n0,1,2,3\n", { "two columns for current", "\"current_mA\"" } },
		{ "time_s,temp_C,current_A,voltage_V,temp_C\n0,1,2,3,4\n", { "two columns for temperature" } },
		{ SHORT "0,0x10,2\n", { "not one of 1 rows" } },
		{ "Time_S,Current_a,VOLTAGE_V\n0,1,2\n", { "\"Time_S\"" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct table t = read_table(rows[i].text);

		assert_int_equal(t.err, SG_ERR_FORMAT);
		assert_int_equal(t.rows, 0);
		for (size_t k = 0; k < 3 && rows[i].words[k]; k++) {
			if (!strstr(t.why, rows[i].words[k]))
				fail_msg("row %zu: no \"%s\" in \"%s\"", i, rows[i].words[k], t.why);
		}
	}
}

static void refuses_a_first_line_without_end(void **state)
{
	static char zeros[300000];
	struct table t;

	(void)state;
	read_bytes(&t, zeros, sizeof(zeros), 4096);
	assert_int_equal(t.err, SG_ERR_FORMAT);
	assert_non_null(strstr(t.why, "longer than 8192 bytes"));
}

static void leaves_torn_lines_out_and_says_which(void **state)
{
	const struct table t = read_table(SHORT "0,1,2\n1,1\n2,1,2,3\n3\x1bx 456789012345678901234,1,2\n4,1,2\n5,1,2.0");

	(void)state;
	assert_int_equal(t.err, SG_OK);
	assert_int_equal(t.rows, 2);
	assert_int_equal(t.row[1].row, 5);
	assert_int_equal(t.bad, 4);
	assert_int_equal(t.bad_row[0], 2);
	assert_non_null(strstr(t.bad_text[0], "2 fields where the heading has 3"));
	assert_non_null(strstr(t.bad_text[1], "4 fields where the heading has 3"));
	assert_non_null(strstr(t.bad_text[2], "time"));
	assert_non_null(strstr(t.bad_text[2], "no number: \"3?x 4567890123456789012\""));
	assert_int_equal(t.bad_row[3], 6);
	assert_non_null(strstr(t.bad_text[3], "no line break"));
}

/* More columns than the reader keeps: those it needs are among the first, the others count. */
static void reads_a_table_of_more_columns_than_it_keeps(void **state)
{
	char text[4096] = "time_s,current_A,voltage_V";
	struct table t;

	(void)state;
	for (int i = 3; i < 300; i++)
		strcat(text, ",x");
	strcat(text, "\n2.5,0.001,-0.05");
	for (int i = 3; i < 300; i++)
		strcat(text, ",7");
	strcat(text, "\n1,2,3\n");
	t = read_table(text);
	assert_int_equal(t.err, SG_OK);
	assert_int_equal(t.rows, 1);
	assert_true(t.row[0].time_s == 2.5 && t.row[0].voltage_v == -0.05);
	assert_int_equal(t.bad, 1);
	assert_non_null(strstr(t.bad_text[0], "3 fields where the heading has 300"));
}

static void passes_on_what_is_missing_as_nan_and_a_clock_as_it_is(void **state)
{
	const struct table t = read_table(SHORT "5,NaN,2\n5,,2\n0,1,nan\n,1,2\n");

	(void)state;
	assert_int_equal(t.rows, 4);
	assert_int_equal(t.bad, 0);
	assert_true(isnan(t.row[0].current_a) && isnan(t.row[1].current_a) && isnan(t.row[2].voltage_v));
	assert_true(t.row[2].time_s == 0.0 && isnan(t.row[3].time_s));
}

/* A flipped bit makes a quote anywhere; what follows the line is not its business. */
static void an_open_quote_costs_its_own_row_only(void **state)
{
	static const struct {
		const char *text;
		size_t rows, bad;
		uint64_t bad_row;
	} tables[] = {
		{ SHORT "0,1,2\n1,1,\"2\n2,1,2\n3,1,2\n", 3, 1, 2 },
		{ SHORT "0,1,2\n1,\"unterminated,3,4\n2,1,2\n", 2, 1, 2 },
		{ SHORT "\"0,1,2\n1,1,2\n", 1, 1, 1 },
		{ SHORT "0,1,2\r\n1,\"1,2\r\n\r\n2,1,2\r\n", 2, 1, 2 },
		{ SHORT "0,1,\"2\n1,1,\"2\n2,1,2\n", 1, 2, 1 },
		{ SHORT "0,1,\"2\"x\n1,1,\"2\"\n \t \n2,\"1\",2\n", 2, 1, 1 },
		{ SHORT "0,1,2\n1,1,\"2", 1, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct table t = read_table(tables[i].text);

		if (t.err || t.rows != tables[i].rows || t.bad != tables[i].bad || t.bad_row[0] != tables[i].bad_row)
			fail_msg("table %zu: %d, %zu rows, %zu bad, the first is row %llu", i, t.err, t.rows, t.bad,
				 (unsigned long long)t.bad_row[0]);
	}
}

static void says_that_a_quote_does_not_close(void **state)
{
	const struct table t = read_table(SHORT "1,1,\"2\n2,1,2\n");

	(void)state;
	assert_non_null(strstr(t.bad_text[0], "quote that does not close"));
}

/* ---- numbers ---- */

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void assert_like_strtod(const char *text)
{
	double value;
	const double expected = strtod(text, NULL);

	if (!sg_table_number(text, strlen(text), &value) || memcmp(&value, &expected, sizeof(value)) != 0)
		fail_msg("\"%s\": %.17g, not %.17g", text, value, expected);
}

static void reads_numbers_as_strtod_does(void **state)
{
	static const char *const texts[] = { "0", "-0", "+1.5", ".5", "5.", "0.1", "1e-3", "1E+3", "123456789012345",
		"999999999999999", "1234567890123456", "0.1234567890123456789012", "0.0000000000000000000001",
		"00000000000000000000000000000001.5", "9007199254740993", "1e400", "1e-400", "4.9e-324", "inf" };
	uint64_t x = 88172645463325252u;
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_like_strtod(texts[i]);
	for (int i = 0; i < 200000; i++) {
		const double magnitude = pow(10.0, (double)(next_random(&x) % 24) - 12.0);
		const double value = ((double)next_random(&x) / 1.8e19 - 0.5) * magnitude;

		snprintf(text, sizeof(text), "%.*f", i % 12, value);
		assert_like_strtod(text);
		snprintf(text, sizeof(text), "%.*g", 1 + i % 17, value);
		assert_like_strtod(text);
	}
}

/* Whole lines are split here, what comes in pieces by libcsv: whatever the bytes are, nobody may see which it was. */
static void splits_a_line_as_libcsv_does(void **state)
{
	static const char *const parts[] = { ",", ",", ",", ",", "1", "2.5", "-3", "0.001", "4e3", "x", "nan", "+", " ", "\t", "\"",
		"\r", "\n", ";" };
	uint32_t dice = 20200815;
	size_t kept = 0, left_out = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[256] = "time_s,current_A,voltage_V\n1,2,3\n";
		struct table t;

		for (int i = 0; i < 10; i++) {
			dice = dice * 1664525u + 1013904223u;
			strcat(text, parts[(dice >> 16) % (sizeof(parts) / sizeof(parts[0]))]);
		}
		strcat(text, "\n4,5,6\n");
		t = read_table(text);
		kept += t.rows;
		left_out += t.bad;
	}
	/* Lines of all kinds were among them. */
	assert_true(kept > 2 * 20000 && left_out > 1000);
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const texts[] = { "x", "1x", "1.2.3", "--1", "1,5", ".", "-", "+", "e5", "1 2", "1e", "12:30",
		"0x10", "0X1p3", "-0x1.8", "0x", "1e0x1" };
	double value = 42.0;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (sg_table_number(texts[i], strlen(texts[i]), &value))
			fail_msg("\"%s\" was read as %g", texts[i], value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind_of_heading),
		cmocka_unit_test(refuses_what_is_no_table_and_says_what_it_found),
		cmocka_unit_test(refuses_a_first_line_without_end),
		cmocka_unit_test(leaves_torn_lines_out_and_says_which),
		cmocka_unit_test(reads_a_table_of_more_columns_than_it_keeps),
		cmocka_unit_test(passes_on_what_is_missing_as_nan_and_a_clock_as_it_is),
		cmocka_unit_test(an_open_quote_costs_its_own_row_only),
		cmocka_unit_test(says_that_a_quote_does_not_close),
		cmocka_unit_test(splits_a_line_as_libcsv_does),
		cmocka_unit_test(reads_numbers_as_strtod_does),
		cmocka_unit_test(refuses_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

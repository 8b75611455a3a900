/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/nearest.h"
#include "experiment/phrase.h"
#include "experiment/quantity.h"

static void reads_every_spelling_of_a_unit(void **state)
{
	static const struct {
		const char *text;
		enum sg_dimension dimension;
		double value;
	} rows[] = {
		{ "1.0 mA/cm2", SG_DIM_DENSITY, 1.0 },
		{ "1mA/cm2", SG_DIM_DENSITY, 1.0 },
		{ "1 mA cm-2", SG_DIM_DENSITY, 1.0 },
		{ "1 mA/cm^2", SG_DIM_DENSITY, 1.0 },
		{ "1 mA cm^-2", SG_DIM_DENSITY, 1.0 },
		{ "1 mA cm\xe2\x81\xbb\xc2\xb2", SG_DIM_DENSITY, 1.0 },
		{ "1 mA\xc2\xb7" "cm\xe2\x88\x92" "2", SG_DIM_DENSITY, 1.0 },
		{ "1 mA/cm\xc2\xb2", SG_DIM_DENSITY, 1.0 },
		{ "100 uA/cm2", SG_DIM_DENSITY, 0.1 },
		{ "100 \xc2\xb5" "A/cm2", SG_DIM_DENSITY, 0.1 },
		{ "100 \xce\xbc" "A/cm2", SG_DIM_DENSITY, 0.1 },
		{ "0.002 A/cm2", SG_DIM_DENSITY, 2.0 },
		{ "10 A/m2", SG_DIM_DENSITY, 1.0 },
		{ "10 A m-2", SG_DIM_DENSITY, 1.0 },
		{ "0.01 mA/mm2", SG_DIM_DENSITY, 1.0 },
		{ "5 mAh/cm2", SG_DIM_AREAL_CHARGE, 5.0 },
		{ "5 mAh cm-2", SG_DIM_AREAL_CHARGE, 5.0 },
		{ "250 uAh/cm2", SG_DIM_AREAL_CHARGE, 0.25 },
		{ "3.6 C/cm2", SG_DIM_AREAL_CHARGE, 1.0 },
		{ "36 mC/cm2", SG_DIM_AREAL_CHARGE, 0.01 },
		{ "50 Ah/m2", SG_DIM_AREAL_CHARGE, 5.0 },
		{ "5 mAh", SG_DIM_CHARGE, 5.0 },
		{ "500 ms", SG_DIM_DURATION, 0.5 },
		{ "1 s", SG_DIM_DURATION, 1.0 },
		{ "5 min", SG_DIM_DURATION, 300.0 },
		{ "5min", SG_DIM_DURATION, 300.0 },
		{ "1.5 h", SG_DIM_DURATION, 5400.0 },
		{ "2 d", SG_DIM_DURATION, 172800.0 },
		{ "1e3 s", SG_DIM_DURATION, 1000.0 },
		{ ".5 s", SG_DIM_DURATION, 0.5 },
		{ "5. s", SG_DIM_DURATION, 5.0 },
		{ "+5 V", SG_DIM_VOLTAGE, 5.0 },
		{ "-5 V", SG_DIM_VOLTAGE, -5.0 },
		{ "50 mV", SG_DIM_VOLTAGE, 0.05 },
		{ "20 mA", SG_DIM_CURRENT, 0.02 },
		{ "5 uA", SG_DIM_CURRENT, 5e-6 },
		{ "2 A", SG_DIM_CURRENT, 2.0 },
		{ "25 degC", SG_DIM_TEMPERATURE, 25.0 },
		{ "25 \xc2\xb0" "C", SG_DIM_TEMPERATURE, 25.0 },
		{ "25 C", SG_DIM_TEMPERATURE, 25.0 },
		{ "-10 degC", SG_DIM_TEMPERATURE, -10.0 },
		{ "0.3 K", SG_DIM_TEMPERATURE_DIFFERENCE, 0.3 },
		{ "49.7 ohm", SG_DIM_RESISTANCE, 49.7 },
		{ "1.2 k\xce\xa9", SG_DIM_RESISTANCE, 1200.0 },
		{ "41 ohm cm2", SG_DIM_AREAL_RESISTANCE, 41.0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_quantity got = { .value = NAN };

		if (sg_quantity_read(rows[i].text, &got))
			fail_msg("refused: %s", rows[i].text);
		if (got.dimension != rows[i].dimension || !(fabs(got.value - rows[i].value) <= 1e-15 * fabs(rows[i].value)))
			fail_msg("%s read as %.17g (%s)", rows[i].text, got.value, sg_dimension_name(got.dimension));
	}
}

static void tells_apart_what_is_no_quantity(void **state)
{
	static const struct {
		const char *text;
		enum sg_quantity_status status;
		const char *unit; /* where it is known */
	} rows[] = {
		{ "", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "five minutes", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "min", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ ".", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "- 5 V", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "inf s", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "nan s", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "1e999 s", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "11111111111111111111111111111111111111111111111111 s", SG_QUANTITY_NOT_A_NUMBER, NULL },
		{ "1,5 V", SG_QUANTITY_COMMA, NULL },
		{ "5", SG_QUANTITY_NO_UNIT, "" },
		{ "5 ", SG_QUANTITY_NO_UNIT, "" },
		{ "0x10 s", SG_QUANTITY_UNKNOWN_UNIT, "x10 s" },
		{ "5 minutes", SG_QUANTITY_UNKNOWN_UNIT, "minutes" },
		{ "5 Min", SG_QUANTITY_UNKNOWN_UNIT, "Min" },
		{ "1 h 30 min", SG_QUANTITY_UNKNOWN_UNIT, "h 30 min" },
		{ "5 ma/cm2", SG_QUANTITY_UNKNOWN_UNIT, "ma/cm2" },
		{ "5 MA/cm2", SG_QUANTITY_UNKNOWN_UNIT, "MA/cm2" },
		{ "5 mA/cm3", SG_QUANTITY_UNKNOWN_UNIT, "mA/cm3" },
		{ "5 /cm2", SG_QUANTITY_UNKNOWN_UNIT, "/cm2" },
		{ "5 V/cm2", SG_QUANTITY_UNKNOWN_UNIT, "V/cm2" },
		{ "5 e", SG_QUANTITY_UNKNOWN_UNIT, "e" },
		{ "5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", SG_QUANTITY_UNKNOWN_UNIT,
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_quantity got = { .unit = NULL };
		const enum sg_quantity_status status = sg_quantity_read(rows[i].text, &got);

		if (status != rows[i].status)
			fail_msg("'%s' gives status %d, expected %d", rows[i].text, status, rows[i].status);
		if (rows[i].unit)
			assert_string_equal(got.unit, rows[i].unit);
	}
}

static void reads_bare_numbers_and_nothing_else(void **state)
{
	double value = 0;

	(void)state;
	assert_true(sg_number_read("49.7", &value));
	assert_true(value == 49.7);
	assert_true(sg_number_read("-1e-3", &value));
	assert_true(value == -1e-3);
	assert_false(sg_number_read("49.7 ohm", &value));
	assert_false(sg_number_read("0x1", &value));
	assert_false(sg_number_read("", &value));
	assert_false(sg_number_read("inf", &value));
	assert_true(value == -1e-3);
}

static void finds_the_word_that_was_meant(void **state)
{
	static const char *const words[] = { "half_step", "increment", "interval", "from", "to" };
	static const struct {
		const char *word;
		const char *nearest;
	} rows[] = {
		{ "half_stp", "half_step" }, { "halfstep", "half_step" }, { "Half_Step", "half_step" },
		{ "incremnet", "increment" }, { "intervall", "interval" }, { "fromm", "from" },
		{ "form", "from" }, { "banana", NULL }, { "x", NULL }, { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = sg_word_nearest(rows[i].word, words, 5, sizeof(words[0]));

		if (!rows[i].nearest) {
			if (got)
				fail_msg("'%s' gives '%s'", rows[i].word, got);
			continue;
		}
		assert_non_null(got);
		assert_string_equal(got, rows[i].nearest);
	}
	assert_int_equal(sg_word_distance("kitten", "sitting"), 3);
	assert_int_equal(sg_word_distance("", "abc"), 3);
}

static void says_numbers_as_people_do(void **state)
{
	char out[SG_PHRASE_SIZE];

	(void)state;
	assert_string_equal(sg_phrase_duration(0, out), "0 s");
	assert_string_equal(sg_phrase_duration(0.5, out), "500 ms");
	assert_string_equal(sg_phrase_duration(1e-6, out), "1 us");
	assert_string_equal(sg_phrase_duration(1.5e-3, out), "1.5 ms");
	assert_string_equal(sg_phrase_duration(1, out), "1 s");
	assert_string_equal(sg_phrase_duration(90, out), "1.5 min");
	assert_string_equal(sg_phrase_duration(300, out), "5 min");
	assert_string_equal(sg_phrase_duration(3599.99, out), "1 h");
	assert_string_equal(sg_phrase_duration(571 * 3600.0, out), "571 h");
	/* no unit that needs rounding where a smaller one needs none; the natural one where all need it */
	assert_string_equal(sg_phrase_duration(100, out), "100 s");
	assert_string_equal(sg_phrase_duration(5700, out), "95 min");
	assert_string_equal(sg_phrase_duration(9000, out), "2.5 h");
	assert_string_equal(sg_phrase_duration(3600.0 * 0.1 / 0.7, out), "8.571 min");
	assert_string_equal(sg_phrase_duration(1e9, out), "2.778e+05 h");
	assert_string_equal(sg_phrase_span(0, out), "0 s");
	assert_string_equal(sg_phrase_span(90, out), "1.5 min");
	assert_string_equal(sg_phrase_span(3600, out), "1 h 0 min");
	assert_string_equal(sg_phrase_span(5700, out), "1 h 35 min");
	assert_string_equal(sg_phrase_span(86399, out), "1 d 0 h 0 min");
	assert_string_equal(sg_phrase_span(580.5 * 3600, out), "24 d 4 h 30 min");
	assert_string_equal(sg_phrase_span(1e15, out), "1.157e+10 d");
	assert_string_equal(sg_phrase_current(0.8332e-3, out), "833.2 uA");
	assert_string_equal(sg_phrase_current(-7.4988e-3, out), "-7.499 mA");
	assert_string_equal(sg_phrase_current(1e-3, out), "1 mA");
	assert_string_equal(sg_phrase_current(0, out), "0 A");
	assert_string_equal(sg_phrase_bytes(370e6, out), "370 MB");
	assert_string_equal(sg_phrase_bytes(12, out), "12 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_spelling_of_a_unit),
		cmocka_unit_test(tells_apart_what_is_no_quantity),
		cmocka_unit_test(reads_bare_numbers_and_nothing_else),
		cmocka_unit_test(finds_the_word_that_was_meant),
		cmocka_unit_test(says_numbers_as_people_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

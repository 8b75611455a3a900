/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as programs spell them. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/methodscript_literal.h"

static void spells_values_in_their_one_form(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{ 0.0, "0" }, { -0.0, "0" }, { 1.0, "1" }, { -1.0, "-1" }, { 1.5, "1500m" }, { 10e-3, "10m" },
		{ 0.0008332, "833200n" }, { -0.0000005, "-500n" }, { 300.0, "300" }, { 18000.0, "18k" },
		{ 1e6, "1M" }, { 1e-12, "1p" }, { 0.5e-12, "1p" }, { -0.5e-12, "-1p" }, { 0.4e-12, "0" },
		{ 134217727e-12, "134217727p" }, { 134217728e-12, "134218n" }, { 134217727e6, "134217727M" },
		{ -134217727e6, "-134217727M" }, { 1.0 / 3.0, "333333u" }, { 43200.0, "43200" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[SG_METHODSCRIPT_LITERAL_SIZE] = "";

		assert_int_equal(sg_methodscript_literal(rows[i].value, text), SG_OK);
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%.17g: %s instead of %s", rows[i].value, text, rows[i].text);
	}
}

static void refuses_what_has_no_spelling(void **state)
{
	const double rows[] = { (double)NAN, (double)INFINITY, -(double)INFINITY, 134217728e6, -134217728e6, DBL_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[SG_METHODSCRIPT_LITERAL_SIZE] = "untouched";

		assert_int_equal(sg_methodscript_literal(rows[i], text), SG_ERR_ARGUMENT);
		assert_string_equal(text, "untouched");
	}
}

/* Read back by a reader of its own: what is spelled is the value to within half of the finest step. */
static void what_is_spelled_reads_back(void **state)
{
	static const char letters[] = "pnum kM";
	unsigned random = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[SG_METHODSCRIPT_LITERAL_SIZE];
		double value;
		double read;
		char *end;
		long mantissa;

		random = random * 1103515245u + 12345u;
		value = ((double)(random >> 8) - 8388608.0) / 8388608.0 * pow(10.0, (double)(random % 22u) - 9.0);
		assert_int_equal(sg_methodscript_literal(value, text), SG_OK);
		mantissa = strtol(text, &end, 10);
		read = (double)mantissa;
		if (*end) {
			const char *letter = strchr(letters, *end);

			assert_non_null(letter);
			assert_int_equal(end[1], '\0');
			read *= pow(10.0, 3.0 * (double)(letter - letters) - 12.0);
		}
		assert_true(labs(mantissa) < 134217728L);
		assert_true(mantissa == 0 || *end == 'M' || mantissa % 1000 != 0);
		/* 27 bits of mantissa, one decade of three lost to the prefix: 1e3 / 2^27 / 2 */
		if (fabs(read - value) > 0.5e-12 * (1.0 + 1e-6) && fabs(read - value) > 3.8e-6 * fabs(value))
			fail_msg("%.17g is spelled %s", value, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spells_values_in_their_one_form),
		cmocka_unit_test(refuses_what_has_no_spelling),
		cmocka_unit_test(what_is_spelled_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

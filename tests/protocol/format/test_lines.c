/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are written: of tables, and JSON. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/csv_line.h"
#include "format/json_line.h"

static void a_table_line_holds_every_kind_of_field(void **state)
{
	struct sg_csv_line line;
	char text[200];
	size_t length;

	(void)state;
	sg_csv_begin(&line, text, sizeof(text));
	sg_csv_number(&line, 0.1, 9);
	sg_csv_number(&line, -1.23456789012e-7, 9);
	sg_csv_number(&line, NAN, 9);
	sg_csv_fixed(&line, 2.0, 3);
	sg_csv_fixed(&line, -0.0001, 3);
	sg_csv_fixed(&line, INFINITY, 3);
	sg_csv_integer(&line, INT64_MIN);
	sg_csv_text(&line, "plain");
	sg_csv_text(&line, "a,\"b\"\nc");
	sg_csv_text(&line, NULL);
	length = sg_csv_end(&line);
	assert_int_equal(length, strlen(text));
	assert_string_equal(text, "0.1,-1.23456789e-07,,2.000,0.000,,-9223372036854775808,plain,\"a,\"\"b\"\" c\",\n");
}

static void a_table_line_that_does_not_fit_is_refused_as_a_whole(void **state)
{
	static const char whole[] = "12,abc,1.5\n";
	char text[32];

	(void)state;
	for (size_t size = 1; size <= sizeof(whole) + 3; size++) {
		struct sg_csv_line line;

		memset(text, '#', sizeof(text));
		sg_csv_begin(&line, text, size);
		sg_csv_integer(&line, 12);
		sg_csv_text(&line, "abc");
		sg_csv_number(&line, 1.5, 9);
		/* Quoting looks one byte ahead; what is promised is: whole or nothing, and never beyond the storage. */
		if (sg_csv_end(&line)) {
			assert_true(size >= sizeof(whole));
			assert_string_equal(text, whole);
		}
		for (size_t i = size; i < sizeof(text); i++)
			assert_true(text[i] == '#');
		if (size == sizeof(whole) + 3)
			assert_string_equal(text, whole);
	}
}

static void json_is_escaped_and_numbers_that_are_none_are_null(void **state)
{
	struct sg_json json;
	char text[400];
	size_t length;

	(void)state;
	sg_json_begin(&json, text, sizeof(text), false);
	sg_json_number(&json, "a", 0.1, 9);
	sg_json_number(&json, "b", NAN, 9);
	sg_json_number(&json, "c", -INFINITY, 9);
	sg_json_integer(&json, "d", -5);
	sg_json_boolean(&json, "e", true);
	sg_json_string(&json, "f\"", "q\" b\\ n\n t\t \x01 \xc3\xa9 \xff");
	sg_json_string(&json, "g", NULL);
	sg_json_open_array(&json, "h");
	sg_json_integer(&json, NULL, 1);
	sg_json_open_object(&json, NULL);
	sg_json_close(&json);
	sg_json_null(&json, NULL);
	length = sg_json_end(&json);
	assert_int_equal(length, strlen(text));
	assert_string_equal(text, "{\"a\":0.1,\"b\":null,\"c\":null,\"d\":-5,\"e\":true,"
				  "\"f\\\"\":\"q\\\" b\\\\ n\\n t\\t \\u0001 \xc3\xa9 \xef\xbf\xbd\",\"g\":null,"
				  "\"h\":[1,{},null]}\n");
}

static void json_that_does_not_fit_or_is_too_deep_is_refused(void **state)
{
	struct sg_json json;
	char text[64];
	size_t fits = 0;

	(void)state;
	for (size_t size = 1; size <= sizeof(text); size++) {
		memset(text, '#', sizeof(text));
		sg_json_begin(&json, text, size, false);
		sg_json_string(&json, "key", "value");
		sg_json_integer(&json, "n", 12);
		if (sg_json_end(&json)) {
			fits += fits == 0 ? size : 0;
			assert_string_equal(text, "{\"key\":\"value\",\"n\":12}\n");
		}
		for (size_t i = size; i < sizeof(text); i++)
			assert_true(text[i] == '#');
	}
	assert_int_equal(fits, strlen("{\"key\":\"value\",\"n\":12}\n") + 1);
	sg_json_begin(&json, text, sizeof(text), false);
	for (int i = 0; i < SG_JSON_DEPTH + 1; i++)
		sg_json_open_array(&json, i ? NULL : "a");
	assert_int_equal(sg_json_end(&json), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_line_holds_every_kind_of_field),
		cmocka_unit_test(a_table_line_that_does_not_fit_is_refused_as_a_whole),
		cmocka_unit_test(json_is_escaped_and_numbers_that_are_none_are_null),
		cmocka_unit_test(json_that_does_not_fit_or_is_too_deep_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Packages: strict to the last character, and exact in what they say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/methodscript_line.h"
#include "wire/methodscript_package.h"

static enum sg_err decode(const char *text, struct sg_methodscript_package *out)
{
	return sg_methodscript_package_decode(text, strlen(text), out);
}

static void decodes_values_exactly(void **state)
{
	static const struct {
		const char *text;
		int32_t mantissa;
		double value;
	} rows[] = {
		{ "Pab8000000 ", 0, 0.0 },
		{ "Pab8000001i", 1, 1.0 },
		{ "Pab7FFFFFFi", -1, -1.0 },
		{ "PabFFFFFFFa", 134217727, 134217727e-18 },
		{ "Pab0000000E", -134217728, -134217728e18 },
		{ "Pab8000001a", 1, 1e-18 },
		{ "Pab8000001f", 1, 1e-15 },
		{ "Pab8000001p", 1, 1e-12 },
		{ "Pab8000001n", 1, 1e-9 },
		{ "Pab8000001u", 1, 1e-6 },
		{ "Pab8000001m", 1, 1e-3 },
		{ "Pab8000001 ", 1, 1.0 },
		{ "Pab8000001k", 1, 1e3 },
		{ "Pab8000001M", 1, 1e6 },
		{ "Pab8000001G", 1, 1e9 },
		{ "Pab8000001T", 1, 1e12 },
		{ "Pab8000001P", 1, 1e15 },
		{ "Pab8000001E", 1, 1e18 },
		/* one correctly rounded division: the nearest double, not a neighbour of it */
		{ "Pab8000003u", 3, 3e-6 },
		{ "PabDF5CB18n", 99994392, 0.099994392 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_methodscript_package package;

		if (decode(rows[i].text, &package) != SG_OK || package.count != 1)
			fail_msg("%s is refused", rows[i].text);
		if (package.variables[0].value != rows[i].value || package.variables[0].mantissa != rows[i].mantissa)
			fail_msg("%s: %.17g", rows[i].text, package.variables[0].value);
		assert_false(package.variables[0].has_status);
		assert_false(package.variables[0].has_range);
	}
}

static void decodes_metadata_in_any_order_and_passes_over_the_unknown(void **state)
{
	static const char *const rows[] = {
		"Pba8000001m,14,218", "Pba8000001m,218,14", "Pba8000001m,14,218,40", "Pba8000001m,40,14,3ABC,218",
		"Pba8000001m,4,14,218",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_methodscript_package package;

		if (decode(rows[i], &package) != SG_OK)
			fail_msg("%s is refused", rows[i]);
		assert_string_equal(package.variables[0].type, "ba");
		assert_true(package.variables[0].has_status && package.variables[0].has_range);
		assert_int_equal(package.variables[0].status, SG_STATUS_UNDERLOAD);
		assert_int_equal(package.variables[0].range, 0x18);
	}
}

static void decodes_several_variables_in_their_order(void **state)
{
	struct sg_methodscript_package package;

	(void)state;
	assert_int_equal(decode("Peb80F4240u;ba     nan,12,218;ab8000000 ,10,206", &package), SG_OK);
	assert_int_equal(package.count, 3);
	assert_string_equal(package.variables[0].type, "eb");
	assert_true(package.variables[0].value == 1.0);
	assert_string_equal(package.variables[1].type, "ba");
	assert_true(isnan(package.variables[1].value));
	assert_int_equal(package.variables[1].status, SG_STATUS_OVERLOAD);
	assert_string_equal(package.variables[2].type, "ab");
	assert_int_equal(package.variables[2].range, 6);
}

static void takes_twelve_variables_and_no_more(void **state)
{
	struct sg_methodscript_package package;
	char text[160] = "P";
	size_t length = 1;

	(void)state;
	for (int i = 0; i < 12; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%sab     nan", i ? ";" : "");
	assert_true(length > SG_METHODSCRIPT_LINE_MAX); /* so the length of a line decides before the count */
	assert_int_equal(decode(text, &package), SG_ERR_FRAME);
	text[1 + 11 * 11 - 1] = '\0'; /* eleven */
	assert_int_equal(decode(text, &package), SG_OK);
	assert_int_equal(package.count, 11);
}

static void refuses_whatever_is_not_exact(void **state)
{
	static const char *const rows[] = {
		"", "P", "p", "ab8000000 ", "Pa", "Pab", "Pab8000000", "Pab800000 ", "Pab80000000 ", "Pab800000g ",
		"Pab800000a ", "PAb8000000 ", "Pa18000000 ", "Pab8000000x", "Pab8000000K", "Pab8000000 x",
		"Pab8000000 ;", "Pab8000000 ;;ab8000000 ", "Pab8000000 ; ab8000000 ", ";Pab8000000 ",
		"Pab8000000 ,", "Pab8000000 ,1", "Pab8000000 ,1G", "Pab8000000 ,10,", "Pab8000000 ,10,11",
		"Pab8000000 ,100", "Pab8000000 ,2", "Pab8000000 ,21", "Pab8000000 ,2111", "Pab8000000 ,218,218",
		"Pab8000000 ,1a", "Pab8000000 ,21a", "Pab8000000 ,x0", "Pab8000000 ,40x", "Pab8000000 ,10 ",
		"Pab     NaN", "Pab    nan", "Pab     nan ", "Pab      nan", "Pab     na", "Pab8000000\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_methodscript_package package;
		struct sg_methodscript_package before;

		memset(&package, 0xEE, sizeof(package));
		before = package;
		if (decode(rows[i], &package) != SG_ERR_FRAME)
			fail_msg("\"%s\" is taken", rows[i]);
		assert_memory_equal(&package, &before, sizeof(package));
	}
}

static void refuses_every_cut_of_a_package(void **state)
{
	static const char whole[] = "Peb80F4240u;ba80CB740n,10,218;ab9A4EF34n,10,206";
	struct sg_methodscript_package package;

	(void)state;
	assert_int_equal(decode(whole, &package), SG_OK);
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		/* A cut behind a whole field is a package again, only a poorer one. */
		const bool field_ends = whole[length] == ';' || whole[length] == ',';

		assert_int_equal(sg_methodscript_package_decode(whole, length, &package),
				 field_ends ? SG_OK : SG_ERR_FRAME);
	}
}

static void a_nul_inside_is_a_character_and_not_an_end(void **state)
{
	struct sg_methodscript_package package;

	(void)state;
	assert_int_equal(sg_methodscript_package_decode("Pab8000000 \0", 12, &package), SG_ERR_FRAME);
	assert_int_equal(sg_methodscript_package_decode("Pab800\0000 ", 11, &package), SG_ERR_FRAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_values_exactly),
		cmocka_unit_test(decodes_metadata_in_any_order_and_passes_over_the_unknown),
		cmocka_unit_test(decodes_several_variables_in_their_order),
		cmocka_unit_test(takes_twelve_variables_and_no_more),
		cmocka_unit_test(refuses_whatever_is_not_exact),
		cmocka_unit_test(refuses_every_cut_of_a_package),
		cmocka_unit_test(a_nul_inside_is_a_character_and_not_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

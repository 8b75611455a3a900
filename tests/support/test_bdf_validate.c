/* SPDX-License-Identifier: Apache-2.0 */
/* The validator finds what the published one finds: a good table, and that table broken in each way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bdf_validate.h"

#define HEADER "Test Time / s,Unix Time / s,Voltage / V,Current / A,Cycle Count / 1,Step Count / 1," \
	"Step ID,Step Type,Step Record Index / 1,Charging Capacity / Ah,Discharging Capacity / Ah," \
	"Cumulative Capacity / Ah,Net Capacity / Ah\n"
#define ROW1 "0.000,1789373730.125,0.000412,0,0,0,1,REST,1,0,0,0,0\n"
#define ROW2 "1.000,1789373731.125,0.000409,0,0,0,1,REST,2,0,0,0,0\n"
#define ROW3 "2.000,1789373732.126,0.018455,0.000100003,1,1,2,CC_CHG,1,2.7e-08,0,2.7e-08,2.7e-08\n"
#define ROW4 "3.000,1789373733.126,-0.0186,-0.0001,1,2,3,CC_DCH,1,2.7e-08,2.7e-08,5.4e-08,0\n"

static void expect(const char *table, int verdict, const char *word)
{
	struct bdf_report report;
	int got = bdf_validate_bytes(table, strlen(table), BDF_TAIL_WHOLE, &report);

	if (got != verdict)
		print_error("%s%s", table, report.problems);
	assert_int_equal(got, verdict);
	if (word && !strstr(report.problems, word)) {
		print_error("expected '%s' in: %s", word, report.problems);
		fail();
	}
}

static void accepts_a_correct_table(void **state)
{
	struct bdf_report report;
	const char *table = HEADER ROW1 ROW2 ROW3 ROW4;

	(void)state;
	expect(table, 0, NULL);
	expect(HEADER, 0, NULL);
	assert_int_equal(bdf_validate_bytes(table, strlen(table), BDF_TAIL_WHOLE, &report), 0);
	assert_int_equal(report.rows, 4);
	assert_int_equal(report.columns, 13);
	assert_int_equal(report.torn_bytes, 0);
	assert_true(report.last_time_s == 3.0);
	assert_true(report.last_cumulative_ah == 5.4e-08);
}

static void finds_each_kind_of_damage(void **state)
{
	(void)state;
	expect("", 1, "no header");
	expect("Test Time / s,Voltage / V\n", 1, "'Current / A' is missing");
	expect("Test Time / s,Voltage / V,Current / mA\n", 1, "not a preferred label");
	expect("Test Time / s,Voltage / V,Current / A,Voltage / V\n", 1, "twice");
	expect(HEADER ROW2 ROW1, 1, "drops");
	expect(HEADER ROW1 "1.0,1789373731.125,0,0,0,0,1,REST,2,0,0,0\n", 1, "12 columns");
	expect(HEADER ROW1 "1.0,1789373731.125,zero,0,0,0,1,REST,2,0,0,0,0\n", 1, "'zero' is not a number");
	expect(HEADER ROW1 "1.0,1789373731.125,nan,0,0,0,1,REST,2,0,0,0,0\n", 1, "is not a number");
	expect(HEADER ROW3 "3,1789373733,0,0,0,1,2,REST,2,2.7e-08,0,2.7e-08,2.7e-08\n", 1, "cycle count goes back");
	expect(HEADER ROW3 "3,1789373733,0,0,1,1,2,REST,3,2.7e-08,0,2.7e-08,2.7e-08\n", 1, "step record index 3");
	expect(HEADER ROW3 "3,1789373733,0,0,1,1,2,REST,2,2.7e-08,1e-8,3.6e-08,1.7e-08\n", 1, "parts say");
	expect(HEADER ROW3 "3,1789373733,0,0,1,1,2,REST,2,2.7e-08,1e-8,3.7e-08,1.8e-08\n", 1, "'Net Capacity");
	expect(HEADER ROW3 "3,1789373733,0,0,1,1,2,REST,2,2.6e-08,0,2.6e-08,2.6e-08\n", 1, "drops");
	expect(HEADER ROW1 "1.000,17893", 1, "after the last line feed");
}

static void passes_over_a_torn_tail_when_asked(void **state)
{
	const char *table = HEADER ROW1 "1.000,17893";
	struct bdf_report report;

	(void)state;
	assert_int_equal(bdf_validate_bytes(table, strlen(table), BDF_TAIL_TORN, &report), 0);
	assert_int_equal(report.torn_bytes, 11);
	assert_int_equal(report.rows, 1);
}

static void finds_a_clock_in_the_wrong_unit(void **state)
{
	char table[4096] = HEADER;
	size_t used = strlen(table);
	int i;

	(void)state;
	for (i = 0; i < 12; i++)
		used += (size_t)snprintf(table + used, sizeof(table) - used,
					 "%d,%d,0,0,0,0,1,REST,%d,0,0,0,0\n", i * 1000, 1789373730 + i, i + 1);
	expect(table, 1, "1000 times as fast");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_correct_table),
		cmocka_unit_test(finds_each_kind_of_damage),
		cmocka_unit_test(passes_over_a_torn_tail_when_asked),
		cmocka_unit_test(finds_a_clock_in_the_wrong_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Rows to lines: held against a validator that shares no code with what writes them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bdf_validate.h"
#include "experiment/accounting.h"
#include "format/bdf.h"

static struct sg_row row_of_a_rest(void)
{
	struct sg_row row;

	memset(&row, 0, sizeof(row));
	row.record_index = 7;
	row.step_count = 2;
	row.step_record_index = 3;
	row.cycle_count = 1;
	row.step_id = "1.r";
	row.step_type = "REST";
	row.test_time_s = 12.25;
	row.utc_ns = INT64_C(1789373730125000000);
	row.step_time_s = 2.25;
	row.voltage_v = 0.000412;
	row.temperature_c = 25.02;
	row.range_a = 1e-3;
	return row;
}

static void writes_preferred_labels_in_one_line(void **state)
{
	char line[SG_BDF_LINE_SIZE];
	struct bdf_report report;
	size_t length = sg_bdf_header(line, sizeof(line));

	(void)state;
	assert_true(length > 0);
	assert_int_equal(length, strlen(line));
	assert_int_equal(bdf_validate_bytes(line, length, BDF_TAIL_WHOLE, &report), 0);
	assert_int_equal(report.columns, 29);
	assert_int_equal(strncmp(line, "Test Time / s,Unix Time / s,Voltage / V,Current / A,", 52), 0);
}

static void writes_every_value_in_its_unit(void **state)
{
	struct sg_row row = row_of_a_rest();
	char line[SG_BDF_LINE_SIZE];

	(void)state;
	row.current_a = 1.00003e-4;
	row.test = (struct sg_throughput){ 3.6e-3, 1.8e-3, 7.2, 3.6 };
	row.step = (struct sg_throughput){ 3.6e-6, 0, 0, 0 };
	row.cycle = (struct sg_throughput){ 0, 3.6e-6, 0, 0 };
	assert_true(sg_bdf_line(&row, line, sizeof(line)) > 0);
	assert_string_equal(line,
		"12.250000,1789373730.125000,0.00041200,0.000100003,1,2,1.r,REST,2.250000,25.020,7,3,4.1201236e-08,"
		"1e-06,5e-07,1.5e-06,5e-07,0.002,0.001,0.003,0.001,"
		"1e-09,0,1e-09,1e-09,0,1e-09,1e-09,-1e-09\n");
}

static void leaves_unknown_values_empty(void **state)
{
	struct sg_row row = row_of_a_rest();
	char line[SG_BDF_LINE_SIZE];

	(void)state;
	row.temperature_c = NAN;
	row.voltage_v = NAN;
	row.current_a = INFINITY;
	row.utc_ns = -1;
	assert_true(sg_bdf_line(&row, line, sizeof(line)) > 0);
	assert_int_equal(strncmp(line, "12.250000,,,,1,2,1.r,REST,2.250000,,7,3,,0,", 43), 0);
}

static void the_longest_row_fits_and_a_small_buffer_is_refused(void **state)
{
	struct sg_row row = row_of_a_rest();
	char line[SG_BDF_LINE_SIZE];
	double big = -1.23456789012345e-300;

	(void)state;
	row.record_index = UINT64_MAX / 2;
	row.step_count = row.step_record_index = row.cycle_count = UINT32_MAX;
	row.step_id = "12345678901234567890123";
	row.test_time_s = row.step_time_s = 1e15 / 3;
	row.utc_ns = INT64_MAX;
	row.voltage_v = row.current_a = row.temperature_c = -1e15 / 3;
	row.test = row.step = row.cycle = (struct sg_throughput){ big, 3 * big, 5 * big, 7 * big };
	assert_true(sg_bdf_line(&row, line, sizeof(line)) > 0);
	assert_int_equal(sg_bdf_line(&row, line, 100), 0);
	assert_int_equal(sg_bdf_header(line, 10), 0);
	row.flags = UINT32_MAX;
	assert_true(sg_quality_line(&row, line, sizeof(line)) > 0);
}

static void names_the_flags_of_a_row(void **state)
{
	struct sg_row row = row_of_a_rest();
	char line[SG_BDF_LINE_SIZE];

	(void)state;
	assert_true(sg_quality_header(line, sizeof(line)) > 0);
	assert_string_equal(line, "Record Index / 1,Test Time / s,flags,range_A,set_A\n");
	sg_quality_line(&row, line, sizeof(line));
	assert_string_equal(line, "7,12.250000,,0.001,0\n");
	row.flags = SG_FLAG_TIMING | SG_FLAG_NO_CURRENT | 1u << 20;
	row.set_a = -1e-4;
	sg_quality_line(&row, line, sizeof(line));
	assert_string_equal(line, "7,12.250000,timing|no_current|0x100000,0.001,-0.0001\n");
}

/* A long symmetric test: throughput grows a thousandfold over what net ever reaches. */
static void a_long_test_stays_consistent_as_printed(void **state)
{
	enum { CYCLES = 3000, ROWS_A_HALF = 10 };
	size_t capacity = (size_t)CYCLES * 2 * ROWS_A_HALF * 420 + SG_BDF_LINE_SIZE, used;
	char *table = malloc(capacity);
	struct sg_accounting books;
	struct bdf_report report;
	struct sg_step step;
	double time_s = 0;
	int half, i;

	(void)state;
	assert_non_null(table);
	memset(&step, 0, sizeof(step));
	step.kind = SG_STEP_CURRENT;
	sg_accounting_init(&books);
	used = sg_bdf_header(table, capacity);
	for (half = 0; half < 2 * CYCLES; half++) {
		step.cycle = (uint32_t)half / 2 + 1;
		step.current_a = half % 2 ? -1.23456e-6 : 1.23456e-6;
		snprintf(step.id, sizeof(step.id), "1.%u%c", step.cycle, half % 2 ? '-' : '+');
		sg_accounting_step(&books, &step, time_s);
		for (i = 0; i < ROWS_A_HALF; i++) {
			struct sg_sample sample = { .current_a = step.current_a * (1 + 1e-6 * i),
						    .voltage_v = 90.0 * step.current_a,
						    .temperature_c = 25.0 };
			const struct sg_row *row;

			time_s += 1.0000037;
			row = sg_accounting_sample(&books, &sample, time_s,
						   INT64_C(1789373730125000000) + (int64_t)(time_s * 1e9));
			used += sg_bdf_line(row, table + used, capacity - used);
		}
	}
	if (bdf_validate_bytes(table, used, BDF_TAIL_WHOLE, &report))
		fail_msg("%s", report.problems);
	assert_int_equal(report.rows, CYCLES * 2 * ROWS_A_HALF);
	print_message("mean line: %zu bytes\n", used / report.rows);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_preferred_labels_in_one_line),
		cmocka_unit_test(writes_every_value_in_its_unit),
		cmocka_unit_test(leaves_unknown_values_empty),
		cmocka_unit_test(the_longest_row_fits_and_a_small_buffer_is_refused),
		cmocka_unit_test(names_the_flags_of_a_row),
		cmocka_unit_test(a_long_test_stays_consistent_as_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What bdf.h writes, bdf_read.h reads; nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/sample.h"
#include "format/bdf.h"
#include "format/bdf_read.h"

static const struct sg_row row = {
	.record_index = 123456789012, .step_count = 7, .step_record_index = 3, .cycle_count = 2, .step_id = "1.2-",
	.step_type = "CC_DCH", .test_time_s = 1234567.890123, .utc_ns = 1789373730125678000, .step_time_s = 2.5,
	.voltage_v = -0.01234567, .current_a = -1.23456789e-4, .set_a = -1.25e-4, .range_a = 1e-3, .temperature_c = 25.125,
	.flags = SG_FLAG_TIMING | SG_FLAG_GAP_BEFORE | 1u << 30,
	.test = { 1234.5678901, 1234.5, 0.25, 1.0 / 3.0 }, .step = { 0.0, 0.5, 0, 0 }, .cycle = { 0.75, 0.5, 0, 0 },
};

static bool near(double a, double b, double relative)
{
	return fabs(a - b) <= relative * fabs(b);
}

static size_t field_at(const char *line, int field)
{
	const char *at = line;

	while (field--)
		at = strchr(at, ',') + 1;
	return (size_t)(at - line);
}

static void a_row_comes_back(void **state)
{
	char line[SG_BDF_LINE_SIZE], again[SG_BDF_LINE_SIZE], id[SG_BDF_STEP_ID_SIZE];
	const size_t length = sg_bdf_line(&row, line, sizeof(line));
	struct sg_row r = { .set_a = 5.0, .flags = 9 };

	(void)state;
	assert_int_equal(sg_bdf_read(&r, id, line, length - 1), SG_OK);
	assert_true(r.record_index == row.record_index && r.step_count == 7 && r.step_record_index == 3 && r.cycle_count == 2);
	assert_string_equal(r.step_id, "1.2-");
	assert_true(r.utc_ns == row.utc_ns);
	assert_true(near(r.test_time_s, row.test_time_s, 1e-12) && r.step_time_s == 2.5 && r.temperature_c == 25.125);
	assert_true(r.voltage_v == row.voltage_v && r.current_a == row.current_a);
	assert_true(near(r.test.charging_c, row.test.charging_c, 1e-11) && near(r.test.discharging_j, row.test.discharging_j, 1e-11));
	assert_true(near(r.step.discharging_c, 0.5, 1e-9) && near(r.cycle.charging_c, 0.75, 1e-9));
	assert_true(r.set_a == 5.0 && r.flags == 9);
	/* and what is made of it is the same to the sums of the test: a row that is taken over changes no digit of them */
	r.step_type = "CC_DCH";
	assert_true(sg_bdf_line(&r, again, sizeof(again)) > 0);
	assert_memory_equal(line, again, field_at(line, 15));
}

static void what_was_not_measured_is_not_there(void **state)
{
	char line[SG_BDF_LINE_SIZE], id[SG_BDF_STEP_ID_SIZE];
	struct sg_row none = row, r;
	size_t length;

	(void)state;
	none.voltage_v = none.current_a = none.temperature_c = NAN;
	none.utc_ns = -1;
	length = sg_bdf_line(&none, line, sizeof(line));
	assert_int_equal(sg_bdf_read(&r, id, line, length - 1), SG_OK);
	assert_true(isnan(r.voltage_v) && isnan(r.current_a) && isnan(r.temperature_c) && r.utc_ns == -1);
}

static void a_line_of_quality_comes_back(void **state)
{
	char line[SG_BDF_LINE_SIZE];
	struct sg_row r = { 0 }, none = row;
	size_t length = sg_quality_line(&row, line, sizeof(line));

	(void)state;
	assert_int_equal(sg_quality_read(&r, line, length - 1), SG_OK);
	assert_true(r.record_index == row.record_index && r.flags == row.flags && r.set_a == row.set_a && r.range_a == row.range_a);
	none.flags = 0;
	length = sg_quality_line(&none, line, sizeof(line));
	assert_int_equal(sg_quality_read(&r, line, length - 1), SG_OK);
	assert_int_equal(r.flags, 0);
	assert_int_equal(sg_quality_read(&r, "1,2,unheard_of,3,4", 18), SG_ERR_FORMAT);
	assert_int_equal(sg_quality_read(&r, "1,2,0xZ,3,4", 11), SG_ERR_FORMAT);
	assert_int_equal(sg_quality_read(&r, "1,2,,3", 6), SG_ERR_FORMAT);
}

/* A line that was cut off, or had a byte changed, is never a crash; cut off it is never a row. */
static void a_torn_line_is_no_row(void **state)
{
	char line[SG_BDF_LINE_SIZE], id[SG_BDF_STEP_ID_SIZE];
	const size_t length = sg_bdf_line(&row, line, sizeof(line)) - 1;
	struct sg_row r;

	(void)state;
	for (size_t cut = 0; cut < length; cut++) {
		const char *comma = memrchr(line, ',', length);

		if (cut <= (size_t)(comma - line))
			assert_int_equal(sg_bdf_read(&r, id, line, cut), SG_ERR_FORMAT);
	}
	for (size_t i = 0; i < length; i++) {
		const char before = line[i];

		line[i] = ',';
		if (before != ',')
			assert_int_equal(sg_bdf_read(&r, id, line, length), SG_ERR_FORMAT);
		line[i] = '\0';
		assert_int_equal(sg_bdf_read(&r, id, line, length), SG_ERR_FORMAT);
		line[i] = before;
	}
	assert_int_equal(sg_bdf_read(&r, id, line, length), SG_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_comes_back),
		cmocka_unit_test(what_was_not_measured_is_not_there),
		cmocka_unit_test(a_line_of_quality_comes_back),
		cmocka_unit_test(a_torn_line_is_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

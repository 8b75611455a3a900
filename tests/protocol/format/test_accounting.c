/* SPDX-License-Identifier: Apache-2.0 */
/* The books of a run against sums kept in another way: long double, or exact by construction. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/accounting.h"

#define UTC_NS INT64_C(1789373730125000000)

static struct sg_sample sample(double current_a, double voltage_v)
{
	struct sg_sample s;

	memset(&s, 0, sizeof(s));
	s.current_a = current_a;
	s.set_a = current_a;
	s.voltage_v = voltage_v;
	s.temperature_c = 25.0;
	s.range_a = 1e-3;
	return s;
}

static struct sg_step current_step(uint32_t procedure, uint32_t cycle, double current_a)
{
	struct sg_step step;

	memset(&step, 0, sizeof(step));
	step.kind = SG_STEP_CURRENT;
	step.procedure = procedure;
	step.cycle = cycle;
	step.current_a = current_a;
	snprintf(step.id, sizeof(step.id), "%u.%u%c", procedure + 1, cycle, current_a < 0 ? '-' : '+');
	return step;
}

static struct sg_step rest_step(uint32_t procedure)
{
	struct sg_step step;

	memset(&step, 0, sizeof(step));
	step.kind = SG_STEP_REST;
	step.procedure = procedure;
	snprintf(step.id, sizeof(step.id), "%u.r", procedure + 1);
	return step;
}

static const struct sg_row *feed(struct sg_accounting *books, double time_s, double current_a, double voltage_v)
{
	struct sg_sample s = sample(current_a, voltage_v);

	return sg_accounting_sample(books, &s, time_s, UTC_NS + (int64_t)(time_s * 1e9));
}

static void assert_near(double got, long double wanted, double relative)
{
	long double off = fabsl((long double)got - wanted);

	if (off > relative * fabsl(wanted)) {
		print_error("got %.17g, wanted %.17Lg, off by %.3Lg relative\n", got, wanted, off / fabsl(wanted));
		fail();
	}
}

static void first_interval_counts_from_the_begin_of_the_step(void **state)
{
	struct sg_accounting books;
	struct sg_step step = current_step(0, 1, 1e-3);
	const struct sg_row *row;

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &step, 10.0);
	row = feed(&books, 11.0, 1e-3, 0.05);
	assert_near(row->step.charging_c, 1e-3L, 1e-15);
	assert_near(row->step.charging_j, 5e-5L, 1e-15);
	assert_true(row->step_time_s == 1.0);
	row = feed(&books, 13.0, 2e-3, 0.05);
	assert_near(row->step.charging_c, 5e-3L, 1e-15);
	assert_true(row->test.discharging_c == 0.0);
	assert_near(sg_accounting_step_charge_c(&books), 5e-3L, 1e-15);
}

static void two_million_rows_add_up_to_twelve_digits(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 1, 1.7e-4);
	struct sg_step minus = current_step(0, 1, -1.7e-4);
	long double charged = 0, discharged = 0, taken_up = 0, before_s = 0;
	uint64_t noise = 20240511;
	int row_index;

	(void)state;
	sg_accounting_init(&books);
	for (row_index = 1; row_index <= 2000000; row_index++) {
		double time_s, current_a, voltage_v;
		const struct sg_row *row;

		if (row_index % 300 == 1)
			sg_accounting_step(&books, row_index / 300 % 2 ? &minus : &plus, (row_index - 1) * 1.0001);
		if (row_index % 300 == 1)
			before_s = (row_index - 1) * 1.0001;
		noise = noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		current_a = (row_index - 1) / 300 % 2 ? -1.7e-4 : 1.7e-4;
		current_a += ((double)(noise >> 40) / 16777216.0 - 0.5) * 1e-8;
		voltage_v = 133.7 * current_a;
		time_s = row_index * 1.0001;
		row = feed(&books, time_s, current_a, voltage_v);
		if (current_a > 0)
			charged += (long double)current_a * (time_s - before_s);
		else
			discharged -= (long double)current_a * (time_s - before_s);
		taken_up += (long double)current_a * voltage_v * (time_s - before_s);
		before_s = time_s;
		assert_true(row->record_index == (uint64_t)row_index);
	}
	assert_near(books.row.test.charging_c, charged, 1e-12);
	assert_near(books.row.test.discharging_c, discharged, 1e-12);
	assert_near(books.row.test.charging_c + books.row.test.discharging_c, charged + discharged, 1e-12);
	assert_near(books.row.test.charging_j, taken_up, 1e-12);
	assert_true(books.row.test.discharging_j == 0.0);
}

static void equal_terms_do_not_drift(void **state)
{
	struct sg_accounting books;
	struct sg_step step = current_step(0, 1, 1.0);
	double naive = 0;
	int i;

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &step, 0);
	for (i = 1; i <= 2000000; i++) {
		feed(&books, i, 0.1, 0);
		naive += 0.1;
	}
	assert_true(books.row.test.charging_c == 200000.0); /* 0.1 is not exact: 2e6 * 0.1 rounds to it */
	assert_true(naive != 200000.0);                     /* the reason why the sums are compensated */
}

static void scopes_reset_at_their_own_boundary(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 1, 1e-3), minus = current_step(0, 1, -1e-3);
	struct sg_step rest = rest_step(0), next = current_step(0, 2, 1e-3), other = current_step(1, 2, 1e-3);

	(void)state;
	sg_accounting_init(&books);
	assert_int_equal(books.row.cycle_count, 0);
	sg_accounting_step(&books, &plus, 0);
	feed(&books, 10, 1e-3, 0.1);
	sg_accounting_step(&books, &minus, 10);
	feed(&books, 20, -1e-3, -0.1);
	assert_near(books.row.cycle.charging_c, 1e-2L, 1e-14);
	assert_near(books.row.cycle.discharging_c, 1e-2L, 1e-14);
	assert_true(books.row.step.charging_c == 0.0);
	assert_near(books.row.step.discharging_c, 1e-2L, 1e-14);
	assert_near(sg_accounting_step_charge_c(&books), -1e-2L, 1e-14);

	sg_accounting_step(&books, &rest, 20);
	feed(&books, 25, 0, 0.001);
	assert_int_equal(books.row.cycle_count, 1);
	assert_near(books.row.cycle.charging_c, 1e-2L, 1e-14);
	assert_true(books.row.step.discharging_c == 0.0);

	sg_accounting_step(&books, &next, 25);
	feed(&books, 26, 1e-3, 0.1);
	assert_int_equal(books.row.cycle_count, 2);
	assert_near(books.row.cycle.charging_c, 1e-3L, 1e-14);
	assert_true(books.row.cycle.discharging_c == 0.0);
	assert_near(books.row.test.charging_c, 1.1e-2L, 1e-14);

	sg_accounting_step(&books, &other, 26); /* same number, another procedure */
	assert_int_equal(books.row.cycle_count, 3);
	assert_int_equal(books.row.step_count, 5);
}

static void a_step_begun_again_stays_in_its_cycle(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 4, 1e-3);

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &plus, 0);
	feed(&books, 10, 1e-3, 0.1);
	sg_accounting_step(&books, &plus, 600);
	feed(&books, 610, 1e-3, 0.1);
	assert_int_equal(books.row.cycle_count, 1);
	assert_int_equal(books.row.step_count, 2);
	assert_near(books.row.cycle.charging_c, 2e-2L, 1e-14);
	assert_near(books.row.step.charging_c, 1e-2L, 1e-14);
}

static void nothing_flows_between_steps_unless_it_is_said(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 1, 1e-3), rest = rest_step(0);

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &plus, 0);
	feed(&books, 1, 1e-3, 0.1);
	sg_accounting_step(&books, &rest, 5);
	feed(&books, 6, 0, 0.001);
	assert_near(books.row.test.charging_c, 1e-3L, 1e-14);

	sg_accounting_init(&books);
	sg_accounting_step(&books, &plus, 0);
	feed(&books, 1, 1e-3, 0.1);
	sg_accounting_gap(&books, 5, 1e-3);
	sg_accounting_step(&books, &rest, 5);
	feed(&books, 6, 0, 0.001);
	assert_near(books.row.test.charging_c, 5e-3L, 1e-14);
	assert_near(books.row.test.charging_j, 5e-4L, 1e-14);
}

static void a_gap_books_the_known_current_and_makes_no_row(void **state)
{
	struct sg_accounting books;
	struct sg_step minus = current_step(0, 1, -1e-3);
	const struct sg_row *row;

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &minus, 0);
	sg_accounting_gap(&books, 2, -1e-3); /* no voltage of this step yet: charge only */
	assert_true(books.row.step.charging_j == 0.0 && books.row.step.discharging_j == 0.0);
	assert_near(books.row.step.discharging_c, 2e-3L, 1e-14);
	row = feed(&books, 3, -1e-3, -0.1);
	assert_int_equal(row->record_index, 1);
	assert_int_equal(row->step_record_index, 1);
	sg_accounting_gap(&books, 103, 0); /* cell off */
	row = feed(&books, 104, -1e-3, -0.1);
	assert_near(row->step.discharging_c, 4e-3L, 1e-14);
	assert_near(row->step.charging_j, 2e-4L, 1e-14);
	assert_int_equal(row->record_index, 2);
	assert_true(row->step_time_s == 104.0);
	sg_accounting_gap(&books, 106, NAN); /* not known: nothing is made up */
	assert_near(books.row.step.discharging_c, 4e-3L, 1e-14);
}

static void time_never_goes_back(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 1, 1e-3);
	const struct sg_row *row;

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &plus, 5);
	feed(&books, 10, 1e-3, 0.1);
	row = feed(&books, 7, 1e-3, 0.1);
	assert_true(row->test_time_s == 10.0);
	row = feed(&books, NAN, 1e-3, 0.1);
	assert_true(row->test_time_s == 10.0);
	assert_near(row->test.charging_c, 5e-3L, 1e-14);
	row = feed(&books, 11, 1e-3, 0.1);
	assert_near(row->test.charging_c, 6e-3L, 1e-14);
	sg_accounting_gap(&books, 3, 1e-3);
	sg_accounting_step(&books, &plus, 2);
	assert_true(books.row.test_time_s == 11.0);
	row = feed(&books, 12, 1e-3, 0.1);
	assert_true(row->step_time_s == 1.0);
	assert_near(row->test.charging_c, 7e-3L, 1e-14);
}

static void a_current_that_is_no_number_leaves_its_interval_open(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 1, 1e-3);
	const struct sg_row *row;

	(void)state;
	sg_accounting_init(&books);
	sg_accounting_step(&books, &plus, 0);
	feed(&books, 1, 1e-3, 0.1);
	row = feed(&books, 2, NAN, 0.1);
	assert_int_equal(row->record_index, 2);
	assert_true(isnan(row->current_a));
	assert_near(row->test.charging_c, 1e-3L, 1e-14);
	row = feed(&books, 3, 1e-3, NAN); /* charge without energy */
	assert_near(row->test.charging_c, 3e-3L, 1e-14);
	assert_near(row->test.charging_j, 1e-4L, 1e-14);
}

static void counters_count(void **state)
{
	static const uint32_t wanted[] = { 1, 2, 3, 1, 2, 3, 1, 2, 3 };
	struct sg_accounting books;
	struct sg_step steps[3];
	uint32_t i;

	(void)state;
	steps[0] = rest_step(0);
	steps[1] = current_step(1, 1, 1e-3);
	steps[2] = current_step(1, 1, -1e-3);
	sg_accounting_init(&books);
	for (i = 0; i < 9; i++) {
		const struct sg_row *row;

		if (i % 3 == 0)
			sg_accounting_step(&books, &steps[i / 3], i);
		row = feed(&books, i + 1, steps[i / 3].current_a, 0.0);
		assert_int_equal(row->record_index, i + 1);
		assert_int_equal(row->step_record_index, wanted[i]);
		assert_int_equal(row->step_count, i / 3 + 1);
		assert_string_equal(row->step_id, steps[i / 3].id);
	}
	assert_string_equal(books.row.step_type, "CC_DCH");
}

static void step_types_follow_the_sign(void **state)
{
	struct sg_accounting books;
	struct sg_step plus = current_step(0, 1, 1e-3), minus = current_step(0, 1, -1e-3);
	struct sg_step rest = rest_step(0), warm = rest_step(0);

	(void)state;
	warm.kind = SG_STEP_TEMPERATURE;
	sg_accounting_init(&books);
	assert_string_equal(books.row.step_type, "REST");
	sg_accounting_step(&books, &plus, 0);
	assert_string_equal(books.row.step_type, "CC_CHG");
	sg_accounting_step(&books, &minus, 0);
	assert_string_equal(books.row.step_type, "CC_DCH");
	sg_accounting_step(&books, &warm, 0);
	assert_string_equal(books.row.step_type, "REST");
	sg_accounting_step(&books, &rest, 0);
	assert_string_equal(books.row.step_type, "REST");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_interval_counts_from_the_begin_of_the_step),
		cmocka_unit_test(two_million_rows_add_up_to_twelve_digits),
		cmocka_unit_test(equal_terms_do_not_drift),
		cmocka_unit_test(scopes_reset_at_their_own_boundary),
		cmocka_unit_test(a_step_begun_again_stays_in_its_cycle),
		cmocka_unit_test(nothing_flows_between_steps_unless_it_is_said),
		cmocka_unit_test(a_gap_books_the_known_current_and_makes_no_row),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(a_current_that_is_no_number_leaves_its_interval_open),
		cmocka_unit_test(counters_count),
		cmocka_unit_test(step_types_follow_the_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Measurement loops on a resistor: timing, values, ranges, limits. */
#include "fake_bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_bench bench;

static int start(void **state)
{
	(void)state;
	bench_start(&bench, NULL, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	bench_stop(&bench);
	return 0;
}

static void restart(const char *model, const char *options)
{
	bench_stop(&bench);
	bench_start(&bench, model, options);
}

/* Run a script to its end or for a minute. */
static void play(const char *script)
{
	bench_run(&bench, 60 * MS);
	bench_forget(&bench);
	bench_send(&bench, "e\n");
	bench_send(&bench, script);
	bench_send(&bench, "\n");
	bench_run(&bench, 60 * S);
}

static void assert_fails_with(const char *script, const char *error)
{
	play(script);
	assert_string_equal(bench_line(&bench, "!", 0), error);
	bench_run(&bench, 60 * MS);
	bench_ask(&bench, "e\ncell_off\nset_pgstat_mode 0\n\n");
}

static void sends_a_package_at_the_end_of_every_interval(void **state)
{
	const char *line;

	(void)state;
	play(CP_SETUP "meas_loop_cp p c 500u 500m 2\n" PACKAGE "endloop\non_finished:\ncell_off\n");
	assert_memory_equal(bench.said, "e\nM000A\nPeb", 11);
	assert_int_equal(bench_count(&bench, "P"), 4);
	for (size_t i = 0; i < 4; i++) {
		line = bench_line(&bench, "P", i);
		assert_close(package_value(line, 0), 0.5 * (double)(i + 1), 1e-9);
		assert_memory_equal(strchr(line, ';'), ";ba", 3);
		assert_close(package_value(line, 1), 500e-6, 20e-6);
		assert_close(package_value(line, 2), 0.5, 5e-3);
		assert_int_equal(package_field(line, 1, '1'), 4); /* 0.5 mA in the 10 mA range */
		assert_int_equal(package_field(line, 1, '2'), 0x18);
		assert_int_equal(package_field(line, 2, '1'), 0);
		assert_int_equal(package_field(line, 2, '2'), 0x06);
	}
	assert_string_equal(bench_line(&bench, "*", 0), "*\n\n");
	assert_true(bench.cell.open);
}

static void measures_exactly_without_its_errors(void **state)
{
	const char *line;

	(void)state;
	restart(NULL, "ideal=yes,noise_id=yes");
	play(CP_SETUP "meas_loop_cp p c -1500u 1 1\n" PACKAGE "endloop\n");
	line = bench_line(&bench, "P", 0);
	assert_string_equal(strstr(line, ";ba"),
			    ";ba7E91CA0n,10,218,40;ab7E91CA0u,10,206,40\n*\n\n");
}

static void measures_with_small_errors_that_repeat_with_the_seed(void **state)
{
	char first[512];
	double value;

	(void)state;
	play(CP_SETUP "meas_loop_cp p c 1m 500m 2\n" PACKAGE "endloop\n");
	value = package_value(bench_line(&bench, "P", 0), 2);
	assert_true(fabs(value - 1.0) > 1e-7 && fabs(value - 1.0) < 5e-3);
	assert_true(bench.said_length < sizeof(first));
	memcpy(first, bench.said, bench.said_length + 1);
	restart(NULL, NULL);
	play(CP_SETUP "meas_loop_cp p c 1m 500m 2\n" PACKAGE "endloop\n");
	assert_string_equal(bench.said, first);
}

static void holds_the_run_time_when_it_is_no_multiple_of_the_interval(void **state)
{
	(void)state;
	play(CP_SETUP "meas_loop_cp p c 1m 400m 1\n" PACKAGE "endloop\ntimer_get t\n"
		      "pck_start\npck_add t\npck_end\n");
	assert_int_equal(bench_count(&bench, "P"), 3);
	assert_close(package_value(bench_line(&bench, "P", 1), 0), 0.8, 1e-9);
	assert_close(package_value(bench_line(&bench, "P", 2), 0), 1.0, 1e-9);
}

static void breaks_the_loop_at_a_limit_and_goes_on_without_a_gap(void **state)
{
	(void)state;
	restart(NULL, "ideal=yes");
	play(CP_SETUP "meas_loop_cp p c 2m 1 10\n" PACKAGE
		      "if p > 1500m\nbreakloop\nendif\nendloop\n"
		      "meas_loop_cp p c -2m 1 2\n" PACKAGE "endloop\nset_i 0\n");
	assert_int_equal(bench_count(&bench, "M000A\n"), 2);
	assert_int_equal(bench_count(&bench, "*\n"), 2);
	assert_int_equal(bench_count(&bench, "P"), 3);
	assert_close(package_value(bench_line(&bench, "P", 1), 0), 2.0, 1e-9);
	assert_close(package_value(bench_line(&bench, "P", 1), 2), -2.0, 1e-9);
	/* the script has no on_finished: the cell stays on, at the last set current */
	assert_false(bench.cell.open);
	assert_close(bench.cell.current_a, 0.0, 0.0);
}

static void falls_short_of_its_current_at_the_compliance(void **state)
{
	const char *line;

	(void)state;
	restart(NULL, "ideal=yes");
	play(CP_SETUP "meas_loop_cp p c 4m 1 3\n" PACKAGE "endloop\n");
	line = bench_line(&bench, "P", 1);
	assert_close(package_value(line, 1), 3e-3, 1e-12);
	assert_close(package_value(line, 2), 3.0, 1e-9);
	assert_int_equal(package_field(line, 1, '1') & 2, 2);
	assert_int_equal(package_field(line, 2, '1') & 2, 2);
	assert_int_equal(bench_count(&bench, "!"), 0);
}

static void notices_within_a_tenth_of_a_second_that_it_falls_short(void **state)
{
	(void)state;
	restart(NULL, "ideal=yes");
	bench_send(&bench, "e\n" CP_SETUP "meas_loop_cp p c 2m 10 60\n" PACKAGE "endloop\n\n");
	bench_run(&bench, 5 * S);
	bench.cell.resistance_ohm = 10e3;
	bench_run(&bench, 101 * MS);
	assert_close(bench.cell.current_a, 0.3e-3, 1e-12);
	bench.cell.resistance_ohm = 100.0;
	bench_run(&bench, 101 * MS);
	assert_close(bench.cell.current_a, 2e-3, 1e-12);
}

static void follows_the_cell_at_a_held_potential(void **state)
{
	const char *line;

	(void)state;
	restart("hr", "ideal=yes");
	play("var p\nvar c\nset_pgstat_mode 2\nset_max_bandwidth 60\nset_range ba 1m\n"
	     "set_autoranging ba 100u 10m\nset_e 500m\ncell_on\nmeas_loop_ca p c 500m 500m 1\n"
	     "pck_start\npck_add p\npck_add c\npck_end\nendloop\non_finished:\ncell_off\n");
	assert_memory_equal(bench.said, "e\nM0007\n", 8);
	line = bench_line(&bench, "P", 0);
	assert_memory_equal(line, "Pda807A120u;ba", 14);
	assert_close(package_value(line, 0), 0.5, 1e-9);
	assert_close(package_value(line, 1), 0.5e-3, 1e-12);
	assert_int_equal(package_field(line, 1, '2'), 0x15); /* 1 mA */
	assert_int_equal(package_field(line, 0, '1'), -1);
}

static void clips_at_the_end_of_a_fixed_range(void **state)
{
	const char *line;

	(void)state;
	restart("hr", "ideal=yes");
	play("var p\nvar c\nset_pgstat_mode 2\nset_max_bandwidth 60\nset_range ba 100u\nset_e 1\n"
	     "cell_on\nmeas_loop_ca p c 1 500m 500m\npck_start\npck_add "
	     "c\npck_end\nendloop\ncell_off\n");
	line = bench_line(&bench, "P", 0);
	assert_close(package_value(line, 0), 292e-6, 1e-12);
	assert_int_equal(package_field(line, 0, '1'), 2);
}

static void warns_before_the_range_ends(void **state)
{
	(void)state;
	restart("hr", "ideal=yes");
	play("var p\nvar c\nset_pgstat_mode 2\nset_max_bandwidth 60\nset_range ba 100u\nset_e "
	     "250m\n"
	     "cell_on\nmeas_loop_ca p c 250m 500m 500m\npck_start\npck_add c\npck_end\nendloop\n"
	     "cell_off\n");
	assert_int_equal(package_field(bench_line(&bench, "P", 0), 0, '1'), 8);
}

static void measures_the_open_circuit(void **state)
{
	const char *line;

	(void)state;
	restart(NULL, "ideal=yes");
	bench.cell.source_v = 1.25;
	play("var p\nset_pgstat_mode 2\nset_max_bandwidth 60\nset_range ab 3\ncell_off\n"
	     "meas_loop_ocp p 100m 100m\npck_start\npck_add p\npck_end\nendloop\n");
	line = bench_line(&bench, "P", 0);
	assert_memory_equal(bench.said, "e\nM000B\nPab", 11);
	assert_close(package_value(line, 0), 1.25, 1e-9);
	assert_string_equal(bench_line(&bench, "*", 0), "*\n\n");
}

static void refuses_the_open_circuit_with_the_cell_on(void **state)
{
	(void)state;
	assert_fails_with(CP_SETUP "meas_loop_ocp p 100m 1\nendloop\n", "!0014: Line 14\n");
}

static void refuses_loops_without_a_cell_or_in_the_wrong_mode(void **state)
{
	(void)state;
	assert_fails_with("var p\nvar c\nset_pgstat_mode 6\nset_max_bandwidth 60\n"
			  "meas_loop_cp p c 1m 1 1\nendloop\n", "!4027: Line 5\n");
	assert_fails_with("var p\nvar c\nset_pgstat_mode 2\nset_max_bandwidth 60\ncell_on\n"
			  "meas_loop_cp p c 1m 1 1\nendloop\n", "!0023: Line 6\n");
	assert_fails_with(CP_SETUP "meas_loop_ca p c 1m 1 1\nendloop\n", "!0023: Line 14\n");
	assert_fails_with("set_max_bandwidth 60\n", "!0023: Line 1\n");
	assert_fails_with("set_pgstat_mode 6\ncell_on\n", "!0044: Line 2\n");
	assert_fails_with("set_pgstat_mode 5\n", "!0021: Line 1\n");
	assert_fails_with("set_pgstat_chan 1\n", "!002F: Line 1\n");
	assert_fails_with("set_acquisition_frac_autoadjust 55\n", "!4205: Line 1\n");
}

static void refuses_currents_and_potentials_beyond_the_model(void **state)
{
	(void)state;
	assert_fails_with("set_pgstat_mode 6\nset_i 31m\n", "!4205: Line 2\n");
	assert_fails_with(CP_SETUP "meas_loop_cp p c 31m 1 1\nendloop\n", "!4205: Line 14\n");
	assert_fails_with("set_pgstat_mode 2\nset_e 3001m\n", "!000F: Line 2\n");
	assert_fails_with("set_pgstat_mode 2\nset_range_minmax da -1 1\nset_e 1500m\n",
			  "!000F: Line 3\n");
	assert_fails_with("set_range ab 4\n", "!4205: Line 1\n");
	assert_fails_with("set_range db 31m\n", "!4205: Line 1\n");
	assert_fails_with("set_range ja 1\n", "!0084: Line 1\n");
	restart("hr", NULL);
	play("set_pgstat_mode 6\nset_i 200m\n");
	assert_string_equal(bench.said, "e\n\n");
	assert_fails_with("set_pgstat_mode 6\nset_i 201m\n", "!4205: Line 2\n");
}

static void refuses_a_current_beyond_the_fixed_range(void **state)
{
	(void)state;
	play("set_pgstat_mode 6\nset_range db 1m\nset_i 2920u\n");
	assert_string_equal(bench.said, "e\n\n");
	assert_fails_with("set_pgstat_mode 6\nset_range db 1m\nset_i 2921u\n", "!4205: Line 3\n");
}

static void refuses_to_change_what_the_running_loop_applies(void **state)
{
	(void)state;
	assert_fails_with(CP_SETUP "set_range db 1m\n", "!4033: Line 14\n");
	assert_fails_with(CP_SETUP "meas_loop_cp p c 1m 1 9\nset_i 2m\nendloop\n",
			  "!4033: Line 15\n");
	assert_fails_with("var p\nvar c\nset_pgstat_mode 2\nset_max_bandwidth 60\ncell_on\n"
			  "meas_loop_ca p c 100m 1 9\nset_e 2m\nendloop\n", "!4032: Line 7\n");
}

static void marks_samples_that_missed_their_time(void **state)
{
	(void)state;
	play(CP_SETUP "meas_loop_cp p c 1m 100m 1\n" PACKAGE "wait 250m\nendloop\n");
	assert_int_equal(package_field(bench_line(&bench, "P", 0), 1, '1') & 1, 0);
	assert_close(package_value(bench_line(&bench, "P", 0), 0), 0.1, 1e-9);
	assert_int_equal(package_field(bench_line(&bench, "P", 1), 1, '1') & 1, 1);
	assert_close(package_value(bench_line(&bench, "P", 1), 0), 0.35, 1e-9);
	assert_int_equal(bench_count(&bench, "*\n"), 1);
}

static void protects_itself_from_a_cell_that_pushes_back(void **state)
{
	(void)state;
	bench_send(&bench, "e\n" CP_SETUP "meas_loop_cp p c 1m 1 60\n" PACKAGE "endloop\n\n");
	bench_run(&bench, 2500 * MS);
	bench.cell.source_v = 12.0;
	bench.cell.resistance_ohm = 1.0;
	bench_run(&bench, 1 * S);
	assert_string_equal(bench_line(&bench, "!", 0), "!0032: Line 14\n");
	assert_true(bench.cell.open);
}

static void measures_once_over_a_time(void **state)
{
	(void)state;
	restart(NULL, "ideal=yes");
	play(CP_SETUP "set_i 1m\nmeas 200m p ab\nmeas 100m c ba\n" PACKAGE);
	assert_close(package_value(bench_line(&bench, "P", 0), 0), 0.3, 1e-9);
	assert_close(package_value(bench_line(&bench, "P", 0), 1), 1e-3, 1e-12);
	assert_close(package_value(bench_line(&bench, "P", 0), 2), 1.0, 1e-9);
}

static void runs_for_a_day_in_few_steps(void **state)
{
	(void)state;
	bench_send(&bench, "e\n" CP_SETUP "meas_loop_cp p c 100u 60 86400\n" PACKAGE "endloop\n"
			   "on_finished:\ncell_off\n\n");
	bench_run(&bench, 25 * 3600 * S);
	assert_true(bench.cell.open);
	assert_true(bench.cell.advances < 90000);
}

#define IN_CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_CASE(sends_a_package_at_the_end_of_every_interval),
		IN_CASE(measures_exactly_without_its_errors),
		IN_CASE(measures_with_small_errors_that_repeat_with_the_seed),
		IN_CASE(holds_the_run_time_when_it_is_no_multiple_of_the_interval),
		IN_CASE(breaks_the_loop_at_a_limit_and_goes_on_without_a_gap),
		IN_CASE(falls_short_of_its_current_at_the_compliance),
		IN_CASE(notices_within_a_tenth_of_a_second_that_it_falls_short),
		IN_CASE(follows_the_cell_at_a_held_potential),
		IN_CASE(clips_at_the_end_of_a_fixed_range),
		IN_CASE(warns_before_the_range_ends),
		IN_CASE(measures_the_open_circuit),
		IN_CASE(refuses_the_open_circuit_with_the_cell_on),
		IN_CASE(refuses_loops_without_a_cell_or_in_the_wrong_mode),
		IN_CASE(refuses_currents_and_potentials_beyond_the_model),
		IN_CASE(refuses_a_current_beyond_the_fixed_range),
		IN_CASE(refuses_to_change_what_the_running_loop_applies),
		IN_CASE(marks_samples_that_missed_their_time),
		IN_CASE(protects_itself_from_a_cell_that_pushes_back),
		IN_CASE(measures_once_over_a_time),
		IN_CASE(runs_for_a_day_in_few_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

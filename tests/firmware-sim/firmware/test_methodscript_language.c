/* SPDX-License-Identifier: Apache-2.0 */
/* The script language: what it refuses, where, and how it runs. */
#include "fake_bench.h"

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

/* A script with its answer; the instrument gets time to listen again before. */
static void assert_says(const char *script, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fprintf(out, "e\n%s\n", script);
	fclose(out);
	bench_run(&bench, 60 * MS);
	bench_forget(&bench);
	bench_send(&bench, text);
	free(text);
	bench_run(&bench, 500 * MS);
	assert_string_equal(bench.said, expected);
}

static void refuses_commands_it_does_not_have(void **state)
{
	(void)state;
	assert_says("                          nonsense\n", "e!4001: Line 1, Col 35\n");
	assert_says("set_pgstat_chan 0\nmeas_loop_eis f r i 10m 1k 1 11i 0\n",
		    "e!4001: Line 2, Col 14\n");
	assert_says("array x 10i\n", "e!4001: Line 1, Col 6\n");
	assert_says("i2c_config 100k 0i\n", "e!4001: Line 1, Col 11\n");
	assert_says("Var x\n", "e!4001: Line 1, Col 4\n");
}

static void refuses_wrong_numbers_of_arguments(void **state)
{
	(void)state;
	assert_says("var\n", "e!4007: Line 1, Col 4\n");
	assert_says("var p\nvar c\nmeas_loop_cp p c 1m 1\n", "e!4007: Line 3, Col 22\n");
	assert_says("var p q\n", "e!420A: Line 1, Col 8\n");
	assert_says("var p\ncell_on ocp(p)\n", "e!4008: Line 2, Col 15\n");
}

static void refuses_bad_literals(void **state)
{
	(void)state;
	assert_says("set_i 1.5m\n", "e!4039: Line 1, Col 8\n");
	assert_says("set_i 0x1F\n", "e!4014: Line 1, Col 11\n");
	assert_says("set_i 200000000\n", "e!4039: Line 1, Col 15\n");
	assert_says("set_i 5i\n", "e!4207: Line 1, Col 9\n");
	assert_says("wait -1\n", "e!4200: Line 1, Col 8\n");
}

static void refuses_undeclared_and_twice_declared_names(void **state)
{
	(void)state;
	assert_says("set_i x\n", "e!420B: Line 1, Col 8\n");
	assert_says("var x\nvar x\n", "e!4026: Line 2, Col 6\n");
	assert_says("var 1x\n", "e!402B: Line 1, Col 5\n");
	assert_says("var xY\n", "e!402B: Line 1, Col 6\n");
	assert_says("var a_name_that_is_much_too_long_to_be_kept\n", "e!402C: Line 1, Col 44\n");
	assert_says("var x\nstore_var 5 1 ja\n", "e!420D: Line 2, Col 12\n");
	assert_says("var x\nstore_var x 1 zz\n", "e!0002: Line 2, Col 17\n");
}

static void refuses_control_characters(void **state)
{
	(void)state;
	assert_says("cell_off\r\n", "e!4004: Line 1, Col 9\n");
	assert_says("\tcell_off\n", "e!4004: Line 1, Col 1\n");
	assert_says("send_string \"open\n", "e!4004: Line 1, Col 18\n");
	assert_says("send_string f\"{x}\"\n", "e!4215: Line 1, Col 19\n");
	assert_says("var a\nif a>1\nendif\n", "e!402B: Line 2, Col 5\n");
	assert_says("var a\nif a => 1\nendif\n", "e!4004: Line 2, Col 8\n");
}

static void refuses_a_script_line_of_129_characters(void **state)
{
	char script[140];

	(void)state;
	memset(script, ' ', sizeof(script));
	memcpy(script + 128 - 8, "cell_off\n", 10);
	assert_says(script, "e\n\n");
	memset(script, ' ', sizeof(script));
	memcpy(script + 129 - 8, "cell_off\n", 10);
	assert_says(script, "e!0008: Line 1, Col 129\n");
}

static void refuses_a_script_too_large_for_its_memory(void **state)
{
	static char script[9 * 1000 + 1];

	(void)state;
	for (size_t i = 0; i < 910; i++)
		memcpy(script + 9 * i, "cell_off\n", 10);
	assert_says(script, "e\n\n");
	memcpy(script + 9 * 910, "cell_off\n", 10);
	assert_says(script, "e!4005: Line 911, Col 1\n");
}

static void refuses_scopes_that_do_not_match(void **state)
{
	(void)state;
	assert_says("endif\n", "e!400E: Line 1, Col 6\n");
	assert_says("endloop\n", "e!400E: Line 1, Col 8\n");
	assert_says("if 1i == 1i\nendloop\n", "e!400E: Line 2, Col 8\n");
	assert_says("if 1i == 1i\nelse\nelse\nendif\n", "e!400E: Line 3, Col 5\n");
	assert_says("loop 1i == 2i\n", "e!4018: Line 2, Col 1\n");
	assert_says("loop 1i == 2i\non_finished:\n", "e!400E: Line 2, Col 13\n");
	assert_says("breakloop\n", "e!400C: Line 1, Col 10\n");
	assert_says("on_finished:\non_finished:\n", "e!400C: Line 2, Col 13\n");
}

static void refuses_scopes_that_are_too_deep(void **state)
{
	char script[400] = "";

	(void)state;
	for (int i = 0; i < 17; i++)
		strcat(script, "if 1i == 1i\n");
	assert_says(script, "e!400D: Line 17, Col 3\n");
}

static void refuses_package_commands_out_of_order(void **state)
{
	(void)state;
	assert_says("var p\npck_add p\n", "e!401B: Line 2, Col 8\n");
	assert_says("pck_end\n", "e!401B: Line 1, Col 8\n");
	assert_says("pck_start\npck_start\n", "e!401B: Line 2, Col 10\n");
	assert_says("pck_start\npck_end\n", "e!401B: Line 2, Col 8\n");
	assert_says("pck_start\nif 1i == 1i\n", "e!401B: Line 2, Col 3\n");
	assert_says("pck_start\n", "e!401B: Line 2, Col 1\n");
}

static void refuses_a_measurement_loop_in_a_measurement_loop(void **state)
{
	(void)state;
	assert_says("var p\nmeas_loop_ocp p 100m 1\nif p > 0\nmeas_loop_ocp p 100m 1\n",
		    "e!400B: Line 4, Col 14\n");
	assert_says("var p\nmeas_loop_ocp p 100m 1\ncell_on\n", "e!401A: Line 3, Col 8\n");
}

static void refuses_a_loop_without_run_time(void **state)
{
	(void)state;
	assert_says("var p\nmeas_loop_ocp p 100m 0\nendloop\n", "e!4204: Line 2, Col 23\n");
	assert_says("var p\nmeas_loop_ocp p 0 1\nendloop\n", "e!4204: Line 2, Col 18\n");
	assert_says("var p\nmeas_loop_ocp p 100m\nendloop\n", "e!4007: Line 2, Col 21\n");
	assert_says("var p\nvar r\nstore_var r 0 eb\nset_pgstat_mode 2\nset_max_bandwidth 60\n"
		    "meas_loop_ocp p 100m r\nendloop\n", "e\n!4204: Line 6\n");
	assert_says("var p\nset_pgstat_mode 2\nset_max_bandwidth 60\nmeas_loop_ocp p 100m "
		    "99m\nendloop\n",
		    "e\n!4029: Line 4\n");
	assert_says(
		"var p\nset_pgstat_mode 2\nset_max_bandwidth 60\nmeas_loop_ocp p 100u 1\nendloop\n",
		"e\n!005A: Line 4\n");
}

#define SHOW(variable) "pck_start\npck_add " variable "\npck_end\n"

static void computes_with_numbers_and_integers(void **state)
{
	(void)state;
	assert_says("var a\nvar b\nstore_var a 10m ja\ncopy_var a b\nadd_var b 5m\n" SHOW("a")
			    SHOW("b"),
		    "e\nPja8989680n\nPja8E4E1C0n\n\n");
	assert_says("var a\nstore_var a 7i ja\ndiv_var a 2i\n" SHOW("a") "mul_var a 5i\n" SHOW("a")
		    "mod_var a 4i\n" SHOW("a") "sub_var a 9i\n" SHOW("a"),
		    "e\nPja8000003i\nPja800000Fi\nPja8000003i\nPja7FFFFFAi\n\n");
	assert_says("var a\nstore_var a 1 ab\ndiv_var a 0\n", "e\n!0028: Line 3\n");
	assert_says("var a\nstore_var a 1 ab\nadd_var a 1i\n", "e\n!4207: Line 3\n");
	assert_says("var a\nstore_var a 100000000i ja\nadd_var a 100000000i\n",
		    "e\n!4037: Line 3\n");
	assert_says("var a\nstore_var a 100M ja\nmul_var a 100E\nmul_var a 100E\n" SHOW("a"),
		    "e\nPja     nan\n\n");
}

static void shows_an_unset_variable_as_nan_and_computes_nothing_with_it(void **state)
{
	(void)state;
	assert_says("var a\n" SHOW("a"), "e\nPaa     nan\n\n");
	assert_says("var a\nadd_var a 1\n", "e\n!0010: Line 2\n");
	assert_says("var a\nif a > 1\nendif\n", "e\n!0010: Line 2\n");
}

static void assert_branch(const char *value, const char *text)
{
	char script[400], expected[20];

	snprintf(script, sizeof(script),
		 "var a\nstore_var a %s ja\nif a < 1\n send_string \"low\"\nelseif a == 1\n"
		 " send_string \"one\"\nelseif a <= 2\n send_string \"two\"\nelse\n"
		 " send_string \"high\"\nendif\n", value);
	snprintf(expected, sizeof(expected), "e\nT%s\n\n", text);
	assert_says(script, expected);
}

static void takes_exactly_one_branch(void **state)
{
	(void)state;
	assert_branch("-5", "low");
	assert_branch("1", "one");
	assert_branch("1500m", "two");
	assert_branch("2", "two");
	assert_branch("2001m", "high");
	assert_says("if 1i != 1i\nsend_string \"a\"\nendif\nif 2i >= 2i\nif 2i > 2i\nelse\n"
		    "send_string \"b\"\nendif\nendif\n", "e\nTb\n\n");
}

static void marks_and_leaves_loops(void **state)
{
	(void)state;
	assert_says("var a\nstore_var a 1i ja\nloop a <= 2i\nsend_string \"x\"\nadd_var a "
		    "1i\nendloop\n",
		    "e\nL\nTx\nTx\n+\n\n");
	assert_says("loop 1i == 2i\nsend_string \"x\"\nendloop\n", "e\nL\n+\n\n");
	assert_says("loop 1i == 1i\nloop 1i == 1i\nbreakloop\nendloop\nbreakloop\nendloop\n",
		    "e\nL\nL\n+\n+\n\n");
}

static void aborts_by_itself_through_on_finished(void **state)
{
	(void)state;
	assert_says("loop 1i == 1i\nabort\nendloop\nsend_string \"no\"\non_finished:\n"
		    "send_string \"yes\"\n", "e\nL\n+\nTyes\n\n");
	assert_says("on_finished:\nloop 1i == 1i\nabort\nendloop\nsend_string \"no\"\n",
		    "e\nL\n+\n\n");
	assert_says("send_string \"a\"\non_finished:\nsend_string \"b\"\n", "e\nTa\nTb\n\n");
}

static void ignores_comments_and_indentation(void **state)
{
	(void)state;
	assert_says("# comment\n   # another\n  send_string \"a # b\" # c\n   \n", "e\nTa # b\n\n");
}

static void measures_time_with_its_timer(void **state)
{
	(void)state;
	assert_says("var t\ntimer_start\nwait 125m\ntimer_get t\n" SHOW("t"), "e\nPebF735940n\n\n");
}

static void mutes_itself_when_told(void **state)
{
	(void)state;
	assert_says(
		"send_string \"a\"\nset_script_output 0\nsend_string \"b\"\nset_script_output 1\n"
		"send_string \"c\"\n",
		"e\nTa\nTc\n\n");
	assert_says("set_script_output 2\n", "e\n!403C: Line 1\n");
}

static void is_stopped_in_an_endless_loop(void **state)
{
	(void)state;
	bench_send(&bench, "e\nvar a\nstore_var a 1i ja\nloop a == 1i\ncopy_var a a\nendloop\n\n");
	bench_run(&bench, 1 * S);
	assert_string_equal(bench_ask(&bench, "Z\n"), "Z\n+\n\n");
}

static unsigned int draw(unsigned int *random, unsigned int count)
{
	*random = *random * 1103515245u + 12345u;
	return (*random >> 16) % count;
}

/*
 * Blocks are closed in order, so that most scripts get past the parser; one line in fifty is anything
 * at all, so that it meets wrong ones too.
 */
static size_t random_script(char *script, size_t size, unsigned int *random)
{
	static const char *const openers[] = {
		"if a < 1",   "if b >= a",  "loop a < 3",
		"loop b > a", "loop 1 == 1", "meas_loop_ocp p 10m 50m",
		"meas_loop_cp p c 1m 10m 50m", "meas_loop_ca p c a 10m 50m",
	};
	static const char *const lines[] = {
		"breakloop", "abort", "on_finished:", "wait 10m", "timer_get a", "timer_start",
		"pck_start\npck_add a\npck_add p\npck_end", "set_pgstat_mode 6", "set_pgstat_mode 2",
		"set_max_bandwidth 60", "set_i 1m", "set_i a", "set_e b", "cell_on", "cell_on",
		"cell_off", "meas 10m a ab", "add_var a 1", "add_var a b", "div_var a b", "mod_var a 2",
		"copy_var p a", "store_var a 1 ja", "store_var a 2i ja", "set_range db 1m",
		"set_autoranging ba 1u 10m", "send_string \"x\"", "set_script_output 0",
		"set_script_output 1", "set_range ab a",
	};
	static const char *const anything[] = {
		"nonsense", "var a", "else", "elseif a != b", "endif", "endloop", "pck_add a", "wait -1",
	};
	const char *closers[16];
	size_t depth = 0;
	int length = snprintf(script, size,
			      "e\nvar a\nvar b\nvar p\nvar c\nstore_var a 1 ja\nstore_var b 2 ja\n"
			      "set_pgstat_mode 6\nset_max_bandwidth 60\n");

	for (unsigned int left = draw(random, 30); left || depth; left -= left > 0) {
		const char *line = lines[draw(random, sizeof(lines) / sizeof(lines[0]))];
		unsigned int kind = draw(random, 50);

		if (depth && (!left || kind < 12))
			line = closers[--depth];
		else if (kind < 20 && depth < 5) {
			line = openers[draw(random, sizeof(openers) / sizeof(openers[0]))];
			closers[depth++] = line[0] == 'i' ? "endif" : "endloop";
		} else if (kind == 49) {
			line = anything[draw(random, sizeof(anything) / sizeof(anything[0]))];
		}
		length += snprintf(script + length, size - (size_t)length, "%s\n", line);
	}
	length += snprintf(script + length, size - (size_t)length, "\n");
	return (size_t)length;
}

static void survives_random_scripts(void **state)
{
	char script[4096];
	unsigned int random = 5, ran = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		bench_forget(&bench);
		bench_send_bytes(&bench, script, random_script(script, sizeof(script), &random));
		bench_run(&bench, 300 * MS);
		ran += bench_count(&bench, "e\n") > 0;
		/* whatever it did, two aborts stop it: the script, and its on_finished part */
		for (int aborts = 0; aborts < 3; aborts++) {
			bench_forget(&bench);
			bench_send(&bench, "\nZ\n");
			bench_run(&bench, 300 * MS);
		}
		if (bench_count(&bench, "Z!0006\n") != 1)
			fail_msg("not stopped after:\n%s", script);
		bench_ask(&bench, "e\ncell_off\n\n");
		if (!bench.cell.open || strcmp(bench.said, "e\n\n") != 0)
			fail_msg("not at rest after:\n%s", script);
	}
	assert_true(ran > 1000);
}

#define IN_CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_CASE(refuses_commands_it_does_not_have),
		IN_CASE(refuses_wrong_numbers_of_arguments),
		IN_CASE(refuses_bad_literals),
		IN_CASE(refuses_undeclared_and_twice_declared_names),
		IN_CASE(refuses_control_characters),
		IN_CASE(refuses_a_script_line_of_129_characters),
		IN_CASE(refuses_a_script_too_large_for_its_memory),
		IN_CASE(refuses_scopes_that_do_not_match),
		IN_CASE(refuses_scopes_that_are_too_deep),
		IN_CASE(refuses_package_commands_out_of_order),
		IN_CASE(refuses_a_measurement_loop_in_a_measurement_loop),
		IN_CASE(refuses_a_loop_without_run_time),
		IN_CASE(computes_with_numbers_and_integers),
		IN_CASE(shows_an_unset_variable_as_nan_and_computes_nothing_with_it),
		IN_CASE(takes_exactly_one_branch),
		IN_CASE(marks_and_leaves_loops),
		IN_CASE(aborts_by_itself_through_on_finished),
		IN_CASE(ignores_comments_and_indentation),
		IN_CASE(measures_time_with_its_timer),
		IN_CASE(mutes_itself_when_told),
		IN_CASE(is_stopped_in_an_endless_loop),
		IN_CASE(survives_random_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

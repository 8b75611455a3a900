/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation: lines, echoes, refusals, and what survives them. */
#include "fake_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOP_FOR_EVER                                                                              \
	"e\n" CP_SETUP "meas_loop_cp p c 500u 500m 3600\n" PACKAGE                                 \
	"endloop\non_finished:\ncell_off\n\n"

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

/* Wait until it listens again. */
static void recover(void)
{
	bench_run(&bench, 60 * MS);
}

static char *report_text(void)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	bench.family->report(bench.firmware, out);
	fclose(out);
	return text;
}

static void assert_reported(const char *part)
{
	char *text = report_text();

	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
	free(text);
}

static void answers_who_it_is(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "t\n"), "tes4_lr1500#Mar 12 2026 14:28:01\nR*\n");
	assert_string_equal(bench_ask(&bench, "i\n"), "iES4LR20B0008\n");
	assert_string_equal(bench_ask(&bench, "v\n"), "v01.09.00\n");
	assert_string_equal(bench_ask(&bench, "m\n"), "m!0048\n");
}

static void is_another_model_when_asked_to(void **state)
{
	(void)state;
	bench_stop(&bench);
	bench_start(&bench, "hr", NULL);
	assert_string_equal(bench_ask(&bench, "t\n"), "tes4_hr1500#Mar 12 2026 14:28:01\nR*\n");
	assert_string_equal(bench_ask(&bench, "i\n"), "iES4HR20B0009\n");
}

static void refuses_a_wrong_setup_and_says_what_is_right(void **state)
{
	struct fw_setup setup = {.model = "xr", .cell = &bench.cell};
	const char *why = NULL;

	(void)state;
	assert_null(bench.family->create(&setup, 0, &why));
	assert_string_equal(why, "emstat4 models: lr, hr");
	setup.model = NULL;
	setup.options = "eror_tail=yes";
	assert_null(bench.family->create(&setup, 0, &why));
	assert_non_null(strstr(why, "error_tail"));
	setup.options = "error_tail=maybe";
	assert_null(bench.family->create(&setup, 0, &why));
	assert_non_null(strstr(why, "key=yes"));
	setup.options = NULL;
	setup.serial_number = "with \"quotes\"";
	assert_null(bench.family->create(&setup, 0, &why));
	assert_non_null(strstr(why, "serial number"));
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static bool has_bit(const char *reply, int bit)
{
	size_t digits = strcspn(reply + 1, "\n");

	return digit(reply[digits - (size_t)bit / 4]) >> (bit % 4) & 1;
}

static void claims_only_the_capabilities_it_has(void **state)
{
	const char *reply = bench_ask(&bench, "CC\n");

	(void)state;
	assert_int_equal(reply[0], 'C');
	assert_true(has_bit(reply, 1) && has_bit(reply, 38) && has_bit(reply, 98));
	assert_false(has_bit(reply, 35) || has_bit(reply, 39) || has_bit(reply, 51));
	reply = bench_ask(&bench, "CM\n");
	assert_true(has_bit(reply, 67) && has_bit(reply, 68) && has_bit(reply, 96));
	assert_false(has_bit(reply, 31) || has_bit(reply, 24) || has_bit(reply, 2));
}

static void refuses_unknown_words_boot_loader_and_files(void **state)
{
	static const char *const words[] = {"fail\n", "dlfw\n", "fs_dir\n", "tt\n", "t\r\n", "E\n"};
	char expected[16];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(expected, sizeof(expected), "%c!0003\n", words[i][0]);
		assert_string_equal(bench_ask(&bench, words[i]), expected);
		recover();
	}
	assert_reported("\"0003\": 6");
}

static void refuses_registers_it_does_not_know(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "G10\n"), "G!0004\n");
	recover();
	assert_string_equal(bench_ask(&bench, "S0201\n"), "S!0004\n");
	recover();
	assert_string_equal(bench_ask(&bench, "Gzz\n"), "G!006D\n");
	recover();
	assert_string_equal(bench_ask(&bench, "G1\n"), "G!004B\n");
}

static void answers_an_empty_line_with_an_empty_line(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "\n\n\n"), "\n\n\n");
}

static void is_deaf_for_fifty_milliseconds_after_an_error(void **state)
{
	(void)state;
	bench_send(&bench, "fail\nt\n");
	bench_run(&bench, 2 * MS);
	assert_string_equal(bench.said, "f!0003\n");
	bench_run(&bench, 49 * MS);
	bench_send(&bench, "t\n");
	bench_run(&bench, 10 * MS);
	assert_string_equal(bench.said, "f!0003\n");
	assert_non_null(strstr(bench_ask(&bench, "t\n"), "R*"));
}

static void refuses_a_line_of_129_characters(void **state)
{
	char line[131];

	(void)state;
	memset(line, 'q', sizeof(line));
	line[128] = '\n';
	line[129] = '\0';
	assert_string_equal(bench_ask(&bench, line), "q!0003\n");
	recover();
	line[128] = 'q';
	assert_string_equal(bench_ask(&bench, line), "q!0008\n");
}

static void survives_a_megabyte_without_a_line_end(void **state)
{
	size_t length = 1 << 20;
	uint8_t *garbage = malloc(length);
	unsigned int random = 1;

	(void)state;
	assert_non_null(garbage);
	for (size_t i = 0; i < length; i++) {
		random = random * 1103515245u + 12345u;
		garbage[i] = (uint8_t)(random >> 16);
		if (garbage[i] == '\n')
			garbage[i] = 0;
	}
	bench_send_bytes(&bench, garbage, length);
	bench_run(&bench, 1 * S);
	free(garbage);
	assert_int_equal(bench_count(&bench, "!0008\n"), 1);
	assert_non_null(strstr(bench_ask(&bench, "t\n"), "R*"));
}

static void survives_random_lines_byte_by_byte(void **state)
{
	static const char alphabet[] =
		"etZlrhHYRGS \n\n\r\0x09vif#\"meas_loop_cp p c 1 var\nendloop\n";
	unsigned int random = 3;
	char byte;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		random = random * 1103515245u + 12345u;
		byte = alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
		bench_send_bytes(&bench, &byte, 1);
		bench_run(&bench, (int64_t)((random >> 8) % 3) * MS);
		bench_forget(&bench);
	}
	bench_run(&bench, 100 * MS);
	bench_send(&bench, "\n");
	bench_run(&bench, 100 * MS);
	bench_send(&bench, "Z\n");
	bench_run(&bench, 100 * MS);
	assert_non_null(strstr(bench_ask(&bench, "t\n"), "R*"));
}

static void attaches_to_an_idle_instrument(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "\nZ\n"), "\nZ!0006\n");
}

static void runs_a_script_word_for_word(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "e\nsend_string \"hello world!\"\n\n"),
			    "e\nThello world!\n\n");
	assert_reported("\"scripts_run\": 1");
}

static void loads_once_and_runs_often(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "r\n"), "r!000C\n");
	recover();
	assert_string_equal(bench_ask(&bench, "l\nsend_string \"x\"\n\n"), "l\n");
	assert_string_equal(bench_ask(&bench, "r\n"), "r\nTx\n\n");
	assert_string_equal(bench_ask(&bench, "r\n"), "r\nTx\n\n");
	assert_string_equal(bench_ask(&bench, "l\nfail\n\n"), "l!4001: Line 1, Col 5\n");
	recover();
	assert_string_equal(bench_ask(&bench, "r\n"), "r!000C\n");
}

static void throws_away_the_rest_of_a_bad_script(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "e\nvar x\n  fail\nsend_string \"x\"\n\n"),
			    "e!4001: Line 2, Col 7\n");
	recover();
	assert_non_null(strstr(bench_ask(&bench, "t\n"), "R*"));
}

static void refuses_a_bad_script_at_its_end_if_so_told(void **state)
{
	(void)state;
	bench_stop(&bench);
	bench_start(&bench, NULL, "late_errors=yes");
	assert_string_equal(bench_ask(&bench, "e\nfail\n"), "");
	assert_string_equal(bench_ask(&bench, "cell_off\n\n"), "e!4001: Line 1, Col 5\n");
}

static void is_busy_while_a_script_runs(void **state)
{
	(void)state;
	bench_send(&bench, LOOP_FOR_EVER);
	bench_run(&bench, 1100 * MS);
	assert_string_equal(bench_ask(&bench, "t\n"), "t!0006\n");
	recover();
	assert_string_equal(bench_ask(&bench, "fail\n"), "f!0006\n");
	recover();
	assert_string_equal(bench_ask(&bench, "\n"), "");
	assert_reported("\"script_running\": true");
}

static void answers_t_while_busy_if_so_told(void **state)
{
	(void)state;
	bench_stop(&bench);
	bench_start(&bench, NULL, "busy_t=yes");
	bench_send(&bench, LOOP_FOR_EVER);
	bench_run(&bench, 100 * MS);
	assert_non_null(strstr(bench_ask(&bench, "t\n"), "R*"));
}

static void aborts_with_the_loop_closed_and_the_cell_off(void **state)
{
	(void)state;
	bench_send(&bench, LOOP_FOR_EVER);
	bench_run(&bench, 1100 * MS);
	assert_false(bench.cell.open);
	assert_reported("\"cell_on\": true, \"mode\": 6, \"applied_current_a\": 0.0005");
	assert_string_equal(bench_ask(&bench, "Z\n"), "Z\n*\n\n");
	assert_true(bench.cell.open);
	assert_reported("\"cell_on\": false");
	assert_string_equal(bench_ask(&bench, "Z\n"), "Z!0006\n");
}

static void shows_what_on_finished_sends_after_an_abort(void **state)
{
	(void)state;
	bench_send(&bench,
		   "e\nvar s\nstore_var s 1i ja\nloop s == 1i\nwait 1\nendloop\non_finished:\n"
		   "pck_start\npck_add s\npck_end\n\n");
	bench_run(&bench, 100 * MS);
	assert_string_equal(bench.said, "e\nL\n");
	assert_string_equal(bench_ask(&bench, "Z\n"), "Z\n+\nPja8000001i\n\n");
}

static void ends_only_the_loop_on_y(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "Y\n"), "Y!0006\n");
	recover();
	bench_send(&bench, "e\n" CP_SETUP "meas_loop_cp p c 500u 500m 3600\n" PACKAGE
			   "endloop\nsend_string \"next\"\nwait 10\n\n");
	bench_run(&bench, 1100 * MS);
	assert_string_equal(bench_ask(&bench, "Y\n"), "Y\n*\nTnext\n");
	assert_string_equal(bench_ask(&bench, "Y\n"), "Y!0006\n");
	assert_false(bench.cell.open);
}

static void halts_and_resumes_with_the_current_flowing(void **state)
{
	(void)state;
	assert_string_equal(bench_ask(&bench, "h\n"), "h!0006\n");
	recover();
	bench_send(&bench, LOOP_FOR_EVER);
	bench_run(&bench, 1100 * MS);
	assert_string_equal(bench_ask(&bench, "h\n"), "h\n");
	bench_forget(&bench);
	bench_run(&bench, 60 * S);
	assert_string_equal(bench.said, "");
	assert_false(bench.cell.open);
	assert_string_equal(bench_ask(&bench, "H\n"), "H\n");
	bench_forget(&bench);
	bench_run(&bench, 1 * S);
	assert_int_equal(bench_count(&bench, "P"), 2);
	assert_string_equal(bench_ask(&bench, "R\n"), "R!0006\n");
}

static void leaves_the_cell_on_after_a_run_time_error(void **state)
{
	(void)state;
	bench_send(&bench,
		   "e\n" CP_SETUP "set_i 1m\nset_pgstat_mode 2\non_finished:\ncell_off\n\n");
	bench_run(&bench, 40 * MS);
	assert_string_equal(bench.said, "e\n!4028: Line 15\n");
	assert_false(bench.cell.open);
	recover();
	assert_string_equal(bench_ask(&bench, "e\ncell_off\n\n"), "e\n\n");
	assert_true(bench.cell.open);
}

static void ends_a_run_time_error_with_an_empty_line_if_so_told(void **state)
{
	(void)state;
	bench_stop(&bench);
	bench_start(&bench, NULL, "error_tail=yes");
	assert_string_equal(bench_ask(&bench, "e\ncell_on\n\n"), "e\n!0023: Line 1\n\n");
}

#define IN_CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_CASE(answers_who_it_is),
		IN_CASE(is_another_model_when_asked_to),
		IN_CASE(refuses_a_wrong_setup_and_says_what_is_right),
		IN_CASE(claims_only_the_capabilities_it_has),
		IN_CASE(refuses_unknown_words_boot_loader_and_files),
		IN_CASE(refuses_registers_it_does_not_know),
		IN_CASE(answers_an_empty_line_with_an_empty_line),
		IN_CASE(is_deaf_for_fifty_milliseconds_after_an_error),
		IN_CASE(refuses_a_line_of_129_characters),
		IN_CASE(survives_a_megabyte_without_a_line_end),
		IN_CASE(survives_random_lines_byte_by_byte),
		IN_CASE(attaches_to_an_idle_instrument),
		IN_CASE(runs_a_script_word_for_word),
		IN_CASE(loads_once_and_runs_often),
		IN_CASE(throws_away_the_rest_of_a_bad_script),
		IN_CASE(refuses_a_bad_script_at_its_end_if_so_told),
		IN_CASE(is_busy_while_a_script_runs),
		IN_CASE(answers_t_while_busy_if_so_told),
		IN_CASE(aborts_with_the_loop_closed_and_the_cell_off),
		IN_CASE(shows_what_on_finished_sends_after_an_abort),
		IN_CASE(ends_only_the_loop_on_y),
		IN_CASE(halts_and_resumes_with_the_current_flowing),
		IN_CASE(leaves_the_cell_on_after_a_run_time_error),
		IN_CASE(ends_a_run_time_error_with_an_empty_line_if_so_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The program as its users start it: options, sockets, signals, report. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

#include <cmocka.h>

#define SECOND_NS INT64_C(1000000000)

/** Advance and add everything that is heard, with its times, to a transcript. */
static size_t listen_until(int fd, int64_t t_ns, char *transcript, size_t used, size_t size)
{
	char payload[70000];
	char type;

	put_advance(fd, t_ns, 0);
	do {
		int64_t when_ns;

		type = get(fd, payload, sizeof(payload));
		memcpy(&when_ns, payload, 8);
		if (type == 'D')
			used += (size_t)snprintf(transcript + used, size - used, "%lld %s",
						 (long long)when_ns, payload + 8);
		assert_true(used < size);
	} while (type != 'N');
	return used;
}

/* One minute at 2 mA on the first electrode, one reading a second. */
static const char script[] = "e\nvar p\nvar c\nset_pgstat_chan 0\nset_pgstat_mode 6\n"
			     "set_max_bandwidth 60\nset_range ab 3\nset_range db 10m\nset_i 0\n"
			     "cell_on\nmeas_loop_cp p c 2m 1 60\npck_start\npck_add p\npck_add c\n"
			     "pck_end\nendloop\non_finished:\ncell_off\n\n";

static size_t play(char *transcript, size_t size)
{
	const char *const words[] = { "--lockstep", socket_path, "--once",   "--seed", "11",
				      "--report",   report_path, "emstat4", "votsch", NULL };
	FILE *out;
	pid_t pid = program_start(words, &out, true);
	int fd = connect_lockstep();
	char payload[2048];
	size_t used = 0;

	assert_int_equal(get(fd, payload, sizeof(payload)), 'h');
	assert_string_equal(payload, "sandglass-lockstep 1\nnow 0\nseed 11\nport emstat4 stream\n"
				     "port votsch stream\n");
	put(fd, 'O', 0, "emstat4", 7);
	assert_int_equal(get(fd, payload, sizeof(payload)), 'o');
	put(fd, 'O', 0, "votsch", 6);
	assert_int_equal(get(fd, payload, sizeof(payload)), 'o');
	put(fd, 'W', 2, "$00I\r", 5);
	put(fd, 'W', 1, script, sizeof(script) - 1);
	used = listen_until(fd, 70 * SECOND_NS, transcript, used, size);
	close(fd);
	assert_int_equal(program_end(pid, out, NULL), 0);
	return used;
}

static void runs_a_script_in_lockstep_and_reports_the_truth(void **state)
{
	static char transcript[20000];
	static char report[20000];
	unsigned packages = 0;

	(void)state;
	play(transcript, sizeof(transcript));
	for (const char *p = transcript; (p = strstr(p, " P")); p++)
		packages++;
	assert_int_equal(packages, 60);
	assert_non_null(strstr(transcript, "0025."));
	read_report(report, sizeof(report));
	assert_memory_equal(report, "{\"simulated\":true,\"seed\":11,\"now_s\":70", 38);
	assert_non_null(strstr(report, "\"terminals_used\":true"));
	/* 2 mA for 60 s. */
	assert_true(strstr(report, "\"net_charge_c\":0.1199") ||
		    strstr(report, "\"net_charge_c\":0.12"));
	assert_null(strstr(report, "\"cell_on\":true"));
}

static void says_the_same_again_for_the_same_seed(void **state)
{
	static char one[20000];
	static char two[20000];
	size_t length;

	(void)state;
	length = play(one, sizeof(one));
	assert_int_equal(play(two, sizeof(two)), length);
	assert_memory_equal(one, two, length);
}

static void serves_a_pty_until_it_is_told_to_stop(void **state)
{
	const char *const words[] = { "votsch", "--port", pty_uri, "--report", report_path, NULL };
	static char report[20000];
	char reply[200] = "";
	FILE *out;
	pid_t pid = program_start(words, &out, true);
	int fd = open(link_path, O_RDWR | O_NOCTTY);
	size_t used = 0;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "$00I\r", 5), 5);
	while (!strchr(reply, '\r')) {
		ssize_t n = read(fd, reply + used, sizeof(reply) - 1 - used);

		assert_true(n > 0);
		used += (size_t)n;
	}
	assert_int_equal(used, 10 * 7 + 16 + 1);
	kill(pid, SIGTERM);
	assert_int_equal(program_end(pid, out, NULL), 0);
	close(fd);
	assert_int_equal(access(link_path, F_OK), -1);
	read_report(report, sizeof(report));
	assert_non_null(strstr(report, "\"requests\":1"));
}

static void ends_with_2_and_a_hint_on_a_bad_option(void **state)
{
	const char *const words[] = { "votsch", "--prot", "pty:", NULL };
	char line[300] = "";
	FILE *out;
	pid_t pid = program_start(words, &out, false);

	(void)state;
	assert_non_null(fgets(line, sizeof(line), out));
	assert_non_null(strstr(line, "did you mean \"--port\"?"));
	assert_int_equal(program_end(pid, out, NULL), 2);
}

static void says_on_its_first_line_that_it_is_a_simulator(void **state)
{
	const char *const words[] = { "--help", NULL };
	char line[300] = "";
	FILE *out;
	pid_t pid = program_start(words, &out, false);

	(void)state;
	assert_non_null(fgets(line, sizeof(line), out));
	assert_non_null(strstr(line, "simulated"));
	while (fgets(line, sizeof(line), out))
		;
	assert_int_equal(program_end(pid, out, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_a_script_in_lockstep_and_reports_the_truth),
		cmocka_unit_test(says_the_same_again_for_the_same_seed),
		cmocka_unit_test(serves_a_pty_until_it_is_told_to_stop),
		cmocka_unit_test(ends_with_2_and_a_hint_on_a_bad_option),
		cmocka_unit_test(says_on_its_first_line_that_it_is_a_simulator),
	};

	alarm(120);
	return cmocka_run_group_tests_name("program", tests, make_folder, remove_folder);
}

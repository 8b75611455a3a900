/* SPDX-License-Identifier: Apache-2.0 */
/* Time: what a run in lockstep costs, and whether scaled time keeps step with the real one. */
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

#include <cmocka.h>

#define SECOND_NS INT64_C(1000000000)
#define SAMPLES_MAX 2000

#if defined(__SANITIZE_ADDRESS__)
#define CPU_MAX_S 20.0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CPU_MAX_S 20.0
#endif
#endif
#ifndef CPU_MAX_S
#define CPU_MAX_S 2.0
#endif

/* The sheet's cell: 0.83323 cm2. */
static const char prologue[] = "e\nvar p\nvar c\nset_pgstat_chan 0\nset_pgstat_mode 6\n"
			       "set_max_bandwidth 60\nset_range ab 6\nset_range db 20m\nset_i 0\n"
			       "cell_on\n";
static const char epilogue[] = "on_finished:\ncell_off\n\n";

static size_t add_half_step(char *script, size_t size, double ma_cm2, unsigned duration_s)
{
	return (size_t)snprintf(script, size,
				"meas_loop_cp p c %.0fu 1 %u\npck_start\npck_add p\npck_add c\n"
				"pck_end\nendloop\n",
				ma_cm2 * 833.23, duration_s);
}

/** A number behind a key of the report's first cell. */
static double reported(const char *report, const char *key)
{
	const char *found = strstr(report, key);

	assert_non_null(found);
	return strtod(found + strlen(key), NULL);
}

/** Advance as a driver does, to the next bytes or by a second, whichever comes first. */
static int64_t follow(int fd, int64_t now_ns)
{
	char payload[4096];
	int64_t reached_ns;

	put_advance(fd, now_ns + SECOND_NS, 1U << 1);
	while (get(fd, payload, sizeof(payload)) != 'N')
		;
	memcpy(&reached_ns, payload, sizeof(reached_ns));
	return reached_ns;
}

/* Nine steps of 2 x 5 min, a sample a second. */
static void a_five_minute_ccd_costs_less_than_two_seconds(void **state)
{
	const char *const words[] = { "--lockstep", socket_path, "--once",  "--seed", "7",
				      "--report",   report_path, "emstat4", "--model", "hr",
				      "votsch",     NULL };
	static char report[20000];
	char script[2000];
	char payload[2048];
	size_t used = (size_t)snprintf(script, sizeof(script), "%s", prologue);
	int64_t now_ns = 0;
	double cpu_s;
	FILE *out;
	pid_t pid = program_start(words, &out, true);
	int fd = connect_lockstep();

	(void)state;
	for (int half = 0; half < 18; half++)
		used += add_half_step(script + used, sizeof(script) - used,
				      (half / 2 + 1) * (half % 2 ? -1.0 : 1.0), 300);
	used += (size_t)snprintf(script + used, sizeof(script) - used, "%s", epilogue);
	assert_int_equal(get(fd, payload, sizeof(payload)), 'h');
	put(fd, 'O', 0, "emstat4", 7);
	assert_int_equal(get(fd, payload, sizeof(payload)), 'o');
	put(fd, 'W', 1, script, used);
	while (now_ns < 5410 * SECOND_NS)
		now_ns = follow(fd, now_ns);
	close(fd);
	assert_int_equal(program_end(pid, out, &cpu_s), 0);
	print_message("5400 samples: %.3f s of CPU\n", cpu_s);
	assert_true(cpu_s < CPU_MAX_S);
	read_report(report, sizeof(report));
	assert_true(reported(report, "\"packages_sent\": ") == 5400.0);
	assert_true(fabs(reported(report, "\"charge_passed_c\":") - 22.497) < 0.02);
	assert_in_range(fabs(reported(report, "\"short_current_density_mA_cm2\":")) * 1000.0, 4990,
			9010);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void send_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		assert_true(n > 0);
		text += n;
		left -= (size_t)n;
	}
}

/** When each package came, s. */
static void time_packages(int fd, double *at_s, int count)
{
	char bytes[4096];
	bool line_begins = true;
	int seen = 0;

	while (seen < count) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t n;

		assert_int_equal(poll(&wait, 1, 10000), 1);
		n = read(fd, bytes, sizeof(bytes));
		assert_true(n > 0);
		for (ssize_t i = 0; i < n && seen < count; i++) {
			if (line_begins && bytes[i] == 'P')
				at_s[seen++] = now_s();
			line_begins = bytes[i] == '\n';
		}
	}
}

static double least(const double *values, int count)
{
	double value = values[0];

	for (int i = 1; i < count; i++)
		value = fmin(value, values[i]);
	return value;
}

static int ascending(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0.0) - (difference < 0.0);
}

/* Lateness is counted from the moment the script was written: no package may come before its time. */
static void check_pace(const char *speed_word)
{
	const char *const words[] = { "emstat4", "--model",  "hr",       "--port",    pty_uri,
				      "--speed", speed_word, "--report", report_path, NULL };
	static double late_s[SAMPLES_MAX];
	static char report[20000];
	double speed = strtod(speed_word, NULL);
	int count = (int)(2.0 * speed);
	int tenth = count / 10;
	char script[1000];
	size_t used = (size_t)snprintf(script, sizeof(script), "%s", prologue);
	double ready_s, written_s, drift_s;
	FILE *out;
	pid_t pid = program_start(words, &out, true);
	int fd;

	ready_s = now_s();
	fd = open(link_path, O_RDWR | O_NOCTTY);
	assert_true(fd >= 0 && count <= SAMPLES_MAX);
	used += add_half_step(script + used, sizeof(script) - used, 1.0, (unsigned)count);
	snprintf(script + used, sizeof(script) - used, "%s", epilogue);
	written_s = now_s();
	send_all(fd, script);
	time_packages(fd, late_s, count);
	kill(pid, SIGTERM);
	ready_s = now_s() - ready_s;
	assert_int_equal(program_end(pid, out, NULL), 0);
	close(fd);

	for (int i = 0; i < count; i++)
		late_s[i] -= written_s + (i + 1) / speed;
	assert_true(least(late_s, count) >= 0.0);
	drift_s = least(late_s + count - tenth, tenth) - least(late_s, tenth);
	qsort(late_s, (size_t)count, sizeof(*late_s), ascending);
	print_message("x%s: late by %.2f ms at least, %.2f ms in the middle, %.2f ms at most; drift "
		      "%.2f ms\n", speed_word, 1e3 * late_s[0], 1e3 * late_s[count / 2],
		      1e3 * late_s[count - 1], 1e3 * drift_s);
	assert_true(fabs(drift_s) < 0.02);
	assert_true(late_s[count / 2] < 0.05);
	read_report(report, sizeof(report));
	assert_true(reported(report, "\"unheard_bytes\":") == 0.0);
	assert_true(reported(report, "\"late_samples\": ") == 0.0);
	assert_true(fabs(reported(report, "\"now_s\":") / speed - ready_s) < 0.25);
}

static void keeps_step_with_the_real_time_at_60_fold_speed(void **state)
{
	(void)state;
	check_pace("60");
}

static void keeps_step_with_the_real_time_at_600_fold_speed(void **state)
{
	(void)state;
	check_pace("600");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_five_minute_ccd_costs_less_than_two_seconds),
		cmocka_unit_test(keeps_step_with_the_real_time_at_60_fold_speed),
		cmocka_unit_test(keeps_step_with_the_real_time_at_600_fold_speed),
	};

	alarm(120);
	return cmocka_run_group_tests_name("pace", tests, make_folder, remove_folder);
}

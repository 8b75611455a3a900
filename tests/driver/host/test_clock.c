/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"

#define MS SG_NS_PER_MS
#define SLACK_NS (700 * MS)

/* A clock that stands where the test puts it. */
struct still_clock {
	struct sg_clock clock;
	int64_t now_ns;
};

static int64_t still_now_ns(struct sg_clock *clock)
{
	return ((struct still_clock *)clock)->now_ns;
}

static const struct sg_clock_ops still_ops = { .now_ns = still_now_ns };

static int64_t kernel_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * SG_NS_PER_S + ts.tv_nsec;
}

static void the_real_clock_is_the_kernels(void **state)
{
	struct sg_host_clock host;
	/* BOOTTIME goes on while the PC sleeps, as the cell and UTC do. */
	const int64_t boot_ns = kernel_ns(CLOCK_BOOTTIME), utc_ns = kernel_ns(CLOCK_REALTIME);

	(void)state;
	sg_host_clock_init(&host, 1.0);
	assert_in_range(sg_clock_now_ns(&host.clock), boot_ns, boot_ns + SLACK_NS);
	assert_in_range(sg_clock_utc_ns(&host.clock), utc_ns, utc_ns + SLACK_NS);
}

/* Since the kernel began: what BOOTTIME has and MONOTONIC has not. */
static void the_sleep_of_the_pc_is_what_the_kernel_counts(void **state)
{
	const int64_t monotonic_ns = kernel_ns(CLOCK_MONOTONIC), boot_ns = kernel_ns(CLOCK_BOOTTIME);
	struct sg_host_clock host;
	int64_t first_ns;

	(void)state;
	sg_host_clock_init(&host, 1.0);
	first_ns = sg_clock_slept_ns(&host.clock);
	assert_true(llabs(first_ns - (boot_ns - monotonic_ns)) < SLACK_NS);
	for (int i = 0; i < 10000; i++) /* awake, it does not move, or a test would be stopped for nothing */
		assert_true(llabs(sg_clock_slept_ns(&host.clock) - first_ns) < 100 * MS);
}

static void a_clock_that_stands_still_with_its_pc_has_not_slept(void **state)
{
	struct still_clock still = { { &still_ops, 0.0 }, 5 * MS };
	struct sg_host_clock host;
	const int64_t monotonic_ns = kernel_ns(CLOCK_MONOTONIC);

	(void)state;
	sg_host_clock_init(&host, 37.0);
	assert_int_equal(sg_clock_slept_ns(&host.clock), 0);
	assert_in_range(host.origin_ns, monotonic_ns, monotonic_ns + SLACK_NS);
	assert_int_equal(sg_clock_slept_ns(&still.clock), 0);
}

static void sleeping_ends_at_or_after_the_deadline(void **state)
{
	static const double speeds[] = { 1.0, 0.5, 37.0 };

	(void)state;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		struct sg_host_clock host;
		int64_t deadline_ns;

		sg_host_clock_init(&host, speeds[i]);
		deadline_ns = sg_clock_deadline(&host.clock, sg_ns(0.03 * speeds[i]));
		sg_clock_sleep_until(&host.clock, deadline_ns);
		assert_true(sg_clock_now_ns(&host.clock) >= deadline_ns);
		assert_true(sg_clock_now_ns(&host.clock) <= deadline_ns + sg_ns(0.7 * speeds[i]));
	}
}

static void deadlines_in_the_past_do_not_sleep(void **state)
{
	struct sg_host_clock host;
	int64_t begin_ns;

	(void)state;
	sg_host_clock_init(&host, 1.0);
	begin_ns = sg_clock_now_ns(&host.clock);
	sg_clock_sleep_until(&host.clock, begin_ns - 1);
	sg_clock_sleep_until(&host.clock, -1);
	sg_clock_sleep_until(&host.clock, SG_NO_TIME);
	assert_true(sg_clock_now_ns(&host.clock) - begin_ns < SLACK_NS);
}

static void a_scaled_clock_runs_both_its_times_alike(void **state)
{
	struct sg_host_clock host;
	const int64_t real_ns = kernel_ns(CLOCK_MONOTONIC);
	int64_t now_ns, utc_ns, passed_ns, utc_passed_ns;
	const struct timespec pause = { 0, 50 * 1000000 };

	(void)state;
	sg_host_clock_init(&host, 1000.0);
	now_ns = sg_clock_now_ns(&host.clock);
	utc_ns = sg_clock_utc_ns(&host.clock);
	nanosleep(&pause, NULL);
	passed_ns = sg_clock_now_ns(&host.clock) - now_ns;
	utc_passed_ns = sg_clock_utc_ns(&host.clock) - utc_ns;
	assert_in_range(passed_ns, 49 * SG_NS_PER_S, 1000 * (kernel_ns(CLOCK_MONOTONIC) - real_ns));
	/* not the same instant, but the same speed */
	assert_true(fabs(sg_seconds(passed_ns) - sg_seconds(utc_passed_ns)) < 700.0);
}

static volatile sig_atomic_t signals;

static void on_alarm(int number)
{
	(void)number;
	signals = signals + 1;
}

static void a_signal_ends_a_sleep(void **state)
{
	const struct itimerval soon = { .it_interval = { 0, 0 }, .it_value = { 0, 50000 } };
	struct sg_host_clock host;
	struct sigaction action;
	int64_t begin_ns;

	(void)state;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	sg_host_clock_init(&host, 1.0);
	begin_ns = sg_clock_now_ns(&host.clock);
	setitimer(ITIMER_REAL, &soon, NULL);
	sg_clock_sleep_until(&host.clock, begin_ns + 20 * SG_NS_PER_S);
	assert_int_equal(signals, 1);
	assert_in_range(sg_clock_now_ns(&host.clock) - begin_ns, 50 * MS, 50 * MS + SLACK_NS);
}

static void polls_last_as_long_as_the_deadline_needs(void **state)
{
	static const struct row {
		const char *legend;
		double speed;
		int64_t now_ns, deadline_ns;
		int poll_ms;
	} rows[] = {
		{ "reached", 1, 1000, 1000, 0 },
		{ "past", 1, 1000, 999, 0 },
		{ "so far in the past that the difference has no room", 1, 1000, INT64_MIN, 0 },
		{ "for ever", 1, 1000, SG_FOREVER, -1 },
		{ "a nanosecond is a millisecond, or poll would spin", 1, 1000, 1001, 1 },
		{ "exact", 1, 0, 5 * MS, 5 },
		{ "just over", 1, 0, 5 * MS + 1, 6 },
		{ "a fast clock waits shorter", 100, 0, 1000 * MS, 10 },
		{ "rounded up there too", 100, 0, 1001 * MS, 11 },
		{ "a slow clock waits longer", 0.5, 0, 10 * MS, 20 },
		{ "longer than poll can", 1, 0, SG_FOREVER - 1, INT_MAX },
		{ "a clock that no waiting moves", 0, 0, 1000 * MS, 0 },
		{ "such a clock for ever", 0, 0, SG_FOREVER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct still_clock still = { { &still_ops, rows[i].speed }, rows[i].now_ns };
		const int poll_ms = sg_clock_poll_ms(&still.clock, rows[i].deadline_ns);

		if (poll_ms != rows[i].poll_ms)
			fail_msg("%s: %d instead of %d ms", rows[i].legend, poll_ms, rows[i].poll_ms);
	}
}

static void patience_is_two_real_seconds_on_a_fast_clock(void **state)
{
	static const struct row {
		double speed;
		int64_t timeout_ns, patience_ns;
	} rows[] = {
		{ 1, 500 * MS, 500 * MS },		    { 0.1, 500 * MS, 500 * MS },
		{ 0, 500 * MS, 500 * MS },		    { 100, 500 * MS, 200 * SG_NS_PER_S },
		{ 100, 201 * SG_NS_PER_S, 201 * SG_NS_PER_S }, { 100, SG_FOREVER, SG_FOREVER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct still_clock still = { { &still_ops, rows[i].speed }, 0 };

		assert_int_equal(sg_clock_patience_ns(&still.clock, rows[i].timeout_ns), rows[i].patience_ns);
		assert_int_equal(sg_clock_patient_deadline(&still.clock, rows[i].timeout_ns), rows[i].patience_ns);
	}
}

static void deadlines_saturate_at_for_ever(void **state)
{
	struct still_clock still = { { &still_ops, 1.0 }, 1000 };

	(void)state;
	assert_int_equal(sg_clock_deadline(&still.clock, 5), 1005);
	assert_int_equal(sg_clock_deadline(&still.clock, -5), 995);
	assert_int_equal(sg_clock_deadline(&still.clock, SG_FOREVER), SG_FOREVER);
	assert_int_equal(sg_clock_deadline(&still.clock, SG_FOREVER - 999), SG_FOREVER);
	assert_int_equal(sg_clock_deadline(&still.clock, SG_FOREVER - 1001), SG_FOREVER - 1);
	assert_int_equal(sg_clock_deadline(&still.clock, INT64_MIN), INT64_MIN + 1000);
	assert_int_equal(sg_clock_patient_deadline(&still.clock, 5), 1005);
	assert_int_equal(sg_clock_patient_deadline(&still.clock, SG_FOREVER - 999), SG_FOREVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_real_clock_is_the_kernels),
		cmocka_unit_test(the_sleep_of_the_pc_is_what_the_kernel_counts),
		cmocka_unit_test(a_clock_that_stands_still_with_its_pc_has_not_slept),
		cmocka_unit_test(sleeping_ends_at_or_after_the_deadline),
		cmocka_unit_test(deadlines_in_the_past_do_not_sleep),
		cmocka_unit_test(a_scaled_clock_runs_both_its_times_alike),
		cmocka_unit_test(a_signal_ends_a_sleep),
		cmocka_unit_test(polls_last_as_long_as_the_deadline_needs),
		cmocka_unit_test(patience_is_two_real_seconds_on_a_fast_clock),
		cmocka_unit_test(deadlines_saturate_at_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/transport.h"

#define MS SG_NS_PER_MS
/* How late a busy machine may be; a deadline that is not honoured at all is later by far. */
#define SLACK_NS (700 * MS)

struct pty {
	struct sg_host_clock clock;
	struct sg_transport *link;
	int master;
	char uri[128];
	char said[512];
	struct sg_text why;
};

static const struct sg_line line = { .baud = 9600, .flow = SG_FLOW_NONE };

static int64_t now(struct pty *p)
{
	return sg_clock_now_ns(&p->clock.clock);
}

static enum sg_err open_again(struct pty *p, struct sg_transport **link)
{
	sg_text_clear(&p->why);
	return sg_transport_open(p->uri, &line, &p->clock.clock, &p->why, link);
}

static int set_up(void **state)
{
	struct pty *p = calloc(1, sizeof(*p));
	char path[100];
	int slave;

	*state = p;
	sg_host_clock_init(&p->clock, 1.0);
	sg_text_init(&p->why, p->said, sizeof(p->said));
	/* Not raw: making it so is the transport's part. */
	if (openpty(&p->master, &slave, path, NULL, NULL) != 0)
		return -1;
	close(slave);
	snprintf(p->uri, sizeof(p->uri), "pty:%s", path);
	return open_again(p, &p->link);
}

static int tear_down(void **state)
{
	struct pty *p = *state;

	sg_transport_close(p->link);
	close(p->master);
	free(p);
	return 0;
}

static void say(struct pty *p, const char *text)
{
	assert_int_equal(write(p->master, text, strlen(text)), strlen(text));
}

static void opening_writes_nothing(void **state)
{
	struct pty *p = *state;
	struct pollfd wait = { .fd = p->master, .events = POLLIN, .revents = 0 };

	assert_int_equal(poll(&wait, 1, 20), 0);
	assert_true(p->link->simulated);
}

static void bytes_pass_as_they_are_both_ways(void **state)
{
	struct pty *p = *state;
	/* end of line, interrupt, XON, XOFF, end of file, NUL and 8 bits: all that a terminal likes to eat */
	static const char bytes[] = "\r\n\x03\x11\x13\x04\x00\xff.";
	char got[32];
	size_t total = 0, n;

	assert_int_equal(sg_transport_write(p->link, bytes, sizeof(bytes), now(p) + 1000 * MS), SG_OK);
	assert_int_equal(read(p->master, got, sizeof(got)), sizeof(bytes));
	assert_memory_equal(got, bytes, sizeof(bytes));
	assert_int_equal(write(p->master, bytes, sizeof(bytes)), sizeof(bytes));
	while (total < sizeof(bytes)) {
		assert_int_equal(sg_transport_read(p->link, got + total, 4, now(p) + 1000 * MS, &n), SG_OK);
		assert_in_range(n, 1, 4);
		total += n;
	}
	assert_int_equal(total, sizeof(bytes));
	assert_memory_equal(got, bytes, sizeof(bytes));
	/* no echo */
	assert_int_equal(fcntl(p->master, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(read(p->master, got, sizeof(got)), -1);
	assert_int_equal(errno, EAGAIN);
}

static void a_silent_instrument_times_out_at_the_deadline(void **state)
{
	struct pty *p = *state;
	const int64_t deadline_ns = now(p) + 120 * MS;
	size_t got = 77;
	char byte;

	assert_int_equal(sg_transport_read(p->link, &byte, 1, deadline_ns, &got), SG_ERR_TIMEOUT);
	assert_in_range(now(p), deadline_ns, deadline_ns + SLACK_NS);
	assert_int_equal(got, 77);
}

static void a_deadline_in_the_past_takes_what_is_there(void **state)
{
	struct pty *p = *state;
	const int64_t long_ago[] = { 0, -1, INT64_MIN };
	char buffer[8];
	size_t got;

	for (size_t i = 0; i < sizeof(long_ago) / sizeof(long_ago[0]); i++) {
		assert_int_equal(sg_transport_read(p->link, buffer, 8, long_ago[i], &got), SG_ERR_TIMEOUT);
		say(p, "ok");
		assert_int_equal(sg_transport_read(p->link, buffer, 8, long_ago[i], &got), SG_OK);
		assert_int_equal(got, 2);
	}
}

static void *answer_late(void *arg)
{
	struct pty *p = arg;

	usleep(60000);
	if (write(p->master, "!", 1) != 1)
		abort();
	return NULL;
}

static void a_late_byte_ends_the_wait_at_once(void **state)
{
	struct pty *p = *state;
	const int64_t begin_ns = now(p);
	pthread_t thread;
	char byte;
	size_t got;

	assert_int_equal(pthread_create(&thread, NULL, answer_late, p), 0);
	assert_int_equal(sg_transport_read(p->link, &byte, 1, begin_ns + 20000 * MS, &got), SG_OK);
	assert_in_range(now(p) - begin_ns, 50 * MS, 60 * MS + SLACK_NS);
	pthread_join(thread, NULL);
}

static volatile sig_atomic_t signals;

static void on_alarm(int number)
{
	(void)number;
	signals = signals + 1;
}

static void a_signal_does_not_look_like_silence(void **state)
{
	struct pty *p = *state;
	const struct itimerval often = { .it_interval = { 0, 20000 }, .it_value = { 0, 20000 } };
	const struct itimerval never = { .it_interval = { 0, 0 }, .it_value = { 0, 0 } };
	const int64_t deadline_ns = now(p) + 200 * MS;
	struct sigaction action;
	enum sg_err err;
	char byte;
	size_t got;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	err = sg_transport_read(p->link, &byte, 1, deadline_ns, &got);
	setitimer(ITIMER_REAL, &never, NULL);
	assert_int_equal(err, SG_ERR_TIMEOUT);
	assert_in_range(now(p), deadline_ns, deadline_ns + SLACK_NS);
	assert_true(signals > 0);
}

static void a_pipe_that_stays_full_leaves_the_write_uncertain(void **state)
{
	struct pty *p = *state;
	const size_t size = 1 << 20;
	char *much = calloc(1, size);
	const int64_t deadline_ns = now(p) + 120 * MS;

	assert_non_null(much);
	assert_int_equal(sg_transport_write(p->link, much, size, deadline_ns), SG_ERR_UNCERTAIN);
	assert_in_range(now(p), deadline_ns, deadline_ns + SLACK_NS);
	assert_int_equal(sg_transport_write(p->link, much, size, 0), SG_ERR_UNCERTAIN);
	free(much);
}

static void *empty_slowly(void *arg)
{
	struct pty *p = arg;
	char bytes[1500];
	size_t *left = calloc(1, sizeof(*left));
	ssize_t n;

	for (*left = 100000; *left; *left -= (size_t)n) {
		usleep(200);
		n = read(p->master, bytes, sizeof(bytes));
		if (n <= 0)
			break;
	}
	return left;
}

static void a_slow_reader_gets_everything(void **state)
{
	struct pty *p = *state;
	char much[100000];
	pthread_t thread;
	void *left;

	memset(much, 'x', sizeof(much));
	assert_int_equal(pthread_create(&thread, NULL, empty_slowly, p), 0);
	assert_int_equal(sg_transport_write(p->link, much, sizeof(much), now(p) + 20000 * MS), SG_OK);
	pthread_join(thread, &left);
	assert_int_equal(*(size_t *)left, 0);
	free(left);
}

static void a_hang_up_is_gone_for_good(void **state)
{
	struct pty *p = *state;
	const int64_t begin_ns = now(p);
	char byte;
	size_t got;

	close(p->master);
	p->master = -1;
	for (int i = 0; i < 3; i++)
		assert_int_equal(sg_transport_read(p->link, &byte, 1, begin_ns + 20000 * MS, &got), SG_ERR_GONE);
	assert_int_equal(sg_transport_write(p->link, "x", 1, begin_ns + 20000 * MS), SG_ERR_GONE);
	assert_true(now(p) - begin_ns < SLACK_NS);
}

static void a_hang_up_shows_while_nobody_reads(void **state)
{
	struct pty *p = *state;
	char byte = '?';
	size_t got;

	assert_int_equal(sg_transport_present(p->link), SG_OK);
	say(p, "x");
	assert_int_equal(sg_transport_present(p->link), SG_OK);
	/* asking takes nothing */
	assert_int_equal(sg_transport_read(p->link, &byte, 1, now(p) + 1000 * MS, &got), SG_OK);
	assert_int_equal(byte, 'x');
	close(p->master);
	p->master = -1;
	for (int i = 0; i < 2; i++)
		assert_int_equal(sg_transport_present(p->link), SG_ERR_GONE);
}

static void a_write_may_be_what_finds_the_hang_up(void **state)
{
	struct pty *p = *state;
	char byte;
	size_t got;

	close(p->master);
	p->master = -1;
	assert_int_equal(sg_transport_write(p->link, "x", 1, now(p) + 20000 * MS), SG_ERR_GONE);
	assert_int_equal(sg_transport_read(p->link, &byte, 1, now(p) + 20000 * MS, &got), SG_ERR_GONE);
}

static void two_never_share_a_port(void **state)
{
	struct pty *p = *state;
	struct sg_transport *second = NULL;

	assert_int_equal(open_again(p, &second), SG_ERR_BUSY);
	assert_null(second);
	assert_non_null(strstr(p->said, "another program"));
	/* the first one works on, and leaves the port free behind it */
	assert_int_equal(sg_transport_write(p->link, "x", 1, now(p) + 1000 * MS), SG_OK);
	sg_transport_close(p->link);
	assert_int_equal(open_again(p, &p->link), SG_OK);
}

static void only_a_pseudo_terminal_comes_in_as_one(void **state)
{
	struct pty *p = *state;
	struct sg_transport *other = NULL;

	/* a terminal, but not a pty: it would count as a simulator */
	strcpy(p->uri, "pty:/dev/ptmx");
	assert_int_equal(open_again(p, &other), SG_ERR_ARGUMENT);
	assert_non_null(strstr(p->said, "not a pseudo-terminal"));
	strcpy(p->uri, "pty:/dev/null");
	assert_int_equal(open_again(p, &other), SG_ERR_ARGUMENT);
	strcpy(p->uri, "pty:/nowhere/at/all");
	assert_int_equal(open_again(p, &other), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(p->said, "/nowhere/at/all"));
	assert_null(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opening_writes_nothing),
		TEST(bytes_pass_as_they_are_both_ways),
		TEST(a_silent_instrument_times_out_at_the_deadline),
		TEST(a_deadline_in_the_past_takes_what_is_there),
		TEST(a_late_byte_ends_the_wait_at_once),
		TEST(a_signal_does_not_look_like_silence),
		TEST(a_pipe_that_stays_full_leaves_the_write_uncertain),
		TEST(a_slow_reader_gets_everything),
		TEST(a_hang_up_is_gone_for_good),
		TEST(a_hang_up_shows_while_nobody_reads),
		TEST(a_write_may_be_what_finds_the_hang_up),
		TEST(two_never_share_a_port),
		TEST(only_a_pseudo_terminal_comes_in_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

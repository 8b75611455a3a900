/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/transport.h"

#define MS SG_NS_PER_MS
#define SLACK_NS (700 * MS)

struct tcp {
	struct sg_host_clock clock;
	int listener;
	char uri[128];
	char said[512];
	struct sg_text why;
};

static const struct sg_line line = { .baud = 9600, .flow = SG_FLOW_NONE };

static int64_t now(struct tcp *t)
{
	return sg_clock_now_ns(&t->clock.clock);
}

static int set_up(void **state)
{
	struct tcp *t = calloc(1, sizeof(*t));
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	*state = t;
	sg_host_clock_init(&t->clock, 1.0);
	sg_text_init(&t->why, t->said, sizeof(t->said));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	t->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(t->listener, (struct sockaddr *)&address, size) != 0 || listen(t->listener, 0) != 0 ||
	    getsockname(t->listener, (struct sockaddr *)&address, &size) != 0)
		return -1;
	snprintf(t->uri, sizeof(t->uri), "tcp:127.0.0.1:%d", ntohs(address.sin_port));
	return 0;
}

static int tear_down(void **state)
{
	struct tcp *t = *state;

	close(t->listener);
	free(t);
	return 0;
}

static enum sg_err open_link(struct tcp *t, struct sg_transport **link)
{
	return sg_transport_open(t->uri, &line, &t->clock.clock, &t->why, link);
}

/* Both ends of one connection. */
static int connect_pair(struct tcp *t, struct sg_transport **link)
{
	int peer;

	assert_int_equal(open_link(t, link), SG_OK);
	peer = accept(t->listener, NULL, NULL);
	assert_true(peer >= 0);
	return peer;
}

static void bytes_go_both_ways(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link;
	char buffer[16];
	size_t got;
	int peer = connect_pair(t, &link);

	assert_int_equal(sg_transport_write(link, "v?\r", 3, now(t) + 1000 * MS), SG_OK);
	assert_int_equal(recv(peer, buffer, 3, MSG_WAITALL), 3);
	assert_memory_equal(buffer, "v?\r", 3);
	assert_int_equal(write(peer, "1\n2\n", 4), 4);
	assert_int_equal(sg_transport_read(link, buffer, 3, now(t) + 1000 * MS, &got), SG_OK);
	assert_int_equal(got, 3);
	assert_int_equal(sg_transport_read(link, buffer, 16, now(t) + 1000 * MS, &got), SG_OK);
	assert_int_equal(got, 1);
	assert_int_equal(buffer[0], '\n');
	close(peer);
	sg_transport_close(link);
}

static void nobody_listening_is_said_at_once(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link = NULL;
	const int64_t begin_ns = now(t);

	close(t->listener);
	t->listener = -1;
	assert_int_equal(open_link(t, &link), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(t->said, "refused"));
	assert_true(now(t) - begin_ns < SLACK_NS);
	assert_null(link);
}

/*
 * A queue that is full drops what knocks, like a host behind a firewall or switched off. Ten times as fast a
 * clock, so that the two seconds of patience it has at least are what is waited.
 */
static void a_host_that_does_not_answer_times_out(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link[8] = { NULL };
	enum sg_err err = SG_OK;
	struct sg_host_clock real;
	int64_t begin_ns = 0;
	size_t n = 0;

	sg_host_clock_init(&real, 1.0);
	sg_host_clock_init(&t->clock, 10.0);
	while (!err && n < 8) {
		begin_ns = sg_clock_now_ns(&real.clock);
		err = open_link(t, &link[n++]);
	}
	assert_int_equal(err, SG_ERR_TIMEOUT);
	assert_in_range(sg_clock_now_ns(&real.clock) - begin_ns, 1900 * MS, 2000 * MS + SLACK_NS);
	assert_non_null(strstr(t->said, "timed out"));
	while (n)
		sg_transport_close(link[--n]);
}

static void one_that_was_open_before_is_given_a_second(void **state)
{
	const struct sg_line again = { .baud = 9600, .again = true };
	struct tcp *t = *state;
	struct sg_transport *link[8] = { NULL };
	enum sg_err err = SG_OK;
	int64_t begin_ns = 0;
	size_t n = 0;

	while (!err && n < 8) {
		begin_ns = now(t);
		err = sg_transport_open(t->uri, &again, &t->clock.clock, &t->why, &link[n++]);
	}
	assert_int_equal(err, SG_ERR_TIMEOUT);
	assert_in_range(now(t) - begin_ns, 900 * MS, 1000 * MS + SLACK_NS);
	while (n)
		sg_transport_close(link[--n]);
}

static void a_silent_peer_times_out_at_the_deadline(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link;
	int peer = connect_pair(t, &link);
	const int64_t deadline_ns = now(t) + 100 * MS;
	char byte;
	size_t got;

	assert_int_equal(sg_transport_read(link, &byte, 1, deadline_ns, &got), SG_ERR_TIMEOUT);
	assert_in_range(now(t), deadline_ns, deadline_ns + SLACK_NS);
	close(peer);
	sg_transport_close(link);
}

static void last_words_are_heard_before_the_hang_up(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link;
	int peer = connect_pair(t, &link);
	char buffer[8];
	size_t got;

	assert_int_equal(write(peer, "bye", 3), 3);
	close(peer);
	usleep(20000); /* now POLLIN and POLLRDHUP stand together */
	assert_int_equal(sg_transport_read(link, buffer, 2, now(t) + 1000 * MS, &got), SG_OK);
	assert_int_equal(got, 2);
	assert_int_equal(sg_transport_read(link, buffer, 8, now(t) + 1000 * MS, &got), SG_OK);
	assert_int_equal(got, 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sg_transport_read(link, buffer, 8, now(t) + 20000 * MS, &got), SG_ERR_GONE);
	sg_transport_close(link);
}

static void a_hang_up_shows_while_nobody_reads(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link;
	int peer = connect_pair(t, &link);
	char buffer[8];
	size_t got;

	assert_int_equal(sg_transport_present(link), SG_OK);
	assert_int_equal(write(peer, "bye", 3), 3);
	usleep(20000);
	assert_int_equal(sg_transport_present(link), SG_OK);
	close(peer);
	usleep(20000);
	/* known although bytes wait, and they wait still */
	for (int i = 0; i < 2; i++)
		assert_int_equal(sg_transport_present(link), SG_ERR_GONE);
	assert_int_equal(sg_transport_read(link, buffer, sizeof(buffer), now(t) + 1000 * MS, &got), SG_OK);
	assert_int_equal(got, 3);
	assert_int_equal(sg_transport_read(link, buffer, sizeof(buffer), now(t) + 1000 * MS, &got), SG_ERR_GONE);
	assert_int_equal(sg_transport_present(link), SG_ERR_GONE);
	sg_transport_close(link);
}

/* SIGPIPE has its default here: a transport that lets it come ends this test. */
static void writing_to_a_peer_that_left_is_an_error_not_a_signal(void **state)
{
	struct tcp *t = *state;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct sg_transport *link;
	int peer = connect_pair(t, &link);
	enum sg_err err = SG_OK;

	setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(peer);
	for (int i = 0; i < 3 && !err; i++)
		err = sg_transport_write(link, "x", 1, now(t) + 1000 * MS);
	assert_int_equal(err, SG_ERR_GONE);
	assert_int_equal(sg_transport_write(link, "x", 1, now(t) + 1000 * MS), SG_ERR_GONE);
	sg_transport_close(link);
}

static void a_pipe_that_stays_full_leaves_the_write_uncertain(void **state)
{
	struct tcp *t = *state;
	const size_t size = 64 << 20;
	struct sg_transport *link;
	int peer = connect_pair(t, &link);
	char *much = calloc(1, size);
	const int64_t deadline_ns = now(t) + 150 * MS;

	assert_non_null(much);
	assert_int_equal(sg_transport_write(link, much, size, deadline_ns), SG_ERR_UNCERTAIN);
	assert_in_range(now(t), deadline_ns, deadline_ns + SLACK_NS);
	free(much);
	close(peer);
	sg_transport_close(link);
}

/* The name can never exist (RFC 6761, 6.4). A resolver that is away keeps silent instead: the deadline holds. */
static void an_unknown_host_is_named(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link = NULL;
	const int64_t begin_ns = now(t);
	enum sg_err err;

	strcpy(t->uri, "tcp:no-such-host.invalid:4001");
	err = open_link(t, &link);
	assert_true(err == SG_ERR_NOT_FOUND || err == SG_ERR_TIMEOUT);
	assert_non_null(strstr(t->said, "no-such-host.invalid"));
	assert_true(now(t) - begin_ns < 5000 * MS + SLACK_NS);
	assert_null(link);
}

static void an_unknown_service_is_not_found(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link = NULL;

	strcpy(t->uri, "tcp:127.0.0.1:no-such-service");
	assert_int_equal(open_link(t, &link), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(t->said, "no-such-service"));
}

/* An address of this PC that is not its loopback: a device server would have such a one. False: it has none. */
static bool listen_elsewhere(struct tcp *t)
{
	struct ifaddrs *all, *a;
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	char text[INET_ADDRSTRLEN];

	if (getifaddrs(&all) != 0)
		return false;
	for (a = all; a; a = a->ifa_next) {
		if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET || (a->ifa_flags & IFF_LOOPBACK))
			continue;
		memcpy(&address, a->ifa_addr, sizeof(address));
		break;
	}
	freeifaddrs(all);
	if (!a)
		return false;
	close(t->listener);
	t->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_port = 0;
	if (bind(t->listener, (struct sockaddr *)&address, size) != 0 || listen(t->listener, 4) != 0 ||
	    getsockname(t->listener, (struct sockaddr *)&address, &size) != 0)
		return false;
	snprintf(t->uri, sizeof(t->uri), "tcp:%s:%d", inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text)),
		 ntohs(address.sin_port));
	return true;
}

static void what_may_be_an_instrument_is_not_hurried(void **state)
{
	struct tcp *t = *state;
	struct sg_transport *link = NULL;
	char byte;
	int peer;

	sg_host_clock_init(&t->clock, 10.0);
	assert_int_equal(open_link(t, &link), SG_OK); /* this PC itself: a simulator */
	sg_transport_close(link);
	link = NULL;
	if (!listen_elsewhere(t))
		skip();
	assert_int_equal(open_link(t, &link), SG_ERR_ARGUMENT);
	assert_null(link);
	assert_non_null(strstr(t->said, "10 times as fast"));
	peer = accept(t->listener, NULL, NULL);
	assert_int_equal(recv(peer, &byte, 1, 0), 0); /* closed, and not a byte was sent */
	close(peer);
	sg_host_clock_init(&t->clock, 1.0);
	assert_int_equal(open_link(t, &link), SG_OK);
	assert_false(link->simulated);
	sg_transport_close(link);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_go_both_ways),
		TEST(nobody_listening_is_said_at_once),
		TEST(a_host_that_does_not_answer_times_out),
		TEST(one_that_was_open_before_is_given_a_second),
		TEST(a_silent_peer_times_out_at_the_deadline),
		TEST(last_words_are_heard_before_the_hang_up),
		TEST(a_hang_up_shows_while_nobody_reads),
		TEST(writing_to_a_peer_that_left_is_an_error_not_a_signal),
		TEST(a_pipe_that_stays_full_leaves_the_write_uncertain),
		TEST(what_may_be_an_instrument_is_not_hurried),
		TEST(an_unknown_host_is_named),
		TEST(an_unknown_service_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

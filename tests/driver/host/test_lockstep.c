/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of LOCKSTEP.md against a peer that keeps to it, or does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "host/lockstep.h"
#include "lockstep_peer.h"
#include "transport/transport.h"

#define MS SG_NS_PER_MS
#define POT 3
#define CHAMBER 31 /* the last bit there is */
#define POT_BIT (UINT32_C(1) << POT)
#define CHAMBER_BIT (UINT32_C(1) << CHAMBER)

struct host {
	struct peer peer;
	struct sg_lockstep *lockstep;
	struct sg_clock *clock;
	char said[512];
	struct sg_text why;
};

static enum sg_err connect_host(struct host *h, peer_script *script)
{
	memset(h, 0, sizeof(*h));
	sg_text_init(&h->why, h->said, sizeof(h->said));
	peer_start(&h->peer, script);
	return sg_lockstep_open(h->peer.path, &h->why, &h->lockstep);
}

static void begin(struct host *h, peer_script *script)
{
	if (connect_host(h, script))
		fail_msg("no connection: %s", h->said);
	h->clock = sg_lockstep_clock(h->lockstep);
}

static void end(struct host *h)
{
	sg_lockstep_close(h->lockstep);
	assert_int_equal(peer_end(&h->peer), 0);
}

static unsigned open_port(struct host *h, const char *name)
{
	unsigned port = 99;

	if (sg_lockstep_port_open(h->lockstep, name, &h->why, &port))
		fail_msg("port %s: %s", name, h->said);
	return port;
}

/* ---- a peer that keeps to the page ---- */

static void talk(int fd)
{
	uint8_t payload[65536];
	size_t length;

	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	/* time stands still while the host computes: writes come with the advance that follows */
	if (peer_expect(fd, 'W', payload, &length) != POT || length != 2 || memcmp(payload, "t\n", 2) != 0)
		_exit(1);
	peer_expect_advance(fd, 100 * MS, POT_BIT);
	peer_data(fd, POT, 7 * MS, "tok", 3);
	peer_now(fd, 7 * MS);
	/* the port's third byte is read without asking; then silence */
	peer_expect_advance(fd, 100 * MS, POT_BIT);
	peer_now(fd, 100 * MS);
	peer_expect_advance(fd, 5000 * MS, 0);
	peer_now(fd, 5000 * MS);
	if (peer_expect(fd, 'C', payload, &length) != POT || length)
		_exit(1);
	peer_expect_end(fd);
}

static void an_exchange_moves_time_only_while_it_waits(void **state)
{
	struct host h;
	char buffer[8];
	unsigned port;
	size_t got;

	(void)state;
	begin(&h, talk);
	assert_int_equal(sg_clock_now_ns(h.clock), 0);
	assert_int_equal(sg_clock_utc_ns(h.clock), INT64_C(1767225600) * SG_NS_PER_S);
	port = open_port(&h, "pot");
	assert_int_equal(port, POT);
	assert_int_equal(sg_lockstep_write(h.lockstep, port, "t\n", 2), SG_OK);
	assert_int_equal(sg_lockstep_read(h.lockstep, port, buffer, 2, 100 * MS, &got), SG_OK);
	assert_int_equal(got, 2);
	assert_memory_equal(buffer, "to", 2);
	assert_int_equal(sg_clock_now_ns(h.clock), 7 * MS);
	assert_int_equal(sg_lockstep_read(h.lockstep, port, buffer, 8, 100 * MS, &got), SG_OK);
	assert_int_equal(got, 1);
	assert_int_equal(sg_lockstep_read(h.lockstep, port, buffer, 8, 100 * MS, &got), SG_ERR_TIMEOUT);
	assert_int_equal(sg_clock_now_ns(h.clock), 100 * MS);
	/* waiting for what has passed asks nobody */
	sg_clock_sleep_until(h.clock, 100 * MS);
	sg_clock_sleep_until(h.clock, INT64_MIN);
	sg_clock_sleep_until(h.clock, 5000 * MS);
	assert_int_equal(sg_clock_now_ns(h.clock), 5000 * MS);
	assert_int_equal(sg_clock_utc_ns(h.clock), INT64_C(1767225605) * SG_NS_PER_S);
	sg_lockstep_port_close(h.lockstep, port);
	assert_false(sg_lockstep_lost(h.lockstep));
	assert_string_equal(sg_lockstep_lost_why(h.lockstep), "");
	end(&h);
}

static void two_ports(int fd)
{
	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_open_port(fd, "chamber", CHAMBER);
	peer_expect_advance(fd, 10 * MS, POT_BIT);
	peer_data(fd, CHAMBER, 4 * MS, "0\r", 2);
	peer_now(fd, 10 * MS);
	peer_expect_advance(fd, 20 * MS, CHAMBER_BIT);
	peer_data(fd, CHAMBER, 20 * MS, "x", 1);
	peer_now(fd, 20 * MS);
	peer_expect_end(fd);
}

static void data_outside_the_wake_mask_waits_in_its_port(void **state)
{
	struct host h;
	char buffer[8];
	size_t got;

	(void)state;
	begin(&h, two_ports);
	open_port(&h, "pot");
	open_port(&h, "chamber");
	assert_int_equal(sg_lockstep_read(h.lockstep, POT, buffer, 8, 10 * MS, &got), SG_ERR_TIMEOUT);
	/* it is there already: no advance */
	assert_int_equal(sg_lockstep_read(h.lockstep, CHAMBER, buffer, 8, 20 * MS, &got), SG_OK);
	assert_int_equal(got, 2);
	assert_memory_equal(buffer, "0\r", 2);
	assert_int_equal(sg_clock_now_ns(h.clock), 10 * MS);
	assert_int_equal(sg_lockstep_read(h.lockstep, CHAMBER, buffer, 8, 20 * MS, &got), SG_OK);
	end(&h);
}

static void crumbs(int fd)
{
	static const uint8_t bytes[] = { 'D', POT, 0, 0, 11, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c',
					 'N', 0,   0, 0, 8,  0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0 };

	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_expect_advance(fd, 50, POT_BIT);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		peer_bytes(fd, bytes + i, 1);
		usleep(1000);
	}
	peer_expect_end(fd);
}

static void frames_may_come_in_crumbs(void **state)
{
	struct host h;
	char buffer[8];
	size_t got;

	(void)state;
	begin(&h, crumbs);
	open_port(&h, "pot");
	assert_int_equal(sg_lockstep_read(h.lockstep, POT, buffer, 8, 50, &got), SG_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(buffer, "abc", 3);
	assert_int_equal(sg_clock_now_ns(h.clock), 9);
	end(&h);
}

static void hang_up(int fd)
{
	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_open_port(fd, "chamber", CHAMBER);
	peer_expect_advance(fd, 100, POT_BIT);
	peer_data(fd, POT, 5, "bye", 3);
	peer_hang_up(fd, POT, 6);
	peer_now(fd, 6);
	/* the other port lives on */
	peer_expect_advance(fd, 100, CHAMBER_BIT);
	peer_data(fd, CHAMBER, 8, "x", 1);
	peer_now(fd, 8);
	peer_expect_end(fd);
}

static void last_words_are_heard_before_the_hang_up(void **state)
{
	struct host h;
	char buffer[8];
	size_t got;

	(void)state;
	begin(&h, hang_up);
	open_port(&h, "pot");
	open_port(&h, "chamber");
	assert_int_equal(sg_lockstep_read(h.lockstep, POT, buffer, 8, 100, &got), SG_OK);
	assert_int_equal(got, 3);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sg_lockstep_read(h.lockstep, POT, buffer, 8, 100, &got), SG_ERR_GONE);
	assert_int_equal(sg_lockstep_write(h.lockstep, POT, "x", 1), SG_ERR_GONE);
	assert_false(sg_lockstep_lost(h.lockstep));
	assert_int_equal(sg_lockstep_read(h.lockstep, CHAMBER, buffer, 8, 100, &got), SG_OK);
	end(&h);
}

#define MUCH 40000

static void flood(int fd)
{
	static char much[MUCH];

	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	memset(much, 'x', sizeof(much));
	peer_expect_advance(fd, 100, 0);
	peer_data(fd, POT, 1, much, sizeof(much));
	peer_data(fd, POT, 2, much, sizeof(much));
	peer_now(fd, 100);
	peer_expect_advance(fd, 200, 0);
	peer_data(fd, POT, 150, "after the gap", 13);
	peer_now(fd, 200);
	peer_expect_end(fd);
}

static void what_overflows_does_not_look_like_a_stream(void **state)
{
	static char buffer[3 * MUCH];
	struct host h;
	size_t got;

	(void)state;
	begin(&h, flood);
	open_port(&h, "pot");
	sg_clock_sleep_until(h.clock, 100);
	assert_int_equal(sg_lockstep_read(h.lockstep, POT, buffer, sizeof(buffer), 100, &got), SG_OK);
	assert_int_equal(got, MUCH);
	sg_clock_sleep_until(h.clock, 200);
	assert_int_equal(sg_lockstep_read(h.lockstep, POT, buffer, sizeof(buffer), 300, &got), SG_ERR_GONE);
	assert_false(sg_lockstep_lost(h.lockstep));
	end(&h);
}

static void swallow(int fd)
{
	uint8_t payload[65536];
	size_t length, total = 0;

	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	while (total < 150001) {
		peer_expect(fd, 'W', payload, &length);
		for (size_t i = 0; i < length; i++, total++) {
			if (payload[i] != total % 251)
				_exit(1);
		}
	}
	peer_expect_advance(fd, 1, 0);
	peer_now(fd, 1);
	peer_expect_end(fd);
}

static void a_long_write_arrives_whole_and_in_order(void **state)
{
	static uint8_t bytes[150001];
	struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	begin(&h, swallow);
	open_port(&h, "pot");
	assert_int_equal(sg_lockstep_write(h.lockstep, POT, bytes, sizeof(bytes)), SG_OK);
	sg_clock_sleep_until(h.clock, 1);
	assert_false(sg_lockstep_lost(h.lockstep));
	end(&h);
}

static void one_port_only(int fd)
{
	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_open_port(fd, "pot", POT);
	peer_expect_end(fd);
}

static void an_unknown_port_costs_nothing_and_lists_the_known(void **state)
{
	static const char *const names[] = { "", "po", "pot2", "stream", "pot\nchamber" };
	struct host h;
	unsigned port = 77;

	(void)state;
	begin(&h, one_port_only);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sg_text_clear(&h.why);
		if (sg_lockstep_port_open(h.lockstep, names[i], &h.why, &port) != SG_ERR_NOT_FOUND)
			fail_msg("\"%s\" found", names[i]);
		assert_non_null(strstr(h.said, "pot chamber"));
	}
	assert_int_equal(port, 77);
	open_port(&h, "pot");
	assert_int_equal(sg_lockstep_port_open(h.lockstep, "pot", &h.why, &port), SG_ERR_BUSY);
	end(&h);
}

/* ---- through the transport ---- */

static void by_address(int fd)
{
	uint8_t payload[65536];
	size_t length;

	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_expect(fd, 'W', payload, &length);
	peer_expect_advance(fd, 9, POT_BIT);
	peer_data(fd, POT, 9, "y", 1);
	peer_now(fd, 9);
	peer_expect(fd, 'C', payload, &length);
	peer_expect_end(fd);
}

static void a_sim_address_needs_the_clock_of_its_socket(void **state)
{
	const struct sg_line line = { .baud = 9600, .flow = SG_FLOW_NONE };
	struct sg_transport *link = NULL;
	char uri[PEER_PATH_SIZE + 16];
	struct host h;
	size_t got;
	char byte;

	(void)state;
	begin(&h, by_address);
	assert_int_equal(sg_transport_open("sim:/tmp/other.sock#pot", &line, h.clock, &h.why, &link), SG_ERR_ARGUMENT);
	strcat(strcat(strcpy(uri, "sim:"), h.peer.path), "#none");
	assert_int_equal(sg_transport_open(uri, &line, h.clock, &h.why, &link), SG_ERR_NOT_FOUND);
	assert_null(link);
	strcpy(strchr(uri, '#'), "#pot");
	assert_int_equal(sg_transport_open(uri, &line, h.clock, &h.why, &link), SG_OK);
	assert_true(link->simulated);
	assert_int_equal(sg_transport_write(link, "x", 1, 0), SG_OK);
	assert_int_equal(sg_transport_read(link, &byte, 1, 9, &got), SG_OK);
	assert_int_equal(byte, 'y');
	sg_transport_close(link);
	end(&h);
}

/* ---- peers that do not greet as they should ---- */

static void greets_another_version(int fd)
{
	static const char text[] = "sandglass-lockstep 2\nnow 0\nport pot stream\n";

	peer_frame(fd, 'h', 0, text, strlen(text));
	peer_expect_end(fd);
}

static void greets_without_time(int fd)
{
	static const char text[] = "sandglass-lockstep 1\nseed 1\nport pot stream\n";

	peer_frame(fd, 'h', 0, text, strlen(text));
	peer_expect_end(fd);
}

static void greets_with_nonsense_for_time(int fd)
{
	static const char text[] = "sandglass-lockstep 1\nnow soon\nport pot stream\n";

	peer_frame(fd, 'h', 0, text, strlen(text));
	peer_expect_end(fd);
}

static void speaks_http(int fd)
{
	peer_bytes(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
	peer_expect_end(fd);
}

static void begins_with_another_frame(int fd)
{
	peer_now(fd, 0);
	peer_expect_end(fd);
}

static void closes_at_once(int fd)
{
	close(fd);
}

static void others_than_a_simulator_are_not_taken_for_one(void **state)
{
	peer_script *const scripts[] = { greets_another_version, greets_without_time, greets_with_nonsense_for_time,
					 speaks_http, begins_with_another_frame, closes_at_once };

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct host h;
		enum sg_err err = connect_host(&h, scripts[i]);

		if (err != SG_ERR_FRAME || h.lockstep || !strstr(h.said, "not a simulator"))
			fail_msg("peer %zu: %s, \"%s\"", i, sg_err_name(err), h.said);
		assert_int_equal(peer_end(&h.peer), 0);
	}
}

static void drips(int fd)
{
	static const char begin_of_100_bytes[] = "h\0\0\0d\0\0\0sandglass";

	/* a byte every second would keep alive a wait that starts anew with each */
	for (size_t i = 0; i < 8 + 5; i++) {
		if (i < 9)
			sleep(1);
		peer_bytes(fd, begin_of_100_bytes + i, 1);
	}
	peer_expect_end(fd);
}

static void a_greeting_that_does_not_come_is_waited_for_ten_seconds(void **state)
{
	struct sg_host_clock real;
	struct host h;
	int64_t begin_ns;

	(void)state;
	sg_host_clock_init(&real, 1.0);
	begin_ns = sg_clock_now_ns(&real.clock);
	assert_int_equal(connect_host(&h, drips), SG_ERR_TIMEOUT);
	assert_in_range(sg_clock_now_ns(&real.clock) - begin_ns, 9900 * MS, 11000 * MS);
	assert_non_null(strstr(h.said, "no simulator greets"));
	assert_int_equal(peer_end(&h.peer), 0);
}

static void a_socket_that_is_not_there_is_not_found(void **state)
{
	char path[200], said[512];
	struct sg_lockstep *lockstep = NULL;
	struct sg_text why;

	(void)state;
	sg_text_init(&why, said, sizeof(said));
	assert_int_equal(sg_lockstep_open("/tmp/sg_no_such.sock", &why, &lockstep), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "--lockstep"));
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(sg_lockstep_open(path, NULL, &lockstep), SG_ERR_ARGUMENT);
	assert_null(lockstep);
}

/* ---- peers that break in mid-conversation: each hears an advance to 100 from 50, and answers badly ---- */

static void ready_at_50(int fd)
{
	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_expect_advance(fd, 50, 0);
	peer_now(fd, 50);
	peer_expect_advance(fd, 100, POT_BIT);
}

static void dies(int fd)
{
	ready_at_50(fd);
	close(fd);
}

static void dies_in_a_frame(int fd)
{
	ready_at_50(fd);
	peer_bytes(fd, "D\3\0\0\14\0", 6);
	close(fd);
}

static void refuses(int fd)
{
	ready_at_50(fd);
	peer_frame(fd, 'E', 0, "port 3: no such thing", 21);
	close(fd);
}

static void sends_an_unknown_type(int fd)
{
	ready_at_50(fd);
	peer_frame(fd, 'Z', 0, NULL, 0);
	peer_expect_end(fd);
}

static void sends_a_length_beyond_the_limit(int fd)
{
	ready_at_50(fd);
	peer_bytes(fd, "D\3\0\0\1\0\1\0", 8);
	peer_expect_end(fd);
}

static void sends_a_port_beyond_the_last(int fd)
{
	ready_at_50(fd);
	peer_data(fd, 32, 60, "x", 1);
	peer_expect_end(fd);
}

static void sends_data_without_time(int fd)
{
	ready_at_50(fd);
	peer_frame(fd, 'D', POT, "short", 5);
	peer_expect_end(fd);
}

static void sends_a_packet(int fd)
{
	ready_at_50(fd);
	peer_bytes(fd, "D\3\201\0\11\0\0\0<\0\0\0\0\0\0\0x", 17);
	peer_expect_end(fd);
}

static void sends_from_another_endpoint(int fd)
{
	ready_at_50(fd);
	peer_bytes(fd, "D\3\202\0\11\0\0\0<\0\0\0\0\0\0\0x", 17);
	peer_expect_end(fd);
}

static void sends_a_long_packet(int fd)
{
	static const char head[8] = "D\3\201\0\111\0\0\0"; /* the time and 65 bytes */

	ready_at_50(fd);
	peer_bytes(fd, head, sizeof(head));
	peer_expect_end(fd);
}

static void runs_backwards(int fd)
{
	ready_at_50(fd);
	peer_now(fd, 49);
	peer_expect_end(fd);
}

static void runs_past_the_end(int fd)
{
	ready_at_50(fd);
	peer_now(fd, 101);
	peer_expect_end(fd);
}

static void data_from_the_past(int fd)
{
	ready_at_50(fd);
	peer_data(fd, POT, 49, "x", 1);
	peer_expect_end(fd);
}

static void ends_before_its_data(int fd)
{
	ready_at_50(fd);
	peer_data(fd, CHAMBER, 80, "x", 1);
	peer_now(fd, 70);
	peer_expect_end(fd);
}

static void stops_early_without_reason(int fd)
{
	ready_at_50(fd);
	peer_now(fd, 60);
	peer_expect_end(fd);
}

static void stops_early_for_no_bytes(int fd)
{
	ready_at_50(fd);
	peer_data(fd, POT, 60, "", 0);
	peer_now(fd, 60);
	peer_expect_end(fd);
}

static void opens_what_was_not_asked(int fd)
{
	ready_at_50(fd);
	peer_frame(fd, 'o', 1, NULL, 0);
	peer_expect_end(fd);
}

static const struct broken {
	const char *legend;
	peer_script *script;
	const char *said;
} broken[] = {
	{ "dies", dies, "hung up" },
	{ "dies in a frame", dies_in_a_frame, "hung up" },
	{ "refuses", refuses, "refused: port 3: no such thing" },
	{ "sends an unknown type", sends_an_unknown_type, "no frame" },
	{ "sends a length beyond the limit", sends_a_length_beyond_the_limit, "no frame" },
	{ "sends a port beyond the last", sends_a_port_beyond_the_last, "no frame" },
	{ "sends data without time", sends_data_without_time, "no frame" },
	{ "sends a packet on a stream", sends_a_packet, "packet port for a stream" },
	{ "sends a packet of another endpoint", sends_from_another_endpoint, "no frame" },
	{ "sends a packet that is too long", sends_a_long_packet, "no frame" },
	{ "runs backwards", runs_backwards, "backwards" },
	{ "runs past the end", runs_past_the_end, "past the end" },
	{ "sends data from the past", data_from_the_past, "backwards" },
	{ "ends before its data", ends_before_its_data, "backwards" },
	{ "stops early without reason", stops_early_without_reason, "without a reason" },
	{ "stops early for no bytes", stops_early_for_no_bytes, "without a reason" },
	{ "opens what was not asked", opens_what_was_not_asked, "not asked" },
};

/* Gone on every port, for good, with a reason; and nobody who waits for a time waits for ever. */
static void a_simulator_that_breaks_is_gone_and_time_jumps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		enum sg_err err;
		struct host h;
		unsigned port;
		char byte;
		size_t got;

		begin(&h, broken[i].script);
		open_port(&h, "pot");
		sg_clock_sleep_until(h.clock, 50);
		err = sg_lockstep_read(h.lockstep, POT, &byte, 1, 100, &got);
		if (err != SG_ERR_GONE || !sg_lockstep_lost(h.lockstep) ||
		    !strstr(sg_lockstep_lost_why(h.lockstep), broken[i].said))
			fail_msg("a peer that %s: %s, \"%s\"", broken[i].legend, sg_err_name(err),
				 sg_lockstep_lost_why(h.lockstep));
		assert_int_equal(sg_clock_now_ns(h.clock), 100);
		sg_clock_sleep_until(h.clock, 7000 * MS);
		assert_int_equal(sg_clock_now_ns(h.clock), 7000 * MS);
		sg_clock_sleep_until(h.clock, SG_FOREVER);
		assert_int_equal(sg_clock_now_ns(h.clock), 7000 * MS);
		assert_int_equal(sg_lockstep_read(h.lockstep, POT, &byte, 1, 9000 * MS, &got), SG_ERR_GONE);
		assert_int_equal(sg_lockstep_write(h.lockstep, POT, "x", 1), SG_ERR_GONE);
		assert_int_equal(sg_lockstep_port_open(h.lockstep, "chamber", &h.why, &port), SG_ERR_GONE);
		sg_lockstep_port_close(h.lockstep, POT);
		end(&h);
	}
}

static void refuses_and_leaves(int fd)
{
	peer_greet(fd);
	peer_open_port(fd, "pot", POT);
	peer_frame(fd, 'E', 0, "no more", 7);
	close(fd);
}

/* The refusal waits to be read while the next thing the host does is to write. */
static void the_reason_is_heard_even_when_writing_fails_first(void **state)
{
	struct host h;

	(void)state;
	begin(&h, refuses_and_leaves);
	open_port(&h, "pot");
	usleep(50000);
	sg_clock_sleep_until(h.clock, 5);
	assert_true(sg_lockstep_lost(h.lockstep));
	assert_string_equal(sg_lockstep_lost_why(h.lockstep), "the simulator refused: no more");
	end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exchange_moves_time_only_while_it_waits),
		cmocka_unit_test(data_outside_the_wake_mask_waits_in_its_port),
		cmocka_unit_test(frames_may_come_in_crumbs),
		cmocka_unit_test(last_words_are_heard_before_the_hang_up),
		cmocka_unit_test(what_overflows_does_not_look_like_a_stream),
		cmocka_unit_test(a_long_write_arrives_whole_and_in_order),
		cmocka_unit_test(an_unknown_port_costs_nothing_and_lists_the_known),
		cmocka_unit_test(a_sim_address_needs_the_clock_of_its_socket),
		cmocka_unit_test(others_than_a_simulator_are_not_taken_for_one),
		cmocka_unit_test(a_greeting_that_does_not_come_is_waited_for_ten_seconds),
		cmocka_unit_test(a_socket_that_is_not_there_is_not_found),
		cmocka_unit_test(a_simulator_that_breaks_is_gone_and_time_jumps),
		cmocka_unit_test(the_reason_is_heard_even_when_writing_fails_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Packet ports of LOCKSTEP.md through the sim: transport, against a peer that keeps to the page, or does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "host/lockstep.h"
#include "lockstep_peer.h"
#include "transport/transport.h"

#define DEVICE 2
#define DEVICE_BIT (UINT32_C(1) << DEVICE)
#define TRANSFER_MAX 4096

struct host {
	struct peer peer;
	struct sg_lockstep *lockstep;
	struct sg_clock *clock;
	struct sg_transport *link;
	char said[512];
	struct sg_text why;
};

static enum sg_err open_port(struct host *h, const char *name)
{
	const struct sg_line line = { .baud = 9600, .flow = SG_FLOW_NONE };
	char uri[PEER_PATH_SIZE + 32] = "sim:";

	strcat(strcat(strcat(uri, h->peer.path), "#"), name);
	return sg_transport_open(uri, &line, h->clock, &h->why, &h->link);
}

static void begin(struct host *h, peer_script *script)
{
	memset(h, 0, sizeof(*h));
	sg_text_init(&h->why, h->said, sizeof(h->said));
	peer_start(&h->peer, script);
	if (sg_lockstep_open(h->peer.path, &h->why, &h->lockstep))
		fail_msg("no connection: %s", h->said);
	h->clock = sg_lockstep_clock(h->lockstep);
}

static void begin_open(struct host *h, peer_script *script)
{
	begin(h, script);
	if (open_port(h, "tdstat"))
		fail_msg("port: %s", h->said);
}

static void end(struct host *h)
{
	sg_transport_close(h->link);
	sg_lockstep_close(h->lockstep);
	assert_int_equal(peer_end(&h->peer), 0);
}

static void greet(int fd)
{
	static const char text[] = "sandglass-lockstep 1\nnow 0\nseed 7\nport tdstat packet\nport odd parallel\n"
				   "port pot stream\n";

	peer_frame(fd, 'h', 0, text, strlen(text));
}

static void expect_close(int fd)
{
	uint8_t payload[65536];
	size_t length;

	if (peer_expect(fd, 'C', payload, &length) != DEVICE)
		fail();
	peer_expect_end(fd);
}

/* ---- boundaries ---- */

static void talk(int fd)
{
	greet(fd);
	peer_open_port(fd, "tdstat", DEVICE);
	peer_expect_transfer(fd, DEVICE, "CELL OFF", 8);
	peer_expect_transfer(fd, DEVICE, "", 0);
	peer_expect_transfer(fd, DEVICE, "ADCREAD", 7);
	peer_expect_advance(fd, 100, DEVICE_BIT);
	peer_packet(fd, DEVICE, 5, "OK", 2);
	peer_packet(fd, DEVICE, 5, "?", 1);
	peer_packet(fd, DEVICE, 5, "", 0);
	peer_packet(fd, DEVICE, 5, "WAIT", 4);
	peer_now(fd, 5);
	expect_close(fd);
}

static void one_write_is_one_transfer_and_one_read_one_packet(void **state)
{
	static const char *const packets[] = { "OK", "?", "", "WAIT" };
	char buffer[SG_PACKET_MAX];
	struct host h;
	size_t got;

	(void)state;
	begin_open(&h, talk);
	assert_true(h.link->packets);
	assert_true(h.link->simulated);
	assert_string_equal(h.link->place, "tdstat");
	assert_string_equal(h.link->usb_serial, "");
	assert_int_equal(sg_transport_write(h.link, "CELL OFF", 8, 0), SG_OK);
	assert_int_equal(sg_transport_write(h.link, "", 0, 0), SG_OK);
	assert_int_equal(sg_transport_write(h.link, "ADCREAD", 7, 0), SG_OK);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 100, &got), SG_OK);
		assert_int_equal(got, strlen(packets[i]));
		assert_memory_equal(buffer, packets[i], got);
	}
	/* no more was asked for than was needed: time stands where the packets came */
	assert_int_equal(sg_clock_now_ns(h.clock), 5);
	end(&h);
}

static void one_empty_packet(int fd)
{
	static const char full[SG_PACKET_MAX] = "full";

	greet(fd);
	peer_open_port(fd, "tdstat", DEVICE);
	peer_expect_advance(fd, 100, DEVICE_BIT);
	peer_packet(fd, DEVICE, 7, "", 0);
	peer_now(fd, 7);
	peer_expect_advance(fd, 100, DEVICE_BIT);
	peer_packet(fd, DEVICE, 8, full, sizeof(full));
	peer_now(fd, 8);
	peer_expect_advance(fd, 100, DEVICE_BIT);
	peer_now(fd, 100);
	expect_close(fd);
}

static void an_empty_packet_is_something_that_came(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct host h;
	size_t got = 99;

	(void)state;
	begin_open(&h, one_empty_packet);
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 100, &got), SG_OK);
	assert_int_equal(got, 0);
	assert_int_equal(sg_clock_now_ns(h.clock), 7);
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 100, &got), SG_OK);
	assert_int_equal(got, SG_PACKET_MAX);
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 100, &got), SG_ERR_TIMEOUT);
	end(&h);
}

static void long_transfers(int fd)
{
	static char bytes[TRANSFER_MAX];

	greet(fd);
	peer_open_port(fd, "tdstat", DEVICE);
	memset(bytes, 'x', sizeof(bytes));
	peer_expect_transfer(fd, DEVICE, bytes, sizeof(bytes));
	expect_close(fd);
}

static void what_does_not_fit_is_refused_before_anything_moves(void **state)
{
	static char bytes[TRANSFER_MAX + 1];
	struct host h;
	size_t got;

	(void)state;
	begin_open(&h, long_transfers);
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(sg_transport_write(h.link, bytes, TRANSFER_MAX + 1, 0), SG_ERR_ARGUMENT);
	assert_int_equal(sg_transport_write(h.link, bytes, TRANSFER_MAX, 0), SG_OK);
	assert_int_equal(sg_transport_read(h.link, bytes, SG_PACKET_MAX - 1, 100, &got), SG_ERR_ARGUMENT);
	end(&h);
}

/* ---- what is not read ---- */

#define PACKETS_IN_64_KB (65536 / (SG_PACKET_MAX + 1))

static void much(int fd, unsigned count)
{
	char bytes[SG_PACKET_MAX] = { 0 };

	greet(fd);
	peer_open_port(fd, "tdstat", DEVICE);
	peer_expect_advance(fd, 10, 0);
	for (unsigned i = 0; i < count; i++) {
		bytes[0] = (char)(i & 0x7f);
		peer_packet(fd, DEVICE, 1, bytes, sizeof(bytes));
	}
	peer_now(fd, 10);
}

static void as_much_as_fits(int fd)
{
	much(fd, PACKETS_IN_64_KB);
	expect_close(fd);
}

static void one_more_than_fits(int fd)
{
	much(fd, PACKETS_IN_64_KB + 1);
	expect_close(fd);
}

static void read_all(struct host *h)
{
	char buffer[SG_PACKET_MAX];
	size_t got;

	for (unsigned i = 0; i < PACKETS_IN_64_KB; i++) {
		assert_int_equal(sg_transport_read(h->link, buffer, sizeof(buffer), 10, &got), SG_OK);
		assert_int_equal(got, SG_PACKET_MAX);
		assert_int_equal(buffer[0], i & 0x7f);
	}
}

static void packets_wait_to_be_read(void **state)
{
	struct host h;

	(void)state;
	begin_open(&h, as_much_as_fits);
	sg_clock_sleep_until(h.clock, 10);
	read_all(&h);
	assert_int_equal(sg_transport_present(h.link), SG_OK);
	end(&h);
}

static void beyond_64_kb_the_port_is_gone(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct host h;
	size_t got;

	(void)state;
	begin_open(&h, one_more_than_fits);
	sg_clock_sleep_until(h.clock, 10);
	assert_int_equal(sg_transport_present(h.link), SG_ERR_GONE);
	read_all(&h);
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 20, &got), SG_ERR_GONE);
	assert_false(sg_lockstep_lost(h.lockstep));
	end(&h);
}

/* ---- hang-up ---- */

static void hang_up(int fd)
{
	greet(fd);
	peer_open_port(fd, "tdstat", DEVICE);
	peer_expect_advance(fd, 1000, 0);
	peer_packet(fd, DEVICE, 300, "OK", 2);
	peer_hang_up(fd, DEVICE, 400);
	peer_now(fd, 1000);
	expect_close(fd);
}

static void a_hang_up_shows_while_nobody_reads(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct host h;
	size_t got;

	(void)state;
	begin_open(&h, hang_up);
	assert_int_equal(sg_transport_present(h.link), SG_OK);
	sg_clock_sleep_until(h.clock, 1000);
	assert_int_equal(sg_transport_present(h.link), SG_ERR_GONE);
	/* last words count */
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 2000, &got), SG_OK);
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 2000, &got), SG_ERR_GONE);
	assert_int_equal(sg_transport_write(h.link, "x", 1, 2000), SG_ERR_GONE);
	assert_int_equal(sg_transport_write(h.link, "", 0, 2000), SG_ERR_GONE);
	assert_int_equal(sg_transport_present(h.link), SG_ERR_GONE);
	end(&h);
}

/* ---- peers that break the page ---- */

static void bytes_on_a_packet_port(int fd)
{
	greet(fd);
	peer_open_port(fd, "tdstat", DEVICE);
	peer_expect_advance(fd, 100, DEVICE_BIT);
	peer_data(fd, DEVICE, 60, "OK", 2);
	peer_expect_end(fd);
}

static void a_stream_where_packets_were_promised_ends_the_connection(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct host h;
	size_t got;

	(void)state;
	begin_open(&h, bytes_on_a_packet_port);
	assert_int_equal(sg_transport_read(h.link, buffer, sizeof(buffer), 100, &got), SG_ERR_GONE);
	assert_non_null(strstr(sg_lockstep_lost_why(h.lockstep), "packet port for a stream"));
	assert_int_equal(sg_transport_present(h.link), SG_ERR_GONE);
	end(&h);
}

static void only_greets(int fd)
{
	greet(fd);
	peer_expect_end(fd);
}

static void a_port_of_an_unknown_kind_is_not_opened(void **state)
{
	struct host h;

	(void)state;
	begin(&h, only_greets);
	assert_int_equal(open_port(&h, "odd"), SG_ERR_UNSUPPORTED);
	assert_non_null(strstr(h.said, "odd"));
	sg_text_clear(&h.why);
	assert_int_equal(open_port(&h, "tdstat packet"), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(h.said, "it has: tdstat odd pot"));
	assert_null(h.link);
	end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_write_is_one_transfer_and_one_read_one_packet),
		cmocka_unit_test(an_empty_packet_is_something_that_came),
		cmocka_unit_test(what_does_not_fit_is_refused_before_anything_moves),
		cmocka_unit_test(packets_wait_to_be_read),
		cmocka_unit_test(beyond_64_kb_the_port_is_gone),
		cmocka_unit_test(a_hang_up_shows_while_nobody_reads),
		cmocka_unit_test(a_stream_where_packets_were_promised_ends_the_connection),
		cmocka_unit_test(a_port_of_an_unknown_kind_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

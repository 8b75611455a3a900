/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
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

#include "port/lockstep.h"

#define SECOND_NS INT64_C(1000000000)

/*
 * A bench of two ports. "pulse" says "tick\n" at every whole second and hangs up at 100 s; "echo"
 * returns what it is told half a second later.
 */
struct bench {
	struct fw_lockstep *lockstep;
	int host_fd;
	int64_t now_ns;
	int64_t tick_ns;
	int64_t echo_ns;
	size_t echo_length;
	uint8_t echo[70000];
	unsigned opened[2];
};

static int64_t now_of(void *ctx)
{
	return ((struct bench *)ctx)->now_ns;
}

static void opened(void *ctx, unsigned port)
{
	((struct bench *)ctx)->opened[port]++;
}

static void take(void *ctx, unsigned port, const uint8_t *bytes, size_t length)
{
	struct bench *bench = ctx;

	assert_int_equal(port, 1);
	assert_true(bench->echo_length + length <= sizeof(bench->echo));
	memcpy(bench->echo + bench->echo_length, bytes, length);
	bench->echo_length += length;
	bench->echo_ns = bench->now_ns + SECOND_NS / 2;
}

static int64_t advance(void *ctx, int64_t t_ns, uint32_t wake)
{
	struct bench *bench = ctx;
	uint32_t woken = 0;

	while (!(woken & wake)) {
		int64_t next_ns = bench->tick_ns < bench->echo_ns ? bench->tick_ns
								  : bench->echo_ns;

		if (next_ns > t_ns) {
			bench->now_ns = t_ns > bench->now_ns ? t_ns : bench->now_ns;
			break;
		}
		bench->now_ns = next_ns;
		if (next_ns == bench->tick_ns) {
			if (next_ns == 100 * SECOND_NS)
				fw_lockstep_hang_up(bench->lockstep, 0, next_ns);
			else
				fw_lockstep_deliver(bench->lockstep, 0, next_ns,
						    (const uint8_t *)"tick\n", 5);
			bench->tick_ns = next_ns == 100 * SECOND_NS ? INT64_MAX
								    : next_ns + SECOND_NS;
			woken |= 1;
		}
		if (next_ns == bench->echo_ns) {
			fw_lockstep_deliver(bench->lockstep, 1, next_ns, bench->echo,
					    bench->echo_length);
			bench->echo_length = 0;
			bench->echo_ns = INT64_MAX;
			woken |= 2;
		}
	}
	return bench->now_ns;
}

/* One frame as the host sees it. */
struct frame {
	char type;
	unsigned port;
	size_t length;
	uint8_t payload[65536 + 1];
};

static uint64_t little(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | bytes[size];
	return value;
}

static void read_exactly(int fd, void *out, size_t length)
{
	size_t have = 0;

	while (have < length) {
		ssize_t n = recv(fd, (char *)out + have, length - have, MSG_DONTWAIT);

		if (n <= 0)
			fail_msg("the answer ends after %zu of %zu bytes", have, length);
		have += (size_t)n;
	}
}

static struct frame *receive(struct bench *bench)
{
	static struct frame frame;
	uint8_t header[8];

	read_exactly(bench->host_fd, header, 8);
	frame.type = (char)header[0];
	frame.port = header[1];
	frame.length = (size_t)little(header + 4, 4);
	assert_int_equal(little(header + 2, 2), 0);
	assert_true(frame.length <= 65536);
	read_exactly(bench->host_fd, frame.payload, frame.length);
	frame.payload[frame.length] = 0;
	return &frame;
}

static bool is_quiet(struct bench *bench)
{
	char byte;

	return recv(bench->host_fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
}

static void put(struct bench *bench, char type, unsigned port, const void *payload, size_t length)
{
	uint8_t header[8] = { (uint8_t)type, (uint8_t)port, 0, 0, (uint8_t)length,
			      (uint8_t)(length >> 8), (uint8_t)(length >> 16), 0 };

	assert_int_equal(send(bench->host_fd, header, 8, 0), 8);
	if (length)
		assert_int_equal(send(bench->host_fd, payload, length, 0), (ssize_t)length);
}

static void put_advance(struct bench *bench, int64_t t_ns, uint32_t wake)
{
	uint8_t payload[12];

	for (int i = 0; i < 8; i++)
		payload[i] = (uint8_t)((uint64_t)t_ns >> (8 * i));
	for (int i = 0; i < 4; i++)
		payload[8 + i] = (uint8_t)(wake >> (8 * i));
	put(bench, 'A', 0, payload, 12);
}

static int sim_fd;
static bool echo_has_packets; /* for the next start() */

static struct bench *start(void)
{
	static const char *const names[] = { "pulse", "echo" };
	static bool packets[2];
	struct bench *bench = calloc(1, sizeof(*bench));
	struct fw_lockstep_bench seam = {
		.ctx = bench, .seed = 42, .port_count = 2, .port_names = names, .port_packets = packets,
		.now_ns = now_of, .opened = opened, .write = take, .advance = advance,
	};
	int size = 1 << 20;
	int fds[2];

	assert_non_null(bench);
	packets[1] = echo_has_packets;
	bench->tick_ns = SECOND_NS;
	bench->echo_ns = INT64_MAX;
	bench->lockstep = fw_lockstep_new(&seam);
	assert_non_null(bench->lockstep);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	bench->host_fd = fds[0];
	sim_fd = fds[1];
	assert_true(fw_lockstep_greet(bench->lockstep, sim_fd));
	return bench;
}

static void stop(struct bench *bench)
{
	close(bench->host_fd);
	close(sim_fd);
	fw_lockstep_free(bench->lockstep);
	free(bench);
}

static void open_port(struct bench *bench, const char *name, unsigned number)
{
	struct frame *frame;

	put(bench, 'O', 0, name, strlen(name));
	assert_true(fw_lockstep_serve(bench->lockstep));
	frame = receive(bench);
	assert_int_equal(frame->type, 'o');
	assert_int_equal(frame->port, number);
	assert_int_equal(frame->length, 0);
}

static struct bench *start_with_ports(void)
{
	struct bench *bench = start();

	assert_int_equal(receive(bench)->type, 'h');
	open_port(bench, "pulse", 1);
	open_port(bench, "echo", 2);
	return bench;
}

static void expect_data(struct bench *bench, unsigned port, int64_t t_ns, const char *text)
{
	struct frame *frame = receive(bench);

	assert_int_equal(frame->type, 'D');
	assert_int_equal(frame->port, port);
	assert_true((int64_t)little(frame->payload, 8) == t_ns);
	assert_string_equal((const char *)frame->payload + 8, text);
}

static void expect_now(struct bench *bench, int64_t t_ns)
{
	struct frame *frame = receive(bench);

	assert_int_equal(frame->type, 'N');
	assert_int_equal(frame->length, 8);
	assert_true((int64_t)little(frame->payload, 8) == t_ns);
	assert_true(is_quiet(bench));
}

static void greets_with_time_seed_and_ports(void **state)
{
	struct bench *bench = start();
	struct frame *frame = receive(bench);

	(void)state;
	assert_int_equal(frame->type, 'h');
	assert_string_equal((const char *)frame->payload,
			    "sandglass-lockstep 1\nnow 0\nseed 42\nport pulse stream\nport echo stream\n");
	stop(bench);
}

static void opens_ports_by_name(void **state)
{
	struct bench *bench = start_with_ports();

	(void)state;
	assert_int_equal(bench->opened[0], 1);
	assert_int_equal(bench->opened[1], 1);
	stop(bench);
}

static void advances_to_the_time_asked_for(void **state)
{
	struct bench *bench = start_with_ports();

	(void)state;
	put_advance(bench, SECOND_NS / 3, 0xffffffff);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_now(bench, SECOND_NS / 3);
	stop(bench);
}

static void stops_early_at_data_on_a_port_of_the_mask(void **state)
{
	struct bench *bench = start_with_ports();

	(void)state;
	put_advance(bench, 10 * SECOND_NS, 1U << 1);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_data(bench, 1, SECOND_NS, "tick\n");
	expect_now(bench, SECOND_NS);
	stop(bench);
}

static void delivers_other_ports_on_the_way_in_order_of_time(void **state)
{
	struct bench *bench = start_with_ports();

	(void)state;
	put_advance(bench, 2 * SECOND_NS + SECOND_NS / 4, 0);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_data(bench, 1, SECOND_NS, "tick\n");
	expect_data(bench, 1, 2 * SECOND_NS, "tick\n");
	expect_now(bench, 2 * SECOND_NS + SECOND_NS / 4);
	put(bench, 'W', 2, "hello", 5);
	put_advance(bench, 10 * SECOND_NS, 1U << 2);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_data(bench, 2, 2 * SECOND_NS + 3 * (SECOND_NS / 4), "hello");
	expect_now(bench, 2 * SECOND_NS + 3 * (SECOND_NS / 4));
	stop(bench);
}

static void does_not_move_for_a_time_that_has_passed(void **state)
{
	struct bench *bench = start_with_ports();

	(void)state;
	put_advance(bench, SECOND_NS / 2, 0);
	put_advance(bench, 0, 0xffffffff);
	put_advance(bench, -5, 0xffffffff);
	assert_true(fw_lockstep_serve(bench->lockstep));
	for (int i = 0; i < 3; i++) {
		struct frame *frame = receive(bench);

		assert_int_equal(frame->type, 'N');
		assert_true((int64_t)little(frame->payload, 8) == SECOND_NS / 2);
	}
	stop(bench);
}

static void takes_frames_byte_by_byte(void **state)
{
	struct bench *bench = start_with_ports();
	uint8_t bytes[] = { 'W', 2, 0, 0, 2, 0, 0, 0, 'h', 'i', 'A', 0, 0, 0, 12, 0,
			    0,	 0, 0, 202, 154, 59, 0, 0, 0, 0,  4,   0, 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_true(is_quiet(bench));
		assert_int_equal(send(bench->host_fd, &bytes[i], 1, 0), 1);
		assert_true(fw_lockstep_serve(bench->lockstep));
	}
	expect_data(bench, 2, SECOND_NS / 2, "hi");
	expect_now(bench, SECOND_NS / 2);
	stop(bench);
}

static void carries_a_frame_of_the_largest_size(void **state)
{
	struct bench *bench = start_with_ports();
	static uint8_t large[65536];
	size_t got = 0;
	struct frame *frame;

	(void)state;
	memset(large, 'L', sizeof(large));
	put(bench, 'W', 2, large, sizeof(large));
	put_advance(bench, SECOND_NS / 2, 0);
	while (bench->echo_length < sizeof(large))
		assert_true(fw_lockstep_serve(bench->lockstep));
	while (is_quiet(bench))
		assert_true(fw_lockstep_serve(bench->lockstep));
	while ((frame = receive(bench))->type == 'D')
		got += frame->length - 8;
	assert_int_equal(got, sizeof(large));
	stop(bench);
}

static void hangs_up_once_and_wakes(void **state)
{
	struct bench *bench = start_with_ports();
	struct frame *frame;

	(void)state;
	bench->tick_ns = 100 * SECOND_NS;
	put_advance(bench, 200 * SECOND_NS, 1U << 1);
	assert_true(fw_lockstep_serve(bench->lockstep));
	frame = receive(bench);
	assert_int_equal(frame->type, 'H');
	assert_int_equal(frame->port, 1);
	assert_true((int64_t)little(frame->payload, 8) == 100 * SECOND_NS);
	expect_now(bench, 100 * SECOND_NS);
	put(bench, 'W', 1, "lost", 4);
	put_advance(bench, 101 * SECOND_NS, 0xffffffff);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_now(bench, 101 * SECOND_NS);
	stop(bench);
}

static void delivers_nothing_on_a_closed_port(void **state)
{
	struct bench *bench = start_with_ports();

	(void)state;
	put(bench, 'C', 1, NULL, 0);
	put_advance(bench, 5 * SECOND_NS, 0);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_now(bench, 5 * SECOND_NS);
	stop(bench);
}

static void refuses(const void *bytes, size_t length)
{
	struct bench *bench = start_with_ports();
	struct frame *frame;

	assert_int_equal(send(bench->host_fd, bytes, length, 0), (ssize_t)length);
	assert_false(fw_lockstep_serve(bench->lockstep));
	frame = receive(bench);
	assert_int_equal(frame->type, 'E');
	assert_true(frame->length > 10);
	stop(bench);
}

static void refuses_what_the_page_forbids(void **state)
{
	(void)state;
	refuses("X\0\0\0\0\0\0\0", 8);         /* unknown type */
	refuses("W\3\0\0\1\0\0\0x", 9);        /* unknown port */
	refuses("W\0\0\0\1\0\0\0x", 9);        /* the number of no port */
	refuses("C\11\0\0\0\0\0\0", 8);        /* unknown port */
	refuses("W\1\0\0\1\0\1\0", 8);         /* 65537 bytes */
	refuses("W\1\0\0\377\377\377\377", 8); /* 4 GiB */
	refuses("O\0\0\0\3\0\0\0ech", 11);     /* no port of this name */
	refuses("A\0\0\0\0\0\0\0", 8);         /* no time */
	refuses("A\0\0\0\14\0\0\0\377\377\377\377\377\377\377\177\0\0\0\0", 20); /* wild time */
}

static void notices_that_the_host_left_and_greets_the_next(void **state)
{
	struct bench *bench = start_with_ports();
	struct frame *frame;
	int fds[2];

	(void)state;
	put_advance(bench, 3 * SECOND_NS, 0);
	assert_true(fw_lockstep_serve(bench->lockstep));
	close(bench->host_fd);
	assert_false(fw_lockstep_serve(bench->lockstep));
	close(sim_fd);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	bench->host_fd = fds[0];
	sim_fd = fds[1];
	assert_true(fw_lockstep_greet(bench->lockstep, sim_fd));
	frame = receive(bench);
	assert_non_null(strstr((const char *)frame->payload, "now 3000000000\n"));
	/* Ports of the last host are closed. */
	put_advance(bench, 4 * SECOND_NS, 0);
	assert_true(fw_lockstep_serve(bench->lockstep));
	expect_now(bench, 4 * SECOND_NS);
	stop(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greets_with_time_seed_and_ports),
		cmocka_unit_test(opens_ports_by_name),
		cmocka_unit_test(advances_to_the_time_asked_for),
		cmocka_unit_test(stops_early_at_data_on_a_port_of_the_mask),
		cmocka_unit_test(delivers_other_ports_on_the_way_in_order_of_time),
		cmocka_unit_test(does_not_move_for_a_time_that_has_passed),
		cmocka_unit_test(takes_frames_byte_by_byte),
		cmocka_unit_test(carries_a_frame_of_the_largest_size),
		cmocka_unit_test(hangs_up_once_and_wakes),
		cmocka_unit_test(delivers_nothing_on_a_closed_port),
		cmocka_unit_test(refuses_what_the_page_forbids),
		cmocka_unit_test(notices_that_the_host_left_and_greets_the_next),
	};

	return cmocka_run_group_tests_name("lockstep", tests, NULL, NULL);
}

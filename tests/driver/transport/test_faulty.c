/* SPDX-License-Identifier: Apache-2.0 */
/* A cable that damages what passes, on a cable and a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/faulty.h"
#include "transport/transport.h"
#include "transport/uri.h"

/* Virtual time, and a far end that says `line` at every read until `left` is 0, and notes what it is told. */
struct far {
	struct sg_clock clock;
	struct sg_transport inner;
	int64_t now_ns;
	const char *line;
	size_t line_length;
	int left;
	char told[4096];
	size_t told_length;
	unsigned writes;
	bool closed;
};

static struct far far;

static int64_t far_now(struct sg_clock *clock)
{
	(void)clock;
	return far.now_ns;
}

static void far_sleep(struct sg_clock *clock, int64_t deadline_ns)
{
	(void)clock;
	if (deadline_ns > far.now_ns)
		far.now_ns = deadline_ns;
}

static const struct sg_clock_ops clock_ops = { .now_ns = far_now, .utc_ns = far_now, .sleep_until = far_sleep };

static enum sg_err far_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	(void)t;
	assert_true(size >= far.line_length);
	if (!far.left) {
		assert_true(deadline_ns != SG_FOREVER); /* nobody would ever come back */
		far_sleep(NULL, deadline_ns);
		return SG_ERR_TIMEOUT;
	}
	far.left--;
	memcpy(buffer, far.line, far.line_length);
	*got = far.line_length;
	return SG_OK;
}

static enum sg_err far_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	(void)t;
	(void)deadline_ns;
	assert_true(far.told_length + length <= sizeof(far.told));
	memcpy(far.told + far.told_length, bytes, length);
	far.told_length += length;
	far.writes++;
	return SG_OK;
}

static void far_close(struct sg_transport *t)
{
	(void)t;
	far.closed = true;
}

static const struct sg_transport_ops far_ops = { .read = far_read, .write = far_write, .close = far_close };

static struct sg_transport *cable(const char *words, const char *line, size_t length, int times, bool packets,
				  struct sg_fault_counts *counts)
{
	struct sg_fault_plan plan;
	struct sg_transport *t = NULL;
	char uri[200];

	memset(&far, 0, sizeof(far));
	far.clock.ops = &clock_ops;
	far.inner = (struct sg_transport){ .ops = &far_ops, .clock = &far.clock, .packets = packets, .place = "1-1" };
	far.line = line;
	far.line_length = length;
	far.left = times;
	snprintf(uri, sizeof(uri), "faulty:%s:sim:/x", words);
	assert_int_equal(sg_faulty_plan(uri, &plan, NULL), SG_OK);
	memset(counts, 0, sizeof(*counts));
	assert_int_equal(sg_faulty_wrap(&far.inner, &plan, counts, NULL, &t), SG_OK);
	assert_true(t->faulty);
	assert_string_equal(t->place, "1-1");
	return t;
}

/* All that comes until the far end has said everything and a minute more. */
static size_t read_all(struct sg_transport *t, char *out, size_t size)
{
	size_t length = 0, got;

	while (sg_transport_read(t, out + length, size - length, far.now_ns + 60 * SG_NS_PER_S, &got) == SG_OK)
		length += got;
	return length;
}

static void without_a_rate_nothing_changes(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("seed=3", "a1\nb2\n", 6, 2, false, &counts);
	char said[64];

	(void)state;
	assert_int_equal(read_all(t, said, sizeof(said)), 12);
	assert_memory_equal(said, "a1\nb2\na1\nb2\n", 12);
	assert_int_equal(sg_transport_write(t, "x1", 2, SG_FOREVER), SG_OK);
	assert_memory_equal(far.told, "x1", 2);
	assert_int_equal(counts.chunks, 5);
	assert_int_equal(sg_fault_total(&counts), 0);
	sg_transport_close(t);
	assert_true(far.closed);
}

static void dropped_is_gone_both_ways(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("drop=1", "a1\n", 3, 5, false, &counts);
	char said[64];

	(void)state;
	assert_int_equal(read_all(t, said, sizeof(said)), 0);
	assert_int_equal(sg_transport_write(t, "x", 1, SG_FOREVER), SG_OK);
	assert_int_equal(far.writes, 0);
	assert_int_equal(counts.hit[SG_FAULT_DROP], 6);
	sg_transport_close(t);
}

static void duplicated_comes_twice(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("duplicate=1", "a1\nb2\n", 6, 1, false, &counts);
	char said[64];

	(void)state;
	assert_int_equal(read_all(t, said, sizeof(said)), 12);
	assert_memory_equal(said, "a1\na1\nb2\nb2\n", 12);
	assert_int_equal(sg_transport_write(t, "x1", 2, SG_FOREVER), SG_OK);
	assert_memory_equal(far.told, "x1x1", 4);
	assert_int_equal(far.writes, 2); /* two transfers, where it is packets */
	sg_transport_close(t);
}

static void one_bit_flips(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("corrupt=1", "abc\n", 4, 1, false, &counts);
	char said[64];
	int bits = 0;

	(void)state;
	assert_int_equal(read_all(t, said, sizeof(said)), 4);
	for (int i = 0; i < 4; i++)
		bits += __builtin_popcount((unsigned)(said[i] ^ "abc\n"[i]) & 0xffu);
	assert_int_equal(bits, 1);
	sg_transport_close(t);
}

static void truncated_is_a_first_part(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("truncate=1", "abcdef", 6, 1, true, &counts);
	char said[64];
	size_t got = 99;

	(void)state;
	assert_int_equal(sg_transport_read(t, said, sizeof(said), SG_NS_PER_S, &got), SG_OK);
	assert_true(got < 6);
	assert_memory_equal(said, "abcdef", got);
	sg_transport_close(t);
}

static void a_lie_is_another_digit(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("lie=1", "Pda7;x\n", 7, 1, false, &counts);
	char said[64];

	(void)state;
	assert_int_equal(read_all(t, said, sizeof(said)), 7);
	assert_memory_equal(said, "Pda", 3);
	assert_memory_equal(said + 4, ";x\n", 3);
	assert_true(said[3] >= '0' && said[3] <= '9' && said[3] != '7');
	assert_int_equal(sg_transport_write(t, "abc", 3, SG_FOREVER), SG_OK);
	assert_memory_equal(far.told, "abc", 3);
	assert_int_equal(counts.spared, 1);
	sg_transport_close(t);
}

static void a_lie_in_a_packet_of_bytes_is_one_byte(void **state)
{
	static const char reading[6] = { 0x01, 0x32, 0x7f, 0x00, 0x33, 0x10 };
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("lie=1", reading, 6, 1, true, &counts);
	char said[64];
	size_t got;
	int other = 0;

	(void)state;
	assert_int_equal(sg_transport_read(t, said, sizeof(said), SG_NS_PER_S, &got), SG_OK);
	assert_int_equal(got, 6);
	for (int i = 0; i < 6; i++)
		other += said[i] != reading[i];
	assert_int_equal(other, 1);
	sg_transport_close(t);
}

static void delayed_comes_late_and_keeps_its_order(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("delay=1,delay_s=2", "a\n", 2, 1, false, &counts);
	char said[64];
	size_t got;

	(void)state;
	assert_int_equal(sg_transport_read(t, said, sizeof(said), SG_NS_PER_S, &got), SG_ERR_TIMEOUT);
	assert_true(far.now_ns == SG_NS_PER_S);
	assert_int_equal(sg_transport_read(t, said, sizeof(said), 9 * SG_NS_PER_S, &got), SG_OK);
	assert_true(far.now_ns == 2 * SG_NS_PER_S);
	/* and out of us: at the first call when its time has come */
	assert_int_equal(sg_transport_write(t, "x", 1, SG_FOREVER), SG_OK);
	assert_int_equal(far.writes, 0);
	assert_int_equal(sg_transport_read(t, said, sizeof(said), 5 * SG_NS_PER_S, &got), SG_ERR_TIMEOUT);
	assert_int_equal(far.writes, 1);
	assert_true(far.now_ns == 5 * SG_NS_PER_S);
	sg_transport_close(t);
}

static void a_full_buffer_of_delayed_writes_makes_the_writer_wait(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("delay=1,delay_s=2", "a\n", 2, 0, false, &counts);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(sg_transport_write(t, "x", 1, SG_NS_PER_S), SG_OK);
	assert_int_equal(sg_transport_write(t, "y", 1, SG_NS_PER_S), SG_ERR_UNCERTAIN);
	assert_true(far.now_ns == SG_NS_PER_S);
	assert_int_equal(sg_transport_write(t, "z", 1, 5 * SG_NS_PER_S), SG_OK);
	assert_true(far.now_ns == 2 * SG_NS_PER_S);
	assert_int_equal(far.writes, 4);
	sg_transport_close(t);
}

static void stalled_loses_nothing(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("stall=1,stall_s=7,way=instrument", "a\n", 2, 1, false, &counts);
	char said[64];
	size_t got;

	(void)state;
	assert_int_equal(sg_transport_write(t, "x", 1, SG_FOREVER), SG_OK);
	assert_int_equal(sg_transport_read(t, said, sizeof(said), 6 * SG_NS_PER_S, &got), SG_ERR_TIMEOUT);
	assert_int_equal(far.writes, 0);
	assert_int_equal(sg_transport_read(t, said, sizeof(said), 8 * SG_NS_PER_S, &got), SG_OK);
	assert_true(far.now_ns == 7 * SG_NS_PER_S);
	assert_int_equal(far.writes, 1);
	sg_transport_close(t);
}

static void disconnected_is_gone_for_good(void **state)
{
	struct sg_fault_counts counts;
	struct sg_transport *t = cable("disconnect=1", "a\n", 2, 1, false, &counts);
	char said[64];
	size_t got;

	(void)state;
	assert_int_equal(sg_transport_present(t), SG_OK);
	assert_int_equal(sg_transport_read(t, said, sizeof(said), SG_NS_PER_S, &got), SG_ERR_GONE);
	assert_int_equal(sg_transport_present(t), SG_ERR_GONE);
	assert_int_equal(sg_transport_write(t, "x", 1, SG_NS_PER_S), SG_ERR_GONE);
	assert_int_equal(sg_transport_read(t, said, sizeof(said), SG_NS_PER_S, &got), SG_ERR_GONE);
	assert_int_equal(far.writes, 0);
	sg_transport_close(t);
}

static void the_seed_decides(void **state)
{
	static char said[3][20000];
	struct sg_fault_counts counts[3];
	size_t length[3];
	static const char *const words[] = {
		"seed=5,drop=0.1,corrupt=0.1,duplicate=0.1,truncate=0.1,delay=0.1,lie=0.1",
		"seed=5,drop=0.1,corrupt=0.1,duplicate=0.1,truncate=0.1,delay=0.1,lie=0.1",
		"seed=6,drop=0.1,corrupt=0.1,duplicate=0.1,truncate=0.1,delay=0.1,lie=0.1",
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct sg_transport *t = cable(words[i], "a1b2c3\n", 7, 2000, false, &counts[i]);

		length[i] = read_all(t, said[i], sizeof(said[i]));
		assert_int_equal(counts[i].chunks, 2000);
		assert_in_range(sg_fault_total(&counts[i]), 1100, 1300);
		for (int k = 0; k < SG_FAULTS; k++) {
			if (k != SG_FAULT_STALL && k != SG_FAULT_DISCONNECT)
				assert_in_range(counts[i].hit[k], 140, 260);
		}
		sg_transport_close(t);
	}
	assert_int_equal(length[0], length[1]);
	assert_memory_equal(said[0], said[1], length[0]);
	assert_true(length[0] != length[2] || memcmp(said[0], said[2], length[0]) != 0);
}

static void addresses(void **state)
{
	char said[512];
	struct sg_text why;
	struct sg_uri uri;

	(void)state;
	sg_text_init(&why, said, sizeof(said));
	assert_int_equal(sg_uri_parse("faulty:seed=7,drop=1e-3,way=host:tcp:[fe80::1]:4001", &uri, &why), SG_OK);
	assert_true(uri.faulty);
	assert_int_equal(uri.kind, SG_URI_TCP);
	assert_string_equal(uri.path, "fe80::1");
	assert_int_equal(sg_uri_parse("tcp:x:1", &uri, &why), SG_OK);
	assert_false(uri.faulty);
	assert_string_equal(sg_faulty_inner("faulty:drop=1:sim:/a#b"), "sim:/a#b");
	assert_string_equal(sg_faulty_inner("sim:/a#b"), "sim:/a#b");
}

static void wrong_addresses_say_what_would_be_right(void **state)
{
	static const char *const wrong[][2] = {
		{ "faulty:dorp=1:sim:/a", "\"dorp\" is not understood" },
		{ "faulty:drop=2:sim:/a", "\"drop\" is not understood" },
		{ "faulty:drop=nan:sim:/a", "\"drop\" is not understood" },
		{ "faulty:drop:sim:/a", "\"drop\" is not understood" },
		{ "faulty:seed=-1:sim:/a", "\"seed\" is not understood" },
		{ "faulty:way=up:sim:/a", "\"way\" is not understood" },
		{ "faulty:drop=0.6,lie=0.6:sim:/a", "1.2 together" },
		{ "faulty:drop=1", "before the address of a port" },
		{ "faulty:drop=1:faulty:drop=1:sim:/a", "before the address of a port" },
		{ "faulty:drop=1:/dev/ttyACM0", "not an address" },
	};
	char said[1024];
	struct sg_text why;
	struct sg_uri uri;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		sg_text_init(&why, said, sizeof(said));
		assert_int_equal(sg_uri_parse(wrong[i][0], &uri, &why), SG_ERR_ARGUMENT);
		if (!strstr(said, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], said);
	}
}

static void counts_in_words(void **state)
{
	struct sg_fault_counts counts = { .chunks = 1200, .hit = { [SG_FAULT_DROP] = 2, [SG_FAULT_LIE] = 1 } };
	char said[128];
	struct sg_text text;

	(void)state;
	sg_text_init(&text, said, sizeof(said));
	sg_fault_say(&counts, &text);
	assert_string_equal(said, "3 of 1200 chunks: drop 2, lie 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_rate_nothing_changes),
		cmocka_unit_test(dropped_is_gone_both_ways),
		cmocka_unit_test(duplicated_comes_twice),
		cmocka_unit_test(one_bit_flips),
		cmocka_unit_test(truncated_is_a_first_part),
		cmocka_unit_test(a_lie_is_another_digit),
		cmocka_unit_test(a_lie_in_a_packet_of_bytes_is_one_byte),
		cmocka_unit_test(delayed_comes_late_and_keeps_its_order),
		cmocka_unit_test(a_full_buffer_of_delayed_writes_makes_the_writer_wait),
		cmocka_unit_test(stalled_loses_nothing),
		cmocka_unit_test(disconnected_is_gone_for_good),
		cmocka_unit_test(the_seed_decides),
		cmocka_unit_test(addresses),
		cmocka_unit_test(wrong_addresses_say_what_would_be_right),
		cmocka_unit_test(counts_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

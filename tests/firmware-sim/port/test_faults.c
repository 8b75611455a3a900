/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port/line.h"
#include "text/keys.h"

#define SECOND_NS INT64_C(1000000000)
#define CHUNKS 10000

static struct fw_fault_options options_from(const char *text)
{
	struct fw_fault_options options;
	char why[200] = "";
	size_t count;
	const struct fw_key *keys = fw_fault_keys(&count);

	fw_fault_options_default(&options);
	if (!fw_keys_parse(keys, count, text, &options, why, sizeof(why)))
		fail_msg("%s", why);
	return options;
}

static struct fw_line *line_of(const struct fw_fault_options *options, uint64_t seed)
{
	struct fw_line *line = malloc(sizeof(*line));

	assert_non_null(line);
	fw_line_init(line, options, FW_TO_HOST, seed, 0);
	return line;
}

static void push_text(struct fw_line *line, const char *text, int64_t now_ns)
{
	fw_line_push(line, text, strlen(text), now_ns);
}

/** What has come out by now_ns, joined. */
static const char *out_of(struct fw_line *line, int64_t now_ns)
{
	static char text[256];
	const uint8_t *bytes;
	size_t used = 0;
	size_t length;

	while (fw_line_pop(line, now_ns, &bytes, &length)) {
		assert_true(used + length < sizeof(text));
		memcpy(text + used, bytes, length);
		used += length;
	}
	text[used] = '\0';
	return text;
}

static void carries_everything_at_once_without_faults(void **state)
{
	struct fw_fault_options options = options_from("");
	struct fw_line *line = line_of(&options, 1);

	(void)state;
	assert_true(fw_line_next_ns(line) == INT64_MAX);
	push_text(line, "one\n", 7);
	push_text(line, "two\n", 7);
	assert_true(fw_line_next_ns(line) == 7);
	assert_string_equal(out_of(line, 6), "");
	assert_string_equal(out_of(line, 7), "one\ntwo\n");
	free(line);
}

static void keeps_the_rate_of_the_line(void **state)
{
	struct fw_fault_options options = options_from("rate_bytes_s=960");
	struct fw_line *line = line_of(&options, 1);

	(void)state;
	for (int i = 0; i < 96; i++)
		push_text(line, "0123456789", 0);
	for (int i = 1; i <= 96; i++) {
		assert_true(llabs(fw_line_next_ns(line) - i * SECOND_NS / 96) < 100);
		assert_string_equal(out_of(line, fw_line_next_ns(line)), "0123456789");
	}
	free(line);
}

static void delays_and_keeps_the_order(void **state)
{
	struct fw_fault_options options = options_from("delay=1,delay_s=2");
	struct fw_line *line = line_of(&options, 1);

	(void)state;
	push_text(line, "a", 0);
	options.delay = 0.0;
	push_text(line, "b", SECOND_NS);
	assert_string_equal(out_of(line, 2 * SECOND_NS - 1), "");
	assert_string_equal(out_of(line, 2 * SECOND_NS), "ab");
	assert_true(line->faults.counts.delayed == 1);
	free(line);
}

static void stands_still_for_a_while(void **state)
{
	struct fw_fault_options options = options_from("stall_at_s=10,stall_s=5");
	struct fw_line *line = line_of(&options, 1);

	(void)state;
	push_text(line, "a", 9 * SECOND_NS);
	assert_string_equal(out_of(line, 9 * SECOND_NS), "a");
	push_text(line, "b", 11 * SECOND_NS);
	assert_string_equal(out_of(line, 15 * SECOND_NS - 1), "");
	assert_string_equal(out_of(line, 15 * SECOND_NS), "b");
	push_text(line, "c", 16 * SECOND_NS);
	assert_string_equal(out_of(line, 16 * SECOND_NS), "c");
	assert_true(line->faults.counts.stalled == 1);
	free(line);
}

static void drops_truncates_duplicates_and_corrupts(void **state)
{
	struct fw_fault_options drop = options_from("drop=1");
	struct fw_fault_options truncate = options_from("truncate=1");
	struct fw_fault_options duplicate = options_from("duplicate=1");
	struct fw_fault_options corrupt = options_from("corrupt=1");
	struct fw_line *line = line_of(&drop, 1);
	const char *bent;
	int bits = 0;

	(void)state;
	push_text(line, "12345678", 0);
	assert_string_equal(out_of(line, 0), "");
	fw_line_init(line, &truncate, FW_TO_HOST, 1, 0);
	push_text(line, "12345678", 0);
	assert_string_equal(out_of(line, 0), "1234");
	fw_line_init(line, &duplicate, FW_TO_HOST, 1, 0);
	push_text(line, "1234", 0);
	assert_string_equal(out_of(line, 0), "12341234");
	fw_line_init(line, &corrupt, FW_TO_HOST, 1, 0);
	push_text(line, "1234", 0);
	bent = out_of(line, 0);
	for (int i = 0; i < 4; i++)
		bits += __builtin_popcount((unsigned)(unsigned char)bent[i] ^
					   (unsigned)(unsigned char)"1234"[i]);
	assert_int_equal(bits, 1);
	free(line);
}

static void strikes_as_often_as_asked(void **state)
{
	struct fw_fault_options options =
		options_from("drop=0.01,corrupt=0.02,duplicate=0.03,truncate=0.04,delay=0.05");
	struct fw_line *line = line_of(&options, 7);
	const struct fw_fault_counts *counts = &line->faults.counts;

	(void)state;
	for (int i = 0; i < CHUNKS; i++) {
		push_text(line, "0123456789", i * SECOND_NS);
		out_of(line, i * SECOND_NS);
	}
	assert_true(counts->chunks == CHUNKS);
	assert_in_range(counts->dropped, 70, 130);
	assert_in_range(counts->corrupted, 150, 250);
	assert_in_range(counts->duplicated, 240, 360);
	assert_in_range(counts->truncated, 330, 470);
	assert_in_range(counts->delayed, 420, 580);
	free(line);
}

static void does_the_same_for_the_same_seed(void **state)
{
	struct fw_fault_options options = options_from("drop=0.3,corrupt=0.3,truncate=0.3");
	struct fw_line *one = line_of(&options, 5);
	struct fw_line *two = line_of(&options, 5);
	char first[256];

	(void)state;
	for (int i = 0; i < 500; i++) {
		push_text(one, "0123456789", i);
		push_text(two, "0123456789", i);
		strcpy(first, out_of(one, i));
		assert_string_equal(first, out_of(two, i));
	}
	free(one);
	free(two);
}

static void disturbs_only_the_direction_asked_for(void **state)
{
	struct fw_fault_options options = options_from("drop=1,direction=in");
	struct fw_line *line = line_of(&options, 1);

	(void)state;
	push_text(line, "x", 0);
	assert_string_equal(out_of(line, 0), "x");
	fw_line_init(line, &options, FW_TO_INSTRUMENT, 1, 0);
	push_text(line, "x", 0);
	assert_string_equal(out_of(line, 0), "");
	free(line);
}

static void loses_and_counts_what_does_not_fit(void **state)
{
	struct fw_fault_options options = options_from("delay=1,delay_s=1000");
	struct fw_line *line = line_of(&options, 1);
	static uint8_t bytes[3000];
	const uint8_t *out;
	uint64_t carried = 0;
	size_t length;

	(void)state;
	for (int i = 0; i < 100; i++)
		fw_line_push(line, bytes, sizeof(bytes), 0);
	while (fw_line_pop(line, 1000 * SECOND_NS, &out, &length))
		carried += length;
	assert_true(carried == 87 * 3000);
	assert_true(line->lost_bytes == 13 * 3000);
	free(line);
}

static void keeps_bytes_right_while_never_empty(void **state)
{
	struct fw_fault_options options = options_from("");
	struct fw_line *line = line_of(&options, 1);
	uint8_t chunk[1000];
	const uint8_t *out;
	size_t length;

	(void)state;
	memset(chunk, 0, sizeof(chunk));
	fw_line_push(line, chunk, sizeof(chunk), 0);
	for (int i = 1; i < 2000; i++) {
		memset(chunk, i & 0xff, sizeof(chunk));
		fw_line_push(line, chunk, sizeof(chunk), 0);
		assert_true(fw_line_pop(line, 0, &out, &length));
		assert_int_equal(length, sizeof(chunk));
		assert_int_equal(out[0], (i - 1) & 0xff);
		assert_int_equal(out[999], (i - 1) & 0xff);
	}
	assert_true(line->lost_bytes == 0);
	free(line);
}

static void assert_next(struct fw_line *line, const void *bytes, size_t length)
{
	const uint8_t *out;
	size_t got;

	assert_true(fw_line_pop(line, 0, &out, &got));
	assert_int_equal(got, length);
	assert_memory_equal(out, bytes, length);
}

static void a_line_of_packets_keeps_their_boundaries_and_the_empty_ones(void **state)
{
	struct fw_fault_options options = options_from("");
	struct fw_line line;
	uint8_t long_one[100];
	const uint8_t *out;
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(long_one); i++)
		long_one[i] = (uint8_t)i;
	fw_line_init(&line, &options, FW_TO_INSTRUMENT, 1, 64);
	fw_line_push(&line, "ADCREAD", 7, 0);
	fw_line_push(&line, "", 0, 0);
	fw_line_push(&line, long_one, sizeof(long_one), 0);
	assert_next(&line, "ADCREAD", 7);
	assert_next(&line, "", 0);
	assert_next(&line, long_one, 64);
	assert_next(&line, long_one + 64, 36);
	assert_false(fw_line_pop(&line, 0, &out, &length));
	/* A stream has no empty chunks. */
	fw_line_init(&line, &options, FW_TO_INSTRUMENT, 1, 0);
	fw_line_push(&line, "", 0, 0);
	assert_false(fw_line_pop(&line, 0, &out, &length));
}

static void packets_are_lost_and_doubled_whole(void **state)
{
	struct fw_fault_options drop = options_from("drop=1");
	struct fw_fault_options twice = options_from("duplicate=1");
	struct fw_line line;
	const uint8_t *out;
	size_t length;

	(void)state;
	fw_line_init(&line, &drop, FW_TO_HOST, 1, 64);
	fw_line_push(&line, "OK", 2, 0);
	fw_line_push(&line, "", 0, 0);
	assert_false(fw_line_pop(&line, 0, &out, &length));
	fw_line_init(&line, &twice, FW_TO_HOST, 1, 64);
	fw_line_push(&line, "OK", 2, 0);
	assert_next(&line, "OK", 2);
	assert_next(&line, "OK", 2);
	assert_false(fw_line_pop(&line, 0, &out, &length));
}

static void loses_what_is_on_its_way_when_the_cable_is_pulled(void **state)
{
	struct fw_fault_options options = options_from("hangup=1,delay=1");
	struct fw_line *line = line_of(&options, 1);

	(void)state;
	push_text(line, "12345", 0);
	assert_true(line->faults.hangup_wanted);
	fw_line_clear(line);
	assert_true(fw_line_next_ns(line) == INT64_MAX);
	assert_true(line->lost_bytes == 5);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_everything_at_once_without_faults),
		cmocka_unit_test(keeps_the_rate_of_the_line),
		cmocka_unit_test(delays_and_keeps_the_order),
		cmocka_unit_test(stands_still_for_a_while),
		cmocka_unit_test(drops_truncates_duplicates_and_corrupts),
		cmocka_unit_test(strikes_as_often_as_asked),
		cmocka_unit_test(does_the_same_for_the_same_seed),
		cmocka_unit_test(disturbs_only_the_direction_asked_for),
		cmocka_unit_test(loses_and_counts_what_does_not_fit),
		cmocka_unit_test(keeps_bytes_right_while_never_empty),
		cmocka_unit_test(a_line_of_packets_keeps_their_boundaries_and_the_empty_ones),
		cmocka_unit_test(packets_are_lost_and_doubled_whole),
		cmocka_unit_test(loses_what_is_on_its_way_when_the_cable_is_pulled),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}

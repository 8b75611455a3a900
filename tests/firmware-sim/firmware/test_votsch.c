/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/votsch.h"
#include "plant/chamber.h"

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)

/** A chamber on a desk: what it said since the last question, and when it said it last. */
struct desk {
	struct fw_chamber *chamber;
	void *firmware;
	int64_t now_ns;
	int64_t heard_ns;
	size_t length;
	char heard[1024];
};

static void hear(void *ctx, const void *bytes, size_t length)
{
	struct desk *desk = ctx;

	assert_true(desk->length + length < sizeof(desk->heard));
	memcpy(desk->heard + desk->length, bytes, length);
	desk->length += length;
	desk->heard[desk->length] = '\0';
	desk->heard_ns = desk->now_ns;
}

static struct desk *desk_with(const char *model, const char *options)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct fw_chamber_options quiet;
	struct fw_setup setup = { .model = model, .options = options };
	const char *why = NULL;

	assert_non_null(desk);
	fw_chamber_options_default(&quiet);
	quiet.noise_k = 0.0;
	desk->chamber = fw_chamber_new(&quiet, 1);
	setup.chamber = desk->chamber;
	setup.sink = (struct fw_sink){ desk, hear, NULL };
	desk->firmware = fw_votsch.create(&setup, 0, &why);
	if (!desk->firmware)
		fail_msg("%s", why);
	return desk;
}

static void clear(struct desk *desk)
{
	fw_votsch.destroy(desk->firmware);
	fw_chamber_free(desk->chamber);
	free(desk);
}

static void pass(struct desk *desk, int64_t duration_ns)
{
	int64_t until_ns = desk->now_ns + duration_ns;

	while (fw_votsch.next_ns(desk->firmware) <= until_ns) {
		desk->now_ns = fw_votsch.next_ns(desk->firmware);
		fw_votsch.run(desk->firmware, desk->now_ns);
	}
	desk->now_ns = until_ns;
}

/** Send and give it two seconds; returns what came. */
static const char *ask_bytes(struct desk *desk, const void *bytes, size_t length)
{
	desk->length = 0;
	desk->heard[0] = '\0';
	fw_votsch.receive(desk->firmware, bytes, length, desk->now_ns);
	pass(desk, 2 * SECOND_NS);
	return desk->heard;
}

static const char *ask(struct desk *desk, const char *text)
{
	return ask_bytes(desk, text, strlen(text));
}

static bool report_has(struct desk *desk, const char *part)
{
	char text[2048] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	bool has;

	assert_non_null(out);
	fw_votsch.report(desk->firmware, out);
	fclose(out);
	has = strstr(text, part) != NULL;
	if (!has)
		print_message("%s\n", text);
	return has;
}

static void answers_five_pairs_and_sixteen_bits(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	assert_string_equal(ask(desk, "$00I\r"),
			    "0025.0 0025.0 0000.0 0025.0 0000.0 0025.0 0000.0 0025.0 0000.0 0025.0 "
			    "0000000000000000\r");
	clear(desk);
}

static void takes_a_set_point_with_the_temperature_bit(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	assert_string_equal(
		ask(desk, "$00E -025.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r"), "0\r");
	assert_true(fw_chamber_is_running(desk->chamber));
	assert_true(fabs(fw_chamber_nominal(desk->chamber) - 248.15) < 1e-9);
	assert_memory_equal(ask(desk, "$00I\r"), "-025.0 002", 10);
	assert_non_null(strstr(desk->heard, " 0101000000000000\r"));
	pass(desk, 7200 * SECOND_NS);
	assert_memory_equal(ask(desk, "$00I\r"), "-025.0 -025.0 0000.0 -025.0 ", 28);
	clear(desk);
}

static void ignores_a_set_point_without_the_temperature_bit(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	ask(desk, "$00E 0060.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	assert_string_equal(
		ask(desk, "$00E 0040.0 0000.0 0000.0 0000.0 0000.0 0100000000000000\r"), "0\r");
	assert_memory_equal(ask(desk, "$00I\r"), "0060.0", 6);
	assert_false(fw_chamber_is_running(desk->chamber));
	clear(desk);
}

static void keeps_its_set_point_beyond_the_limits(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	ask(desk, "$00E 0132.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	assert_string_equal(
		ask(desk, "$00E 0132.1 0000.0 0000.0 0000.0 0000.0 0101000000000000\r"), "0\r");
	ask(desk, "$00E -045.1 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	assert_memory_equal(ask(desk, "$00I\r"), "0132.0", 6);
	assert_true(report_has(desk, "\"beyond_limits\":2"));
	clear(desk);
}

static void answers_its_own_address_only(void **state)
{
	struct desk *desk = desk_with(NULL, "address=07");

	(void)state;
	assert_string_equal(ask(desk, "$00I\r"), "");
	assert_string_equal(ask(desk, "$07Q\r"), "00\r");
	assert_true(report_has(desk, "\"other_address\":1"));
	clear(desk);
}

static void speaks_after_its_response_time_and_never_unasked(void **state)
{
	struct desk *desk = desk_with(NULL, "response_ms=120");

	(void)state;
	pass(desk, 3600 * SECOND_NS);
	assert_int_equal(desk->length, 0);
	ask(desk, "$00Q\r");
	assert_true(desk->heard_ns == 3600 * SECOND_NS + 120 * MS_NS);
	clear(desk);
}

static void takes_cr_lf_and_single_bytes(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);
	const char *text = "$00Q\r\n$00Q\r\n";

	(void)state;
	for (; *text; text++) {
		fw_votsch.receive(desk->firmware, (const uint8_t *)text, 1, desk->now_ns);
		pass(desk, 10 * MS_NS);
	}
	pass(desk, SECOND_NS);
	assert_string_equal(desk->heard, "00\r00\r");
	clear(desk);
}

static void speaks_ten_numbers_on_the_later_unit(void **state)
{
	struct desk *desk = desk_with("vt4002-ten", NULL);

	(void)state;
	assert_string_equal(ask(desk, "$01E 0035.0 0080.0 0027.5 0000.0 0027.0 -191.3 0000.0 -191.3 "
				      "0025.5 -191.3 0111000000000000\r\n"),
			    "0\r");
	assert_memory_equal(ask(desk, "$01I\r\n"), "0035.0 ", 7);
	assert_non_null(strstr(desk->heard, " 0080.0 0027.5 0000.0 0027.0 -191.3 0000.0 -191.3 "
					    "0025.5 0101000000000000\r"));
	assert_true(fw_chamber_is_running(desk->chamber));
	/* E with a number alone stops it. */
	assert_string_equal(ask(desk, "$01E 0035.0\r\n"), "0\r");
	assert_false(fw_chamber_is_running(desk->chamber));
	/* The old layout's five numbers are not its own. */
	assert_string_equal(
		ask(desk, "$01E 0060.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r"), "");
	clear(desk);
}

static void reports_and_acknowledges_errors_one_by_one(void **state)
{
	struct desk *desk = desk_with(NULL, "error_at_s=100,error=1,error_count=2");

	(void)state;
	ask(desk, "$00E 0060.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	pass(desk, 100 * SECOND_NS);
	assert_false(fw_chamber_is_running(desk->chamber));
	ask(desk, "$00I\r");
	assert_non_null(strstr(desk->heard, " 0011000000000000\r"));
	assert_string_equal(ask(desk, "$00F\r"), "01 temp. limiter space/fan........\r");
	assert_string_equal(ask(desk, "$00Q\r"), "01\r");
	ask(desk, "$00E 0060.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	assert_false(fw_chamber_is_running(desk->chamber));
	assert_string_equal(ask(desk, "$00F\r"), "02 software specimen protection...\r");
	assert_string_equal(ask(desk, "$00Q\r"), "00\r");
	assert_string_equal(ask(desk, "$00Q\r"), "00\r");
	ask(desk, "$00E 0060.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	assert_true(fw_chamber_is_running(desk->chamber));
	clear(desk);
}

static void heats_no_faster_than_its_gradient(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	assert_string_equal(ask(desk, "$00U 0000.5 0000.5 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 "
				      "0000.0 0000.0\r"),
			    "0\r");
	ask(desk, "$00E 0060.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r");
	pass(desk, 1200 * SECOND_NS);
	ask(desk, "$00I\r");
	assert_true(fw_chamber_air(desk->chamber) < 298.15 + 10.1);
	assert_true(fw_chamber_air(desk->chamber) > 298.15 + 7.0);
	clear(desk);
}

static void accepts_a_program_it_does_not_have(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	assert_string_equal(ask(desk, "$00P0012\r"), "0\r");
	assert_string_equal(ask(desk, "$00P0000\r"), "0\r");
	assert_true(report_has(desk, "\"programs_asked\":1"));
	clear(desk);
}

static void is_silent_to_what_it_cannot_read(void **state)
{
	static const char *const bad[] = {
		"\r", "I\r", "$\r", "$00\r", "$00i\r", "$00X\r", "$00II\r", "$00E\r", "00I\r",
		"$00E 0025.0 0000.0 0000.0 0000.0 0000.0 010100000000000\r",
		"$00E 0025.0 0000.0 0000.0 0000.0 0000.0 01010000000000000\r",
		"$00E 0025.0 0000.0 0000.0 0000.0 0000.0 0102000000000000\r",
		"$00E 25.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r",
		"$00E 0025,0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r",
		"$00E 0025.00000.0 0000.0 0000.0 0000.0 0101000000000000\r",
		"$00E 0025.0 0000.0 0000.0 0000.0 0101000000000000\r",
		"$00E +025.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r",
		"$00U 0001.0 0001.0\r", "$00P12\r", "$00P001x\r",
	};
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (*ask(desk, bad[i]))
			fail_msg("it answered %s", bad[i]);
	}
	assert_false(fw_chamber_is_running(desk->chamber));
	assert_string_equal(ask(desk, "$00Q\r"), "00\r");
	clear(desk);
}

static void survives_garbage(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);
	static uint8_t flood[100000];
	unsigned x = 12345;

	(void)state;
	memset(flood, 'x', sizeof(flood));
	ask_bytes(desk, flood, sizeof(flood));
	ask(desk, "\r");
	for (size_t i = 0; i < sizeof(flood); i++) {
		x = x * 1103515245U + 12345U;
		flood[i] = (uint8_t)(x >> 16);
	}
	ask_bytes(desk, flood, sizeof(flood));
	ask_bytes(desk, "$00I\0\r", 6);
	assert_int_equal(desk->length, 0);
	assert_string_equal(ask(desk, "\r$00Q\r"), "00\r");
	clear(desk);
}

static void loses_what_comes_too_fast(void **state)
{
	struct desk *desk = desk_with(NULL, NULL);

	(void)state;
	for (int i = 0; i < 20; i++)
		fw_votsch.receive(desk->firmware, (const uint8_t *)"$00Q\r", 5, 0);
	pass(desk, SECOND_NS);
	assert_int_equal(desk->length, 8 * 3);
	assert_true(report_has(desk, "\"too_many_at_once\":12"));
	clear(desk);
}

static void refuses_a_wrong_setup(void **state)
{
	struct fw_setup setup = { .model = "vt9000" };
	struct fw_chamber *chamber = fw_chamber_new(NULL, 1);
	const char *why = NULL;

	(void)state;
	setup.chamber = chamber;
	assert_null(fw_votsch.create(&setup, 0, &why));
	assert_non_null(strstr(why, "vt4002-ten"));
	setup.model = NULL;
	setup.options = "adress=01";
	assert_null(fw_votsch.create(&setup, 0, &why));
	assert_non_null(strstr(why, "address=00..99"));
	setup.options = "address=1";
	assert_null(fw_votsch.create(&setup, 0, &why));
	setup.options = NULL;
	setup.chamber = NULL;
	assert_null(fw_votsch.create(&setup, 0, &why));
	fw_chamber_free(chamber);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_five_pairs_and_sixteen_bits),
		cmocka_unit_test(takes_a_set_point_with_the_temperature_bit),
		cmocka_unit_test(ignores_a_set_point_without_the_temperature_bit),
		cmocka_unit_test(keeps_its_set_point_beyond_the_limits),
		cmocka_unit_test(answers_its_own_address_only),
		cmocka_unit_test(speaks_after_its_response_time_and_never_unasked),
		cmocka_unit_test(takes_cr_lf_and_single_bytes),
		cmocka_unit_test(speaks_ten_numbers_on_the_later_unit),
		cmocka_unit_test(reports_and_acknowledges_errors_one_by_one),
		cmocka_unit_test(heats_no_faster_than_its_gradient),
		cmocka_unit_test(accepts_a_program_it_does_not_have),
		cmocka_unit_test(is_silent_to_what_it_cannot_read),
		cmocka_unit_test(survives_garbage),
		cmocka_unit_test(loses_what_comes_too_fast),
		cmocka_unit_test(refuses_a_wrong_setup),
	};

	return cmocka_run_group_tests_name("votsch", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The Voetsch codec, table by table. Vectors are in tests/vectors/votsch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "wire/votsch.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* 25.0 set, 24.9 actual, bits 1 and 3. */
#define GOOD "0025.0 0024.9 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0101000000000000"
#define ZEROS " 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0"

struct request {
	char storage[SG_VOTSCH_REQUEST_SIZE];
	struct sg_text text;
};

static struct sg_text *fresh(struct request *request)
{
	sg_text_init(&request->text, request->storage, sizeof(request->storage));
	sg_text_add(&request->text, "left over");
	return &request->text;
}

static struct sg_votsch_values values_of(const char *line)
{
	struct sg_votsch_values values;

	assert_int_equal(sg_votsch_read_values(line, strlen(line), &values), SG_OK);
	return values;
}

/* ---- requests ---- */

static void questions_have_two_digits_of_address(void **state)
{
	struct request r;

	(void)state;
	assert_int_equal(sg_votsch_ask(7, 'I', fresh(&r)), SG_OK);
	assert_string_equal(r.storage, "$07I\r");
	assert_int_equal(sg_votsch_ask(99, 'F', fresh(&r)), SG_OK);
	assert_string_equal(r.storage, "$99F\r");
	assert_int_equal(sg_votsch_program(0, 9999, fresh(&r)), SG_OK);
	assert_string_equal(r.storage, "$00P9999\r");
}

static void what_cannot_be_written_leaves_nothing_to_send(void **state)
{
	static const int32_t too_hot[SG_VOTSCH_NUMBERS] = { 0, 100000 };
	static const int32_t too_cold[] = { -10000 };
	const struct sg_votsch_values latest = { .bits = 0 };
	struct request r;

	(void)state;
	assert_int_equal(sg_votsch_ask(100, 'I', fresh(&r)), SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
	assert_int_equal(sg_votsch_ask(0, 'E', fresh(&r)), SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
	assert_int_equal(sg_votsch_write(0, too_cold, 1, 0, fresh(&r)), SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
	assert_int_equal(sg_votsch_write(0, too_cold, 0, 0, fresh(&r)), SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
	assert_int_equal(sg_votsch_gradients(0, too_hot, fresh(&r)), SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
	assert_int_equal(sg_votsch_program(0, 10000, fresh(&r)), SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
	assert_int_equal(sg_votsch_command(sg_votsch_model("vt4002-ten"), 100, &latest, 0, false, fresh(&r)),
			 SG_ERR_ARGUMENT);
	assert_string_equal(r.storage, "");
}

static void a_request_that_does_not_fit_is_not_cut_off(void **state)
{
	const int32_t tenths[5] = { 250 };
	char small[12];
	struct sg_text out;

	(void)state;
	sg_text_init(&out, small, sizeof(small));
	assert_int_equal(sg_votsch_write(0, tenths, 5, 0, &out), SG_ERR_ARGUMENT);
	assert_string_equal(small, "");
}

static void numbers_are_spelled_with_six_characters(void **state)
{
	static const struct {
		int32_t tenths;
		const char *spelled;
	} rows[] = {
		{ 0, "$00E 0000.0 0000000000000000\r" },     { 5, "$00E 0000.5 0000000000000000\r" },
		{ -5, "$00E -000.5 0000000000000000\r" },    { -10, "$00E -001.0 0000000000000000\r" },
		{ 1320, "$00E 0132.0 0000000000000000\r" },  { -450, "$00E -045.0 0000000000000000\r" },
		{ 99999, "$00E 9999.9 0000000000000000\r" }, { -9999, "$00E -999.9 0000000000000000\r" },
	};
	struct request r;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		assert_int_equal(sg_votsch_write(0, &rows[i].tenths, 1, 0, fresh(&r)), SG_OK);
		assert_string_equal(r.storage, rows[i].spelled);
	}
}

static void a_command_changes_start_and_temperature_and_carries_the_rest(void **state)
{
	static const struct {
		const char *legend;
		const char *model;
		const char *latest;
		int32_t tenths;
		bool run;
		const char *sent;
	} rows[] = {
		{ "a stopped chamber is started", "vt4002",
		  "0010.0 0022.0" ZEROS " 0000000000000000", 250, true,
		  "$00E 0025.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r" },
		{ "nominal values of the other pairs are repeated, actual ones are not", "vt4002",
		  "0010.0 0022.0 0001.0 0009.0 0002.0 0009.0 0003.0 0009.0 -004.0 0009.0 0000000000000000", 600, true,
		  "$00E 0060.0 0001.0 0002.0 0003.0 -004.0 0101000000000000\r" },
		{ "outputs stay, inputs and the fixed bit are written as 0", "vt4002",
		  "0010.0 0022.0" ZEROS " 1111111111111111", 250, true,
		  "$00E 0025.0 0000.0 0000.0 0000.0 0000.0 0101111110000111\r" },
		{ "to stop, both bits go and the outputs stay", "vt4002",
		  "0010.0 0022.0" ZEROS " 1111111111111111", 100, false,
		  "$00E 0010.0 0000.0 0000.0 0000.0 0000.0 0000111110000111\r" },
		{ "ten numbers as the client of that unit sends them", "vt4002-ten",
		  "0025.0 0024.9 0080.0 0027.5 0000.0 0027.0 -191.3 0000.0 -191.3 0025.5 0111000000000000", 350, true,
		  "$00E 0035.0 0080.0 0027.5 0000.0 0027.0 -191.3 0000.0 -191.3 0025.5 -191.3 0111000000000000\r" },
		{ "ten numbers: the set-point alone stops", "vt4002-ten",
		  "0025.0 0024.9 0080.0 0027.5 0000.0 0027.0 -191.3 0000.0 -191.3 0025.5 0111000000000000", 250, false,
		  "$00E 0025.0\r" },
	};
	struct request r;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct sg_votsch_values latest = values_of(rows[i].latest);

		print_message("  %s\n", rows[i].legend);
		assert_int_equal(sg_votsch_command(sg_votsch_model(rows[i].model), 0, &latest, rows[i].tenths,
						   rows[i].run, fresh(&r)), SG_OK);
		assert_string_equal(r.storage, rows[i].sent);
	}
}

/* ---- replies ---- */

static void a_reply_is_read_by_the_width_of_its_numbers(void **state)
{
	static const char *const same[] = {
		"0025.0 -000.5 0001.0 0002.0 0003.0 0004.0 0005.0 0006.0 0007.0 9999.9 0111000000000001",
		"0025.0-000.5 0001.00002.0 0003.00004.0 0005.00006.0 0007.09999.9 0111000000000001",
		"0025.0-000.50001.00002.00003.00004.00005.00006.00007.09999.9 0111000000000001",
	};

	(void)state;
	for (size_t i = 0; i < ROWS(same); i++) {
		const struct sg_votsch_values v = values_of(same[i]);

		assert_int_equal(v.tenths[0], 250);
		assert_int_equal(v.tenths[1], -5);
		for (int k = 2; k < 9; k++)
			assert_int_equal(v.tenths[k], (k - 1) * 10);
		assert_int_equal(v.tenths[9], 99999);
		assert_int_equal(v.bits, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 15);
		assert_true(sg_votsch_has(&v, SG_VOTSCH_ERROR));
	}
}

static void refuses_a_reply_with_anything_out_of_place(void **state)
{
	static const struct {
		const char *legend;
		const char *line;
	} rows[] = {
		{ "nothing", "" },
		{ "an acknowledgement", "0" },
		{ "a blank before the first number", " " GOOD },
		{ "a blank after the last bit", GOOD " " },
		{ "two blanks between numbers", "0025.0  0024.9" ZEROS " 0101000000000000" },
		{ "two blanks before the bits", "0025.0 0024.9" ZEROS "  0101000000000000" },
		{ "no blank before the bits", "0025.0 0024.9" ZEROS "0101000000000000" },
		{ "a plus", "+025.0 0024.9" ZEROS " 0101000000000000" },
		{ "two signs", "--25.0 0024.9" ZEROS " 0101000000000000" },
		{ "a comma", "0025,0 0024.9" ZEROS " 0101000000000000" },
		{ "a point one to the left", "002.50 0024.9" ZEROS " 0101000000000000" },
		{ "a number of seven characters", "00025.0 0024.9" ZEROS " 0101000000000000" },
		{ "eleven numbers", "0025.0 0024.9 0000.0" ZEROS " 0101000000000000" },
		{ "nine numbers", "0025.0 0024.9 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0000.0 0101000000000000" },
		{ "an error text", "01 software test spec.protection.." },
	};
	struct sg_votsch_values v;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		print_message("  %s\n", rows[i].legend);
		memset(&v, 0xEE, sizeof(v));
		assert_int_equal(sg_votsch_read_values(rows[i].line, strlen(rows[i].line), &v), SG_ERR_FRAME);
		assert_int_equal(v.bits, 0xEEEE); /* nothing was written */
	}
	assert_int_equal(sg_votsch_read_values(GOOD, strlen(GOOD), &v), SG_OK);
}

static void every_shorter_reply_is_refused(void **state)
{
	struct sg_votsch_values v;

	(void)state;
	for (size_t length = 0; length < strlen(GOOD); length++)
		assert_int_equal(sg_votsch_read_values(GOOD, length, &v), SG_ERR_FRAME);
}

static void values_that_cannot_be_true_are_told(void **state)
{
	static const struct {
		const char *line;
		enum sg_err err;
	} rows[] = {
		{ "-045.0 0024.9" ZEROS " 0101000000000000", SG_OK },
		{ "0132.0 0024.9" ZEROS " 0101000000000000", SG_OK },
		{ "-045.1 0024.9" ZEROS " 0101000000000000", SG_ERR_VALUE },
		{ "0132.1 0024.9" ZEROS " 0101000000000000", SG_ERR_VALUE },
		{ "0025.0 -085.0" ZEROS " 0101000000000000", SG_OK },
		{ "0025.0 0172.0" ZEROS " 0101000000000000", SG_OK },
		{ "0025.0 -085.1" ZEROS " 0101000000000000", SG_ERR_VALUE },
		{ "0025.0 0172.1" ZEROS " 0101000000000000", SG_ERR_VALUE },
		{ "0025.0 -191.3" ZEROS " 0101000000000000", SG_ERR_VALUE }, /* open sensor */
	};
	char storage[160];
	struct sg_text why;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct sg_votsch_values v = values_of(rows[i].line);

		print_message("  %.13s\n", rows[i].line);
		sg_text_init(&why, storage, sizeof(storage));
		assert_int_equal(sg_votsch_check(sg_votsch_model(NULL), &v, &why), rows[i].err);
		assert_int_equal(why.length != 0, rows[i].err != SG_OK);
	}
}

static void running_needs_the_start_bit_and_where_it_is_defined_the_temperature_bit(void **state)
{
	static const struct {
		uint16_t bits;
		bool five;
		bool ten;
	} rows[] = {
		{ 0, false, false },
		{ 1u << 1, false, true },
		{ 1u << 3, false, false },
		{ 1u << 1 | 1u << 3, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct sg_votsch_values v = { .bits = rows[i].bits };

		assert_int_equal(sg_votsch_running(sg_votsch_model("vt4002"), &v), rows[i].five);
		assert_int_equal(sg_votsch_running(sg_votsch_model("vt4002-ten"), &v), rows[i].ten);
	}
}

static void small_replies_are_read_to_their_last_character(void **state)
{
	static const char text[] = "03 high pressure                  ";
	struct sg_votsch_error error = { .number = 77 };
	unsigned count = 77;

	(void)state;
	assert_int_equal(sg_votsch_read_error(text, strlen(text), &error), SG_OK);
	assert_int_equal(error.number, 3);
	assert_string_equal(error.text, text + 3);
	error.number = 77;
	for (size_t length = 0; length < strlen(text); length++)
		assert_int_equal(sg_votsch_read_error(text, length, &error), SG_ERR_FRAME);
	assert_int_equal(sg_votsch_read_error("03-high pressure                  ", 34, &error), SG_ERR_FRAME);
	assert_int_equal(error.number, 77);

	assert_int_equal(sg_votsch_read_count("12", 2, &count), SG_OK);
	assert_int_equal(count, 12);
	assert_int_equal(sg_votsch_read_count("1", 1, &count), SG_ERR_FRAME);
	assert_int_equal(sg_votsch_read_count("123", 3, &count), SG_ERR_FRAME);

	assert_int_equal(sg_votsch_read_accepted("0", 1), SG_OK);
	assert_int_equal(sg_votsch_read_accepted("00", 2), SG_ERR_FRAME);
	assert_int_equal(sg_votsch_read_accepted("", 0), SG_ERR_FRAME);
}

/* ---- framing ---- */

static enum sg_votsch_frame feed(struct sg_votsch_framer *framer, const char *bytes, size_t *consumed)
{
	return sg_votsch_frame(framer, (const uint8_t *)bytes, strlen(bytes), consumed);
}

static void lines_end_with_cr_and_line_feeds_before_them_do_not_count(void **state)
{
	struct sg_votsch_framer framer = { .length = 0 };
	size_t consumed = 0;

	(void)state;
	assert_int_equal(feed(&framer, "0\r\n00\r\n", &consumed), SG_VOTSCH_LINE);
	assert_string_equal(framer.line, "0");
	assert_int_equal(consumed, 2);
	assert_int_equal(feed(&framer, "\n00\r\n", &consumed), SG_VOTSCH_LINE);
	assert_string_equal(framer.line, "00");
	assert_int_equal(consumed, 4);
	assert_int_equal(feed(&framer, "\n", &consumed), SG_VOTSCH_NEED_MORE);
	assert_int_equal(feed(&framer, "\r", &consumed), SG_VOTSCH_LINE);
	assert_string_equal(framer.line, "");
}

static void a_spoiled_line_is_dropped_to_its_end_and_the_next_counts(void **state)
{
	static const char *const spoiled[] = {
		"00\x80" "25.0\r", "00\n25.0\r", "\x01\r", "0\x7F\r",
		GOOD "0\r", /* one character too many */
	};

	(void)state;
	for (size_t i = 0; i < ROWS(spoiled); i++) {
		struct sg_votsch_framer framer = { .length = 0 };
		size_t consumed = 0;

		assert_int_equal(feed(&framer, spoiled[i], &consumed), SG_VOTSCH_BAD);
		assert_int_equal(consumed, strlen(spoiled[i]));
		assert_int_equal(feed(&framer, GOOD "\r", &consumed), SG_VOTSCH_LINE);
		assert_string_equal(framer.line, GOOD);
	}
}

static void a_reset_forgets_half_a_line(void **state)
{
	struct sg_votsch_framer framer = { .length = 0 };
	size_t consumed = 0;

	(void)state;
	assert_int_equal(feed(&framer, "0025", &consumed), SG_VOTSCH_NEED_MORE);
	sg_votsch_framer_reset(&framer);
	assert_int_equal(feed(&framer, "0\r", &consumed), SG_VOTSCH_LINE);
	assert_string_equal(framer.line, "0");
}

static void models_are_found_by_name_only(void **state)
{
	(void)state;
	assert_string_equal(sg_votsch_model(NULL)->name, "vt4002");
	assert_int_equal(sg_votsch_model("vt4002")->address, 0);
	assert_int_equal(sg_votsch_model("vt4002-ten")->address, 1);
	assert_null(sg_votsch_model("vt4004"));
	assert_null(sg_votsch_model(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_have_two_digits_of_address),
		cmocka_unit_test(what_cannot_be_written_leaves_nothing_to_send),
		cmocka_unit_test(a_request_that_does_not_fit_is_not_cut_off),
		cmocka_unit_test(numbers_are_spelled_with_six_characters),
		cmocka_unit_test(a_command_changes_start_and_temperature_and_carries_the_rest),
		cmocka_unit_test(a_reply_is_read_by_the_width_of_its_numbers),
		cmocka_unit_test(refuses_a_reply_with_anything_out_of_place),
		cmocka_unit_test(every_shorter_reply_is_refused),
		cmocka_unit_test(values_that_cannot_be_true_are_told),
		cmocka_unit_test(running_needs_the_start_bit_and_where_it_is_defined_the_temperature_bit),
		cmocka_unit_test(small_replies_are_read_to_their_last_character),
		cmocka_unit_test(lines_end_with_cr_and_line_feeds_before_them_do_not_count),
		cmocka_unit_test(a_spoiled_line_is_dropped_to_its_end_and_the_next_counts),
		cmocka_unit_test(a_reset_forgets_half_a_line),
		cmocka_unit_test(models_are_found_by_name_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

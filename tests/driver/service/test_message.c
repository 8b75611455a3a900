/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/json_line.h"
#include "service/message.h"

static enum sg_err read_line(struct sg_message *message, const char *text)
{
	static char line[SG_MESSAGE_SIZE];
	char storage[256];
	struct sg_text why;

	snprintf(line, sizeof(line), "%s", text);
	sg_text_init(&why, storage, sizeof(storage));
	const enum sg_err err = sg_message_read(message, line, strlen(line), &why);

	assert_int_equal(err != SG_OK, why.length != 0); /* what is refused is explained */
	return err;
}

static void a_request_is_read(void **state)
{
	struct sg_message m;

	(void)state;
	assert_int_equal(read_line(&m, " { \"sandglassd\" : 1, \"do\":\"submit\",\"follow\":true,\"n\":null,\"w\":-12 }"), SG_OK);
	assert_int_equal(m.count, 5);
	assert_int_equal(sg_message_number(&m, "sandglassd", 0), 1);
	assert_int_equal(sg_message_number(&m, "w", 0), -12);
	assert_int_equal(sg_message_number(&m, "do", 7), 7);
	assert_string_equal(sg_message_text(&m, "do"), "submit");
	assert_null(sg_message_text(&m, "sandglassd"));
	assert_true(sg_message_is(&m, "follow"));
	assert_false(sg_message_is(&m, "n"));
	assert_int_equal(read_line(&m, "{}"), SG_OK);
	assert_int_equal(m.count, 0);
}

static void texts_are_unescaped(void **state)
{
	struct sg_message m;

	(void)state;
	assert_int_equal(read_line(&m, "{\"a\":\"\\\"\\\\\\/\\n\\t\\u0041\\u00e4\\u20ac\\ud83d\\ude00\"}"), SG_OK);
	assert_string_equal(sg_message_text(&m, "a"), "\"\\/\n\tA\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
}

static void what_is_none_is_refused(void **state)
{
	static const char *const lines[] = {
		"", "x", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":\"", "{\"a\":\"\\",
		"{\"a\":\"\\u12\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}",
		"{\"a\":\"\\q\"}", "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":yes}", "{a:1}", "[1]", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":\"\t\"}",
	};
	struct sg_message m;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (read_line(&m, lines[i]) == SG_OK)
			fail_msg("taken: %s", lines[i]);
		assert_int_equal(m.count, 0);
	}
}

static void more_members_than_there_is_room_for_are_refused(void **state)
{
	char line[1024] = "{\"a\":1";
	struct sg_message m;

	(void)state;
	for (int i = 1; i < SG_MESSAGE_MEMBERS; i++)
		strcat(line, ",\"a\":1");
	strcat(line, "}");
	assert_int_equal(read_line(&m, line), SG_OK);
	line[strlen(line) - 1] = '\0';
	strcat(line, ",\"a\":1}");
	assert_int_equal(read_line(&m, line), SG_ERR_FORMAT);
}

static void what_is_written_is_read(void **state)
{
	const char text[] = "sandglass: 1\n# \"quotes\", \\ and \t \xC3\xA4\n";
	char line[1024];
	struct sg_json json;
	struct sg_message m;

	(void)state;
	sg_json_begin(&json, line, sizeof(line), false);
	sg_json_string(&json, "experiment", text);
	assert_true(sg_json_end(&json) > 0);
	line[strcspn(line, "\n")] = '\0';
	assert_int_equal(read_line(&m, line), SG_OK);
	assert_string_equal(sg_message_text(&m, "experiment"), text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read),
		cmocka_unit_test(texts_are_unescaped),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(more_members_than_there_is_room_for_are_refused),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

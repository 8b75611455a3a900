/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of vectors is trusted by every other wire test, so it is tested on what it must refuse,
 * and on the line it blames.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vectors.h"

#define TAIL "dir: device-to-host\nmeans: a=1\ngrade: computed\nsource: somewhere\n"
#define BLOCK(name) "name: " name "\nkind: line\ntext: \"x\\n\"\n" TAIL

static struct sg_vectors *parse(const char *text)
{
	struct sg_vectors *vectors = NULL;
	char diag[256] = "";

	if (sg_vectors_parse("t.vec", text, strlen(text), &vectors, diag, sizeof(diag)))
		fail_msg("refused: %s", diag);
	return vectors;
}

static void reads_every_field_of_a_block(void **state)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "name: one_block\n"
				   "kind: package\n"
				   "dir: device-to-host\n"
				   "bytes: 50 7f 0A\n"
				   "bytes: 00\n"
				   "text: \"P\\x7F\\n\\0\"\n"
				   "means: var1.value=-2.5e-3 var1.range=0x18 label=\"a \\\"b\\\"\"\n"
				   "means: var2.value=nan\n"
				   "grade: documented\n"
				   "source: a public document, table 3\n"
				   "note: said\n"
				   "note: twice\n";
	static const uint8_t bytes[] = { 0x50, 0x7F, 0x0A, 0x00 };
	struct sg_vectors *vectors = parse(text);
	const struct sg_vector *v;
	double number = 0;
	int64_t integer = 0;

	(void)state;
	assert_int_equal(sg_vectors_count(vectors), 1);
	v = sg_vectors_get(vectors, 0);
	assert_string_equal(v->file, "t.vec");
	assert_int_equal(v->line, 3);
	assert_string_equal(v->name, "one_block");
	assert_string_equal(v->kind, "package");
	assert_int_equal(v->dir, SG_VECTOR_DEVICE_TO_HOST);
	assert_int_equal(v->grade, SG_VECTOR_DOCUMENTED);
	assert_string_equal(v->source, "a public document, table 3");
	assert_int_equal(v->length, sizeof(bytes));
	assert_memory_equal(v->bytes, bytes, sizeof(bytes));
	assert_int_equal(v->word_count, 4);
	assert_true(sg_vector_number(v, "var1.value", &number));
	assert_true(number == -2.5e-3);
	assert_true(sg_vector_number(v, "var2.value", &number));
	assert_true(isnan(number));
	assert_true(sg_vector_integer(v, "var1.range", &integer));
	assert_int_equal(integer, 0x18);
	assert_false(sg_vector_integer(v, "var1.value", &integer));
	assert_false(sg_vector_number(v, "label", &number));
	assert_false(sg_vector_number(v, "absent", &number));
	assert_string_equal(sg_vector_word(v, "label"), "a \"b\"");
	assert_null(sg_vector_word(v, "absent"));
	sg_vectors_free(vectors);
}

static void reads_the_steps_of_a_conversation_in_order(void **state)
{
	static const char text[] = "name: talk\nkind: dialogue\n"
				   "> \"Z\\n\"\n"
				   "< 5A 0A\n"
				   "<^ \"tes\"\n"
				   "wait_ms: 150\n"
				   "<* \"P\"\n"
				   "silent_ms: 20\n" TAIL;
	static const enum sg_vector_step_kind kinds[] = { SG_VECTOR_SEND,	 SG_VECTOR_EXPECT,
							  SG_VECTOR_EXPECT_LINE, SG_VECTOR_WAIT,
							  SG_VECTOR_SKIP_LINES,	 SG_VECTOR_SILENT };
	struct sg_vectors *vectors = parse(text);
	const struct sg_vector *v = sg_vectors_get(vectors, 0);

	(void)state;
	assert_null(v->bytes);
	assert_int_equal(v->step_count, 6);
	for (size_t i = 0; i < v->step_count; i++) {
		assert_int_equal(v->steps[i].kind, kinds[i]);
		assert_int_equal(v->steps[i].line, 3 + i);
	}
	assert_int_equal(v->steps[1].length, 2);
	assert_memory_equal(v->steps[1].bytes, "Z\n", 2);
	assert_int_equal(v->steps[3].time_ms, 150);
	assert_int_equal(v->steps[5].time_ms, 20);
	sg_vectors_free(vectors);
}

static void keeps_the_blocks_of_a_file_apart(void **state)
{
	struct sg_vectors *vectors = parse(BLOCK("a") "\n\n" BLOCK("b"));

	(void)state;
	assert_int_equal(sg_vectors_count(vectors), 2);
	assert_string_equal(sg_vectors_get(vectors, 0)->name, "a");
	assert_string_equal(sg_vectors_get(vectors, 1)->name, "b");
	assert_int_equal(sg_vectors_get(vectors, 1)->word_count, 1);
	sg_vectors_free(vectors);
}

static void an_empty_file_holds_no_blocks(void **state)
{
	struct sg_vectors *vectors = parse("");

	(void)state;
	assert_int_equal(sg_vectors_count(vectors), 0);
	sg_vectors_free(vectors);
	sg_vectors_free(NULL);
}

struct refusal {
	const char *legend;
	const char *text;
	const char *diag; /* how it begins */
};

static void refuses_malformed_blocks_and_names_the_line(void **state)
{
	static const struct refusal table[] = {
		{ "a field we do not know", "name: a\ncolour: red\n", "t.vec:2: unknown field" },
		{ "a block without a name", "kind: line\n", "t.vec:1: a block begins" },
		{ "a step outside a block", "> 41\n", "t.vec:1: a block begins" },
		{ "no kind", "name: a\ntext: \"x\"\n" TAIL, "t.vec:6: a has no kind" },
		{ "no source", "name: a\nkind: b\ntext: \"x\"\ndir: both\nmeans: a=1\ngrade: captured\n",
		  "t.vec:6: a has no source" },
		{ "no grade", "name: a\nkind: b\ntext: \"x\"\ndir: both\nmeans: a=1\nsource: s\n",
		  "t.vec:6: a has no grade" },
		{ "no means", "name: a\nkind: b\ntext: \"x\"\ndir: both\nsource: s\ngrade: captured\n",
		  "t.vec:6: a has no means" },
		{ "a grade of our own", "name: a\ngrade: guessed\n", "t.vec:2: grade is" },
		{ "a direction of our own", "name: a\ndir: up\n", "t.vec:2: dir is" },
		{ "a name in capitals", "name: A\n", "t.vec:1: name" },
		{ "a field twice", "name: a\nkind: b\nkind: b\n", "t.vec:3: kind: is there twice" },
		{ "a name twice", BLOCK("a") "\n" BLOCK("a"), "t.vec:15: name a is used twice" },
		{ "half a byte", "name: a\nbytes: 4\n", "t.vec:2: bytes are" },
		{ "two blanks", "name: a\nbytes: 41  42\n", "t.vec:2: bytes are" },
		{ "a blank at the end", "name: a\nbytes: 41 \n", "t.vec:2: bytes are" },
		{ "not a digit", "name: a\nbytes: 4G\n", "t.vec:2: bytes are" },
		{ "text without quotes", "name: a\ntext: hello\n", "t.vec:2: bytes: is" },
		{ "quotes never closed", "name: a\ntext: \"hello\n", "t.vec:2: text has no closing" },
		{ "backslash at the end", "name: a\ntext: \"hello\\\n", "t.vec:2: unknown escape" },
		{ "an escape C has and we have not", "name: a\ntext: \"\\a\"\n", "t.vec:2: unknown escape" },
		{ "one digit after x", "name: a\ntext: \"\\x1\"\n", "t.vec:2: unknown escape" },
		{ "more behind the quotes", "name: a\ntext: \"a\" b\n", "t.vec:2: something follows" },
		{ "not ASCII", "name: a\ntext: \"\xC2\xB5\"\n", "t.vec:2: text holds" },
		{ "bytes and text that differ", "name: a\nkind: b\nbytes: 41\ntext: \"B\"\n" TAIL,
		  "t.vec:8: bytes: and text:" },
		{ "bytes lines torn apart", "name: a\nbytes: 41\ntext: \"AB\"\nbytes: 42\n",
		  "t.vec:4: the lines of" },
		{ "bytes and steps", "name: a\nkind: b\nbytes: 41\n> 41\n" TAIL, "t.vec:8: a has both" },
		{ "nothing said", "name: a\nkind: b\n" TAIL, "t.vec:6: a has neither" },
		{ "a word without =", "name: a\nmeans: vars\n", "t.vec:2: means is made" },
		{ "a word without a value", "name: a\nmeans: a= b=1\n", "t.vec:2: a has no value" },
		{ "two blanks in means", "name: a\nmeans: a=1  b=1\n", "t.vec:2: means is made" },
		{ "a word twice", "name: a\nmeans: a=1 a=2\n", "t.vec:2: means says a twice" },
		{ "a key in capitals", "name: a\nmeans: A=1\n", "t.vec:2: key of means" },
		{ "NUL in a value", "name: a\nmeans: a=\"\\0\"\n", "t.vec:2: a value of means" },
		{ "words run together", "name: a\nmeans: a=\"x\"b=1\n", "t.vec:2: no blank after" },
		{ "a step without a blank", "name: a\n>41\n", "t.vec:2: a step is" },
		{ "a wait of no time", "name: a\nwait_ms: 0\n", "t.vec:2: a time is" },
		{ "a wait with a unit", "name: a\nwait_ms: 5s\n", "t.vec:2: a time is" },
		{ "a negative wait", "name: a\nsilent_ms: -5\n", "t.vec:2: a time is" },
		{ "no blank after the colon", "name:a\n", "t.vec:1: a line is" },
		{ "nothing after the colon", "name: \n", "t.vec:1: a line is" },
		{ "neither field nor step", "hello\n", "t.vec:1: a line is" },
		{ "a carriage return", "name: a\r\n", "t.vec:1: NUL or carriage return" },
		{ "no newline at the end", "name: a", "t.vec:1: last line" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sg_vectors *vectors = NULL;
		char diag[256] = "";
		int err = sg_vectors_parse("t.vec", table[i].text, strlen(table[i].text), &vectors,
					   diag, sizeof(diag));

		if (err == 0)
			fail_msg("accepted: %s", table[i].legend);
		assert_null(vectors);
		if (strncmp(diag, table[i].diag, strlen(table[i].diag)) != 0)
			fail_msg("%s: said \"%s\"", table[i].legend, diag);
	}
}

static void refuses_a_nul_byte_in_the_file(void **state)
{
	static const char text[] = "name: a\0b\n";
	struct sg_vectors *vectors = NULL;
	char diag[256] = "";

	(void)state;
	assert_int_equal(
		sg_vectors_parse("t.vec", text, sizeof(text) - 1, &vectors, diag, sizeof(diag)), -1);
	assert_string_equal(diag, "t.vec:1: NUL or carriage return in the file");
}

static void says_which_file_it_cannot_open(void **state)
{
	struct sg_vectors *vectors = NULL;
	char diag[256] = "";

	(void)state;
	assert_int_equal(sg_vectors_load("no/such.vec", &vectors, diag, sizeof(diag)), -1);
	assert_null(vectors);
	assert_memory_equal(diag, "no/such.vec:0: ", 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field_of_a_block),
		cmocka_unit_test(reads_the_steps_of_a_conversation_in_order),
		cmocka_unit_test(keeps_the_blocks_of_a_file_apart),
		cmocka_unit_test(an_empty_file_holds_no_blocks),
		cmocka_unit_test(refuses_malformed_blocks_and_names_the_line),
		cmocka_unit_test(refuses_a_nul_byte_in_the_file),
		cmocka_unit_test(says_which_file_it_cannot_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "format/crc32c.h"
#include "format/walk.h"

/* Source: check value of the polynomial; RFC 3720, B.4: 32 bytes of zeros, and of ones. */
static void the_sum_is_the_published_one(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(sg_crc32c(0, "123456789", 9), 0xE3069283u);
	assert_int_equal(sg_crc32c(sg_crc32c(0, "1234", 4), "56789", 5), 0xE3069283u);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(sg_crc32c(0, bytes, sizeof(bytes)), 0x8A9136AAu);
	memset(bytes, 0xFF, sizeof(bytes));
	assert_int_equal(sg_crc32c(0, bytes, sizeof(bytes)), 0x62A8AB43u);
}

struct fields {
	uint32_t u32;
	uint64_t u64;
	int64_t i64;
	size_t size;
	double d[3];
	bool flag;
	uint32_t choice;
	char text[8];
};

static void walk_fields(struct sg_walk *walk, struct fields *f)
{
	sg_walk_u32(walk, &f->u32);
	sg_walk_u64(walk, &f->u64);
	sg_walk_i64(walk, &f->i64);
	sg_walk_size(walk, &f->size);
	sg_walk_doubles(walk, f->d, 3);
	sg_walk_bool(walk, &f->flag);
	sg_walk_choice(walk, &f->choice, 3);
	sg_walk_text(walk, f->text, sizeof(f->text));
}

static void every_kind_comes_back(void **state)
{
	struct fields a = { .u32 = 0x01020304u, .u64 = UINT64_MAX - 1, .i64 = INT64_MIN + 2, .size = 77, .d = { NAN, -0.0, 1e-320 },
			    .flag = true, .choice = 2, .text = "seven c" },
		      b;
	uint8_t bytes[80];
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	const size_t length = 4 + 8 + 8 + 8 + 24 + 1 + 4 + 8;

	(void)state;
	walk_fields(&walk, &a);
	assert_false(walk.bad);
	assert_int_equal(walk.at, length);
	assert_int_equal(bytes[0], 4); /* least byte first */
	memset(&b, 0xEE, sizeof(b));
	walk = sg_walk_reading(bytes, length);
	walk_fields(&walk, &b);
	assert_false(walk.bad);
	assert_true(a.u32 == b.u32 && a.u64 == b.u64 && a.i64 == b.i64 && a.size == b.size && a.flag == b.flag && a.choice == b.choice);
	assert_memory_equal(a.d, b.d, sizeof(a.d));
	assert_string_equal(a.text, b.text);
	for (size_t cut = 0; cut < length; cut++) {
		walk = sg_walk_reading(bytes, cut);
		walk_fields(&walk, &b);
		assert_true(walk.bad);
		assert_true(b.choice == 0 || cut > length - 12); /* zeros, no leftovers */
		walk = sg_walk_writing(bytes, cut);
		walk_fields(&walk, &a);
		assert_true(walk.bad && walk.at <= cut);
		walk = sg_walk_writing(bytes, sizeof(bytes));
		walk_fields(&walk, &a);
	}
}

static void what_cannot_be_is_bad(void **state)
{
	uint8_t two[] = { 2 }, choice[] = { 3, 0, 0, 0 }, endless[] = { 'a', 'b', 'c', 'd' };
	struct sg_walk walk = sg_walk_reading(two, sizeof(two));
	uint32_t chosen = 1;
	char text[4];
	bool flag;

	(void)state;
	sg_walk_bool(&walk, &flag);
	assert_true(walk.bad);
	walk = sg_walk_reading(choice, sizeof(choice));
	sg_walk_choice(&walk, &chosen, 3);
	assert_true(walk.bad);
	assert_int_equal(chosen, 0);
	walk = sg_walk_reading(endless, sizeof(endless));
	sg_walk_text(&walk, text, sizeof(text));
	assert_true(walk.bad);
	assert_string_equal(text, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sum_is_the_published_one),
		cmocka_unit_test(every_kind_comes_back),
		cmocka_unit_test(what_cannot_be_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

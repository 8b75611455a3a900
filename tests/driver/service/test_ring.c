/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/ring.h"

static void count(void *ctx, const char *text)
{
	(void)text;
	++*(int *)ctx;
}

static void lines_come_out_as_they_went_in(void **state)
{
	struct sg_ring *ring = calloc(1, sizeof(*ring));
	char text[SG_RING_LINE_SIZE];
	uint64_t at = 0;
	int lines = 0;

	(void)state;
	sg_ring_put(ring, "one\n\ntw", 7, count, &lines);
	assert_int_equal(lines, 1);
	assert_true(sg_ring_next(ring, &at, text));
	assert_string_equal(text, "one");
	assert_false(sg_ring_next(ring, &at, text)); /* half a line is none */
	sg_ring_put(ring, "\ro\033\n", 4, count, &lines);
	assert_true(sg_ring_next(ring, &at, text));
	assert_string_equal(text, "two");
	at = sg_ring_from(ring, 5); /* from the middle of a line: the next one */
	assert_true(sg_ring_next(ring, &at, text));
	assert_string_equal(text, "two");
	free(ring);
}

static void the_oldest_are_given_up(void **state)
{
	struct sg_ring *ring = calloc(1, sizeof(*ring));
	char text[SG_RING_LINE_SIZE], line[32];
	uint64_t at = 0;
	int first = -1, latest = -1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const int length = snprintf(line, sizeof(line), "line %d\n", i);

		sg_ring_put(ring, line, (size_t)length, NULL, NULL);
	}
	while (sg_ring_next(ring, &at, text)) {
		latest = atoi(text + 5);
		first = first < 0 ? latest : first;
		snprintf(line, sizeof(line), "line %d", latest);
		assert_string_equal(text, line); /* whole */
	}
	assert_in_range(first, 13000, 15000);
	assert_int_equal(latest, 19999);
	free(ring);
}

static void a_line_without_an_end_is_cut(void **state)
{
	struct sg_ring *ring = calloc(1, sizeof(*ring));
	char text[SG_RING_LINE_SIZE], *much = malloc(3 * SG_RING_LINE_SIZE);
	uint64_t at = 0;
	int lines = 0;

	(void)state;
	memset(much, 'x', 3 * SG_RING_LINE_SIZE);
	sg_ring_put(ring, much, 3 * SG_RING_LINE_SIZE, count, &lines);
	assert_int_equal(lines, 3);
	assert_true(sg_ring_next(ring, &at, text));
	assert_int_equal(strlen(text), SG_RING_LINE_SIZE - 1);
	free(much);
	free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_out_as_they_went_in),
		cmocka_unit_test(the_oldest_are_given_up),
		cmocka_unit_test(a_line_without_an_end_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

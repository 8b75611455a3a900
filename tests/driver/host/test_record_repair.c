/* SPDX-License-Identifier: Apache-2.0 */
/* Repair: a table cut at every byte, and damage of the kinds a power cut leaves. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/record_repair.h"

static char path[64];

static void write_file(const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *bytes, size_t length)
{
	char *got = malloc(length + 2);
	FILE *file = fopen(path, "rb");

	assert_non_null(got);
	assert_non_null(file);
	assert_int_equal(fread(got, 1, length + 1, file), length);
	assert_memory_equal(got, bytes, length);
	fclose(file);
	free(got);
}

/* Repair bytes and expect the first wanted of them to remain. */
static void expect(const char *bytes, size_t length, enum sg_err err, size_t wanted)
{
	char storage[256];
	struct sg_text note;

	sg_text_init(&note, storage, sizeof(storage));
	write_file(bytes, length);
	assert_int_equal(sg_record_repair(path, &note), err);
	assert_true(note.length > 0);
	assert_file(bytes, wanted);
	if (!err)
		assert_non_null(strstr(note.data, wanted == length ? "whole" : "removed"));
	assert_int_equal(sg_record_repair(path, NULL), err); /* once is enough */
	assert_file(bytes, wanted);
}

static void expect_text(const char *text, enum sg_err err, size_t wanted)
{
	expect(text, strlen(text), err, wanted);
}

static void a_table_cut_at_any_byte_keeps_its_whole_rows(void **state)
{
	static const char table[] = "a,b,c\n1,2,\"x, \"\"y\"\"\"\n3,,\n4,5,6\n";
	size_t header = strcspn(table, "\n") + 1, cut;

	(void)state;
	for (cut = 0; cut < sizeof(table); cut++) {
		size_t wanted = cut;

		while (wanted > 0 && table[wanted - 1] != '\n')
			wanted--;
		if (cut < header)
			expect(table, cut, SG_ERR_FORMAT, cut);
		else
			expect(table, cut, SG_OK, wanted);
	}
}

static void damage_of_a_power_cut_is_removed(void **state)
{
	static const char holes[] = "a,b\n1,2\n\0\0\0\0\0\n5,6\n";

	(void)state;
	expect(holes, sizeof(holes) - 1, SG_OK, 8);
	expect_text("a,b\n1,2\n3,4,5\n", SG_OK, 8);   /* two rows run into one */
	expect_text("a,b\n1,2\n3\n4,5\n", SG_OK, 8);
	expect_text("a,b\n1,2\n\n", SG_OK, 8);
	expect_text("a,b\n1,\"2\n", SG_OK, 4);        /* an open quote */
	expect_text("a,b\n", SG_OK, 4);
	expect_text("\na,b\n", SG_ERR_FORMAT, 5);
}

/* Far more damage than the first look covers: it has to look further back. */
static void damage_larger_than_the_window_is_found(void **state)
{
	enum { ROWS = 300000, BAD = 5 << 20 };
	size_t good = 4 + (size_t)ROWS * 8;
	char *bytes = malloc(good + BAD);
	size_t i;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "a,b\n", 4);
	for (i = 0; i < ROWS; i++)
		memcpy(bytes + 4 + i * 8, "123,456\n", 8);
	memset(bytes + good, 0, BAD);
	expect(bytes, good + BAD, SG_OK, good);
	memset(bytes + good, '\n', BAD);
	expect(bytes, good + BAD, SG_OK, good);
	memcpy(bytes + good, "12", 2);
	expect(bytes, good + 2, SG_OK, good);
	free(bytes);
}

static void a_table_that_is_being_written_is_left_alone(void **state)
{
	int fd;

	(void)state;
	write_file("a,b\n1", 5);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(sg_record_repair(path, NULL), SG_ERR_BUSY);
	assert_file("a,b\n1", 5);
	close(fd);
	assert_int_equal(sg_record_repair(path, NULL), SG_OK);
	assert_file("a,b\n", 4);
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(sg_record_repair("/nowhere/at/all.csv", NULL), SG_ERR_NOT_FOUND);
	assert_int_not_equal(sg_record_repair("/dev/null", NULL), SG_OK);
}

static int make_path(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/sandglass-repair-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_cut_at_any_byte_keeps_its_whole_rows),
		cmocka_unit_test(damage_of_a_power_cut_is_removed),
		cmocka_unit_test(damage_larger_than_the_window_is_found),
		cmocka_unit_test(a_table_that_is_being_written_is_left_alone),
		cmocka_unit_test(what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/checkpoint.h"

static const uint8_t state_bytes[] = "where the engine, the books and the detectors stand";

static struct sg_checkpoint example(uint64_t number)
{
	return (struct sg_checkpoint){
		.program = "0.1.0", .run = "LAB__NZSP_20260914_001", .boot = "5b1c0c47-2c1b-4a57-9d4e-0d7f7c6f2a11",
		.number = number, .utc_ns = 1789373730125678901, .clock_ns = 42, .started_utc_ns = 1789373700000000000,
		.time_s = 30.125, .standing = SG_CHECKPOINT_HELD, .experiment_crc = 0xDEADBEEFu, .steps = 12,
		.mark = { 31, 12345, 678, 910, 400, 3 }, .state = state_bytes, .state_size = sizeof(state_bytes),
	};
}

static void a_checkpoint_comes_back(void **state)
{
	const struct sg_checkpoint c = example(7);
	uint8_t bytes[1024];
	const size_t length = sg_checkpoint_encode(&c, bytes, sizeof(bytes));
	struct sg_checkpoint back;

	(void)state;
	assert_true(length > 0 && length <= SG_CHECKPOINT_FRAME_SIZE + sizeof(state_bytes));
	assert_int_equal(sg_checkpoint_decode(&back, bytes, length, NULL), SG_OK);
	assert_string_equal(back.program, c.program);
	assert_string_equal(back.run, c.run);
	assert_string_equal(back.boot, c.boot);
	assert_true(back.number == 7 && back.utc_ns == c.utc_ns && back.clock_ns == 42 && back.started_utc_ns == c.started_utc_ns);
	assert_true(back.time_s == 30.125 && back.standing == SG_CHECKPOINT_HELD && back.experiment_crc == 0xDEADBEEFu);
	assert_memory_equal(&back.mark, &c.mark, sizeof(c.mark));
	assert_int_equal(back.state_size, sizeof(state_bytes));
	assert_memory_equal(back.state, state_bytes, sizeof(state_bytes));
	assert_int_equal(sg_checkpoint_encode(&c, bytes, length - 1), 0);
}

/* Every bit of it is under the check sum, or under something else that is looked at. */
static void no_changed_bit_and_no_cut_goes_unnoticed(void **state)
{
	const struct sg_checkpoint c = example(1);
	uint8_t bytes[1024];
	const size_t length = sg_checkpoint_encode(&c, bytes, sizeof(bytes));
	struct sg_checkpoint back;
	char storage[256];
	struct sg_text why;

	(void)state;
	sg_text_init(&why, storage, sizeof(storage));
	for (size_t i = 0; i < length * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
		sg_text_clear(&why);
		assert_int_equal(sg_checkpoint_decode(&back, bytes, length, &why), SG_ERR_FRAME);
		assert_true(why.length > 0);
		bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(sg_checkpoint_decode(&back, bytes, cut, &why), SG_ERR_FRAME);
	assert_int_equal(sg_checkpoint_decode(&back, bytes, length, &why), SG_OK);
}

static int make_folder(char path[32])
{
	snprintf(path, 32, "/tmp/checkpoint-XXXXXX");
	assert_non_null(mkdtemp(path));
	return open(path, O_RDONLY | O_DIRECTORY);
}

static void put(int folder, uint64_t number)
{
	const struct sg_checkpoint c = example(number);
	uint8_t bytes[1024];
	const size_t length = sg_checkpoint_encode(&c, bytes, sizeof(bytes));

	assert_int_equal(sg_checkpoint_write(&sg_disk_host, folder, bytes, length, true), SG_OK);
}

static uint64_t number_in(int folder, const char *name)
{
	static uint8_t storage[SG_CHECKPOINT_SIZE_MAX];
	struct sg_checkpoint c;

	return sg_checkpoint_read(folder, name, storage, &c, NULL) ? 0 : c.number;
}

static void the_one_before_stays(void **state)
{
	char path[32], command[64];
	const int folder = make_folder(path);
	int fd;

	(void)state;
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT), 0);
	put(folder, 1);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT), 1);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT_BEFORE), 0);
	put(folder, 2);
	put(folder, 3);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT), 3);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT_BEFORE), 2);
	/* the moment between both names: the one before is all there is, and is not thrown away by the next */
	assert_int_equal(unlinkat(folder, SG_RUN_CHECKPOINT, 0), 0);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT_BEFORE), 2);
	put(folder, 4);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT), 4);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT_BEFORE), 2);
	/* larger than any */
	fd = openat(folder, SG_RUN_CHECKPOINT, O_WRONLY | O_APPEND);
	assert_int_equal(ftruncate(fd, 10 * (off_t)SG_CHECKPOINT_SIZE_MAX), 0);
	close(fd);
	assert_int_equal(number_in(folder, SG_RUN_CHECKPOINT), 0);
	close(folder);
	snprintf(command, sizeof(command), "rm -r %s", path);
	assert_int_equal(system(command), 0);
}

static void the_pc_says_which_boot_this_is(void **state)
{
	char one[SG_BOOT_ID_SIZE], other[SG_BOOT_ID_SIZE];

	(void)state;
	sg_boot_id(one);
	sg_boot_id(other);
	assert_string_equal(one, other);
	assert_int_equal(strlen(one), 36);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkpoint_comes_back),
		cmocka_unit_test(no_changed_bit_and_no_cut_goes_unnoticed),
		cmocka_unit_test(the_one_before_stays),
		cmocka_unit_test(the_pc_says_which_boot_this_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

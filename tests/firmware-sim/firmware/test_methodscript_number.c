/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_bench.h"

#include <math.h>
#include <string.h>

#include "firmware/methodscript_number.h"

static struct fw_ms_number read_good(const char *text)
{
	struct fw_ms_number number = {0};
	size_t bad_at = 0;

	assert_int_equal(fw_ms_number_read(text, strlen(text), &number, &bad_at), FW_MS_OK);
	return number;
}

static void assert_bad(const char *text, enum fw_ms_code code, size_t at)
{
	struct fw_ms_number number = {0};
	size_t bad_at = 99;

	assert_int_equal(fw_ms_number_read(text, strlen(text), &number, &bad_at), code);
	assert_int_equal(bad_at, at);
}

static void reads_an_integer_and_a_prefix(void **state)
{
	(void)state;
	assert_close(read_good("833200n").value, 833.2e-6, 1e-18);
	assert_close(read_good("-500u").value, -500e-6, 1e-18);
	assert_close(read_good("4300m").value, 4.3, 1e-12);
	assert_close(read_good("18k").value, 18000.0, 0.0);
	assert_close(read_good("0").value, 0.0, 0.0);
	assert_false(read_good("7").integer);
	assert_true(read_good("7i").integer);
	assert_close(read_good("0x1Fi").value, 31.0, 0.0);
	assert_close(read_good("0b101i").value, 5.0, 0.0);
	assert_close(read_good("134217727").value, 134217727.0, 0.0);
}

static void refuses_what_is_not_such_a_literal(void **state)
{
	(void)state;
	assert_bad("1.5", FW_MS_BAD_LITERAL, 1);
	assert_bad("1e3", FW_MS_BAD_LITERAL, 1);
	assert_bad("+5", FW_MS_BAD_LITERAL, 0);
	assert_bad("-", FW_MS_BAD_LITERAL, 1);
	assert_bad("5mm", FW_MS_BAD_LITERAL, 1);
	assert_bad("5K", FW_MS_BAD_LITERAL, 1);
	assert_bad("0x", FW_MS_BAD_LITERAL, 1);
	assert_bad("0x1F", FW_MS_BAD_HEX_LITERAL, 4);
	assert_bad("134217728", FW_MS_BAD_LITERAL, 8);
	assert_bad("-134217728i", FW_MS_BAD_LITERAL, 9);
}

static void assert_written(double value, bool integer, const char *text)
{
	struct fw_ms_number number = {.value = value, .integer = integer};
	char written[FW_MS_NUMBER_LENGTH + 1] = {0};

	fw_ms_number_write(&number, written);
	assert_string_equal(written, text);
}

static void writes_the_finest_prefix_that_fits(void **state)
{
	(void)state;
	/* Source: packages seen from instruments, PalmSens/MethodSCRIPT_Examples and palmsens-sdk
	 */
	assert_written(0.099994392, false, "DF5CB18n");
	assert_written(23.699316e-6, false, "9699F74p");
	assert_written(-0.999943, false, "7F0BDF9u");
	assert_written(22.481974, false, "9570C36u");
	assert_written(0.0, false, "8000000 ");
	assert_written(1.0, true, "8000001i");
	assert_written(-3.0, true, "7FFFFFDi");
}

static void writes_the_edges_of_the_mantissa(void **state)
{
	(void)state;
	assert_written(134217727e-6, false, "FFFFFFFu");
	assert_written(134217728e-6, false, "8020C4Am");
	assert_written(-134217727e-6, false, "0000001u");
	assert_written(134217727.0, true, "FFFFFFFi");
}

static void writes_nan_for_what_is_no_number(void **state)
{
	(void)state;
	assert_written(NAN, false, "     nan");
	assert_written(INFINITY, false, "     nan");
	assert_written(1e30, false, "     nan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_integer_and_a_prefix),
		cmocka_unit_test(refuses_what_is_not_such_a_literal),
		cmocka_unit_test(writes_the_finest_prefix_that_fits),
		cmocka_unit_test(writes_the_edges_of_the_mantissa),
		cmocka_unit_test(writes_nan_for_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

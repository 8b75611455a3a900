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

#include "bench/arguments.h"
#include "bench/families.h"
#include "text/keys.h"

#define WORDS_MAX 32

static struct fw_arguments arguments;
static char why[500];

/** Parse a command line written with single blanks. */
static bool parse(const char *line)
{
	static char copy[1000];
	char *argv[WORDS_MAX];
	char *rest = copy;
	int argc = 0;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	argv[argc++] = "firmware-sim";
	while (rest && *rest && argc < WORDS_MAX)
		argv[argc++] = strsep(&rest, " ");
	why[0] = '\0';
	return fw_arguments_parse(&arguments, argc, argv, why, sizeof(why));
}

static void reads_sections_and_bench_options_in_any_order(void **state)
{
	(void)state;
	if (!parse("emstat4 --model hr --port pty:/run/a --afe sense_off_s=60,sense_mv=2 --seed 7 votsch --port tcp:2049 --faults "
		   "drop=0.5 --speed 90 --cell area_cm2=2 --report truth.json"))
		fail_msg("%s", why);
	assert_int_equal(arguments.count, 2);
	assert_string_equal(arguments.instruments[0].name, "emstat4");
	assert_string_equal(arguments.instruments[0].model, "hr");
	assert_string_equal(arguments.instruments[0].port, "pty:/run/a");
	assert_true(arguments.instruments[0].faults.drop == 0.0);
	assert_true(arguments.instruments[0].afe.sense_off_s == 60.0);
	assert_true(arguments.instruments[0].afe.sense_v == 2e-3);
	assert_true(arguments.instruments[1].afe.sense_off_s == 0.0);
	assert_string_equal(arguments.instruments[1].port, "tcp:2049");
	assert_true(arguments.instruments[1].faults.drop == 0.5);
	assert_null(arguments.instruments[1].model);
	assert_true(arguments.seed == 7);
	assert_true(arguments.speed == 90.0);
	assert_true(fabs(arguments.cell.area_m2 - 2e-4) < 1e-15);
	assert_string_equal(arguments.report, "truth.json");
}

static void numbers_further_instruments_of_a_family(void **state)
{
	(void)state;
	assert_true(parse("--lockstep /run/s emstat4 votsch emstat4 emstat4 --once"));
	assert_string_equal(arguments.instruments[0].name, "emstat4");
	assert_string_equal(arguments.instruments[1].name, "votsch");
	assert_string_equal(arguments.instruments[2].name, "emstat4-2");
	assert_string_equal(arguments.instruments[3].name, "emstat4-3");
	assert_true(arguments.once);
}

struct mistake {
	const char *line;
	const char *hint;
};

static void says_what_would_be_right(void **state)
{
	static const struct mistake mistakes[] = {
		{ "", "no instrument is named" },
		{ "emstt4 --port pty:", "did you mean \"emstat4\"" },
		{ "emstat4 --prot pty:", "did you mean \"--port\"" },
		{ "quantum-flux", "--help lists them" },
		{ "--port pty:x emstat4", "name the instrument before its options" },
		{ "emstat4", "has no --port, and there is no --lockstep" },
		{ "--lockstep /run/s emstat4 --port pty:", "leave one of them out" },
		{ "emstat4 --port", "something is wanted behind it" },
		{ "emstat4 --port pty: --seed -1", "a whole number from 0 on" },
		{ "emstat4 --port pty: --seed 1x", "a whole number from 0 on" },
		{ "emstat4 --port pty: --seed 99999999999999999999", "a whole number from 0 on" },
		{ "emstat4 --port pty: --speed 0", "from 0.001 to 1e6" },
		{ "emstat4 --port pty: --speed nan", "from 0.001 to 1e6" },
		{ "emstat4 --port pty: --cell arae_cm2=1", "did you mean \"area_cm2\"" },
		{ "emstat4 --port pty: --cell area_cm2=0", "a number from 0.001 to 1000" },
		{ "emstat4 --port pty: --cell short=soon", "exposure never at" },
		{ "emstat4 --port pty: --chamber noise=1", "did you mean \"noise_k\"" },
		{ "emstat4 --port pty: --afe sense_off=3", "did you mean \"sense_off_s\"" },
		{ "emstat4 --port pty: --faults drop=2", "a number from 0 to 1 is wanted" },
		{ "emstat4 --port pty: --ready-fd x", "the number of an open file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		if (parse(mistakes[i].line))
			fail_msg("\"%s\" was taken", mistakes[i].line);
		if (!strstr(why, mistakes[i].hint))
			fail_msg("\"%s\": %s", mistakes[i].line, why);
	}
}

static void refuses_more_instruments_than_fit(void **state)
{
	(void)state;
	assert_false(parse("--lockstep /s votsch votsch votsch votsch votsch votsch votsch votsch "
			   "votsch votsch votsch votsch votsch votsch votsch votsch votsch"));
	assert_non_null(strstr(why, "at most 16"));
}

static void help_explains_every_family_and_key(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	size_t count;
	const struct fw_key *keys;

	(void)state;
	assert_non_null(out);
	fw_arguments_help(out);
	fclose(out);
	assert_non_null(strstr(text, "Nothing here is a measurement"));
	for (size_t i = 0; fw_family(i); i++)
		assert_non_null(strstr(text, fw_family(i)->help));
	keys = fw_cell_keys(&count);
	assert_non_null(keys);
	assert_true(count > 20);
	assert_non_null(strstr(text, "short_min_ma_cm2   mA/cm2, 0 .. 1000, default 1.5"));
	free(text);
}

/** Every key stands in the text as `key`. */
static void look_for_keys(const char *text, const struct fw_key *keys, size_t count)
{
	char quoted[80];

	for (size_t i = 0; i < count; i++) {
		snprintf(quoted, sizeof(quoted), "`%s`", keys[i].name);
		if (!strstr(text, quoted))
			fail_msg("README.md does not name %s", quoted);
	}
}

static void has_a_readme_that_names_every_key(void **state)
{
	static char text[40000];
	const struct fw_key *keys;
	size_t count;
	FILE *file = fopen(FW_README, "r");

	(void)state;
	assert_non_null(file);
	count = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_in_range(count, 1, sizeof(text) - 2);
	keys = fw_cell_keys(&count);
	look_for_keys(text, keys, count);
	keys = fw_chamber_keys(&count);
	look_for_keys(text, keys, count);
	keys = fw_fault_keys(&count);
	look_for_keys(text, keys, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_sections_and_bench_options_in_any_order),
		cmocka_unit_test(numbers_further_instruments_of_a_family),
		cmocka_unit_test(says_what_would_be_right),
		cmocka_unit_test(refuses_more_instruments_than_fit),
		cmocka_unit_test(help_explains_every_family_and_key),
		cmocka_unit_test(has_a_readme_that_names_every_key),
	};

	return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}

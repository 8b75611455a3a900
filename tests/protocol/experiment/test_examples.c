/* SPDX-License-Identifier: Apache-2.0 */
/* Every example a user is given must be right, and must expand to a plan. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/plan.h"
#include "experiment/reader.h"

static bool is_yaml(const char *name)
{
	const size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static void read_example(const char *name, struct sg_experiment *e)
{
	static struct sg_diagnostics diagnostics;
	static char text[1 << 16];
	char path[512], storage[512] = "";
	struct sg_text words;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), EXAMPLES "/%s", name);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	assert_true(length < sizeof(text));
	if (sg_experiment_read(e, name, text, length, &diagnostics)) {
		sg_text_init(&words, storage, sizeof(storage));
		sg_diagnostic_print(&diagnostics, 0, &words);
		fail_msg("%s", storage);
	}
}

static void every_example_is_right_and_expands(void **state)
{
	DIR *folder = opendir(EXAMPLES);
	struct dirent *entry;
	unsigned read = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		struct sg_experiment e;
		struct sg_plan plan;
		char storage[256] = "";
		struct sg_text why;

		if (!is_yaml(entry->d_name))
			continue;
		read_example(entry->d_name, &e);
		sg_text_init(&why, storage, sizeof(storage));
		if (sg_plan_init(&plan, &e, NULL, &why))
			fail_msg("%s: %s", entry->d_name, storage);
		assert_true(plan.step_count > 0 && (plan.charge_c > 0) == (plan.current_max_a > 0)); /* a rest moves none */
		sg_plan_fini(&plan);
		sg_experiment_fini(&e);
		read++;
	}
	closedir(folder);
	assert_true(read >= 3);
}

static void the_ccd_example_is_the_classic_ramp(void **state)
{
	struct sg_experiment e;
	struct sg_plan plan;

	(void)state;
	read_example("ccd.yaml", &e);
	assert_int_equal(sg_plan_init(&plan, &e, NULL, NULL), SG_OK);
	assert_int_equal(plan.step_count, 1 + 18);
	assert_true(plan.duration_s == 300 + 5400);
	assert_true(plan.steps[18].density_ma_cm2 == -9);
	sg_plan_fini(&plan);
	sg_experiment_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_is_right_and_expands),
		cmocka_unit_test(the_ccd_example_is_the_classic_ramp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/rigs.h"

static void a_file_is_read(void **state)
{
	static const char text[] = "sandglassd: 1\nfolder: /var/lib/sandglass\nrigs:\n  - {name: one, rig: a.yaml}\n"
				   "  - {name: two, rig: /b.yaml}\n";
	struct sg_diagnostics d;
	struct sg_rigs rigs;

	(void)state;
	assert_int_equal(sg_rigs_read(&rigs, "rigs.yaml", text, strlen(text), &d), SG_OK);
	assert_string_equal(rigs.folder, "/var/lib/sandglass");
	assert_int_equal(rigs.count, 2);
	assert_string_equal(rigs.entries[0].name, "one");
	assert_string_equal(rigs.entries[1].file, "/b.yaml");
	sg_rigs_fini(&rigs);
}

static int tells(const struct sg_diagnostics *d, int line, const char *words)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->items[i].line == line && strstr(d->items[i].text, words))
			return 1;
	}
	return 0;
}

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *words;
	} wrong[] = {
		{ "", 1, "begin with 'sandglassd: 1'" },
		{ "sandglassd: 2\nfolder: x\nrigs: [{name: a, rig: b}]\n", 1, "sandglassd" },
		{ "sandglassd: 1\nrigs: [{name: a, rig: b}]\n", 1, "folder" },
		{ "sandglassd: 1\nfolder: x\n", 1, "rigs" },
		{ "sandglassd: 1\nfolder: x\nrigs: bench1\n", 3, "must be a list" },
		{ "sandglassd: 1\nfolder: x\nrigs: []\n", 3, "at least one rig" },
		{ "sandglassd: 1\nfolder: x\nrigs:\n  - {name: a, rigg: b}\n", 4, "did you mean 'rig'" },
		{ "sandglassd: 1\nfolder: x\nrigs:\n  - {name: a/b, rig: b}\n", 4, "name" },
		{ "sandglassd: 1\nfolder: x\nrigs:\n  - {name: .., rig: b}\n", 4, "" },
		{ "sandglassd: 1\nfolder: x\nrigs:\n  - {name: a, rig: b}\n  - {name: a, rig: c}\n", 5, "in line 4" },
	};
	struct sg_diagnostics d;
	struct sg_rigs rigs;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(sg_rigs_read(&rigs, "rigs.yaml", wrong[i].text, strlen(wrong[i].text), &d), SG_ERR_FORMAT);
		assert_true(d.count > 0);
		if (!tells(&d, wrong[i].line, wrong[i].words))
			fail_msg("case %zu: line %d: %s", i, d.items[0].line, d.items[0].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(mistakes_are_named_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Which evidence decides whether an instrument is the one from before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity.h"

static const struct who {
	const char *legend;
	struct sg_identity before, now;
	bool same;
} cases[] = {
	{ "a serial number, another place",
	  { .family = "emstat4", .serial = "ES4HR20B0009", .place = "1-1" },
	  { .family = "emstat4", .serial = "ES4HR20B0009", .place = "2-4" }, true },
	{ "another serial number in the same place",
	  { .family = "emstat4", .serial = "ES4HR20B0009", .place = "1-1" },
	  { .family = "emstat4", .serial = "ES4HR20B0010", .place = "1-1" }, false },
	{ "the same number in another family",
	  { .family = "emstat4", .serial = "0001" }, { .family = "tdstat", .serial = "0001" }, false },
	{ "no number any more",
	  { .family = "tdstat", .serial = "7", .place = "1-1" }, { .family = "tdstat", .place = "1-1" }, false },
	{ "a mark, another place",
	  { .family = "tdstat", .mark = "7fb2e0802370", .place = "1-1" },
	  { .family = "tdstat", .mark = "7fb2e0802370", .place = "1-2" }, true },
	{ "another mark in the same place",
	  { .family = "tdstat", .mark = "7fb2e0802370", .place = "1-1" },
	  { .family = "tdstat", .mark = "7fb2e0802371", .place = "1-1" }, false },
	{ "a mark where there was none",
	  { .family = "tdstat", .place = "1-1" }, { .family = "tdstat", .mark = "7fb2e0802370", .place = "1-1" }, false },
	{ "only a place, the same", { .family = "tdstat", .place = "1-1" }, { .family = "tdstat", .place = "1-1" }, true },
	{ "only a place, another", { .family = "tdstat", .place = "1-1" }, { .family = "tdstat", .place = "1-2" }, false },
	{ "nothing to go by", { .family = "tdstat" }, { .family = "tdstat" }, false },
	{ "a number that two boards have, each with its own mark",
	  { .family = "tdstat", .serial = "KIT", .mark = "aa", .place = "1-1" },
	  { .family = "tdstat", .serial = "KIT", .mark = "bb", .place = "1-1" }, false },
	{ "number and mark, another place",
	  { .family = "tdstat", .serial = "KIT", .mark = "aa", .place = "1-1" },
	  { .family = "tdstat", .serial = "KIT", .mark = "aa", .place = "2-1" }, true },
};

static void all_evidence_has_to_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (sg_identity_same(&cases[i].before, &cases[i].now) != cases[i].same ||
		    sg_identity_same(&cases[i].now, &cases[i].before) != cases[i].same)
			fail_msg("%s", cases[i].legend);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_evidence_has_to_agree) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

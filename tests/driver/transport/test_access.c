/* SPDX-License-Identifier: Apache-2.0 */
/* No permission: what is said names what is missing and what mends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "transport/access.h"

#define CMD "sudo /somewhere/install-udev"

static const struct row {
	const char *legend;
	struct sg_access_facts facts;
	const char *said;
} rows[] = {
	{ "nothing is installed", { .kind = SG_ACCESS_USB, .command = CMD },
	  "the udev rules 60-sandglass.rules and 61-sandglass-access.rules are not installed: " CMD },
	{ "only the flags are", { .kind = SG_ACCESS_USB, .flag_rule = true, .command = CMD },
	  "the udev rule 61-sandglass-access.rules is not installed: " CMD },
	{ "only access is", { .kind = SG_ACCESS_USB, .person_rule = true, .command = CMD },
	  "the udev rule 60-sandglass.rules is not installed: " CMD },
	{ "plugged in before the rules came", { .kind = SG_ACCESS_USB, .flag_rule = true, .person_rule = true, .command = CMD },
	  "the udev rules are installed, but were not applied to this device: pull it and plug it in again" },
	{ "not at the seat",
	  { .kind = SG_ACCESS_USB, .flag_rule = true, .person_rule = true, .flagged = true, .command = CMD },
	  "61-sandglass-access.rules lets in who sits at this PC, and this login does not (it came over the network, or is a "
	  "service); for those there is a group: " CMD " --service && sudo adduser $USER sandglass, then log in again" },
	{ "not in the group",
	  { .kind = SG_ACCESS_USB, .flag_rule = true, .service_rule = true, .flagged = true, .group = "sandglass", .command = CMD },
	  "it belongs to group sandglass: sudo adduser $USER sandglass, then log in again" },
	{ "in the group, but not in this session",
	  { .kind = SG_ACCESS_USB, .flag_rule = true, .service_rule = true, .flagged = true, .group = "sandglass", .member = true,
	    .command = CMD },
	  "it belongs to group sandglass, and so do you, but not since before this login: log in again" },
	{ "a serial port", { .kind = SG_ACCESS_TTY, .group = "dialout", .command = CMD },
	  "it belongs to group dialout: sudo adduser $USER dialout, then log in again (for an instrument that `sandglass list` "
	  "knows also: " CMD ")" },
	{ "a serial port with rules", { .kind = SG_ACCESS_TTY, .flag_rule = true, .person_rule = true, .group = "dialout",
	  .command = CMD }, "it belongs to group dialout: sudo adduser $USER dialout, then log in again" },
	{ "a serial port of root's", { .kind = SG_ACCESS_TTY, .flag_rule = true, .person_rule = true, .command = CMD },
	  "it is the superuser's alone" },
};

static void each_case_says_what_mends_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char storage[1024];
		struct sg_text why;

		sg_text_init(&why, storage, sizeof(storage));
		sg_access_say(&rows[i].facts, &why);
		if (strcmp(storage, rows[i].said) != 0)
			fail_msg("%s: \"%s\"", rows[i].legend, storage);
	}
}

static char root[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/sg_access_XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "mkdir -p %s%s", root, folder);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s%s/%s", root, folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct sg_access_facts look(void)
{
	struct sg_access_facts facts;

	sg_access_look(root, "/dev/null", SG_ACCESS_USB, &facts);
	return facts;
}

static void rules_are_found_where_udev_reads_them(void **state)
{
	(void)state;
	assert_false(look().flag_rule || look().person_rule || look().service_rule || look().flagged);
	put("/usr/lib/udev/rules.d", "60-sandglass.rules", "x");
	put("/usr/local/lib/udev/rules.d", "61-sandglass-access.rules", "x");
	put("/etc/udev/rules.d", "62-sandglass-service.rules", "x");
	assert_true(look().flag_rule && look().person_rule && look().service_rule);
	/* an empty one above switches it off */
	put("/etc/udev/rules.d", "60-sandglass.rules", "");
	assert_false(look().flag_rule);
	assert_true(look().command[0]);
}

static void what_udev_knows_of_a_node_is_found(void **state)
{
	char name[32], family[32] = "";
	struct stat st;

	(void)state;
	assert_int_equal(stat("/dev/null", &st), 0);
	snprintf(name, sizeof(name), "c%u:%u", major(st.st_rdev), minor(st.st_rdev));
	put("/run/udev/data", name, "I:123\nE:ID_VENDOR=x\nE:ID_SANDGLASS_NOT=1\nG:uaccess\n");
	assert_false(look().flagged);
	put("/run/udev/data", name, "I:123\nE:ID_VENDOR=x\nE:ID_SANDGLASS=tdstat\nG:uaccess\n");
	assert_true(look().flagged);
	assert_true(sg_access_flagged(root, "/dev/null", family, sizeof(family)));
	assert_string_equal(family, "tdstat");
	assert_false(sg_access_flagged(root, "/dev/nowhere", family, sizeof(family)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_says_what_mends_it),
		cmocka_unit_test_setup_teardown(rules_are_found_where_udev_reads_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_udev_knows_of_a_node_is_found, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Cables that were moved: where to look for the instrument, and where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_sysfs.h"
#include "transport/whereabouts.h"

#define TDSTAT "USB Potentiostat/galvanostat"

static struct fake_sysfs sys;
static char dev[64];
static struct sg_candidate found[SG_CANDIDATES_MAX];

static int set_up(void **state)
{
	(void)state;
	fake_sysfs_begin(&sys);
	strcpy(dev, "/tmp/sg_dev_XXXXXX");
	return mkdtemp(dev) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	fake_sysfs_end(&sys);
	snprintf(command, sizeof(command), "rm -r %s", dev);
	return system(command);
}

static struct sg_whereabouts before(const char *uri, const char *place, const char *serial, int vendor, int product)
{
	struct sg_whereabouts w = { .usb_vendor = vendor, .usb_product = product };

	snprintf(w.uri, sizeof(w.uri), "%s", uri);
	snprintf(w.place, sizeof(w.place), "%s", place);
	snprintf(w.usb_serial, sizeof(w.usb_serial), "%s", serial);
	return w;
}

/* All candidates on one line: their kind's first letter (Place, Serial, Ids) and their address. */
static void expect(const struct sg_whereabouts *w, const char *wanted)
{
	static const char letters[] = "PSI";
	char text[2048] = "";
	size_t count = sg_whereabouts_find_in(sys.root, dev, w, found);

	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%c %s", i ? " " : "", letters[found[i].kind],
			 found[i].uri);
	assert_string_equal(text, wanted);
}

static void make_tty(const char *tty, const char *place)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dev, tty);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	fake_sysfs_acm(&sys, tty, place);
}

static void an_address_that_is_not_on_usb_stays_where_it_is(void **state)
{
	static const char *const uris[] = { "tcp:host:4001", "pty:/dev/pts/3", "sim:/tmp/a.sock#tdstat", "serial:/dev/ttyS0" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		const struct sg_whereabouts w = before(uris[i], i == 2 ? "tdstat" : "", "", -1, -1);
		char wanted[128];

		snprintf(wanted, sizeof(wanted), "P %s", uris[i]);
		expect(&w, wanted);
	}
}

static void a_usb_device_that_is_back_in_its_port_is_there(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002", "1-1.2", "0001", 0xa0a0, 2);

	(void)state;
	expect(&w, "");
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "0001", TDSTAT);
	expect(&w, "P usb:a0a0:0002@1-1.2");
	assert_string_equal(found[0].place, "1-1.2");
	assert_string_equal(found[0].usb_serial, "0001");
}

static void a_bad_cable_goes_where_the_instrument_goes(void **state)
{
	const struct sg_whereabouts w = before("faulty:drop=0.1:usb:a0a0:0002", "1-1.2", "KIT-0007", 0xa0a0, 2);
	const struct sg_whereabouts stays = before("faulty:drop=0.1:tcp:host:4001", "", "", -1, -1);

	(void)state;
	fake_sysfs_plug(&sys, "3-2", "a0a0:0002", "KIT-0007", TDSTAT);
	expect(&w, "S faulty:drop=0.1:usb:a0a0:0002@3-2");
	expect(&stays, "P faulty:drop=0.1:tcp:host:4001");
}

static void one_of_two_equal_boards_is_looked_for_in_its_own_port_first(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1.2", "1-1.2", "0001", 0xa0a0, 2);

	(void)state;
	fake_sysfs_plug(&sys, "1-1.1", "a0a0:0002", "0001", TDSTAT);
	expect(&w, "I usb:a0a0:0002@1-1.1"); /* perhaps somebody else's */
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "0001", TDSTAT);
	expect(&w, "P usb:a0a0:0002@1-1.2 I usb:a0a0:0002@1-1.1");
}

static void another_kind_of_device_in_the_port_is_not_it(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1.2", "1-1.2", "0001", 0xa0a0, 2);

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0001", "0001", "USB potentiostat");
	expect(&w, "");
	fake_sysfs_pull(&sys, "1-1.2");
	/* nor one that says by its descriptor that it is another unit */
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "KIT-0007", TDSTAT);
	expect(&w, "");
}

static void a_serial_string_of_its_own_is_followed_to_any_port(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1.2", "1-1.2", "KIT-0007", 0xa0a0, 2);

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "KIT-0008", TDSTAT);
	fake_sysfs_plug(&sys, "1-1.4", "a0a0:0002", "0001", TDSTAT);
	fake_sysfs_plug(&sys, "3-2", "a0a0:0002", "KIT-0007", TDSTAT);
	expect(&w, "S usb:a0a0:0002@3-2");
	assert_string_equal(found[0].usb_serial, "KIT-0007");
}

static void a_serial_string_that_two_carry_tells_nothing(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1.2", "1-1.2", "KIT-0007", 0xa0a0, 2);

	(void)state;
	fake_sysfs_plug(&sys, "1-3", "a0a0:0002", "KIT-0007", TDSTAT);
	fake_sysfs_plug(&sys, "3-2", "a0a0:0002", "KIT-0007", TDSTAT);
	expect(&w, "I usb:a0a0:0002@1-3 I usb:a0a0:0002@3-2");
}

static bool had(const struct sg_neighbours *n, enum sg_candidate_kind kind, const char *place)
{
	struct sg_candidate candidate = { .kind = kind };

	strcpy(candidate.place, place);
	return sg_neighbours_had(n, &candidate);
}

static void look_alikes_beside_it_are_noted_by_their_places(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1.2", "1-1.2", "0001", 0xa0a0, 2);
	struct sg_neighbours n = { .count = 0 };

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "0001", TDSTAT);
	fake_sysfs_plug(&sys, "1-1.3", "a0a0:0002", "0001", TDSTAT);
	fake_sysfs_plug(&sys, "1-1.4", "a0a0:0002", "KIT-0007", TDSTAT); /* says that it is another one */
	fake_sysfs_plug(&sys, "1-1.5", "a0a0:0001", "0001", TDSTAT);
	sg_neighbours_note_in(sys.root, dev, &n, &w);
	assert_int_equal(n.count, 1);
	assert_true(had(&n, SG_CANDIDATE_SAME_IDS, "1-1.3"));
	assert_true(had(&n, SG_CANDIDATE_SAME_SERIAL, "1-1.3"));
	assert_false(had(&n, SG_CANDIDATE_SAME_IDS, "2-1"));
	/* one more comes later; the first is not forgotten, nor noted twice */
	fake_sysfs_pull(&sys, "1-1.3");
	fake_sysfs_plug(&sys, "2-1", "a0a0:0002", "0001", TDSTAT);
	sg_neighbours_note_in(sys.root, dev, &n, &w);
	sg_neighbours_note_in(sys.root, dev, &n, &w);
	assert_int_equal(n.count, 2);
	assert_true(had(&n, SG_CANDIDATE_SAME_IDS, "1-1.3"));
	assert_true(had(&n, SG_CANDIDATE_SAME_IDS, "2-1"));
	assert_false(had(&n, SG_CANDIDATE_SAME_PLACE, "2-1"));
}

static void adapters_with_one_serial_string_are_neighbours_too(void **state)
{
	struct sg_neighbours n = { .count = 0 };
	struct sg_whereabouts w;
	char uri[128];

	(void)state;
	snprintf(uri, sizeof(uri), "serial:%s/ttyUSB0", dev);
	w = before(uri, "1-1.2", "A50285BI", 0x0403, 0x6001);
	fake_sysfs_plug(&sys, "1-1.2", "0403:6001", "A50285BI", "UART");
	fake_sysfs_adapter(&sys, "ttyUSB0", "1-1.2");
	fake_sysfs_plug(&sys, "1-1.3", "0403:6001", "A50285BI", "UART");
	fake_sysfs_adapter(&sys, "ttyUSB1", "1-1.3");
	sg_neighbours_note_in(sys.root, dev, &n, &w);
	assert_int_equal(n.count, 1);
	assert_true(had(&n, SG_CANDIDATE_SAME_SERIAL, "1-1.3"));
}

/* Better none than the wrong one. */
static void more_look_alikes_than_can_be_noted_make_every_place_suspect(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1", "1-1", "0001", 0xa0a0, 2);
	struct sg_neighbours n = { .count = 0 };

	(void)state;
	for (int i = 2; i < 2 + SG_NEIGHBOURS_MAX + 1; i++) {
		char place[16];

		snprintf(place, sizeof(place), "1-%d", i);
		fake_sysfs_plug(&sys, place, "a0a0:0002", "0001", TDSTAT);
	}
	sg_neighbours_note_in(sys.root, dev, &n, &w);
	assert_int_equal(n.count, SG_NEIGHBOURS_MAX);
	assert_true(had(&n, SG_CANDIDATE_SAME_IDS, "9-9"));
	assert_false(had(&n, SG_CANDIDATE_SAME_PLACE, "1-1"));
}

static void a_tty_may_have_another_name_afterwards(void **state)
{
	struct sg_whereabouts w;
	char uri[128], wanted[256];

	(void)state;
	snprintf(uri, sizeof(uri), "serial:%s/ttyACM0", dev);
	w = before(uri, "1-1.2", "ES4HR20B0009", 0x0483, 0x5740);
	expect(&w, "");
	fake_sysfs_plug(&sys, "1-1.2", "0483:5740", "ES4HR20B0009", "EmStat4 HR");
	make_tty("ttyACM1", "1-1.2");
	snprintf(wanted, sizeof(wanted), "P serial:%s/ttyACM1", dev);
	expect(&w, wanted);
}

static void the_old_name_may_be_another_instruments_now(void **state)
{
	struct sg_whereabouts w;
	char uri[128], wanted[256];

	(void)state;
	snprintf(uri, sizeof(uri), "serial:%s/ttyACM0", dev);
	w = before(uri, "1-1.2", "ES4HR20B0009", 0x0483, 0x5740);
	fake_sysfs_plug(&sys, "1-1.3", "0483:5740", "ES4HR20B0010", "EmStat4 HR");
	make_tty("ttyACM0", "1-1.3");
	expect(&w, "");
	fake_sysfs_plug(&sys, "2-2", "0483:5740", "ES4HR20B0009", "EmStat4 HR");
	make_tty("ttyACM1", "2-2");
	snprintf(wanted, sizeof(wanted), "S serial:%s/ttyACM1", dev);
	expect(&w, wanted);
}

/* Adapters without a serial number elsewhere: what hangs on them, nobody knows. */
static void a_tty_elsewhere_without_serial_string_is_no_candidate(void **state)
{
	struct sg_whereabouts w;
	char uri[128];

	(void)state;
	snprintf(uri, sizeof(uri), "serial:%s/ttyUSB0", dev);
	w = before(uri, "1-1.2", "", 0x1a86, 0x7523);
	fake_sysfs_plug(&sys, "1-1.3", "1a86:7523", NULL, "USB Serial");
	fake_sysfs_adapter(&sys, "ttyUSB0", "1-1.3");
	expect(&w, "");
}

static void the_users_own_name_is_kept_while_it_leads_there(void **state)
{
	char link[128], target[128], uri[160], wanted[256];
	struct sg_whereabouts w;

	(void)state;
	snprintf(link, sizeof(link), "%s/emstat4-ES4HR20B0009", dev);
	snprintf(target, sizeof(target), "%s/ttyACM3", dev);
	snprintf(uri, sizeof(uri), "serial:%s", link);
	w = before(uri, "1-1.2", "ES4HR20B0009", 0x0483, 0x5740);
	fake_sysfs_plug(&sys, "1-1.2", "0483:5740", "ES4HR20B0009", "EmStat4 HR");
	make_tty("ttyACM3", "1-1.2");
	/* the link is made a moment later than the tty */
	snprintf(wanted, sizeof(wanted), "P serial:%s", target);
	expect(&w, wanted);
	assert_int_equal(symlink(target, link), 0);
	snprintf(wanted, sizeof(wanted), "P %s", uri);
	expect(&w, wanted);
}

static void no_more_than_there_is_room_for(void **state)
{
	const struct sg_whereabouts w = before("usb:a0a0:0002@1-1", "1-1", "0001", 0xa0a0, 2);

	(void)state;
	for (int i = 2; i < 70; i++) {
		char place[16];

		snprintf(place, sizeof(place), "1-%d", i);
		fake_sysfs_plug(&sys, place, "a0a0:0002", "0001", TDSTAT);
	}
	assert_int_equal(sg_whereabouts_find_in(sys.root, dev, &w, found), SG_CANDIDATES_MAX);
}

static void serial_strings_that_makers_leave_in_every_unit(void **state)
{
	static const char *const trivial[] = { "", "0", "0001", "1", "000000000042", "123456", "0123456789", "1234567890",
					       "0123456789ABCDEF" };
	static const char *const telling[] = { "ES4HR20B0009", "KIT-0007", "A1", "FT1", "20231", "1243", "123457", "00123456A" };

	(void)state;
	for (size_t i = 0; i < sizeof(trivial) / sizeof(trivial[0]); i++) {
		if (!sg_serial_is_trivial(trivial[i]))
			fail_msg("\"%s\" would be followed", trivial[i]);
	}
	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
		if (sg_serial_is_trivial(telling[i]))
			fail_msg("\"%s\" would not be followed", telling[i]);
	}
}

static void a_note_takes_what_the_link_knows(void **state)
{
	struct sg_transport link;
	struct sg_whereabouts w;

	(void)state;
	memset(&link, 0, sizeof(link));
	strcpy(link.place, "99-9"); /* not on this machine: the ids stay unknown, and it stays where it is */
	strcpy(link.usb_serial, "KIT-0007");
	sg_whereabouts_note(&w, "usb:a0a0:0002@99-9", &link);
	assert_string_equal(w.uri, "usb:a0a0:0002@99-9");
	assert_string_equal(w.place, "99-9");
	assert_string_equal(w.usb_serial, "KIT-0007");
	assert_int_equal(w.usb_vendor, -1);
	expect(&w, "P usb:a0a0:0002@99-9");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_that_is_not_on_usb_stays_where_it_is),
		TEST(a_usb_device_that_is_back_in_its_port_is_there),
		TEST(a_bad_cable_goes_where_the_instrument_goes),
		TEST(one_of_two_equal_boards_is_looked_for_in_its_own_port_first),
		TEST(another_kind_of_device_in_the_port_is_not_it),
		TEST(a_serial_string_of_its_own_is_followed_to_any_port),
		TEST(a_serial_string_that_two_carry_tells_nothing),
		TEST(look_alikes_beside_it_are_noted_by_their_places),
		TEST(adapters_with_one_serial_string_are_neighbours_too),
		TEST(more_look_alikes_than_can_be_noted_make_every_place_suspect),
		TEST(a_tty_may_have_another_name_afterwards),
		TEST(the_old_name_may_be_another_instruments_now),
		TEST(a_tty_elsewhere_without_serial_string_is_no_candidate),
		TEST(the_users_own_name_is_kept_while_it_leads_there),
		TEST(no_more_than_there_is_room_for),
		TEST(serial_strings_that_makers_leave_in_every_unit),
		TEST(a_note_takes_what_the_link_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

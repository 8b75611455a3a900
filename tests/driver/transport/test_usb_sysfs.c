/* SPDX-License-Identifier: Apache-2.0 */
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
#include "transport/usb_sysfs.h"

static struct fake_sysfs sys;

static int set_up(void **state)
{
	(void)state;
	fake_sysfs_begin(&sys);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_sysfs_end(&sys);
	return 0;
}

static void a_device_is_read_by_its_place(void **state)
{
	struct sg_usb_entry entry;

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "0001", "USB Potentiostat/galvanostat");
	assert_true(sg_usb_sysfs_read(sys.root, "1-1.2", &entry));
	assert_string_equal(entry.place, "1-1.2");
	assert_int_equal(entry.vendor, 0xa0a0);
	assert_int_equal(entry.product_id, 2);
	assert_string_equal(entry.serial, "0001");
	assert_string_equal(entry.product, "USB Potentiostat/galvanostat");
	assert_string_equal(entry.manufacturer, "Maker");
	assert_memory_equal(entry.node, "/dev/bus/usb/001/", 17);
}

static void what_is_no_device_is_not_read(void **state)
{
	static const char *const names[] = { "1-1.3", "usb1", "1-1.2:1.0", "", "..", "../../etc", "1-1.2/" };
	struct sg_usb_entry entry;

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", NULL, "x");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (sg_usb_sysfs_read(sys.root, names[i], &entry))
			fail_msg("\"%s\" read", names[i]);
	}
	assert_true(sg_usb_sysfs_read(sys.root, "1-1.2", &entry));
	assert_string_equal(entry.serial, "");
	assert_false(sg_usb_sysfs_read("/nowhere", "1-1.2", &entry));
}

/* Between the end of a device and the end of its folder its attributes cannot be read. */
static void a_device_that_is_just_leaving_is_none(void **state)
{
	struct sg_usb_entry entry;
	char path[256];

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "a0a0:0002", "0001", "x");
	snprintf(path, sizeof(path), "%s/devices/1-1.2/idVendor", sys.root);
	unlink(path);
	assert_false(sg_usb_sysfs_read(sys.root, "1-1.2", &entry));
}

static void what_a_device_says_of_itself_cannot_break_a_line_or_a_buffer(void **state)
{
	struct sg_usb_entry entry;
	char much[300];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	fake_sysfs_plug(&sys, "1-1", "a0a0:0002", much, "a\x1b[2Jb");
	assert_true(sg_usb_sysfs_read(sys.root, "1-1", &entry));
	assert_int_equal(strlen(entry.serial), sizeof(entry.serial) - 1);
	assert_string_equal(entry.product, "a?[2Jb");
}

struct heard {
	unsigned count;
	char text[512];
	unsigned stop_after;
};

static bool hear_device(void *ctx, const struct sg_usb_entry *entry)
{
	struct heard *h = ctx;

	strcat(strcat(h->text, entry->place), " ");
	return ++h->count != h->stop_after;
}

static bool hear_tty(void *ctx, const char *tty, const struct sg_usb_entry *entry)
{
	struct heard *h = ctx;

	strcat(strcat(strcat(strcat(h->text, tty), "="), entry->place), " ");
	return ++h->count != h->stop_after;
}

static void devices_are_listed_in_order(void **state)
{
	struct heard all = { .count = 0 }, two = { .stop_after = 2 }, none = { .count = 0 };

	(void)state;
	fake_sysfs_plug(&sys, "1-10", "a0a0:0002", NULL, "x");
	fake_sysfs_plug(&sys, "2-1", "1d6b:0002", NULL, "x");
	fake_sysfs_plug(&sys, "1-2.1", "a0a0:0002", NULL, "x");
	sg_usb_sysfs_list(sys.root, hear_device, &all);
	assert_string_equal(all.text, "1-2.1 1-10 2-1 ");
	sg_usb_sysfs_list(sys.root, hear_device, &two);
	assert_int_equal(two.count, 2);
	sg_usb_sysfs_list("/nowhere", hear_device, &none);
	assert_int_equal(none.count, 0);
}

static void a_tty_leads_to_its_device(void **state)
{
	struct sg_usb_entry entry;
	struct heard all = { .count = 0 };

	(void)state;
	fake_sysfs_plug(&sys, "1-1.2", "0483:5740", "S1", "EmStat4 HR");
	fake_sysfs_plug(&sys, "1-1.3", "0403:6001", "FT1", "FT232R USB UART");
	fake_sysfs_acm(&sys, "ttyACM0", "1-1.2");
	fake_sysfs_adapter(&sys, "ttyUSB0", "1-1.3");
	fake_sysfs_board(&sys, "ttyS0");
	assert_true(sg_usb_sysfs_of_tty(sys.root, "ttyACM0", &entry));
	assert_string_equal(entry.place, "1-1.2");
	assert_string_equal(entry.serial, "S1");
	assert_true(sg_usb_sysfs_of_tty(sys.root, "ttyUSB0", &entry));
	assert_string_equal(entry.place, "1-1.3");
	assert_false(sg_usb_sysfs_of_tty(sys.root, "ttyS0", &entry));
	assert_false(sg_usb_sysfs_of_tty(sys.root, "ttyACM1", &entry));
	assert_false(sg_usb_sysfs_of_tty(sys.root, "../tty/ttyACM0", &entry));
	sg_usb_sysfs_ttys(sys.root, hear_tty, &all);
	assert_string_equal(all.text, "ttyACM0=1-1.2 ttyUSB0=1-1.3 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_is_read_by_its_place),
		TEST(what_is_no_device_is_not_read),
		TEST(a_device_that_is_just_leaving_is_none),
		TEST(what_a_device_says_of_itself_cannot_break_a_line_or_a_buffer),
		TEST(devices_are_listed_in_order),
		TEST(a_tty_leads_to_its_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

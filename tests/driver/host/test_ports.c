/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/ports.h"
#include "registry.h"

static struct sg_serial_port port_with(const char *product)
{
	struct sg_serial_port port = {
		.path = "/dev/ttyACM7", .description = "", .usb_vendor = 0x0483, .usb_product = 0x5740,
		.manufacturer = "Maker", .product = product, .serial = "S0001",
	};

	return port;
}

static void every_family_with_a_usb_name_is_known_by_it(void **state)
{
	unsigned asked = 0;

	(void)state;
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *family = sg_registry_at(i);
		struct sg_serial_port port;
		char longer[128] = "";

		if (!family->usb_product)
			continue;
		port = port_with(family->usb_product);
		assert_ptr_equal(sg_port_family(&port), family);
		strncat(longer, family->usb_product, 100);
		strcat(longer, " LR");
		port = port_with(longer);
		assert_ptr_equal(sg_port_family(&port), family);
		asked++;
	}
	assert_true(asked > 0);
}

static void other_products_are_no_family(void **state)
{
	static const char *const products[] = { "", "FT232R USB UART", "emstat4", "Not an EmStat4", "E" };

	(void)state;
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		const struct sg_serial_port port = port_with(products[i]);

		if (sg_port_family(&port))
			fail_msg("\"%s\" taken for %s", products[i], sg_port_family(&port)->name);
	}
}

static void a_port_is_described_with_all_that_is_known(void **state)
{
	struct sg_serial_port port = port_with("FT232R USB UART");
	char storage[1024];
	struct sg_text text;

	(void)state;
	sg_text_init(&text, storage, sizeof(storage));
	sg_port_describe(&port, &text);
	assert_memory_equal(storage, "serial:/dev/ttyACM7\n", strlen("serial:/dev/ttyACM7\n"));
	assert_non_null(strstr(storage, "0483:5740  Maker FT232R USB UART\n"));
	assert_non_null(strstr(storage, "S0001\n"));
	assert_non_null(strstr(storage, "without asking\n"));
}

static void a_port_that_is_not_on_usb_has_no_usb_line(void **state)
{
	const struct sg_serial_port port = { .path = "/dev/ttyS0", .description = "", .usb_vendor = -1,
					     .usb_product = -1, .manufacturer = "", .product = "", .serial = "" };
	char storage[1024];
	struct sg_text text;

	(void)state;
	sg_text_init(&text, storage, sizeof(storage));
	sg_port_describe(&port, &text);
	assert_null(strstr(storage, "usb"));
	assert_null(strstr(storage, "ffff"));
	assert_null(strstr(storage, "description"));
}

static void every_family_on_usb_is_known_by_its_ids(void **state)
{
	struct sg_usb_entry entry = { .vendor = 0x1d6b, .product_id = 2 };

	(void)state;
	assert_null(sg_usb_family(&entry));
	memset(&entry, 0, sizeof(entry)); /* families that are not on USB have zeros there */
	assert_null(sg_usb_family(&entry));
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *family = sg_registry_at(i);

		if (!family->usb_vendor)
			continue;
		entry.vendor = family->usb_vendor;
		entry.product_id = family->usb_product_id;
		assert_ptr_equal(sg_usb_family(&entry), family);
		entry.product_id = family->usb_product_id ^ 0x100;
		assert_null(sg_usb_family(&entry));
	}
}

static const struct sg_family board = { .name = "board", .title = "Some Board", .usb_vendor = 0xa0a0, .usb_product_id = 2 };

static void two_equal_boards_are_shown_apart_by_their_ports(void **state)
{
	static const char *const places[] = { "1-1.1", "1-1.2" };
	char storage[2][1024];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sg_usb_entry entry = { .vendor = 0xa0a0, .product_id = 2, .serial = "0001", .product = "Board",
					      .manufacturer = "Maker", .node = "/nowhere" };
		char line[64];
		struct sg_text text;

		strcpy(entry.place, places[i]);
		sg_text_init(&text, storage[i], sizeof(storage[i]));
		sg_usb_describe(&entry, &board, &text);
		snprintf(line, sizeof(line), "usb:a0a0:0002@%s\n", places[i]);
		assert_memory_equal(storage[i], line, strlen(line));
		assert_non_null(strstr(storage[i], "0001  (not unique: known by its port path)\n"));
		assert_non_null(strstr(storage[i], "Some Board (family: board)"));
		assert_null(strstr(storage[i], "access"));
	}
	assert_string_not_equal(storage[0], storage[1]);
}

static void a_device_says_whether_it_is_accessible(void **state)
{
	struct sg_usb_entry entry = { .vendor = 0xa0a0, .product_id = 2, .place = "1-1", .serial = "KIT-0007",
				      .node = "/dev/null" };
	char storage[1024];
	struct sg_text text;

	(void)state;
	sg_text_init(&text, storage, sizeof(storage));
	sg_usb_describe(&entry, &board, &text);
	assert_non_null(strstr(storage, "    access       yes\n"));
	assert_non_null(strstr(storage, "KIT-0007\n"));
}

static void a_port_on_usb_shows_its_port_path(void **state)
{
	struct sg_serial_port port = port_with("EmStat4 HR");
	char storage[1024];
	struct sg_text text;

	(void)state;
	port.place = "2-1.4";
	sg_text_init(&text, storage, sizeof(storage));
	sg_port_describe(&port, &text);
	assert_non_null(strstr(storage, "    port path    2-1.4\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_family_with_a_usb_name_is_known_by_it),
		cmocka_unit_test(other_products_are_no_family),
		cmocka_unit_test(a_port_is_described_with_all_that_is_known),
		cmocka_unit_test(a_port_that_is_not_on_usb_has_no_usb_line),
		cmocka_unit_test(a_port_on_usb_shows_its_port_path),
		cmocka_unit_test(every_family_on_usb_is_known_by_its_ids),
		cmocka_unit_test(two_equal_boards_are_shown_apart_by_their_ports),
		cmocka_unit_test(a_device_says_whether_it_is_accessible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

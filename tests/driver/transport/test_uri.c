/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/uri.h"

static const struct good {
	const char *legend;
	const char *text;
	enum sg_uri_kind kind;
	const char *path;
	const char *port;
} good[] = {
	{ "a serial port is its device", "serial:/dev/ttyACM0", SG_URI_SERIAL, "/dev/ttyACM0", "" },
	{ "a stable name may hold colons", "serial:/dev/serial/by-path/pci-0:14.0-usb-0:2:1.0", SG_URI_SERIAL,
	  "/dev/serial/by-path/pci-0:14.0-usb-0:2:1.0", "" },
	{ "a TCP address is host and port", "tcp:chamber.lab:4001", SG_URI_TCP, "chamber.lab", "4001" },
	{ "an IPv6 host loses its brackets", "tcp:[fe80::1%eth0]:23", SG_URI_TCP, "fe80::1%eth0", "23" },
	{ "a service may have a name", "tcp:localhost:telnet", SG_URI_TCP, "localhost", "telnet" },
	{ "the last port there is", "tcp:h:65535", SG_URI_TCP, "h", "65535" },
	{ "a pseudo-terminal is a path", "pty:/dev/pts/3", SG_URI_PTY, "/dev/pts/3", "" },
	{ "a lockstep port follows the socket", "sim:/tmp/a.sock#emstat4-2", SG_URI_SIM, "/tmp/a.sock", "emstat4-2" },
	{ "a lockstep address may leave the port out", "sim:/tmp/a.sock", SG_URI_SIM, "/tmp/a.sock", "" },
	{ "usb is kept whole, and its place apart", "usb:a0a0:0002@1-1.2", SG_URI_USB, "a0a0:0002@1-1.2", "1-1.2" },
	{ "usb may leave the place out", "usb:a0a0:0002", SG_URI_USB, "a0a0:0002", "" },
	{ "usb right at the root hub", "usb:ffff:0000@255-255", SG_URI_USB, "ffff:0000@255-255", "255-255" },
	{ "usb behind as many hubs as there can be", "usb:1234:abcd@10-1.2.3.4.5.6.7", SG_URI_USB,
	  "1234:abcd@10-1.2.3.4.5.6.7", "10-1.2.3.4.5.6.7" },
};

static const struct bad {
	const char *legend;
	const char *text;
	const char *said;
} bad[] = {
	{ "nothing", "", "not an address" },
	{ "a bare device", "/dev/ttyACM0", "serial:/dev/ttyACM0" },
	{ "an unknown kind", "http://host", "not an address" },
	{ "a kind in capitals", "SERIAL:/dev/ttyACM0", "not an address" },
	{ "serial without device", "serial:", "names no device" },
	{ "pty without path", "pty:", "names no device" },
	{ "usb without device", "usb:", "four hexadecimal digits" },
	{ "usb without product", "usb:a0a0", "usb:a0a0:0002@1-1.2" },
	{ "usb with an empty product", "usb:a0a0:", "four hexadecimal digits" },
	{ "usb with three digits", "usb:a0a0:002@1-1", "four hexadecimal digits" },
	{ "usb with five digits", "usb:a0a0:00002@1-1", "four hexadecimal digits" },
	{ "usb with a prefix", "usb:0xa0a0:0x0002", "four hexadecimal digits" },
	{ "usb in capitals", "usb:A0A0:0002@1-1", "lower case" },
	{ "usb with what is no digit", "usb:a0g0:0002@1-1", "four hexadecimal digits" },
	{ "usb with a place that follows nothing", "usb:a0a0:00021-1", "four hexadecimal digits" },
	{ "usb with an empty place", "usb:a0a0:0002@", "/sys/bus/usb/devices" },
	{ "usb with a bus only", "usb:a0a0:0002@1", "port path" },
	{ "usb with a bus and no port", "usb:a0a0:0002@1-", "port path" },
	{ "usb with a root hub", "usb:a0a0:0002@usb1", "port path" },
	{ "usb with port 0", "usb:a0a0:0002@1-0", "port path" },
	{ "usb with a leading zero", "usb:a0a0:0002@1-01", "port path" },
	{ "usb with a port that is too high", "usb:a0a0:0002@1-256", "port path" },
	{ "usb with a port of too many digits", "usb:a0a0:0002@1-1000", "port path" },
	{ "usb with a dot at the end", "usb:a0a0:0002@1-1.", "port path" },
	{ "usb with an interface", "usb:a0a0:0002@1-1.2:1.0", "without an interface" },
	{ "usb with a space", "usb:a0a0:0002@1- 1", "port path" },
	{ "usb with too long a path", "usb:a0a0:0002@1-1.2.3.4.5.6.7.8", "port path" },
	{ "tcp without port", "tcp:host", "tcp:host:port" },
	{ "tcp with an empty port", "tcp:host:", "tcp:host:port" },
	{ "tcp without host", "tcp::4001", "tcp:host:port" },
	{ "tcp with empty brackets", "tcp:[]:4001", "tcp:host:port" },
	{ "port 0", "tcp:host:0", "1 to 65535" },
	{ "a port that the resolver would cut down to 4464", "tcp:host:70000", "1 to 65535" },
	{ "a port of too many digits", "tcp:host:000080", "1 to 65535" },
	{ "a port with something behind it", "tcp:host:80/", "1 to 65535" },
	{ "IPv6 without brackets", "tcp:fe80::1:4001", "brackets" },
	{ "sim without socket", "sim:#emstat4", "sim:/path/to.sock#port" },
};

static void takes_good_addresses_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct sg_uri uri;

		if (sg_uri_parse(good[i].text, &uri, NULL))
			fail_msg("%s: \"%s\" refused", good[i].legend, good[i].text);
		if (uri.kind == SG_URI_USB) {
			char ids[16];

			snprintf(ids, sizeof(ids), "%04x:%04x", (unsigned)uri.usb_vendor, (unsigned)uri.usb_product);
			assert_memory_equal(uri.path, ids, 9);
		}
		if (uri.kind != good[i].kind || strcmp(uri.path, good[i].path) != 0 ||
		    strcmp(uri.port, good[i].port) != 0)
			fail_msg("%s: \"%s\" became kind %d, \"%s\", \"%s\"", good[i].legend, good[i].text,
				 (int)uri.kind, uri.path, uri.port);
	}
}

static void refuses_bad_addresses_and_says_what_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char storage[512];
		struct sg_text why;
		struct sg_uri uri;

		memset(&uri, 0x5a, sizeof(uri));
		sg_text_init(&why, storage, sizeof(storage));
		if (sg_uri_parse(bad[i].text, &uri, &why) != SG_ERR_ARGUMENT)
			fail_msg("%s: \"%s\" accepted", bad[i].legend, bad[i].text);
		if (!strstr(storage, bad[i].said))
			fail_msg("%s: \"%s\" said: %s", bad[i].legend, bad[i].text, storage);
		assert_int_equal(uri.path[0], 0x5a);
	}
}

static void fills_its_parts_and_not_more(void **state)
{
	char text[16 + SG_URI_PART_SIZE] = "serial:";
	struct sg_uri uri;

	(void)state;
	memset(text + 7, 'x', SG_URI_PART_SIZE - 1);
	assert_int_equal(sg_uri_parse(text, &uri, NULL), SG_OK);
	assert_int_equal(strlen(uri.path), SG_URI_PART_SIZE - 1);
	text[7 + SG_URI_PART_SIZE - 1] = 'x';
	assert_int_equal(sg_uri_parse(text, &uri, NULL), SG_ERR_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_good_addresses_apart),
		cmocka_unit_test(refuses_bad_addresses_and_says_what_is_right),
		cmocka_unit_test(fills_its_parts_and_not_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

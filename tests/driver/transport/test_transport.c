/* SPDX-License-Identifier: Apache-2.0 */
/* The one door to all transports. What each kind does behind it is in a file of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/clock.h"
#include "transport/transport.h"

static const struct sg_line line = { .baud = 9600, .flow = SG_FLOW_NONE };

static const struct row {
	const char *legend;
	const char *uri;
	double speed; /* 0: a clock that is not tied to real time */
	enum sg_err err;
	const char *said;
} rows[] = {
	{ "what is no address", "ttyACM0", 1, SG_ERR_ARGUMENT, "not an address" },
	{ "usb goes to the devices on USB", "usb:a0a0:ffff@1-1", 1, SG_ERR_NOT_FOUND, "no such device" },
	{ "usb at no place in particular too", "usb:a0a0:ffff", 1, SG_ERR_NOT_FOUND, "sandglass list" },
	{ "usb may hurry with a simulator", "usb:a0a0:ffff", 100, SG_ERR_NOT_FOUND, "no such device" },
	{ "usb needs real time", "usb:a0a0:ffff", 0, SG_ERR_ARGUMENT, "time is a simulator's" },
	{ "serial goes to the serial ports", "serial:/dev/nowhere", 1, SG_ERR_NOT_FOUND, "sandglass list" },
	{ "pty goes to the pseudo-terminals", "pty:/dev/null", 1, SG_ERR_ARGUMENT, "not a pseudo-terminal" },
	{ "tcp goes to the sockets", "tcp:127.0.0.1:no-such-service", 1, SG_ERR_NOT_FOUND, "no-such-service" },
	{ "sim needs its simulator's clock", "sim:/tmp/a.sock#x", 1, SG_ERR_ARGUMENT, "clock is not that" },
	{ "sim needs it at any speed", "sim:/tmp/a.sock#x", 100, SG_ERR_ARGUMENT, "clock is not that" },
	{ "a real port needs real time", "serial:/dev/ttyACM0", 0, SG_ERR_ARGUMENT, "time is a simulator's" },
	{ "so does a pty", "pty:/dev/pts/0", 0, SG_ERR_ARGUMENT, "time is a simulator's" },
	{ "so does tcp", "tcp:127.0.0.1:9", 0, SG_ERR_ARGUMENT, "time is a simulator's" },
};

static void each_address_goes_to_its_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_transport *link = NULL;
		struct sg_host_clock clock;
		char said[512];
		struct sg_text why;
		enum sg_err err;

		sg_host_clock_init(&clock, rows[i].speed);
		sg_text_init(&why, said, sizeof(said));
		err = sg_transport_open(rows[i].uri, &line, &clock.clock, &why, &link);
		if (err != rows[i].err || !strstr(said, rows[i].said) || link)
			fail_msg("%s: %s, \"%s\"", rows[i].legend, sg_err_name(err), said);
		/* and without anybody to tell */
		assert_int_equal(sg_transport_open(rows[i].uri, &line, &clock.clock, NULL, &link), rows[i].err);
	}
}

static void closing_nothing_is_fine(void **state)
{
	(void)state;
	sg_transport_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_goes_to_its_kind),
		cmocka_unit_test(closing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "port/endpoint.h"

static const struct fw_firmware serial_one = { .name = "made-up" };

static char folder[] = "/tmp/fw-endpoint-XXXXXX";
static char link_path[64];
static char pty_uri[80];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(link_path, sizeof(link_path), "%s/port", folder);
	snprintf(pty_uri, sizeof(pty_uri), "pty:%s", link_path);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(link_path);
	return rmdir(folder);
}

static size_t read_soon(struct fw_endpoint *endpoint, void *bytes, size_t size)
{
	struct pollfd fds[FW_ENDPOINT_POLLS];

	size_t length;

	assert_int_equal(endpoint->kind->poll(endpoint, fds), 1);
	assert_int_equal(poll(fds, 1, 2000), 1);
	return endpoint->kind->read(endpoint, bytes, size, &length) ? length : 0;
}

static void a_pty_carries_every_byte_unchanged(void **state)
{
	struct fw_endpoint endpoint;
	const char *why = NULL;
	uint8_t sent[256];
	uint8_t got[256];
	int fd;

	(void)state;
	assert_int_equal(fw_endpoint_open(&endpoint, pty_uri, &serial_one, NULL, &why), 0);
	fd = open(link_path, O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	for (int i = 0; i < 256; i++)
		sent[i] = (uint8_t)i;
	assert_int_equal(write(fd, sent, sizeof(sent)), sizeof(sent));
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), sizeof(got));
	assert_memory_equal(sent, got, sizeof(sent));
	assert_int_equal(endpoint.kind->write(&endpoint, sent, sizeof(sent)), sizeof(sent));
	assert_int_equal(read(fd, got, sizeof(got)), sizeof(got));
	assert_memory_equal(sent, got, sizeof(sent));
	close(fd);
	fw_endpoint_close(&endpoint);
	assert_int_equal(access(link_path, F_OK), -1);
}

static void a_pty_outlives_a_host_that_leaves(void **state)
{
	struct fw_endpoint endpoint;
	struct pollfd fds[FW_ENDPOINT_POLLS];
	const char *why = NULL;
	char got[8];
	int fd;

	(void)state;
	assert_int_equal(fw_endpoint_open(&endpoint, pty_uri, &serial_one, NULL, &why), 0);
	fd = open(link_path, O_RDWR | O_NOCTTY);
	close(fd);
	endpoint.kind->poll(&endpoint, fds);
	assert_int_equal(poll(fds, 1, 0), 0);
	fd = open(link_path, O_RDWR | O_NOCTTY);
	assert_int_equal(write(fd, "again", 5), 5);
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), 5);
	close(fd);
	fw_endpoint_close(&endpoint);
}

static void pulling_a_pty_hangs_up_on_the_host(void **state)
{
	struct fw_endpoint endpoint;
	struct pollfd wait = { .events = POLLIN };
	const char *why = NULL;
	char got[8];
	size_t length;

	(void)state;
	assert_int_equal(fw_endpoint_open(&endpoint, pty_uri, &serial_one, NULL, &why), 0);
	wait.fd = open(link_path, O_RDWR | O_NOCTTY);
	endpoint.kind->pull(&endpoint);
	assert_int_equal(poll(&wait, 1, 2000), 1);
	assert_true(wait.revents & POLLHUP);
	assert_int_equal(access(link_path, F_OK), -1);
	assert_int_equal(endpoint.kind->write(&endpoint, (const uint8_t *)"x", 1), 0);
	assert_false(endpoint.kind->read(&endpoint, (uint8_t *)got, sizeof(got), &length));
	close(wait.fd);
	assert_int_equal(endpoint.kind->plug(&endpoint, &why), 0);
	assert_int_equal(access(link_path, R_OK | W_OK), 0);
	fw_endpoint_close(&endpoint);
}

static void a_full_pty_does_not_block(void **state)
{
	struct fw_endpoint endpoint;
	static uint8_t bytes[100000];
	const char *why = NULL;
	size_t sent = 0;

	(void)state;
	assert_int_equal(fw_endpoint_open(&endpoint, "pty:", &serial_one, NULL, &why), 0);
	for (int i = 0; i < 10; i++)
		sent += endpoint.kind->write(&endpoint, bytes, sizeof(bytes));
	assert_true(sent < sizeof(bytes));
	fw_endpoint_close(&endpoint);
}

static void never_replaces_a_file(void **state)
{
	struct fw_endpoint endpoint;
	const char *why = NULL;
	int fd = open(link_path, O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(fd);
	assert_int_equal(fw_endpoint_open(&endpoint, pty_uri, &serial_one, NULL, &why), -1);
	assert_non_null(strstr(why, "not a link"));
	assert_int_equal(access(link_path, F_OK), 0);
	unlink(link_path);
}

static int connect_to(const char *shown)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((uint16_t)atoi(strrchr(shown, ':') + 1));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void tcp_serves_one_client_after_the_other(void **state)
{
	struct fw_endpoint endpoint;
	const char *why = NULL;
	char got[16];
	int first, second;

	(void)state;
	assert_int_equal(fw_endpoint_open(&endpoint, "tcp:0", &serial_one, NULL, &why), 0);
	assert_memory_equal(endpoint.shown, "tcp:127.0.0.1:", 14);
	first = connect_to(endpoint.shown);
	second = connect_to(endpoint.shown);
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), 0); /* accepts */
	assert_int_equal(write(first, "one", 3), 3);
	assert_int_equal(write(second, "two", 3), 3);
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), 3);
	assert_memory_equal(got, "one", 3);
	close(first);
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), 0); /* notices */
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), 0); /* accepts */
	assert_int_equal(read_soon(&endpoint, got, sizeof(got)), 3);
	assert_memory_equal(got, "two", 3);
	assert_int_equal(endpoint.kind->write(&endpoint, (const uint8_t *)"three", 5), 5);
	assert_int_equal(read(second, got, sizeof(got)), 5);
	endpoint.kind->pull(&endpoint);
	assert_int_equal(read(second, got, sizeof(got)), 0);
	close(second);
	assert_int_equal(endpoint.kind->plug(&endpoint, &why), 0);
	second = connect_to(endpoint.shown);
	close(second);
	fw_endpoint_close(&endpoint);
}

static void refuses_addresses_it_cannot_mean(void **state)
{
	static const char *const bad[] = { "",	  "pty",	"tcp:",	       "tcp:99999",
					   "tcp:x", "tcp:host:1", "serial:/dev/x", "usb:1" };
	struct fw_endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *why = NULL;

		assert_int_equal(fw_endpoint_open(&endpoint, bad[i], &serial_one, NULL, &why), -1);
		assert_non_null(why);
	}
}

static void an_instrument_goes_on_its_own_kind_of_cable_only(void **state)
{
	static const struct fw_usb packets = { .kind = FW_USB_BULK }, acm = { .kind = FW_USB_ACM };
	static const struct fw_firmware bulk_one = { .name = "made-up", .usb = &packets };
	static const struct fw_firmware acm_one = { .name = "made-up", .usb = &acm };
	static const struct {
		const struct fw_firmware *family;
		const char *uri;
		const char *said;
	} wrong[] = {
		{ &bulk_one, "pty:", "gadget:NAME is wanted" },
		{ &bulk_one, "tcp:0", "gadget:NAME is wanted" },
		{ &bulk_one, "acm:x", "no serial port on USB" },
		{ &acm_one, "gadget:x", "does not speak in USB packets" },
		{ &serial_one, "acm:x", "no serial port on USB" },
		{ &serial_one, "gadget:x", "does not speak in USB packets" },
	};
	struct fw_endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *why = "";

		assert_int_equal(fw_endpoint_open(&endpoint, wrong[i].uri, wrong[i].family, NULL, &why), -1);
		if (!strstr(why, wrong[i].said))
			fail_msg("%s: \"%s\"", wrong[i].uri, why);
		fw_endpoint_close(&endpoint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pty_carries_every_byte_unchanged),
		cmocka_unit_test(a_pty_outlives_a_host_that_leaves),
		cmocka_unit_test(pulling_a_pty_hangs_up_on_the_host),
		cmocka_unit_test(a_full_pty_does_not_block),
		cmocka_unit_test(never_replaces_a_file),
		cmocka_unit_test(tcp_serves_one_client_after_the_other),
		cmocka_unit_test(refuses_addresses_it_cannot_mean),
		cmocka_unit_test(an_instrument_goes_on_its_own_kind_of_cable_only),
	};

	return cmocka_run_group_tests_name("endpoint", tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be tested of serial ports without one: how opening fails. A real loop (bytes, RTS/CTS, an adapter
 * pulled in the middle, the lock against a second program) needs hardware: libserialport 0.1.1 opens nothing
 * that has no entry in sysfs, so no pseudo-terminal can stand in. The same loops of reading and writing
 * are held by test_pty.c, on the other file that has them.
 */
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/clock.h"
#include "transport/serial_list.h"
#include "transport/transport.h"

#define NOBODY 65534

static const struct sg_line line = { .baud = 9600, .flow = SG_FLOW_NONE };

static enum sg_err try_open(const char *path, char *said, size_t size)
{
	struct sg_transport *link = NULL;
	struct sg_host_clock clock;
	struct sg_text why;
	char uri[300];
	enum sg_err err;

	sg_host_clock_init(&clock, 1.0);
	sg_text_init(&why, said, size);
	snprintf(uri, sizeof(uri), "serial:%s", path);
	err = sg_transport_open(uri, &line, &clock.clock, &why, &link);
	sg_transport_close(link);
	return err;
}

static void a_port_that_is_not_there_is_not_found(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(try_open("/dev/ttyUSB250", said, sizeof(said)), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "/dev/ttyUSB250: no such port"));
	assert_non_null(strstr(said, "sandglass list"));
}

static void a_file_is_not_a_port(void **state)
{
	char path[] = "/tmp/sg_test_serial_XXXXXX";
	int fd = mkstemp(path);
	char said[512];
	enum sg_err err;

	(void)state;
	assert_true(fd >= 0);
	err = try_open(path, said, sizeof(said));
	unlink(path);
	close(fd);
	assert_int_equal(err, SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "not a serial port"));
}

static void a_pseudo_terminal_is_sent_to_its_own_kind_of_address(void **state)
{
	int master, slave;
	char path[100], said[512];
	enum sg_err err;

	(void)state;
	assert_int_equal(openpty(&master, &slave, path, NULL, NULL), 0);
	err = try_open(path, said, sizeof(said));
	close(slave);
	close(master);
	assert_int_equal(err, SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "pty:"));
}

/* Stable names in /dev/serial/by-id are links; the message keeps the name the user gave. */
static void a_link_leads_where_it_points(void **state)
{
	char folder[] = "/tmp/sg_test_serial_XXXXXX";
	int master, slave;
	char path[100], link[128], said[512];
	enum sg_err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(link, sizeof(link), "%s/usb-Maker_Thing_0001-if00", folder);
	assert_int_equal(openpty(&master, &slave, path, NULL, NULL), 0);
	assert_int_equal(symlink(path, link), 0);
	err = try_open(link, said, sizeof(said));
	assert_int_equal(err, SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, link));
	assert_non_null(strstr(said, "not a serial port")); /* found, but a pty */
	close(slave);
	close(master);
	unlink(link);
	/* and one that points nowhere */
	assert_int_equal(symlink("/dev/ttyUSB250", link), 0);
	err = try_open(link, said, sizeof(said));
	unlink(link);
	rmdir(folder);
	assert_int_equal(err, SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "no such port"));
}

struct found {
	unsigned count;
	char path[256];
};

static void note(void *ctx, const struct sg_serial_port *port)
{
	struct found *found = ctx;

	if (strncmp(port->path, "/dev/", 5) != 0 || !port->description || !port->product || !port->serial)
		fail_msg("a port without a path or with no strings: %s", port->path);
	if (!found->count++)
		snprintf(found->path, sizeof(found->path), "%s", port->path);
}

static void the_list_has_paths_and_no_null_strings(void **state)
{
	struct found found = { .count = 0 };

	(void)state;
	assert_int_equal(sg_serial_list(note, &found), SG_OK);
	print_message("%u serial ports on this machine\n", found.count);
}

/* Needs root, to be nobody in a child, and a port that is not for everybody. Nothing is opened. */
static void a_port_of_others_says_whose_it_is(void **state)
{
	struct found found = { .count = 0 };
	struct stat st;
	char said[512];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(sg_serial_list(note, &found), SG_OK);
	if (geteuid() != 0 || !found.count || stat(found.path, &st) != 0 || (st.st_mode & 06))
		skip();
	pid = fork();
	if (pid == 0) {
		if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
			_exit(2);
		if (try_open(found.path, said, sizeof(said)) != SG_ERR_ACCESS)
			_exit(3);
		_exit(strstr(said, "no permission") && (st.st_gid == 0 || strstr(said, "belongs to group")) ? 0 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_is_not_there_is_not_found),
		cmocka_unit_test(a_file_is_not_a_port),
		cmocka_unit_test(a_pseudo_terminal_is_sent_to_its_own_kind_of_address),
		cmocka_unit_test(a_link_leads_where_it_points),
		cmocka_unit_test(the_list_has_paths_and_no_null_strings),
		cmocka_unit_test(a_port_of_others_says_whose_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

char socket_path[64];
char report_path[64];
char link_path[64];
char pty_uri[80];

static char folder[] = "/tmp/fw-program-XXXXXX";

int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/lockstep", folder);
	snprintf(report_path, sizeof(report_path), "%s/truth.json", folder);
	snprintf(link_path, sizeof(link_path), "%s/port", folder);
	snprintf(pty_uri, sizeof(pty_uri), "pty:%s", link_path);
	return 0;
}

int remove_folder(void **state)
{
	(void)state;
	unlink(report_path);
	return rmdir(folder);
}

pid_t program_start(const char *const *words, FILE **out, bool wait)
{
	const char *argv[32] = { FW_PROGRAM };
	char line[200];
	int fds[2];
	pid_t pid;

	for (int i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(99);
	}
	close(fds[1]);
	*out = fdopen(fds[0], "r");
	while (wait && fgets(line, sizeof(line), *out)) {
		if (!strcmp(line, "ready\n"))
			return pid;
	}
	assert_false(wait);
	return pid;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

int program_end(pid_t pid, FILE *out, double *cpu_s)
{
	struct rusage usage;
	int status;

	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	fclose(out);
	assert_true(WIFEXITED(status));
	if (cpu_s)
		*cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	return WEXITSTATUS(status);
}

int connect_lockstep(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, socket_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

void put(int fd, char type, unsigned port, const void *payload, size_t length)
{
	uint8_t frame[2048] = { (uint8_t)type, (uint8_t)port, 0, 0, (uint8_t)length,
				(uint8_t)(length >> 8) };

	assert_true(length + 8 <= sizeof(frame));
	if (length)
		memcpy(frame + 8, payload, length);
	assert_int_equal(send(fd, frame, length + 8, 0), (ssize_t)(length + 8));
}

void put_advance(int fd, int64_t t_ns, uint32_t wake)
{
	uint8_t payload[12];

	for (int i = 0; i < 8; i++)
		payload[i] = (uint8_t)((uint64_t)t_ns >> (8 * i));
	for (int i = 0; i < 4; i++)
		payload[8 + i] = (uint8_t)(wake >> (8 * i));
	put(fd, 'A', 0, payload, 12);
}

char get(int fd, char *payload, size_t size)
{
	uint8_t header[8];
	size_t length;

	assert_int_equal(recv(fd, header, 8, MSG_WAITALL), 8);
	length = (size_t)(header[4] | header[5] << 8 | header[6] << 16);
	assert_true(length < size);
	if (length)
		assert_int_equal(recv(fd, payload, length, MSG_WAITALL), (ssize_t)length);
	payload[length] = '\0';
	return (char)header[0];
}

void read_report(char *text, size_t size)
{
	FILE *file = fopen(report_path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, size - 1, file);
	text[length] = '\0';
	fclose(file);
}

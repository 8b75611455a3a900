/* SPDX-License-Identifier: Apache-2.0 */
#include "service/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void sg_child_none(struct sg_child *child)
{
	*child = (struct sg_child){ .pidfd = -1, .output = -1 };
}

/* glibc has these from 2.36 on only. */
static int open_pid(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* When a process began, in ticks since the PC did: with its number that is one process and no other. 0: not there. */
static unsigned long long began(pid_t pid)
{
	char path[64], text[1024];
	unsigned long long ticks = 0;
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	at = strrchr(text, ')'); /* its name may hold anything */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		ticks = strtoull(at + 1, NULL, 10);
	return ticks;
}

static void say_who(const char *pid_file)
{
	const int fd = open(pid_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		_exit(126); /* one that nobody could find again must not begin */
	if (dprintf(fd, "%ld %llu\n", (long)getpid(), began(getpid())) < 0)
		_exit(126);
	close(fd);
}

static void become(char *const argv[], const char *pid_file, int output)
{
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (pid_file)
		say_who(pid_file);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv(argv[0], argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

enum sg_err sg_child_start(struct sg_child *child, char *const argv[], const char *pid_file, struct sg_text *why)
{
	int ends[2];

	sg_child_none(child);
	if (pipe2(ends, O_CLOEXEC)) {
		sg_text_add(why, "no pipe: %s", strerror(errno));
		return SG_ERR_IO;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK); /* ours only: the other end is another file */
	child->pid = fork();
	if (child->pid == 0)
		become(argv, pid_file, ends[1]);
	close(ends[1]);
	child->pidfd = child->pid > 0 ? open_pid(child->pid) : -1;
	if (child->pidfd < 0) {
		sg_text_add(why, "no process could be started: %s", strerror(errno));
		if (child->pid > 0)
			kill(child->pid, SIGTERM); /* nobody could see its end */
		close(ends[0]);
		sg_child_none(child);
		return SG_ERR_IO;
	}
	fcntl(child->pidfd, F_SETFD, FD_CLOEXEC);
	child->output = ends[0];
	child->ours = true;
	return SG_OK;
}

bool sg_child_find(struct sg_child *child, const char *pid_file)
{
	FILE *file = fopen(pid_file, "re");
	unsigned long long ticks = 0;
	long pid = 0;

	sg_child_none(child);
	if (!file)
		return false;
	if (fscanf(file, "%ld %llu", &pid, &ticks) != 2)
		pid = 0;
	fclose(file);
	if (pid <= 1 || ticks == 0)
		return false;
	child->pidfd = open_pid((pid_t)pid); /* first: from here on the number means no other one */
	if (child->pidfd >= 0 && began((pid_t)pid) == ticks) {
		child->pid = (pid_t)pid;
		return true;
	}
	if (child->pidfd >= 0)
		close(child->pidfd);
	sg_child_none(child);
	return false;
}

void sg_child_signal(const struct sg_child *child, int number)
{
	if (child->pid > 0)
		syscall(SYS_pidfd_send_signal, child->pidfd, number, NULL, 0);
}

int sg_child_end(struct sg_child *child)
{
	siginfo_t info;
	int status = -1;

	memset(&info, 0, sizeof(info));
	if (child->ours && waitid(P_PID, (id_t)child->pid, &info, WEXITED) == 0)
		status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	close(child->pidfd);
	child->pidfd = -1;
	child->pid = 0;
	return status;
}

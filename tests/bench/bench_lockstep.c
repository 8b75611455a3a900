/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one advance of the lockstep clock costs: against the simulator as a program, and against the same bytes
 * going to and fro between two processes that do nothing else, in the same run.
 *
 *   bench_lockstep FIRMWARE_SIM [ADVANCES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "host/clock.h"
#include "host/lockstep.h"

#define STEP_NS SG_NS_PER_MS
#define ASK_SIZE 20    /* an A frame */
#define ANSWER_SIZE 16 /* an N frame */

struct cost {
	double per_s;  /* of real time */
	double cpu_us; /* of this process, each */
};

struct stopwatch {
	double real_s, cpu_s;
};

static double seconds(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct stopwatch start(void)
{
	const struct stopwatch watch = { seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID) };

	return watch;
}

static struct cost stop(const struct stopwatch *watch, long count)
{
	struct cost cost;

	cost.per_s = (double)count / (seconds(CLOCK_MONOTONIC) - watch->real_s);
	cost.cpu_us = (seconds(CLOCK_PROCESS_CPUTIME_ID) - watch->cpu_s) * 1e6 / (double)count;
	return cost;
}

static int ping_pong(long count, struct cost *cost)
{
	char bytes[ASK_SIZE] = "";
	struct stopwatch watch;
	int fds[2];
	pid_t pid;
	long n = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		while (read(fds[1], bytes, ASK_SIZE) == ASK_SIZE && write(fds[1], bytes, ANSWER_SIZE) == ANSWER_SIZE)
			;
		_exit(0);
	}
	close(fds[1]);
	watch = start();
	while (n < count && write(fds[0], bytes, ASK_SIZE) == ASK_SIZE && read(fds[0], bytes, ANSWER_SIZE) == ANSWER_SIZE)
		n++;
	*cost = stop(&watch, count);
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return n == count ? 0 : -1;
}

/* Returns when the simulator says that its socket is there. */
static pid_t start_simulator(const char *program, const char *socket_path)
{
	char word[8] = "";
	int ready[2];
	pid_t pid;

	if (pipe(ready) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(ready[1], STDOUT_FILENO);
		close(ready[0]);
		close(ready[1]);
		execl(program, program, "--lockstep", socket_path, "--once", "emstat4", "votsch", (char *)NULL);
		perror(program);
		_exit(127);
	}
	close(ready[1]);
	if (read(ready[0], word, sizeof(word)) <= 0)
		fprintf(stderr, "%s does not say that it is ready\n", program);
	close(ready[0]);
	return pid;
}

/* Half of the advances sleep, half wait for bytes that do not come: a run does both. */
static int advances(struct sg_lockstep *lockstep, long count, struct cost *cost)
{
	struct sg_clock *clock = sg_lockstep_clock(lockstep);
	const int64_t begin_ns = sg_clock_now_ns(clock);
	struct stopwatch watch;
	enum sg_err err = SG_ERR_TIMEOUT;
	unsigned port;
	char byte;
	size_t got;

	if (sg_lockstep_port_open(lockstep, "emstat4", NULL, &port))
		return -1;
	watch = start();
	for (long n = 0; n < count && err == SG_ERR_TIMEOUT; n++) {
		const int64_t deadline_ns = begin_ns + (n + 1) * STEP_NS;

		if (n % 2)
			sg_clock_sleep_until(clock, deadline_ns);
		else
			err = sg_lockstep_read(lockstep, port, &byte, 1, deadline_ns, &got);
	}
	*cost = stop(&watch, count);
	sg_lockstep_port_close(lockstep, port);
	return err == SG_ERR_TIMEOUT && !sg_lockstep_lost(lockstep) &&
			       sg_clock_now_ns(clock) == begin_ns + count * STEP_NS ?
		       0 :
		       -1;
}

static int against_simulator(const char *program, long count, struct cost *cost)
{
	char folder[] = "/tmp/sg_bench_XXXXXX", path[64], said[256];
	struct sg_lockstep *lockstep = NULL;
	struct sg_text why;
	int failed = -1;
	pid_t pid;

	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", folder);
	pid = start_simulator(program, path);
	sg_text_init(&why, said, sizeof(said));
	if (sg_lockstep_open(path, &why, &lockstep) == SG_OK)
		failed = advances(lockstep, count, cost);
	else
		fprintf(stderr, "%s\n", said);
	sg_lockstep_close(lockstep);
	waitpid(pid, NULL, 0);
	unlink(path);
	rmdir(folder);
	return failed;
}

int main(int argc, char **argv)
{
	const long count = argc > 2 ? strtol(argv[2], NULL, 10) : 500000;
	struct cost plain, lockstep;

	if (argc < 2 || count < 1) {
		fprintf(stderr, "usage: %s FIRMWARE_SIM [ADVANCES]\n", argv[0]);
		return 2;
	}
	if (ping_pong(count, &plain) || against_simulator(argv[1], count, &lockstep)) {
		fprintf(stderr, "the measurement broke off\n");
		return 1;
	}
	printf("%ld each\n", count);
	printf("plain ping-pong  %9.0f /s   %6.2f us of this process each\n", plain.per_s, plain.cpu_us);
	printf("advances         %9.0f /s   %6.2f us of this process each\n", lockstep.per_s, lockstep.cpu_us);
	printf("ratio            %9.2f      %6.2f\n", lockstep.per_s / plain.per_s, lockstep.cpu_us / plain.cpu_us);
	printf("2,000,000 advances: %.1f s, of which this process %.1f s\n", 2e6 / lockstep.per_s, 2.0 * lockstep.cpu_us);
	return 0;
}

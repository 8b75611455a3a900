/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/pace.h"
#include "port/lockstep.h"

struct pace {
	struct fw_bench *bench;
	struct fw_lockstep *lockstep;
};

static bool deliver(void *ctx, unsigned index, int64_t now_ns, const uint8_t *bytes, size_t length)
{
	struct pace *pace = ctx;

	return fw_lockstep_deliver(pace->lockstep, index, now_ns, bytes, length);
}

static void pulled(void *ctx, unsigned index, int64_t now_ns)
{
	struct pace *pace = ctx;

	fw_lockstep_hang_up(pace->lockstep, index, now_ns);
}

/* The host finds out by opening the port again. */
static void plugged(void *ctx, unsigned index, int64_t now_ns)
{
	(void)ctx;
	(void)index;
	(void)now_ns;
}

static int64_t now_of(void *ctx)
{
	return ((struct pace *)ctx)->bench->now_ns;
}

static void opened(void *ctx, unsigned port)
{
	fw_bench_opened(((struct pace *)ctx)->bench, port);
}

static void take_bytes(void *ctx, unsigned port, const uint8_t *bytes, size_t length)
{
	fw_bench_write(((struct pace *)ctx)->bench, port, bytes, length);
}

static int64_t advance(void *ctx, int64_t t_ns, uint32_t wake)
{
	return fw_bench_advance(((struct pace *)ctx)->bench, t_ns, wake);
}

/** Wait for fd or the stop; true if fd is readable. */
static bool wait_for(int fd, int stop_fd)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN }, { .fd = stop_fd, .events = POLLIN } };

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR)
			return false;
	}
	return !fds[1].revents;
}

/** Serve hosts one after the other. */
static void serve(struct pace *pace, int listener, int stop_fd)
{
	while (wait_for(listener, stop_fd)) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		bool going = fd >= 0 && fw_lockstep_greet(pace->lockstep, fd);

		while (going)
			going = wait_for(fd, stop_fd) && fw_lockstep_serve(pace->lockstep);
		if (fd >= 0)
			close(fd);
		if (fd >= 0 && pace->bench->arguments->once)
			return;
	}
}

bool fw_pace_lockstep(struct fw_bench *bench, int stop_fd, fw_pace_ready *ready, char *why,
		      size_t why_size)
{
	const char *path = bench->arguments->lockstep;
	const char *names[FW_INSTRUMENTS_MAX];
	bool packets[FW_INSTRUMENTS_MAX];
	struct pace pace = { .bench = bench };
	struct fw_lockstep_bench seam = {
		.ctx = &pace,
		.seed = bench->arguments->seed,
		.port_count = bench->count,
		.port_names = names,
		.port_packets = packets,
		.now_ns = now_of,
		.opened = opened,
		.write = take_bytes,
		.advance = advance,
	};
	int listener = fw_lockstep_listen(path);

	if (listener < 0) {
		snprintf(why, why_size, "--lockstep %s: %s", path, strerror(errno));
		return false;
	}
	for (unsigned i = 0; i < bench->count; i++) {
		names[i] = bench->instruments[i].arguments->name;
		packets[i] = fw_has_packets(bench->instruments[i].arguments->family);
	}
	pace.lockstep = fw_lockstep_new(&seam);
	if (pace.lockstep) {
		bench->host = (struct fw_bench_host){ &pace, deliver, pulled, plugged, NULL };
		ready(bench, names);
		serve(&pace, listener, stop_fd);
	}
	fw_lockstep_free(pace.lockstep);
	close(listener);
	unlink(path);
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <time.h>

#include "bench/pace.h"
#include "port/endpoint.h"

/* Without any event the loop still wakes this often; nothing depends on it. */
#define LONGEST_WAIT_NS INT64_C(3600000000000)

struct pace {
	struct fw_bench *bench;
	int64_t start_ns;
	struct fw_endpoint endpoints[FW_INSTRUMENTS_MAX];
};

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/** The virtual time that belongs to this real moment. */
static int64_t virtual_ns(const struct pace *pace)
{
	return (int64_t)((double)(monotonic_ns() - pace->start_ns) * pace->bench->arguments->speed);
}

static bool deliver(void *ctx, unsigned index, int64_t now_ns, const uint8_t *bytes, size_t length)
{
	struct pace *pace = ctx;
	struct fw_endpoint *endpoint = &pace->endpoints[index];

	(void)now_ns;
	return endpoint->kind->write(endpoint, bytes, length) == length;
}

static void pulled(void *ctx, unsigned index, int64_t now_ns)
{
	struct pace *pace = ctx;

	(void)now_ns;
	pace->endpoints[index].kind->pull(&pace->endpoints[index]);
}

static void plugged(void *ctx, unsigned index, int64_t now_ns)
{
	struct pace *pace = ctx;
	const char *why;

	(void)now_ns;
	/* Where it cannot be plugged in again it stays away: to the host that is the same. */
	(void)pace->endpoints[index].kind->plug(&pace->endpoints[index], &why);
}

/** How long to wait for the next event, in real time. */
static struct timespec wait_time(const struct pace *pace)
{
	int64_t next_ns = fw_bench_next_ns(pace->bench);
	int64_t wait_ns = LONGEST_WAIT_NS;

	if (next_ns != FW_NEVER) {
		double left = ceil((double)(next_ns - virtual_ns(pace)) /
				   pace->bench->arguments->speed);

		if (left < (double)LONGEST_WAIT_NS)
			wait_ns = left > 0.0 ? (int64_t)left : 0;
	}
	return (struct timespec){ .tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000 };
}

static void read_ports(struct pace *pace, const struct pollfd *fds, const unsigned *owners,
		       nfds_t count)
{
	uint8_t bytes[4096];

	for (nfds_t i = 0; i < count; i++) {
		struct fw_endpoint *endpoint = &pace->endpoints[owners[i]];
		size_t length = fds[i].revents ? endpoint->kind->read(endpoint, bytes, sizeof(bytes))
					       : 0;

		if (length)
			fw_bench_write(pace->bench, owners[i], bytes, length);
	}
}

static void loop(struct pace *pace, int stop_fd)
{
	struct pollfd fds[FW_INSTRUMENTS_MAX + 1];
	unsigned owners[FW_INSTRUMENTS_MAX];

	for (;;) {
		struct timespec wait;
		nfds_t count = 0;

		fw_bench_advance(pace->bench, virtual_ns(pace), 0);
		for (unsigned i = 0; i < pace->bench->count; i++) {
			const struct fw_endpoint *endpoint = &pace->endpoints[i];

			owners[count] = i;
			count += endpoint->kind->poll(endpoint, &fds[count]);
		}
		fds[count] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
		wait = wait_time(pace);
		if (ppoll(fds, count + 1, &wait, NULL) < 0 && errno != EINTR)
			return;
		if (fds[count].revents)
			return;
		fw_bench_advance(pace->bench, virtual_ns(pace), 0);
		read_ports(pace, fds, owners, count);
	}
}

bool fw_pace_real(struct fw_bench *bench, int stop_fd, fw_pace_ready *ready, char *why,
		  size_t why_size)
{
	const char *shown[FW_INSTRUMENTS_MAX];
	struct pace pace = { .bench = bench };
	const char *reason = NULL;

	for (unsigned i = 0; i < bench->count && !reason; i++) {
		const char *uri = bench->instruments[i].arguments->port;

		if (fw_endpoint_open(&pace.endpoints[i], uri, &reason))
			snprintf(why, why_size, "--port %s: %s", uri, reason);
		else
			reason = NULL;
		shown[i] = pace.endpoints[i].shown;
	}
	if (!reason) {
		bench->host = (struct fw_bench_host){ &pace, deliver, pulled, plugged };
		ready(bench, shown);
		pace.start_ns = monotonic_ns();
		loop(&pace, stop_fd);
	}
	for (unsigned i = 0; i < bench->count; i++)
		fw_endpoint_close(&pace.endpoints[i]);
	return !reason;
}

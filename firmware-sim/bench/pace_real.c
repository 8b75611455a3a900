/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <time.h>

#include "bench/pace.h"
#include "port/endpoint.h"

/* Packets or pieces taken from one port in one turn: the others want their turn too. */
#define READS_MAX 16

/* Without any event the loop still wakes this often; nothing depends on it. */
#define LONGEST_WAIT_NS INT64_C(3600000000000)

struct pace {
	struct fw_bench *bench;
	int64_t start_ns;
	struct fw_endpoint endpoints[FW_INSTRUMENTS_MAX];
	bool taken_up[FW_INSTRUMENTS_MAX]; /**< by a host, as far as the endpoint can tell */
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

static void halted(void *ctx, unsigned index)
{
	struct fw_endpoint *endpoint = &((struct pace *)ctx)->endpoints[index];

	if (endpoint->kind->halt)
		endpoint->kind->halt(endpoint);
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

/* A real bus: its host may have pulled the cable, or have put it back. */
static void watch_cable(struct pace *pace, unsigned index)
{
	struct fw_endpoint *endpoint = &pace->endpoints[index];
	bool now;

	if (!endpoint->kind->is_taken_up)
		return;
	now = endpoint->kind->is_taken_up(endpoint);
	if (now != pace->taken_up[index])
		fw_bench_cable(pace->bench, index, now);
	pace->taken_up[index] = now;
}

/* At first no host has taken anything up: what lives on the bus has no power yet. */
static void start_cables(struct pace *pace)
{
	for (unsigned i = 0; i < pace->bench->count; i++) {
		pace->taken_up[i] = true;
		watch_cable(pace, i);
	}
}

static void read_ports(struct pace *pace)
{
	uint8_t bytes[4096];
	size_t length;

	for (unsigned i = 0; i < pace->bench->count; i++) {
		struct fw_endpoint *endpoint = &pace->endpoints[i];

		watch_cable(pace, i);
		for (int k = 0; k < READS_MAX && endpoint->kind->read(endpoint, bytes, sizeof(bytes), &length); k++)
			fw_bench_write(pace->bench, i, bytes, length);
	}
}

static void loop(struct pace *pace, int stop_fd)
{
	struct pollfd fds[FW_INSTRUMENTS_MAX * FW_ENDPOINT_POLLS + 1];

	for (;;) {
		struct timespec wait;
		nfds_t count = 1;

		fw_bench_advance(pace->bench, virtual_ns(pace), 0);
		fds[0] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
		for (unsigned i = 0; i < pace->bench->count; i++)
			count += pace->endpoints[i].kind->poll(&pace->endpoints[i], &fds[count]);
		wait = wait_time(pace);
		if (ppoll(fds, count, &wait, NULL) < 0 && errno != EINTR)
			return;
		if (fds[0].revents)
			return;
		fw_bench_advance(pace->bench, virtual_ns(pace), 0);
		read_ports(pace);
	}
}

bool fw_pace_real(struct fw_bench *bench, int stop_fd, fw_pace_ready *ready, char *why,
		  size_t why_size)
{
	const char *shown[FW_INSTRUMENTS_MAX];
	struct pace pace = { .bench = bench };
	const char *reason = NULL;

	for (unsigned i = 0; i < bench->count && !reason; i++) {
		const struct fw_instrument_arguments *own = bench->instruments[i].arguments;
		const char *uri = own->port;

		if (fw_endpoint_open(&pace.endpoints[i], uri, own->family, own->serial_number, &reason))
			snprintf(why, why_size, "--port %s: %s", uri, reason);
		else
			reason = NULL;
		shown[i] = pace.endpoints[i].shown;
	}
	if (!reason) {
		bench->host = (struct fw_bench_host){ &pace, deliver, pulled, plugged, halted };
		start_cables(&pace);
		ready(bench, shown);
		pace.start_ns = monotonic_ns();
		loop(&pace, stop_fd);
	}
	for (unsigned i = 0; i < bench->count; i++)
		fw_endpoint_close(&pace.endpoints[i]);
	return !reason;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lockstep.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/units.h"
#include "host/clock.h"
#include "host/lockstep_frame.h"

#define PORTS_MAX 32
#define RING_SIZE 65536u /* power of two; what an instrument can say before its driver looks */
#define IN_SIZE (2 * (SG_LOCKSTEP_HEADER + SG_LOCKSTEP_PAYLOAD_MAX))
#define OUT_SIZE 65536
#define GREETING_MS 10000
#define SILENCE_S 120 /* real time; longer than any advance takes to compute */
#define UTC_ORIGIN_NS (INT64_C(1767225600) * SG_NS_PER_S) /* 2026-01-01T00:00:00Z */
#define GREETING "sandglass-lockstep 1\n"

struct port {
	bool open;
	bool hung_up;
	uint8_t *ring;
	size_t head, tail; /* counts of bytes ever put and taken */
};

struct sg_lockstep {
	struct sg_clock clock;
	struct sockaddr_un address;
	int fd;
	bool lost;
	int64_t now_ns;
	uint8_t in[IN_SIZE];
	size_t in_begin, in_end;
	uint8_t out[OUT_SIZE]; /* writes wait here for the advance that follows: one system call for both */
	size_t out_length;
	char ports_known[256]; /* names, for messages */
	struct port ports[PORTS_MAX];
};

static void lose(struct sg_lockstep *l)
{
	l->lost = true;
	for (size_t i = 0; i < PORTS_MAX; i++)
		l->ports[i].hung_up = true;
}

static void flush_out(struct sg_lockstep *l)
{
	size_t sent = 0;

	while (sent < l->out_length && !l->lost) {
		ssize_t n = send(l->fd, l->out + sent, l->out_length - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (errno != EINTR)
			lose(l);
	}
	l->out_length = 0;
}

static void put_out(struct sg_lockstep *l, char type, unsigned port, const void *payload, size_t length)
{
	if (l->out_length + SG_LOCKSTEP_HEADER + length > OUT_SIZE)
		flush_out(l);
	sg_lockstep_frame_head(l->out + l->out_length, type, (uint8_t)port, length);
	if (length)
		memcpy(l->out + l->out_length + SG_LOCKSTEP_HEADER, payload, length);
	l->out_length += SG_LOCKSTEP_HEADER + length;
}

/* More bytes from the simulator, or lost. */
static void fill_in(struct sg_lockstep *l)
{
	ssize_t n;

	if (l->in_begin > 0) {
		memmove(l->in, l->in + l->in_begin, l->in_end - l->in_begin);
		l->in_end -= l->in_begin;
		l->in_begin = 0;
	}
	do {
		n = recv(l->fd, l->in + l->in_end, IN_SIZE - l->in_end, 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		lose(l);
	else
		l->in_end += (size_t)n;
}

/* The next frame, waiting for it. SG_ERR_GONE if the simulator died, got stuck or talks nonsense. */
static enum sg_err next_frame(struct sg_lockstep *l, struct sg_lockstep_frame *frame)
{
	while (!l->lost) {
		enum sg_err err = sg_lockstep_frame_decode(l->in + l->in_begin, l->in_end - l->in_begin, frame);

		if (err == SG_OK) {
			l->in_begin += frame->size;
			return SG_OK;
		}
		if (err == SG_ERR_FRAME)
			lose(l);
		else
			fill_in(l);
	}
	return SG_ERR_GONE;
}

static void keep_data(struct sg_lockstep *l, const struct sg_lockstep_frame *frame)
{
	struct port *port = &l->ports[frame->port];

	if (!port->open)
		return;
	if (frame->length > RING_SIZE - (port->head - port->tail)) {
		/* Its driver has not looked for 64 kB. What is lost in the middle must not look like a stream. */
		port->hung_up = true;
		return;
	}
	for (size_t i = 0; i < frame->length; i++)
		port->ring[port->head++ % RING_SIZE] = frame->payload[i];
}

static void advance(struct sg_lockstep *l, int64_t deadline_ns, uint32_t wake_mask)
{
	struct sg_lockstep_frame frame;
	uint8_t payload[12];

	sg_lockstep_put_i64(payload, deadline_ns);
	sg_lockstep_put_u32(payload + 8, wake_mask);
	put_out(l, 'A', 0, payload, sizeof(payload));
	flush_out(l);
	while (next_frame(l, &frame) == SG_OK) {
		if (frame.type == 'D') {
			keep_data(l, &frame);
		} else if (frame.type == 'H') {
			l->ports[frame.port].hung_up = true;
		} else if (frame.type == 'N' && frame.time_ns >= l->now_ns) {
			l->now_ns = frame.time_ns;
			return;
		} else {
			lose(l);
		}
	}
	if (deadline_ns != SG_FOREVER && deadline_ns > l->now_ns)
		l->now_ns = deadline_ns;
}

static int64_t lockstep_now_ns(struct sg_clock *clock)
{
	return ((struct sg_lockstep *)clock)->now_ns;
}

static int64_t lockstep_utc_ns(struct sg_clock *clock)
{
	return UTC_ORIGIN_NS + lockstep_now_ns(clock);
}

static void lockstep_sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	struct sg_lockstep *l = (struct sg_lockstep *)clock;

	if (deadline_ns > l->now_ns)
		advance(l, deadline_ns, 0);
}

static const struct sg_clock_ops lockstep_ops = {
	.now_ns = lockstep_now_ns,
	.utc_ns = lockstep_utc_ns,
	.sleep_until = lockstep_sleep_until,
};

static enum sg_err connect_to(struct sg_lockstep *l, const char *path, struct sg_text *why)
{
	const struct timeval silence = { .tv_sec = SILENCE_S, .tv_usec = 0 };

	if (strlen(path) >= sizeof(l->address.sun_path)) {
		sg_text_add(why, "%s: a socket's path has at most %zu characters", path, sizeof(l->address.sun_path) - 1);
		return SG_ERR_ARGUMENT;
	}
	l->address.sun_family = AF_UNIX;
	strcpy(l->address.sun_path, path);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || connect(l->fd, (const struct sockaddr *)&l->address, sizeof(l->address)) != 0) {
		sg_text_add(why, "%s: %s; is the simulator running with --lockstep on this socket?", path, strerror(errno));
		return SG_ERR_NOT_FOUND;
	}
	setsockopt(l->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	return SG_OK;
}

/* "port emstat4 stream" lines of the greeting, for the message when a port is asked for that is not there. */
static void keep_port_names(struct sg_lockstep *l, char *greeting)
{
	struct sg_text names;
	char *rest = greeting;
	char *line;

	sg_text_init(&names, l->ports_known, sizeof(l->ports_known));
	while ((line = strtok_r(rest, "\n", &rest))) {
		if (strncmp(line, "port ", 5) == 0)
			sg_text_add(&names, "%s%.*s", names.length ? ", " : "", (int)strcspn(line + 5, " "), line + 5);
		else if (strncmp(line, "now ", 4) == 0)
			l->now_ns = strtoll(line + 4, NULL, 10);
	}
}

static enum sg_err hear_greeting(struct sg_lockstep *l, struct sg_text *why)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN, .revents = 0 };
	struct sg_lockstep_frame frame;
	char greeting[4096];

	if (poll(&p, 1, GREETING_MS) <= 0) {
		sg_text_add(why, "%s: connected, but no simulator greets; another program may hold it",
			    l->address.sun_path);
		return SG_ERR_TIMEOUT;
	}
	if (next_frame(l, &frame) || frame.type != 'h' || frame.length >= sizeof(greeting) ||
	    frame.length < strlen(GREETING) || memcmp(frame.payload, GREETING, strlen(GREETING)) != 0) {
		sg_text_add(why, "%s: what listens there is not a simulator of this version", l->address.sun_path);
		return SG_ERR_FRAME;
	}
	memcpy(greeting, frame.payload, frame.length);
	greeting[frame.length] = '\0';
	keep_port_names(l, greeting);
	return SG_OK;
}

enum sg_err sg_lockstep_open(const char *path, struct sg_text *why, struct sg_lockstep **out)
{
	struct sg_lockstep *l = calloc(1, sizeof(*l));
	enum sg_err err;

	if (!l)
		return SG_ERR_NO_MEMORY;
	l->clock.ops = &lockstep_ops;
	l->fd = -1;
	err = connect_to(l, path, why);
	if (!err)
		err = hear_greeting(l, why);
	if (err) {
		sg_lockstep_close(l);
		return err;
	}
	*out = l;
	return SG_OK;
}

void sg_lockstep_close(struct sg_lockstep *l)
{
	if (!l)
		return;
	if (l->fd >= 0) {
		flush_out(l);
		close(l->fd);
	}
	for (size_t i = 0; i < PORTS_MAX; i++)
		free(l->ports[i].ring);
	free(l);
}

struct sg_clock *sg_lockstep_clock(struct sg_lockstep *l)
{
	return &l->clock;
}

struct sg_lockstep *sg_lockstep_of(struct sg_clock *clock, const char *path)
{
	struct sg_lockstep *l = (struct sg_lockstep *)clock;

	if (clock->ops != &lockstep_ops || strcmp(l->address.sun_path, path) != 0)
		return NULL;
	return l;
}

bool sg_lockstep_lost(const struct sg_lockstep *l)
{
	return l->lost;
}

/* The answer to an O frame. Ports already open may speak before it only during an advance: nothing else can come. */
static enum sg_err port_number(struct sg_lockstep *l, const char *name, struct sg_text *why, unsigned *port)
{
	struct sg_lockstep_frame frame;
	enum sg_err err;

	put_out(l, 'O', 0, name, strlen(name));
	flush_out(l);
	err = next_frame(l, &frame);
	if (err) {
		sg_text_add(why, "the simulator hung up");
		return err;
	}
	if (frame.type == 'o') {
		*port = frame.port;
		return SG_OK;
	}
	lose(l);
	sg_text_add(why, "the simulator has no port \"%s\" to open; it has: %s", name, l->ports_known);
	return SG_ERR_NOT_FOUND;
}

enum sg_err sg_lockstep_port_open(struct sg_lockstep *l, const char *name, struct sg_text *why, unsigned *port)
{
	enum sg_err err;
	struct port *p;

	if (l->lost) {
		sg_text_add(why, "the simulator is gone");
		return SG_ERR_GONE;
	}
	err = port_number(l, name, why, port);
	if (err)
		return err;
	p = &l->ports[*port];
	if (p->open) {
		sg_text_add(why, "port \"%s\" is open already", name);
		return SG_ERR_BUSY;
	}
	if (!p->ring)
		p->ring = malloc(RING_SIZE);
	if (!p->ring)
		return SG_ERR_NO_MEMORY;
	p->open = true;
	p->hung_up = false;
	p->head = 0;
	p->tail = 0;
	return SG_OK;
}

void sg_lockstep_port_close(struct sg_lockstep *l, unsigned port)
{
	if (!l->ports[port].open)
		return;
	l->ports[port].open = false;
	if (!l->lost)
		put_out(l, 'C', port, NULL, 0);
	flush_out(l);
}

static size_t take(struct port *p, uint8_t *buffer, size_t size)
{
	size_t n = 0;

	while (n < size && p->tail != p->head)
		buffer[n++] = p->ring[p->tail++ % RING_SIZE];
	return n;
}

enum sg_err sg_lockstep_read(struct sg_lockstep *l, unsigned port, void *buffer, size_t size, int64_t deadline_ns,
			     size_t *got)
{
	struct port *p = &l->ports[port];
	size_t n = take(p, buffer, size);

	if (n == 0 && !p->hung_up) {
		advance(l, deadline_ns, UINT32_C(1) << port);
		n = take(p, buffer, size);
	}
	if (n == 0)
		return p->hung_up ? SG_ERR_GONE : SG_ERR_TIMEOUT;
	*got = n;
	return SG_OK;
}

enum sg_err sg_lockstep_write(struct sg_lockstep *l, unsigned port, const void *bytes, size_t length)
{
	const uint8_t *rest = bytes;

	while (length && !l->ports[port].hung_up) {
		const size_t part = length < OUT_SIZE / 2 ? length : OUT_SIZE / 2;

		put_out(l, 'W', port, rest, part);
		rest += part;
		length -= part;
	}
	return l->ports[port].hung_up ? SG_ERR_GONE : SG_OK;
}

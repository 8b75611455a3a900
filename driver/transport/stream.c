/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte streams that are plain file descriptors: TCP sockets and pseudo-terminals. The latter belong here
 * because libserialport 0.1.1 cannot open them (it wants a sysfs entry and modem lines).
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/open.h"

#define CONNECT_NS (5 * SG_NS_PER_S)

struct stream {
	struct sg_transport transport;
	int fd;
	bool gone;
};

static struct stream *stream_of(struct sg_transport *t)
{
	return (struct stream *)t;
}

static enum sg_err hung_up(struct stream *s)
{
	s->gone = true;
	return SG_ERR_GONE;
}

static enum sg_err stream_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct stream *s = stream_of(t);
	enum sg_err err;
	ssize_t n;
	short events;

	if (s->gone)
		return SG_ERR_GONE;
	err = sg_port_wait(s->fd, POLLIN, t->clock, deadline_ns, &events);
	if (err)
		return err;
	n = read(s->fd, buffer, size);
	if (n > 0) {
		*got = (size_t)n;
		return SG_OK;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return SG_ERR_TIMEOUT;
	/* Readable and nothing there is a hang-up, not a timeout; EIO is how a pty says it. */
	return hung_up(s);
}

static enum sg_err stream_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct stream *s = stream_of(t);
	const char *rest = bytes;
	size_t left = length;

	if (s->gone)
		return SG_ERR_GONE;
	while (left) {
		short events;
		enum sg_err err;
		ssize_t n = write(s->fd, rest, left);

		if (n >= 0) {
			rest += n;
			left -= (size_t)n;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return hung_up(s);
		err = sg_port_wait(s->fd, POLLOUT, t->clock, deadline_ns, &events);
		/* After a signal there may be time left; only the deadline ends a write in the middle. */
		if (err && sg_clock_now_ns(t->clock) >= deadline_ns)
			return SG_ERR_UNCERTAIN;
	}
	return SG_OK;
}

static void stream_close(struct sg_transport *t)
{
	struct stream *s = stream_of(t);

	close(s->fd);
	free(s);
}

static const struct sg_transport_ops stream_ops = {
	.read = stream_read,
	.write = stream_write,
	.close = stream_close,
};

static enum sg_err make(int fd, struct sg_clock *clock, bool simulated, struct sg_transport **out)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return SG_ERR_NO_MEMORY;
	s->transport.ops = &stream_ops;
	s->transport.clock = clock;
	s->transport.simulated = simulated;
	s->fd = fd;
	*out = &s->transport;
	return SG_OK;
}

static enum sg_err make_raw(int fd, const char *path, struct sg_text *why)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) != 0) {
		sg_text_add(why, "%s: not a terminal", path);
		return SG_ERR_ARGUMENT;
	}
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	if (tcsetattr(fd, TCSANOW, &settings) != 0)
		return sg_port_error(errno, path, why);
	return SG_OK;
}

enum sg_err sg_pty_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out)
{
	enum sg_err err;
	int fd = open(uri->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return sg_port_error(errno, uri->path, why);
	err = sg_port_lock(fd, uri->path, why);
	if (!err)
		err = make_raw(fd, uri->path, why);
	if (!err)
		err = make(fd, clock, true, out);
	if (err)
		close(fd);
	return err;
}

/* Connect one address without blocking past the deadline. Returns the socket, or -1 with errno. */
static int connect_until(const struct addrinfo *address, struct sg_clock *clock, int64_t deadline_ns)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(int);
	int error = 0;
	short events;

	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return fd;
	if (errno == EINPROGRESS) {
		if (sg_port_wait(fd, POLLOUT, clock, deadline_ns, &events) == SG_OK)
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
		else
			error = ETIMEDOUT;
		if (error == 0)
			return fd;
		errno = error;
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool is_loopback(const struct addrinfo *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address->ai_addr;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address->ai_addr;

	if (address->ai_family == AF_INET)
		return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
	return address->ai_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static void keep_it_prompt(int fd)
{
	const int yes = 1;

	/* Commands are short and wait for answers: Nagle would hold each back. A dead peer must show. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
}

enum sg_err sg_tcp_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	const int64_t deadline_ns = sg_clock_deadline(clock, sg_clock_patience_ns(clock, CONNECT_NS));
	struct addrinfo *addresses = NULL;
	bool loopback = false;
	int fd = -1;
	int code = getaddrinfo(uri->path, uri->port, &hints, &addresses);
	enum sg_err err;

	if (code) {
		sg_text_add(why, "%s port %s: %s", uri->path, uri->port, gai_strerror(code));
		return SG_ERR_NOT_FOUND;
	}
	for (const struct addrinfo *a = addresses; a && fd < 0; a = a->ai_next) {
		fd = connect_until(a, clock, deadline_ns);
		loopback = is_loopback(a);
	}
	freeaddrinfo(addresses);
	if (fd < 0) {
		sg_text_add(why, "%s port %s: %s", uri->path, uri->port, strerror(errno));
		return errno == ETIMEDOUT ? SG_ERR_TIMEOUT : SG_ERR_NOT_FOUND;
	}
	keep_it_prompt(fd);
	/* Assumed: what answers on this PC's own loopback is a simulator. A device server has an address. */
	err = make(fd, clock, loopback, out);
	if (err)
		close(fd);
	return err;
}

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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/open.h"
#include "transport/resolve.h"

/* For the name and all its addresses together. */
#define CONNECT_NS (5 * SG_NS_PER_S)
/* A device server that is there answers within milliseconds, and one that is not is tried again. */
#define CONNECT_AGAIN_NS (1 * SG_NS_PER_S)
#define PTY_MAJOR_FIRST 136
#define PTY_MAJOR_LAST 143

struct stream {
	struct sg_transport transport;
	int fd;
	bool is_socket;
	bool gone; /* to a reader or writer */
	bool left; /* to one who asked whether it is there */
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

static bool comes_again(int error)
{
	return error == EAGAIN || error == EINTR;
}

static enum sg_err stream_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct stream *s = stream_of(t);
	enum sg_err err;
	ssize_t n;

	if (s->gone)
		return SG_ERR_GONE;
	do {
		err = sg_port_wait(s->fd, POLLIN, t->clock, deadline_ns);
		if (err)
			return err;
		n = read(s->fd, buffer, size);
	} while (n < 0 && comes_again(errno));
	if (n > 0) {
		*got = (size_t)n;
		return SG_OK;
	}
	/* Readable and nothing there is a hang-up, not a timeout; EIO is how a pty says it. */
	return hung_up(s);
}

/* A peer that left must not end the program by SIGPIPE. */
static ssize_t put(const struct stream *s, const void *bytes, size_t length)
{
	return s->is_socket ? send(s->fd, bytes, length, MSG_NOSIGNAL) : write(s->fd, bytes, length);
}

static enum sg_err stream_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct stream *s = stream_of(t);
	const char *rest = bytes;
	size_t left = length;

	if (s->gone)
		return SG_ERR_GONE;
	while (left) {
		ssize_t n = put(s, rest, left);
		enum sg_err err;

		if (n > 0) {
			rest += n;
			left -= (size_t)n;
			continue;
		}
		if (n < 0 && !comes_again(errno))
			return hung_up(s);
		err = sg_port_wait(s->fd, POLLOUT, t->clock, deadline_ns);
		if (err)
			return err == SG_ERR_TIMEOUT ? SG_ERR_UNCERTAIN : hung_up(s);
	}
	return SG_OK;
}

/* What was said before a hang-up can still be read, so this does not set gone. */
static enum sg_err stream_present(struct sg_transport *t)
{
	struct stream *s = stream_of(t);

	s->left |= s->gone || sg_port_hung_up(s->fd);
	return s->left ? SG_ERR_GONE : SG_OK;
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
	.present = stream_present,
};

static enum sg_err make(int fd, bool is_socket, struct sg_clock *clock, bool simulated, struct sg_transport **out)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return SG_ERR_NO_MEMORY;
	s->transport.ops = &stream_ops;
	s->transport.clock = clock;
	s->transport.simulated = simulated;
	s->fd = fd;
	s->is_socket = is_socket;
	*out = &s->transport;
	return SG_OK;
}

/*
 * A pty: counts as a simulator, so nothing else may come in by this door: a serial port opened here would
 * also have no speed set. Source: Linux admin-guide/devices.txt, 136 to 143 are Unix98 pty slaves.
 */
static enum sg_err check_is_pty(int fd, const char *path, struct sg_text *why)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) >= PTY_MAJOR_FIRST &&
	    major(st.st_rdev) <= PTY_MAJOR_LAST)
		return SG_OK;
	sg_text_add(why, "%s: not a pseudo-terminal; a serial port is serial:%s", path, path);
	return SG_ERR_ARGUMENT;
}

static enum sg_err make_raw(int fd, const char *path, struct sg_text *why)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) != 0)
		return sg_port_error(errno, path, why);
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
	err = check_is_pty(fd, uri->path, why);
	/* No TIOCEXCL: it would outlive a program that crashed, as long as the simulator holds the other end. */
	if (!err)
		err = sg_port_lock(fd, uri->path, why);
	if (!err)
		err = make_raw(fd, uri->path, why);
	if (!err)
		err = make(fd, false, clock, true, out);
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

	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return fd;
	if (errno == EINPROGRESS) {
		if (sg_port_wait(fd, POLLOUT, clock, deadline_ns) == SG_OK)
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

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/*
 * Commands are short and wait for answers: Nagle would hold each back. A device server whose plug was pulled
 * sends no farewell: the kernel's own two hours before it asks would be too long for a cell under current.
 */
static void keep_it_prompt(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 25000);
}

/* The addresses one after the other; each may take its share of what is left, so one that swallows all does not
 * hide the next. Returns the socket, or -1 with errno of the last. */
static int connect_any(const struct addrinfo *addresses, struct sg_clock *clock, int64_t deadline_ns, bool *loopback)
{
	int64_t count = 0;
	int fd = -1;

	for (const struct addrinfo *a = addresses; a; a = a->ai_next)
		count++;
	for (const struct addrinfo *a = addresses; a && fd < 0; a = a->ai_next, count--) {
		const int64_t now_ns = sg_clock_now_ns(clock);

		fd = connect_until(a, clock, now_ns + (deadline_ns - now_ns) / count);
		*loopback = is_loopback(a);
	}
	return fd;
}

enum sg_err sg_tcp_open(const struct sg_uri *uri, const struct sg_line *line, struct sg_clock *clock,
			struct sg_text *why, struct sg_transport **out)
{
	const int64_t connect_ns = line->again ? CONNECT_AGAIN_NS : CONNECT_NS;
	const int64_t deadline_ns = sg_clock_patient_deadline(clock, connect_ns);
	struct addrinfo *addresses = NULL;
	bool loopback = false;
	enum sg_err err = sg_resolve(uri->path, uri->port, clock, deadline_ns, why, &addresses);
	int error;
	int fd;

	if (err)
		return err;
	fd = connect_any(addresses, clock, deadline_ns, &loopback);
	error = errno;
	freeaddrinfo(addresses);
	if (fd < 0) {
		sg_text_add(why, "%s port %s: %s", uri->path, uri->port, strerror(error));
		return error == ETIMEDOUT ? SG_ERR_TIMEOUT : SG_ERR_NOT_FOUND;
	}
	keep_it_prompt(fd);
	/* Assumed: what answers on this PC's own loopback is a simulator. A device server has an address. */
	err = make(fd, true, clock, loopback, out);
	if (err)
		close(fd);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/transport.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>

#include "host/clock.h"
#include "transport/access.h"
#include "transport/faulty.h"
#include "transport/open.h"

static enum sg_err open_kind(const struct sg_uri *uri, const struct sg_line *line, struct sg_clock *clock,
			     struct sg_text *why, struct sg_transport **out)
{
	switch (uri->kind) {
	case SG_URI_SERIAL:
		return sg_serial_open(uri, line, clock, why, out);
	case SG_URI_TCP:
		return sg_tcp_open(uri, line, clock, why, out);
	case SG_URI_PTY:
		return sg_pty_open(uri, clock, why, out);
	case SG_URI_SIM:
		return sg_sim_open(uri, clock, why, out);
	case SG_URI_USB:
		return sg_usb_open(uri, clock, why, out);
	}
	return SG_ERR_ARGUMENT;
}

enum sg_err sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
			      struct sg_text *why, struct sg_transport **out)
{
	struct sg_uri parsed;
	enum sg_err err = sg_uri_parse(uri, &parsed, why);

	if (!err && sg_faulty_is(uri))
		return sg_faulty_open(uri, line, clock, why, out);
	if (err)
		return err;
	if (parsed.kind != SG_URI_SIM && clock->speed <= 0.0) {
		sg_text_add(why, "\"%s\": this run's time is a simulator's, and a real port does not live in it", uri);
		return SG_ERR_ARGUMENT;
	}
	err = open_kind(&parsed, line, clock, why, out);
	if (!err && clock->speed > 1.0 && !(*out)->simulated) {
		sg_transport_close(*out);
		*out = NULL;
		sg_text_add(why, "\"%s\": time runs %g times as fast, and a real instrument cannot be hurried; only what is "
			    "known to end in a simulator can: sim:, pty:, tcp: to this PC itself", uri, clock->speed);
		return SG_ERR_ARGUMENT;
	}
	return err;
}

void sg_transport_close(struct sg_transport *t)
{
	if (t)
		t->ops->close(t);
}

enum sg_err sg_transport_present(struct sg_transport *t)
{
	return t->ops->present ? t->ops->present(t) : SG_OK;
}

enum sg_err sg_transport_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	return t->ops->read(t, buffer, size, deadline_ns, got);
}

enum sg_err sg_transport_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	return t->ops->write(t, bytes, length, deadline_ns);
}

enum sg_err sg_port_error(int error, const char *path, struct sg_text *why)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		sg_text_add(why, "%s: no such port; `sandglass list` shows those there are", path);
		return SG_ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
		sg_text_add(why, "%s: no permission; ", path);
		sg_access_explain(path, SG_ACCESS_TTY, why);
		return SG_ERR_ACCESS;
	case EBUSY:
		sg_text_add(why, "%s: held by another program", path);
		return SG_ERR_BUSY;
	default:
		sg_text_add(why, "%s: %s", path, strerror(error));
		return SG_ERR_IO;
	}
}

enum sg_err sg_port_lock(int fd, const char *path, struct sg_text *why)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return SG_OK;
	if (errno == EWOULDBLOCK)
		return sg_port_error(EBUSY, path, why);
	return sg_port_error(errno, path, why);
}

enum sg_err sg_port_wait(int fd, short events, struct sg_clock *clock, int64_t deadline_ns)
{
	struct pollfd p = { .fd = fd, .events = events, .revents = 0 };
	int count, left_ms;

	/*
	 * Neither a signal nor poll's longest time ends the wait early: a driver would take it for an instrument
	 * that keeps silent in the middle of an exchange. Whoever must look after the operator waits in short turns.
	 */
	do {
		left_ms = sg_clock_poll_ms(clock, deadline_ns);
		count = poll(&p, 1, left_ms);
		if (count < 0 && errno != EINTR)
			return SG_ERR_IO;
	} while (count < 0 || (count == 0 && left_ms != 0));
	return count ? SG_OK : SG_ERR_TIMEOUT;
}

bool sg_port_hung_up(int fd)
{
	/* A socket whose peer has closed says RDHUP, also while bytes wait to be read; a terminal says HUP. */
	struct pollfd p = { .fd = fd, .events = POLLRDHUP, .revents = 0 };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL));
}

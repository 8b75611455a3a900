/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lockstep_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/units.h"
#include "host/clock.h"

#define GREETING_NS (10 * SG_NS_PER_S)
#define SILENCE_S 120 /* real time; longer than any advance takes to compute */

void sg_lockstep_link_lose(struct sg_lockstep_link *link, const char *reason)
{
	if (!link->lost)
		snprintf(link->lost_why, sizeof(link->lost_why), "%s", reason);
	link->lost = true;
}

/* An `E` frame is the simulator's last: what it says is the reason. */
static void lose_refused(struct sg_lockstep_link *link, const struct sg_lockstep_frame *frame)
{
	const int shown = frame->length < 128 ? (int)frame->length : 128;
	char reason[192];

	snprintf(reason, sizeof(reason), "the simulator refused: %.*s", shown, (const char *)frame->payload);
	sg_lockstep_link_lose(link, reason);
}

/* More bytes from the simulator. False: there are none, errno 0 for the end of the stream. */
static bool fill_in(struct sg_lockstep_link *link, int flags)
{
	ssize_t n;

	if (link->in_begin > 0) {
		memmove(link->in, link->in + link->in_begin, link->in_end - link->in_begin);
		link->in_end -= link->in_begin;
		link->in_begin = 0;
	}
	do {
		n = recv(link->fd, link->in + link->in_end, SG_LOCKSTEP_IN_SIZE - link->in_end, flags);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		link->in_end += (size_t)n;
	else if (n == 0)
		errno = 0;
	return n > 0;
}

static enum sg_err decode(struct sg_lockstep_link *link, struct sg_lockstep_frame *frame)
{
	enum sg_err err = sg_lockstep_frame_decode(link->in + link->in_begin, link->in_end - link->in_begin, frame);

	if (err == SG_OK)
		link->in_begin += frame->size;
	return err;
}

enum sg_err sg_lockstep_link_next(struct sg_lockstep_link *link, struct sg_lockstep_frame *frame)
{
	while (!link->lost) {
		enum sg_err err = decode(link, frame);

		if (err == SG_OK && frame->type == 'E')
			lose_refused(link, frame);
		else if (err == SG_OK)
			return SG_OK;
		else if (err == SG_ERR_FRAME)
			sg_lockstep_link_lose(link, "the simulator sent something that is no frame");
		else if (!fill_in(link, 0))
			sg_lockstep_link_lose(link, errno == EAGAIN ? "the simulator is stuck: no answer for two minutes" :
								      "the simulator hung up");
	}
	return SG_ERR_GONE;
}

/* A refused host finds its peer closed while the reason still waits to be read. */
static void lose_sending(struct sg_lockstep_link *link, const char *otherwise)
{
	struct sg_lockstep_frame frame;

	do {
		while (decode(link, &frame) == SG_OK) {
			if (frame.type == 'E')
				lose_refused(link, &frame);
		}
	} while (fill_in(link, MSG_DONTWAIT));
	sg_lockstep_link_lose(link, otherwise);
}

void sg_lockstep_link_flush(struct sg_lockstep_link *link)
{
	size_t sent = 0;

	while (sent < link->out_length && !link->lost) {
		ssize_t n = send(link->fd, link->out + sent, link->out_length - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno != EINTR)
			lose_sending(link, errno == EAGAIN ? "the simulator is stuck: it takes no bytes" :
							     "the simulator hung up");
	}
	link->out_length = 0;
}

void sg_lockstep_link_put(struct sg_lockstep_link *link, char type, unsigned port, const void *payload, size_t length)
{
	sg_lockstep_link_put_flagged(link, type, port, SG_LOCKSTEP_STREAM, payload, length);
}

void sg_lockstep_link_put_flagged(struct sg_lockstep_link *link, char type, unsigned port, uint16_t flags,
				  const void *payload, size_t length)
{
	if (link->out_length + SG_LOCKSTEP_HEADER + length > SG_LOCKSTEP_OUT_SIZE)
		sg_lockstep_link_flush(link);
	sg_lockstep_frame_head(link->out + link->out_length, type, (uint8_t)port, flags, length);
	if (length)
		memcpy(link->out + link->out_length + SG_LOCKSTEP_HEADER, payload, length);
	link->out_length += SG_LOCKSTEP_HEADER + length;
}

enum sg_err sg_lockstep_link_first(struct sg_lockstep_link *link, struct sg_lockstep_frame *frame)
{
	struct pollfd p = { .fd = link->fd, .events = POLLIN, .revents = 0 };
	struct sg_host_clock real;
	int64_t deadline_ns;
	enum sg_err err;

	sg_host_clock_init(&real, 1.0);
	deadline_ns = sg_clock_deadline(&real.clock, GREETING_NS);
	while ((err = decode(link, frame)) == SG_ERR_TIMEOUT) {
		const int left_ms = sg_clock_poll_ms(&real.clock, deadline_ns);
		const int count = poll(&p, 1, left_ms);

		if (count == 0 || left_ms == 0)
			return SG_ERR_TIMEOUT;
		if (count > 0 && !fill_in(link, MSG_DONTWAIT))
			return SG_ERR_GONE;
	}
	return err;
}

static int connect_patiently(struct sg_lockstep_link *link)
{
	const struct timeval patience = { .tv_sec = SILENCE_S, .tv_usec = 0 };
	int code;

	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return -1;
	/* Neither a stopped simulator nor a full queue of hosts before us may hold this one for good. */
	setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(link->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	do {
		code = connect(link->fd, (const struct sockaddr *)&link->address, sizeof(link->address));
	} while (code < 0 && errno == EINTR);
	return code;
}

enum sg_err sg_lockstep_link_connect(struct sg_lockstep_link *link, const char *path, struct sg_text *why)
{
	int error;

	link->fd = -1;
	if (strlen(path) >= sizeof(link->address.sun_path)) {
		sg_text_add(why, "%s: a socket's path has at most %zu characters", path,
			    sizeof(link->address.sun_path) - 1);
		return SG_ERR_ARGUMENT;
	}
	link->address.sun_family = AF_UNIX;
	strcpy(link->address.sun_path, path);
	if (connect_patiently(link) == 0)
		return SG_OK;
	error = errno;
	sg_lockstep_link_close(link);
	sg_text_add(why, "%s: %s; is the simulator running with --lockstep on this socket?", path, strerror(error));
	if (error == EACCES || error == EPERM)
		return SG_ERR_ACCESS;
	return error == EAGAIN ? SG_ERR_BUSY : SG_ERR_NOT_FOUND;
}

void sg_lockstep_link_close(struct sg_lockstep_link *link)
{
	if (link->fd < 0)
		return;
	sg_lockstep_link_flush(link);
	close(link->fd);
	link->fd = -1;
}

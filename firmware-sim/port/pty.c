/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "port/endpoint.h"

/* Replaces a link of ours, never a file. */
static int link_to(const char *device, const char *path)
{
	struct stat there;

	if (!lstat(path, &there) && S_ISLNK(there.st_mode))
		unlink(path);
	return symlink(device, path);
}

static void close_both(struct fw_endpoint *endpoint)
{
	if (endpoint->peer_fd >= 0)
		close(endpoint->peer_fd);
	if (endpoint->fd >= 0)
		close(endpoint->fd);
	endpoint->peer_fd = -1;
	endpoint->fd = -1;
}

/*
 * The slave stays open on this side too: otherwise the master reports a hang-up between two hosts,
 * which a real serial port does not.
 */
static int plug(struct fw_endpoint *endpoint, const char **why)
{
	struct termios raw;
	char device[64];

	*why = "no pseudo-terminal is to be had";
	endpoint->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (endpoint->fd < 0)
		return -1;
	if (grantpt(endpoint->fd) || unlockpt(endpoint->fd) ||
	    ptsname_r(endpoint->fd, device, sizeof(device)) ||
	    fcntl(endpoint->fd, F_SETFL, O_NONBLOCK))
		goto out_close;
	endpoint->peer_fd = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (endpoint->peer_fd < 0 || tcgetattr(endpoint->peer_fd, &raw))
		goto out_close;
	cfmakeraw(&raw);
	if (tcsetattr(endpoint->peer_fd, TCSANOW, &raw))
		goto out_close;
	if (endpoint->where[0] && link_to(device, endpoint->where)) {
		*why = errno == EEXIST ? "something that is not a link has that path already"
				       : "the link to the pseudo-terminal cannot be made there";
		goto out_close;
	}
	snprintf(endpoint->shown, sizeof(endpoint->shown), "pty:%.150s",
		 endpoint->where[0] ? endpoint->where : device);
	return 0;

out_close:
	close_both(endpoint);
	return -1;
}

static void pull(struct fw_endpoint *endpoint)
{
	if (endpoint->fd >= 0 && endpoint->where[0])
		unlink(endpoint->where);
	close_both(endpoint);
}

static size_t poll_for(const struct fw_endpoint *endpoint, struct pollfd *fds)
{
	if (endpoint->fd < 0)
		return 0;
	*fds = (struct pollfd){ .fd = endpoint->fd, .events = POLLIN };
	return 1;
}

static bool read_some(struct fw_endpoint *endpoint, uint8_t *bytes, size_t size, size_t *length)
{
	ssize_t n = endpoint->fd < 0 ? 0 : read(endpoint->fd, bytes, size);

	*length = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static size_t write_some(struct fw_endpoint *endpoint, const uint8_t *bytes, size_t length)
{
	ssize_t n = endpoint->fd < 0 ? 0 : write(endpoint->fd, bytes, length);

	return n > 0 ? (size_t)n : 0;
}

const struct fw_endpoint_kind fw_pty = {
	.scheme = "pty",
	.plug = plug,
	.pull = pull,
	.poll = poll_for,
	.read = read_some,
	.write = write_some,
};

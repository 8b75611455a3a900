/* SPDX-License-Identifier: Apache-2.0 */
/* A serial port on USB: the kernel's ACM function, and the tty that is our end of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "port/endpoint.h"
#include "port/gadget_tree.h"

static struct fw_gadget_tree *tree_of(const struct fw_endpoint *endpoint)
{
	return endpoint->own;
}

static void close_tty(struct fw_endpoint *endpoint)
{
	if (endpoint->peer_fd >= 0)
		close(endpoint->peer_fd);
	endpoint->peer_fd = -1;
}

/* After each hang-up anew: the open tty of a pulled cable is dead for good. */
static void open_tty(struct fw_endpoint *endpoint)
{
	int number = fw_gadget_tree_number(tree_of(endpoint), "port_num");
	struct termios raw;
	char path[32];

	if (endpoint->peer_fd >= 0 || number < 0)
		return;
	snprintf(path, sizeof(path), "/dev/ttyGS%d", number);
	endpoint->peer_fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (endpoint->peer_fd < 0 || tcgetattr(endpoint->peer_fd, &raw))
		return;
	cfmakeraw(&raw);
	tcsetattr(endpoint->peer_fd, TCSANOW, &raw);
}

static int plug(struct fw_endpoint *endpoint, const char **why)
{
	struct fw_gadget_tree *tree = tree_of(endpoint);

	if (tree)
		return fw_gadget_tree_bind(tree, why);
	tree = calloc(1, sizeof(*tree));
	if (!tree) {
		*why = "out of memory";
		return -1;
	}
	if (fw_gadget_tree_make(tree, endpoint->where, "acm", endpoint->usb, endpoint->serial_number, why)) {
		free(tree);
		return -1;
	}
	if (fw_gadget_tree_link(tree, why) || fw_gadget_tree_bind(tree, why)) {
		fw_gadget_tree_remove(tree);
		free(tree);
		return -1;
	}
	endpoint->own = tree;
	snprintf(endpoint->shown, sizeof(endpoint->shown), "acm:%s@%s", tree->name, tree->udc);
	open_tty(endpoint);
	return 0;
}

static void pull(struct fw_endpoint *endpoint)
{
	close_tty(endpoint);
	if (tree_of(endpoint))
		fw_gadget_tree_unbind(tree_of(endpoint));
}

static void leave(struct fw_endpoint *endpoint)
{
	close_tty(endpoint);
	if (!tree_of(endpoint))
		return;
	fw_gadget_tree_remove(tree_of(endpoint));
	free(endpoint->own);
	endpoint->own = NULL;
}

static size_t poll_for(const struct fw_endpoint *endpoint, struct pollfd *fds)
{
	size_t count = 0;

	if (endpoint->peer_fd >= 0)
		fds[count++] = (struct pollfd){ .fd = endpoint->peer_fd, .events = POLLIN };
	if (tree_of(endpoint)->state_fd >= 0)
		fds[count++] = (struct pollfd){ .fd = tree_of(endpoint)->state_fd, .events = POLLPRI };
	return count;
}

static bool is_taken_up(struct fw_endpoint *endpoint)
{
	const bool attached = fw_gadget_tree_is_attached(tree_of(endpoint));

	if (attached)
		open_tty(endpoint);
	return attached;
}

static bool read_some(struct fw_endpoint *endpoint, uint8_t *bytes, size_t size, size_t *length)
{
	ssize_t n;

	if (endpoint->peer_fd < 0)
		return false;
	n = read(endpoint->peer_fd, bytes, size);
	*length = n > 0 ? (size_t)n : 0;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_tty(endpoint); /* hung up */
	return n > 0;
}

static size_t write_some(struct fw_endpoint *endpoint, const uint8_t *bytes, size_t length)
{
	ssize_t n = endpoint->peer_fd < 0 ? 0 : write(endpoint->peer_fd, bytes, length);

	return n > 0 ? (size_t)n : 0;
}

const struct fw_endpoint_kind fw_acm = {
	.scheme = "acm",
	.cable = FW_CABLE_ACM,
	.plug = plug,
	.pull = pull,
	.leave = leave,
	.poll = poll_for,
	.read = read_some,
	.write = write_some,
	.is_taken_up = is_taken_up,
};

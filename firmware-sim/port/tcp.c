/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port/endpoint.h"

/* "port" or "host:port", host in numbers; without one nothing but this machine reaches it. */
static int read_address(const char *where, struct sockaddr_in *address)
{
	const char *colon = strrchr(where, ':');
	const char *digits = colon ? colon + 1 : where;
	char host[64] = "127.0.0.1";
	char *end;
	unsigned long port = strtoul(digits, &end, 10);

	if (end == digits || *end || port > 65535)
		return -1;
	if (colon) {
		if ((size_t)(colon - where) >= sizeof(host))
			return -1;
		memcpy(host, where, (size_t)(colon - where));
		host[colon - where] = '\0';
	}
	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &address->sin_addr) == 1 ? 0 : -1;
}

static void pull(struct fw_endpoint *endpoint)
{
	if (endpoint->peer_fd >= 0)
		close(endpoint->peer_fd);
	if (endpoint->fd >= 0)
		close(endpoint->fd);
	endpoint->peer_fd = -1;
	endpoint->fd = -1;
}

static int plug(struct fw_endpoint *endpoint, const char **why)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	char host[INET_ADDRSTRLEN] = "";
	int yes = 1;

	*why = "tcp:port or tcp:host:port is wanted, host in numbers";
	if (read_address(endpoint->where, &address))
		return -1;
	*why = "the TCP port cannot be listened on; is it taken?";
	endpoint->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (endpoint->fd < 0)
		return -1;
	setsockopt(endpoint->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(endpoint->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(endpoint->fd, 1) ||
	    getsockname(endpoint->fd, (struct sockaddr *)&address, &size)) {
		pull(endpoint);
		return -1;
	}
	inet_ntop(AF_INET, &address.sin_addr, host, sizeof(host));
	/* Port 0 asked for any; plugged in again it must be the same one. */
	snprintf(endpoint->where, sizeof(endpoint->where), "%s:%u", host,
		 (unsigned)ntohs(address.sin_port));
	snprintf(endpoint->shown, sizeof(endpoint->shown), "tcp:%.150s", endpoint->where);
	return 0;
}

/* One client at a time: the next one waits in the backlog. */
static size_t poll_for(const struct fw_endpoint *endpoint, struct pollfd *fds)
{
	int fd = endpoint->peer_fd >= 0 ? endpoint->peer_fd : endpoint->fd;

	if (fd < 0)
		return 0;
	*fds = (struct pollfd){ .fd = fd, .events = POLLIN };
	return 1;
}

static bool read_some(struct fw_endpoint *endpoint, uint8_t *bytes, size_t size, size_t *length)
{
	int yes = 1;
	ssize_t n;

	if (endpoint->fd < 0)
		return false;
	if (endpoint->peer_fd < 0) {
		endpoint->peer_fd =
			accept4(endpoint->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (endpoint->peer_fd >= 0)
			setsockopt(endpoint->peer_fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		return false;
	}
	n = recv(endpoint->peer_fd, bytes, size, 0);
	*length = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return true;
	if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
		close(endpoint->peer_fd);
		endpoint->peer_fd = -1;
	}
	return false;
}

static size_t write_some(struct fw_endpoint *endpoint, const uint8_t *bytes, size_t length)
{
	ssize_t n;

	if (endpoint->peer_fd < 0)
		return 0;
	n = send(endpoint->peer_fd, bytes, length, MSG_NOSIGNAL);
	return n > 0 ? (size_t)n : 0;
}

const struct fw_endpoint_kind fw_tcp = {
	.scheme = "tcp",
	.plug = plug,
	.pull = pull,
	.poll = poll_for,
	.read = read_some,
	.write = write_some,
};

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Where a host plugs in while time runs by itself: a pseudo-terminal or a TCP port. Nothing blocks.
 */
#ifndef FW_ENDPOINT_H
#define FW_ENDPOINT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_endpoint;

#define FW_ENDPOINT_NAME 160

/** One kind of endpoint. */
struct fw_endpoint_kind {
	const char *scheme; /**< as typed before the colon */

	/** Plug in. 0, or -1 with *why set to what is wrong. */
	int (*plug)(struct fw_endpoint *endpoint, const char **why);

	/** The cable is pulled: the host sees a hang-up. Legal at any time. */
	void (*pull)(struct fw_endpoint *endpoint);

	/** What to wait for; fills at most 1 entry. */
	size_t (*poll)(const struct fw_endpoint *endpoint, struct pollfd *fds);

	/** Bytes that are there, at most size; 0 if none. */
	size_t (*read)(struct fw_endpoint *endpoint, uint8_t *bytes, size_t size);

	/** Write what fits; returns how much that was. */
	size_t (*write)(struct fw_endpoint *endpoint, const uint8_t *bytes, size_t length);
};

struct fw_endpoint {
	const struct fw_endpoint_kind *kind; /**< NULL: none */
	char where[FW_ENDPOINT_NAME];        /**< what stood behind the scheme */
	char shown[FW_ENDPOINT_NAME];        /**< what a host should open */
	int fd;      /**< pty: master; tcp: listener; -1 */
	int peer_fd; /**< pty: slave kept open; tcp: the client; -1 */
};

extern const struct fw_endpoint_kind fw_pty;
extern const struct fw_endpoint_kind fw_tcp;

/** Read "pty:/path", "tcp:port" or "tcp:host:port" and plug in. 0, or -1 with *why set. */
int fw_endpoint_open(struct fw_endpoint *endpoint, const char *uri, const char **why);

/** Pull and forget. Legal on one that was never opened if all its bytes are zero. */
void fw_endpoint_close(struct fw_endpoint *endpoint);

#endif

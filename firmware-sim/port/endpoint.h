/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Where a host plugs in while time runs by itself: a pseudo-terminal, a TCP port, or a USB device port.
 * Nothing blocks.
 */
#ifndef FW_ENDPOINT_H
#define FW_ENDPOINT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/firmware.h"

struct fw_endpoint;

#define FW_ENDPOINT_NAME 160
#define FW_ENDPOINT_POLLS 4

/** What kind of cable it takes. */
enum fw_endpoint_cable {
	FW_CABLE_STREAM, /**< bytes; anything but an instrument with packets */
	FW_CABLE_ACM,    /**< an instrument that is a serial port on USB */
	FW_CABLE_BULK,   /**< an instrument with packets */
};

/** One kind of endpoint. */
struct fw_endpoint_kind {
	const char *scheme; /**< as typed before the colon */
	enum fw_endpoint_cable cable;

	/** Plug in. 0, or -1 with *why set to what is wrong. */
	int (*plug)(struct fw_endpoint *endpoint, const char **why);

	/** The cable is pulled: the host sees a hang-up. Legal at any time. */
	void (*pull)(struct fw_endpoint *endpoint);

	/** Optional: it is over, give back what pull() keeps for another plug(). */
	void (*leave)(struct fw_endpoint *endpoint);

	/** What to wait for; fills at most FW_ENDPOINT_POLLS entries. */
	size_t (*poll)(const struct fw_endpoint *endpoint, struct pollfd *fds);

	/** Bytes that are there, at most size, or one packet; false if there are none. */
	bool (*read)(struct fw_endpoint *endpoint, uint8_t *bytes, size_t size, size_t *length);

	/** Write what fits; returns how much that was. A packet goes whole or not at all. */
	size_t (*write)(struct fw_endpoint *endpoint, const uint8_t *bytes, size_t length);

	/** Optional: the IN endpoint answers with a stall until the host clears it. */
	void (*halt)(struct fw_endpoint *endpoint);

	/**
	 * Optional: is there a host at the other end that has taken the device up? Asked after poll; may change by
	 * itself. Without it the bench alone pulls cables.
	 */
	bool (*is_taken_up)(struct fw_endpoint *endpoint);
};

struct fw_endpoint {
	const struct fw_endpoint_kind *kind; /**< NULL: none */
	char where[FW_ENDPOINT_NAME];        /**< what stood behind the scheme */
	char shown[FW_ENDPOINT_NAME];        /**< what a host should open */
	int fd;      /**< pty: master; tcp: listener; -1 */
	int peer_fd; /**< pty: slave kept open; tcp: the client; acm: the tty; -1 */
	const struct fw_usb *usb;  /**< what the instrument is on USB, or NULL */
	const char *serial_number; /**< for its descriptor, or NULL */
	void *own;                 /**< of the kind */
};

extern const struct fw_endpoint_kind fw_pty;
extern const struct fw_endpoint_kind fw_tcp;
extern const struct fw_endpoint_kind fw_acm;
extern const struct fw_endpoint_kind fw_gadget;

/**
 * Read "pty:/path", "tcp:port", "tcp:host:port", "acm:NAME[@UDC]" or "gadget:NAME[@UDC]" and plug in.
 *
 * @param family         whose port this is
 * @param serial_number  or NULL; borrowed until close
 * @return 0, or -1 with *why set
 */
int fw_endpoint_open(struct fw_endpoint *endpoint, const char *uri, const struct fw_firmware *family,
		     const char *serial_number, const char **why);

/** Pull and forget. Legal on one that was never opened if all its bytes are zero. */
void fw_endpoint_close(struct fw_endpoint *endpoint);

#endif

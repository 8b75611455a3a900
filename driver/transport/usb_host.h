/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the usb: transport needs of a USB host library: a table, so that a test can be the library. The real row is
 * sg_usb_libusb. Internal to this room; no type of a library appears here.
 *
 * One session is one open device, on one thread. It has two transfers, one for each direction, which live as long
 * as it does; each is idle, or in flight from submit() until events() has set done.
 */
#ifndef SG_TRANSPORT_USB_HOST_H
#define SG_TRANSPORT_USB_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"
#include "transport/transport.h"
#include "transport/uri.h"

struct sg_usb_session; /* the row's own */

/** One device on the bus. */
struct sg_usb_found {
	int vendor, product;
	char place[SG_PLACE_SIZE];  /**< "1-1.2" */
	char serial[SG_PLACE_SIZE]; /**< as the kernel read it at enumeration; empty if there is none */
	char node[64];              /**< "/dev/bus/usb/001/004" */
};

/** How a transfer ended. */
enum sg_usb_end {
	SG_USB_COMPLETED,
	SG_USB_CANCELLED, /**< actual may be more than 0 */
	SG_USB_STALL,
	SG_USB_OVERFLOW,
	SG_USB_NO_DEVICE,
	SG_USB_FAILED,    /**< an error on the bus: noise, or a device that is just being pulled */
};

struct sg_usb_transfer {
	bool in;              /**< else out. The endpoint is the row's knowledge */
	uint8_t *buffer;      /**< unchanged while in flight */
	size_t length;        /**< IN: room; OUT: what to send */
	size_t actual;        /**< written by events(): how much moved */
	enum sg_usb_end end;  /**< written by events() */
	int done;             /**< 0 while in flight; events() sets it */
};

struct sg_usb_host {
	/**
	 * Begin a session; no device is opened yet.
	 * @retval SG_ERR_NO_MEMORY, SG_ERR_IO  why says what
	 */
	enum sg_err (*begin)(struct sg_text *why, struct sg_usb_session **out);

	/** Close what is open and free the session. Transfers that are still in flight end here, without a word. */
	void (*end)(struct sg_usb_session *s);

	/** Every device with these ids, while found says true. @retval SG_ERR_IO, SG_ERR_NO_MEMORY */
	enum sg_err (*list)(struct sg_usb_session *s, int vendor, int product,
			    bool (*found)(void *ctx, const struct sg_usb_found *device), void *ctx);

	/**
	 * Open the device at a place, set its first configuration if none is set, claim interface 0 and make both
	 * transfers ready. Nothing is written to its endpoints. At most once a session.
	 * @retval SG_ERR_NOT_FOUND  it has left since list()
	 * @retval SG_ERR_ACCESS     no permission on its node
	 * @retval SG_ERR_BUSY       interface 0 is claimed by another program or a kernel driver
	 * @retval SG_ERR_IDENTITY   it has no interface 0 with the bulk endpoints 0x81 and 0x01
	 * @retval SG_ERR_IO, SG_ERR_NO_MEMORY
	 */
	enum sg_err (*open)(struct sg_usb_session *s, const char *place);

	/** Start a transfer. @retval SG_ERR_GONE, SG_ERR_IO, SG_ERR_NO_MEMORY: then done is still what it was */
	enum sg_err (*submit)(struct sg_usb_session *s, struct sg_usb_transfer *transfer);

	/** Ask for its end; events() tells when it has come, and with what. Fine if it is over already. */
	void (*cancel)(struct sg_usb_session *s, struct sg_usb_transfer *transfer);

	/** Let things happen: at most so many milliseconds (0: what is due), or until *done (may be NULL). May be early. */
	void (*events)(struct sg_usb_session *s, int timeout_ms, int *done);

	/** Has the device left? Up to date as of the last events(). */
	bool (*left)(struct sg_usb_session *s);

	/** Clear the halt of an endpoint: blocks until the device has answered, 5 s at most. @retval SG_ERR_GONE, SG_ERR_IO */
	enum sg_err (*clear_halt)(struct sg_usb_session *s, bool in);
};

extern const struct sg_usb_host sg_usb_libusb;

/** Find the one device an address means and open it; why says what went wrong. Errors as sg_transport_open(). */
enum sg_err sg_usb_open_found(const struct sg_usb_host *host, struct sg_usb_session *session, const struct sg_uri *uri,
			      struct sg_text *why, struct sg_usb_found *out);

/** As sg_transport_open(), on a host of the caller's choice. */
enum sg_err sg_usb_open_on(const struct sg_usb_host *host, const struct sg_uri *uri, struct sg_clock *clock,
			   struct sg_text *why, struct sg_transport **out);

#endif

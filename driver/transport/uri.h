/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Addresses of instruments, taken apart. Pure text, no I/O.
 */
#ifndef SG_TRANSPORT_URI_H
#define SG_TRANSPORT_URI_H

#include <stdbool.h>

#include "core/error.h"
#include "core/text.h"

enum sg_uri_kind {
	SG_URI_SERIAL,
	SG_URI_TCP,
	SG_URI_PTY,
	SG_URI_SIM,
	SG_URI_USB,
};

#define SG_URI_PART_SIZE 256

struct sg_uri {
	enum sg_uri_kind kind;
	bool faulty;           /**< what passes is damaged on purpose, see faulty.h; all else is of the address behind it */
	char path[SG_URI_PART_SIZE]; /**< device, pseudo-terminal or socket; for tcp the host; for usb the whole rest */
	char port[SG_URI_PART_SIZE]; /**< tcp: port number or service; sim: port name, may be empty; usb: the place as in
					  sysfs, e.g. "1-1.2", empty if it was left out; else empty */
	int usb_vendor;              /**< usb: 0 to 0xffff; else 0 */
	int usb_product;
};

/**
 * @param why  on failure what is wrong and what would be right; may be NULL
 * @retval SG_ERR_ARGUMENT  not an address
 */
enum sg_err sg_uri_parse(const char *text, struct sg_uri *out, struct sg_text *why);

/** A bus and a port path as sysfs names a device on it: "1-1.2". Not an interface, not a root hub. */
bool sg_uri_is_usb_place(const char *text);

#endif

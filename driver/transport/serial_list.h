/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The serial ports of this PC, as the operating system describes them. Nothing is written to any.
 *
 * Observed (libserialport 0.1.1): ports of the 8250 kind, those on the main board, it opens for a moment to
 * ask the kernel whether there is a chip behind the name. USB ports are not opened.
 */
#ifndef SG_TRANSPORT_SERIAL_LIST_H
#define SG_TRANSPORT_SERIAL_LIST_H

#include "core/error.h"

/** One serial port. Strings are valid during the callback only, and empty where unknown. */
struct sg_serial_port {
	const char *path;
	const char *description;
	int usb_vendor;  /**< -1: not on USB, or unknown */
	int usb_product;
	const char *manufacturer;
	const char *product;
	const char *serial;
	const char *place; /**< on USB: "1-1.2" */
};

/** @retval SG_ERR_IO, SG_ERR_NO_MEMORY */
enum sg_err sg_serial_list(void (*found)(void *ctx, const struct sg_serial_port *port), void *ctx);

#endif

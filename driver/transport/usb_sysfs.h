/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the kernel knows of the devices on USB, from sysfs. No device is asked, no permission is needed.
 *
 * Source: Linux Documentation/ABI/stable/sysfs-bus-usb and testing/sysfs-bus-usb: idVendor, idProduct, product,
 * manufacturer, serial, busnum, devnum of /sys/bus/usb/devices/<bus>-<port path>.
 */
#ifndef SG_TRANSPORT_USB_SYSFS_H
#define SG_TRANSPORT_USB_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/transport.h"

#define SG_SYSFS "/sys"

struct sg_usb_entry {
	char place[SG_PLACE_SIZE]; /**< "1-1.2" */
	int vendor, product_id;
	char serial[SG_PLACE_SIZE]; /**< empty if the device has none, here and below */
	char product[128];
	char manufacturer[128];
	char node[64]; /**< "/dev/bus/usb/001/004" */
};

/** The device at a place. False: none is there. */
bool sg_usb_sysfs_read(const char *sysfs, const char *place, struct sg_usb_entry *out);

/** Every device but the root hubs, in the order of their places, until found says false. */
void sg_usb_sysfs_list(const char *sysfs, bool (*found)(void *ctx, const struct sg_usb_entry *entry), void *ctx);

/** The device that has this tty ("ttyACM0"). False: none, it is not on USB, or it has left. */
bool sg_usb_sysfs_of_tty(const char *sysfs, const char *tty, struct sg_usb_entry *out);

/** The ttys of this PC that are on USB, in the order of their names. */
void sg_usb_sysfs_ttys(const char *sysfs, bool (*found)(void *ctx, const char *tty, const struct sg_usb_entry *entry),
		       void *ctx);

#endif

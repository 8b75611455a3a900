/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The ports of this PC and what is known of them, in words.
 */
#ifndef SG_HOST_PORTS_H
#define SG_HOST_PORTS_H

#include <stddef.h>

#include "core/error.h"
#include "core/text.h"
#include "transport/serial_list.h"
#include "transport/usb_sysfs.h"

struct sg_family;

/**
 * Which family a port belongs to by its USB product string; NULL if it cannot be told. A hint for a
 * person, never a reason to write to the port.
 */
const struct sg_family *sg_port_family(const struct sg_serial_port *port);

/** One port in a few lines, ending with a newline each. */
void sg_port_describe(const struct sg_serial_port *port, struct sg_text *out);

/** Which family a device on USB belongs to by its ids, of those that are reached over usb:; or NULL. */
const struct sg_family *sg_usb_family(const struct sg_usb_entry *entry);

/** One such device in a few lines, ending with a newline each. Its node is looked at, not opened. */
void sg_usb_describe(const struct sg_usb_entry *entry, const struct sg_family *family, struct sg_text *out);

#endif

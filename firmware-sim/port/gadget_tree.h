/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A USB device that this machine is to be: one folder of the kernel's gadget tree, bound to a device port (UDC).
 * Needs root and a kernel with libcomposite; dummy_hcd is a device port and its host in one.
 *
 * Source: Linux Documentation/usb/gadget_configfs.rst.
 */
#ifndef FW_GADGET_TREE_H
#define FW_GADGET_TREE_H

#include <stdbool.h>

#include "firmware/firmware.h"

#define FW_GADGET_NAME 40

struct fw_gadget_tree {
	char name[FW_GADGET_NAME];
	char udc[FW_GADGET_NAME];      /**< the device port it is or was bound to */
	char function[FW_GADGET_NAME + 8]; /**< "ffs.NAME" or "acm.NAME" */
	bool made;
	int state_fd; /**< the port's state; becomes readable (POLLPRI) when that changes; -1 */
};

/**
 * Make the folder with descriptors, strings, one configuration, and one function, not linked yet. What an earlier
 * program left under the same name is taken away first.
 *
 * @param where  "NAME" or "NAME@UDC"
 * @param kind   "ffs" or "acm"
 * @return 0, or -1 with *why set to what is missing; nothing is left behind then
 */
int fw_gadget_tree_make(struct fw_gadget_tree *tree, const char *where, const char *kind, const struct fw_usb *usb,
			const char *serial_number, const char **why);

/** Link the function into the configuration: after this the gadget may be bound. */
int fw_gadget_tree_link(struct fw_gadget_tree *tree, const char **why);

/** Plug in: bind to the device port, or to the first free one. 0, or -1 with *why set. */
int fw_gadget_tree_bind(struct fw_gadget_tree *tree, const char **why);

/** Unplug: the host sees the device go. Legal when it is not bound. */
void fw_gadget_tree_unbind(struct fw_gadget_tree *tree);

/** Whether a cable with power is in the port, and this gadget bound to one. */
bool fw_gadget_tree_is_attached(struct fw_gadget_tree *tree);

/** Unplug and take everything away. Legal on one that was not made if all its bytes are zero. */
void fw_gadget_tree_remove(struct fw_gadget_tree *tree);

/** A number in a file of the function's folder, e.g. "port_num"; -1 if there is none. */
int fw_gadget_tree_number(const struct fw_gadget_tree *tree, const char *file);

#endif

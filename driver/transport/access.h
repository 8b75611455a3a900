/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Why this user may not open an instrument, and the one command that mends it.
 *
 * Source: systemd's 73-seat-late.rules (the tag "uaccess" gives a node to the person at the seat),
 * udev(7) (where rules are read from). Observed (systemd 252): /run/udev/data/c<major>:<minor> keeps
 * what the rules said of a device, as lines `E:NAME=value`.
 */
#ifndef SG_TRANSPORT_ACCESS_H
#define SG_TRANSPORT_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

enum sg_access_kind {
	SG_ACCESS_USB, /**< a node below /dev/bus/usb: root's alone unless a rule says otherwise */
	SG_ACCESS_TTY, /**< a serial port: its group is let in anyway */
};

#define SG_ACCESS_GROUP "sandglass" /* as in udev/62-sandglass-service.rules */

/** What there is to know; sg_access_explain() looks it up. */
struct sg_access_facts {
	enum sg_access_kind kind;
	bool flag_rule;    /**< 60-sandglass.rules is installed */
	bool person_rule;  /**< 61-sandglass-access.rules */
	bool service_rule; /**< 62-sandglass-service.rules */
	bool flagged;      /**< udev says that this very device is an instrument of ours */
	char group[64];    /**< of the node; empty: root, or unknown */
	bool member;       /**< this user belongs to that group by the group file, so only the session is too old */
	char command[512]; /**< what installs the rules */
};

/** Look up, with the file system's root at another place than "": for tests. */
void sg_access_look(const char *root, const char *node, enum sg_access_kind kind, struct sg_access_facts *out);

/** One sentence, without a full stop, that goes on behind "no permission; ". Pure. */
void sg_access_say(const struct sg_access_facts *facts, struct sg_text *why);

/** Both. */
void sg_access_explain(const char *node, enum sg_access_kind kind, struct sg_text *why);

/** What the rules said of a node: true if they flagged it, its family then in *family (may be NULL). */
bool sg_access_flagged(const char *root, const char *node, char *family, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/ports.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"

#define BY_ID "/dev/serial/by-id"

const struct sg_family *sg_port_family(const struct sg_serial_port *port)
{
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *family = sg_registry_at(i);

		if (family->usb_product &&
		    strncmp(port->product, family->usb_product, strlen(family->usb_product)) == 0)
			return family;
	}
	return NULL;
}

/* The name that stays the same when the cable moves to another socket: a link made from the serial number. */
static void add_stable_name(const char *path, struct sg_text *out)
{
	char target[PATH_MAX], link[PATH_MAX], resolved[PATH_MAX];
	DIR *folder = opendir(BY_ID);
	struct dirent *entry;

	if (!folder)
		return;
	if (realpath(path, target)) {
		while ((entry = readdir(folder))) {
			struct sg_text text;

			sg_text_init(&text, link, sizeof(link));
			sg_text_add(&text, BY_ID "/%s", entry->d_name);
			if (entry->d_name[0] != '.' && realpath(link, resolved) && strcmp(resolved, target) == 0)
				sg_text_add(out, "    stable name  serial:%s\n", link);
		}
	}
	closedir(folder);
}

static void add_family(const struct sg_serial_port *port, struct sg_text *out)
{
	const struct sg_family *family = sg_port_family(port);

	if (family)
		sg_text_add(out, "    looks like   %s (family: %s); not asked\n", family->title, family->name);
	else
		sg_text_add(out, "    looks like   nothing this program can tell without asking\n");
}

void sg_port_describe(const struct sg_serial_port *port, struct sg_text *out)
{
	sg_text_add(out, "serial:%s\n", port->path);
	if (port->description[0])
		sg_text_add(out, "    description  %s\n", port->description);
	if (port->usb_vendor >= 0)
		sg_text_add(out, "    usb          %04x:%04x  %s %s\n", (unsigned)port->usb_vendor,
			    (unsigned)port->usb_product, port->manufacturer, port->product);
	if (port->serial[0])
		sg_text_add(out, "    usb serial   %s\n", port->serial);
	add_stable_name(port->path, out);
	add_family(port, out);
}

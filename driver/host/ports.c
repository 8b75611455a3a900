/* SPDX-License-Identifier: Apache-2.0 */
#include "host/ports.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry.h"
#include "transport/access.h"
#include "transport/whereabouts.h"

/* Links that udev makes: ours by family and serial number or place, and those every system has. */
static const char *const link_folders[] = { "/dev/sandglass", "/dev/serial/by-id" };

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

static void add_links(const char *folder_name, const char *target, struct sg_text *out)
{
	char link[PATH_MAX], resolved[PATH_MAX];
	DIR *folder = opendir(folder_name);
	struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		struct sg_text text;

		sg_text_init(&text, link, sizeof(link));
		sg_text_add(&text, "%s/%s", folder_name, entry->d_name);
		if (entry->d_name[0] != '.' && realpath(link, resolved) && strcmp(resolved, target) == 0)
			sg_text_add(out, "    stable name  serial:%s\n", link);
	}
	closedir(folder);
}

/* The names that stay the same when the cable moves to another socket, or when another instrument comes first. */
static void add_stable_names(const char *path, struct sg_text *out)
{
	char target[PATH_MAX];

	if (!realpath(path, target))
		return;
	for (size_t i = 0; i < sizeof(link_folders) / sizeof(link_folders[0]); i++)
		add_links(link_folders[i], target, out);
}

/* Nothing is said of a node that is not there: it is just leaving. */
static void add_access(const char *node, enum sg_access_kind kind, struct sg_text *out)
{
	if (access(node, F_OK) != 0)
		return;
	sg_text_add(out, "    access       ");
	if (access(node, R_OK | W_OK) == 0) {
		sg_text_add(out, "yes\n");
		return;
	}
	sg_text_add(out, "no: ");
	sg_access_explain(node, kind, out);
	sg_text_add(out, "\n");
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
	if (port->place && port->place[0])
		sg_text_add(out, "    port path    %s\n", port->place);
	add_stable_names(port->path, out);
	add_family(port, out);
	add_access(port->path, SG_ACCESS_TTY, out);
}

const struct sg_family *sg_usb_family(const struct sg_usb_entry *entry)
{
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *family = sg_registry_at(i);

		if (family->usb_vendor && family->usb_vendor == entry->vendor && family->usb_product_id == entry->product_id)
			return family;
	}
	return NULL;
}

void sg_usb_describe(const struct sg_usb_entry *entry, const struct sg_family *family, struct sg_text *out)
{
	const char *common = sg_serial_is_trivial(entry->serial) ? "  (not unique: known by its port path)" : "";

	sg_text_add(out, "usb:%04x:%04x@%s\n", (unsigned)entry->vendor, (unsigned)entry->product_id, entry->place);
	sg_text_add(out, "    usb          %04x:%04x  %s %s\n", (unsigned)entry->vendor, (unsigned)entry->product_id,
		    entry->manufacturer, entry->product);
	sg_text_add(out, "    usb serial   %s%s\n", entry->serial[0] ? entry->serial : "none", common);
	sg_text_add(out, "    port path    %s\n", entry->place);
	sg_text_add(out, "    looks like   %s (family: %s); not asked\n", family->title, family->name);
	add_access(entry->node, SG_ACCESS_USB, out);
}

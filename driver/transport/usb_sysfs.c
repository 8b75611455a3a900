/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/usb_sysfs.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/uri.h"

/* One attribute, without the newline at its end; what is no printable character becomes '?': it is shown to people
 * and compared, and a device can put anything there. False: there is no such attribute. */
static bool read_attribute(const char *folder, const char *name, char *out, size_t size)
{
	char path[PATH_MAX];
	size_t length;
	FILE *file;

	out[0] = '\0';
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	length = fread(out, 1, size - 1, file);
	fclose(file);
	out[length] = '\0';
	out[strcspn(out, "\n")] = '\0';
	for (char *c = out; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	return true;
}

static int read_number(const char *folder, const char *name, int base)
{
	char text[16];
	char *end;
	long value;

	if (!read_attribute(folder, name, text, sizeof(text)))
		return -1;
	value = strtol(text, &end, base);
	return end != text && !*end && value >= 0 && value <= 0xffff ? (int)value : -1;
}

static bool read_folder(const char *folder, const char *place, struct sg_usb_entry *out)
{
	struct sg_usb_entry entry;
	struct sg_text text;
	int bus, device;

	memset(&entry, 0, sizeof(entry));
	entry.vendor = read_number(folder, "idVendor", 16);
	entry.product_id = read_number(folder, "idProduct", 16);
	bus = read_number(folder, "busnum", 10);
	device = read_number(folder, "devnum", 10);
	if (entry.vendor < 0 || entry.product_id < 0 || bus < 0 || device < 0)
		return false; /* not a device, or one that is just leaving */
	read_attribute(folder, "serial", entry.serial, sizeof(entry.serial));
	read_attribute(folder, "product", entry.product, sizeof(entry.product));
	read_attribute(folder, "manufacturer", entry.manufacturer, sizeof(entry.manufacturer));
	sg_text_init(&text, entry.place, sizeof(entry.place));
	sg_text_add(&text, "%s", place);
	snprintf(entry.node, sizeof(entry.node), "/dev/bus/usb/%03d/%03d", bus, device);
	*out = entry;
	return true;
}

bool sg_usb_sysfs_read(const char *sysfs, const char *place, struct sg_usb_entry *out)
{
	char folder[PATH_MAX];

	if (!sg_uri_is_usb_place(place))
		return false;
	snprintf(folder, sizeof(folder), "%s/bus/usb/devices/%s", sysfs, place);
	return read_folder(folder, place, out);
}

static int is_place(const struct dirent *entry)
{
	return sg_uri_is_usb_place(entry->d_name);
}

void sg_usb_sysfs_list(const char *sysfs, bool (*found)(void *ctx, const struct sg_usb_entry *entry), void *ctx)
{
	struct dirent **names;
	char folder[PATH_MAX];
	bool more = true;
	int count;

	snprintf(folder, sizeof(folder), "%s/bus/usb/devices", sysfs);
	count = scandir(folder, &names, is_place, versionsort);
	if (count < 0)
		return;
	for (int i = 0; i < count; i++) {
		struct sg_usb_entry entry;

		if (more && sg_usb_sysfs_read(sysfs, names[i]->d_name, &entry))
			more = found(ctx, &entry);
		free(names[i]);
	}
	free(names);
}

/*
 * device/ of a tty leads to the interface (…/1-1.2/1-1.2:1.0, for cdc-acm) or to a port below it (…/1-1.2:1.0/ttyUSB0,
 * for adapters): the device is the first folder above that has the name of a place.
 */
bool sg_usb_sysfs_of_tty(const char *sysfs, const char *tty, struct sg_usb_entry *out)
{
	char link[PATH_MAX], folder[PATH_MAX];
	char *slash;

	if (strchr(tty, '/') || (size_t)snprintf(link, sizeof(link), "%s/class/tty/%s/device", sysfs, tty) >= sizeof(link))
		return false;
	if (!realpath(link, folder))
		return false;
	while ((slash = strrchr(folder, '/')) && slash != folder) {
		if (sg_uri_is_usb_place(slash + 1))
			return read_folder(folder, slash + 1, out);
		*slash = '\0';
	}
	return false;
}

static int is_no_dot(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void sg_usb_sysfs_ttys(const char *sysfs, bool (*found)(void *ctx, const char *tty, const struct sg_usb_entry *entry),
		       void *ctx)
{
	struct dirent **names;
	char folder[PATH_MAX];
	bool more = true;
	int count;

	snprintf(folder, sizeof(folder), "%s/class/tty", sysfs);
	count = scandir(folder, &names, is_no_dot, versionsort);
	if (count < 0)
		return;
	for (int i = 0; i < count; i++) {
		struct sg_usb_entry entry;

		if (more && sg_usb_sysfs_of_tty(sysfs, names[i]->d_name, &entry))
			more = found(ctx, names[i]->d_name, &entry);
		free(names[i]);
	}
	free(names);
}

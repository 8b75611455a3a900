/* SPDX-License-Identifier: Apache-2.0 */
#include "port/gadget_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIGFS "/sys/kernel/config"
#define ROOT CONFIGFS "/usb_gadget"
#define UDCS "/sys/class/udc"
#define PATH_SIZE 256

static const char *const no_support =
	"this machine has no USB gadget support: as root, modprobe configfs, libcomposite, and a device port (a board's own, or "
	"dummy_hcd)";

__attribute__((format(printf, 3, 4))) static const char *path(char storage[PATH_SIZE], const struct fw_gadget_tree *tree,
							      const char *format, ...)
{
	int used = snprintf(storage, PATH_SIZE, ROOT "/%s", tree->name);
	va_list args;

	va_start(args, format);
	vsnprintf(storage + used, PATH_SIZE - (size_t)used, format, args);
	va_end(args);
	return storage;
}

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	/* The empty text too: to a gadget's UDC it means "unplug". */
	n = write(fd, text[0] ? text : "\n", text[0] ? strlen(text) : 1);
	saved = errno;
	close(fd);
	errno = saved;
	return n > 0 ? 0 : -1;
}

static int put_number(const struct fw_gadget_tree *tree, const char *file, unsigned number)
{
	char where[PATH_SIZE], text[16];

	snprintf(text, sizeof(text), "0x%04x", number);
	return put(path(where, tree, "/%s", file), text);
}

static int get(const char *file, char *text, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return n > 0 ? 0 : -1;
}

static bool has_support(void)
{
	struct stat there;

	if (!stat(ROOT, &there))
		return true;
	/* The file system may only not be mounted yet. */
	return !mount("none", CONFIGFS, "configfs", 0, NULL) && !stat(ROOT, &there);
}

/* Folders go in the order in which the kernel lets them. */
static void take_away(struct fw_gadget_tree *tree)
{
	static const char *const functions[] = { "ffs", "acm" };
	char where[PATH_SIZE];

	put(path(where, tree, "/UDC"), "");
	for (size_t i = 0; i < 2; i++) {
		unlink(path(where, tree, "/configs/c.1/%s.%s", functions[i], tree->name));
		rmdir(path(where, tree, "/functions/%s.%s", functions[i], tree->name));
	}
	rmdir(path(where, tree, "/configs/c.1/strings/0x409"));
	rmdir(path(where, tree, "/configs/c.1"));
	rmdir(path(where, tree, "/strings/0x409"));
	rmdir(path(where, tree, "%s", ""));
}

static int make_folders(struct fw_gadget_tree *tree)
{
	static const char *const folders[] = { "", "/strings/0x409", "/configs/c.1", "/configs/c.1/strings/0x409" };
	char where[PATH_SIZE];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (mkdir(path(where, tree, "%s", folders[i]), 0755))
			return -1;
	}
	return mkdir(path(where, tree, "/functions/%s", tree->function), 0755);
}

static int describe(struct fw_gadget_tree *tree, const struct fw_usb *usb, const char *serial_number)
{
	char where[PATH_SIZE];

	/* bMaxPacketSize0 is the device port's own (64); the 8 of a small microcontroller cannot be had here. */
	if (put_number(tree, "idVendor", usb->vendor) || put_number(tree, "idProduct", usb->product) ||
	    put_number(tree, "bcdDevice", usb->device_bcd) || put_number(tree, "bcdUSB", 0x0200) ||
	    put_number(tree, "configs/c.1/MaxPower", usb->max_power_ma) ||
	    put_number(tree, "configs/c.1/bmAttributes", usb->bus_powered ? 0x80 : 0xc0))
		return -1;
	/* Kernels before 5.11 cannot be told; full speed is then the device port's business. */
	put(path(where, tree, "/max_speed"), "full-speed");
	if (put(path(where, tree, "/strings/0x409/manufacturer"), usb->manufacturer) ||
	    put(path(where, tree, "/strings/0x409/product"), usb->product_name) ||
	    put(path(where, tree, "/strings/0x409/serialnumber"), serial_number ? serial_number : usb->serial_number) ||
	    put(path(where, tree, "/configs/c.1/strings/0x409/configuration"), usb->configuration))
		return -1;
	return 0;
}

static bool is_name(const char *text)
{
	return text[0] && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static int read_where(struct fw_gadget_tree *tree, const char *where)
{
	const size_t length = strcspn(where, "@");

	if (length >= sizeof(tree->name) || (where[length] && strlen(where + length + 1) >= sizeof(tree->udc)))
		return -1;
	memcpy(tree->name, where, length);
	strcpy(tree->udc, where[length] ? where + length + 1 : "");
	return is_name(tree->name) && !(where[length] && !tree->udc[0]) && !strchr(tree->udc, '/') ? 0 : -1;
}

int fw_gadget_tree_make(struct fw_gadget_tree *tree, const char *where, const char *kind, const struct fw_usb *usb,
			const char *serial_number, const char **why)
{
	memset(tree, 0, sizeof(*tree));
	tree->state_fd = -1;
	if (read_where(tree, where)) {
		*why = "NAME or NAME@UDC is wanted, the name in letters, digits, _ and -, for example gadget:tdstat@dummy_udc.0";
		return -1;
	}
	snprintf(tree->function, sizeof(tree->function), "%s.%s", kind, tree->name);
	if (!has_support()) {
		*why = no_support;
		return -1;
	}
	take_away(tree);
	if (make_folders(tree) || describe(tree, usb, serial_number)) {
		*why = errno == EACCES || errno == EPERM ? "making a USB gadget takes root" :
							   "the kernel refuses this gadget; is usb_f_fs or usb_f_acm there?";
		take_away(tree);
		return -1;
	}
	tree->made = true;
	return 0;
}

int fw_gadget_tree_link(struct fw_gadget_tree *tree, const char **why)
{
	char target[PATH_SIZE], link[PATH_SIZE];

	path(target, tree, "/functions/%s", tree->function);
	path(link, tree, "/configs/c.1/%s", tree->function);
	if (!symlink(target, link))
		return 0;
	*why = "the kernel refuses the gadget's function";
	return -1;
}

static void watch_state(struct fw_gadget_tree *tree)
{
	char where[PATH_SIZE];

	if (tree->state_fd >= 0)
		close(tree->state_fd);
	snprintf(where, sizeof(where), UDCS "/%s/state", tree->udc);
	tree->state_fd = open(where, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Whoever pulls the cable by the kernel's files may put it back into another port. */
static void follow(struct fw_gadget_tree *tree)
{
	char where[PATH_SIZE], udc[FW_GADGET_NAME];

	if (get(path(where, tree, "/UDC"), udc, sizeof(udc)) || !udc[0] || !strcmp(udc, tree->udc))
		return;
	strcpy(tree->udc, udc);
	watch_state(tree);
}

static bool bind_to(struct fw_gadget_tree *tree, const char *udc)
{
	char where[PATH_SIZE];

	if (put(path(where, tree, "/UDC"), udc))
		return false;
	if (udc != tree->udc)
		snprintf(tree->udc, sizeof(tree->udc), "%s", udc);
	watch_state(tree);
	return true;
}

static bool bind_to_any(struct fw_gadget_tree *tree)
{
	struct dirent **names;
	int count = scandir(UDCS, &names, NULL, alphasort);
	bool bound = false;

	for (int i = 0; i < count; i++) {
		if (!bound && names[i]->d_name[0] != '.' && strlen(names[i]->d_name) < FW_GADGET_NAME)
			bound = bind_to(tree, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return bound;
}

int fw_gadget_tree_bind(struct fw_gadget_tree *tree, const char **why)
{
	if (tree->udc[0] ? bind_to(tree, tree->udc) : bind_to_any(tree))
		return 0;
	*why = tree->udc[0] ? "this device port is not there, or taken; /sys/class/udc lists them" :
			      "no free USB device port; /sys/class/udc lists them, modprobe dummy_hcd makes one";
	return -1;
}

void fw_gadget_tree_unbind(struct fw_gadget_tree *tree)
{
	char where[PATH_SIZE];

	put(path(where, tree, "/UDC"), "");
}

bool fw_gadget_tree_is_attached(struct fw_gadget_tree *tree)
{
	char where[PATH_SIZE], text[32];
	ssize_t n;

	follow(tree);
	if (get(path(where, tree, "/UDC"), text, sizeof(text)) || !text[0])
		return false;
	n = tree->state_fd < 0 ? -1 : pread(tree->state_fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 && strncmp(text, "not attached", 12) != 0;
}

void fw_gadget_tree_remove(struct fw_gadget_tree *tree)
{
	if (!tree->made)
		return;
	take_away(tree);
	if (tree->state_fd >= 0)
		close(tree->state_fd);
	tree->state_fd = -1;
	tree->made = false;
}

int fw_gadget_tree_number(const struct fw_gadget_tree *tree, const char *file)
{
	char where[PATH_SIZE], text[16];

	if (get(path(where, tree, "/functions/%s/%s", tree->function, file), text, sizeof(text)))
		return -1;
	return atoi(text);
}

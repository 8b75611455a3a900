/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_sysfs.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 512

static void __attribute__((noreturn)) broken(const char *path)
{
	perror(path);
	abort();
}

__attribute__((format(printf, 3, 4))) static void name(struct fake_sysfs *s, char *path, const char *format, ...)
{
	const int n = snprintf(path, PATH_SIZE, "%s/", s->root);
	va_list args;

	va_start(args, format);
	vsnprintf(path + n, (size_t)(PATH_SIZE - n), format, args);
	va_end(args);
}

/* The folder and those above it. */
static void make_folder(const char *path)
{
	char part[PATH_SIZE];

	strcpy(part, path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0777);
		*slash = '/';
	}
	mkdir(part, 0777);
	if (access(part, X_OK) != 0)
		broken(part);
}

static void put(struct fake_sysfs *s, const char *place, const char *attribute, const char *text)
{
	char path[PATH_SIZE];
	FILE *file;

	name(s, path, "devices/%s/%s", place, attribute);
	file = fopen(path, "w");
	if (!file)
		broken(path);
	fprintf(file, "%s\n", text);
	fclose(file);
}

void fake_sysfs_begin(struct fake_sysfs *s)
{
	char path[PATH_SIZE];

	strcpy(s->root, "/tmp/sg_sysfs_XXXXXX");
	if (!mkdtemp(s->root))
		broken(s->root);
	name(s, path, "bus/usb/devices");
	make_folder(path);
	name(s, path, "class/tty");
	make_folder(path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_all(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fake_sysfs_end(struct fake_sysfs *s)
{
	remove_all(s->root);
}

void fake_sysfs_plug(struct fake_sysfs *s, const char *place, const char *ids, const char *serial, const char *product)
{
	char path[PATH_SIZE], target[PATH_SIZE], id[5] = "";
	static int number = 3;

	name(s, path, "devices/%s", place);
	make_folder(path);
	put(s, place, "idVendor", memcpy(id, ids, 4));
	put(s, place, "idProduct", memcpy(id, ids + 5, 4));
	snprintf(id, sizeof(id), "%d", ++number % 100);
	put(s, place, "devnum", id);
	snprintf(id, sizeof(id), "%.2s", place);
	id[strcspn(id, "-")] = '\0';
	put(s, place, "busnum", id);
	if (serial)
		put(s, place, "serial", serial);
	put(s, place, "product", product);
	put(s, place, "manufacturer", "Maker");
	/* the link of the device and, as the kernel has it, that of its interface */
	name(s, target, "devices/%s", place);
	name(s, path, "bus/usb/devices/%s", place);
	if (symlink(target, path) != 0)
		broken(path);
	name(s, target, "devices/%s/%s:1.0", place, place);
	make_folder(target);
	name(s, path, "bus/usb/devices/%s:1.0", place);
	if (symlink(target, path) != 0)
		broken(path);
}

void fake_sysfs_pull(struct fake_sysfs *s, const char *place)
{
	char path[PATH_SIZE];

	name(s, path, "bus/usb/devices/%s", place);
	unlink(path);
	name(s, path, "bus/usb/devices/%s:1.0", place);
	unlink(path);
	name(s, path, "devices/%s", place);
	remove_all(path);
}

static void add_tty(struct fake_sysfs *s, const char *tty, const char *target)
{
	char path[PATH_SIZE];

	make_folder(target);
	name(s, path, "class/tty/%s", tty);
	make_folder(path);
	name(s, path, "class/tty/%s/device", tty);
	if (symlink(target, path) != 0)
		broken(path);
}

void fake_sysfs_acm(struct fake_sysfs *s, const char *tty, const char *place)
{
	char target[PATH_SIZE];

	name(s, target, "devices/%s/%s:1.0", place, place);
	add_tty(s, tty, target);
}

void fake_sysfs_adapter(struct fake_sysfs *s, const char *tty, const char *place)
{
	char target[PATH_SIZE];

	name(s, target, "devices/%s/%s:1.0/%s", place, place, tty);
	add_tty(s, tty, target);
}

void fake_sysfs_board(struct fake_sysfs *s, const char *tty)
{
	char target[PATH_SIZE];

	name(s, target, "devices/platform/serial8250");
	add_tty(s, tty, target);
}

void fake_sysfs_remove_tty(struct fake_sysfs *s, const char *tty)
{
	char path[PATH_SIZE];

	name(s, path, "class/tty/%s", tty);
	remove_all(path);
}

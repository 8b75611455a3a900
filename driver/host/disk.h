/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the record asks of a disk, handed in: the one of this PC, or in a test one that is slow, dead or lies about it.
 * Each call is the system call of its name, may take as long as the disk likes, and sets errno.
 */
#ifndef SG_HOST_DISK_H
#define SG_HOST_DISK_H

#include <stddef.h>
#include <sys/types.h>

struct sg_disk {
	ssize_t (*write)(void *ctx, int fd, const void *bytes, size_t length);
	int (*fdatasync)(void *ctx, int fd);
	int (*fsync)(void *ctx, int fd);
	void *ctx;
};

/** Of this PC. */
extern const struct sg_disk sg_disk_host;

#endif

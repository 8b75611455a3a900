/* SPDX-License-Identifier: Apache-2.0 */
#include "host/disk.h"

#include <unistd.h>

static ssize_t host_write(void *ctx, int fd, const void *bytes, size_t length)
{
	(void)ctx;
	return write(fd, bytes, length);
}

static int host_fdatasync(void *ctx, int fd)
{
	(void)ctx;
	return fdatasync(fd);
}

static int host_fsync(void *ctx, int fd)
{
	(void)ctx;
	return fsync(fd);
}

const struct sg_disk sg_disk_host = { .write = host_write, .fdatasync = host_fdatasync, .fsync = host_fsync };

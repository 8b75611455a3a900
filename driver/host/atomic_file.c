/* SPDX-License-Identifier: Apache-2.0 */
#include "host/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "host/host_error.h"

static enum sg_err write_all(const struct sg_disk *disk, int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = disk->write(disk->ctx, fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? sg_host_error(errno) : SG_ERR_IO;
		bytes += n;
		length -= (size_t)n;
	}
	return SG_OK;
}

enum sg_err sg_replace_file(const struct sg_disk *disk, int folder_fd, const char *name, const char *bytes, size_t length,
			    bool durable)
{
	char beside[256];
	enum sg_err err;
	int fd;

	if ((size_t)snprintf(beside, sizeof(beside), ".%s.part", name) >= sizeof(beside))
		return SG_ERR_ARGUMENT;
	fd = openat(folder_fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return sg_host_error(errno);
	err = write_all(disk, fd, bytes, length);
	if (!err && durable && disk->fsync(disk->ctx, fd))
		err = sg_host_error(errno);
	if (close(fd) && !err)
		err = sg_host_error(errno);
	if (!err && renameat(folder_fd, beside, folder_fd, name))
		err = sg_host_error(errno);
	if (err) {
		unlinkat(folder_fd, beside, 0);
		return err;
	}
	/* the new name itself is in the folder, which has to reach the disk too */
	if (durable && disk->fsync(disk->ctx, folder_fd))
		return sg_host_error(errno);
	return SG_OK;
}

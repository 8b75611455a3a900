/* SPDX-License-Identifier: Apache-2.0 */
#include "host/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host_error.h"

enum sg_err sg_append_open(struct sg_append_file *file, const struct sg_disk *disk, int folder_fd, const char *name,
			   size_t size, bool again)
{
	enum sg_err err;
	struct stat st;

	memset(file, 0, sizeof(*file));
	file->disk = disk;
	file->size = size;
	file->fd = openat(folder_fd, name, O_WRONLY | O_APPEND | O_CLOEXEC | (again ? 0 : O_CREAT | O_EXCL), 0644);
	if (file->fd < 0)
		return sg_host_error(errno);
	if (flock(file->fd, LOCK_EX | LOCK_NB)) {
		err = sg_host_error(errno);
		goto out_close;
	}
	/* only now does nobody else write it */
	if (fstat(file->fd, &st)) {
		err = sg_host_error(errno);
		goto out_close;
	}
	file->length = st.st_size;
	file->buffer = malloc(size);
	if (!file->buffer) {
		err = SG_ERR_NO_MEMORY;
		goto out_close;
	}
	return SG_OK;

out_close:
	sg_append_close(file);
	return err;
}

enum sg_err sg_append_line(struct sg_append_file *file, const char *line, size_t length)
{
	if (length == 0 || length > file->size)
		return SG_ERR_ARGUMENT;
	if (length > file->size - file->used)
		return SG_ERR_BUSY;
	memcpy(file->buffer + file->used, line, length);
	file->used += length;
	return SG_OK;
}

/**
 * Of done bytes of the buffer that the disk took, how many to keep: up to the last line feed. The rest
 * of the line is taken back; if even that fails it stays, and the next batch completes it.
 */
static size_t keep_whole_lines(const struct sg_append_file *file, size_t done)
{
	const char *last = done ? memrchr(file->buffer, '\n', done) : NULL;
	size_t whole = last ? (size_t)(last - file->buffer) + 1 : 0;

	if (whole == done || ftruncate(file->fd, file->length + (off_t)whole))
		return done;
	return whole;
}

/* A deleted file takes bytes like any other. */
static enum sg_err still_named(const struct sg_append_file *file)
{
	struct stat st;

	return fstat(file->fd, &st) == 0 && st.st_nlink == 0 ? SG_ERR_NOT_FOUND : SG_OK;
}

enum sg_err sg_append_write(struct sg_append_file *file, size_t count, size_t *written)
{
	const struct sg_disk *disk = file->disk;
	enum sg_err err = SG_OK;
	size_t done = 0;

	while (done < count) {
		ssize_t n = disk->write(disk->ctx, file->fd, file->buffer + done, count - done);

		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		err = n < 0 ? sg_host_error(errno) : SG_ERR_IO;
		done = keep_whole_lines(file, done);
		break;
	}
	*written = done;
	if (done) {
		file->unsynced = true;
		if (!err)
			err = still_named(file);
	}
	return err;
}

void sg_append_drop(struct sg_append_file *file, size_t written)
{
	file->length += (off_t)written;
	file->used -= written;
	memmove(file->buffer, file->buffer + written, file->used);
}

enum sg_err sg_append_sync(struct sg_append_file *file)
{
	const enum sg_err err = still_named(file);

	if (!file->unsynced)
		return err;
	/* Linux reports a failed write-back once and then forgets it: the error must not be lost here */
	if (file->disk->fdatasync(file->disk->ctx, file->fd))
		return sg_host_error(errno);
	file->unsynced = false;
	return err;
}

void sg_append_close(struct sg_append_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->buffer);
	file->fd = -1;
	file->buffer = NULL;
	file->used = 0;
}

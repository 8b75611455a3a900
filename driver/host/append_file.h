/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A file of lines that only grows. Lines are collected in a fixed buffer and written in one write(2)
 * per batch. A batch that the disk took only in part is cut back to its last whole line, and what was
 * not written stays in the buffer to be tried again: the file ends with a whole line whatever the
 * disk does, short of a crash in the middle of a write (see record_repair.h).
 *
 * Two threads may share one, so that lines are added while the disk takes its time. line(), drop() and whoever reads
 * `used` and `length` hold a lock of theirs; write() and sync() belong to the thread that writes and need none: they
 * touch neither of the two, and no byte behind the count they were given.
 */
#ifndef SG_HOST_APPEND_FILE_H
#define SG_HOST_APPEND_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/error.h"
#include "host/disk.h"

struct sg_append_file {
	const struct sg_disk *disk; /**< borrowed */
	int fd;       /**< -1: not open */
	char *buffer; /**< owned */
	size_t size;
	size_t used;
	off_t length;  /**< bytes in the file: whole lines */
	bool unsynced; /**< something was written since the last fdatasync; the writer's own */
};

/**
 * Create a file that must not exist yet (again: open one that does, and go on behind its last line), and hold it with an exclusive lock until close.
 * @param size  of the buffer; larger than any line
 */
enum sg_err sg_append_open(struct sg_append_file *file, const struct sg_disk *disk, int folder_fd, const char *name,
			   size_t size, bool again);

/**
 * Add one line, with its line feed.
 * @retval SG_OK        in the buffer
 * @retval SG_ERR_BUSY  the line was not taken: no room until something is dropped
 */
enum sg_err sg_append_line(struct sg_append_file *file, const char *line, size_t length);

/**
 * Hand the first count bytes of the buffer to the operating system.
 * @param count    <= used
 * @param written  so many of them are in the file now, on an error too: to be dropped
 *
 * @retval SG_ERR_NOT_FOUND  written, but the file has no name any more: somebody deleted it, and nobody will read it
 */
enum sg_err sg_append_write(struct sg_append_file *file, size_t count, size_t *written);

/** Take from the buffer what was written. Before the next write(). */
void sg_append_drop(struct sg_append_file *file, size_t written);

/** Wait until what was written is on the disk. Errors as of write, whether there was something to wait for or not. */
enum sg_err sg_append_sync(struct sg_append_file *file);

/** Close without writing what is left; a file that is not open is fine. */
void sg_append_close(struct sg_append_file *file);

#endif

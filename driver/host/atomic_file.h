/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Replace a file in one step: whoever opens it sees the old bytes or the new ones, never a mixture,
 * also after a crash or a power cut.
 */
#ifndef SG_HOST_ATOMIC_FILE_H
#define SG_HOST_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "host/disk.h"

/**
 * Write beside, fsync, rename. On an error the file is as it was.
 * @param durable  wait for the disk; without it the replacement is whole after a crash of the program,
 *                 not after a power cut
 */
enum sg_err sg_replace_file(const struct sg_disk *disk, int folder_fd, const char *name, const char *bytes, size_t length,
			    bool durable);

#endif

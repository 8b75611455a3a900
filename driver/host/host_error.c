/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_error.h"

#include <errno.h>

enum sg_err sg_host_error(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT: /* the user's share of the disk */
	case EFBIG:  /* the file system's or the process's largest file */
		return SG_ERR_DISK_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return SG_ERR_ACCESS;
	case ENOENT:
	case ENOTDIR:
		return SG_ERR_NOT_FOUND;
	case ENOMEM:
		return SG_ERR_NO_MEMORY;
	case EWOULDBLOCK:
		return SG_ERR_BUSY;
	default: /* a number of the operating system, not an enum of ours */
		return SG_ERR_IO;
	}
}

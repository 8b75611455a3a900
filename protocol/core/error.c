/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

enum sg_err sg_err_first(enum sg_err earlier, enum sg_err later)
{
	return earlier ? earlier : later;
}

enum sg_err_group sg_err_group(enum sg_err err)
{
	switch (err) {
	case SG_OK:
		return SG_GROUP_OK;
	case SG_ERR_ARGUMENT:
	case SG_ERR_STATE:
		return SG_GROUP_CALLER;
	case SG_ERR_NO_MEMORY:
	case SG_ERR_IO:
	case SG_ERR_DISK_FULL:
	case SG_ERR_ACCESS:
	case SG_ERR_NOT_FOUND:
	case SG_ERR_BUSY:
	case SG_ERR_FORMAT:
		return SG_GROUP_HOST;
	case SG_ERR_TIMEOUT:
	case SG_ERR_GONE:
		return SG_GROUP_LINK;
	case SG_ERR_FRAME:
	case SG_ERR_VALUE:
	case SG_ERR_ORDER:
		return SG_GROUP_WIRE;
	case SG_ERR_REFUSED:
	case SG_ERR_UNSUPPORTED:
	case SG_ERR_IDENTITY:
		return SG_GROUP_DEVICE;
	case SG_ERR_UNCERTAIN:
		return SG_GROUP_UNCERTAIN;
	case SG_ERR_LIMIT:
	case SG_ERR_UNSAFE:
		return SG_GROUP_SAFETY;
	}
	return SG_GROUP_CALLER;
}

const char *sg_err_name(enum sg_err err)
{
	switch (err) {
	case SG_OK:
		return "ok";
	case SG_ERR_ARGUMENT:
		return "argument";
	case SG_ERR_STATE:
		return "state";
	case SG_ERR_NO_MEMORY:
		return "no_memory";
	case SG_ERR_IO:
		return "io";
	case SG_ERR_DISK_FULL:
		return "disk_full";
	case SG_ERR_ACCESS:
		return "access";
	case SG_ERR_NOT_FOUND:
		return "not_found";
	case SG_ERR_BUSY:
		return "busy";
	case SG_ERR_FORMAT:
		return "format";
	case SG_ERR_TIMEOUT:
		return "timeout";
	case SG_ERR_GONE:
		return "gone";
	case SG_ERR_FRAME:
		return "frame";
	case SG_ERR_VALUE:
		return "value";
	case SG_ERR_ORDER:
		return "order";
	case SG_ERR_REFUSED:
		return "refused";
	case SG_ERR_UNSUPPORTED:
		return "unsupported";
	case SG_ERR_IDENTITY:
		return "identity";
	case SG_ERR_UNCERTAIN:
		return "uncertain";
	case SG_ERR_LIMIT:
		return "limit";
	case SG_ERR_UNSAFE:
		return "unsafe";
	}
	return "unknown";
}

const char *sg_err_text(enum sg_err err)
{
	switch (err) {
	case SG_OK:
		return "done";
	case SG_ERR_ARGUMENT:
		return "a value outside its permitted range";
	case SG_ERR_STATE:
		return "not possible in the present state";
	case SG_ERR_NO_MEMORY:
		return "out of memory";
	case SG_ERR_IO:
		return "a file could not be read or written";
	case SG_ERR_DISK_FULL:
		return "the disk is full";
	case SG_ERR_ACCESS:
		return "permission denied";
	case SG_ERR_NOT_FOUND:
		return "not found";
	case SG_ERR_BUSY:
		return "held by another program";
	case SG_ERR_FORMAT:
		return "the file is not of the expected form";
	case SG_ERR_TIMEOUT:
		return "the instrument was silent until the deadline";
	case SG_ERR_GONE:
		return "the connection was lost";
	case SG_ERR_FRAME:
		return "the instrument sent something that is not its protocol";
	case SG_ERR_VALUE:
		return "the instrument sent a value that contradicts itself";
	case SG_ERR_ORDER:
		return "the instrument sent an answer that does not belong here";
	case SG_ERR_REFUSED:
		return "the instrument refused";
	case SG_ERR_UNSUPPORTED:
		return "this instrument cannot do that";
	case SG_ERR_IDENTITY:
		return "this is another instrument than the one named";
	case SG_ERR_UNCERTAIN:
		return "sent, but not confirmed: it may be in force";
	case SG_ERR_LIMIT:
		return "a safety limit was exceeded";
	case SG_ERR_UNSAFE:
		return "the cell could not be shown to be off";
	}
	return "unknown error";
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What can go wrong, and what to do next. Functions return SG_OK (0) or a negative value; results
 * travel through out-pointers, written only on SG_OK unless a function says otherwise.
 *
 * The values fall into groups; sg_err_group() names the group, which tells the caller what is
 * sensible next: mend the call, mend the PC, reconnect, resynchronize, obey, read back, make safe.
 */
#ifndef SG_CORE_ERROR_H
#define SG_CORE_ERROR_H

enum sg_err {
	SG_OK = 0,

	/* caller's bug: the call can never succeed as it is */
	SG_ERR_ARGUMENT = -1, /**< an argument outside its documented range */
	SG_ERR_STATE = -2,    /**< not legal in the object's present state */

	/* host: the PC could not do it; instruments are as they were */
	SG_ERR_NO_MEMORY = -10,
	SG_ERR_IO = -11,        /**< a file could not be read or written; errno tells why */
	SG_ERR_DISK_FULL = -12,
	SG_ERR_ACCESS = -13,    /**< permission missing */
	SG_ERR_NOT_FOUND = -14, /**< no such file, port or device */
	SG_ERR_BUSY = -15,      /**< the port is held by another program */
	SG_ERR_FORMAT = -16,    /**< a file people wrote is wrong; a diagnostic says where */

	/* link: nothing certain came through */
	SG_ERR_TIMEOUT = -20, /**< silent until the deadline; nothing pending may be trusted */
	SG_ERR_GONE = -21,    /**< hung up, unplugged or closed by the peer */

	/* wire: something came through, and it is wrong */
	SG_ERR_FRAME = -30, /**< not a message of this protocol: garbage, half a line, too long */
	SG_ERR_VALUE = -31, /**< well formed, but contradicts what the protocol lets us check */
	SG_ERR_ORDER = -32, /**< well formed, but not what can come now: stale, repeated, missing */

	/* device: understood and declined */
	SG_ERR_REFUSED = -40,     /**< the instrument said no; its own status is in the diagnostic */
	SG_ERR_UNSUPPORTED = -41, /**< this model cannot do that; nothing was sent */
	SG_ERR_IDENTITY = -42,    /**< another instrument than the one that was named */

	/* uncertain: it may be in force. Read back before any retry that moves amperes */
	SG_ERR_UNCERTAIN = -50,

	/* safety */
	SG_ERR_LIMIT = -60,  /**< a guard limit was exceeded */
	SG_ERR_UNSAFE = -61, /**< the cell could not be shown to be off: a person must look */
};

enum sg_err_group {
	SG_GROUP_OK,
	SG_GROUP_CALLER,
	SG_GROUP_HOST,
	SG_GROUP_LINK,
	SG_GROUP_WIRE,
	SG_GROUP_DEVICE,
	SG_GROUP_UNCERTAIN,
	SG_GROUP_SAFETY,
};

/** The group of an error. A value outside the enum counts as the caller's bug. */
enum sg_err_group sg_err_group(enum sg_err err);

/** Of two steps that are both tried, the error of the earlier one counts. */
enum sg_err sg_err_first(enum sg_err earlier, enum sg_err later);

/** Stable short name, e.g. "timeout"; "unknown" for a value outside the enum. Static storage. */
const char *sg_err_name(enum sg_err err);

/** One sentence for a person: what it means. Static storage. */
const char *sg_err_text(enum sg_err err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Lines of the MethodSCRIPT instruments: cut out of a byte stream, and told apart by what they are.
 *
 * Every line is ASCII and ends with LF; there is no checksum and no length. So a damaged line shows
 * only if it stops being a line of this language; see emstat4.md for what that leaves open.
 *
 * Source: PalmSens/MethodSCRIPT_Examples, Example_Python/palmsens/mscript.py and instrument.py.
 */
#ifndef SG_WIRE_METHODSCRIPT_LINE_H
#define SG_WIRE_METHODSCRIPT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/**
 * Most characters of a line, LF not counted. Source: buffer of the maker's C example (128 with LF and
 * NUL). Newer firmware may send 256; what our scripts ask for never exceeds 80.
 */
#define SG_METHODSCRIPT_LINE_MAX 128

enum sg_frame {
	SG_FRAME_OK,        /**< a line is complete */
	SG_FRAME_NEED_MORE, /**< all bytes taken, no line yet */
	SG_FRAME_BAD,       /**< a line ended that is too long or holds bytes no line can hold; dropped */
};

/** Collects one line. Zeroed: ready. */
struct sg_methodscript_framer {
	char line[SG_METHODSCRIPT_LINE_MAX + 1]; /**< after OK: the line, NUL-terminated, without LF */
	size_t length;
	bool spoiled; /**< the line at hand is lost; skipping to its LF */
	bool done;    /**< line was handed out; the next byte begins a new one */
};

/** Forget a half line. */
void sg_methodscript_framer_reset(struct sg_methodscript_framer *framer);

/**
 * Take bytes up to and including the next LF.
 *
 * @param consumed  how many were taken; call again with the rest until NEED_MORE
 * @return OK: framer->line and ->length hold until the next call
 *
 * A line that is spoiled is dropped as a whole, with its tail: the next line counts again.
 */
enum sg_frame sg_methodscript_frame(struct sg_methodscript_framer *framer, const uint8_t *bytes, size_t length,
				    size_t *consumed);

enum sg_methodscript_kind {
	SG_LINE_EMPTY,             /**< end of a script's output */
	SG_LINE_ECHO,              /**< a command was taken: its first character alone */
	SG_LINE_LOOP_START,        /**< `M000A`: measurement loop, technique */
	SG_LINE_LOOP_END,          /**< `*` */
	SG_LINE_SCRIPT_LOOP_START, /**< `L` */
	SG_LINE_SCRIPT_LOOP_END,   /**< `+` */
	SG_LINE_SCAN_START,        /**< `C0001`: scan */
	SG_LINE_SCAN_END,          /**< `-` */
	SG_LINE_PACKAGE,           /**< `P...`: see methodscript_package.h */
	SG_LINE_TEXT,              /**< `T...` */
	SG_LINE_ERROR,             /**< `!0014: Line 8`, `e!4001: Line 1, Col 16` */
};

/** What a line is. Fields that its kind does not have are 0. */
struct sg_methodscript_line {
	enum sg_methodscript_kind kind;
	char echo;        /**< ECHO: the character; ERROR: the one before `!`, or 0 */
	uint16_t code;    /**< LOOP_START: technique; SCAN_START: scan; ERROR: code */
	unsigned row;     /**< ERROR: line of the script, 1-based, 0 if not told */
	unsigned column;  /**< ERROR: 1-based, 0 if not told */
	const char *text; /**< the line itself, borrowed */
	size_t length;
};

/** Techniques our scripts use. */
#define SG_TECHNIQUE_CP 0x000A
#define SG_TECHNIQUE_OCP 0x000B

/**
 * Tell what a line is, from the line alone.
 *
 * Replies to `t`, `i`, `v`, `CC` are not lines of a script and are not told apart here.
 *
 * @param text    without LF; borrowed by *out
 * @retval SG_ERR_FRAME  not a line a script can send; *out is not written
 */
enum sg_err sg_methodscript_classify(const char *text, size_t length, struct sg_methodscript_line *out);

/** Value of an upper-case hexadecimal digit, or -1. */
int sg_methodscript_hex(char digit);

#endif

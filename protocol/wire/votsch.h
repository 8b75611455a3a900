/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Voetsch climate chambers of the VT4002 kind: the ASCII-2 protocol in its old, fixed layout.
 *
 *     > $00I\r                                                     values?
 *     < 0010.0 0011.2 0000.0 0011.2 ... 0000.0 0011.2 0101000000000000\r
 *     > $00E 0025.0 0000.0 0000.0 0000.0 0000.0 0101000000000000\r   set
 *     < 0\r                                                        taken
 *     > $00F\r                                                     first error?
 *     < 01 software test spec.protection..\r
 *
 * A chamber speaks only when it is asked. A reply carries neither address nor letter nor checksum: what
 * it belongs to follows from the order alone, and a damaged digit shows only where the value becomes
 * impossible (sg_votsch_check()).
 *
 * The newer S!MPAC layout (32 bits, TCP port 2049) is not spoken here: its lines are too long for
 * the framer, so such a chamber is refused and not misread.
 *
 * Source: Voetsch manual VT4002/4004/7004, appendix A and B (2002), in the history of ondrejh/VT4002 at
 * 2e42399; the layout with ten numbers: ondrejh/VT4002, VT4002.py at 007de00.
 */
#ifndef SG_WIRE_VOTSCH_H
#define SG_WIRE_VOTSCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/text.h"

/** Two decimal digits. Source: manual. Clients in the wild use 0 to 31. */
#define SG_VOTSCH_ADDRESS_MAX 99

/** Numbers in a reply to I, both layouts: five pairs of nominal, actual. */
#define SG_VOTSCH_NUMBERS 10

/** Most characters of a line of this layout: ten numbers, a blank each, 16 bits; CR not counted. */
#define SG_VOTSCH_LINE_MAX 86

/** Storage for any request, with its NUL. */
#define SG_VOTSCH_REQUEST_SIZE 96

/** Positions in the row of 16 bits, leftmost first. Source: manual, -40 degC 20 l model. */
enum sg_votsch_bit {
	SG_VOTSCH_START = 1,
	SG_VOTSCH_ERROR = 2,       /**< input: some error is pending, ask F */
	SG_VOTSCH_TEMPERATURE = 3, /**< without it the nominal value of an E is not used */
};

/** How an E is written. */
enum sg_votsch_layout {
	SG_VOTSCH_FIVE, /**< five nominal values, 16 bits */
	SG_VOTSCH_TEN,  /**< the set-point and nine numbers more, 16 bits; to stop, the set-point alone */
};

struct sg_votsch_model {
	const char *name; /**< "vt4002" */
	enum sg_votsch_layout layout;
	unsigned address; /**< as delivered */
	uint16_t carried; /**< bits an E repeats as I reported them: outputs that are not ours to change */
	struct sg_chamber_caps caps;
};

/** "vt4002" (also for NULL) or "vt4002-ten"; NULL for any other word. Static storage. */
const struct sg_votsch_model *sg_votsch_model(const char *name);

/** A reply to I. Temperatures in tenths of a degree, as on the wire; bit i of bits is position i. */
struct sg_votsch_values {
	int32_t tenths[SG_VOTSCH_NUMBERS]; /**< [0] set-point, [1] actual; the rest is the unit's own */
	uint16_t bits;
};

static inline bool sg_votsch_has(const struct sg_votsch_values *values, enum sg_votsch_bit bit)
{
	return (values->bits >> (unsigned)bit) & 1u;
}

/** The set-point is being worked for. */
bool sg_votsch_running(const struct sg_votsch_model *model, const struct sg_votsch_values *values);

/* ---- requests; out is cleared first, and empty after an error ---- */

/** I, F or Q. @retval SG_ERR_ARGUMENT  another letter, or an address beyond the digits */
enum sg_err sg_votsch_ask(unsigned address, char letter, struct sg_text *out);

/** E with these numbers (1 .. 10) and bits. @retval SG_ERR_ARGUMENT  a number that six characters do not hold */
enum sg_err sg_votsch_write(unsigned address, const int32_t *tenths, size_t count, uint16_t bits,
			    struct sg_text *out);

/** U: gradients in tenths of a kelvin per minute, up then down for each of the five pairs. */
enum sg_err sg_votsch_gradients(unsigned address, const int32_t tenths[SG_VOTSCH_NUMBERS], struct sg_text *out);

/** P: start automatic program 1 .. 9999; 0 stops it. */
enum sg_err sg_votsch_program(unsigned address, unsigned program, struct sg_text *out);

/**
 * The E that sets a temperature and starts (or stops) conditioning, and leaves everything else as
 * the chamber has just told it: the other numbers, and the outputs that are not ours.
 *
 * @param latest        what I said just now
 * @param nominal_tenths  set-point; with run false it is repeated, not used
 */
enum sg_err sg_votsch_command(const struct sg_votsch_model *model, unsigned address,
			      const struct sg_votsch_values *latest, int32_t nominal_tenths, bool run,
			      struct sg_text *out);

/* ---- replies ---- */

enum sg_votsch_frame {
	SG_VOTSCH_LINE,      /**< a line is complete */
	SG_VOTSCH_NEED_MORE, /**< all bytes taken, no line yet */
	SG_VOTSCH_BAD,       /**< a line ended that is too long or holds bytes no line can hold; dropped */
};

/** Collects one line. Zeroed: ready. */
struct sg_votsch_framer {
	char line[SG_VOTSCH_LINE_MAX + 1]; /**< after LINE: NUL-terminated, without CR */
	size_t length;
	bool spoiled; /**< the line at hand is lost; skipping to its CR */
	bool done;    /**< line was handed out; the next byte begins a new one */
};

void sg_votsch_framer_reset(struct sg_votsch_framer *framer);

/**
 * Take bytes up to and including the next CR. LF before the first character of a line is passed over:
 * some units end their lines with CR LF.
 * @param consumed  how many were taken; call again with the rest until NEED_MORE
 */
enum sg_votsch_frame sg_votsch_frame(struct sg_votsch_framer *framer, const uint8_t *bytes, size_t length,
				     size_t *consumed);

/**
 * Read a reply to I. Numbers are told by their width of six characters, for the blank between them may
 * be missing; one blank stands before the bits.
 * @retval SG_ERR_FRAME  not such a line; *out is not written
 */
enum sg_err sg_votsch_read_values(const char *line, size_t length, struct sg_votsch_values *out);

/**
 * Can the values of a well-formed reply be true? The set-point must be one the chamber would take, the
 * actual value one its sensor can have. An open sensor reads -191.3.
 * @retval SG_ERR_VALUE  why says which and its bounds
 */
enum sg_err sg_votsch_check(const struct sg_votsch_model *model, const struct sg_votsch_values *values,
			    struct sg_text *why);

/** The 31 characters of an error text. */
#define SG_VOTSCH_ERROR_TEXT 31

struct sg_votsch_error {
	unsigned number;
	char text[SG_VOTSCH_ERROR_TEXT + 1]; /**< as sent, with the blanks at its end */
};

/** Read a reply to F. @retval SG_ERR_FRAME */
enum sg_err sg_votsch_read_error(const char *line, size_t length, struct sg_votsch_error *out);

/** Read a reply to Q: how many errors are left. @retval SG_ERR_FRAME */
enum sg_err sg_votsch_read_count(const char *line, size_t length, unsigned *out);

/** Is it the reply to E, U or P that was taken? @retval SG_ERR_FRAME */
enum sg_err sg_votsch_read_accepted(const char *line, size_t length);

#endif

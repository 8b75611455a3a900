/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One request of the ASCII-2 protocol taken apart, as the chamber sees it:
 *
 *     $ a a L <data> CR        a address digit, L command letter
 *
 * A number is six characters, four digits or a sign and three, a point, one digit, and has one
 * blank before it. The chamber may be more tolerant; this one is as strict as the document.
 */
#ifndef FW_VOTSCH_FRAME_H
#define FW_VOTSCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#define FW_VOTSCH_NUMBERS 10
#define FW_VOTSCH_BITS 16
#define FW_VOTSCH_LINE 160

/** Collects bytes into lines. */
struct fw_votsch_line {
	char text[FW_VOTSCH_LINE];
	size_t length;
	bool overflow; /**< the line has outgrown the buffer: it is thrown away at its CR */
};

/**
 * Take one byte.
 *
 * @return true when it ended a line, which then stands in line->text, terminated, without its CR;
 *         the next call begins a new one. A LF is passed over where a line begins (CR LF).
 */
bool fw_votsch_line_take(struct fw_votsch_line *line, unsigned char byte);

/** Read " nnnn.n" in tenths and move *text behind it. */
bool fw_votsch_take_number(const char **text, int *tenths);

/** Read " bbbbbbbbbbbbbbbb", 16 of them and nothing behind. */
bool fw_votsch_take_bits(const char **text, bool bits[FW_VOTSCH_BITS]);

/** Write six characters and a NUL; beyond what six can say: the nearest that can be said. */
void fw_votsch_put_number(char out[7], double value);

#endif

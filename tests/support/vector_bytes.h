/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The two spellings of bytes in a vector: pairs of hexadecimal digits, and quoted text with escapes.
 */
#ifndef SG_TEST_VECTOR_BYTES_H
#define SG_TEST_VECTOR_BYTES_H

#include <stddef.h>
#include <stdint.h>

/**
 * Decode `4D 30 0A`: two digits of either case a byte, exactly one blank between bytes.
 *
 * @param out     room for strlen(text) bytes; may not overlap text
 * @param length  written only on success
 * @return NULL, or what is wrong
 */
const char *sg_vector_bytes_from_hex(const char *text, uint8_t *out, size_t *length);

/**
 * Decode `"M000A\n"`. Escapes: \n \r \t \0 \\ \" and \xHH with exactly two digits.
 *
 * @param text    begins with the opening quote
 * @param end     receives the place after the closing quote
 * @param out     room for strlen(text) bytes; may be the same memory as text
 * @param length  written only on success
 * @return NULL, or what is wrong
 */
const char *sg_vector_bytes_from_quoted(const char *text, const char **end, uint8_t *out,
					size_t *length);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the blocks of one file are kept in, shared by the reader's own files only.
 */
#ifndef SG_TEST_VECTOR_STORE_H
#define SG_TEST_VECTOR_STORE_H

#include "vectors.h"

/*
 * The text is kept and cut up in place. Everything else is sized once from it: decoded bytes are never
 * longer than their spelling, and there are no more blocks or steps than lines. So nothing moves while
 * blocks point into it.
 */
struct sg_vectors {
	char *label;
	char *text;
	uint8_t *bytes;
	size_t byte_count;
	struct sg_vector *blocks;
	size_t block_count;
	struct sg_vector_word *words;
	size_t word_count;
	struct sg_vector_step *steps;
	size_t step_count;
};

/**
 * Cut the text of a store whose arrays are allocated and empty into blocks.
 *
 * @return 0, or -1 with "label:line: what is wrong" in diag
 */
int sg_vector_store_fill(struct sg_vectors *vectors, size_t text_length, char *diag,
			 size_t diag_size);

#endif

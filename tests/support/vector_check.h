/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A codec held to its vectors, file by file: what is not true is counted and told, and the file goes on.
 */
#ifndef SG_TEST_VECTOR_CHECK_H
#define SG_TEST_VECTOR_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "vectors.h"

/** Fails the vector, not the run: the list of all that is wrong is worth more than the first. */
#define CHECK(v, condition) sg_vector_check(v, condition, #condition)

void sg_vector_check(const struct sg_vector *v, bool is_true, const char *condition);

/** What is checked of the vectors of one kind. */
struct sg_vector_kind {
	const char *name;
	void (*check)(const struct sg_vector *v);
};

/**
 * Check every vector of folder/name.vec; one of a kind that is not listed is wrong. Fails the running test if
 * anything is, or if there are fewer vectors than `least`.
 */
void sg_vector_check_file(const char *folder, const char *name, const struct sg_vector_kind *kinds, size_t kind_count,
			  size_t least);

/** For the end of a group of tests: say how much was checked. */
int sg_vector_print_checks(void **state);

/** Does `means:` have this word with this value? */
bool sg_vector_has_word(const struct sg_vector *v, const char *key, const char *value);

/** Spelled with at least nine significant digits, FORMAT.md says; zero exactly, and no number is no number. */
bool sg_vector_is_equal(double a, double b);

#endif

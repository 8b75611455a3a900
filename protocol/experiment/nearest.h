/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The word a person probably meant.
 */
#ifndef SG_EXPERIMENT_NEAREST_H
#define SG_EXPERIMENT_NEAREST_H

#include <stddef.h>

/** How many letters must be changed, added or dropped; letter case is ignored. SIZE_MAX beyond 63 letters. */
size_t sg_word_distance(const char *a, const char *b);

/**
 * The nearest of count words, or NULL if none is close enough to be a slip of the finger.
 * @param words  first of them; the next is stride bytes further, so a table's first column will do
 */
const char *sg_word_nearest(const char *word, const char *const *words, size_t count, size_t stride);

#endif

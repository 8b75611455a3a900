/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/nearest.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 63

/* Not tolower(): what a locale calls a letter is no business of a file format. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

size_t sg_word_distance(const char *a, const char *b)
{
	const size_t a_length = strlen(a);
	const size_t b_length = strlen(b);
	size_t row[WORD_MAX + 1];

	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			const size_t above = row[j];
			size_t best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[b_length];
}

const char *sg_word_nearest(const char *word, const char *const *words, size_t count, size_t stride)
{
	const char *nearest = NULL;
	size_t nearest_distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		const char *const *entry = (const char *const *)(const void *)((const char *)words + i * stride);
		const size_t distance = sg_word_distance(word, *entry);

		/* One slip, and one more for every four letters; beyond that it is another word. */
		if (distance < nearest_distance && distance <= 1 + strlen(*entry) / 4 &&
		    distance < strlen(*entry)) {
			nearest = *entry;
			nearest_distance = distance;
		}
	}
	return nearest;
}

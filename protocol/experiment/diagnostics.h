/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What is wrong with a file a person wrote: where, what, and what would be right. Several at once,
 * so that a file is mended in one go and not mistake by mistake.
 */
#ifndef SG_EXPERIMENT_DIAGNOSTICS_H
#define SG_EXPERIMENT_DIAGNOSTICS_H

#include <stddef.h>

#include "core/text.h"

#define SG_DIAGNOSTICS_MAX 20
#define SG_DIAGNOSTIC_SIZE 320

struct sg_diagnostic {
	int line;   /**< 1-based */
	int column; /**< 1-based, in characters */
	char text[SG_DIAGNOSTIC_SIZE];
};

struct sg_diagnostics {
	char name[256];  /**< of the file, as the person gave it */
	size_t count;
	size_t dropped;  /**< how many more there were */
	struct sg_diagnostic items[SG_DIAGNOSTICS_MAX]; /**< in the order of the file after reading */
};

/** Begin an empty list about a file. */
void sg_diagnostics_init(struct sg_diagnostics *diagnostics, const char *name);

/** Add one, as printf does; cut off with "..." when it does not fit, counted when the list is full. */
__attribute__((format(printf, 4, 5))) void sg_diagnose(struct sg_diagnostics *diagnostics, int line,
						       int column, const char *format, ...);

/** In the order of the file; entries of one place keep theirs. */
void sg_diagnostics_sort(struct sg_diagnostics *diagnostics);

/** Append "name:line:column: text" of entry index to out, without a line break. */
void sg_diagnostic_print(const struct sg_diagnostics *diagnostics, size_t index, struct sg_text *out);

#endif

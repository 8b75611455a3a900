/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One right experiment, to be damaged in one place at a time. Line numbers are part of the tests.
 */
#ifndef TESTS_EXPERIMENT_BASE_H
#define TESTS_EXPERIMENT_BASE_H

#include <stddef.h>

#include "experiment/reader.h"

/** Every setting there is, in every kind of step. */
extern const char base_text[];

/**
 * base_text with the first occurrence of `find` replaced. Fails the test if it does not occur.
 * The result is in static storage until the next call.
 */
const char *base_with(const char *find, const char *replace);

/** Read a text that must be right; fails the test with the diagnostics otherwise. */
void base_read(const char *text, struct sg_experiment *out);

#endif

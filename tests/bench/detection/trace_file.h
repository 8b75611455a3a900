/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A trial as a labelled trace: FILE.csv (or .csv.gz) and FILE.json beside it.
 */
#ifndef DETECTION_TRACE_FILE_H
#define DETECTION_TRACE_FILE_H

#include <stdbool.h>
#include <stdint.h>

/** @retval false  the reason was printed to stderr */
bool trace_file_write(uint64_t seed, const char *path);

#endif

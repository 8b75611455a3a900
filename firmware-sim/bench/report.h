/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The truth about a simulated run, as one JSON object.
 */
#ifndef FW_REPORT_H
#define FW_REPORT_H

#include "bench/bench.h"

/** Write it; the bench must be settled. */
void fw_report_write(const struct fw_bench *bench, FILE *out);

/** Write it into a file that is either the old one or the whole new one. false with errno set. */
bool fw_report_save(const struct fw_bench *bench, const char *path);

#endif

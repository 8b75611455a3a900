/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Who moves the bench's clock: a lockstep host, or the real time, perhaps scaled.
 */
#ifndef FW_PACE_H
#define FW_PACE_H

#include "bench/bench.h"

/** Says that the ports are open: one address per instrument. */
typedef void fw_pace_ready(const struct fw_bench *bench, const char *const *ports);

/**
 * Run until stop_fd becomes readable, or with --once until the lockstep host leaves.
 *
 * @return false with *why set if a port cannot be opened
 */
bool fw_pace_lockstep(struct fw_bench *bench, int stop_fd, fw_pace_ready *ready, char *why,
		      size_t why_size);
bool fw_pace_real(struct fw_bench *bench, int stop_fd, fw_pace_ready *ready, char *why,
		  size_t why_size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A program started for a test: in a session of its own, so that it outlives whoever started it, and found again by the file
 * in which it says who it is.
 */
#ifndef SG_SERVICE_CHILD_H
#define SG_SERVICE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"
#include "core/text.h"

/** pid 0: none; descriptors are -1 then. */
struct sg_child {
	pid_t pid;
	int pidfd;  /**< readable when it has ended */
	int output; /**< what it and those it started write; never waits; -1: not ours, or at its end */
	bool ours;  /**< false: found, so that how it ended is not told */
};

void sg_child_none(struct sg_child *child);

/**
 * Start argv[0]. Its standard input is /dev/null.
 * @param pid_file  in which it says who it is before it begins, or NULL
 * @retval SG_ERR_IO  why says what
 */
enum sg_err sg_child_start(struct sg_child *child, char *const argv[], const char *pid_file, struct sg_text *why);

/** The one that said so in that file, if it is still there. */
bool sg_child_find(struct sg_child *child, const char *pid_file);

/** Does nothing if there is none. */
void sg_child_signal(const struct sg_child *child, int number);

/** It has ended: its exit status, 128 and the signal's number, or -1 if that is not told. Its output stays open. */
int sg_child_end(struct sg_child *child);

#endif

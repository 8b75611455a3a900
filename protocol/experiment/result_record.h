/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a test has found so far, for a checkpoint: its sums and the half-step at hand as bytes; half-steps that are over as lines
 * of a table that only grows, since a test of weeks has thousands and a checkpoint is written once a minute.
 *
 * half_steps.csv, a stable interface: the columns of result.json's per_half_step, in SI, and numbers to their last bit.
 */
#ifndef SG_EXPERIMENT_RESULT_RECORD_H
#define SG_EXPERIMENT_RESULT_RECORD_H

#include <stddef.h>

#include "experiment/result.h"
#include "format/walk.h"

/** Storage that always holds one line. */
#define SG_HALF_STEP_LINE_SIZE 640

/** @return bytes written to line, with the line feed, without the NUL; 0 if size is too small */
size_t sg_half_step_header(char *line, size_t size);
size_t sg_half_step_line(const struct sg_half_step *half_step, char *line, size_t size);

/**
 * Read one line, without its line feed.
 * @retval SG_ERR_FORMAT  not one of ours
 */
enum sg_err sg_half_step_read(struct sg_half_step *half_step, const char *line, size_t length);

/** Half-steps that are over, and kept. */
size_t sg_result_over(const struct sg_result *result);

/**
 * Walk what is not in half_steps[]. Reading: result is initialized, its first sg_result_over() half-steps are set before.
 * event_counts are not walked: events.csv has every event.
 * @param over  reading: how many were over when it was written
 */
void sg_result_walk(struct sg_walk *walk, struct sg_result *result, size_t *over);

#endif

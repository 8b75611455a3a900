/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The folder of a run that has not ended, opened to go on with: locked, its tables whole, and its record and checkpoint held
 * against each other. Nothing is thrown away but half a line at the end of a table, and lines of half_steps.csv behind the
 * checkpoint, which are made again from the rows.
 */
#ifndef SG_HOST_RUN_REOPEN_H
#define SG_HOST_RUN_REOPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/event.h"
#include "core/text.h"
#include "experiment/result.h"
#include "format/row.h"
#include "host/checkpoint.h"
#include "host/run_folder.h"

#define SG_REOPEN_NOTES_SIZE 2048

struct sg_reopened {
	struct sg_run_folder folder;
	struct sg_checkpoint checkpoint; /**< its state is in storage */
	uint8_t *storage;                /**< owned */
	struct sg_text notes;            /**< what was found and mended, one sentence a line; empty if nothing was */
	char notes_storage[SG_REOPEN_NOTES_SIZE];
};

/**
 * Open it.
 *
 * @param why  on failure, one sentence
 * @retval SG_ERR_BUSY       a program is running this test
 * @retval SG_ERR_NOT_FOUND  no folder of a run, or no checkpoint in it
 * @retval SG_ERR_STATE      the run has ended
 * @retval SG_ERR_FORMAT     a table without a heading, or a checkpoint of other tables or another experiment
 * @retval SG_ERR_FRAME, SG_ERR_VALUE  neither checkpoint can be used
 */
enum sg_err sg_run_reopen(struct sg_reopened *run, const char *path, struct sg_text *why);

/** Let go of it. Zeroed is fine, and one whose folder a recorder has taken. */
void sg_reopened_close(struct sg_reopened *run);

/** Every event of the run; offset: where its line begins. Lines that are none are passed over. */
enum sg_err sg_reopened_events(const struct sg_run_folder *folder,
			       void (*event)(void *ctx, const struct sg_event *event, int64_t utc_ns, uint64_t offset),
			       void *ctx);

/**
 * The half-steps that were over at the checkpoint.
 * @param half_steps  room for capacity; those beyond are not needed
 * @retval SG_ERR_FORMAT  there are not as many as it says
 */
enum sg_err sg_reopened_half_steps(const struct sg_reopened *run, struct sg_half_step *half_steps, size_t capacity);

/**
 * Every row behind the checkpoint, with its flags, range and set value.
 * @param first  the latest row before, for what holds on of it
 * @param row    its strings are valid during the call. Any other answer than OK ends it
 * @retval SG_ERR_FORMAT  a line that is no row
 */
enum sg_err sg_reopened_rows(const struct sg_reopened *run, const struct sg_row *first,
			     enum sg_err (*row)(void *ctx, const struct sg_row *row), void *ctx);

#endif

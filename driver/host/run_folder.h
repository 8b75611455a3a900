/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The folder of one run, `<institution>__<cell>__<YYYYMMDD>_<nnn>`, and the names of what is in it. The
 * date is UTC. nnn counts up from the highest number there is; the folder is made exclusively, so two
 * programs that start in the same instant get two folders.
 */
#ifndef SG_HOST_RUN_FOLDER_H
#define SG_HOST_RUN_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"
#include "experiment/experiment.h"

#define SG_RUN_NAME_SIZE (2 * SG_NAME_SIZE + 24)
#define SG_RUN_PATH_SIZE (SG_URI_SIZE + SG_RUN_NAME_SIZE + 8)

struct sg_run_folder {
	int fd; /**< of the folder; -1: none */
	char name[SG_RUN_NAME_SIZE];
	char path[SG_RUN_PATH_SIZE];
	char table[SG_RUN_NAME_SIZE + 16];    /**< file names within the folder */
	char metadata[SG_RUN_NAME_SIZE + 24];
	char quality[SG_RUN_NAME_SIZE + 16];
};

#define SG_RUN_EVENTS "events.csv"
#define SG_RUN_RESULT "result.json"
#define SG_RUN_EXPERIMENT "experiment.yaml"
#define SG_RUN_RIG "rig.yaml"
#define SG_RUN_HALF_STEPS "half_steps.csv"
#define SG_RUN_CHECKPOINT "checkpoint"
#define SG_RUN_CHECKPOINT_BEFORE "checkpoint.1"
#define SG_RUN_GUARDIAN "guardian.json"
#define SG_RUN_RESERVE ".reserve"

/**
 * Make the folder, and the folders above it.
 *
 * @param parent       where run folders go
 * @param institution  [A-Za-z0-9._-]+, not starting with a dot; likewise cell
 * @param why          on failure, one sentence; may be NULL
 *
 * @retval SG_ERR_ARGUMENT  a name that is not fit for a file name
 * @retval SG_ERR_ACCESS, SG_ERR_DISK_FULL, SG_ERR_NOT_FOUND, SG_ERR_IO
 */
enum sg_err sg_run_folder_make(struct sg_run_folder *folder, const char *parent, const char *institution,
			       const char *cell, int64_t utc_ns, struct sg_text *why);

/** Copy a file into the folder under the given name; fsync. */
enum sg_err sg_run_folder_copy(const struct sg_run_folder *folder, const char *from, const char *name,
			       struct sg_text *why);

/**
 * Take room on the disk for later: a file of so many bytes. Where the file system cannot promise room (network, some
 * others), or no file may be that large, nothing is taken, and that is no error.
 * @retval SG_ERR_DISK_FULL
 */
enum sg_err sg_run_folder_reserve(const struct sg_run_folder *folder, size_t bytes);

/** Give that room free. Never taken is fine. */
void sg_run_folder_release(const struct sg_run_folder *folder);

/** CRC-32C of the copies of experiment and rig in the folder, for a checkpoint; one that is not there counts as empty. */
uint32_t sg_run_folder_inputs_crc(const struct sg_run_folder *folder);

/**
 * Open a folder that exists, and keep every other program out of it while it is open.
 * @retval SG_ERR_BUSY       a program has it
 * @retval SG_ERR_NOT_FOUND  no folder, or not one of a run
 */
enum sg_err sg_run_folder_open(struct sg_run_folder *folder, const char *path, struct sg_text *why);

/** Undo make() for a run that never began: remove what may be in the folder, and the folder. */
void sg_run_folder_discard(struct sg_run_folder *folder);

/** Let go of the folder. One that was never made (zeroed, fd -1) is fine. */
void sg_run_folder_close(struct sg_run_folder *folder);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * `checkpoint`: where a test stands, in one small file that is replaced in one step, so that it can go on after a crash of
 * the program or of the PC. The one before stays as `checkpoint.1`.
 *
 *     bytes
 *         8  "SGCHECKP"
 *         4  version, 2
 *         4  length of all
 *        48  version of the program that wrote it
 *       152  name of the run
 *        40  boot id of the PC: the same one, and it was not switched off since
 *         8  number of this checkpoint, counting up from 1
 *         8  UTC, ns since 1970
 *         8  the clock of the test, ns; comparable only under the same boot id, and only of a real clock
 *         8  UTC at which the test began, ns
 *         8  test time, s
 *         4  what is to happen, enum sg_checkpoint_standing
 *         4  CRC-32C of the experiment and rig files as they were copied
 *         8  steps of the plan
 *         8  rows in the table, 4 tables' lengths in bytes (rows, quality, events, half-steps) of 8 each
 *         8  half-steps that are over
 *         4  length of the state, and the state (runner/state.h)
 *         4  CRC-32C of all before it
 *
 * What is in the tables up to these lengths was there before the checkpoint was; what stands behind them came later.
 */
#ifndef SG_HOST_CHECKPOINT_H
#define SG_HOST_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"
#include "host/disk.h"
#include "host/run_folder.h"

#define SG_CHECKPOINT_VERSION 2u
#define SG_BOOT_ID_SIZE 40
#define SG_CHECKPOINT_PROGRAM_SIZE 48

/** The head and the sum of a checkpoint; a state comes on top. */
#define SG_CHECKPOINT_FRAME_SIZE 512
/** No checkpoint is larger. */
#define SG_CHECKPOINT_SIZE_MAX ((size_t)64 * 1024)

enum sg_checkpoint_standing {
	SG_CHECKPOINT_RUNNING,
	SG_CHECKPOINT_HELD,  /**< cell off, waiting for a person to say that it is to go on */
	SG_CHECKPOINT_ENDED, /**< nothing is left to go on with */
};

/** How far the tables had come. */
struct sg_record_mark {
	uint64_t rows;
	uint64_t rows_bytes;
	uint64_t quality_bytes;
	uint64_t events_bytes;
	uint64_t half_steps_bytes;
	uint64_t half_steps; /**< lines below the heading */
};

struct sg_checkpoint {
	char program[SG_CHECKPOINT_PROGRAM_SIZE];
	char run[SG_RUN_NAME_SIZE];
	char boot[SG_BOOT_ID_SIZE];
	uint64_t number;
	int64_t utc_ns;
	int64_t clock_ns;
	int64_t started_utc_ns;
	double time_s;
	enum sg_checkpoint_standing standing;
	uint32_t experiment_crc;
	uint64_t steps;
	struct sg_record_mark mark;
	const uint8_t *state; /**< reading: points into the bytes that were given */
	size_t state_size;
};

/** @return bytes written, 0 if size is too small */
size_t sg_checkpoint_encode(const struct sg_checkpoint *checkpoint, uint8_t *bytes, size_t size);

/**
 * Any bytes may be given.
 * @retval SG_ERR_FRAME  no checkpoint, of another version, cut off, or damaged; why says which
 * @retval SG_ERR_VALUE  whole, and cannot be
 */
enum sg_err sg_checkpoint_decode(struct sg_checkpoint *checkpoint, const uint8_t *bytes, size_t length, struct sg_text *why);

/**
 * Read one of both files of a run folder.
 * @param name     SG_RUN_CHECKPOINT or SG_RUN_CHECKPOINT_BEFORE
 * @param storage  SG_CHECKPOINT_SIZE_MAX bytes, in which checkpoint->state points then
 * @retval SG_ERR_NOT_FOUND, SG_ERR_ACCESS, SG_ERR_IO, and as sg_checkpoint_decode()
 */
enum sg_err sg_checkpoint_read(int folder_fd, const char *name, uint8_t *storage, struct sg_checkpoint *checkpoint,
			       struct sg_text *why);

/**
 * Put new bytes in the place of the checkpoint, which becomes the one before. At every moment one of both is whole.
 * @param durable  wait for the disk, see sg_replace_file()
 */
enum sg_err sg_checkpoint_write(const struct sg_disk *disk, int folder_fd, const uint8_t *bytes, size_t length, bool durable);

/** Of the PC as it runs now; empty if it does not say. */
void sg_boot_id(char id[SG_BOOT_ID_SIZE]);

#endif

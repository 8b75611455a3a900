/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What of a record waits for the disk, four tables of lines, a checkpoint and two documents, and the thread that takes them there:
 * a disk that takes five seconds holds up neither the next sample, nor the next limit, nor "cell off".
 *
 * Each recorder has a thread of its own. A disk that hangs then holds up the record of no other rig, and flushes
 * that many threads wait for at the same time are one commit of the file system, which one thread that waits for one
 * file after the other would not get.
 *
 * Everything that is asked for together reaches the disk in this order: rows, quality, events, half-steps, checkpoint,
 * documents, up to the same moment in each, so that no event is there without the rows that it speaks of, and no checkpoint
 * without the lines that it counts: if these cannot be written, it is not either. All functions but open() and close()
 * are of the one thread that records. Without a thread (lockstep) they do at once what they begin.
 */
#ifndef SG_HOST_SPOOL_H
#define SG_HOST_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "host/append_file.h"
#include "host/clock.h"
#include "host/disk_thread.h"
#include "host/documents.h"
#include "host/run_folder.h"

/** In the order in which they are written. */
enum sg_spool_table {
	SG_SPOOL_ROWS,
	SG_SPOOL_QUALITY,
	SG_SPOOL_EVENTS,
	SG_SPOOL_HALF_STEPS,
	SG_SPOOL_TABLES, /**< how many there are */
};

/** About 700 rows: minutes of a 1 s record that outlive a full disk or one that hangs. */
#define SG_SPOOL_ROWS_SIZE ((size_t)256 * 1024)
#define SG_SPOOL_EVENTS_SIZE ((size_t)64 * 1024)
#define SG_SPOOL_QUALITY_SIZE ((size_t)64 * 1024)
#define SG_SPOOL_HALF_STEPS_SIZE ((size_t)32 * 1024)

/** What can be begun. */
#define SG_SPOOL_WRITE 1u     /**< hand the lines to the operating system */
#define SG_SPOOL_SYNC 2u      /**< that, and to the disk */
#define SG_SPOOL_CHECKPOINT 8u /**< that, and then replace the checkpoint by the one that sg_spool_checkpoint() left */
#define SG_SPOOL_DOCUMENTS 4u /**< replace the documents that sg_documents_format() left */

/** For how long the disk has not answered, as far as somebody looked. */
struct sg_spool_silence {
	uint64_t answers;
	int64_t looked_ns; /**< real time; 0: not yet */
	int64_t silent_ns;
};

struct sg_spool {
	struct sg_append_file tables[SG_SPOOL_TABLES];
	const struct sg_run_folder *folder; /**< borrowed */
	const struct sg_disk *disk;         /**< borrowed */
	struct sg_documents *documents;     /**< borrowed; see sg_spool_documents_wait() */
	struct sg_disk_thread thread;

	/* the checkpoint that waits, and the copy that is being written; owned, SG_CHECKPOINT_SIZE_MAX each */
	uint8_t *checkpoint;
	uint8_t *checkpoint_copy;

	/* guarded by the thread's lock */
	size_t checkpoint_length;
	unsigned wanted;
	bool documents_wait; /**< both, or the second, are not written yet */
	uint64_t answers;    /**< how often the disk has answered */
	enum sg_err latest;  /**< how the latest round ended */
	enum sg_err untold;  /**< the first error nobody has been told of */

	/* the recording thread's own */
	bool waited_in_vain;
	uint64_t waited_at; /**< answers then */
	struct sg_spool_silence silence;
};

/**
 * Create the tables, empty. An error leaves what sg_spool_close() undoes.
 * @param again     the tables are there, whole, and are gone on with
 * @param threaded  false: nothing but the caller's thread, and documents do not wait for the disk
 */
enum sg_err sg_spool_open(struct sg_spool *spool, const struct sg_run_folder *folder, const struct sg_disk *disk,
			  struct sg_documents *documents, bool threaded, bool again);

/**
 * Add a line. Waits for no disk, with one exception: a full buffer may be one of a burst of rows, so one round is given
 * a tenth of a second to make room; but not twice while the disk does not answer.
 *
 * @retval SG_ERR_BUSY  not taken: no room, and the disk does not answer
 * @retval any other    not taken: no room, and this is why the disk takes nothing
 */
enum sg_err sg_spool_line(struct sg_spool *spool, enum sg_spool_table table, const char *line, size_t length);

/** Take a checkpoint to be written, in the place of one that still waits. At most SG_CHECKPOINT_SIZE_MAX bytes. */
void sg_spool_checkpoint(struct sg_spool *spool, const uint8_t *bytes, size_t length);

/** Bytes of each table so far, written or about to be. */
void sg_spool_lengths(struct sg_spool *spool, uint64_t lengths[SG_SPOOL_TABLES]);

/** Begin it, and return the first error that nobody has been told of yet: of this, or of what was begun before. */
enum sg_err sg_spool_begin(struct sg_spool *spool, unsigned what);

/** The same, and wait until it and everything before it is done, however long that takes. */
enum sg_err sg_spool_finish(struct sg_spool *spool, unsigned what);

/** The first error that nobody has been told of. */
enum sg_err sg_spool_told(struct sg_spool *spool);

/** Are documents on their way? Then they belong to the spool, and nobody else touches them. */
bool sg_spool_documents_wait(struct sg_spool *spool);

/**
 * To be asked every turn: has the disk been silent over one thing for 30 s? Then nobody can say when it will answer, and
 * rows go into a buffer that nobody empties.
 * @param real  time as people know it
 */
bool sg_spool_is_dead(struct sg_spool *spool, struct sg_clock *real);

/** Bytes of rows and events so far, written or about to be. */
off_t sg_spool_recorded(struct sg_spool *spool);

/** Rows in the buffer. */
uint64_t sg_spool_waiting_rows(struct sg_spool *spool);

/** End the thread and close, without writing what was not asked for. Zeroed with descriptors -1 is fine. */
void sg_spool_close(struct sg_spool *spool);

#endif

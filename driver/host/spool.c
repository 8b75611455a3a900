/* SPDX-License-Identifier: Apache-2.0 */
#include "host/spool.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/checkpoint.h"

/* What a burst of rows may wait for room, if the disk answers at all. */
#define ROOM_NS (100 * SG_NS_PER_MS)
#define PATIENCE_NS (30 * SG_NS_PER_S)
/* More than this between two looks: this program was stopped or its PC slept, and the disk with it. */
#define LOOK_NS (2 * SG_NS_PER_S)

/* Around everything that may wait for a disk. */
static void leave_lock(struct sg_spool *spool)
{
	sg_disk_thread_unlock(&spool->thread);
}

static void take_lock(struct sg_spool *spool)
{
	sg_disk_thread_lock(&spool->thread);
	spool->answers++;
}

static enum sg_err write_table(struct sg_spool *spool, struct sg_append_file *file, size_t count)
{
	enum sg_err err;
	size_t written;

	leave_lock(spool);
	err = sg_append_write(file, count, &written);
	take_lock(spool);
	sg_append_drop(file, written);
	return err;
}

static enum sg_err sync_table(struct sg_spool *spool, struct sg_append_file *file)
{
	enum sg_err err;

	leave_lock(spool);
	err = sg_append_sync(file);
	take_lock(spool);
	return err;
}

/*
 * All tables up to the same moment: what comes meanwhile waits for the next round. What the operating system has, no
 * crash of the program takes back, so all of it goes there before the disk is waited for.
 */
static enum sg_err carry_tables(struct sg_spool *spool)
{
	const bool sync = spool->wanted & SG_SPOOL_SYNC;
	size_t count[SG_SPOOL_TABLES];
	enum sg_err err = SG_OK;

	if (!(spool->wanted & (SG_SPOOL_WRITE | SG_SPOOL_SYNC)))
		return SG_OK;
	spool->wanted &= ~(SG_SPOOL_WRITE | SG_SPOOL_SYNC);
	for (int i = 0; i < SG_SPOOL_TABLES; i++)
		count[i] = spool->tables[i].used;
	for (int i = 0; i < SG_SPOOL_TABLES; i++)
		err = sg_err_first(err, write_table(spool, &spool->tables[i], count[i]));
	for (int i = 0; i < SG_SPOOL_TABLES && sync; i++)
		err = sg_err_first(err, sync_table(spool, &spool->tables[i]));
	return err;
}

static enum sg_err carry_document(struct sg_spool *spool, enum sg_document which)
{
	enum sg_err err;

	leave_lock(spool);
	err = sg_documents_replace(spool->documents, which, spool->folder, spool->disk, spool->thread.started);
	take_lock(spool);
	return err;
}

static enum sg_err carry_documents(struct sg_spool *spool)
{
	enum sg_err err, err2;

	if (!(spool->wanted & SG_SPOOL_DOCUMENTS))
		return SG_OK;
	spool->wanted &= ~SG_SPOOL_DOCUMENTS;
	err = carry_document(spool, SG_DOCUMENT_RESULT);
	err2 = carry_tables(spool); /* on a slow disk rows that are due do not wait for all of this */
	err = sg_err_first(err, carry_document(spool, SG_DOCUMENT_SIDECAR));
	if (!err)
		sg_documents_are_written(spool->documents);
	spool->documents_wait = false;
	return sg_err_first(err, err2);
}

/* What a checkpoint counts was added before it: so it is taken before they are, and written when they are there. */
static size_t take_checkpoint(struct sg_spool *spool)
{
	const size_t length = spool->checkpoint_length;

	if (!(spool->wanted & SG_SPOOL_CHECKPOINT))
		return 0;
	spool->wanted &= ~SG_SPOOL_CHECKPOINT;
	spool->wanted |= spool->thread.started ? SG_SPOOL_SYNC : SG_SPOOL_WRITE;
	memcpy(spool->checkpoint_copy, spool->checkpoint, length);
	return length;
}

static enum sg_err carry_checkpoint(struct sg_spool *spool, size_t length)
{
	enum sg_err err;

	if (length == 0)
		return SG_OK;
	leave_lock(spool);
	err = sg_checkpoint_write(spool->disk, spool->folder->fd, spool->checkpoint_copy, length, spool->thread.started);
	take_lock(spool);
	return err;
}

/* One round, with the lock held. */
static void carry(void *ctx)
{
	struct sg_spool *spool = ctx;
	const size_t checkpoint = take_checkpoint(spool);
	enum sg_err err = carry_tables(spool);

	if (!err)
		err = carry_checkpoint(spool, checkpoint);
	err = sg_err_first(err, carry_documents(spool));
	spool->latest = err;
	spool->untold = sg_err_first(spool->untold, err);
}

static void want(struct sg_spool *spool, unsigned what)
{
	spool->wanted |= what;
	if (what & SG_SPOOL_DOCUMENTS)
		spool->documents_wait = true;
	if (spool->thread.started)
		sg_disk_thread_ask(&spool->thread);
	else
		carry(spool);
}

static enum sg_err tell(struct sg_spool *spool)
{
	const enum sg_err err = spool->untold;

	spool->untold = SG_OK;
	return err;
}

enum sg_err sg_spool_open(struct sg_spool *spool, const struct sg_run_folder *folder, const struct sg_disk *disk,
			  struct sg_documents *documents, bool threaded, bool again)
{
	const char *const names[] = { folder->table, folder->quality, SG_RUN_EVENTS, SG_RUN_HALF_STEPS };
	const size_t sizes[] = { SG_SPOOL_ROWS_SIZE, SG_SPOOL_QUALITY_SIZE, SG_SPOOL_EVENTS_SIZE, SG_SPOOL_HALF_STEPS_SIZE };
	enum sg_err err = SG_OK;

	spool->folder = folder;
	spool->disk = disk;
	spool->documents = documents;
	spool->checkpoint = malloc(SG_CHECKPOINT_SIZE_MAX);
	spool->checkpoint_copy = malloc(SG_CHECKPOINT_SIZE_MAX);
	if (!spool->checkpoint || !spool->checkpoint_copy)
		return SG_ERR_NO_MEMORY;
	for (int i = 0; i < SG_SPOOL_TABLES && !err; i++)
		err = sg_append_open(&spool->tables[i], disk, folder->fd, names[i], sizes[i], again);
	if (!err && threaded)
		err = sg_disk_thread_start(&spool->thread, carry, spool);
	return err;
}

/* Full. Whoever makes rows faster than the disk takes them waits for it, one that hangs is not waited for. */
static void make_room(struct sg_spool *spool)
{
	if (spool->waited_in_vain && spool->waited_at == spool->answers)
		return;
	want(spool, SG_SPOOL_WRITE);
	spool->waited_in_vain = spool->thread.started && !sg_disk_thread_wait(&spool->thread, ROOM_NS);
	spool->waited_at = spool->answers;
}

enum sg_err sg_spool_line(struct sg_spool *spool, enum sg_spool_table table, const char *line, size_t length)
{
	struct sg_append_file *file = &spool->tables[table];
	enum sg_err err;

	sg_disk_thread_lock(&spool->thread);
	err = sg_append_line(file, line, length);
	if (err == SG_ERR_BUSY) {
		make_room(spool);
		err = sg_append_line(file, line, length);
		if (err == SG_ERR_BUSY && !spool->waited_in_vain)
			err = sg_err_first(spool->latest, err);
	} else if (spool->thread.started && file->used > file->size / 2 && !sg_disk_thread_is_busy(&spool->thread)) {
		want(spool, SG_SPOOL_WRITE); /* in good time */
	}
	sg_disk_thread_unlock(&spool->thread);
	return err;
}

void sg_spool_checkpoint(struct sg_spool *spool, const uint8_t *bytes, size_t length)
{
	sg_disk_thread_lock(&spool->thread);
	memcpy(spool->checkpoint, bytes, length);
	spool->checkpoint_length = length;
	sg_disk_thread_unlock(&spool->thread);
}

void sg_spool_lengths(struct sg_spool *spool, uint64_t lengths[SG_SPOOL_TABLES])
{
	sg_disk_thread_lock(&spool->thread);
	for (int i = 0; i < SG_SPOOL_TABLES; i++)
		lengths[i] = (uint64_t)spool->tables[i].length + spool->tables[i].used;
	sg_disk_thread_unlock(&spool->thread);
}

enum sg_err sg_spool_begin(struct sg_spool *spool, unsigned what)
{
	enum sg_err err;

	sg_disk_thread_lock(&spool->thread);
	want(spool, what);
	err = tell(spool);
	sg_disk_thread_unlock(&spool->thread);
	return err;
}

enum sg_err sg_spool_finish(struct sg_spool *spool, unsigned what)
{
	enum sg_err err;

	sg_disk_thread_lock(&spool->thread);
	want(spool, what);
	if (spool->thread.started)
		sg_disk_thread_wait(&spool->thread, SG_FOREVER);
	err = tell(spool);
	sg_disk_thread_unlock(&spool->thread);
	return err;
}

enum sg_err sg_spool_told(struct sg_spool *spool)
{
	enum sg_err err;

	sg_disk_thread_lock(&spool->thread);
	err = tell(spool);
	sg_disk_thread_unlock(&spool->thread);
	return err;
}

bool sg_spool_documents_wait(struct sg_spool *spool)
{
	bool wait;

	sg_disk_thread_lock(&spool->thread);
	wait = spool->documents_wait;
	sg_disk_thread_unlock(&spool->thread);
	return wait;
}

bool sg_spool_is_dead(struct sg_spool *spool, struct sg_clock *real)
{
	struct sg_spool_silence *silence = &spool->silence;
	int64_t now_ns, since_ns;
	bool waiting;

	if (!spool->thread.started) /* what it begins it has ended */
		return false;
	now_ns = sg_clock_now_ns(real);
	since_ns = now_ns - silence->looked_ns < LOOK_NS ? now_ns - silence->looked_ns : LOOK_NS;
	sg_disk_thread_lock(&spool->thread);
	waiting = sg_disk_thread_is_busy(&spool->thread) && spool->answers == silence->answers;
	silence->answers = spool->answers;
	sg_disk_thread_unlock(&spool->thread);
	silence->looked_ns = now_ns;
	silence->silent_ns = waiting ? silence->silent_ns + since_ns : 0;
	return silence->silent_ns > PATIENCE_NS;
}

off_t sg_spool_recorded(struct sg_spool *spool)
{
	const struct sg_append_file *rows = &spool->tables[SG_SPOOL_ROWS], *events = &spool->tables[SG_SPOOL_EVENTS];
	off_t bytes;

	sg_disk_thread_lock(&spool->thread);
	bytes = rows->length + (off_t)rows->used + events->length + (off_t)events->used;
	sg_disk_thread_unlock(&spool->thread);
	return bytes;
}

uint64_t sg_spool_waiting_rows(struct sg_spool *spool)
{
	const struct sg_append_file *rows = &spool->tables[SG_SPOOL_ROWS];
	uint64_t count = 0;

	sg_disk_thread_lock(&spool->thread);
	for (size_t i = 0; i < rows->used; i++)
		count += rows->buffer[i] == '\n';
	sg_disk_thread_unlock(&spool->thread);
	return count;
}

void sg_spool_close(struct sg_spool *spool)
{
	sg_disk_thread_stop(&spool->thread);
	for (int i = 0; i < SG_SPOOL_TABLES; i++)
		sg_append_close(&spool->tables[i]);
	free(spool->checkpoint);
	free(spool->checkpoint_copy);
	spool->checkpoint = spool->checkpoint_copy = NULL;
}

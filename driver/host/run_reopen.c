/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run_reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiment/result_record.h"
#include "format/bdf_read.h"
#include "format/events_read.h"
#include "host/host_error.h"
#include "host/record_repair.h"

/* ---- lines of a table ---- */

static FILE *open_at(const struct sg_run_folder *folder, const char *name, uint64_t offset)
{
	const int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file && fd >= 0)
		close(fd);
	if (file && fseeko(file, (off_t)offset, SEEK_SET)) {
		fclose(file);
		return NULL;
	}
	return file;
}

/* The next line without its line feed; -1: none. */
static ssize_t next_line(FILE *file, char **line, size_t *size)
{
	const ssize_t length = getline(line, size, file);

	if (length <= 0 || (*line)[length - 1] != '\n')
		return -1;
	(*line)[length - 1] = '\0';
	return length - 1;
}

/* ---- open ---- */

static enum sg_err repair(struct sg_reopened *run, const char *name, struct sg_text *why)
{
	char path[SG_RUN_PATH_SIZE + SG_RUN_NAME_SIZE + 32], storage[512];
	struct sg_text note;
	enum sg_err err;

	sg_text_init(&note, storage, sizeof(storage));
	snprintf(path, sizeof(path), "%s/%s", run->folder.path, name);
	err = sg_record_repair(path, &note);
	if (err)
		sg_text_add(why, "%s", note.data);
	else if (!strstr(note.data, "is whole"))
		sg_text_add(&run->notes, "%s\n", note.data);
	return err;
}

static enum sg_err repair_all(struct sg_reopened *run, struct sg_text *why)
{
	const char *const names[] = { run->folder.table, run->folder.quality, SG_RUN_EVENTS, SG_RUN_HALF_STEPS };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const enum sg_err err = repair(run, names[i], why);

		if (err)
			return err;
	}
	return SG_OK;
}

/* Up to there whole lines, at least as many bytes as the checkpoint counted? */
static bool reaches(const struct sg_run_folder *folder, const char *name, uint64_t bytes)
{
	FILE *file = bytes ? open_at(folder, name, bytes - 1) : NULL;
	const bool good = file && getc(file) == '\n';

	if (file)
		fclose(file);
	return good;
}

static enum sg_err check_against_record(const struct sg_reopened *run, struct sg_text *why)
{
	const struct sg_record_mark *mark = &run->checkpoint.mark;
	const struct {
		const char *name;
		uint64_t bytes;
	} tables[] = { { run->folder.table, mark->rows_bytes }, { run->folder.quality, mark->quality_bytes },
		       { SG_RUN_EVENTS, mark->events_bytes }, { SG_RUN_HALF_STEPS, mark->half_steps_bytes } };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (reaches(&run->folder, tables[i].name, tables[i].bytes))
			continue;
		sg_text_add(why, "it counts %llu bytes of %s, which are not there", (unsigned long long)tables[i].bytes,
			    tables[i].name);
		return SG_ERR_FORMAT;
	}
	return SG_OK;
}

static enum sg_err check(const struct sg_reopened *run, struct sg_text *why)
{
	const struct sg_checkpoint *c = &run->checkpoint;

	if (strcmp(c->run, run->folder.name) != 0) {
		sg_text_add(why, "it is of the run %s", c->run);
		return SG_ERR_FORMAT;
	}
	if (c->experiment_crc != sg_run_folder_inputs_crc(&run->folder)) {
		sg_text_add(why, "%s or %s in the folder was changed since the run began: put back what it was, or begin a new run",
			    SG_RUN_EXPERIMENT, SG_RUN_RIG);
		return SG_ERR_FORMAT;
	}
	return check_against_record(run, why);
}

static enum sg_err take(struct sg_reopened *run, const char *name, struct sg_text *why)
{
	const enum sg_err err = sg_checkpoint_read(run->folder.fd, name, run->storage, &run->checkpoint, why);

	return err ? err : check(run, why);
}

/* The latest, or else the one before, from which only more rows have to be read again. */
static enum sg_err take_either(struct sg_reopened *run, struct sg_text *why)
{
	char storage[512];
	struct sg_text first;
	enum sg_err err, err2;

	sg_text_init(&first, storage, sizeof(storage));
	err = take(run, SG_RUN_CHECKPOINT, &first);
	if (!err)
		return SG_OK;
	sg_text_clear(why);
	err2 = take(run, SG_RUN_CHECKPOINT_BEFORE, why);
	if (!err2) {
		sg_text_add(&run->notes, "%s cannot be used (%s); the one before it is\n", SG_RUN_CHECKPOINT, first.data);
		sg_text_clear(why);
		return SG_OK;
	}
	sg_text_clear(why);
	sg_text_add(why, "'%s' cannot be gone on with: %s: %s. Its tables can be read as ever",
		    run->folder.path, SG_RUN_CHECKPOINT, first.data);
	return err;
}

enum sg_err sg_run_reopen(struct sg_reopened *run, const char *path, struct sg_text *why)
{
	enum sg_err err;

	memset(run, 0, sizeof(*run));
	run->folder.fd = -1;
	sg_text_init(&run->notes, run->notes_storage, sizeof(run->notes_storage));
	run->storage = malloc(SG_CHECKPOINT_SIZE_MAX);
	if (!run->storage)
		return SG_ERR_NO_MEMORY;
	err = sg_run_folder_open(&run->folder, path, why);
	if (!err)
		err = repair_all(run, why);
	if (!err)
		err = take_either(run, why);
	if (!err && run->checkpoint.standing == SG_CHECKPOINT_ENDED) {
		sg_text_add(why, "'%s' has come to its end; there is nothing to go on with. See %s", path, SG_RUN_RESULT);
		err = SG_ERR_STATE;
	}
	if (err)
		sg_reopened_close(run);
	return err;
}

void sg_reopened_close(struct sg_reopened *run)
{
	if (run->storage)
		sg_run_folder_close(&run->folder);
	free(run->storage);
	run->storage = NULL;
}

/* ---- what is in it ---- */

enum sg_err sg_reopened_events(const struct sg_run_folder *folder,
			       void (*event)(void *ctx, const struct sg_event *event, int64_t utc_ns, uint64_t offset),
			       void *ctx)
{
	FILE *file = open_at(folder, SG_RUN_EVENTS, 0);
	uint64_t offset = 0;
	struct sg_event one;
	char *line = NULL;
	size_t size = 0;
	int64_t utc_ns;
	ssize_t length;

	if (!file)
		return sg_host_error(errno);
	while ((length = next_line(file, &line, &size)) >= 0) {
		if (sg_events_read(&one, &utc_ns, line, (size_t)length) == SG_OK)
			event(ctx, &one, utc_ns, offset);
		offset += (uint64_t)length + 1;
	}
	free(line);
	fclose(file);
	return SG_OK;
}

/* Those behind the checkpoint are made again. */
static enum sg_err cut_half_steps(const struct sg_reopened *run)
{
	const int fd = openat(run->folder.fd, SG_RUN_HALF_STEPS, O_WRONLY | O_CLOEXEC);
	enum sg_err err = fd < 0 || ftruncate(fd, (off_t)run->checkpoint.mark.half_steps_bytes) ? sg_host_error(errno) : SG_OK;

	if (fd >= 0)
		close(fd);
	return err;
}

enum sg_err sg_reopened_half_steps(const struct sg_reopened *run, struct sg_half_step *half_steps, size_t capacity)
{
	const uint64_t wanted = run->checkpoint.mark.half_steps < capacity ? run->checkpoint.mark.half_steps : capacity;
	enum sg_err err = cut_half_steps(run);
	FILE *file;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (err)
		return err;
	file = open_at(&run->folder, SG_RUN_HALF_STEPS, 0);
	if (!file)
		return sg_host_error(errno);
	next_line(file, &line, &size); /* the heading */
	for (uint64_t i = 0; i < wanted && !err; i++) {
		length = next_line(file, &line, &size);
		err = length < 0 ? SG_ERR_FORMAT : sg_half_step_read(&half_steps[i], line, (size_t)length);
	}
	free(line);
	fclose(file);
	return err;
}

/* The quality table beside the rows: what holds from the next line on. */
struct quality {
	FILE *file;
	char *line;
	size_t size;
	struct sg_row ahead; /**< record_index 0: none left */
};

static void look_ahead(struct quality *quality)
{
	ssize_t length;

	do {
		length = next_line(quality->file, &quality->line, &quality->size);
	} while (length >= 0 && sg_quality_read(&quality->ahead, quality->line, (size_t)length));
	if (length < 0)
		quality->ahead.record_index = 0;
}

static void hold(struct quality *quality, struct sg_row *row)
{
	while (quality->ahead.record_index && quality->ahead.record_index <= row->record_index) {
		row->flags = quality->ahead.flags;
		row->range_a = quality->ahead.range_a;
		row->set_a = quality->ahead.set_a;
		look_ahead(quality);
	}
}

static enum sg_err read_rows(FILE *file, struct quality *quality, struct sg_row *row,
			     enum sg_err (*take_row)(void *ctx, const struct sg_row *row), void *ctx)
{
	char id[SG_BDF_STEP_ID_SIZE];
	enum sg_err err = SG_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (!err && (length = next_line(file, &line, &size)) >= 0) {
		err = sg_bdf_read(row, id, line, (size_t)length);
		if (err)
			break;
		hold(quality, row);
		err = take_row(ctx, row);
	}
	free(line);
	return err;
}

enum sg_err sg_reopened_rows(const struct sg_reopened *run, const struct sg_row *first,
			     enum sg_err (*take_row)(void *ctx, const struct sg_row *row), void *ctx)
{
	const struct sg_record_mark *mark = &run->checkpoint.mark;
	struct quality quality = { .file = open_at(&run->folder, run->folder.quality, mark->quality_bytes) };
	FILE *file = open_at(&run->folder, run->folder.table, mark->rows_bytes);
	struct sg_row row = *first;
	enum sg_err err = SG_ERR_IO;

	if (file && quality.file) {
		look_ahead(&quality);
		err = read_rows(file, &quality, &row, take_row, ctx);
	}
	free(quality.line);
	if (quality.file)
		fclose(quality.file);
	if (file)
		fclose(file);
	return err;
}

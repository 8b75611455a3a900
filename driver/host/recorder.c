/* SPDX-License-Identifier: Apache-2.0 */
#include "host/recorder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "experiment/result_record.h"
#include "format/bdf.h"
#include "format/events_table.h"
#include "host/clock.h"
#include "host/documents.h"
#include "host/run_folder.h"
#include "host/run_reopen.h"
#include "host/spool.h"

struct sg_recorder {
	struct sg_record_meta meta;
	struct sg_run_folder folder;
	char table_path[SG_RUN_PATH_SIZE + SG_RUN_NAME_SIZE + 24];
	struct sg_spool spool;

	/*
	 * The interval is about a power cut of this PC, so it is counted in real time whatever clock the
	 * run is on. In lockstep, where a test of weeks takes minutes and can be had again, only the interval is about
	 * the disk; events and step changes are written, no more.
	 */
	struct sg_clock *pace;
	struct sg_host_clock real;
	bool patient; /**< lockstep: no thread, and documents do not wait for the disk */
	int64_t interval_ns;
	int64_t due_ns; /**< pace time of the next sync */

	struct sg_row said; /**< what the quality table said last */
	bool said_anything;
	uint32_t step; /**< of the latest row */
	bool any_row;
	struct sg_documents documents;
	struct sg_resumes resumes;
	uint64_t checkpoint; /**< number of the latest */
	uint32_t experiment_crc;
	char boot[SG_BOOT_ID_SIZE];
	uint8_t *scratch; /**< owned; SG_CHECKPOINT_SIZE_MAX */
	enum sg_err trouble; /**< first error of the disk, whether it cost anything or not */
	enum sg_err lost; /**< first error that cost a row or an event */
	uint64_t refused; /**< rows that found no room in the buffer */
};

static bool is_paced_by_the_run(const struct sg_recorder *recorder)
{
	return recorder->pace != &recorder->real.clock;
}

static void set_pace(struct sg_recorder *recorder, struct sg_clock *clock, double flush_interval_s)
{
	sg_host_clock_init(&recorder->real, 1.0);
	recorder->pace = clock->speed == 1.0 ? clock : &recorder->real.clock;
	recorder->patient = clock->speed == 0.0;
	recorder->interval_ns = sg_ns(flush_interval_s);
	recorder->due_ns = sg_clock_deadline(recorder->pace, recorder->interval_ns);
}

static enum sg_err noted(struct sg_recorder *recorder, enum sg_err err)
{
	recorder->trouble = sg_err_first(recorder->trouble, err);
	return err;
}

static int64_t interval_after(const struct sg_recorder *recorder, int64_t now_ns)
{
	return recorder->interval_ns > SG_FOREVER - now_ns ? SG_FOREVER : now_ns + recorder->interval_ns;
}

/** How far lines go for what must not be lost. */
static unsigned settled(const struct sg_recorder *recorder)
{
	return recorder->patient ? SG_SPOOL_WRITE : SG_SPOOL_SYNC;
}

/** Something happened that must not be lost: on its way to the disk before the next thing happens. */
static enum sg_err settle(struct sg_recorder *recorder)
{
	if (!recorder->patient)
		recorder->due_ns = interval_after(recorder, sg_clock_now_ns(recorder->pace));
	return noted(recorder, sg_spool_begin(&recorder->spool, settled(recorder)));
}

static enum sg_err write_header(struct sg_recorder *recorder, enum sg_spool_table table,
				size_t (*header)(char *line, size_t size))
{
	char line[SG_BDF_LINE_SIZE];
	size_t length = header(line, sizeof(line));

	return sg_spool_line(&recorder->spool, table, line, length);
}

static enum sg_err open_tables(struct sg_recorder *recorder, bool again)
{
	const struct sg_disk *disk = recorder->meta.disk ? recorder->meta.disk : &sg_disk_host;
	enum sg_err err;

	err = sg_spool_open(&recorder->spool, &recorder->folder, disk, &recorder->documents, !recorder->patient, again);
	if (again)
		return err;
	if (!err)
		err = write_header(recorder, SG_SPOOL_ROWS, sg_bdf_header);
	if (!err)
		err = write_header(recorder, SG_SPOOL_QUALITY, sg_quality_header);
	if (!err)
		err = write_header(recorder, SG_SPOOL_EVENTS, sg_events_header);
	if (!err)
		err = write_header(recorder, SG_SPOOL_HALF_STEPS, sg_half_step_header);
	return err;
}

static enum sg_err copy_inputs(struct sg_recorder *recorder, struct sg_text *why)
{
	const struct sg_record_meta *meta = &recorder->meta;
	enum sg_err err = SG_OK;

	if (meta->experiment_path)
		err = sg_run_folder_copy(&recorder->folder, meta->experiment_path, SG_RUN_EXPERIMENT, why);
	if (!err && meta->rig_path)
		err = sg_run_folder_copy(&recorder->folder, meta->rig_path, SG_RUN_RIG, why);
	return err;
}

static void format_documents(struct sg_recorder *recorder, const struct sg_result *result,
			     const struct sg_run_summary *summary)
{
	sg_documents_format(&recorder->documents, &recorder->meta, &recorder->folder, result, summary,
			    sg_spool_recorded(&recorder->spool));
}

/** Room for what is still to be written when the disk is full: both documents, and what waits in the buffers. */
static enum sg_err reserve(const struct sg_recorder *recorder)
{
	return sg_run_folder_reserve(&recorder->folder, sg_documents_room(&recorder->documents) + SG_SPOOL_ROWS_SIZE +
							       SG_SPOOL_EVENTS_SIZE + SG_SPOOL_QUALITY_SIZE +
							       SG_SPOOL_HALF_STEPS_SIZE + 2 * SG_CHECKPOINT_SIZE_MAX);
}

/** What is in the folder before the first row: whole tables without rows, and documents that say "running". */
static enum sg_err begin(struct sg_recorder *recorder)
{
	const struct sg_run_summary begun = { .state = "running", .stopped_by = "" };
	enum sg_err err;

	format_documents(recorder, NULL, &begun);
	err = noted(recorder, sg_spool_finish(&recorder->spool, SG_SPOOL_DOCUMENTS));
	if (!err)
		err = reserve(recorder);
	return err ? err : sg_recorder_flush(recorder);
}

static enum sg_err allocate(const struct sg_record_meta *meta, struct sg_recorder **out)
{
	struct sg_recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return SG_ERR_NO_MEMORY;
	recorder->meta = *meta;
	recorder->meta.resumes = &recorder->resumes;
	recorder->folder.fd = -1;
	sg_boot_id(recorder->boot);
	recorder->scratch = malloc(SG_CHECKPOINT_SIZE_MAX);
	for (int i = 0; i < SG_SPOOL_TABLES; i++)
		recorder->spool.tables[i].fd = -1;
	if (!recorder->scratch || sg_documents_init(&recorder->documents, meta->plan)) {
		free(recorder->scratch);
		free(recorder);
		return SG_ERR_NO_MEMORY;
	}
	*out = recorder;
	return SG_OK;
}

static void release(struct sg_recorder *recorder)
{
	sg_spool_close(&recorder->spool);
	sg_run_folder_close(&recorder->folder);
	sg_documents_fini(&recorder->documents);
	free(recorder->scratch);
	free(recorder);
}

enum sg_err sg_recorder_open(const struct sg_record_meta *meta, double flush_interval_s, struct sg_clock *clock,
			     struct sg_text *why, struct sg_recorder **out)
{
	const struct sg_experiment *experiment = meta->experiment;
	struct sg_recorder *recorder;
	enum sg_err err;

	if (!(flush_interval_s > 0))
		return SG_ERR_ARGUMENT;
	err = allocate(meta, &recorder);
	if (err)
		return err;
	set_pace(recorder, clock, flush_interval_s);
	err = sg_run_folder_make(&recorder->folder, experiment->folder, experiment->institution,
				 experiment->cell.name, meta->started_utc_ns, why);
	if (err)
		goto out_release;
	snprintf(recorder->table_path, sizeof(recorder->table_path), "%s/%s", recorder->folder.path,
		 recorder->folder.table);
	err = copy_inputs(recorder, why);
	if (err)
		goto out_discard;
	recorder->experiment_crc = sg_run_folder_inputs_crc(&recorder->folder);
	err = open_tables(recorder, false);
	if (!err)
		err = begin(recorder);
	if (err) {
		sg_text_add(why, "cannot write in '%s': %s", recorder->folder.path, sg_err_text(err));
		goto out_discard;
	}
	*out = recorder;
	return SG_OK;

out_discard:
	sg_run_folder_discard(&recorder->folder);
out_release:
	release(recorder);
	return err;
}

/* What the documents say of an event. */
static void remember(struct sg_recorder *recorder, const struct sg_event *event, int64_t utc_ns)
{
	sg_deviations_add(&recorder->documents.deviations, event, utc_ns);
	sg_resumes_add(&recorder->resumes, event, utc_ns);
}

static void remember_again(void *ctx, const struct sg_event *event, int64_t utc_ns, uint64_t offset)
{
	(void)offset;
	remember(ctx, event, utc_ns);
}

enum sg_err sg_recorder_reopen(const struct sg_record_meta *meta, struct sg_reopened *from, double flush_interval_s,
			       struct sg_clock *clock, struct sg_text *why, struct sg_recorder **out)
{
	struct sg_recorder *recorder;
	enum sg_err err = allocate(meta, &recorder);

	if (err)
		return err;
	recorder->folder = from->folder;
	from->folder.fd = -1;
	recorder->checkpoint = from->checkpoint.number;
	recorder->experiment_crc = from->checkpoint.experiment_crc;
	set_pace(recorder, clock, flush_interval_s);
	snprintf(recorder->table_path, sizeof(recorder->table_path), "%s/%s", recorder->folder.path,
		 recorder->folder.table);
	err = sg_reopened_events(&recorder->folder, remember_again, recorder);
	if (!err)
		err = open_tables(recorder, true);
	if (!err)
		err = reserve(recorder);
	if (err) {
		sg_text_add(why, "cannot go on in '%s': %s", recorder->folder.path, sg_err_text(err));
		release(recorder);
		return err;
	}
	*out = recorder;
	return SG_OK;
}

const char *sg_recorder_folder(const struct sg_recorder *recorder)
{
	return recorder->folder.path;
}

const char *sg_recorder_table(const struct sg_recorder *recorder)
{
	return recorder->table_path;
}

const char *sg_recorder_trouble(const struct sg_recorder *recorder)
{
	if (recorder->trouble == SG_ERR_NOT_FOUND)
		return "somebody deleted the run folder or a table in it";
	if (recorder->trouble == SG_ERR_BUSY)
		return "the disk does not answer";
	return recorder->trouble ? sg_err_text(recorder->trouble) : "";
}

static enum sg_err put_line(struct sg_recorder *recorder, enum sg_spool_table table, const char *line, size_t length)
{
	enum sg_err err = sg_spool_line(&recorder->spool, table, line, length);

	recorder->lost = sg_err_first(recorder->lost, err);
	return noted(recorder, err);
}

/** Equal, or both not a number: one that does not change is not written again. */
static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static enum sg_err put_quality(struct sg_recorder *recorder, const struct sg_row *row)
{
	char line[SG_BDF_LINE_SIZE];
	const struct sg_row *said = &recorder->said;
	enum sg_err err;
	size_t length;

	if (recorder->said_anything && row->flags == said->flags && same(row->range_a, said->range_a) &&
	    same(row->set_a, said->set_a))
		return SG_OK;
	length = sg_quality_line(row, line, sizeof(line));
	err = put_line(recorder, SG_SPOOL_QUALITY, line, length);
	if (err)
		return err; /* the next row says it then */
	recorder->said = *row;
	recorder->said_anything = true;
	return SG_OK;
}

enum sg_err sg_recorder_row(struct sg_recorder *recorder, const struct sg_row *row)
{
	bool step_changed = recorder->any_row && row->step_count != recorder->step;
	enum sg_err err = SG_OK, err2;
	char line[SG_BDF_LINE_SIZE];
	size_t length;

	if (step_changed)
		err = settle(recorder);
	length = sg_bdf_line(row, line, sizeof(line));
	err2 = put_line(recorder, SG_SPOOL_ROWS, line, length);
	recorder->refused += err2 != SG_OK;
	if (!err2)
		err2 = put_quality(recorder, row);
	recorder->step = row->step_count;
	recorder->any_row = true;
	return sg_err_first(err, err2);
}

enum sg_err sg_recorder_event(struct sg_recorder *recorder, const struct sg_event *event, int64_t utc_ns)
{
	char line[SG_EVENTS_LINE_SIZE];
	size_t length = sg_events_line(event, utc_ns, line, sizeof(line));
	enum sg_err err;

	remember(recorder, event, utc_ns);
	err = put_line(recorder, SG_SPOOL_EVENTS, line, length);
	return sg_err_first(err, settle(recorder));
}

enum sg_err sg_recorder_half_step(struct sg_recorder *recorder, const struct sg_half_step *half_step)
{
	char line[SG_HALF_STEP_LINE_SIZE];

	return put_line(recorder, SG_SPOOL_HALF_STEPS, line, sg_half_step_line(half_step, line, sizeof(line)));
}

static void fill_checkpoint(struct sg_recorder *recorder, struct sg_checkpoint *c)
{
	uint64_t lengths[SG_SPOOL_TABLES];

	sg_spool_lengths(&recorder->spool, lengths);
	snprintf(c->program, sizeof(c->program), "%s", recorder->meta.program_version ? recorder->meta.program_version : "");
	snprintf(c->run, sizeof(c->run), "%s", recorder->folder.name);
	memcpy(c->boot, recorder->boot, sizeof(c->boot));
	c->number = ++recorder->checkpoint;
	c->started_utc_ns = recorder->meta.started_utc_ns;
	c->experiment_crc = recorder->experiment_crc;
	c->steps = recorder->meta.plan->step_count;
	c->mark.rows_bytes = lengths[SG_SPOOL_ROWS];
	c->mark.quality_bytes = lengths[SG_SPOOL_QUALITY];
	c->mark.events_bytes = lengths[SG_SPOOL_EVENTS];
	c->mark.half_steps_bytes = lengths[SG_SPOOL_HALF_STEPS];
}

enum sg_err sg_recorder_checkpoint(struct sg_recorder *recorder, const struct sg_checkpoint *checkpoint, bool wait)
{
	struct sg_checkpoint c = *checkpoint;
	size_t length;

	fill_checkpoint(recorder, &c);
	length = sg_checkpoint_encode(&c, recorder->scratch, SG_CHECKPOINT_SIZE_MAX);
	if (length == 0)
		return SG_ERR_ARGUMENT;
	sg_spool_checkpoint(&recorder->spool, recorder->scratch, length);
	return noted(recorder, wait ? sg_spool_finish(&recorder->spool, SG_SPOOL_CHECKPOINT) :
				      sg_spool_begin(&recorder->spool, SG_SPOOL_CHECKPOINT));
}

enum sg_err sg_recorder_tick(struct sg_recorder *recorder, int64_t now_ns)
{
	if (sg_spool_is_dead(&recorder->spool, &recorder->real.clock))
		return noted(recorder, SG_ERR_BUSY);
	if (!is_paced_by_the_run(recorder))
		now_ns = sg_clock_now_ns(recorder->pace);
	if (now_ns < recorder->due_ns)
		return noted(recorder, sg_spool_told(&recorder->spool));
	recorder->due_ns = interval_after(recorder, now_ns);
	return noted(recorder, sg_spool_begin(&recorder->spool, SG_SPOOL_SYNC));
}

double sg_recorder_silence_s(const struct sg_recorder *recorder)
{
	return sg_seconds(recorder->spool.silence.silent_ns);
}

enum sg_err sg_recorder_flush(struct sg_recorder *recorder)
{
	recorder->due_ns = interval_after(recorder, sg_clock_now_ns(recorder->pace));
	return noted(recorder, sg_spool_finish(&recorder->spool, SG_SPOOL_SYNC));
}

uint64_t sg_recorder_wind_up(struct sg_recorder *recorder)
{
	sg_run_folder_release(&recorder->folder);
	sg_recorder_flush(recorder); /* what it could not do is what is counted */
	return recorder->refused + sg_spool_waiting_rows(&recorder->spool);
}

/** Nobody records any more, so the disk may be waited for. */
static bool is_over(const struct sg_run_summary *summary)
{
	return strcmp(summary->state, "running") != 0;
}

enum sg_err sg_recorder_result(struct sg_recorder *recorder, const struct sg_result *result,
			       const struct sg_run_summary *summary)
{
	enum sg_err err = is_over(summary) ? SG_OK : settle(recorder);

	if (sg_spool_documents_wait(&recorder->spool)) {
		if (!is_over(summary) && !summary->pausing)
			return err; /* these stay due */
		err = sg_err_first(err, sg_recorder_flush(recorder));
	}
	if (!sg_documents_are_due(&recorder->documents, summary, sg_spool_recorded(&recorder->spool)))
		return err;
	format_documents(recorder, result, summary);
	if (is_over(summary))
		return sg_err_first(err, noted(recorder, sg_spool_finish(&recorder->spool, settled(recorder) | SG_SPOOL_DOCUMENTS)));
	return sg_err_first(err, noted(recorder, sg_spool_begin(&recorder->spool, SG_SPOOL_DOCUMENTS)));
}

enum sg_err sg_recorder_close(struct sg_recorder *recorder)
{
	enum sg_err err, lost;

	if (!recorder)
		return SG_OK;
	sg_run_folder_release(&recorder->folder);
	err = sg_recorder_flush(recorder);
	if (err) /* perhaps of something that was tried again since */
		err = sg_recorder_flush(recorder);
	lost = sg_err_first(recorder->lost, err);
	release(recorder);
	return lost;
}

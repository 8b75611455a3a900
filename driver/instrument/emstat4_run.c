/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence: checked, started, told, stopped. */
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/emstat4_device.h"
#include "wire/methodscript_errors.h"

/* After the program has ended by itself: how long the answer to our abort may still be under way. */
#define CROSSING_NS (500 * SG_NS_PER_MS)
/* The empty line follows the result at once. */
#define END_LINE_NS (2 * SG_NS_PER_S)
#define LINES_MAX 8192
/* Most reports of one sequence that are not samples. */
#define WORDS_MAX (2 * SG_EMSTAT4_SEGMENTS_MAX + 2)

enum sg_err sg_emstat4_run_check(struct sg_device *device, const struct sg_segment *segments, size_t count,
				size_t *fits)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	size_t ignored;

	sg_text_clear(&device->diag);
	return sg_emstat4_check(dev->caps, segments, count, fits ? fits : &ignored, &device->diag);
}

/* Add the words of the program's line that an error names. */
static void quote_program(struct sg_emstat4_device *dev, unsigned row)
{
	const char *line = dev->script.data;

	for (unsigned i = 0; i < row && line; i++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (row == 0 || !line || *line == '\0')
		return;
	line += strspn(line, " ");
	sg_text_add(&dev->device.diag, " (\"%.*s\")", (int)strcspn(line, "\n"), line);
}

/*
 * `e`: it runs. `e!4001: Line 3, Col 1`: nothing does. `e!0006`: something else does, so it is no
 * refusal in the sense of start().
 */
static enum sg_err wait_for_echo(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	struct sg_methodscript_line line;
	enum sg_err err = SG_OK;

	for (int i = 0; i < LINES_MAX && (!err || err == SG_ERR_FRAME); i++) {
		if (sg_emstat4_overdue(dev, deadline_ns))
			return SG_ERR_TIMEOUT;
		err = sg_emstat4_read_line(dev, deadline_ns);
		if (err || sg_methodscript_classify(dev->framer.line, dev->framer.length, &line))
			continue;
		if (line.kind == SG_LINE_ECHO && line.echo == 'e')
			return SG_OK;
		if (line.kind != SG_LINE_ERROR || line.echo != 'e')
			continue;
		sg_emstat4_note_error(dev);
		sg_text_clear(&dev->device.diag);
		if (line.code == SG_MSCR_WRONG_STATE) {
			sg_text_add(&dev->device.diag, "program not taken, error %04X: something runs already", line.code);
			return SG_ERR_ORDER;
		}
		sg_text_add(&dev->device.diag, "program refused, error %04X in line %u, column %u: %s", line.code,
			    line.row, line.column, sg_methodscript_error_text(line.code));
		quote_program(dev, line.row);
		return SG_ERR_REFUSED;
	}
	return err;
}

/* The last program is over by its samples only. One lost line must not end a test of weeks. */
static enum sg_err make_clear(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	enum sg_err err = sg_emstat4_synchronize(dev, deadline_ns);

	if (!err)
		err = sg_emstat4_verify_off(dev, deadline_ns);
	if (err && err != SG_ERR_GONE)
		return SG_ERR_UNCERTAIN;
	return err;
}

enum sg_err sg_emstat4_run_start(struct sg_device *device, const struct sg_segment *segments, size_t count,
				int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	int64_t begin_ns;
	size_t fits;
	enum sg_err err;

	err = sg_emstat4_run_check(device, segments, count, &fits);
	if (err)
		return err;
	if (dev->state != SG_EMSTAT4_IDLE && dev->state != SG_EMSTAT4_UNCLEAR) {
		sg_text_add(&device->diag, "not idle: safe_off first");
		return SG_ERR_STATE;
	}
	if (fits < count || sg_emstat4_script(segments, count, &dev->script)) {
		sg_text_add(&device->diag, "%zu segments given, %zu fit one start", count, fits);
		return SG_ERR_ARGUMENT;
	}
	if (dev->state == SG_EMSTAT4_UNCLEAR) {
		err = make_clear(dev, deadline_ns);
		if (err)
			return err;
	}
	err = sg_emstat4_drop_stale(dev);
	if (err)
		return err;
	dev->kept_count = dev->kept_at = 0;
	begin_ns = sg_clock_now_ns(device->clock);
	dev->state = SG_EMSTAT4_UNKNOWN;
	err = sg_emstat4_send(dev, dev->script.data, deadline_ns);
	if (!err)
		err = wait_for_echo(dev, deadline_ns);
	if (err == SG_ERR_REFUSED) {
		dev->state = SG_EMSTAT4_IDLE;
		return err;
	}
	if (err) {
		if (device->diag.length == 0)
			sg_text_add(&device->diag, "the program was sent, and no answer came");
		return err == SG_ERR_GONE ? err : SG_ERR_UNCERTAIN;
	}
	sg_text_clear(&device->diag);
	sg_emstat4_stream_init(&dev->stream, dev->caps, segments, count, begin_ns);
	dev->state = SG_EMSTAT4_RUNNING;
	return SG_OK;
}

static enum sg_report_kind kind_of(enum sg_emstat4_report_kind kind)
{
	switch (kind) {
	case SG_EMSTAT4_SEGMENT_STARTED:
		return SG_REPORT_SEGMENT_STARTED;
	case SG_EMSTAT4_SAMPLE:
		return SG_REPORT_SAMPLE;
	case SG_EMSTAT4_SEGMENT_ENDED:
		return SG_REPORT_SEGMENT_ENDED;
	case SG_EMSTAT4_SEQUENCE_ENDED:
		break;
	}
	return SG_REPORT_SEQUENCE_ENDED;
}

static bool fetch(struct sg_emstat4_device *dev, struct sg_report *out)
{
	struct sg_emstat4_report report;

	if (!sg_emstat4_stream_report(&dev->stream, &report))
		return false;
	*out = (struct sg_report){
		.kind = kind_of(report.kind),
		.segment = report.segment,
		.end = report.end,
		.cell_off = report.cell_off,
		.host_ns = report.host_ns,
		.sample = report.sample,
	};
	if (out->kind == SG_REPORT_SEQUENCE_ENDED)
		dev->state = out->cell_off ? SG_EMSTAT4_IDLE : SG_EMSTAT4_UNCLEAR;
	return true;
}

/* Give the line at hand to the stream. */
static enum sg_err digest(struct sg_emstat4_device *dev)
{
	struct sg_methodscript_line line;
	enum sg_err err;

	err = sg_emstat4_stream_line(&dev->stream, dev->framer.line, dev->framer.length, dev->inbox_ns,
				     &dev->device.diag);
	if (err == SG_ERR_REFUSED) {
		sg_emstat4_note_error(dev);
		dev->state = SG_EMSTAT4_UNKNOWN;
		if (!sg_methodscript_classify(dev->framer.line, dev->framer.length, &line))
			quote_program(dev, line.row);
	}
	return err;
}

/* The one line that tells nothing new can be lost like any other: silence behind the result will do. */
static bool is_end_lost(struct sg_emstat4_device *dev)
{
	return sg_emstat4_stream_only_end_missing(&dev->stream) &&
	       sg_clock_now_ns(dev->device.clock) >=
		       dev->inbox_ns + sg_clock_patience_ns(dev->device.clock, END_LINE_NS);
}

enum sg_err sg_emstat4_run_next(struct sg_device *device, struct sg_report *out, int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->kept_at < dev->kept_count) {
		*out = dev->kept[dev->kept_at++];
		return SG_OK;
	}
	if (dev->state != SG_EMSTAT4_RUNNING) {
		sg_text_add(&device->diag, "nothing is running");
		return SG_ERR_STATE;
	}
	/* Each turn takes a line or ends; lines without a report are few and never repeat. */
	while (!fetch(dev, out)) {
		err = sg_emstat4_read_line(dev, deadline_ns);
		if (err == SG_ERR_FRAME)
			sg_emstat4_stream_lost(&dev->stream);
		if (err == SG_ERR_GONE)
			dev->state = SG_EMSTAT4_UNKNOWN;
		if (err == SG_ERR_TIMEOUT && is_end_lost(dev)) {
			sg_emstat4_stream_over(&dev->stream, sg_clock_now_ns(device->clock));
			continue;
		}
		if (err == SG_ERR_TIMEOUT)
			sg_text_add(&device->diag, "nothing came until the deadline");
		if (!err)
			err = digest(dev);
		if (err)
			return err;
	}
	return SG_OK;
}

/* ---- stopping ---- */

/*
 * Move what the stream has to tell to where next() finds it. When it is full, samples are left out (all
 * later ones too, so there is no hole), never the words about segments.
 */
static void keep_reports(struct sg_emstat4_device *dev)
{
	struct sg_report report;

	while (fetch(dev, &report)) {
		const bool end = report.kind != SG_REPORT_SAMPLE;

		if (dev->kept_count + (end ? 0 : WORDS_MAX) < SG_EMSTAT4_KEPT_MAX)
			dev->kept[dev->kept_count++] = report;
	}
}

static enum sg_err drain_until_over(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	struct sg_methodscript_line line;
	bool answered = false;
	enum sg_err err = SG_OK;

	for (int i = 0; i < LINES_MAX && (dev->state == SG_EMSTAT4_RUNNING || !answered); i++) {
		const bool over = dev->state != SG_EMSTAT4_RUNNING;

		if (sg_emstat4_overdue(dev, deadline_ns))
			break;
		err = sg_emstat4_read_line(dev, over ? sg_emstat4_within(dev, CROSSING_NS, deadline_ns) : deadline_ns);
		if (err == SG_ERR_FRAME) {
			sg_emstat4_stream_lost(&dev->stream);
			continue;
		}
		if (err == SG_ERR_TIMEOUT && over) {
			sg_emstat4_note_error(dev); /* the answer is lost, or late: then it will be deaf */
			return SG_OK;
		}
		if (err)
			return err;
		if (sg_methodscript_classify(dev->framer.line, dev->framer.length, &line) == SG_OK) {
			if (line.kind == SG_LINE_ECHO && line.echo == 'Z')
				answered = true;
			if (line.kind == SG_LINE_ERROR && line.echo == 'Z') {
				/* Nothing runs any more: it had ended before the abort reached it. */
				answered = true;
				sg_emstat4_note_error(dev);
				sg_emstat4_stream_over(&dev->stream, dev->inbox_ns);
				keep_reports(dev);
				continue;
			}
		}
		if (!over && digest(dev) == SG_ERR_REFUSED)
			return SG_ERR_REFUSED;
		keep_reports(dev);
	}
	return dev->state == SG_EMSTAT4_RUNNING ? SG_ERR_TIMEOUT : SG_OK;
}

enum sg_err sg_emstat4_run_stop(struct sg_device *device, int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->state == SG_EMSTAT4_IDLE || dev->state == SG_EMSTAT4_UNCLEAR)
		return SG_OK; /* it has ended by itself; next() may still have reports */
	if (dev->state != SG_EMSTAT4_RUNNING) {
		sg_text_add(&device->diag, "not known what runs: safe_off first");
		return SG_ERR_STATE;
	}
	keep_reports(dev);
	if (dev->state != SG_EMSTAT4_RUNNING)
		return SG_OK;
	sg_emstat4_stream_stopping(&dev->stream);
	err = sg_emstat4_send(dev, "Z\n", deadline_ns);
	if (!err)
		err = drain_until_over(dev, deadline_ns);
	if (!err) {
		sg_text_clear(&device->diag);
		return SG_OK;
	}
	dev->state = SG_EMSTAT4_UNKNOWN;
	if (err == SG_ERR_GONE || err == SG_ERR_REFUSED)
		return err;
	sg_text_clear(&device->diag);
	sg_text_add(&device->diag, "an abort was sent, and the end of the program was not told");
	return SG_ERR_UNCERTAIN;
}

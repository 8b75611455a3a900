/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream decoder on any bytes, cut into lines by the framer. The first byte chooses what runs, the
 * second how fast our clock goes. Whatever comes: times rise but where a flag says otherwise, segments
 * come in order and once, nothing follows the end, and an error says what is wrong.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "wire/emstat4.h"
#include "wire/emstat4_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

struct watch {
	size_t count;      /* segments */
	int64_t last_ns;
	uint32_t next;     /* segment that has not started */
	bool inside;       /* a segment has started and not ended */
	bool over;
	bool stopping;
};

static void check_sample(struct watch *w, const struct sg_emstat4_report *report)
{
	const struct sg_sample *s = &report->sample;

	check(w->inside && report->segment + 1 == w->next && s->segment == report->segment);
	check(isfinite(s->voltage_v) && isfinite(s->current_a));
	/* Beyond what the source can give only if it is said twice: then it is told, with its flag. */
	check(fabs(s->voltage_v) <= 1.2 * 6.0 || (s->flags & SG_FLAG_UNCONTROLLED));
	check(isnan(s->temperature_c));
	check(s->instrument_ns >= 0 && s->host_ns == report->host_ns);
	if (w->last_ns != SG_NO_TIME && s->instrument_ns <= w->last_ns)
		check((s->flags & SG_FLAG_GAP_BEFORE) && (s->flags & SG_FLAG_TIMING));
	w->last_ns = s->instrument_ns;
}

static void check_report(struct watch *w, const struct sg_emstat4_report *report)
{
	check(!w->over);
	switch (report->kind) {
	case SG_EMSTAT4_SEGMENT_STARTED:
		check(!w->inside && report->segment == w->next && report->segment < w->count);
		w->inside = true;
		w->next++;
		return;
	case SG_EMSTAT4_SAMPLE:
		check_sample(w, report);
		return;
	case SG_EMSTAT4_SEGMENT_ENDED:
		check(w->inside && report->segment + 1 == w->next && report->end != SG_END_NONE);
		w->inside = false;
		return;
	case SG_EMSTAT4_SEQUENCE_ENDED:
		check(!w->inside && report->end != SG_END_NONE);
		check(report->end != SG_END_STOPPED || w->stopping);
		check(report->end != SG_END_DURATION || w->next == w->count);
		w->over = true;
		return;
	}
	check(0);
}

static void feed(struct sg_emstat4_stream *stream, struct watch *w, const struct sg_methodscript_framer *framer,
		 int64_t host_ns)
{
	char storage[256];
	struct sg_text why;
	struct sg_emstat4_report report;
	enum sg_err err;
	unsigned reports = 0;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_emstat4_stream_line(stream, framer->line, framer->length, host_ns, &why);
	check(err == SG_OK || err == SG_ERR_FRAME || err == SG_ERR_VALUE || err == SG_ERR_ORDER ||
	      err == SG_ERR_REFUSED);
	check(!err || why.length > 0);
	while (sg_emstat4_stream_report(stream, &report)) {
		check(report.host_ns <= host_ns && ++reports <= SG_EMSTAT4_REPORTS_MAX);
		check_report(w, &report);
	}
	check(err != SG_ERR_REFUSED || reports == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sg_segment pair[2] = {
		{ SG_MODE_GALVANOSTATIC, 833.2e-6, 1.0, 4.0, -1.5, 1.5, 10e-3 },
		{ SG_MODE_GALVANOSTATIC, -833.2e-6, 1.0, 4.0, -1.5, 1.5, 10e-3 },
	};
	static const struct sg_segment rest = { SG_MODE_REST, 0.0, 1.0, 4.0, -1.5, 1.5, 0.0 };
	struct sg_methodscript_framer framer = { .length = 0 };
	struct watch w = { .last_ns = SG_NO_TIME };
	struct sg_emstat4_stream stream;
	int64_t host_ns = 0;

	if (size < 2)
		return 0;
	w.count = data[0] % 2 ? 1 : 2;
	sg_emstat4_stream_init(&stream, sg_emstat4_caps("hr"), data[0] % 2 ? &rest : pair, w.count, 0);
	for (size_t at = 2; at < size;) {
		size_t consumed = 0;
		const enum sg_frame frame = sg_methodscript_frame(&framer, data + at, size - at, &consumed);

		at += consumed;
		host_ns += data[1] * (SG_NS_PER_S / 64);
		if (frame == SG_FRAME_BAD)
			sg_emstat4_stream_lost(&stream);
		if (frame == SG_FRAME_OK && strcmp(framer.line, "Z") == 0 && data[0] & 4) {
			w.stopping = true;
			sg_emstat4_stream_stopping(&stream);
		}
		if (frame == SG_FRAME_OK)
			feed(&stream, &w, &framer, host_ns);
	}
	return 0;
}

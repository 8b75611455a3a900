/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "conversations.h"
#include "core/units.h"
#include "host/clock.h"

static const struct {
	const char *name;
	size_t count;
	struct sg_segment segments[2];
} sequences[] = {
	{ "one", 1, { { SG_MODE_GALVANOSTATIC, 833.2e-6, 1.0, 3.0, -1.5, 1.5, 10e-3 } } },
	{ "pair", 2, { { SG_MODE_GALVANOSTATIC, 833.2e-6, 1.0, 3.0, -1.5, 1.5, 10e-3 },
		       { SG_MODE_GALVANOSTATIC, -833.2e-6, 1.0, 3.0, -1.5, 1.5, 10e-3 } } },
	{ "rest", 1, { { SG_MODE_REST, 0.0, 1.0, 2.0, -2.0, 2.0, 0.0 } } },
	{ "mixed", 2, { { SG_MODE_GALVANOSTATIC, 833.2e-6, 1.0, 3.0, -1.5, 1.5, 10e-3 },
			{ SG_MODE_REST, 0.0, 1.0, 2.0, -1.5, 1.5, 0.0 } } },
	{ "one20", 1, { { SG_MODE_GALVANOSTATIC, 1e-3, 1.0, 2.0, -1.5, 1.5, 20e-3 } } },
	{ "pair20", 2, { { SG_MODE_GALVANOSTATIC, 1e-3, 1.0, 2.0, -1.5, 1.5, 20e-3 },
			 { SG_MODE_GALVANOSTATIC, -1e-3, 1.0, 2.0, -1.5, 1.5, 20e-3 } } },
	{ "small", 1, { { SG_MODE_GALVANOSTATIC, 50e-6, 1.0, 2.0, -1.5, 1.5, 200e-6 } } },
};

static enum sg_err start(struct sg_device *device, const char *which, int64_t deadline_ns)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		if (strcmp(sequences[i].name, which) == 0)
			return device->family->potentiostat->start(device, sequences[i].segments, sequences[i].count, deadline_ns);
	}
	return SG_ERR_NOT_FOUND;
}

static void say_sample(const struct conversation *c, const struct sg_sample *s, char *out, size_t size)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} flags[] = {
		{ SG_FLAG_TIMING, " timing" },
		{ SG_FLAG_OVERLOAD, " overload" },
		{ SG_FLAG_OVERLOAD_WARN, " warning" },
		{ SG_FLAG_UNDERLOAD, " underload" },
		{ SG_FLAG_OFF_SET_POINT, " off" },
		{ SG_FLAG_GAP_BEFORE, " gap" },
	};
	const int64_t time_ns = s->instrument_ns == SG_NO_TIME ? s->host_ns - c->start_ns : s->instrument_ns;
	size_t length = (size_t)snprintf(out, size, "sample %u %.6g s %.6g V %.6g A", s->segment, sg_seconds(time_ns),
					 s->voltage_v, s->current_a);

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (s->flags & flags[i].flag)
			length += (size_t)snprintf(out + length, size - length, "%s", flags[i].word);
	}
}

static void say_report(const struct conversation *c, const struct sg_report *report, char *out, size_t size)
{
	switch (report->kind) {
	case SG_REPORT_SEGMENT_STARTED:
		snprintf(out, size, "started %u", report->segment);
		return;
	case SG_REPORT_SAMPLE:
		say_sample(c, &report->sample, out, size);
		return;
	case SG_REPORT_SEGMENT_ENDED:
		snprintf(out, size, "ended %u %s", report->segment, sg_end_name(report->end));
		return;
	case SG_REPORT_SEQUENCE_ENDED:
		snprintf(out, size, "over %s %s", sg_end_name(report->end), report->cell_off ? "off" : "unclear");
		return;
	}
}

static void say_identity(const struct sg_identity *identity, char *out, size_t size)
{
	snprintf(out, size, "%s %s %s %s", identity->family, identity->model, identity->serial,
		 identity->firmware);
	if (identity->mark[0])
		snprintf(out + strlen(out), size - strlen(out), "mark %s", identity->mark);
}

/* The lines of it joined by blanks. */
static enum sg_err read_calibration(struct sg_device *device, int64_t deadline_ns, char *out, size_t size)
{
	struct sg_text text;
	enum sg_err err;

	sg_text_init(&text, out, size);
	err = device->family->calibration->read(device, &text, deadline_ns);
	if (err) {
		out[0] = '\0';
		return err;
	}
	for (char *at = out; (at = strchr(at, '\n')); at++)
		*at = at[1] ? ' ' : '\0';
	return SG_OK;
}

static enum sg_err write_calibration(struct sg_device *device, const char *word, int64_t deadline_ns)
{
	const char *equals = strchr(word, '=');
	char key[64];

	if (!equals)
		return SG_ERR_NOT_FOUND;
	snprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
	return device->family->calibration->write(device, key, equals + 1, deadline_ns);
}

static const char *trace_word(enum sg_trace trace)
{
	switch (trace) {
	case SG_TRACE_NONE:
		break;
	case SG_TRACE_OFF:
		return "off";
	case SG_TRACE_READING:
		return "reading";
	case SG_TRACE_CURRENT:
		return "current";
	}
	return "none";
}

static enum sg_err part(struct conversation *c, char *outcome, size_t size)
{
	struct sg_absence absence = { .trace = SG_TRACE_NONE };

	if (!c->device->family->potentiostat->part)
		return SG_ERR_NOT_FOUND;
	c->device->family->potentiostat->part(c->device, &absence);
	c->trace = absence.trace;
	snprintf(outcome, size, "%s", trace_word(c->trace));
	return SG_OK;
}

static enum sg_err attach_again(struct conversation *c, int64_t deadline_ns, char *outcome, size_t size)
{
	struct sg_absence absence = { .interval_s = 1.0, .trace = c->trace };
	enum sg_err err = c->device->family->potentiostat->attach(c->device, &absence, deadline_ns);

	c->trace = absence.trace; /* as the next attempt would find it */
	if (!err)
		snprintf(outcome, size, "%s", absence.kind == SG_ABSENCE_RAN ? "ran" :
					      absence.kind == SG_ABSENCE_OFF ? "off" : "unknown");
	return err;
}

enum sg_err play_potentiostat(struct conversation *c, const struct words *words, int64_t deadline_ns, char *outcome,
			      size_t size)
{
	const struct sg_potentiostat_ops *ops = c->device->family->potentiostat;
	struct sg_identity identity = { .family = "" };
	struct sg_report report;
	enum sg_err err = SG_ERR_NOT_FOUND;

	if (strcmp(words->name, "attach") == 0) {
		err = ops->attach(c->device, NULL, deadline_ns);
	} else if (strcmp(words->name, "return") == 0) {
		err = attach_again(c, deadline_ns, outcome, size);
	} else if (strcmp(words->name, "part") == 0) {
		err = part(c, outcome, size);
	} else if (strcmp(words->name, "identify") == 0) {
		err = ops->identify(c->device, &identity, deadline_ns);
		if (!err)
			say_identity(&identity, outcome, size);
	} else if (strcmp(words->name, "peek") == 0 && ops->peek) {
		err = ops->peek(c->device, &identity, deadline_ns);
		if (!err)
			say_identity(&identity, outcome, size);
	} else if (strcmp(words->name, "calibration") == 0 && c->device->family->calibration) {
		err = read_calibration(c->device, deadline_ns, outcome, size);
	} else if (strcmp(words->name, "calibrate") == 0 && c->device->family->calibration) {
		err = write_calibration(c->device, words->a, deadline_ns);
	} else if (strcmp(words->name, "start") == 0) {
		err = start(c->device, words->a, deadline_ns);
		c->start_ns = sg_clock_now_ns(c->clock);
	} else if (strcmp(words->name, "next") == 0) {
		err = ops->next(c->device, &report, deadline_ns);
		if (!err)
			say_report(c, &report, outcome, size);
	} else if (strcmp(words->name, "stop") == 0) {
		err = ops->stop(c->device, deadline_ns);
	} else if (strcmp(words->name, "safe_off") == 0) {
		err = ops->safe_off(c->device, deadline_ns);
	}
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EmStat4 driver against emstat4.transcript: every verb, in pieces of every size. Words:
 *
 *     open [MODEL [SERIAL]]      what is configured; any other first word opens without
 *     attach D, identify D, stop D, safe_off D, next D
 *     start one|pair|rest|mixed D
 *
 * D is a deadline from now on. Outcomes: "ok", the name of an error, or what a report says:
 * "started 0", "sample 0 1 s 0.1 V 0.0008332 A gap", "ended 0 duration", "over duration off".
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "device.h"
#include "transcript.h"

extern const struct sg_family sg_emstat4;

/*
 * Nothing allocates after open(). The linker leads every call of malloc, calloc and realloc in the driver
 * and under it through here (--wrap); what the C library does inside of itself is not seen.
 */
static bool in_verb;
static unsigned allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations += in_verb;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations += in_verb;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	allocations += in_verb;
	return __real_realloc(old, size);
}

struct player {
	struct sg_transport *link;
	struct sg_clock *clock;
	struct sg_device *device;
};

static const struct sg_potentiostat_ops *ops(void)
{
	return sg_emstat4.potentiostat;
}

static int begin(void *ctx, struct sg_transport *link, struct sg_clock *clock)
{
	struct player *p = ctx;

	*p = (struct player){ .link = link, .clock = clock };
	return 0;
}

static void end(void *ctx)
{
	struct player *p = ctx;

	ops()->close(p->device);
	p->device = NULL;
}

static const char *diag(void *ctx)
{
	const struct player *p = ctx;

	return p->device ? sg_device_diag(p->device) : "";
}

static enum sg_err open_device(struct player *p, const char *model, const char *serial)
{
	const struct sg_device_config config = {
		.uri = "sim:transcript",
		.model = model[0] ? model : NULL,
		.serial = serial[0] ? serial : NULL,
		.address = -1,
	};

	return ops()->open(&config, p->link, p->clock, &p->device);
}

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
};

static enum sg_err start(struct player *p, const char *which, int64_t deadline_ns)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		if (strcmp(sequences[i].name, which) == 0)
			return ops()->start(p->device, sequences[i].segments, sequences[i].count, deadline_ns);
	}
	return SG_ERR_NOT_FOUND;
}

static void say_sample(const struct sg_sample *s, char *out, size_t size)
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
	size_t length = (size_t)snprintf(out, size, "sample %u %.6g s %.6g V %.6g A", s->segment,
					 sg_seconds(s->instrument_ns), s->voltage_v, s->current_a);

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (s->flags & flags[i].flag)
			length += (size_t)snprintf(out + length, size - length, "%s", flags[i].word);
	}
}

static void say_report(const struct sg_report *report, char *out, size_t size)
{
	switch (report->kind) {
	case SG_REPORT_SEGMENT_STARTED:
		snprintf(out, size, "started %u", report->segment);
		return;
	case SG_REPORT_SAMPLE:
		say_sample(&report->sample, out, size);
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
}

/* A verb may be late by one message; the lines here take no time, so it may not be late at all. */
static void check_in_time(struct player *p, int64_t deadline_ns, char *outcome, size_t size)
{
	const int64_t late_ns = sg_clock_now_ns(p->clock) - deadline_ns;

	if (late_ns > 0)
		snprintf(outcome, size, "%.3f s after its deadline", sg_seconds(late_ns));
}

static void verb(void *ctx, const char *words, char *outcome, size_t size)
{
	struct player *p = ctx;
	char name[16] = "";
	char a[64] = "";
	char b[64] = "";
	struct sg_identity identity;
	struct sg_report report;
	enum sg_err err = SG_ERR_NOT_FOUND;
	int64_t deadline_ns;

	sscanf(words, "%15s %63s %63s", name, a, b);
	if (strcmp(name, "open") == 0) {
		snprintf(outcome, size, "%s", sg_err_name(open_device(p, a, b)));
		return;
	}
	if (!p->device && open_device(p, "", "") != SG_OK)
		return;
	deadline_ns = sg_clock_now_ns(p->clock) + sg_transcript_duration_ns(b[0] ? b : a);
	in_verb = true;
	if (strcmp(name, "attach") == 0)
		err = ops()->attach(p->device, deadline_ns);
	else if (strcmp(name, "identify") == 0)
		err = ops()->identify(p->device, &identity, deadline_ns);
	else if (strcmp(name, "start") == 0)
		err = start(p, a, deadline_ns);
	else if (strcmp(name, "next") == 0)
		err = ops()->next(p->device, &report, deadline_ns);
	else if (strcmp(name, "stop") == 0)
		err = ops()->stop(p->device, deadline_ns);
	else if (strcmp(name, "safe_off") == 0)
		err = ops()->safe_off(p->device, deadline_ns);
	in_verb = false;
	snprintf(outcome, size, "%s", sg_err_name(err));
	if (!err && strcmp(name, "next") == 0)
		say_report(&report, outcome, size);
	if (!err && strcmp(name, "identify") == 0)
		say_identity(&identity, outcome, size);
	check_in_time(p, deadline_ns, outcome, size);
}

static void play(size_t chunk)
{
	struct player player = { .device = NULL };
	const struct sg_transcript_player bound = {
		.ctx = &player, .begin = begin, .verb = verb, .diag = diag, .end = end
	};

	assert_int_equal(sg_transcript_play(SG_TRANSCRIPT, chunk, &bound), 0);
}

static void conversations_go_as_written_when_all_bytes_come_at_once(void **state)
{
	(void)state;
	play(0);
}

static void conversations_go_as_written_byte_by_byte(void **state)
{
	(void)state;
	play(1);
}

static void conversations_go_as_written_in_pieces_of_seven(void **state)
{
	(void)state;
	play(7);
}

/* Runs last: over all the conversations above. The one allocation of open() shows that the count works. */
static void allocates_nothing_after_open(void **state)
{
	const struct sg_device_config config = { .address = -1 };
	struct sg_device *device = NULL;

	(void)state;
	assert_int_equal(allocations, 0);
	in_verb = true;
	assert_int_equal(ops()->open(&config, NULL, NULL, &device), SG_OK);
	in_verb = false;
	assert_int_equal(allocations, 1);
	free(device);
}

static void refuses_a_model_it_does_not_know(void **state)
{
	const struct sg_device_config config = { .model = "xr", .address = -1 };
	struct sg_device *device = NULL;

	(void)state;
	assert_int_equal(ops()->open(&config, NULL, NULL, &device), SG_ERR_ARGUMENT);
	assert_null(device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_go_as_written_when_all_bytes_come_at_once),
		cmocka_unit_test(conversations_go_as_written_byte_by_byte),
		cmocka_unit_test(conversations_go_as_written_in_pieces_of_seven),
		cmocka_unit_test(refuses_a_model_it_does_not_know),
		cmocka_unit_test(allocates_nothing_after_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

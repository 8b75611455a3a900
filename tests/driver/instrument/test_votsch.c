/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Voetsch driver against votsch.transcript: every verb, in pieces of every size. Words:
 *
 *     open [MODEL [ADDRESS [SERIAL]]]    what is configured; any other first word opens without
 *     attach D, identify D, stop D, read D, alarm D
 *     set DEGREES D
 *
 * D is a deadline from now on. Outcomes: "ok", the name of an error, or what was told:
 * "set 25.0 actual 24.9 running alarm", "votsch vt4002", the alarm's text in quotes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "device.h"
#include "host/clock.h"
#include "transcript.h"

extern const struct sg_family sg_votsch;

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

static const struct sg_chamber_ops *ops(void)
{
	return sg_votsch.chamber;
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

static enum sg_err open_device(struct player *p, const char *model, const char *address, const char *serial)
{
	const struct sg_device_config config = {
		.uri = "sim:transcript",
		.model = model[0] ? model : NULL,
		.serial = serial[0] ? serial : NULL,
		.address = address[0] ? (int)strtol(address, NULL, 10) : -1,
	};

	return ops()->open(&config, p->link, p->clock, &p->device);
}

static enum sg_err identify(struct player *p, int64_t deadline_ns, char *outcome, size_t size)
{
	struct sg_identity identity;
	const enum sg_err err = ops()->identify(p->device, &identity, deadline_ns);

	if (!err)
		snprintf(outcome, size, "%s %s%s%s", identity.family, identity.model, identity.serial,
			 identity.firmware);
	return err;
}

static enum sg_err read_state(struct player *p, int64_t deadline_ns, char *outcome, size_t size)
{
	struct sg_chamber_state s;
	const enum sg_err err = ops()->read(p->device, &s, deadline_ns);

	if (!err)
		snprintf(outcome, size, "set %.1f actual %.1f %s%s%s", s.set_c, s.actual_c,
			 s.running ? "running" : "stopped", s.alarm ? " alarm" : "",
			 s.host_ns == sg_clock_now_ns(p->clock) ? "" : " at another time");
	return err;
}

static enum sg_err read_alarm(struct player *p, int64_t deadline_ns, char *outcome, size_t size)
{
	char text[SG_ALARM_SIZE] = "untouched";
	const enum sg_err err = ops()->alarm(p->device, text, deadline_ns);

	if (!err)
		snprintf(outcome, size, "\"%s\"", text);
	return err;
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
	char c[64] = "";
	enum sg_err err = SG_ERR_NOT_FOUND;
	int64_t deadline_ns;

	sscanf(words, "%15s %63s %63s %63s", name, a, b, c);
	if (strcmp(name, "open") == 0) {
		snprintf(outcome, size, "%s", sg_err_name(open_device(p, a, b, c)));
		return;
	}
	if (!p->device && open_device(p, "", "", "") != SG_OK)
		return;
	deadline_ns = sg_clock_now_ns(p->clock) + sg_transcript_duration_ns(b[0] ? b : a);
	in_verb = true;
	if (strcmp(name, "attach") == 0)
		err = ops()->attach(p->device, deadline_ns);
	else if (strcmp(name, "identify") == 0)
		err = identify(p, deadline_ns, outcome, size);
	else if (strcmp(name, "set") == 0)
		err = ops()->set(p->device, strtod(a, NULL), deadline_ns);
	else if (strcmp(name, "stop") == 0)
		err = ops()->stop(p->device, deadline_ns);
	else if (strcmp(name, "read") == 0)
		err = read_state(p, deadline_ns, outcome, size);
	else if (strcmp(name, "alarm") == 0)
		err = read_alarm(p, deadline_ns, outcome, size);
	in_verb = false;
	if (err || outcome[0] == '\0')
		snprintf(outcome, size, "%s", sg_err_name(err));
	if (!err && diag(p)[0])
		snprintf(outcome, size, "ok, with a diagnostic: %s", diag(p));
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

static void limits_are_known_without_a_chamber(void **state)
{
	(void)state;
	assert_ptr_equal(ops()->caps(NULL), ops()->caps("vt4002"));
	assert_null(ops()->caps("vt7004"));
	assert_true(ops()->caps("vt4002-ten")->temperature_min_c == -45.0);
	assert_true(ops()->caps("vt4002-ten")->temperature_max_c == 132.0);
	assert_int_equal(ops()->caps(NULL)->host_loss, SG_HOST_LOSS_NONE);
}

static void close_takes_nothing_too(void **state)
{
	(void)state;
	ops()->close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_go_as_written_when_all_bytes_come_at_once),
		cmocka_unit_test(conversations_go_as_written_byte_by_byte),
		cmocka_unit_test(conversations_go_as_written_in_pieces_of_seven),
		cmocka_unit_test(limits_are_known_without_a_chamber),
		cmocka_unit_test(close_takes_nothing_too),
		cmocka_unit_test(allocates_nothing_after_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A family's driver against its conversations, SG_TRANSCRIPT, in pieces of every size. SG_FAMILY names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conversations.h"
#include "core/units.h"
#include "host/clock.h"
#include "registry.h"
#include "transcript.h"

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

static const struct sg_family *family(void)
{
	return sg_registry_find(SG_FAMILY);
}

static enum sg_err device_open(const struct sg_device_config *config, struct conversation *c)
{
	if (family()->kind == SG_KIND_CHAMBER)
		return family()->chamber->open(config, c->link, c->clock, &c->device);
	return family()->potentiostat->open(config, c->link, c->clock, &c->device);
}

static void device_close(struct sg_device *device)
{
	if (family()->kind == SG_KIND_CHAMBER)
		family()->chamber->close(device);
	else
		family()->potentiostat->close(device);
}

static int begin(void *ctx, struct sg_transport *link, struct sg_clock *clock)
{
	struct conversation *c = ctx;

	*c = (struct conversation){ .link = link, .clock = clock };
	return 0;
}

static void end(void *ctx)
{
	struct conversation *c = ctx;

	device_close(c->device);
	c->device = NULL;
}

static const char *diag(void *ctx)
{
	const struct conversation *c = ctx;

	return c->device ? sg_device_diag(c->device) : "";
}

static enum sg_err open_as(struct conversation *c, const char *model, const char *address, const char *serial)
{
	const struct sg_device_config config = {
		.uri = "sim:transcript",
		.model = model[0] ? model : NULL,
		.serial = serial[0] ? serial : NULL,
		.address = address[0] ? (int)strtol(address, NULL, 10) : -1,
	};

	return device_open(&config, c);
}

/* A verb may be late by one message; the lines here take no time, so it may not be late at all. */
static void check_in_time(struct conversation *c, int64_t deadline_ns, char *outcome, size_t size)
{
	const int64_t late_ns = sg_clock_now_ns(c->clock) - deadline_ns;

	if (late_ns > 0)
		snprintf(outcome, size, "%.3f s after its deadline", sg_seconds(late_ns));
}

static void verb(void *ctx, const char *text, char *outcome, size_t size)
{
	const bool is_chamber = family()->kind == SG_KIND_CHAMBER;
	struct conversation *c = ctx;
	struct words w = { .name = "" };
	int64_t deadline_ns;
	enum sg_err err;

	sscanf(text, "%15s %63s %63s %63s", w.name, w.a, w.b, w.c);
	if (strcmp(w.name, "open") == 0) {
		err = is_chamber ? open_as(c, w.a, w.b, w.c) : open_as(c, w.a, "", w.b);
		snprintf(outcome, size, "%s", sg_err_name(err));
		return;
	}
	if (!c->device && open_as(c, "", "", "") != SG_OK)
		return;
	deadline_ns = sg_clock_now_ns(c->clock) + sg_transcript_duration_ns(w.b[0] ? w.b : w.a);
	in_verb = true;
	err = is_chamber ? play_chamber(c, &w, deadline_ns, outcome, size) :
			   play_potentiostat(c, &w, deadline_ns, outcome, size);
	in_verb = false;
	if (err || outcome[0] == '\0')
		snprintf(outcome, size, "%s", sg_err_name(err));
	if (w.a[0])
		check_in_time(c, deadline_ns, outcome, size);
}

static void play(size_t chunk)
{
	struct conversation conversation = { .device = NULL };
	const struct sg_transcript_player bound = {
		.ctx = &conversation, .packets = family()->usb_vendor != 0, .begin = begin, .verb = verb, .diag = diag,
		.end = end
	};

	if (chunk && bound.packets)
		skip(); /* a packet comes whole */
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
	struct conversation c = { .device = NULL };

	(void)state;
	assert_int_equal(allocations, 0);
	in_verb = true;
	assert_int_equal(device_open(&config, &c), SG_OK);
	in_verb = false;
	assert_int_equal(allocations, 1);
	free(c.device);
}

static void refuses_a_model_it_does_not_know(void **state)
{
	const struct sg_device_config config = { .model = "none", .address = -1 };
	struct conversation c = { .device = NULL };

	(void)state;
	assert_int_equal(device_open(&config, &c), SG_ERR_ARGUMENT);
	assert_null(c.device);
}

static void every_model_has_capabilities_without_a_connection(void **state)
{
	(void)state;
	for (size_t i = 0; family()->models[i]; i++) {
		const char *model = family()->models[i];

		if (family()->kind == SG_KIND_CHAMBER)
			assert_true(family()->chamber->caps(model)->temperature_min_c <
				    family()->chamber->caps(model)->temperature_max_c);
		else
			assert_true(family()->potentiostat->caps(model)->range_count > 0);
	}
}

static void close_takes_nothing_too(void **state)
{
	(void)state;
	device_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_go_as_written_when_all_bytes_come_at_once),
		cmocka_unit_test(conversations_go_as_written_byte_by_byte),
		cmocka_unit_test(conversations_go_as_written_in_pieces_of_seven),
		cmocka_unit_test(refuses_a_model_it_does_not_know),
		cmocka_unit_test(every_model_has_capabilities_without_a_connection),
		cmocka_unit_test(close_takes_nothing_too),
		cmocka_unit_test(allocates_nothing_after_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

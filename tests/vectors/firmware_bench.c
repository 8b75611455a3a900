/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plant/cell.h"
#include "plant/chamber.h"

struct bench {
	const struct fw_firmware *family;
	void *firmware;
	struct fw_cell *cell;
	struct fw_chamber *chamber;
	int64_t now_ns;
	uint8_t *queue;
	size_t taken; /* already handed out, at the front */
	size_t used;
	size_t size;
	size_t packets[BENCH_PACKETS_MAX]; /* lengths of what came, oldest first */
	size_t packet_count;
};

static void receive(void *ctx, const void *bytes, size_t length)
{
	struct bench *b = ctx;

	if (b->used + length > b->size) {
		size_t size = (b->used + length) * 2;
		uint8_t *queue = realloc(b->queue, size);

		if (!queue)
			abort();
		b->queue = queue;
		b->size = size;
	}
	if (length)
		memcpy(b->queue + b->used, bytes, length);
	b->used += length;
	if (fw_has_packets(b->family)) {
		assert_true(length <= FW_PACKET_MAX && b->packet_count < BENCH_PACKETS_MAX);
		b->packets[b->packet_count++] = length;
	}
}

/*
 * A hundred times the usual area with a hundred times the usual resistance per area, so that no
 * current a script asks for comes near the diffusion limit: a plain resistor for these tests.
 */
static struct fw_cell *plain_cell(void)
{
	struct fw_cell_options options;

	fw_cell_options_default(&options);
	options.area_m2 *= 100;
	options.bulk_ohm = 0.2 * BENCH_CELL_OHM * 100;
	options.grain_ohm = 0.6 * BENCH_CELL_OHM * 100;
	options.interface_ohm = 0.2 * BENCH_CELL_OHM * 100;
	options.short_mode = FW_SHORT_NEVER;
	options.metal_m = 0.05;
	return fw_cell_new(&options, 1);
}

struct bench *bench_new(const struct fw_firmware *family, const char *model, const char *options)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fw_setup setup = { .model = model, .options = options, .seed = 1 };
	const char *why = "no reason given";

	if (!b)
		abort();
	b->size = 4096;
	b->queue = malloc(b->size);
	if (!b->queue)
		abort();
	b->family = family;
	b->cell = plain_cell();
	b->chamber = fw_chamber_new(NULL, 1);
	assert_non_null(b->cell);
	assert_non_null(b->chamber);
	setup.cell = b->cell;
	setup.chamber = b->chamber;
	setup.sink.ctx = b;
	setup.sink.send = receive;
	b->firmware = family->create(&setup, 0, &why);
	if (!b->firmware)
		fail_msg("%s refuses its setup: %s", family->name, why);
	return b;
}

void bench_free(struct bench *bench)
{
	if (!bench)
		return;
	bench->family->destroy(bench->firmware);
	fw_chamber_free(bench->chamber);
	fw_cell_free(bench->cell);
	free(bench->queue);
	free(bench);
}

void bench_send(struct bench *bench, const uint8_t *bytes, size_t length)
{
	bench->family->receive(bench->firmware, bytes, length, bench->now_ns);
}

/* One turn of the firmware, if it wants one by until_ns. */
static bool turn(struct bench *b, int64_t until_ns)
{
	int64_t next_ns = b->family->next_ns(b->firmware);

	if (next_ns > until_ns)
		return false;
	if (next_ns < b->now_ns)
		fail_msg("%s asks to run in the past", b->family->name);
	b->now_ns = next_ns;
	b->family->run(b->firmware, next_ns);
	return true;
}

void bench_advance(struct bench *bench, int64_t duration_ns)
{
	int64_t until_ns = bench->now_ns + duration_ns;

	while (turn(bench, until_ns))
		;
	bench->now_ns = until_ns;
}

bool bench_await(struct bench *bench, size_t length, int64_t timeout_ns)
{
	int64_t until_ns = bench->now_ns + timeout_ns;

	while (bench->used - bench->taken < length) {
		if (!turn(bench, until_ns)) {
			bench->now_ns = until_ns;
			return false;
		}
	}
	return true;
}

size_t bench_await_line(struct bench *bench, char terminator, int64_t timeout_ns)
{
	int64_t until_ns = bench->now_ns + timeout_ns;
	size_t seen = 0;

	for (;;) {
		const uint8_t *start = bench->queue + bench->taken;
		size_t queued = bench->used - bench->taken;

		for (; seen < queued; seen++) {
			if (start[seen] == (uint8_t)terminator)
				return seen + 1;
		}
		if (!turn(bench, until_ns)) {
			bench->now_ns = until_ns;
			return 0;
		}
	}
}

bool bench_await_packet(struct bench *bench, int64_t timeout_ns, size_t *length)
{
	int64_t until_ns = bench->now_ns + timeout_ns;

	while (bench->packet_count == 0) {
		if (!turn(bench, until_ns)) {
			bench->now_ns = until_ns;
			return false;
		}
	}
	*length = bench->packets[0];
	return true;
}

void bench_take_packet(struct bench *bench)
{
	bench_take(bench, bench->packets[0]);
	bench->packet_count--;
	memmove(bench->packets, bench->packets + 1, bench->packet_count * sizeof(bench->packets[0]));
}

double bench_current_a(const struct bench *bench)
{
	return fw_cell_current(bench->cell);
}

const uint8_t *bench_queue(const struct bench *bench, size_t *length)
{
	*length = bench->used - bench->taken;
	return bench->queue + bench->taken;
}

void bench_take(struct bench *bench, size_t length)
{
	bench->taken += length;
	if (bench->taken == bench->used)
		bench->taken = bench->used = 0;
}

bool bench_cell_is_off(const struct bench *bench)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	char *to;
	bool off;

	if (!out)
		abort();
	bench->family->report(bench->firmware, out);
	fclose(out);
	to = text;
	for (const char *from = text; *from; from++) {
		if (*from != ' ')
			*to++ = *from;
	}
	*to = '\0';
	off = strstr(text, "\"cell_on\":false") != NULL;
	free(text);
	return off;
}

double bench_charge_from_a_c(const struct bench *bench)
{
	struct fw_cell_truth truth;

	fw_cell_advance(bench->cell, bench->now_ns);
	fw_cell_get_truth(bench->cell, &truth);
	return truth.net_charge_c;
}

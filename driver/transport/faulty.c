/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/faulty.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/fault_dice.h"
#include "transport/transport.h"

#define READ_SIZE 512
/* A read that is cut into lines of one byte each, every one of them doubled. */
#define CHUNKS_MAX (2 * READ_SIZE + 64)
#define ROOM 16384
#define WRITES_MAX 4
/* What was held and is written in the middle of a read. */
#define WRITE_NS (1 * SG_NS_PER_S)

/* What waits to be read. */
struct chunk {
	size_t begin, length; /* in room[] */
	int64_t due_ns;
};

struct held_write {
	uint8_t bytes[SG_FAULTY_WRITE_MAX];
	size_t length;
	int64_t due_ns;
};

struct faulty {
	struct sg_transport head;
	struct sg_transport *inner; /* owned */
	struct sg_fault_dice dice;
	struct sg_fault_counts own_counts;
	struct sg_fault_counts *counts;
	const struct sg_fault_ear *ear;
	bool gone;
	int64_t still_until_ns; /* the stall at hand */
	uint8_t room[ROOM];
	size_t room_used;
	struct chunk chunks[CHUNKS_MAX];
	size_t chunk_first, chunk_count; /* chunk_first counts up until all are read */
	struct held_write writes[WRITES_MAX];
	size_t write_count;
	uint8_t scratch[SG_FAULTY_WRITE_MAX];
};

static struct faulty *faulty_of(struct sg_transport *t)
{
	return (struct faulty *)t;
}

/* ---- what becomes of a chunk ---- */

/* The bytes in place; *length of them are passed on. */
static enum sg_fault meet(struct faulty *f, bool to_host, uint8_t *bytes, size_t *length)
{
	const enum sg_fault fault = sg_fault_dice_throw(&f->dice, to_host, bytes, length);

	f->counts->chunks++;
	f->counts->spared += f->dice.spared;
	if (fault < SG_FAULTS)
		f->counts->hit[fault]++;
	if (fault == SG_FAULT_STALL)
		f->still_until_ns = sg_clock_deadline(f->head.clock, sg_ns(f->dice.plan.stall_s));
	f->gone |= fault == SG_FAULT_DISCONNECT;
	return fault;
}

static void tell(struct faulty *f, bool to_host, enum sg_fault fault, const uint8_t *bytes, size_t length,
		 const uint8_t *given, size_t given_length)
{
	const struct sg_fault_chunk chunk = {
		.to_host = to_host, .fault = fault, .bytes = bytes, .length = length, .given = given,
		.given_length = given_length, .now_ns = sg_clock_now_ns(f->head.clock),
	};

	if (f->ear)
		f->ear->heard(f->ear->ctx, &chunk);
}

/* When it may pass: never before what is ahead of it. */
static int64_t due(const struct faulty *f, enum sg_fault fault, int64_t ahead_ns)
{
	int64_t due_ns = sg_clock_now_ns(f->head.clock);

	if (fault == SG_FAULT_DELAY)
		due_ns += sg_ns(f->dice.plan.delay_s);
	if (due_ns < f->still_until_ns)
		due_ns = f->still_until_ns;
	return due_ns > ahead_ns ? due_ns : ahead_ns;
}

/* ---- to the instrument ---- */

static int64_t earliest(int64_t a_ns, int64_t b_ns)
{
	return a_ns < b_ns ? a_ns : b_ns;
}

static enum sg_err release_writes(struct faulty *f, int64_t deadline_ns)
{
	const int64_t now_ns = sg_clock_now_ns(f->head.clock);

	while (f->write_count > 0 && f->writes[0].due_ns <= now_ns) {
		const enum sg_err err = sg_transport_write(f->inner, f->writes[0].bytes, f->writes[0].length, deadline_ns);

		/* Said once, whatever came of it: part of it may have gone out. */
		f->write_count--;
		memmove(&f->writes[0], &f->writes[1], f->write_count * sizeof(f->writes[0]));
		if (err)
			return err;
	}
	return SG_OK;
}

/* No room for another one: as a full buffer does, it makes the writer wait. */
static enum sg_err make_room(struct faulty *f, int64_t deadline_ns)
{
	while (f->write_count == WRITES_MAX) {
		enum sg_err err;

		if (sg_clock_now_ns(f->head.clock) >= deadline_ns)
			return SG_ERR_UNCERTAIN;
		sg_clock_sleep_until(f->head.clock, earliest(f->writes[0].due_ns, deadline_ns));
		err = release_writes(f, deadline_ns);
		if (err)
			return err;
	}
	return SG_OK;
}

static enum sg_err pass_write(struct faulty *f, const uint8_t *bytes, size_t length, enum sg_fault fault,
			      int64_t deadline_ns)
{
	const int64_t ahead_ns = f->write_count ? f->writes[f->write_count - 1].due_ns : 0;
	const int64_t due_ns = due(f, fault, ahead_ns);
	enum sg_err err;

	if (f->write_count == 0 && due_ns <= sg_clock_now_ns(f->head.clock))
		return sg_transport_write(f->inner, bytes, length, deadline_ns);
	err = make_room(f, deadline_ns);
	if (err)
		return err;
	memcpy(f->writes[f->write_count].bytes, bytes, length);
	f->writes[f->write_count].length = length;
	f->writes[f->write_count++].due_ns = due_ns;
	return SG_OK;
}

static enum sg_err faulty_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct faulty *f = faulty_of(t);
	size_t given = length;
	enum sg_fault fault;
	enum sg_err err = f->gone ? SG_ERR_GONE : release_writes(f, deadline_ns);

	if (err)
		return err;
	if (length > sizeof(f->scratch))
		return sg_transport_write(f->inner, bytes, length, deadline_ns);
	memcpy(f->scratch, bytes, length);
	fault = meet(f, false, f->scratch, &given);
	tell(f, false, fault, bytes, length, f->scratch, given);
	if (f->gone)
		return SG_ERR_GONE;
	if (given == 0 && length > 0)
		return SG_OK;
	err = pass_write(f, f->scratch, given, fault, deadline_ns);
	return err || fault != SG_FAULT_DUPLICATE ? err : pass_write(f, f->scratch, given, SG_FAULTS, deadline_ns);
}

/* ---- to the host ---- */

/* There is room: a read takes no more than fits at the worst, see room_left(). */
static void queue(struct faulty *f, const uint8_t *bytes, size_t length, enum sg_fault fault)
{
	const size_t last = f->chunk_first + f->chunk_count;
	const int64_t ahead_ns = f->chunk_count ? f->chunks[last - 1].due_ns : 0;

	memcpy(f->room + f->room_used, bytes, length);
	f->chunks[last] = (struct chunk){ f->room_used, length, due(f, fault, ahead_ns) };
	f->room_used += length;
	f->chunk_count++;
}

static void take_chunk(struct faulty *f, const uint8_t *bytes, size_t length)
{
	size_t given = length;
	enum sg_fault fault;

	memcpy(f->scratch, bytes, length);
	fault = meet(f, true, f->scratch, &given);
	tell(f, true, fault, bytes, length, f->scratch, given);
	/* An empty packet is one; an empty piece of a stream is nothing. */
	if (fault == SG_FAULT_DROP || f->gone || (given == 0 && !f->head.packets))
		return;
	queue(f, f->scratch, given, fault);
	if (fault == SG_FAULT_DUPLICATE)
		queue(f, f->scratch, given, SG_FAULTS);
}

static void take(struct faulty *f, const uint8_t *bytes, size_t length)
{
	size_t begin = 0;

	if (f->head.packets) {
		take_chunk(f, bytes, length);
		return;
	}
	for (size_t i = 0; i < length && !f->gone; i++) {
		if (bytes[i] != '\n' && bytes[i] != '\r' && i + 1 < length)
			continue;
		take_chunk(f, bytes + begin, i + 1 - begin);
		begin = i + 1;
	}
}

/* For the worst that one read may bring. */
static bool room_left(struct faulty *f)
{
	if (f->chunk_count == 0)
		f->chunk_first = f->room_used = 0;
	return f->room_used + 2 * READ_SIZE <= ROOM && f->chunk_first + f->chunk_count + 2 * READ_SIZE <= CHUNKS_MAX;
}

/* To the front what is not read yet. */
static void pack(struct faulty *f)
{
	const size_t begin = f->chunk_count ? f->chunks[f->chunk_first].begin : f->room_used;

	memmove(f->room, f->room + begin, f->room_used - begin);
	memmove(f->chunks, f->chunks + f->chunk_first, f->chunk_count * sizeof(f->chunks[0]));
	f->room_used -= begin;
	f->chunk_first = 0;
	for (size_t i = 0; i < f->chunk_count; i++)
		f->chunks[i].begin -= begin;
}

static bool hand_over(struct faulty *f, void *buffer, size_t size, size_t *got)
{
	struct chunk *chunk = &f->chunks[f->chunk_first];

	if (f->chunk_count == 0 || chunk->due_ns > sg_clock_now_ns(f->head.clock))
		return false;
	*got = chunk->length < size ? chunk->length : size;
	memcpy(buffer, f->room + chunk->begin, *got);
	chunk->begin += *got;
	chunk->length -= *got;
	if (chunk->length == 0) {
		f->chunk_first++;
		f->chunk_count--;
	}
	return true;
}

/* Until something comes of its own, or something that was held may pass, or the deadline. */
static enum sg_err wait_for_more(struct faulty *f, int64_t deadline_ns)
{
	uint8_t bytes[READ_SIZE];
	size_t got = 0;
	enum sg_err err;

	if (f->chunk_count > 0)
		deadline_ns = earliest(deadline_ns, f->chunks[f->chunk_first].due_ns);
	if (f->write_count > 0)
		deadline_ns = earliest(deadline_ns, f->writes[0].due_ns);
	if (!room_left(f))
		pack(f);
	if (!room_left(f)) {
		sg_clock_sleep_until(f->head.clock, deadline_ns);
		return SG_ERR_TIMEOUT;
	}
	err = sg_transport_read(f->inner, bytes, sizeof(bytes), deadline_ns, &got);
	if (!err)
		take(f, bytes, got);
	return err;
}

static enum sg_err faulty_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct faulty *f = faulty_of(t);
	bool late = false; /* one more look, then it is over */

	for (;;) {
		enum sg_err err = f->gone ? SG_ERR_GONE : release_writes(f, sg_clock_deadline(t->clock, WRITE_NS));

		if (err && err != SG_ERR_UNCERTAIN) /* that one is the writer's, and he has gone on */
			return err;
		if (hand_over(f, buffer, size, got))
			return SG_OK;
		if (late)
			return SG_ERR_TIMEOUT;
		err = wait_for_more(f, deadline_ns);
		if (err && err != SG_ERR_TIMEOUT)
			return err;
		late = err == SG_ERR_TIMEOUT && sg_clock_now_ns(t->clock) >= deadline_ns;
	}
}

/* ---- the rest ---- */

static enum sg_err faulty_present(struct sg_transport *t)
{
	struct faulty *f = faulty_of(t);

	return f->gone ? SG_ERR_GONE : sg_transport_present(f->inner);
}

static void faulty_close(struct sg_transport *t)
{
	sg_transport_close(faulty_of(t)->inner);
	free(t);
}

static const struct sg_transport_ops faulty_ops = {
	.read = faulty_read,
	.write = faulty_write,
	.close = faulty_close,
	.present = faulty_present,
};

enum sg_err sg_faulty_wrap(struct sg_transport *inner, const struct sg_fault_plan *plan, struct sg_fault_counts *counts,
			   const struct sg_fault_ear *ear, struct sg_transport **out)
{
	struct faulty *f = calloc(1, sizeof(*f));

	if (!f)
		return SG_ERR_NO_MEMORY;
	f->head = *inner;
	f->head.ops = &faulty_ops;
	f->head.faulty = true;
	f->inner = inner;
	f->dice.plan = *plan;
	f->dice.packets = inner->packets;
	f->dice.random = (uint64_t)sg_clock_now_ns(inner->clock) ^ (plan->seed * UINT64_C(0xD1342543DE82EF95));
	f->counts = counts ? counts : &f->own_counts;
	f->ear = ear;
	*out = &f->head;
	return SG_OK;
}

enum sg_err sg_faulty_open(const char *uri, const struct sg_line *line, struct sg_clock *clock, struct sg_text *why,
			   struct sg_transport **out)
{
	struct sg_transport *inner = NULL;
	struct sg_fault_plan plan;
	enum sg_err err = sg_faulty_plan(uri, &plan, why);

	if (!err)
		err = sg_transport_open(sg_faulty_inner(uri), line, clock, why, &inner);
	if (err)
		return err;
	err = sg_faulty_wrap(inner, &plan, line->faults, NULL, out);
	if (err)
		sg_transport_close(inner);
	return err;
}

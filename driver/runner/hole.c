/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hole in the record that a lost link or a sleep leaves: what flowed in it as far as that can be known, how the steps
 * ended that were running, and what is told of it. No current that may have flowed is ordered twice.
 */
#include <math.h>

#include "core/units.h"
#include "runner/run.h"

/* An instrument's own clock may be this much off ours, and its zero this much later than our start. */
#define CLOCK_ERROR_REL 0.01
#define CLOCK_ERROR_S 2.0

/* A time of its own clock that cannot be is no evidence. */
static bool is_plausible(const struct sg_run *run, const struct sg_absence *absence, double zero_s, double back_s)
{
	const double ran_s = sg_seconds(absence->ran_ns);
	const double most_s = (back_s - run->block.start_s) * (1.0 + CLOCK_ERROR_REL) + CLOCK_ERROR_S;

	return absence->ran_ns != SG_NO_TIME && ran_s >= 0.0 && ran_s <= most_s &&
	       zero_s + ran_s >= run->lost_s - CLOCK_ERROR_S;
}

/* Test time at which a look that made no sample saw the current last, before the link was lost or the PC slept. */
static double seen_s(const struct sg_run *run, const struct sg_absence *absence)
{
	const double at_s = absence->seen_ns == SG_NO_TIME ? -INFINITY : sg_seconds(absence->seen_ns - run->zero_ns);

	return at_s <= run->lost_s ? at_s : -INFINITY; /* seen after a sleep, it tells nothing about that */
}

/*
 * Test time at which the current of the block ended, at most; *kind becomes what that rests on.
 * was_off: the cell was known to be off before.
 */
static double current_end_s(const struct sg_run *run, const struct sg_absence *absence, bool was_off, double back_s,
			    enum sg_absence_kind *kind)
{
	const double zero_s = run->block.anchor_ns ? sg_seconds(run->block.anchor_ns - run->zero_ns) : run->block.start_s;

	*kind = absence->kind;
	if (*kind == SG_ABSENCE_RAN && !is_plausible(run, absence, zero_s, back_s))
		*kind = SG_ABSENCE_UNKNOWN;
	/* Without power now does not say since when: a sleep is long, and a port may lose it late. */
	if (*kind == SG_ABSENCE_OFF && sg_run_was_unwatched(run) && !was_off)
		*kind = SG_ABSENCE_UNKNOWN;
	switch (*kind) {
	case SG_ABSENCE_OFF:
		return run->lost_s; /* it went unnoticed for a while */
	case SG_ABSENCE_RAN:
		return zero_s + sg_seconds(absence->ran_ns);
	case SG_ABSENCE_UNKNOWN:
		break;
	}
	return back_s; /* the longest that it can have been */
}

static const char *loss(const struct sg_run *run)
{
	if (run->program_lost)
		return "the end of the program that watched it";
	return run->sleep.in_hole ? "the sleep of the PC" : "the loss of the link";
}

static const char *came_to_its_end(const struct sg_run *run)
{
	if (run->program_lost)
		return "came to its end while no program watched";
	return run->sleep.in_hole ? "came to its end while the PC slept" : "ran to its end while the link was lost";
}

static void tell_passed(struct sg_run *run, const struct sg_step *step, double from_s, double until_s, bool whole)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_STEP_ENDED, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = from_s;
	if (until_s > run->lost_s)
		sg_event_say(&event, "step %s %s, unwitnessed from %.3f to %.3f s", step->id,
			     whole ? came_to_its_end(run) : "was broken off", from_s, until_s);
	else if (until_s > from_s)
		sg_event_say(&event, "step %s was broken off by %s, at some time between %.3f s, when its current "
			     "was seen last, and %.3f s", step->id, loss(run), from_s, until_s);
	else
		sg_event_say(&event, "step %s was broken off by %s", step->id, loss(run));
	sg_run_tell(run, &event);
}

/* One step of the block, up to until_s at most; what flowed is known up to known_s, and booked so far. */
static void book_step(struct sg_run *run, const struct sg_step *step, double until_s, double known_s, bool whole)
{
	const double from_s = fmax(run->books.row.test_time_s, run->block.step_begin_s);
	const double flowed_s = fmin(fmax(from_s, known_s), until_s);
	const double unknown_s = until_s - flowed_s;

	sg_run_flowed(run, flowed_s, step->current_a);
	if (unknown_s > 0.0)
		sg_run_unwitnessed(run, until_s);
	if (step->kind == SG_STEP_CURRENT && run->block.is_pulse) {
		run->current_off_s = until_s;
	} else if (step->kind == SG_STEP_CURRENT) {
		const double charge_c = sg_accounting_step_charge_c(&run->books);

		if (until_s > run->lost_s || unknown_s > 0.0)
			sg_result_unwitnessed(run->result, until_s, charge_c, unknown_s * fabs(step->current_a));
		else
			sg_result_ran_on(run->result, until_s, charge_c);
		sg_result_end(run->result, until_s, whole ? SG_END_DURATION : SG_END_NONE, whole);
		run->current_off_s = until_s;
	}
	tell_passed(run, step, unknown_s > 0.0 ? flowed_s : from_s, until_s, whole);
}

static void begin_unseen(struct sg_run *run, const struct sg_step *step, double duration_s, double begin_s)
{
	run->block.step_begin_s = begin_s;
	sg_accounting_step(&run->books, step, begin_s);
	if (step->kind == SG_STEP_CURRENT && !run->block.is_pulse)
		sg_result_begin(run->result, run->books.row.step_count, step->cycle, step->density_ma_cm2, duration_s,
				begin_s);
}

/*
 * The steps of the block that was running, up to end_s, with what flowed known up to known_s; the engine then stands
 * where the test goes on.
 */
static void settle_block(struct sg_run *run, double end_s, double known_s)
{
	struct sg_block *block = &run->block;
	double begin_s = sg_block_next_begin_s(run);

	for (size_t at = block->at; at < block->count; at++) {
		const struct sg_step *step = sg_block_step(run, at);
		const double duration_s = run->segments[at].duration_s;
		const bool whole = end_s >= begin_s + duration_s;
		const double until_s = whole ? begin_s + duration_s : end_s;

		if (!block->in_step && until_s <= begin_s)
			break;
		if (!block->in_step)
			begin_unseen(run, step, duration_s, begin_s);
		block->in_step = false;
		book_step(run, step, until_s, known_s, whole);
		if (!whole && !block->is_pulse)
			sg_engine_step_broken(&run->engine, block->first_step + at, until_s - begin_s);
		if (!whole)
			break;
		if (!block->is_pulse)
			sg_engine_step_done(&run->engine, block->first_step + at);
		begin_s = until_s;
	}
	block->in_step = false;
}

/* A warning about the absence, told now. */
static void begin_warning(const struct sg_run *run, struct sg_event *event, double back_s)
{
	sg_event_init(event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
	event->since_s = run->lost_s;
	event->value = back_s - run->lost_s;
}

static const char *met_again(const struct sg_run *run)
{
	return sg_run_was_unwatched(run) ? "the potentiostat was met again" : "link back";
}

static void tell_return(struct sg_run *run, enum sg_absence_kind kind, double back_s, double end_s)
{
	struct sg_event event;

	begin_warning(run, &event, back_s);
	switch (kind) {
	case SG_ABSENCE_OFF:
		sg_event_say(&event, "%s after %.1f s; no current flowed meanwhile: the cell was off, or the instrument, "
			     "which lives on the cable's power, was without it", met_again(run), event.value);
		break;
	case SG_ABSENCE_RAN:
		sg_event_say(&event, "%s after %.1f s; the instrument ran on by itself until %.3f s by its own clock: "
			     "booked at the set current", met_again(run), event.value, end_s);
		break;
	case SG_ABSENCE_UNKNOWN:
		sg_event_say(&event, "%s after %.1f s; what flowed meanwhile is not known, from none to the set "
			     "current: nothing is booked, nothing repeated", met_again(run), event.value);
		break;
	}
	sg_run_tell(run, &event);
}

static void tell_idle_return(struct sg_run *run, double back_s)
{
	struct sg_event event;

	begin_warning(run, &event, back_s);
	sg_event_say(&event, "%s after %.1f s; the cell was off before and is off", met_again(run), event.value);
	sg_run_tell(run, &event);
}

void sg_run_book_hole(struct sg_run *run, const struct sg_absence *absence, bool was_off, double back_s)
{
	enum sg_absence_kind kind;
	double end_s;

	run->hole = run->books.row.record_index != 0;
	if (run->block.count == 0) {
		tell_idle_return(run, back_s);
		return;
	}
	end_s = current_end_s(run, absence, was_off, back_s, &kind);
	tell_return(run, kind, back_s, end_s);
	settle_block(run, end_s, kind == SG_ABSENCE_RAN ? end_s : seen_s(run, absence));
	run->block.count = 0;
	run->current_before = false; /* the gap has been told */
}

void sg_run_close_block(struct sg_run *run, const struct sg_absence *absence)
{
	if (run->block.count && run->block.in_step)
		settle_block(run, run->lost_s, seen_s(run, absence));
	run->block.count = 0;
}

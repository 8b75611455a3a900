/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link that was lost, or a PC that slept. The potentiostat is sought until it answers again, made safe, and asked what it did
 * meanwhile; then the engine is put where the test goes on. No current that may have flowed is ordered twice.
 */
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

#define RETRY_NS (500 * SG_NS_PER_MS)
/* An instrument's own clock may be this much off ours, and its zero this much later than our start. */
#define CLOCK_ERROR_REL 0.01
#define CLOCK_ERROR_S 2.0
/* A PC that has just woken up needs a moment to find its ports again. Assumed: USB is there by then. */
#define WAKE_S 10.0

enum sg_verdict sg_run_link_lost(struct sg_run *run)
{
	const struct sg_row *row = &run->books.row;
	struct sg_event event;

	run->lost_s = sg_run_now_s(run);
	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_ALARM, run->lost_s);
	if (row->record_index) {
		event.since_s = row->test_time_s;
		sg_event_say(&event, "potentiostat: link lost (%s); last sample at %.3f s", sg_err_text(SG_ERR_GONE),
			     row->test_time_s);
	} else {
		sg_event_say(&event, "potentiostat: link lost (%s) before the first sample", sg_err_text(SG_ERR_GONE));
	}
	sg_run_tell(run, &event);
	if (run->config->experiment->reconnect_within_s > 0.0)
		return SG_VERDICT_RECONNECT;
	return sg_run_stop(run, "communication", SG_ERR_GONE, event.text);
}

bool sg_run_has_link(const struct sg_run *run)
{
	const struct sg_device *device = run->rig->potentiostat.device;

	return device && sg_transport_present(device->link) == SG_OK;
}

enum sg_verdict sg_run_watch_link(struct sg_run *run)
{
	if (sg_run_slept(run))
		return sg_run_reconnect(run);
	if (sg_run_has_link(run))
		return SG_VERDICT_GO_ON;
	if (sg_run_link_lost(run) == SG_VERDICT_STOP)
		return SG_VERDICT_STOP;
	return sg_run_reconnect(run);
}

static void tell_stranger(struct sg_run *run, const char *why)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_ALARM, sg_run_now_s(run));
	event.since_s = run->lost_s;
	sg_event_say(&event, "%s; it is left alone, and the right one waited for", why);
	sg_run_tell(run, &event);
}

static enum sg_verdict give_up(struct sg_run *run, double within_s, const char *why)
{
	struct sg_event event; /* for its room, and its way of cutting a sentence */

	sg_event_say(&event, "%s, and not back within %.0f s: %s", run->sleep.in_hole ? "the PC slept, the link was lost" : "link lost",
		     within_s, why);
	return sg_run_stop(run, "communication", SG_ERR_GONE, event.text);
}

/* One attempt may have heard the program run and then have lost the link again: that stays known. */
static void remember(struct sg_absence *known, const struct sg_absence *now)
{
	if (now->kind != SG_ABSENCE_UNKNOWN || known->kind != SG_ABSENCE_RAN)
		*known = *now;
}

/* From when nobody knows how long it has been gone. A run that ends anyway has its last way before it. */
static double patience_s(const struct sg_run *run)
{
	const double within_s = run->stopped_by ? 0.0 : run->config->experiment->reconnect_within_s;

	return run->sleep.in_hole ? fmax(within_s, WAKE_S) : within_s;
}

/* Did the PC sleep while the link was sought? What was known to begin earlier began earlier. */
static bool slept_on(struct sg_run *run)
{
	const double lost_s = run->lost_s;
	const bool slept = sg_run_slept(run);

	run->lost_s = fmin(lost_s, run->lost_s);
	return slept;
}

static enum sg_verdict wait_for_return(struct sg_run *run, struct sg_absence *absence)
{
	double since_s = sg_run_now_s(run);
	struct sg_clock *clock = run->config->clock;
	char storage[SG_DIAG_SIZE];
	struct sg_absence attempt = *absence;
	struct sg_text why;
	bool stranger = false;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	for (;;) {
		sg_text_clear(&why);
		err = sg_rig_return(run->rig, &attempt, &why);
		remember(absence, &attempt);
		if (slept_on(run))
			since_s = sg_run_now_s(run);
		if (!err)
			return SG_VERDICT_GO_ON;
		sg_run_tell_sleep(run);
		if (err == SG_ERR_IDENTITY && !stranger)
			tell_stranger(run, why.data);
		stranger = err == SG_ERR_IDENTITY;
		if (sg_run_watch_operator(run) == SG_VERDICT_STOP)
			return SG_VERDICT_STOP;
		if (sg_run_now_s(run) >= since_s + patience_s(run))
			return give_up(run, patience_s(run), why.data);
		sg_run_record_climate(run);
		sg_run_show(run, SG_PHASE_LOST);
		sg_run_flush(run);
		sg_clock_sleep_until(clock, sg_clock_deadline(clock, RETRY_NS));
	}
}

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
	if (*kind == SG_ABSENCE_OFF && run->sleep.in_hole && !was_off)
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
	return run->sleep.in_hole ? "the sleep of the PC" : "the loss of the link";
}

static void tell_passed(struct sg_run *run, const struct sg_step *step, double from_s, double until_s, bool whole)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_STEP_ENDED, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = from_s;
	if (until_s > run->lost_s)
		sg_event_say(&event, "step %s %s, unwitnessed from %.3f to %.3f s", step->id,
			     !whole ? "was broken off" : run->sleep.in_hole ? "came to its end while the PC slept" :
			     "ran to its end while the link was lost", from_s, until_s);
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
	double begin_s = block->in_step ? block->step_begin_s : block->start_s;

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
	return run->sleep.in_hole ? "the potentiostat was met again" : "link back";
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

static void tell_place(struct sg_run *run, const char *before)
{
	const char *now = run->rig->potentiostat.whereabouts.uri;
	struct sg_event event;

	if (!before[0] || strcmp(before, now) == 0)
		return;
	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = run->lost_s;
	sg_event_say(&event, "the same potentiostat is at %s now; it was at %s", now, before);
	sg_run_tell(run, &event);
}

/* What the record must hold about the hole. */
static void book_hole(struct sg_run *run, const struct sg_absence *absence, bool was_off, double back_s)
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

/* The test ends with the link away: the step that was running ends with what was seen of it. */
static void close_block(struct sg_run *run, const struct sg_absence *absence)
{
	if (run->block.count && run->block.in_step)
		settle_block(run, run->lost_s, seen_s(run, absence));
	run->block.count = 0;
}

/*
 * Was the cell off, as far as the plan goes and as the instrument confirmed? A driver that woke up with us may have
 * switched it off a moment ago, so its word alone is not enough.
 */
static bool was_off(const struct sg_run *run)
{
	const struct sg_rig_slot *slot = &run->rig->potentiostat;
	struct sg_absence absence = { .trace = SG_TRACE_NONE };

	if (!run->block.in_step || run->segments[run->block.at].set_value != 0.0 || !slot->device ||
	    !slot->family->potentiostat->part)
		return false;
	slot->family->potentiostat->part(slot->device, &absence);
	return absence.trace == SG_TRACE_OFF;
}

/* Does the experiment want to go on? */
static enum sg_verdict go_on(struct sg_run *run, bool slept)
{
	const struct sg_experiment *experiment = run->config->experiment;

	if (experiment->stop_on_reconnect)
		return sg_run_stop(run, "communication", SG_ERR_GONE, slept ? "the PC slept; on_reconnect says to stop" :
				   "the link was lost and came back; on_reconnect says to stop");
	if (slept && experiment->reconnect_within_s <= 0.0)
		return sg_run_stop(run, "communication", SG_ERR_GONE, "the PC slept; reconnect_within says not to go on after a loss");
	return sg_run_catch_up_climate(run);
}

enum sg_verdict sg_run_reconnect(struct sg_run *run)
{
	struct sg_absence absence = { .kind = SG_ABSENCE_UNKNOWN, .seen_ns = SG_NO_TIME, .ran_ns = SG_NO_TIME };
	const bool off_before = was_off(run);
	char before[SG_WHEREABOUTS_URI_SIZE];
	enum sg_verdict verdict;
	double back_s;
	bool safe, slept;

	memcpy(before, run->rig->potentiostat.whereabouts.uri, sizeof(before));

	if (run->block.count)
		absence.interval_s = run->segments[run->block.at].interval_s;
	verdict = wait_for_return(run, &absence);
	if (verdict != SG_VERDICT_GO_ON) {
		close_block(run, &absence);
		run->sleep.in_hole = false;
		return verdict;
	}
	back_s = sg_run_now_s(run);
	safe = sg_run_make_safe(run, SG_RUN_SAFE_S); /* first; then there is time to tell */
	sg_run_tell_sleep(run);
	tell_place(run, before);
	book_hole(run, &absence, off_before, back_s);
	slept = run->sleep.in_hole;
	run->sleep.in_hole = false;
	if (!safe)
		return sg_run_stop(run, "unsafe", SG_ERR_UNCERTAIN, "the cell could not be shown to be off after the link came back");
	return go_on(run, slept);
}

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
		sg_run_idle(run, SG_PHASE_LOST);
		sg_clock_sleep_until(clock, sg_clock_deadline(clock, RETRY_NS));
	}
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

bool sg_run_met_again(struct sg_run *run, const struct sg_absence *absence, bool off_before, const char *before)
{
	const double back_s = sg_run_now_s(run);
	const bool safe = sg_run_make_safe(run, SG_RUN_SAFE_S); /* first; then there is time to tell */

	sg_run_tell_sleep(run);
	tell_place(run, before);
	sg_run_book_hole(run, absence, off_before, back_s);
	return safe;
}

enum sg_verdict sg_run_reconnect(struct sg_run *run)
{
	struct sg_absence absence = { .kind = SG_ABSENCE_UNKNOWN, .seen_ns = SG_NO_TIME, .ran_ns = SG_NO_TIME };
	const bool off_before = was_off(run);
	char before[SG_WHEREABOUTS_URI_SIZE];
	enum sg_verdict verdict;
	bool safe, slept;

	memcpy(before, run->rig->potentiostat.whereabouts.uri, sizeof(before));

	if (run->block.count)
		absence.interval_s = run->segments[run->block.at].interval_s;
	verdict = wait_for_return(run, &absence);
	if (verdict != SG_VERDICT_GO_ON) {
		sg_run_close_block(run, &absence);
		run->sleep.in_hole = false;
		return verdict;
	}
	safe = sg_run_met_again(run, &absence, off_before, before);
	slept = run->sleep.in_hole;
	run->sleep.in_hole = false;
	if (!safe)
		return sg_run_stop(run, "unsafe", SG_ERR_UNCERTAIN, "the cell could not be shown to be off after the link came back");
	return go_on(run, slept);
}

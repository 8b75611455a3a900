/* SPDX-License-Identifier: Apache-2.0 */
/* Waits with the cell off: for the chamber, for a pause to be over, for the temperature to be back. */
#include <math.h>
#include <stdio.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

/* Between two readings of the chamber while nothing else happens. */
#define TURN_NS (1 * SG_NS_PER_S)
/* Another guardian is there within a second, unless something is wrong with the PC; then nothing is begun for so long. */
#define UNWATCHED_NS (30 * SG_NS_PER_S)
#define UNWATCHED_MOST_NS (600 * SG_NS_PER_S)

/* GO_ON or STOP. */
static enum sg_verdict turn(struct sg_run *run, enum sg_phase phase)
{
	if (sg_run_watch_operator(run) == SG_VERDICT_STOP || sg_run_watch_link(run) == SG_VERDICT_STOP || sg_run_heed_hold(run))
		return SG_VERDICT_STOP;
	/* A chamber that is silent takes its time, in which nobody looks at the cable. */
	run->climate.hurried = true;
	sg_run_idle(run, phase);
	run->climate.hurried = false;
	return sg_run_watch_link(run) == SG_VERDICT_STOP ? SG_VERDICT_STOP : SG_VERDICT_GO_ON;
}

static void sleep_a_turn(const struct sg_run *run)
{
	sg_clock_sleep_until(run->config->clock, sg_clock_deadline(run->config->clock, TURN_NS));
}

static bool is_unwatched(const struct sg_run *run, int64_t for_ns)
{
	const double speed = run->config->clock->speed;

	return (double)sg_lifeline_unwatched_ns(&run->lifeline) * (speed > 0.0 ? speed : 1.0) > (double)for_ns;
}

static void tell_unwatched(struct sg_run *run, enum sg_grade grade, const char *what)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_GUARDIAN, grade, sg_run_now_s(run));
	sg_event_say(&event, "%s", what);
	sg_run_tell(run, &event);
}

enum sg_verdict sg_run_want_guardian(struct sg_run *run)
{
	if (!is_unwatched(run, UNWATCHED_NS))
		return SG_VERDICT_GO_ON;
	if (sg_run_safe(run) == SG_VERDICT_STOP)
		return SG_VERDICT_STOP;
	tell_unwatched(run, SG_GRADE_WARNING, "no current is started without a guardian: cell off until one watches again");
	run->current_before = false;
	while (is_unwatched(run, 0)) {
		if (turn(run, SG_PHASE_PAUSE) == SG_VERDICT_STOP)
			return SG_VERDICT_STOP;
		if (is_unwatched(run, UNWATCHED_MOST_NS))
			return sg_run_stop(run, "guardian", SG_ERR_GONE, "no guardian could be started for ten minutes, and without one no "
									  "current is");
		sleep_a_turn(run);
	}
	tell_unwatched(run, SG_GRADE_INFO, "a guardian watches again; the test goes on");
	return SG_VERDICT_GO_ON;
}

enum sg_verdict sg_run_settle(struct sg_run *run, enum sg_phase phase)
{
	const double until_s = sg_run_awake_s(run) + run->climate.config->timeout_s;
	char text[SG_EVENT_TEXT_SIZE];

	while (run->climate.state != SG_CLIMATE_AGREED) {
		if (turn(run, phase) == SG_VERDICT_STOP)
			return SG_VERDICT_STOP;
		if (sg_run_awake_s(run) > until_s) {
			snprintf(text, sizeof(text), "%.1f degC not settled within %.0f min: latest reading %.2f degC",
				 run->climate.set_c, run->climate.config->timeout_s / 60.0, run->climate.actual_c);
			return sg_run_stop(run, "temperature_timeout", SG_ERR_TIMEOUT, text);
		}
		sleep_a_turn(run);
	}
	return SG_VERDICT_GO_ON;
}

enum sg_verdict sg_run_soak(struct sg_run *run, double set_c, double soak_s)
{
	struct sg_event event;
	enum sg_err err = sg_climate_set(&run->climate, set_c, soak_s, sg_run_now_s(run), &event);

	sg_run_tell(run, &event);
	if (err)
		return sg_run_stop(run, "chamber", err, event.text);
	return sg_run_settle(run, SG_PHASE_SOAK);
}

static void tell_pause(struct sg_run *run, double since_s, const char *what)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_PAUSE, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = since_s;
	event.value = run->config->experiment->pause_s;
	sg_event_say(&event, "%s", what);
	sg_run_tell(run, &event);
}

/* What is left of a pause. */
static enum sg_verdict sit_out(struct sg_run *run, double since_s)
{
	while (sg_run_now_s(run) < run->pause_until_s) {
		if (turn(run, SG_PHASE_PAUSE) == SG_VERDICT_STOP)
			return SG_VERDICT_STOP;
		sleep_a_turn(run);
	}
	run->pause_until_s = NAN;
	tell_pause(run, since_s, "pause over; the step goes on where it was");
	return sg_run_catch_up_climate(run);
}

enum sg_verdict sg_run_pause_on(struct sg_run *run)
{
	if (isnan(run->pause_until_s))
		return SG_VERDICT_GO_ON;
	return sit_out(run, run->pause_until_s - run->config->experiment->pause_s);
}

enum sg_verdict sg_run_pause(struct sg_run *run)
{
	const double since_s = sg_run_now_s(run), until_s = since_s + run->config->experiment->pause_s;
	char text[SG_EVENT_TEXT_SIZE];

	if (sg_run_safe(run) == SG_VERDICT_STOP)
		return SG_VERDICT_STOP;
	snprintf(text, sizeof(text), "pause: cell off for %.0f s after what was found", until_s - since_s);
	tell_pause(run, since_s, text);
	sg_run_save(run, true);
	run->current_before = false; /* this gap has been told */
	run->pause_until_s = until_s;
	run->checkpoint_due = true;
	return sit_out(run, since_s);
}

enum sg_verdict sg_run_hold(struct sg_run *run)
{
	struct sg_event event;
	const double since_s = sg_run_now_s(run);
	enum sg_verdict verdict;

	if (sg_run_safe(run) == SG_VERDICT_STOP)
		return SG_VERDICT_STOP;
	if (sg_run_heed_hold(run))
		return SG_VERDICT_STOP;
	sg_event_init(&event, SG_EVENT_TEMPERATURE, SG_GRADE_WARNING, since_s);
	sg_event_say(&event, "hold: cell off until the temperature is back within +-%.2g K",
		     run->climate.config->tolerance_k);
	sg_run_tell(run, &event);
	sg_run_save(run, true);
	sg_climate_resoak(&run->climate);
	verdict = sg_run_settle(run, SG_PHASE_HOLD);
	if (verdict != SG_VERDICT_GO_ON)
		return verdict;
	sg_event_init(&event, SG_EVENT_TEMPERATURE, SG_GRADE_INFO, sg_run_now_s(run));
	event.since_s = since_s;
	sg_event_say(&event, "hold over after %.0f s; the step goes on where it was", event.time_s - since_s);
	sg_run_tell(run, &event);
	return SG_VERDICT_GO_ON;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PC's own sleep. Nobody watches a cell meanwhile, no limit acts, and what the instrument told before is read
 * after it, as if it were news. So a sleep is treated as a lost link whose cable nobody pulled, whatever the
 * experiment says about waiting: the same instrument is met again, made safe, and asked what it did meanwhile.
 */
#include <math.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

/* A PC needs longer than this to fall asleep and wake; two readings of the kernel's clocks differ by far less. */
#define LEAST_SLEEP_NS (500 * SG_NS_PER_MS)

void sg_run_begin_sleep(struct sg_run *run)
{
	run->sleep = (struct sg_sleep){ .seen_ns = sg_clock_slept_ns(run->config->clock) };
}

/* What was seen of the cell was seen awake. */
static double awake_until_s(const struct sg_run *run)
{
	double until_s = run->sleep.looked_s;

	if (run->books.row.record_index)
		until_s = fmax(until_s, run->books.row.test_time_s);
	if (run->block.in_step)
		until_s = fmax(until_s, run->block.step_begin_s);
	return until_s;
}

bool sg_run_slept(struct sg_run *run)
{
	struct sg_sleep *sleep = &run->sleep;
	const double until_s = awake_until_s(run);
	int64_t slept_ns;

	/* The time first: a sleep between the two is found now, not later with its end for its beginning. */
	sleep->looked_s = sg_run_now_s(run);
	slept_ns = sg_clock_slept_ns(run->config->clock);
	if (slept_ns - sleep->seen_ns <= LEAST_SLEEP_NS)
		return false;
	sleep->total_s += sg_seconds(slept_ns - sleep->seen_ns);
	sleep->untold_s += sg_seconds(slept_ns - sleep->seen_ns);
	sleep->seen_ns = slept_ns;
	sleep->in_hole = true;
	run->lost_s = until_s;
	run->block.running = false;
	return true;
}

void sg_run_tell_sleep(struct sg_run *run)
{
	struct sg_event event;

	if (run->sleep.untold_s == 0.0)
		return;
	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_ALARM, sg_run_now_s(run));
	event.since_s = run->lost_s;
	event.value = run->sleep.untold_s;
	sg_event_say(&event, "the PC slept for %.1f s, some time after %.3f s: nobody watched the cell, and no limit of ours could act",
		     event.value, event.since_s);
	run->sleep.untold_s = 0.0;
	sg_run_tell(run, &event);
}

enum sg_verdict sg_run_watch_sleep(struct sg_run *run)
{
	return sg_run_slept(run) ? sg_run_reconnect(run) : SG_VERDICT_GO_ON;
}

double sg_run_awake_s(const struct sg_run *run)
{
	return sg_run_now_s(run) - run->sleep.total_s;
}

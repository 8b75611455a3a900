/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/timeline.h"

#include <math.h>

#include "detect/thresholds.h"

static void push(struct sg_timeline *t, double raw_s, double now_s)
{
	t->raw_s[1] = t->raw_s[0];
	t->now_s[1] = t->now_s[0];
	t->raw_s[0] = raw_s;
	t->now_s[0] = now_s;
	if (t->count < UINT32_MAX)
		t->count++;
}

static void learn_interval(struct sg_timeline *t, double step_s)
{
	if (t->count <= 2)
		t->interval_s = step_s;
	else if (step_s > t->interval_s)
		t->interval_s *= 1.1;
	else
		t->interval_s /= 1.1;
	t->last_step_s = step_s;
}

static double longest_step_s(const struct sg_timeline *t)
{
	return fmax(SG_GAP_INTERVALS * t->interval_s, SG_GAP_SECONDS);
}

static enum sg_tick go_back(struct sg_timeline *t, double raw_s)
{
	t->restarts++;
	if (t->count > 2 && raw_s > t->raw_s[1] && t->raw_s[0] - t->raw_s[1] > longest_step_s(t)) {
		/* Not the clock: the reading before had a stamp from the future. */
		t->now_s[0] = t->now_s[1] + (raw_s - t->raw_s[1]);
		t->raw_s[0] = raw_s;
		return SG_TICK_RESTART;
	}
	push(t, raw_s, t->now_s[0] + t->interval_s);
	return SG_TICK_RESTART;
}

enum sg_tick sg_timeline_feed(struct sg_timeline *t, double raw_s)
{
	const double step_s = raw_s - t->raw_s[0];
	bool again;

	if (t->count == 0) {
		push(t, raw_s, raw_s);
		return SG_TICK_ON;
	}
	if (step_s == 0.0) {
		t->repeats++;
		return SG_TICK_REPEAT;
	}
	if (step_s < 0.0)
		return go_back(t, raw_s);
	if (t->count > 2 && t->raw_s[0] < t->raw_s[1] && raw_s > t->raw_s[1] &&
	    raw_s - t->raw_s[1] < longest_step_s(t)) {
		/* Not the clock either: the reading before had a stamp from the past. */
		push(t, raw_s, fmax(t->now_s[0], t->now_s[1] + (raw_s - t->raw_s[1])));
		return SG_TICK_ON;
	}
	push(t, raw_s, t->now_s[0] + step_s);
	if (t->count <= SG_GAP_READINGS || step_s <= longest_step_s(t)) {
		learn_interval(t, step_s);
		return SG_TICK_ON;
	}
	/* Two long steps alike are a new interval, not two holes. */
	again = step_s < 1.5 * t->last_step_s && t->last_step_s < 1.5 * step_s;
	t->last_step_s = step_s;
	if (!again)
		return SG_TICK_GAP;
	t->interval_s = step_s;
	return SG_TICK_ON;
}

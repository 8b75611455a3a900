/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wall clock stands in the record and decides nothing. Somebody sets it, or a time server does, by hours perhaps: that is
 * told, so that whoever reads the record can put its rows right, and nothing else follows.
 */
#include <math.h>
#include <stdlib.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

/* A time server slews a clock by 0.05 % at most: more than this between two looks, a second or so apart, is a step. */
#define JUMP_NS (2 * SG_NS_PER_S)

static int64_t ahead_ns(struct sg_clock *clock)
{
	return sg_clock_utc_ns(clock) - sg_clock_now_ns(clock);
}

void sg_run_begin_wall(struct sg_run *run)
{
	run->wall_ns = ahead_ns(run->config->clock);
}

void sg_run_watch_wall(struct sg_run *run)
{
	struct sg_clock *clock = run->config->clock;
	const int64_t by_ns = ahead_ns(clock) - run->wall_ns;
	struct sg_event event;

	run->wall_ns += by_ns;
	/* on a scaled clock the moment between its two readings counts so many times as much */
	if ((double)llabs(by_ns) < fmax(1.0, clock->speed) * (double)JUMP_NS)
		return;
	sg_event_init(&event, SG_EVENT_TIME_FAULT, SG_GRADE_WARNING, sg_run_now_s(run));
	event.value = sg_seconds(by_ns);
	event.unit = SG_UNIT_S;
	sg_event_say(&event, "the wall clock of this PC was set by %+.1f s: UTC of later rows is that much off that of earlier ones; "
			     "test time is not", event.value);
	sg_run_tell(run, &event);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_schedule.h"

#include <math.h>

int64_t fw_ms_nanoseconds(double seconds)
{
	return (int64_t)llround(seconds * 1e9);
}

enum fw_ms_code fw_ms_schedule_start(struct fw_ms_schedule *schedule, int64_t now_ns,
				     double interval_s, double run_s)
{
	if (interval_s > FW_MS_WAIT_MAX_S || run_s > FW_MS_RUN_MAX_S)
		return FW_MS_OUT_OF_BOUNDS;
	if (interval_s < FW_MS_INTERVAL_MIN_S * (1.0 - 1e-9))
		return FW_MS_IMPOSSIBLE_TIMING;
	*schedule = (struct fw_ms_schedule){
		.start_ns = now_ns,
		.interval_ns = fw_ms_nanoseconds(interval_s),
		.run_ns = fw_ms_nanoseconds(run_s),
		.interval_s = interval_s,
		.next = 1,
	};
	if (schedule->run_ns < schedule->interval_ns)
		return FW_MS_NO_STEPS;
	fw_ms_schedule_next(schedule, now_ns);
	return FW_MS_OK;
}

void fw_ms_schedule_next(struct fw_ms_schedule *schedule, int64_t now_ns)
{
	int64_t last = schedule->run_ns / schedule->interval_ns;
	int64_t passed = (now_ns - schedule->start_ns) / schedule->interval_ns;
	int64_t at_ns;

	schedule->ends = schedule->next > last;
	schedule->late = false;
	if (schedule->ends) {
		at_ns = schedule->start_ns + schedule->run_ns;
	} else {
		if (passed > last)
			passed = last;
		if (passed > schedule->next)
			schedule->next = passed;
		at_ns = schedule->start_ns + schedule->next * schedule->interval_ns;
		schedule->late = at_ns < now_ns;
		schedule->next++;
	}
	schedule->due_ns = at_ns > now_ns ? at_ns : now_ns;
}

void fw_ms_schedule_shift(struct fw_ms_schedule *schedule, int64_t by_ns)
{
	schedule->start_ns += by_ns;
	schedule->due_ns += by_ns;
}

/* SPDX-License-Identifier: Apache-2.0 */
/** @file How often a test has gone on after a crash, and over which holes: for result.json. */
#ifndef SG_HOST_RESUMES_H
#define SG_HOST_RESUMES_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

#define SG_RESUMES_MAX 64

struct sg_resume_note {
	enum sg_event_type type; /**< PROGRAM_LOST or POWER_LOST */
	int64_t utc_ns;          /**< when it went on */
	double since_s;          /**< test time of the latest row before */
	double time_s;           /**< test time at which it went on */
};

/** The first of them, and how many there were. */
struct sg_resumes {
	size_t count;
	struct sg_resume_note list[SG_RESUMES_MAX];
};

/** Keep an event if it is one. */
static inline void sg_resumes_add(struct sg_resumes *resumes, const struct sg_event *event, int64_t utc_ns)
{
	if (event->type != SG_EVENT_PROGRAM_LOST && event->type != SG_EVENT_POWER_LOST)
		return;
	if (resumes->count < SG_RESUMES_MAX)
		resumes->list[resumes->count] = (struct sg_resume_note){ event->type, utc_ns, event->since_s, event->time_s };
	resumes->count++;
}

#endif

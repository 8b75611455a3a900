/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * An alarm that is looked into by a pulse before it is acted upon: a block of its own, outside the plan. Its samples are
 * recorded and booked, and its charge is in the model of the diffusion limit; the detectors do not see it, and it is no
 * half-step of the result. Internal to this room.
 */
#ifndef SG_RUNNER_VERIFY_H
#define SG_RUNNER_VERIFY_H

#include <stdbool.h>

#include "core/event.h"
#include "experiment/engine.h"
#include "experiment/plan.h"
#include "experiment/pulse.h"
#include "experiment/verification.h"
#include "format/row.h"

struct sg_run;

struct sg_verify_state {
	struct sg_pulse_pace pace; /**< of this instrument */
	struct sg_event alarm;
	struct sg_verify_before before;
	struct sg_step steps[SG_PULSE_PARTS];
	struct sg_pulse_readings parts[SG_PULSE_PARTS];
};

/** Of the events that one sample caused: the alarm that asks for a pulse; NULL: none does. */
const struct sg_event *sg_run_alarm_to_verify(const struct sg_run *run, const struct sg_event *events, size_t count);

/** Keep it, with the sample that raised it, until the pulse is over. */
void sg_run_keep_alarm(struct sg_run *run, const struct sg_event *alarm, const struct sg_row *row);

/** A sample of the pulse. */
void sg_run_pulse_sample(struct sg_run *run, const struct sg_row *row);

/**
 * The block in which the alarm was raised has ended, cell off: the pulse, then what the plan says to what it showed.
 * The engine stands where the test goes on, if it does.
 */
enum sg_verdict sg_run_verify(struct sg_run *run);

/** There can be no pulse: told, with the plan's answer to the alarm alone. */
enum sg_verdict sg_run_verify_without(struct sg_run *run, const char *because);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/event.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *sg_event_name(enum sg_event_type type)
{
	switch (type) {
	case SG_EVENT_RUN_STARTED:
		return "run_started";
	case SG_EVENT_STEP_STARTED:
		return "step_started";
	case SG_EVENT_STEP_ENDED:
		return "step_ended";
	case SG_EVENT_RUN_ENDED:
		return "run_ended";
	case SG_EVENT_OPERATOR:
		return "operator";
	case SG_EVENT_HARD_SHORT:
		return "hard_short";
	case SG_EVENT_SHORT_OR_SENSE:
		return "short_or_sense";
	case SG_EVENT_SOFT_SHORT:
		return "soft_short";
	case SG_EVENT_SHORT_FROM_START:
		return "short_from_start";
	case SG_EVENT_POLARIZATION:
		return "polarization";
	case SG_EVENT_CONTACT_STEP:
		return "contact_step";
	case SG_EVENT_CONTACT_OPEN:
		return "contact_open";
	case SG_EVENT_SENSE_LOST:
		return "sense_lost";
	case SG_EVENT_RANGE_GLITCH:
		return "range_glitch";
	case SG_EVENT_DIFFUSION_LIMIT:
		return "diffusion_limit";
	case SG_EVENT_THERMAL:
		return "thermal";
	case SG_EVENT_DATA_FAULT:
		return "data_fault";
	case SG_EVENT_TIME_FAULT:
		return "time_fault";
	case SG_EVENT_GAP:
		return "gap";
	case SG_EVENT_LIMIT:
		return "limit";
	case SG_EVENT_TEMPERATURE:
		return "temperature";
	case SG_EVENT_COMMUNICATION:
		return "communication";
	case SG_EVENT_RESISTANCE_DOUBLED:
		return "resistance_doubled";
	case SG_EVENT_VERIFY:
		return "verify";
	case SG_EVENT_PAUSE:
		return "pause";
	case SG_EVENT_CHAMBER_ALARM:
		return "chamber_alarm";
	case SG_EVENT_SAFE_OFF:
		return "safe_off";
	case SG_EVENT_DISK:
		return "disk";
	case SG_EVENT_GUARDIAN:
		return "guardian";
	case SG_EVENT_PROGRAM_LOST:
		return "program_lost";
	case SG_EVENT_POWER_LOST:
		return "power_lost";
	case SG_EVENT_TYPES:
		break;
	}
	return "unknown";
}

const char *sg_grade_name(enum sg_grade grade)
{
	switch (grade) {
	case SG_GRADE_INFO:
		return "info";
	case SG_GRADE_WARNING:
		return "warning";
	case SG_GRADE_ALARM:
		return "alarm";
	}
	return "unknown";
}

void sg_event_init(struct sg_event *event, enum sg_event_type type, enum sg_grade grade, double time_s)
{
	memset(event, 0, sizeof(*event));
	event->type = type;
	event->grade = grade;
	event->time_s = time_s;
	event->since_s = time_s;
	event->value = NAN;
	event->reference = NAN;
}

void sg_event_say(struct sg_event *event, const char *format, ...)
{
	int wanted;
	va_list args;

	va_start(args, format);
	wanted = vsnprintf(event->text, sizeof(event->text), format, args);
	va_end(args);
	if (wanted >= (int)sizeof(event->text))
		memcpy(event->text + sizeof(event->text) - 4, "...", 4);
}

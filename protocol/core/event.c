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

/* What an event of this type is usually held against. */
static enum sg_unit unit_of_type(enum sg_event_type type)
{
	switch (type) {
	case SG_EVENT_HARD_SHORT:
	case SG_EVENT_SHORT_OR_SENSE:
	case SG_EVENT_SOFT_SHORT:
	case SG_EVENT_SHORT_FROM_START:
	case SG_EVENT_POLARIZATION:
	case SG_EVENT_CONTACT_STEP:
	case SG_EVENT_CONTACT_OPEN:
	case SG_EVENT_THERMAL:
	case SG_EVENT_VERIFY:
		return SG_UNIT_OHM;
	case SG_EVENT_SENSE_LOST:
	case SG_EVENT_LIMIT:
		return SG_UNIT_V;
	case SG_EVENT_RESISTANCE_DOUBLED:
		return SG_UNIT_MAH_CM2;
	case SG_EVENT_STEP_STARTED:
		return SG_UNIT_MA_CM2;
	case SG_EVENT_DIFFUSION_LIMIT:
	case SG_EVENT_RANGE_GLITCH:
		return SG_UNIT_1;
	case SG_EVENT_GAP:
	case SG_EVENT_COMMUNICATION:
	case SG_EVENT_PAUSE:
	case SG_EVENT_DISK:
	case SG_EVENT_GUARDIAN:
	case SG_EVENT_PROGRAM_LOST:
	case SG_EVENT_POWER_LOST:
		return SG_UNIT_S;
	case SG_EVENT_TEMPERATURE:
		return SG_UNIT_DEGC;
	case SG_EVENT_DATA_FAULT: /* many kinds: whoever tells it says so */
	case SG_EVENT_TIME_FAULT:
	case SG_EVENT_RUN_STARTED:
	case SG_EVENT_STEP_ENDED:
	case SG_EVENT_RUN_ENDED:
	case SG_EVENT_OPERATOR:
	case SG_EVENT_CHAMBER_ALARM:
	case SG_EVENT_SAFE_OFF:
	case SG_EVENT_TYPES:
		break;
	}
	return SG_UNIT_NONE;
}

enum sg_unit sg_event_unit(const struct sg_event *event)
{
	if (!isfinite(event->value) && !isfinite(event->reference))
		return SG_UNIT_NONE;
	return event->unit == SG_UNIT_OF_TYPE ? unit_of_type(event->type) : event->unit;
}

const char *sg_unit_name(enum sg_unit unit)
{
	static const char *const names[SG_UNITS] = {
		[SG_UNIT_OF_TYPE] = "", [SG_UNIT_NONE] = "",	      [SG_UNIT_OHM] = "ohm",	      [SG_UNIT_V] = "V",
		[SG_UNIT_A] = "A",	[SG_UNIT_S] = "s",	      [SG_UNIT_DEGC] = "degC",	      [SG_UNIT_MA_CM2] = "mA/cm2",
		[SG_UNIT_MAH] = "mAh",	[SG_UNIT_MAH_CM2] = "mAh/cm2", [SG_UNIT_1] = "1",
	};

	return unit < SG_UNITS ? names[unit] : "";
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

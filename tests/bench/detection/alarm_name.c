/* SPDX-License-Identifier: Apache-2.0 */
#include "alarm_name.h"

#include <stddef.h>
#include <string.h>

bool alarm_is_of_cell(const char *type)
{
	static const char *const names[] = { "hard_short", "soft_short", "short_from_start", "polarization" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(type, names[i]) == 0)
			return true;
	}
	return false;
}

const char *alarm_name(const struct sg_event *event)
{
	/* Ours, and what the list calls it. By name, so that a class still to be written needs no change here. */
	static const char *const names[][2] = {
		{ "hard_short", "hard_short" },		{ "soft_short", "soft_short" },
		{ "short_from_start", "short_from_start" }, { "polarization", "polarization" },
		{ "short_or_sense", "short_or_sense" },	{ "contact_step", "contact_step" },
		{ "contact_open", "contact_open" },	{ "sense_lost", "sense_lost" },
		{ "range_glitch", "range_glitch" },	{ "thermal", "thermal" },
		{ "time_fault", "time_fault" },		{ "gap", "time_fault" },
		{ "data_fault", "data_fault" },
	};
	const char *ours = sg_event_name(event->type);

	if (event->grade == SG_GRADE_INFO && alarm_is_of_cell(ours))
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(ours, names[i][0]) == 0)
			return names[i][1];
	}
	return NULL;
}

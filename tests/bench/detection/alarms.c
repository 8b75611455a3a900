/* SPDX-License-Identifier: Apache-2.0 */
#include "alarms.h"

#include <string.h>

static const char *const names[ALARM_CLASSES] = { "hard_short", "soft_short", "short_from_start", "polarization",
						  "short_or_sense", "bench" };

enum alarm_class alarm_class_of(const char *type)
{
	for (int c = 0; c < ALARM_BENCH; c++) {
		if (strcmp(type, names[c]) == 0)
			return (enum alarm_class)c;
	}
	return ALARM_BENCH;
}

const char *alarm_class_name(enum alarm_class class)
{
	return names[class];
}

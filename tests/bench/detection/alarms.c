/* SPDX-License-Identifier: Apache-2.0 */
#include "alarms.h"

#include <stdlib.h>
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

bool alarms_add(struct alarms *alarms, const struct alarm *alarm)
{
	if (alarms->count == alarms->room) {
		const size_t room = alarms->room ? 2 * alarms->room : 256;
		struct alarm *grown = realloc(alarms->list, room * sizeof(*grown));

		if (!grown)
			return false;
		alarms->list = grown;
		alarms->room = room;
	}
	alarms->list[alarms->count++] = *alarm;
	return true;
}

void alarms_fini(struct alarms *alarms)
{
	free(alarms->list);
	*alarms = (struct alarms){ .list = NULL };
}

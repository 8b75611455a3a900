/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What an examinee said of one trial, with what was true at that row.
 */
#ifndef DETECTION_ALARMS_H
#define DETECTION_ALARMS_H

#include <stdbool.h>
#include <stddef.h>

enum alarm_class { ALARM_HARD, ALARM_SOFT, ALARM_START, ALARM_POLARIZATION, ALARM_CELL_CLASSES,
		   ALARM_SHORT_OR_SENSE = ALARM_CELL_CLASSES, ALARM_BENCH, ALARM_CLASSES };

struct alarm {
	enum alarm_class class;
	const char *type;
	double true_s;   /* when it was said, not since when it claims to be so */
	double table_s;
	long n;          /* row it was said at */
	double drop;     /* true at that row, NAN without a twin */
	double excess;
};

struct alarms {
	struct alarm *list;
	size_t count, room;
};

/** {0} is an empty list. @retval false out of memory */
bool alarms_add(struct alarms *alarms, const struct alarm *alarm);
void alarms_fini(struct alarms *alarms);

/** @param type  as from alarm_name() */
enum alarm_class alarm_class_of(const char *type);
const char *alarm_class_name(enum alarm_class class);

#endif

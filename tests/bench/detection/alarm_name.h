/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Events of ours in the words of a list of alarms: name,time_s,type.
 */
#ifndef DETECTION_ALARM_NAME_H
#define DETECTION_ALARM_NAME_H

#include <stdbool.h>

#include "core/event.h"

/** Whether the type says something about the cell, and is a false alarm where nothing happened. */
bool alarm_is_of_cell(const char *type);

/**
 * @return the type's word in a list of alarms, or NULL if the event does not belong into one: it says nothing of
 *         the trace, or it is of grade "info" and of a cell class (told to a person as not yet certain).
 *         Static storage.
 */
const char *alarm_name(const struct sg_event *event);

#endif

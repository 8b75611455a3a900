/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * events.csv: one line per event. Columns, a stable interface:
 *
 *   time_s       test time at which it was recognized
 *   unix_time_s  UTC, seconds since 1970, when it was written down
 *   type         as sg_event_name(): "hard_short", "limit", ...
 *   grade        "info", "warning", "alarm"
 *   since_s      test time of the first sample that belongs to it
 *   step_count   as in the table of samples; 0 before the first step
 *   value        the evidence; empty if none
 *   reference    what it was held against, in the same unit; empty if none
 *   text         one sentence
 *   unit         of value and reference, as sg_unit_name(): "ohm", "mAh/cm2", ...; empty if there is none. Since version 2 of the
 *                format (result.json's format_version); earlier tables end with the text
 */
#ifndef SG_FORMAT_EVENTS_TABLE_H
#define SG_FORMAT_EVENTS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

/** Storage that always holds one line: the text may double in quotes. */
#define SG_EVENTS_LINE_SIZE (2 * SG_EVENT_TEXT_SIZE + 512)

/** @return bytes written to line, with the line feed, without the NUL; 0 if size is too small */
size_t sg_events_header(char *line, size_t size);
size_t sg_events_line(const struct sg_event *event, int64_t utc_ns, char *line, size_t size);

#endif

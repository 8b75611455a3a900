/* SPDX-License-Identifier: Apache-2.0 */
/** @file Lines that format/events_table.h wrote, back to events: for a test that goes on after a crash. */
#ifndef SG_FORMAT_EVENTS_READ_H
#define SG_FORMAT_EVENTS_READ_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/event.h"

/**
 * One line, without its line feed.
 * @param utc_ns  -1 if it was not known
 * @retval SG_ERR_FORMAT  not one of ours
 */
enum sg_err sg_events_read(struct sg_event *event, int64_t *utc_ns, const char *line, size_t length);

#endif

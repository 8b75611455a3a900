/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The metadata sidecar of a BDF table, `<name>.bdf.metadata.json`: who, what cell, which protocol, and
 * how the run departed from it. Readers refuse a sidecar with one unknown member, table and all, so
 * nothing is written outside of the published records but `extras`.
 *
 * Source: Battery Data Alliance, battery-data-format, src/bdf/metadata.py; BIG-MAP/BattINFO, schemas test,
 * cell-instance, channel, equipment, test-protocol.
 */
#ifndef SG_HOST_SIDECAR_H
#define SG_HOST_SIDECAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "host/recorder.h"
#include "host/run_folder.h"

#define SG_DEVIATIONS_MAX 100

struct sg_deviation {
	const char *category; /**< of BattINFO's list; static storage */
	enum sg_event_type type;
	enum sg_grade grade;
	uint32_t step;
	int64_t utc_ns;
	char text[SG_EVENT_TEXT_SIZE];
};

/** The first departures from the protocol, and how many there were. */
struct sg_deviations {
	size_t count;
	size_t kept;
	struct sg_deviation list[SG_DEVIATIONS_MAX];
};

/** Keep an event if it is one: a fault, an interruption, a limit; not what the cell did. */
void sg_deviations_add(struct sg_deviations *deviations, const struct sg_event *event, int64_t utc_ns);

/** Storage that holds the sidecar of a plan with so many steps. */
size_t sg_sidecar_size(const struct sg_plan *plan);

/** @return bytes written; 0 if size is too small even without the method */
size_t sg_sidecar_json(const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		       const struct sg_deviations *deviations, const struct sg_run_summary *summary, char *storage,
		       size_t size);

#endif

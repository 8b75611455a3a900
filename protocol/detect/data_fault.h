/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What is wrong with the record, not with the cell. A reading that any of these calls faulty is no
 * sample: no statistics, no resistance, no cell event. Each episode is told once, at its first reading.
 */
#ifndef SG_DETECT_DATA_FAULT_H
#define SG_DETECT_DATA_FAULT_H

#include "detect/detector.h"
#include "detect/timeline.h"

/**
 * Before anything else: a time, voltage or current that is not a number, or out of the instrument's range.
 * @param count  of the events so far; grows by those written to events[count...]
 * @return whether the reading may be used
 */
bool sg_fault_check_values(struct sg_faults *faults, const struct sg_reading *reading, struct sg_event *events,
			   size_t *count);

/** Tell what the timeline found. A restart and a gap leave the reading usable. */
bool sg_fault_check_time(const struct sg_timeline *timeline, enum sg_tick tick, const struct sg_reading *reading,
			 struct sg_event *events, size_t *count);

/** Current off its set value: by the instrument's flag, or measured. Told when it lasts. */
bool sg_fault_check_current(struct sg_faults *faults, const struct sg_reading *reading, double now_s, bool on_level,
			    struct sg_event *events, size_t *count);

/** Voltage on the rail of the source. compliance_v may be NAN: then never. */
bool sg_fault_check_rail(struct sg_faults *faults, const struct sg_reading *reading, double compliance_v,
			 struct sg_event *events, size_t *count);

/**
 * The same voltage code again and again, where noise used to move it. For readings with a current.
 * @param noise_codes  rms noise of the voltage in units of its smallest change; 0 if unknown
 */
bool sg_fault_check_stuck(struct sg_faults *faults, const struct sg_reading *reading, double noise_codes,
			  struct sg_event *events, size_t *count);

/** A new stretch or a gap: a run of equal codes begins anew. */
void sg_fault_break_run(struct sg_faults *faults);

#endif

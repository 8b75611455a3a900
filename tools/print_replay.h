/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a replay found, on standard output, behind its events.
 */
#ifndef SG_TOOLS_PRINT_REPLAY_H
#define SG_TOOLS_PRINT_REPLAY_H

#include "experiment/replay.h"

/**
 * For people: the table per half-step, the outcome, the marks of a polarization, and what is used of the limit in the end.
 * @param proposed_ma_cm2  how long could such a current go on from there? NAN: nobody asked
 */
void sg_print_replay(const struct sg_replay *replay, double proposed_ma_cm2);

/**
 * The same for programs: an object a line, {"type":"half_step", ...} for each half-step with the members of per_half_step in
 * result.json, then {"type":"summary", ...}: rows, rows_left_out, half_step_count, short_time_s, ccd_..., first_..., polarization
 * (found, and t10_s, t10_mAh_cm2, ...), limit (metal, set, and A_low, A_high, B_low, B_high where the table ends; null without a
 * metal; with proposed_mA_cm2, and the earliest and the latest time to the limit of either direction in s, null: none,
 * A_earliest_s, A_latest_s, ...), event_counts. Without an area names end in mA and mAh instead of mA_cm2 and mAh_cm2.
 */
void sg_print_replay_json(const struct sg_replay *replay, double proposed_ma_cm2);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Parts of a result as members of a JSON object: the same in result.json and in what `sandglass replay --json` says.
 */
#ifndef SG_EXPERIMENT_RESULT_MEMBERS_H
#define SG_EXPERIMENT_RESULT_MEMBERS_H

#include "experiment/result.h"
#include "format/json_line.h"

/**
 * The members of one half-step, into the object that is open. See driver/host/result_json.h for what they are. Without an
 * area (result->areal) current_mA and charge_mAh stand for density_mA_cm2 and charge_mAh_cm2, and so on.
 * @param index  from 1
 */
void sg_result_put_half_step(struct sg_json *json, const struct sg_result *result, const struct sg_half_step *half, size_t index);

/**
 * The first finding of each kind: first_soft_short_mA_cm2 (|density|; first_soft_short_mA without an area) and
 * first_soft_short_half_step (from 1), and the same of short_from_start, polarization, short_or_sense; null if there was none.
 */
void sg_result_put_first(struct sg_json *json, const struct sg_result *result);

/**
 * The object "polarization": found, and of t10, t_inflect, t2x and t_compl the time and the areal capacity of the half-step (t10_mAh
 * without an area), of the first that was told; all null if none was.
 */
void sg_result_put_polarization(struct sg_json *json, const struct sg_result *result);

#endif

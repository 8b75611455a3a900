/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The plan as a BattINFO method: ordered steps, with repeats folded into groups.
 */
#ifndef SG_HOST_SIDECAR_METHOD_H
#define SG_HOST_SIDECAR_METHOD_H

#include "experiment/plan.h"
#include "format/json_line.h"

/** Add the array "method" to the open object. */
void sg_sidecar_method(struct sg_json *json, const struct sg_plan *plan);

#endif

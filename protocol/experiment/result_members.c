/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/result_members.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"

void sg_result_put_half_step(struct sg_json *json, const struct sg_result *result, const struct sg_half_step *half, size_t index)
{
	const bool areal = result->areal;
	const double area_cm2 = result->area_cm2;

	sg_json_integer(json, "index", (int64_t)index);
	sg_json_integer(json, "step_count", half->step_count);
	sg_json_integer(json, "cycle", half->cycle);
	sg_json_number(json, areal ? "density_mA_cm2" : "current_mA", half->density_ma_cm2, 9);
	sg_json_number(json, "begin_s", half->begin_s, 12);
	sg_json_number(json, "planned_s", half->planned_s > 0 ? half->planned_s : NAN, 12);
	sg_json_number(json, "duration_s", half->end_s - half->begin_s, 9);
	sg_json_number(json, areal ? "charge_mAh_cm2" : "charge_mAh", sg_areal_mah_cm2(half->charge_c, area_cm2), 9);
	sg_json_number(json, areal ? "unknown_before_mAh_cm2" : "unknown_before_mAh",
		       sg_areal_mah_cm2(half->unknown_c, area_cm2), 9);
	sg_json_number(json, areal ? "unknown_end_mAh_cm2" : "unknown_end_mAh",
		       sg_areal_mah_cm2(half->unknown_end_c, area_cm2), 9);
	sg_json_number(json, "voltage_first_V", half->voltage_first_v, 9);
	sg_json_number(json, "voltage_last_V", half->voltage_last_v, 9);
	sg_json_number(json, "resistance_ohm", half->resistance_ohm, 9);
	sg_json_number(json, "temperature_degC", half->temperature_c, 5);
	sg_json_number(json, "limit_fraction_low", half->limit_low, 5);
	sg_json_number(json, "limit_fraction_high", half->limit_high, 5);
	sg_json_integer(json, "samples", half->samples);
	sg_json_boolean(json, "complete", half->complete);
	sg_json_boolean(json, "shorted", half->shorted);
	sg_json_boolean(json, "witnessed", half->witnessed);
	sg_json_string(json, "end", sg_end_name(half->end));
}

void sg_result_put_first(struct sg_json *json, const struct sg_result *result)
{
	for (size_t i = 0; i < SG_FOUND_KINDS; i++) {
		const struct sg_first_finding *first = &result->first[i];
		const char *name = sg_event_name(sg_finding_event((enum sg_finding_kind)i));
		char key[64];

		snprintf(key, sizeof(key), "first_%s_%s", name, result->areal ? "mA_cm2" : "mA");
		sg_json_number(json, key, first->half_step ? fabs(first->density_ma_cm2) : NAN, 9);
		snprintf(key, sizeof(key), "first_%s_half_step", name);
		if (first->half_step)
			sg_json_integer(json, key, first->half_step);
		else
			sg_json_null(json, key);
	}
}

static void put_capacity(struct sg_json *json, const char *mark, double capacity_mah_cm2, bool areal)
{
	char key[32];

	snprintf(key, sizeof(key), "%s_%s", mark, areal ? "mAh_cm2" : "mAh");
	sg_json_number(json, key, capacity_mah_cm2, 6);
}

void sg_result_put_polarization(struct sg_json *json, const struct sg_result *result)
{
	const bool found = sg_result_is_polarized(result), areal = result->areal;
	const struct sg_polarization *p = &result->polarization;

	sg_json_open_object(json, "polarization");
	sg_json_boolean(json, "found", found);
	sg_json_number(json, "t10_s", found ? p->t10_s : NAN, 12);
	put_capacity(json, "t10", found ? p->c10_mah_cm2 : NAN, areal);
	sg_json_number(json, "t_inflect_s", found ? p->t_inflect_s : NAN, 12);
	sg_json_number(json, "t_inflect_unsure_s", found ? p->inflect_unsure_s : NAN, 6);
	put_capacity(json, "t_inflect", found ? p->c_inflect_mah_cm2 : NAN, areal);
	sg_json_number(json, "t2x_s", found ? p->t2x_s : NAN, 12);
	put_capacity(json, "t2x", found ? p->c2x_mah_cm2 : NAN, areal);
	sg_json_number(json, "t_compl_s", found ? p->t_compl_s : NAN, 12);
	put_capacity(json, "t_compl", found ? p->c_compl_mah_cm2 : NAN, areal);
	sg_json_close(json);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

enum sg_err sg_result_init(struct sg_result *result, double area_cm2, bool is_ccd, size_t capacity)
{
	memset(result, 0, sizeof(*result));
	result->half_steps = calloc(capacity ? capacity : 1, sizeof(*result->half_steps));
	if (!result->half_steps)
		return SG_ERR_NO_MEMORY;
	result->areal = !isnan(area_cm2);
	result->area_cm2 = result->areal ? area_cm2 : 1.0;
	result->capacity = capacity;
	result->is_ccd = is_ccd;
	result->in_ramp = is_ccd;
	result->ccd_short_ma_cm2 = NAN;
	result->ccd_last_good_ma_cm2 = NAN;
	result->short_time_s = NAN;
	result->polarization.t2x_s = NAN; /* none was told */
	for (size_t i = 0; i < SG_FOUND_KINDS; i++)
		result->first[i] = (struct sg_first_finding){ .density_ma_cm2 = NAN, .since_s = NAN };
	return SG_OK;
}

void sg_result_fini(struct sg_result *result)
{
	free(result->half_steps);
	memset(result, 0, sizeof(*result));
}

void sg_result_ramp(struct sg_result *result, bool is_ccd)
{
	result->in_ramp = is_ccd;
}

void sg_result_begin(struct sg_result *result, uint32_t step_count, uint32_t cycle, double density_ma_cm2,
		     double planned_s, double time_s)
{
	struct sg_half_step *h;

	if (result->at)
		sg_result_end(result, time_s, SG_END_NONE, false);
	h = result->count < result->capacity ? &result->half_steps[result->count++] : &result->beyond;
	*h = (struct sg_half_step){
		.step_count = step_count,
		.cycle = cycle,
		.density_ma_cm2 = density_ma_cm2,
		.begin_s = time_s,
		.end_s = time_s,
		.planned_s = planned_s,
		.voltage_first_v = NAN,
		.voltage_last_v = NAN,
		.resistance_ohm = NAN,
		.temperature_c = NAN,
		.limit_low = NAN,
		.limit_high = NAN,
		.is_ccd = result->in_ramp,
		.witnessed = true,
	};
	result->at = h;
	result->temperature_sum_c = 0.0;
	result->temperature_count = 0;
}

void sg_result_unknown_before(struct sg_result *result, double charge_c)
{
	if (result->at)
		result->at->unknown_c = charge_c;
}

void sg_result_voltage(struct sg_result *result, double voltage_v)
{
	if (result->at && isnan(result->at->voltage_first_v))
		result->at->voltage_first_v = voltage_v;
}

void sg_result_sample(struct sg_result *result, double time_s, double voltage_v, double current_a,
		      double temperature_c, bool valid, double charge_c)
{
	struct sg_half_step *h = result->at;

	if (!h)
		return;
	h->end_s = time_s;
	h->charge_c = charge_c;
	h->samples++;
	if (!isnan(temperature_c)) {
		result->temperature_sum_c += temperature_c;
		result->temperature_count++;
		h->temperature_c = result->temperature_sum_c / result->temperature_count;
	}
	if (!valid)
		return;
	sg_result_voltage(result, voltage_v);
	h->voltage_last_v = voltage_v;
	h->resistance_ohm = voltage_v / current_a;
}

void sg_result_limit(struct sg_result *result, double low, double high)
{
	struct sg_half_step *h = result->at;

	if (!h || isnan(high) || high < h->limit_high)
		return;
	h->limit_low = low;
	h->limit_high = high;
}

void sg_result_polarization(struct sg_result *result, const struct sg_polarization *marks)
{
	result->polarization = *marks;
}

bool sg_result_is_polarized(const struct sg_result *result)
{
	return result->polarization.ever_told || isfinite(result->polarization.t2x_s);
}

void sg_result_ran_on(struct sg_result *result, double time_s, double charge_c)
{
	if (!result->at)
		return;
	result->at->end_s = time_s;
	result->at->charge_c = charge_c;
}

void sg_result_unwitnessed(struct sg_result *result, double time_s, double charge_c, double unknown_c)
{
	sg_result_ran_on(result, time_s, charge_c);
	if (!result->at)
		return;
	result->at->witnessed = false;
	result->at->unknown_end_c = unknown_c;
}

/* Ran its time, and somebody saw how it ended. */
static bool is_good(const struct sg_half_step *h)
{
	return h->complete && h->witnessed;
}

/*
 * The last half-step that ran to its end before a short. With equal densities forth and back this may be the
 * level of the short itself: the first polarity held, the second did not.
 */
static void count_good(struct sg_result *result, const struct sg_half_step *h)
{
	if (h->is_ccd && is_good(h) && !h->shorted && !result->short_found)
		result->ccd_last_good_ma_cm2 = fabs(h->density_ma_cm2);
}

void sg_result_end(struct sg_result *result, double time_s, enum sg_end end, bool complete)
{
	struct sg_half_step *h = result->at;
	double moved_mah_cm2;

	if (!h)
		return;
	if (h->samples == 0 && h->witnessed)
		h->end_s = time_s;
	h->end = end;
	h->complete = complete;
	moved_mah_cm2 = sg_areal_mah_cm2(h->charge_c, result->area_cm2);
	result->cumulative_mah_cm2 += fabs(moved_mah_cm2);
	result->net_mah_cm2 += moved_mah_cm2;
	count_good(result, h);
	result->at = NULL;
}

size_t sg_result_half_step_at(const struct sg_result *result, double time_s)
{
	for (size_t i = result->count; i-- > 0;) {
		if (time_s > result->half_steps[i].begin_s)
			return i;
	}
	return 0;
}

/* A short that was there before its first half-step ended takes back that this one was good. */
static void take_back(struct sg_result *result, size_t index)
{
	result->ccd_last_good_ma_cm2 = NAN;
	for (size_t i = 0; i < index; i++) {
		if (result->half_steps[i].is_ccd && is_good(&result->half_steps[i]))
			result->ccd_last_good_ma_cm2 = fabs(result->half_steps[i].density_ma_cm2);
	}
}

enum sg_event_type sg_finding_event(enum sg_finding_kind kind)
{
	static const enum sg_event_type types[SG_FOUND_KINDS] = {
		[SG_FOUND_FROM_START] = SG_EVENT_SHORT_FROM_START,
		[SG_FOUND_SOFT_SHORT] = SG_EVENT_SOFT_SHORT,
		[SG_FOUND_POLARIZATION] = SG_EVENT_POLARIZATION,
		[SG_FOUND_SHORT_OR_SENSE] = SG_EVENT_SHORT_OR_SENSE,
	};

	return kind < SG_FOUND_KINDS ? types[kind] : SG_EVENT_TYPES;
}

bool sg_result_came_first(const struct sg_result *result, enum sg_finding_kind kind)
{
	const struct sg_first_finding *first = &result->first[kind];

	return first->half_step && !(first->since_s >= result->short_time_s);
}

static void remember_first(struct sg_result *result, const struct sg_event *event)
{
	size_t kind = 0, index;

	while (kind < SG_FOUND_KINDS && sg_finding_event((enum sg_finding_kind)kind) != event->type)
		kind++;
	if (kind == SG_FOUND_KINDS || event->grade == SG_GRADE_INFO || result->first[kind].half_step || result->count == 0)
		return;
	index = sg_result_half_step_at(result, event->since_s);
	result->first[kind] = (struct sg_first_finding){
		.density_ma_cm2 = result->half_steps[index].density_ma_cm2,
		.since_s = event->since_s,
		.half_step = (uint32_t)index + 1u,
	};
}

void sg_result_event(struct sg_result *result, const struct sg_event *event)
{
	size_t index;

	if ((size_t)event->type < SG_EVENT_TYPES)
		result->event_counts[event->type]++;
	remember_first(result, event);
	if (event->type != SG_EVENT_HARD_SHORT || result->short_found || result->count == 0)
		return;
	index = sg_result_half_step_at(result, event->since_s);
	result->short_found = true;
	result->short_time_s = event->since_s;
	result->half_steps[index].shorted = true;
	if (result->half_steps[index].is_ccd)
		result->ccd_short_ma_cm2 = fabs(result->half_steps[index].density_ma_cm2);
	take_back(result, index);
}

void sg_result_no_short(struct sg_result *result)
{
	if (!result->short_found)
		return;
	result->short_found = false;
	result->short_time_s = NAN;
	result->ccd_short_ma_cm2 = NAN;
	for (size_t i = 0; i < result->count; i++)
		result->half_steps[i].shorted = false;
	take_back(result, result->count);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "print_replay.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"
#include "experiment/forecast.h"
#include "experiment/result_members.h"
#include "print_result.h"

/** Every type of event with its count, and what else is in a summary. */
#define OBJECT_SIZE 8192

/* From where the table ends; positive strips A. */
static struct sg_interval time_left(const struct sg_watch *watch, double proposed_ma_cm2, enum sg_electrode electrode)
{
	const double current_a = sg_current_a(proposed_ma_cm2, watch->exposure.config.area_cm2);

	return sg_watch_time_to_limit(watch, electrode, electrode == SG_ELECTRODE_B ? -current_a : current_a);
}

static void put_proposed(struct sg_json *json, const struct sg_watch *watch, double proposed_ma_cm2)
{
	const struct sg_interval a = time_left(watch, proposed_ma_cm2, SG_ELECTRODE_A);
	const struct sg_interval b = time_left(watch, proposed_ma_cm2, SG_ELECTRODE_B);

	sg_json_number(json, "proposed_mA_cm2", proposed_ma_cm2, 9);
	sg_json_number(json, "A_earliest_s", a.low, 6);
	sg_json_number(json, "A_latest_s", a.high, 6);
	sg_json_number(json, "B_earliest_s", b.low, 6);
	sg_json_number(json, "B_latest_s", b.high, 6);
}

static void put_limit(struct sg_json *json, const struct sg_watch *watch, double proposed_ma_cm2)
{
	const struct sg_interval a = sg_watch_fraction(watch, SG_ELECTRODE_A), b = sg_watch_fraction(watch, SG_ELECTRODE_B);

	if (!watch->has_model) {
		sg_json_null(json, "limit");
		return;
	}
	sg_json_open_object(json, "limit");
	sg_json_string(json, "metal", watch->exposure.config.material.metal->symbol);
	sg_json_string(json, "set", watch->exposure.config.material.name);
	sg_json_number(json, "A_low", a.low, 5);
	sg_json_number(json, "A_high", a.high, 5);
	sg_json_number(json, "B_low", b.low, 5);
	sg_json_number(json, "B_high", b.high, 5);
	if (!isnan(proposed_ma_cm2))
		put_proposed(json, watch, proposed_ma_cm2);
	sg_json_close(json);
}

static void put_event_counts(struct sg_json *json, const struct sg_result *r)
{
	sg_json_open_object(json, "event_counts");
	for (int type = 0; type < SG_EVENT_TYPES; type++) {
		if (r->event_counts[type])
			sg_json_integer(json, sg_event_name((enum sg_event_type)type), r->event_counts[type]);
	}
	sg_json_close(json);
}

static void print_object(struct sg_json *json)
{
	if (sg_json_end(json))
		fputs(json->data, stdout);
}

void sg_print_replay_json(const struct sg_replay *replay, double proposed_ma_cm2)
{
	const struct sg_result *r = &replay->result;
	char storage[OBJECT_SIZE];
	struct sg_json json;

	for (size_t i = 0; i < r->count; i++) {
		sg_json_begin(&json, storage, sizeof(storage), false);
		sg_json_string(&json, "type", "half_step");
		sg_result_put_half_step(&json, r, &r->half_steps[i], i + 1);
		print_object(&json);
	}
	sg_json_begin(&json, storage, sizeof(storage), false);
	sg_json_string(&json, "type", "summary");
	sg_json_integer(&json, "rows", (int64_t)replay->rows);
	sg_json_integer(&json, "rows_left_out", (int64_t)replay->bad_rows);
	sg_json_integer(&json, "half_step_count", (int64_t)r->count);
	sg_json_number(&json, "short_time_s", replay->short_time_s, 12);
	sg_json_number(&json, r->areal ? "ccd_short_mA_cm2" : "ccd_short_mA", r->ccd_short_ma_cm2, 9);
	sg_json_number(&json, r->areal ? "ccd_last_good_mA_cm2" : "ccd_last_good_mA", r->ccd_last_good_ma_cm2, 9);
	sg_result_put_first(&json, r);
	sg_result_put_polarization(&json, r);
	put_limit(&json, &replay->watch, proposed_ma_cm2);
	put_event_counts(&json, r);
	print_object(&json);
}

/* What is used of the limit where the table ends, in a sentence with all that it does not say. */
static void print_limit(const struct sg_watch *watch, double proposed_ma_cm2)
{
	char storage[640], left[SG_FORECAST_PHRASE_SIZE];
	struct sg_text text;

	for (int i = 0; i < 2 && watch->has_model; i++) {
		sg_text_init(&text, storage, sizeof(storage));
		sg_exposure_describe(&watch->exposure, i ? SG_ELECTRODE_B : SG_ELECTRODE_A, &text);
		printf("at the end: %s\n", storage);
	}
	for (int i = 0; i < 2 && watch->has_model && !isnan(proposed_ma_cm2); i++)
		printf("from there %+.4g mA cm-2 could go on until that limit: %s\n", i ? -proposed_ma_cm2 : proposed_ma_cm2,
		       sg_forecast_phrase(time_left(watch, proposed_ma_cm2, i ? SG_ELECTRODE_B : SG_ELECTRODE_A), left));
}

void sg_print_replay(const struct sg_replay *replay, double proposed_ma_cm2)
{
	const struct sg_result *r = &replay->result;
	const char *unit = r->areal ? "mA cm-2" : "mA";

	if (!r->areal && r->count)
		printf("\n(no --area given: currents and charges are those of the whole electrode)");
	sg_print_half_steps(r);
	printf("\n%llu rows read, %llu left out\n", (unsigned long long)replay->rows,
	       (unsigned long long)replay->bad_rows);
	if (r->short_found)
		printf("hard short from %.3f s on, at %.3g %s", replay->short_time_s, r->ccd_short_ma_cm2, unit);
	else
		printf("no hard short found");
	sg_print_what_came_first(r);
	if (isfinite(r->ccd_last_good_ma_cm2))
		printf("; last half-step that ran to its end%s: %.3g %s\n", r->short_found ? " before it" : "",
		       r->ccd_last_good_ma_cm2, unit);
	else
		printf("; no half-step ran to its end%s\n", r->short_found ? " before it" : "");
	sg_print_polarization(r);
	print_limit(&replay->watch, proposed_ma_cm2);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* result.json and the sidecar, read back by somebody else's parser: every field others rely on. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "core/units.h"
#include "record_fixture.h"

#define SIDECAR "LAB__LLZO-012__20260914_001.bdf.metadata.json"

static cJSON *read_json(const char *folder, const char *name)
{
	size_t length;
	char *bytes = record_fixture_slurp(folder, name, &length);
	const char *end = NULL;
	cJSON *json;

	assert_non_null(bytes);
	json = cJSON_ParseWithLengthOpts(bytes, length + 1, &end, 1);
	if (!json)
		fail_msg("%s is no JSON near: %.40s", name, end ? end : "?");
	free(bytes);
	return json;
}

static const cJSON *get(const cJSON *json, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	if (!item)
		fail_msg("no \"%s\"", key);
	return item;
}

static double number(const cJSON *json, const char *key)
{
	const cJSON *item = get(json, key);

	if (!cJSON_IsNumber(item))
		fail_msg("\"%s\" is no number", key);
	return item->valuedouble;
}

static const char *text(const cJSON *json, const char *key)
{
	const cJSON *item = get(json, key);

	if (!cJSON_IsString(item))
		fail_msg("\"%s\" is no text", key);
	return item->valuestring;
}

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-8 * fabs(expected)))
		fail_msg("%.12g is not %.12g", value, expected);
}

/* One half-step of 10 s at density, ended so. */
static void add_half_step(struct sg_result *result, uint32_t index, double density_ma_cm2, double begin_s,
			  double charge_c, bool complete)
{
	sg_result_begin(result, index, (index + 1) / 2, density_ma_cm2, 10.0, begin_s);
	sg_result_sample(result, begin_s + 10.0, 0.05, sg_current_a(density_ma_cm2, result->area_cm2), 25.0, true,
			 charge_c);
	sg_result_end(result, begin_s + 10.0, complete ? SG_END_DURATION : SG_END_STOPPED, complete);
}

/* A ramp that shorts in its third half-step. */
static void fill_result(struct sg_result *result)
{
	struct sg_event event;

	assert_int_equal(sg_result_init(result, 0.785, true, 8), SG_OK);
	add_half_step(result, 1, 0.1, 0.0, 0.785e-3, true);
	add_half_step(result, 2, -0.1, 10.0, -0.785e-3, true);
	add_half_step(result, 3, 0.2, 20.0, 1.57e-3, false);
	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, 29.0);
	event.since_s = 28.0;
	sg_result_event(result, &event);
}

static const struct sg_run_summary shorted = {
	.state = "completed",
	.stopped_by = "hard_short",
	.detail = "hard short: \"V/I\" = 1 ohm",
	.cell_off_verified = true,
	.test_time_s = 30.5,
	.ended_utc_ns = INT64_C(1789373761000000000),
};

static void assert_half_steps(const cJSON *list)
{
	const cJSON *last;

	assert_int_equal(cJSON_GetArraySize(list), 3);
	last = cJSON_GetArrayItem(list, 2);
	assert_near(number(last, "density_mA_cm2"), 0.2);
	assert_near(number(last, "begin_s"), 20.0);
	assert_near(number(last, "duration_s"), 10.0);
	assert_near(number(last, "charge_mAh_cm2"), 1.57e-3 / 3.6 / 0.785);
	assert_true(cJSON_IsTrue(get(last, "shorted")));
	assert_true(cJSON_IsFalse(get(last, "complete")));
	assert_true(cJSON_IsTrue(get(cJSON_GetArrayItem(list, 0), "complete")));
}

static void result_holds_what_a_reader_of_a_ramp_needs(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_result result;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	fill_result(&result);
	assert_int_equal(sg_recorder_result(recorder, &result, &shorted), SG_OK);
	json = read_json(sg_recorder_folder(recorder), "result.json");
	assert_near(number(json, "ccd_short_mA_cm2"), 0.2);
	assert_near(number(json, "ccd_last_good_mA_cm2"), 0.1);
	assert_near(number(json, "half_step_s"), 10.0);
	assert_string_equal(text(json, "polarity"), "positive_first");
	assert_near(number(json, "cumulative_capacity_mAh_cm2"), 3.14e-3 / 3.6 / 0.785);
	assert_string_equal(text(json, "stopped_by"), "hard_short");
	assert_string_equal(text(json, "detail"), shorted.detail);
	assert_true(cJSON_IsTrue(get(json, "cell_off_verified")));
	assert_true(cJSON_IsTrue(get(json, "simulated")));
	assert_string_equal(text(get(json, "cell"), "name"), "LLZO-012");
	assert_near(number(get(json, "cell"), "area_cm2"), 0.785);
	assert_string_equal(text(get(json, "instrument"), "serial"), "ES4HR20B0009");
	assert_true(cJSON_IsTrue(get(get(json, "instrument"), "simulated")));
	assert_string_equal(text(json, "experiment"), "CCD ramp \"fixture\"");
	assert_string_equal(text(json, "started_at"), "2026-09-14T08:15:30Z");
	assert_near(number(get(json, "event_counts"), "hard_short"), 1);
	assert_half_steps(get(json, "per_half_step"));
	cJSON_Delete(json);
	sg_result_fini(&result);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void a_running_test_says_so_and_has_no_verdict(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	json = read_json(sg_recorder_folder(recorder), "result.json");
	assert_string_equal(text(json, "state"), "running");
	assert_true(cJSON_IsNull(get(json, "ccd_short_mA_cm2")));
	assert_true(cJSON_IsFalse(get(json, "cell_off_verified")));
	assert_int_equal(cJSON_GetArraySize(get(json, "per_half_step")), 0);
	cJSON_Delete(json);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void real_instruments_are_not_called_simulated(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	f.potentiostat.simulated = false;
	recorder = record_fixture_open(&f);
	json = read_json(sg_recorder_folder(recorder), "result.json");
	assert_true(cJSON_IsFalse(get(json, "simulated")));
	cJSON_Delete(json);
	json = read_json(sg_recorder_folder(recorder), SIDECAR);
	assert_string_not_equal(text(get(get(json, "battinfo_test"), "provenance"), "source_type"), "simulation");
	cJSON_Delete(json);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void the_sidecar_names_cell_instrument_and_program(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_result result;
	const cJSON *test, *equipment, *method;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	fill_result(&result);
	assert_int_equal(sg_recorder_result(recorder, &result, &shorted), SG_OK);
	json = read_json(sg_recorder_folder(recorder), SIDECAR);
	test = get(get(json, "battinfo_test"), "test");
	assert_string_equal(text(test, "status"), "completed");
	assert_near(number(get(test, "conditions"), "electrode_area_cm2"), 0.785);
	assert_string_equal(text(get(get(json, "battinfo_test"), "provenance"), "source_type"), "simulation");
	assert_string_equal(text(get(get(json, "battinfo_cell"), "cell_instance"), "name"), "LLZO-012");
	equipment = get(get(json, "battinfo_equipment"), "equipment");
	assert_string_equal(text(equipment, "serial_number"), "ES4HR20B0009");
	method = get(get(json, "battinfo_test_protocol"), "method");
	assert_true(cJSON_IsArray(method) && cJSON_GetArraySize(method) > 0);
	cJSON_Delete(json);
	sg_result_fini(&result);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_holds_what_a_reader_of_a_ramp_needs),
		cmocka_unit_test(a_running_test_says_so_and_has_no_verdict),
		cmocka_unit_test(real_instruments_are_not_called_simulated),
		cmocka_unit_test(the_sidecar_names_cell_instrument_and_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

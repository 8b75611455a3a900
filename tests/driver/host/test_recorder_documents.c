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

/* A stable interface: a member that goes missing breaks somebody's script. */
static const char result_members[] =
	"program version format_version simulated faults_injected run experiment operator cell instrument chamber clock guardian started_at ended_at state "
	"stopped_by detail cell_off_verified test_time_s ccd_short_mA_cm2 ccd_last_good_mA_cm2 short_time_s half_step_s "
	"first_short_from_start_mA_cm2 first_short_from_start_half_step first_soft_short_mA_cm2 first_soft_short_half_step "
	"first_polarization_mA_cm2 first_polarization_half_step first_short_or_sense_mA_cm2 first_short_or_sense_half_step "
	"polarity increment_mA_cm2 cumulative_capacity_mAh_cm2 net_capacity_mAh_cm2 area_cm2 thickness_mm "
	"temperature_set_degC half_step_count per_half_step polarization event_counts resume_count resumes files";
static const char cell_members[] = "name metal electrolyte area_cm2 thickness_mm pressure_MPa expected_ohm "
	"metal_thickness_mm diffusion_set diffusion_source diffusion_25degC_cm2_s diffusion_low_25degC_cm2_s "
	"diffusion_high_25degC_cm2_s";
static const char identity_members[] = "family model serial firmware simulated";
static const char half_step_members[] =
	"index step_count cycle density_mA_cm2 begin_s planned_s duration_s charge_mAh_cm2 "
	"unknown_before_mAh_cm2 unknown_end_mAh_cm2 voltage_first_V "
	"voltage_last_V resistance_ohm temperature_degC limit_fraction_low limit_fraction_high samples complete shorted witnessed end";

/* Whether a list of words separated by blanks has this one. */
static int has_word(const char *words, const char *word)
{
	const size_t length = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return 1;
		at += length;
	}
	return 0;
}

/* No member beyond these. */
static void assert_only(const cJSON *json, const char *members)
{
	const cJSON *item;

	assert_true(cJSON_IsObject(json));
	cJSON_ArrayForEach(item, json) {
		if (!has_word(members, item->string))
			fail_msg("\"%s\" is not one of: %s", item->string, members);
	}
}

/* These members, every one, once, and no other. */
static void assert_members(const cJSON *json, const char *members)
{
	int count = 1;
	const char *at;

	for (at = members; *at; at++)
		count += *at == ' ';
	assert_only(json, members);
	assert_int_equal(cJSON_GetArraySize(json), count);
}

static void result_has_every_member_of_its_manual_and_no_other(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_result result;
	const cJSON *half_step;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	fill_result(&result);
	assert_int_equal(sg_recorder_result(recorder, &result, &shorted), SG_OK);
	json = read_json(sg_recorder_folder(recorder), "result.json");
	assert_members(json, result_members);
	assert_members(get(json, "cell"), cell_members);
	assert_members(get(json, "instrument"), identity_members);
	assert_members(get(json, "chamber"), identity_members);
	assert_members(get(json, "files"), "table metadata quality events half_steps experiment rig");
	assert_int_equal(cJSON_GetArraySize(get(json, "event_counts")), SG_EVENT_TYPES);
	cJSON_ArrayForEach(half_step, get(json, "per_half_step"))
		assert_members(half_step, half_step_members);
	assert_true(cJSON_IsNull(get(get(json, "cell"), "pressure_MPa")));
	assert_true(cJSON_IsNull(get(get(json, "chamber"), "serial")));
	cJSON_Delete(json);
	sg_result_fini(&result);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void half_steps_of_different_length_are_listed(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	const cJSON *list;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	f.steps[2].duration_s = 25;
	f.steps[3].duration_s = 77; /* a rest is none */
	recorder = record_fixture_open(&f);
	json = read_json(sg_recorder_folder(recorder), "result.json");
	list = get(json, "half_step_s");
	assert_int_equal(cJSON_GetArraySize(list), 2);
	assert_near(cJSON_GetArrayItem(list, 0)->valuedouble, 10);
	assert_near(cJSON_GetArrayItem(list, 1)->valuedouble, 25);
	cJSON_Delete(json);
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
	assert_string_equal(text(get(get(json, "battinfo_test"), "provenance"), "source_type"), "lab");
	assert_true(cJSON_IsFalse(get(get(json, "extras"), "simulated")));
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

/*
 * Readers refuse the table with its sidecar for one member they do not know.
 * Source: BIG-MAP/BattINFO, schemas test, cell-instance, channel, equipment, test-protocol.
 */
static void assert_published_test(const cJSON *record)
{
	const cJSON *test = get(record, "test"), *conformance = get(test, "conformance"), *deviation, *condition;

	assert_only(record, "test provenance");
	assert_only(test, "name kind status description instrument_name protocol_name started_at ended_at conditions "
			  "conformance");
	assert_only(get(record, "provenance"), "source_type workflow_version");
	assert_only(conformance, "status deviations");
	cJSON_ArrayForEach(deviation, get(conformance, "deviations"))
		assert_only(deviation, "category type description occurred_at duration_s step_index impact");
	cJSON_ArrayForEach(condition, get(test, "conditions"))
		assert_int_equal(strspn(condition->string, "abcdefghijklmnopqrstuvwxyz_0123456789"),
				 strlen(condition->string));
}

static void assert_published_step(const cJSON *step)
{
	const cJSON *termination;

	assert_only(step, "mode direction setpoints termination duration temperature description");
	assert_true(has_word("cc rest", text(step, "mode")));
	assert_true(has_word("charge discharge rest", text(step, "direction")));
	assert_members(get(step, "duration"), "value unit");
	cJSON_ArrayForEach(termination, cJSON_GetObjectItemCaseSensitive(step, "termination")) {
		assert_members(termination, "quantity direction value unit");
		assert_true(has_word("voltage duration", text(termination, "quantity")));
		assert_true(has_word("above below elapsed", text(termination, "direction")));
	}
}

static void the_sidecar_has_no_member_that_readers_refuse(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	const cJSON *protocol, *group, *step;
	cJSON *json;
	size_t i;

	(void)state;
	record_fixture_init(&f, 1.0);
	for (i = 2; i < FIXTURE_STEPS; i++)
		f.steps[i] = f.steps[i % 2];
	f.steps[FIXTURE_STEPS - 1].kind = SG_STEP_TEMPERATURE;
	recorder = record_fixture_open(&f);
	json = read_json(sg_recorder_folder(recorder), SIDECAR);
	assert_only(json, "battinfo_test battinfo_cell battinfo_channel battinfo_equipment battinfo_test_protocol extras");
	assert_published_test(get(json, "battinfo_test"));
	assert_only(get(get(json, "battinfo_cell"), "cell_instance"), "name");
	assert_only(get(get(json, "battinfo_channel"), "channel"), "index label");
	assert_true(number(get(get(json, "battinfo_channel"), "channel"), "index") >= 1);
	assert_only(get(get(json, "battinfo_equipment"), "equipment"), "name serial_number");
	protocol = get(json, "battinfo_test_protocol");
	assert_only(protocol, "test_spec method safety record");
	assert_members(get(protocol, "test_spec"), "name kind");
	assert_only(get(protocol, "safety"), "max_voltage_V min_voltage_V max_current_mA min_current_mA max_capacity_mAh "
					     "max_temperature_degC min_temperature_degC");
	assert_true(number(get(protocol, "record"), "time_s") > 0);
	/* five times the pair, then a half-step, then the chamber */
	assert_int_equal(cJSON_GetArraySize(get(protocol, "method")), 3);
	group = cJSON_GetArrayItem(get(protocol, "method"), 0);
	assert_members(group, "mode count steps");
	assert_string_equal(text(group, "mode"), "group");
	assert_near(number(group, "count"), 5);
	assert_int_equal(cJSON_GetArraySize(get(group, "steps")), 2);
	cJSON_ArrayForEach(step, get(group, "steps"))
		assert_published_step(step);
	assert_near(number(get(get(cJSON_GetArrayItem(get(group, "steps"), 0), "setpoints"), "current"), "value"), 0.0785);
	assert_published_step(cJSON_GetArrayItem(get(protocol, "method"), 1));
	assert_published_step(cJSON_GetArrayItem(get(protocol, "method"), 2));
	cJSON_Delete(json);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

static void departures_from_the_protocol_are_told(void **state)
{
	static const struct sg_run_summary broken_off = { .state = "stopped", .stopped_by = "operator",
							  .ended_utc_ns = INT64_C(1789373761000000000) };
	struct record_fixture f;
	struct sg_recorder *recorder;
	const cJSON *test, *deviations;
	struct sg_event event;
	cJSON *json;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	sg_event_init(&event, SG_EVENT_TEMPERATURE, SG_GRADE_WARNING, 12.0);
	sg_event_say(&event, "3 K too warm");
	event.step = 2;
	assert_int_equal(sg_recorder_event(recorder, &event, INT64_C(1789373742000000000)), SG_OK);
	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, 13.0); /* a finding about the cell, no departure */
	assert_int_equal(sg_recorder_event(recorder, &event, INT64_C(1789373743000000000)), SG_OK);
	assert_int_equal(sg_recorder_result(recorder, NULL, &broken_off), SG_OK);
	json = read_json(sg_recorder_folder(recorder), SIDECAR);
	assert_published_test(get(json, "battinfo_test"));
	test = get(get(json, "battinfo_test"), "test");
	assert_string_equal(text(test, "status"), "aborted");
	assert_near(number(test, "ended_at"), 1789373761);
	assert_string_equal(text(get(test, "conformance"), "status"), "non-conformant");
	deviations = get(get(test, "conformance"), "deviations");
	assert_int_equal(cJSON_GetArraySize(deviations), 1);
	assert_string_equal(text(cJSON_GetArrayItem(deviations, 0), "category"), "temperature_excursion");
	assert_string_equal(text(cJSON_GetArrayItem(deviations, 0), "description"), "3 K too warm");
	assert_near(number(cJSON_GetArrayItem(deviations, 0), "occurred_at"), 1789373742);
	assert_near(number(cJSON_GetArrayItem(deviations, 0), "step_index"), 2);
	cJSON_Delete(json);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_holds_what_a_reader_of_a_ramp_needs),
		cmocka_unit_test(result_has_every_member_of_its_manual_and_no_other),
		cmocka_unit_test(half_steps_of_different_length_are_listed),
		cmocka_unit_test(a_running_test_says_so_and_has_no_verdict),
		cmocka_unit_test(real_instruments_are_not_called_simulated),
		cmocka_unit_test(the_sidecar_names_cell_instrument_and_program),
		cmocka_unit_test(the_sidecar_has_no_member_that_readers_refuse),
		cmocka_unit_test(departures_from_the_protocol_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

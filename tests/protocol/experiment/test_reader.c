/* SPDX-License-Identifier: Apache-2.0 */
/* What a right file says, read field by field. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"

static void near(double got, double expected)
{
	if (!(fabs(got - expected) <= 1e-12 * fabs(expected)))
		fail_msg("%.17g is not %.17g", got, expected);
}

static void remembers_where_things_stand(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_text, &e);
	assert_true(e.limits.voltage_at.line == 18 && e.limits.voltage_at.column == 12);
	assert_true(e.limits.temperature_at.line == 20 && e.limits.temperature_at.column == 16);
	assert_true(e.temperature.set_at.line == 24 && e.temperature.set_at.column == 8);
	assert_true(e.rig.potentiostat.at.line == 15 && e.rig.potentiostat.at.column == 17);
	assert_true(e.rig.chamber.at.line == 16 && e.rig.chamber.at.column == 12);
	sg_experiment_fini(&e);
	base_read(base_with("  temperature: {min: 10 degC, max: 60 degC}\n", ""), &e);
	assert_int_equal(e.limits.temperature_at.line, 0);
	sg_experiment_fini(&e);
}

static void remembers_no_half_of_a_long_file_name(void **state)
{
	static struct sg_diagnostics diagnostics;
	char name[SG_URI_SIZE + 1];
	struct sg_experiment e;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[SG_URI_SIZE] = '\0';
	assert_int_equal(sg_experiment_read(&e, name, base_text, strlen(base_text), &diagnostics), SG_OK);
	assert_string_equal(e.source, "");
	sg_experiment_fini(&e);
	name[SG_URI_SIZE - 1] = '\0';
	assert_int_equal(sg_experiment_read(&e, name, base_text, strlen(base_text), &diagnostics), SG_OK);
	assert_string_equal(e.source, name);
	sg_experiment_fini(&e);
}

static void reads_who_and_what_is_tested(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_text, &e);
	assert_string_equal(e.source, "base.yaml");
	assert_string_equal(e.name, "CCD of NZSP-012");
	assert_string_equal(e.institution, "TUX");
	assert_string_equal(e.operator_name, "A. Student");
	assert_string_equal(e.cell.name, "NZSP-012");
	assert_string_equal(e.cell.metal, "Na");
	assert_string_equal(e.cell.electrolyte, "Na3.4Zr2Si2.4P0.6O12");
	near(e.cell.area_cm2, 0.8);
	near(e.cell.thickness_mm, 1.8);
	near(e.cell.pressure_mpa, 0.5);
	near(e.cell.expected_ohm, 49.7);
	sg_experiment_fini(&e);
}

static void reads_the_rig(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_text, &e);
	assert_string_equal(e.rig.name, "bench 1");
	assert_string_equal(e.rig_file, "");
	assert_true(e.rig.potentiostat.present);
	assert_string_equal(e.rig.potentiostat.family, "emstat4");
	assert_string_equal(e.rig.potentiostat.model, "hr");
	assert_string_equal(e.rig.potentiostat.port, "serial:/dev/ttyACM0");
	assert_string_equal(e.rig.potentiostat.serial, "ES4HR20B0009");
	assert_int_equal(e.rig.potentiostat.address, -1);
	assert_true(e.rig.chamber.present);
	assert_string_equal(e.rig.chamber.family, "votsch");
	assert_string_equal(e.rig.chamber.model, "");
	assert_string_equal(e.rig.chamber.serial, "");
	assert_int_equal(e.rig.chamber.address, 3);
	sg_experiment_fini(&e);
}

static void reads_limits_temperature_and_record(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_text, &e);
	near(e.limits.voltage_v, 5);
	near(e.limits.current_a, 0.02);
	near(e.limits.temperature_min_c, 10);
	near(e.limits.temperature_max_c, 60);
	near(e.limits.charge_mah_cm2, 30);
	near(e.limits.silence_s, 20);
	assert_true(e.temperature.present);
	near(e.temperature.set_c, 25);
	near(e.temperature.tolerance_k, 0.2);
	near(e.temperature.soak_s, 900);
	near(e.temperature.timeout_s, 10800);
	near(e.temperature.excursion_k, 2);
	assert_int_equal(e.temperature.on_excursion, SG_POLICY_STOP);
	assert_true(e.temperature.stop_at_end);
	near(e.interval_s, 2);
	assert_string_equal(e.folder, "out");
	assert_int_equal(e.on_hard_short, SG_POLICY_FLAG);
	assert_true(e.stop_on_reconnect);
	near(e.reconnect_within_s, 3600);
	sg_experiment_fini(&e);
}

static void reads_how_long_the_guardian_waits(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_with("reconnect_within: 1 h\n", "guardian_silence: 1 min\n"), &e);
	near(e.guardian_silence_s, 60);
	sg_experiment_fini(&e);
}

static void reads_a_ccd_and_a_cycle(void **state)
{
	struct sg_experiment e;
	const struct sg_procedure *ccd, *cycle;

	(void)state;
	base_read(base_text, &e);
	assert_int_equal(e.procedure_count, 6);
	ccd = &e.procedures[1];
	assert_int_equal(ccd->kind, SG_PROC_CCD);
	assert_int_equal(ccd->line, 35);
	near(ccd->from_ma_cm2, 1);
	near(ccd->to_ma_cm2, 9);
	near(ccd->increment_ma_cm2, 1);
	near(ccd->half_step_s, 300);
	assert_true(isnan(ccd->half_step_mah_cm2));
	assert_true(ccd->negative_first);
	near(ccd->rest_s, 30);
	near(ccd->until_v, 4);
	assert_false(ccd->stop_on_short);
	near(ccd->interval_s, 0.5);
	cycle = &e.procedures[2];
	assert_int_equal(cycle->kind, SG_PROC_CYCLE);
	near(cycle->from_ma_cm2, 1);
	near(cycle->to_ma_cm2, 1);
	assert_true(cycle->increment_ma_cm2 == 0);
	assert_true(isnan(cycle->half_step_s));
	near(cycle->half_step_mah_cm2, 5);
	assert_int_equal(cycle->count, 58);
	assert_false(cycle->negative_first);
	assert_true(isnan(cycle->until_v));
	near(cycle->interval_s, 2); /* from record */
	sg_experiment_fini(&e);
}

static void reads_polarize_temperature_and_rest(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_text, &e);
	assert_int_equal(e.procedures[0].kind, SG_PROC_REST);
	near(e.procedures[0].half_step_s, 300);
	near(e.procedures[0].interval_s, 2);
	assert_int_equal(e.procedures[3].kind, SG_PROC_POLARIZE);
	near(e.procedures[3].from_ma_cm2, 2);
	near(e.procedures[3].to_ma_cm2, 2);
	assert_true(e.procedures[3].negative_first);
	near(e.procedures[3].half_step_s, 36000);
	assert_int_equal(e.procedures[4].kind, SG_PROC_TEMPERATURE);
	near(e.procedures[4].temperature_c, 50);
	near(e.procedures[4].soak_s, 1800);
	assert_int_equal(e.procedures[5].kind, SG_PROC_REST);
	assert_int_equal(e.procedures[5].line, 47);
	assert_int_equal(e.procedures[5].column, 5);
	near(e.procedures[5].half_step_s, 3600);
	near(e.procedures[5].interval_s, 10);
	sg_experiment_fini(&e);
}

static void fills_in_the_documented_defaults(void **state)
{
	static const char text[] = "sandglass: 1\n"
				   "name: x\n"
				   "cell: {name: c, metal: Li, diameter_mm: 10.3}\n"
				   "rig:\n"
				   "  potentiostat: {family: emstat4, port: \"pty:/tmp/p\"}\n"
				   "limits: {voltage: 5 V}\n"
				   "steps:\n"
				   "  - ccd: {from: 1 mA/cm2, to: 3 mA/cm2, increment: 1 mA/cm2, half_step: 0.1 mAh/cm2, interval: 2 s}\n";
	struct sg_experiment e;

	(void)state;
	base_read(text, &e);
	assert_string_equal(e.institution, "LAB");
	assert_string_equal(e.operator_name, "");
	assert_string_equal(e.folder, "results");
	near(e.cell.area_cm2, 0.83322891154835);
	assert_true(isnan(e.cell.thickness_mm));
	assert_true(isnan(e.cell.pressure_mpa));
	assert_true(isnan(e.cell.expected_ohm));
	assert_false(e.rig.chamber.present);
	assert_false(e.temperature.present);
	near(e.limits.current_a, 1.1 * 3e-3 * e.cell.area_cm2);
	assert_true(e.limits.temperature_min_c == -INFINITY);
	assert_true(e.limits.temperature_max_c == INFINITY);
	assert_true(e.limits.charge_mah_cm2 == INFINITY);
	near(e.limits.silence_s, 20); /* ten of the longest interval */
	near(e.interval_s, 1);
	assert_int_equal(e.on_hard_short, SG_POLICY_STOP);
	assert_false(e.stop_on_reconnect);
	assert_false(e.verify_pulse);
	near(e.reconnect_within_s, 900);
	near(e.guardian_silence_s, 10);
	assert_true(e.procedures[0].stop_on_short);
	assert_false(e.procedures[0].negative_first);
	near(e.procedures[0].half_step_mah_cm2, 0.1);
	near(e.temperature.tolerance_k, 0.3);
	near(e.temperature.soak_s, 600);
	near(e.temperature.timeout_s, 7200);
	near(e.temperature.excursion_k, 1);
	assert_int_equal(e.temperature.on_excursion, SG_POLICY_HOLD);
	assert_false(e.temperature.stop_at_end);
	sg_experiment_fini(&e);
}

static void a_rig_in_another_file_leaves_the_chamber_open(void **state)
{
	static const char text[] = "sandglass: 1\n"
				   "name: x\n"
				   "cell: {name: c, metal: Li, area_cm2: 1}\n"
				   "rig: benches/one.yaml\n"
				   "limits: {voltage: 5 V, temperature: {min: 0 degC, max: 40 degC}}\n"
				   "temperature: {set: 25 degC}\n"
				   "steps: [{rest: 1 min}, {temperature: {set: 30 degC}}]\n";
	struct sg_experiment e;

	(void)state;
	base_read(text, &e);
	assert_string_equal(e.rig_file, "benches/one.yaml");
	assert_false(e.rig.potentiostat.present);
	near(e.procedures[1].soak_s, 600); /* as before the first step */
	near(e.limits.silence_s, 10);
	sg_experiment_fini(&e);
}

static void reads_a_rig_file(void **state)
{
	static const char text[] = "sandglass: 1\n"
				   "name: bench 1\n"
				   "potentiostat: {family: emstat4, port: tcp:lab7:4001}\n";
	struct sg_diagnostics diagnostics;
	struct sg_rig_config rig;

	(void)state;
	assert_int_equal(sg_rig_read(&rig, "bench1.yaml", text, strlen(text), &diagnostics), SG_OK);
	assert_string_equal(rig.name, "bench 1");
	assert_string_equal(rig.potentiostat.port, "tcp:lab7:4001");
	assert_false(rig.chamber.present);
	assert_int_equal(rig.chamber.address, -1);
}

static void reports_mistakes_of_a_rig_file_in_its_name(void **state)
{
	static const char text[] = "name: bench 1\n"
				   "potentiostat: {family: emstat4, prot: tcp:lab7:4001}\n";
	struct sg_diagnostics diagnostics;
	struct sg_rig_config rig = { .name = "as it was" };
	char storage[400];
	struct sg_text out;

	(void)state;
	assert_int_equal(sg_rig_read(&rig, "bench1.yaml", text, strlen(text), &diagnostics), SG_ERR_FORMAT);
	assert_int_equal(diagnostics.count, 2);
	sg_text_init(&out, storage, sizeof(storage));
	sg_diagnostic_print(&diagnostics, 1, &out);
	assert_string_equal(storage,
			    "bench1.yaml:2:33: unknown key 'prot' in potentiostat: did you mean 'port'?");
	assert_string_equal(rig.name, "as it was");
	assert_int_equal(sg_rig_read(&rig, "bench1.yaml", "", 0, &diagnostics), SG_ERR_FORMAT);
	assert_non_null(strstr(diagnostics.items[0].text, "the file is empty"));
}

static void an_alarm_is_verified_where_the_file_says_so(void **state)
{
	struct sg_experiment e;

	(void)state;
	base_read(base_with("on_reconnect: stop", "verify: none"), &e);
	assert_false(e.verify_pulse);
	sg_experiment_fini(&e);
	base_read(base_with("on_reconnect: stop", "verify: pulse"), &e);
	assert_true(e.verify_pulse);
	assert_int_equal(e.verify_at.line, 48);
	sg_experiment_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alarm_is_verified_where_the_file_says_so),
		cmocka_unit_test(reads_who_and_what_is_tested),
		cmocka_unit_test(remembers_where_things_stand),
		cmocka_unit_test(remembers_no_half_of_a_long_file_name),
		cmocka_unit_test(reads_the_rig),
		cmocka_unit_test(reads_limits_temperature_and_record),
		cmocka_unit_test(reads_how_long_the_guardian_waits),
		cmocka_unit_test(reads_a_ccd_and_a_cycle),
		cmocka_unit_test(reads_polarize_temperature_and_rest),
		cmocka_unit_test(fills_in_the_documented_defaults),
		cmocka_unit_test(a_rig_in_another_file_leaves_the_chamber_open),
		cmocka_unit_test(reads_a_rig_file),
		cmocka_unit_test(reports_mistakes_of_a_rig_file_in_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

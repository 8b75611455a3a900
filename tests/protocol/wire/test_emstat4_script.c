/* SPDX-License-Identifier: Apache-2.0 */
/* What the EmStat4 may be asked, and the programs it is sent. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/caps.h"
#include "wire/emstat4.h"
#include "wire/emstat4_script.h"

static struct sg_segment current(double set_a)
{
	return (struct sg_segment){ SG_MODE_GALVANOSTATIC, set_a, 1.0, 300.0, -1.5, 1.5, 10e-3 };
}

static struct sg_segment rest(void)
{
	return (struct sg_segment){ SG_MODE_REST, 0.0, 1.0, 300.0, -1.5, 1.5, 0.0 };
}

/* ---- ranges ---- */

static void every_range_id_has_its_nominal_value(void **state)
{
	static const struct {
		uint8_t id;
		double amperes;
	} currents[] = {
		{ 3, 1e-9 }, { 6, 10e-9 }, { 9, 100e-9 }, { 12, 1e-6 }, { 15, 10e-6 },
		{ 18, 100e-6 }, { 21, 1e-3 }, { 24, 10e-3 }, { 27, 100e-3 },
	};
	static const struct {
		uint8_t id;
		double volts;
	} voltages[] = { { 2, 0.05 }, { 3, 0.1 }, { 4, 0.2 }, { 5, 0.5 }, { 6, 1.0 } };
	unsigned known_currents = 0;
	unsigned known_voltages = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(currents) / sizeof(currents[0]); i++)
		assert_true(sg_emstat4_current_range_a(currents[i].id) == currents[i].amperes);
	for (size_t i = 0; i < sizeof(voltages) / sizeof(voltages[0]); i++)
		assert_true(sg_emstat4_voltage_range_v(voltages[i].id) == voltages[i].volts);
	for (unsigned id = 0; id < 256; id++) {
		known_currents += sg_emstat4_current_range_a((uint8_t)id) > 0.0;
		known_voltages += sg_emstat4_voltage_range_v((uint8_t)id) > 0.0;
	}
	assert_int_equal(known_currents, 9);
	assert_int_equal(known_voltages, 5);
}

static void every_range_of_a_model_is_one_the_stream_can_name(void **state)
{
	static const char *const models[] = { "lr", "hr" };

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		const struct sg_potentiostat_caps *caps = sg_emstat4_caps(models[m]);

		for (size_t i = 0; i < caps->range_count; i++) {
			bool named = false;

			for (unsigned id = 0; id < 256; id++)
				named |= sg_emstat4_current_range_a((uint8_t)id) == caps->range_a[i];
			assert_true(named);
			assert_true(i == 0 || caps->range_a[i] > caps->range_a[i - 1]);
		}
	}
}

static void the_smallest_range_that_carries_a_current_is_chosen(void **state)
{
	static const struct {
		const char *model;
		double current_a;
		double range_a;
	} rows[] = {
		{ "hr", 0.0, 100e-9 }, { "hr", 833.2e-6, 1e-3 }, { "hr", -833.2e-6, 1e-3 }, { "hr", 1e-3, 1e-3 },
		{ "hr", 1.001e-3, 10e-3 }, { "hr", 10e-3, 10e-3 }, { "hr", 10.01e-3, 100e-3 },
		{ "hr", 100e-3, 100e-3 }, { "hr", 200e-3, 100e-3 }, { "hr", -200e-3, 100e-3 }, { "hr", 200.1e-3, 0.0 },
		{ "lr", 0.5e-9, 1e-9 }, { "lr", 5e-9, 10e-9 }, { "lr", 10e-3, 10e-3 }, { "lr", 10.01e-3, 10e-3 },
		{ "lr", 30e-3, 10e-3 }, { "lr", 30.1e-3, 0.0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const double got = sg_caps_range_for(sg_emstat4_caps(rows[i].model), rows[i].current_a);

		if (got != rows[i].range_a)
			fail_msg("%s, %g A: range %g A instead of %g A", rows[i].model, rows[i].current_a, got,
				 rows[i].range_a);
	}
}

static void whatever_range_is_chosen_may_be_started(void **state)
{
	static const char *const models[] = { "lr", "hr" };

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		const struct sg_potentiostat_caps *caps = sg_emstat4_caps(models[m]);

		for (double a = 1e-10; a <= caps->current_max_a; a *= 1.07) {
			struct sg_segment s = current(a);
			size_t fits;

			s.range_a = sg_caps_range_for(caps, a);
			assert_true(s.range_a > 0.0);
			assert_int_equal(sg_emstat4_check(caps, &s, 1, &fits, NULL), SG_OK);
			assert_int_equal(fits, 1);
		}
	}
}

static void unknown_models_have_no_capabilities(void **state)
{
	(void)state;
	assert_null(sg_emstat4_caps("xr"));
	assert_null(sg_emstat4_caps(""));
	assert_ptr_equal(sg_emstat4_caps(NULL), sg_emstat4_caps("lr"));
	assert_true(sg_emstat4_caps("hr")->current_max_a == 200e-3);
	assert_true(sg_emstat4_caps("lr")->current_max_a == 30e-3);
	assert_true(sg_emstat4_caps("hr")->compliance_v == 6.0);
	assert_true(sg_emstat4_caps("lr")->compliance_v == 3.0);
}

/* ---- check ---- */

static void each_value_that_is_out_is_refused_and_named(void **state)
{
	const double nan_value = (double)NAN;
	const double infinite = (double)INFINITY;
	static const struct sg_segment good = { SG_MODE_GALVANOSTATIC, 1e-3, 1.0, 300.0, -1.5, 1.5, 10e-3 };
	const struct {
		const char *says;
		enum sg_err err;
		struct sg_segment segment;
	} rows[] = {
		{ "interval", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, nan_value, 300, -1, 1, 0 } },
		{ "interval", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 0, 300, -1, 1, 0 } },
		{ "interval", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, -1, 300, -1, 1, 0 } },
		{ "interval 0.001", SG_ERR_UNSUPPORTED, { SG_MODE_REST, 0, 0.001, 300, -1, 1, 0 } },
		{ "duration", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, infinite, -1, 1, 0 } },
		{ "duration", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, nan_value, -1, 1, 0 } },
		{ "duration", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, 0, -1, 1, 0 } },
		{ "duration 0.5", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, 0.5, -1, 1, 0 } },
		{ "duration 1e+06", SG_ERR_UNSUPPORTED, { SG_MODE_REST, 0, 1, 1e6, -1, 1, 0 } },
		{ "limits", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, 300, nan_value, 1, 0 } },
		{ "limits", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, 300, -1, infinite, 0 } },
		{ "limits", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, 300, 1, 1, 0 } },
		{ "limits", SG_ERR_ARGUMENT, { SG_MODE_REST, 0, 1, 300, 1, -1, 0 } },
		{ "EmStat4 HR", SG_ERR_UNSUPPORTED, { SG_MODE_REST, 0, 1, 300, -1, 6.1, 0 } },
		{ "EmStat4 HR", SG_ERR_UNSUPPORTED, { SG_MODE_REST, 0, 1, 300, -6.1, 1, 0 } },
		{ "current", SG_ERR_ARGUMENT, { SG_MODE_GALVANOSTATIC, nan_value, 1, 300, -1, 1, 10e-3 } },
		{ "current", SG_ERR_ARGUMENT, { SG_MODE_GALVANOSTATIC, infinite, 1, 300, -1, 1, 10e-3 } },
		{ "range", SG_ERR_ARGUMENT, { SG_MODE_GALVANOSTATIC, 1e-3, 1, 300, -1, 1, nan_value } },
		{ "0.21 A", SG_ERR_UNSUPPORTED, { SG_MODE_GALVANOSTATIC, 0.21, 1, 300, -1, 1, 100e-3 } },
		{ "0.21 A", SG_ERR_UNSUPPORTED, { SG_MODE_GALVANOSTATIC, -0.21, 1, 300, -1, 1, 100e-3 } },
		{ "no 0.02 A range", SG_ERR_UNSUPPORTED, { SG_MODE_GALVANOSTATIC, 1e-3, 1, 300, -1, 1, 20e-3 } },
		{ "no 0 A range", SG_ERR_UNSUPPORTED, { SG_MODE_GALVANOSTATIC, 1e-3, 1, 300, -1, 1, 0 } },
		{ "not fit", SG_ERR_UNSUPPORTED, { SG_MODE_GALVANOSTATIC, 1.1e-3, 1, 300, -1, 1, 1e-3 } },
		{ "potentiostatic", SG_ERR_UNSUPPORTED, { SG_MODE_POTENTIOSTATIC, 1, 1, 300, -1, 1, 10e-3 } },
		{ "spectrum", SG_ERR_UNSUPPORTED, { SG_MODE_SPECTRUM, 1, 1, 300, -1, 1, 10e-3 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sg_segment pair[2] = { good, rows[i].segment };
		char storage[256];
		struct sg_text why;
		size_t fits = 77;

		sg_text_init(&why, storage, sizeof(storage));
		if (sg_emstat4_check(sg_emstat4_caps("hr"), &rows[i].segment, 1, &fits, &why) != rows[i].err ||
		    !strstr(why.data, rows[i].says))
			fail_msg("row %zu (%s): \"%s\"", i, rows[i].says, why.data);
		assert_int_equal(fits, 0);
		/* as a second segment it is no better */
		assert_int_equal(sg_emstat4_check(sg_emstat4_caps("hr"), pair, 2, &fits, NULL), rows[i].err);
	}
}

static void nothing_is_no_sequence(void **state)
{
	size_t fits = 77;

	(void)state;
	assert_int_equal(sg_emstat4_check(sg_emstat4_caps("hr"), NULL, 0, &fits, NULL), SG_ERR_ARGUMENT);
	assert_int_equal(fits, 0);
}

static size_t how_many_fit(const struct sg_segment *segments, size_t count)
{
	size_t fits = 0;

	assert_int_equal(sg_emstat4_check(sg_emstat4_caps("hr"), segments, count, &fits, NULL), SG_OK);
	return fits;
}

static void a_program_carries_what_shares_mode_range_size_and_clock(void **state)
{
	struct sg_segment s[SG_EMSTAT4_SEGMENTS_MAX + 4];

	(void)state;
	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++)
		s[i] = current(i % 2 ? -1e-3 : 1e-3);
	assert_int_equal(how_many_fit(s, sizeof(s) / sizeof(s[0])), sg_emstat4_caps("hr")->sequence_max);
	assert_int_equal(how_many_fit(s, 2), 2);
	s[2].range_a = 100e-3;
	assert_int_equal(how_many_fit(s, 4), 2);
	s[2] = rest();
	assert_int_equal(how_many_fit(s, 4), 2);
	s[0] = s[1] = rest();
	assert_int_equal(how_many_fit(s, 4), 1);

	/* three of 50 000 s would overrun the clock in the packages */
	for (size_t i = 0; i < 3; i++) {
		s[i] = current(1e-3);
		s[i].duration_s = 50000.0;
	}
	assert_int_equal(how_many_fit(s, 3), 2);
}

static void the_longest_program_a_start_takes_is_within_the_budget(void **state)
{
	const size_t most = sg_emstat4_caps("hr")->sequence_max;
	struct sg_segment s[SG_EMSTAT4_SEGMENTS_MAX];
	char storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;

	(void)state;
	sg_text_init(&script, storage, sizeof(storage));
	for (size_t i = 0; i < most; i++) {
		/* the longest spellings there are */
		s[i] = current(-0.099999999);
		s[i].range_a = 100e-3;
		s[i].interval_s = 1.2345678;
		s[i].duration_s = 1234.5678;
		s[i].voltage_min_v = -1.2345678;
		s[i].voltage_max_v = 1.2345679;
	}
	assert_int_equal(how_many_fit(s, most), most);
	assert_int_equal(sg_emstat4_script(s, most, &script), SG_OK);
	print_message("%zu segments: %zu of %d bytes\n", most, script.length, SG_EMSTAT4_SCRIPT_MAX);
	assert_true(script.length <= SG_EMSTAT4_SCRIPT_MAX);
}

static void what_does_not_fit_the_storage_is_no_program(void **state)
{
	const struct sg_segment s = current(1e-3);
	char storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;
	size_t whole;

	(void)state;
	sg_text_init(&script, storage, sizeof(storage));
	assert_int_equal(sg_emstat4_script(&s, 1, &script), SG_OK);
	whole = script.length;
	for (size_t size = 1; size <= whole; size++) {
		sg_text_init(&script, storage, size);
		assert_int_equal(sg_emstat4_script(&s, 1, &script), SG_ERR_ARGUMENT);
		assert_int_equal(script.length, 0);
	}
	sg_text_init(&script, storage, whole + 1);
	assert_int_equal(sg_emstat4_script(&s, 1, &script), SG_OK);
}

static void refuses_to_compile_what_cannot_share_a_program(void **state)
{
	struct sg_segment s[SG_EMSTAT4_SEGMENTS_MAX + 1];
	char storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;

	(void)state;
	sg_text_init(&script, storage, sizeof(storage));
	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++)
		s[i] = current(1e-3);
	assert_int_equal(sg_emstat4_script(s, 0, &script), SG_ERR_ARGUMENT);
	assert_int_equal(sg_emstat4_script(s, SG_EMSTAT4_SEGMENTS_MAX + 1, &script), SG_ERR_ARGUMENT);
	s[1].range_a = 1e-3;
	assert_int_equal(sg_emstat4_script(s, 2, &script), SG_ERR_ARGUMENT);
	s[1] = rest();
	assert_int_equal(sg_emstat4_script(s, 2, &script), SG_ERR_ARGUMENT);
	s[0] = rest();
	assert_int_equal(sg_emstat4_script(s, 2, &script), SG_ERR_ARGUMENT);
	s[0].duration_s = (double)INFINITY;
	assert_int_equal(sg_emstat4_script(s, 1, &script), SG_ERR_ARGUMENT);
	s[0] = current((double)NAN);
	assert_int_equal(sg_emstat4_script(s, 1, &script), SG_ERR_ARGUMENT);
	assert_int_equal(script.length, 0);
}

/* ---- what every program has ---- */

static const char *word_at(const char *line, int index)
{
	static char word[32];

	while (index-- >= 0) {
		line += strspn(line, " ");
		if (index < 0)
			break;
		line += strcspn(line, " \n");
	}
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " \n"), line);
	return word;
}

static void every_loop_ends_by_itself_and_the_cell_goes_off_at_the_end(void **state)
{
	struct sg_segment s[SG_EMSTAT4_SEGMENTS_MAX];
	char storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;

	(void)state;
	sg_text_init(&script, storage, sizeof(storage));
	for (size_t count = 1; count <= 11; count++) {
		size_t loops = 0;
		const char *line;

		for (size_t i = 0; i < count; i++) {
			s[i] = current(i % 2 ? -1e-3 : 1e-3);
			s[i].duration_s = 100.0 + (double)i;
		}
		assert_int_equal(sg_emstat4_script(s, count, &script), SG_OK);
		for (line = script.data; *line; line += strcspn(line, "\n") + 1) {
			char expected[16];

			assert_true(strcspn(line, "\n") <= 120);
			if (!strstr(word_at(line, 0), "loop") || strcmp(word_at(line, 0), "endloop") == 0 ||
			    strcmp(word_at(line, 0), "breakloop") == 0)
				continue;
			assert_string_equal(word_at(line, 0), "meas_loop_cp"); /* no loop of any other kind */
			snprintf(expected, sizeof(expected), "%zu", 100 + loops);
			assert_string_equal(word_at(line, 5), expected);
			loops++;
		}
		assert_int_equal(loops, count);
		assert_string_equal(script.data + script.length - strlen("on_finished:\n  cell_off\n\n"),
				    "on_finished:\n  cell_off\n\n");
		/* only the last line is empty: an empty line ends a program */
		assert_ptr_equal(strstr(script.data, "\n\n"), script.data + script.length - 2);
		assert_null(strchr(script.data, '?'));
	}
}

static void the_proof_and_the_switching_off_never_switch_on(void **state)
{
	const char *const programs[] = { sg_emstat4_script_verify_off(), sg_emstat4_script_cell_off() };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_null(strstr(programs[i], "cell_on"));
		assert_non_null(strstr(programs[i], "cell_off\n"));
		assert_ptr_equal(strstr(programs[i], "\n\n"), programs[i] + strlen(programs[i]) - 2);
	}
	/* switched off first, and open circuit, which the instrument refuses with the cell on, after it */
	assert_true(strstr(programs[0], "cell_off") < strstr(programs[0], "meas_loop_ocp p 100m 100m\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_range_id_has_its_nominal_value),
		cmocka_unit_test(every_range_of_a_model_is_one_the_stream_can_name),
		cmocka_unit_test(the_smallest_range_that_carries_a_current_is_chosen),
		cmocka_unit_test(whatever_range_is_chosen_may_be_started),
		cmocka_unit_test(unknown_models_have_no_capabilities),
		cmocka_unit_test(each_value_that_is_out_is_refused_and_named),
		cmocka_unit_test(nothing_is_no_sequence),
		cmocka_unit_test(a_program_carries_what_shares_mode_range_size_and_clock),
		cmocka_unit_test(the_longest_program_a_start_takes_is_within_the_budget),
		cmocka_unit_test(what_does_not_fit_the_storage_is_no_program),
		cmocka_unit_test(refuses_to_compile_what_cannot_share_a_program),
		cmocka_unit_test(every_loop_ends_by_itself_and_the_cell_goes_off_at_the_end),
		cmocka_unit_test(the_proof_and_the_switching_off_never_switch_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

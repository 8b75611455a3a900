/* SPDX-License-Identifier: Apache-2.0 */
/* What a verify pulse asks of an instrument. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/pulse.h"

static const struct row {
	const char *legend;
	double interval_min_s;
	size_t sequence_max;
	bool gapless;
	enum sg_err err;
	double part_s, interval_s;
	size_t readings;
} rows[] = {
	{ "100 a second", 0.01, 11, true, SG_OK, 0.2, 0.01, 20 },
	{ "15 a second: three readings in each part will do", 1.0 / 15.0, 16, true, SG_OK, 0.2, 1.0 / 15.0, 3 },
	{ "10 a second: two would not", 0.1, 16, true, SG_OK, 0.3, 0.1, 3 },
	{ "5 a second", 0.2, 16, true, SG_OK, 0.6, 0.2, 3 },
	{ "1000 a second: more than enough", 0.001, 16, true, SG_OK, 0.2, 0.005, 40 },
	{ "one in 0.33 s", 1.0 / 3.0, 16, true, SG_OK, 1.0, 1.0 / 3.0, 3 },
	{ "one a second is too slow", 1.0, 16, true, SG_ERR_UNSUPPORTED, 0, 0, 0 },
	{ "one current at a time", 0.01, 1, true, SG_ERR_UNSUPPORTED, 0, 0, 0 },
	{ "a gap between two currents", 0.01, 16, false, SG_ERR_UNSUPPORTED, 0, 0, 0 },
};

static void it_is_as_fast_as_the_instrument_and_long_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sg_potentiostat_caps caps = { .model = "X", .interval_min_s = rows[i].interval_min_s,
							   .sequence_max = rows[i].sequence_max, .gapless = rows[i].gapless };
		struct sg_pulse_pace pace = { 0 };
		char storage[200];
		struct sg_text why;
		enum sg_err err;

		sg_text_init(&why, storage, sizeof(storage));
		err = sg_pulse_pace_for(&caps, &pace, &why);
		if (err != rows[i].err || fabs(pace.part_s - rows[i].part_s) > 1e-12 ||
		    fabs(pace.interval_s - rows[i].interval_s) > 1e-12 || pace.readings != rows[i].readings)
			fail_msg("%s: %d, %g s, %g s, %zu (%s)", rows[i].legend, err, pace.part_s, pace.interval_s, pace.readings,
				 why.data);
		assert_true((err == SG_OK) == (why.length == 0));
	}
}

static void it_keeps_range_limits_and_sign_of_what_it_interrupts(void **state)
{
	const struct sg_pulse_pace pace = { .interval_s = 0.01, .part_s = 0.2, .readings = 20 };
	const struct sg_segment segment = { .mode = SG_MODE_GALVANOSTATIC, .set_value = -4e-3, .interval_s = 1, .duration_s = 300,
					    .voltage_min_v = -2, .voltage_max_v = 3, .range_a = 10e-3 };
	const struct sg_step step = { .kind = SG_STEP_CURRENT, .procedure = 2, .half_step = 7, .cycle = 4, .density_ma_cm2 = -4,
				      .current_a = -4e-3, .duration_s = 300, .interval_s = 1, .range_a = 10e-3, .id = "3.4-" };
	struct sg_segment segments[SG_PULSE_PARTS];
	struct sg_step steps[SG_PULSE_PARTS];

	(void)state;
	sg_pulse_segments(&pace, &segment, segments);
	sg_pulse_steps(&pace, &step, steps);
	for (size_t i = 0; i < SG_PULSE_PARTS; i++) {
		const double share = i == SG_PULSE_HALF ? 0.5 : 0.0;

		assert_int_equal(segments[i].mode, SG_MODE_GALVANOSTATIC); /* or they would not be one sequence */
		assert_true(segments[i].set_value == share * segment.set_value);
		assert_true(segments[i].range_a == segment.range_a);
		assert_true(segments[i].voltage_min_v == -2 && segments[i].voltage_max_v == 3);
		assert_true(segments[i].duration_s == 0.2 && segments[i].interval_s == 0.01);
		assert_true(steps[i].current_a == share * step.current_a && steps[i].density_ma_cm2 == share * step.density_ma_cm2);
		assert_int_equal(steps[i].half_step, 0);
		assert_int_equal(strncmp(steps[i].id, "verify.", 7), 0);
	}
	assert_int_equal(steps[SG_PULSE_REST].kind, SG_STEP_REST);
	assert_int_equal(steps[SG_PULSE_HALF].kind, SG_STEP_CURRENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_fast_as_the_instrument_and_long_enough),
		cmocka_unit_test(it_keeps_range_limits_and_sign_of_what_it_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

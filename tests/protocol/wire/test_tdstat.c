/* SPDX-License-Identifier: Apache-2.0 */
/* What the vectors do not say of the TDstat's codec: refusals by caller, samples against segments, capabilities. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "wire/tdstat.h"
#include "wire/tdstat_calibration.h"
#include "wire/tdstat_convert.h"

static const struct sg_tdstat_model *v3(void)
{
	return sg_tdstat_model("v3");
}

static struct sg_tdstat_calibration none(void)
{
	struct sg_tdstat_calibration c;

	sg_tdstat_calibration_none(&c);
	return c;
}

static void models_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(sg_tdstat_model(NULL), v3());
	assert_string_equal(sg_tdstat_model("mystat")->name, "mystat");
	assert_null(sg_tdstat_model("V3"));
	assert_null(sg_tdstat_model(""));
	assert_ptr_equal(sg_tdstat_caps("v3"), &v3()->caps);
	assert_null(sg_tdstat_caps("v2"));
}

static void models_are_found_by_the_size_of_their_shunt_record(void **state)
{
	(void)state;
	assert_ptr_equal(sg_tdstat_model_by_record(6), v3());
	assert_ptr_equal(sg_tdstat_model_by_record(8), sg_tdstat_model("mystat"));
	assert_null(sg_tdstat_model_by_record(0));
	assert_null(sg_tdstat_model_by_record(7));
}

/* Ranges of the capabilities rise, those of the instrument fall: the same ones. */
static void every_range_has_a_number_and_a_full_scale_above_it(void **state)
{
	static const char *const names[] = { "v3", "mystat" };

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		const struct sg_tdstat_model *m = sg_tdstat_model(names[n]);

		assert_int_equal(m->caps.range_count, m->ranges);
		for (unsigned r = 1; r <= m->ranges; r++) {
			assert_int_equal(sg_tdstat_range(m, m->caps.range_a[m->ranges - r]), r);
			assert_true(m->full_scale_a[r - 1] > m->range_a[r - 1]);
		}
		assert_int_equal(sg_tdstat_range(m, 0.0), 0);
		assert_int_equal(sg_tdstat_range(m, 10e-3), 0);
		assert_true(m->caps.power_from_link && m->caps.host_loss == SG_HOST_LOSS_NONE);
		assert_true(m->caps.limit_place == SG_LIMIT_HOST);
		assert_true(m->caps.compliance_v <= m->full_scale_v);
	}
}

/* A shunt at its worst still leaves the nominal range within the DAC. */
static void the_nominal_current_fits_whatever_a_v3_has_stored(void **state)
{
	struct sg_tdstat_calibration c = none();
	uint32_t code;

	(void)state;
	c.offsets.current = SG_TDSTAT_FULL_COUNTS / 20;
	for (unsigned r = 1; r <= 3; r++) {
		c.shunts.k[r - 1] = 1.032767;
		assert_int_equal(sg_tdstat_dac_code(v3(), &c, SG_MODE_GALVANOSTATIC, r, v3()->range_a[r - 1], &code), SG_OK);
	}
}

static void commands_without_an_argument_take_none_and_others_want_theirs(void **state)
{
	struct sg_tdstat_command c;
	uint8_t record[8] = { 0 };

	(void)state;
	for (int w = 0; w < SG_TDSTAT_WORDS; w++) {
		const enum sg_tdstat_word word = (enum sg_tdstat_word)w;
		const bool takes = word == SG_TDSTAT_RANGE || word == SG_TDSTAT_DACSET || word == SG_TDSTAT_DACCALSET ||
				   word == SG_TDSTAT_OFFSETSAVE || word == SG_TDSTAT_SHUNTCALSAVE;
		const bool saves = takes && word != SG_TDSTAT_RANGE && word != SG_TDSTAT_DACSET;

		assert_int_equal(sg_tdstat_plain(word, &c), takes ? SG_ERR_ARGUMENT : SG_OK);
		assert_int_equal(sg_tdstat_save(word, record, 6, &c), saves ? SG_OK : SG_ERR_ARGUMENT);
		assert_int_equal(sg_tdstat_save(word, record, 8, &c),
				 word == SG_TDSTAT_SHUNTCALSAVE ? SG_OK : SG_ERR_ARGUMENT);
		assert_int_equal(sg_tdstat_save(word, record, 7, &c), SG_ERR_ARGUMENT);
	}
	assert_int_equal(sg_tdstat_plain(SG_TDSTAT_WORDS, &c), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_select_range(0, &c), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_select_range(5, &c), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_set_dac(1u << 20, &c), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_set_dac((1u << 20) - 1, &c), SG_OK);
	assert_string_equal(sg_tdstat_word_text(SG_TDSTAT_WORDS), "?");
}

/* While nobody knows the model, the shunt record tells it. */
static void an_unknown_model_may_answer_either_size_of_shunts(void **state)
{
	struct sg_tdstat_reply reply;
	uint8_t record[9] = { 0 };

	(void)state;
	for (size_t length = 5; length <= 9; length++)
		assert_int_equal(sg_tdstat_read_reply(NULL, SG_TDSTAT_SHUNTCALREAD, record, length, &reply),
				 length == 6 || length == 8 ? SG_OK : SG_ERR_FRAME);
	assert_int_equal(sg_tdstat_read_reply(NULL, SG_TDSTAT_OFFSETREAD, record, 8, &reply), SG_ERR_FRAME);
	assert_int_equal(sg_tdstat_read_reply(NULL, SG_TDSTAT_WORDS, record, 6, &reply), SG_ERR_ARGUMENT);
}

/* An overflow bit beside a number that is no overflow. */
static void overflow_bits_must_agree_with_the_number(void **state)
{
	static const uint8_t high[3] = { 0x40, 0, 0 }, low[3] = { 0xBF, 0xFF, 0xFF };
	struct sg_tdstat_word_value value = { .counts = 5 };

	(void)state;
	assert_int_equal(sg_tdstat_adc_word(high, &value), SG_ERR_FRAME);
	assert_int_equal(sg_tdstat_adc_word(low, &value), SG_ERR_FRAME);
	assert_int_equal(value.counts, 5);
}

static void offsets_with_stray_bits_are_none(void **state)
{
	static const uint8_t stray[6] = { 0x80, 0, 0x01, 0x80, 0, 0 };
	struct sg_tdstat_offsets offsets = { .potential = 5 };

	(void)state;
	assert_int_equal(sg_tdstat_offsets_read(stray, &offsets), SG_ERR_VALUE);
	assert_int_equal(offsets.potential, 5);
}

/* FF in every byte says "never written": such values cannot be stored. */
static void nothing_is_written_that_reads_as_never_written(void **state)
{
	struct sg_tdstat_shunts shunts = { .written = true, .k = { 1.032767, 1.032767, 1.032767, 1.0 } };
	const struct sg_tdstat_dac dac = { true, -1, 0xFFFFFF };
	uint8_t record[8];

	(void)state;
	assert_int_equal(sg_tdstat_shunts_write(v3(), &shunts, record), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_dac_write(&dac, record), SG_ERR_ARGUMENT);
	shunts.k[0] = (double)NAN;
	assert_int_equal(sg_tdstat_shunts_write(v3(), &shunts, record), SG_ERR_ARGUMENT);
}

static void a_code_needs_a_mode_and_a_range(void **state)
{
	const struct sg_tdstat_calibration c = none();
	uint32_t code = 5;

	(void)state;
	assert_int_equal(sg_tdstat_dac_code(v3(), &c, SG_MODE_REST, 1, 0.0, &code), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_dac_code(v3(), &c, SG_MODE_SPECTRUM, 1, 0.0, &code), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_dac_code(v3(), &c, SG_MODE_GALVANOSTATIC, 0, 0.0, &code), SG_ERR_ARGUMENT);
	assert_int_equal(sg_tdstat_dac_code(v3(), &c, SG_MODE_GALVANOSTATIC, 4, 0.0, &code), SG_ERR_ARGUMENT);
	assert_int_equal(code, 5);
}

/* ---- samples ---- */

static struct sg_sample sample(double set_a, double range_a, int32_t current_counts, int over)
{
	const struct sg_segment segment = { .mode = SG_MODE_GALVANOSTATIC, .set_value = set_a, .range_a = range_a };
	const struct sg_tdstat_reading reading = { { 262144, 0 }, { current_counts, over } };
	const struct sg_tdstat_calibration c = none();
	struct sg_sample out;

	sg_tdstat_sample(v3(), &c, &segment, &reading, &out);
	return out;
}

static void a_current_at_its_set_point_has_no_flag(void **state)
{
	const struct sg_sample s = sample(1e-3, 20e-3, 83886, 0);

	(void)state;
	assert_int_equal(s.flags, 0);
	assert_true(s.voltage_v == 1.0 && s.set_a == 1e-3 && s.range_a == 20e-3 && fabs(s.current_a - 1e-3) < 1e-8);
	assert_true(s.instrument_ns == SG_NO_TIME && isnan(s.temperature_c));
}

/* 0.2 % of 1 mA and 0.1 % of 20 mA are 22 uA, 1845 counts. */
static void a_current_off_its_set_point_is_flagged_either_way(void **state)
{
	(void)state;
	assert_int_equal(sample(1e-3, 20e-3, 83886 + 1840, 0).flags, 0);
	assert_int_equal(sample(1e-3, 20e-3, 83886 - 1840, 0).flags, 0);
	assert_int_equal(sample(1e-3, 20e-3, 83886 + 1860, 0).flags, SG_FLAG_OFF_SET_POINT);
	assert_int_equal(sample(1e-3, 20e-3, 83886 - 1860, 0).flags, SG_FLAG_OFF_SET_POINT);
	assert_int_equal(sample(1e-3, 20e-3, 0, 0).flags, SG_FLAG_OFF_SET_POINT);
	assert_int_equal(sample(1e-3, 20e-3, -83886, 0).flags, SG_FLAG_OFF_SET_POINT);
}

static void the_end_of_a_range_is_told_before_it_is_reached(void **state)
{
	(void)state;
	assert_int_equal(sample(20e-3, 20e-3, 1677722, 0).flags, 0);
	assert_int_equal(sample(20e-3, 20e-3, 1800000, 0).flags, SG_FLAG_OVERLOAD_WARN | SG_FLAG_OFF_SET_POINT);
	assert_int_equal(sample(20e-3, 20e-3, 2348810, 1).flags, SG_FLAG_OVERLOAD | SG_FLAG_OFF_SET_POINT);
	assert_int_equal(sample(-20e-3, 20e-3, -2348810, -1).flags, SG_FLAG_OVERLOAD | SG_FLAG_OFF_SET_POINT);
}

static void at_rest_the_current_is_exactly_nothing(void **state)
{
	const struct sg_segment rest = { .mode = SG_MODE_REST };
	const struct sg_tdstat_reading reading = { { -262144, 0 }, { 2348810, 1 } };
	const struct sg_tdstat_calibration c = none();
	struct sg_sample s;

	(void)state;
	sg_tdstat_sample(v3(), &c, &rest, &reading, &s);
	assert_true(s.current_a == 0.0 && s.set_a == 0.0 && s.range_a == 0.0 && s.voltage_v == -1.0);
	assert_int_equal(s.flags, 0);
}

/* What is set is what is read, within half a step of the DAC, offset and shunt or not. */
static void what_is_set_reads_back(void **state)
{
	static const char *const names[] = { "v3", "mystat" };
	struct sg_tdstat_calibration c = none();
	uint32_t code;

	(void)state;
	c.offsets.current = -1235;
	c.shunts.k[0] = 1.0123;
	for (size_t n = 0; n < 2; n++) {
		const struct sg_tdstat_model *m = sg_tdstat_model(names[n]);

		for (unsigned r = 1; r <= m->ranges; r++) {
			for (double part = -1.0; part <= 1.0; part += 0.125) {
				const double set_a = part * m->range_a[r - 1];
				double got_a;

				assert_int_equal(sg_tdstat_dac_code(m, &c, SG_MODE_GALVANOSTATIC, r, set_a, &code), SG_OK);
				got_a = sg_tdstat_amperes(m, &c, r, 4 * ((int32_t)code - SG_TDSTAT_DAC_MIDDLE));
				assert_true(fabs(got_a - set_a) < 1.1 * m->full_scale_a[r - 1] / SG_TDSTAT_DAC_MIDDLE);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models_are_found_by_name),
		cmocka_unit_test(models_are_found_by_the_size_of_their_shunt_record),
		cmocka_unit_test(every_range_has_a_number_and_a_full_scale_above_it),
		cmocka_unit_test(the_nominal_current_fits_whatever_a_v3_has_stored),
		cmocka_unit_test(commands_without_an_argument_take_none_and_others_want_theirs),
		cmocka_unit_test(an_unknown_model_may_answer_either_size_of_shunts),
		cmocka_unit_test(overflow_bits_must_agree_with_the_number),
		cmocka_unit_test(offsets_with_stray_bits_are_none),
		cmocka_unit_test(nothing_is_written_that_reads_as_never_written),
		cmocka_unit_test(a_code_needs_a_mode_and_a_range),
		cmocka_unit_test(a_current_at_its_set_point_has_no_flag),
		cmocka_unit_test(a_current_off_its_set_point_is_flagged_either_way),
		cmocka_unit_test(the_end_of_a_range_is_told_before_it_is_reached),
		cmocka_unit_test(at_rest_the_current_is_exactly_nothing),
		cmocka_unit_test(what_is_set_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

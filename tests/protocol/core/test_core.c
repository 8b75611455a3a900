/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/event.h"
#include "core/segment_check.h"
#include "core/text.h"
#include "core/units.h"

static const enum sg_err all_errors[] = {
	SG_OK,		  SG_ERR_ARGUMENT, SG_ERR_STATE,   SG_ERR_NO_MEMORY, SG_ERR_IO,	     SG_ERR_DISK_FULL,
	SG_ERR_ACCESS,	  SG_ERR_NOT_FOUND, SG_ERR_BUSY,   SG_ERR_FORMAT,    SG_ERR_TIMEOUT, SG_ERR_GONE,
	SG_ERR_FRAME,	  SG_ERR_VALUE,	   SG_ERR_ORDER,   SG_ERR_REFUSED,   SG_ERR_UNSUPPORTED, SG_ERR_IDENTITY,
	SG_ERR_UNCERTAIN, SG_ERR_LIMIT,	   SG_ERR_UNSAFE,
};
#define ERRORS (sizeof(all_errors) / sizeof(all_errors[0]))

static void every_error_has_a_name_and_a_sentence_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ERRORS; i++) {
		assert_string_not_equal(sg_err_name(all_errors[i]), "unknown");
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(sg_err_name(all_errors[i]), sg_err_name(all_errors[k]));
			assert_string_not_equal(sg_err_text(all_errors[i]), sg_err_text(all_errors[k]));
		}
	}
	assert_string_equal(sg_err_name((enum sg_err)-99), "unknown");
}

static void groups_tell_what_to_do_next(void **state)
{
	(void)state;
	assert_int_equal(sg_err_group(SG_ERR_TIMEOUT), SG_GROUP_LINK);
	assert_int_equal(sg_err_group(SG_ERR_FRAME), SG_GROUP_WIRE);
	assert_int_equal(sg_err_group(SG_ERR_REFUSED), SG_GROUP_DEVICE);
	assert_int_equal(sg_err_group(SG_ERR_UNCERTAIN), SG_GROUP_UNCERTAIN);
	assert_int_equal(sg_err_group(SG_ERR_UNSAFE), SG_GROUP_SAFETY);
	assert_int_equal(sg_err_group((enum sg_err)-99), SG_GROUP_CALLER);
}

static void seconds_saturate_instead_of_wrapping(void **state)
{
	(void)state;
	assert_true(sg_ns(1.5) == INT64_C(1500000000));
	assert_true(sg_ns(-1e-9) == -1);
	assert_true(sg_ns(1e30) == SG_FOREVER);
	assert_true(sg_ns(INFINITY) == SG_FOREVER);
	assert_true(sg_ns(-INFINITY) == -SG_FOREVER);
	assert_true(sg_ns(NAN) == 0);
}

static void paper_cell_converts_both_ways(void **state)
{
	(void)state;
	/* 1 mA cm-2 on 0.8332 cm2 for 5 h is 5 mAh cm-2 */
	assert_true(fabs(sg_current_a(1.0, 0.8332) - 0.8332e-3) < 1e-15);
	assert_true(fabs(sg_density_ma_cm2(0.8332e-3, 0.8332) - 1.0) < 1e-12);
	assert_true(fabs(sg_areal_mah_cm2(0.8332e-3 * 18000.0, 0.8332) - 5.0) < 1e-12);
}

static void a_current_may_miss_by_a_part_of_itself_and_of_its_range(void **state)
{
	const struct sg_potentiostat_caps caps = { .set_error_rel = 0.25, .set_error_range = 0.5 };

	(void)state;
	assert_true(sg_caps_tolerance_a(&caps, 8.0, 16.0) == 10.0);
	assert_true(sg_caps_tolerance_a(&caps, -8.0, 16.0) == 10.0);
	assert_true(sg_caps_tolerance_a(&caps, 0.0, 16.0) == 8.0);
}

static void a_sequence_is_as_good_as_its_worst_segment(void **state)
{
	const struct sg_potentiostat_caps caps = {
		.compliance_v = 5.0, .interval_min_s = 0.1, .duration_max_s = 100.0,
	};
	const struct sg_segment rest = {
		.mode = SG_MODE_REST,
		.duration_s = 10.0,
		.interval_s = 1.0,
		.voltage_min_v = -1.0,
		.voltage_max_v = 1.0,
	};
	struct sg_segment segments[3] = { rest, rest, rest };
	char storage[200];
	struct sg_text why;

	(void)state;
	sg_text_init(&why, storage, sizeof(storage));
	assert_int_equal(sg_segments_check(&caps, segments, 3, &why), SG_OK);
	assert_string_equal(why.data, "");
	assert_int_equal(sg_segments_check(&caps, segments, 0, &why), SG_ERR_ARGUMENT);
	assert_string_equal(why.data, "no segment given");
	sg_text_clear(&why);
	segments[1].duration_s = 200.0;
	segments[2].duration_s = -1.0; /* not looked at any more */
	assert_int_equal(sg_segments_check(&caps, segments, 3, &why), SG_ERR_UNSUPPORTED);
	assert_string_equal(why.data, "duration 200 s is above the 100 s of one segment");
	assert_int_equal(sg_segments_check(&caps, segments, 1, NULL), SG_OK);
}

static void text_that_does_not_fit_is_cut_and_remembered(void **state)
{
	char storage[8];
	struct sg_text text;

	(void)state;
	sg_text_init(&text, storage, sizeof(storage));
	sg_text_add(&text, "1234");
	assert_false(text.truncated);
	sg_text_add(&text, "%d", 5678);
	assert_true(text.truncated);
	assert_string_equal(text.data, "1234567");
	sg_text_add(&text, "x");
	assert_string_equal(text.data, "1234567");
	sg_text_clear(&text);
	assert_string_equal(text.data, "");
	sg_text_add(NULL, "nobody listens");
}

static void event_sentence_that_is_too_long_says_so(void **state)
{
	struct sg_event event;
	char long_text[2 * SG_EVENT_TEXT_SIZE];

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	sg_event_init(&event, SG_EVENT_GAP, SG_GRADE_INFO, 12.0);
	assert_true(isnan(event.value) && isnan(event.reference));
	assert_true(event.since_s == 12.0);
	sg_event_say(&event, "%s", long_text);
	assert_int_equal(strlen(event.text), SG_EVENT_TEXT_SIZE - 1);
	assert_string_equal(event.text + SG_EVENT_TEXT_SIZE - 4, "...");
}

static void every_event_type_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < SG_EVENT_TYPES; i++)
		assert_string_not_equal(sg_event_name((enum sg_event_type)i), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_name_and_a_sentence_of_its_own),
		cmocka_unit_test(groups_tell_what_to_do_next),
		cmocka_unit_test(seconds_saturate_instead_of_wrapping),
		cmocka_unit_test(paper_cell_converts_both_ways),
		cmocka_unit_test(a_current_may_miss_by_a_part_of_itself_and_of_its_range),
		cmocka_unit_test(a_sequence_is_as_good_as_its_worst_segment),
		cmocka_unit_test(text_that_does_not_fit_is_cut_and_remembered),
		cmocka_unit_test(event_sentence_that_is_too_long_says_so),
		cmocka_unit_test(every_event_type_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

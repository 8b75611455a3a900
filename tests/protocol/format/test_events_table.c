/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/events_read.h"
#include "format/events_table.h"

static void writes_the_documented_columns(void **state)
{
	char line[SG_EVENTS_LINE_SIZE];

	(void)state;
	assert_true(sg_events_header(line, sizeof(line)) > 0);
	assert_string_equal(line, "time_s,unix_time_s,type,grade,since_s,step_count,value,reference,text,unit\n");
}

static void keeps_an_event_on_one_line(void **state)
{
	char line[SG_EVENTS_LINE_SIZE];
	struct sg_event event;
	size_t length;

	(void)state;
	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, 3601.5);
	event.since_s = 3600.25;
	event.step = 12;
	event.value = 0.91;
	event.reference = 46.2;
	sg_event_say(&event, "R fell to 0.91 ohm, \"2 %%\" of 46.2 ohm;\ncould be a lost sense lead");
	length = sg_events_line(&event, INT64_C(1789377331500000000), line, sizeof(line));
	assert_int_equal(length, strlen(line));
	assert_string_equal(line, "3601.500,1789377331.500,hard_short,alarm,3600.250,12,0.91,46.2,"
			    "\"R fell to 0.91 ohm, \"\"2 %\"\" of 46.2 ohm; could be a lost sense lead\",ohm\n");
}

/* Value and reference are numbers that a script reads: it need not read the sentence for their unit. */
static void the_unit_is_that_of_the_type_unless_it_says_another(void **state)
{
	struct sg_event event;

	(void)state;
	sg_event_init(&event, SG_EVENT_LIMIT, SG_GRADE_ALARM, 1.0);
	assert_int_equal(sg_event_unit(&event), SG_UNIT_NONE);
	event.reference = 5.0;
	assert_string_equal(sg_unit_name(sg_event_unit(&event)), "V");
	event.unit = SG_UNIT_MAH_CM2;
	assert_string_equal(sg_unit_name(sg_event_unit(&event)), "mAh/cm2");
	sg_event_init(&event, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, 1.0);
	event.value = 1.0;
	assert_string_equal(sg_unit_name(sg_event_unit(&event)), "");
	for (int i = SG_UNIT_NONE + 1; i < SG_UNITS; i++)
		assert_true(sg_unit_name((enum sg_unit)i)[0] != '\0');
}

static void reads_its_lines_back_and_those_of_version_1(void **state)
{
	static const char before[] = "9.000,,soft_short,alarm,8.000,3,40,50,\"soft, short\"";
	static const char *const wrong[] = { "9.000,,soft_short,alarm,8.000,3,40,50", "9.000,,soft_short,alarm,8.000,3,40,50,text,ohms",
					     "9.000,,soft_short,alarm,8.000,3,40,50,text,ohm,more" };
	struct sg_event event, back;
	char line[SG_EVENTS_LINE_SIZE];
	int64_t utc_ns;
	size_t length;

	(void)state;
	sg_event_init(&event, SG_EVENT_LIMIT, SG_GRADE_ALARM, 9.0);
	event.value = 4.0;
	event.unit = SG_UNIT_MAH_CM2;
	sg_event_say(&event, "so, or so");
	length = sg_events_line(&event, -1, line, sizeof(line));
	assert_int_equal(sg_events_read(&back, &utc_ns, line, length - 1), SG_OK);
	assert_true(back.value == 4.0 && isnan(back.reference) && sg_event_unit(&back) == SG_UNIT_MAH_CM2);
	assert_string_equal(back.text, "so, or so");
	assert_int_equal(sg_events_read(&back, &utc_ns, before, strlen(before)), SG_OK);
	assert_true(back.reference == 50.0 && sg_event_unit(&back) == SG_UNIT_NONE);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(sg_events_read(&back, &utc_ns, wrong[i], strlen(wrong[i])), SG_ERR_FORMAT);
}

static void leaves_missing_evidence_empty(void **state)
{
	char line[SG_EVENTS_LINE_SIZE];
	struct sg_event event;

	(void)state;
	sg_event_init(&event, SG_EVENT_RUN_STARTED, SG_GRADE_INFO, 0);
	sg_event_say(&event, "begin");
	sg_events_line(&event, -1, line, sizeof(line));
	assert_string_equal(line, "0.000,,run_started,info,0.000,0,,,begin,\n");
}

static void the_longest_event_fits(void **state)
{
	char line[SG_EVENTS_LINE_SIZE];
	struct sg_event event;

	(void)state;
	sg_event_init(&event, SG_EVENT_SHORT_OR_SENSE, SG_GRADE_WARNING, -1e15 / 3);
	event.value = event.reference = -1.0 / 3e-300;
	event.step = UINT32_MAX;
	memset(event.text, '"', sizeof(event.text) - 1);
	assert_true(sg_events_line(&event, INT64_MAX, line, sizeof(line)) > 2 * (sizeof(event.text) - 1));
	assert_int_equal(sg_events_line(&event, INT64_MAX, line, 64), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_documented_columns),
		cmocka_unit_test(keeps_an_event_on_one_line),
		cmocka_unit_test(the_unit_is_that_of_the_type_unless_it_says_another),
		cmocka_unit_test(reads_its_lines_back_and_those_of_version_1),
		cmocka_unit_test(leaves_missing_evidence_empty),
		cmocka_unit_test(the_longest_event_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

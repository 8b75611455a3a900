/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/events_table.h"

static void writes_the_documented_columns(void **state)
{
	char line[SG_EVENTS_LINE_SIZE];

	(void)state;
	assert_true(sg_events_header(line, sizeof(line)) > 0);
	assert_string_equal(line, "time_s,unix_time_s,type,grade,since_s,step_count,value,reference,text\n");
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
			    "\"R fell to 0.91 ohm, \"\"2 %\"\" of 46.2 ohm; could be a lost sense lead\"\n");
}

static void leaves_missing_evidence_empty(void **state)
{
	char line[SG_EVENTS_LINE_SIZE];
	struct sg_event event;

	(void)state;
	sg_event_init(&event, SG_EVENT_RUN_STARTED, SG_GRADE_INFO, 0);
	sg_event_say(&event, "begin");
	sg_events_line(&event, -1, line, sizeof(line));
	assert_string_equal(line, "0.000,,run_started,info,0.000,0,,,begin\n");
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
		cmocka_unit_test(leaves_missing_evidence_empty),
		cmocka_unit_test(the_longest_event_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

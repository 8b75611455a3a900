/* SPDX-License-Identifier: Apache-2.0 */
/* Two rigs that share a chamber; the program behind them is one that sleeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "service/station.h"

struct scene {
	char folder[64], program[96], rigs[96];
	struct sg_rig_entry entries[2];
	struct sg_station *stations;
	const struct sg_station *all[2];
	char said[1024];
	struct sg_text why;
};

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	char path[128];

	strcpy(s->folder, "/tmp/station.XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->rigs, sizeof(s->rigs), "%s/rigs.yaml", s->folder);
	snprintf(s->program, sizeof(s->program), "%s/program", s->folder);
	put(s->program, "#!/bin/sh\nexec sleep 60\n");
	chmod(s->program, 0700);
	snprintf(path, sizeof(path), "%s/rig.yaml", s->folder);
	put(path, "{potentiostat: {family: emstat4, port: \"pty:/x\"}, chamber: {family: votsch, port: \"tcp:box:1\"}}\n");
	s->stations = calloc(2, sizeof(*s->stations));
	sg_text_init(&s->why, s->said, sizeof(s->said));
	for (int i = 0; i < 2; i++) {
		snprintf(s->entries[i].name, sizeof(s->entries[i].name), "rig%d", i);
		strcpy(s->entries[i].file, "rig.yaml");
		assert_int_equal(sg_station_open(&s->stations[i], &s->entries[i], s->rigs, s->folder, s->program, &s->why), SG_OK);
		s->all[i] = &s->stations[i];
	}
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;
	char command[128];

	for (int i = 0; i < 2; i++) {
		sg_child_signal(&s->stations[i].child, SIGKILL);
		if (s->stations[i].child.pid)
			sg_child_end(&s->stations[i].child);
		sg_station_close(&s->stations[i]);
	}
	snprintf(command, sizeof(command), "rm -rf %s", s->folder);
	assert_int_equal(system(command), 0);
	free(s->stations);
	free(s);
	return 0;
}

static enum sg_err submit(struct scene *s, int index, const char *temperature, const char *steps)
{
	char text[512];

	snprintf(text, sizeof(text), "sandglass: 1\nname: n\ncell: {name: c, metal: Na, area_cm2: 1}\nrig: r.yaml\n"
		 "limits: {voltage: 5 V}\n%ssteps:\n  - rest: 1 min\n%s", temperature, steps);
	sg_text_clear(&s->why);
	return sg_station_submit(&s->stations[index], text, s->all, 2, &s->why);
}

static void another_temperature_in_the_same_chamber_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(submit(s, 0, "temperature: {set: 25 degC}\n", ""), SG_OK);
	assert_int_equal(submit(s, 1, "temperature: {set: 40 degC}\n", ""), SG_ERR_ARGUMENT);
	assert_non_null(strstr(s->said, "rig0"));
	assert_non_null(strstr(s->said, "25 to 25 degC"));
	assert_int_equal(submit(s, 1, "temperature: {set: 25 degC}\n", "  - temperature: {set: 30 degC}\n"), SG_ERR_ARGUMENT);
	assert_int_equal(submit(s, 1, "temperature: {set: 25 degC, at_end: off}\n", ""), SG_ERR_ARGUMENT);
	assert_int_equal(s->stations[1].state, SG_STATION_IDLE);
	assert_int_equal(submit(s, 1, "temperature: {set: 25 degC}\n", ""), SG_OK);
}

static void a_test_without_a_temperature_takes_any(void **state)
{
	struct scene *s = *state;

	assert_int_equal(submit(s, 0, "temperature: {set: 25 degC}\n", ""), SG_OK);
	assert_int_equal(submit(s, 1, "", ""), SG_OK);
}

static void a_rig_has_one_test(void **state)
{
	struct scene *s = *state;

	assert_int_equal(submit(s, 0, "", ""), SG_OK);
	assert_int_equal(submit(s, 0, "", ""), SG_ERR_STATE);
	assert_non_null(strstr(s->said, "one test at a time"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_temperature_in_the_same_chamber_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(a_test_without_a_temperature_takes_any, begin, end),
		cmocka_unit_test_setup_teardown(a_rig_has_one_test, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A rig that is not there, or not as written: which words a person gets, and that nothing stays open. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/clock.h"
#include "runner/rig.h"

struct bench {
	struct sg_rig_config config;
	struct sg_rig rig;
	struct sg_host_clock clock;
	char why_storage[512];
	struct sg_text why;
};

static void set_up(struct bench *b, const char *family, const char *model, const char *port)
{
	memset(b, 0, sizeof(*b));
	sg_host_clock_init(&b->clock, 1.0);
	sg_text_init(&b->why, b->why_storage, sizeof(b->why_storage));
	snprintf(b->config.potentiostat.family, sizeof(b->config.potentiostat.family), "%s", family);
	snprintf(b->config.potentiostat.model, sizeof(b->config.potentiostat.model), "%s", model);
	snprintf(b->config.potentiostat.port, sizeof(b->config.potentiostat.port), "%s", port);
	b->config.potentiostat.present = true;
	b->config.potentiostat.address = -1;
}

static void assert_says(const struct bench *b, const char *words)
{
	if (!strstr(b->why.data, words))
		fail_msg("\"%s\" does not say \"%s\"", b->why.data, words);
}

static void a_known_model_has_capabilities_without_a_connection(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, "emstat4", "hr", "serial:/dev/none");
	assert_int_equal(sg_rig_look_up(&b.config, &b.rig, &b.why), SG_OK);
	assert_string_equal(b.rig.caps->model, "EmStat4 HR");
	assert_null(b.rig.chamber_caps);
	assert_null(b.rig.potentiostat.device);
}

static void no_model_means_the_default_of_its_family(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, "emstat4", "", "serial:/dev/none");
	assert_int_equal(sg_rig_look_up(&b.config, &b.rig, &b.why), SG_OK);
	assert_string_equal(b.rig.caps->model, "EmStat4 LR");
}

static void an_unknown_family_or_model_is_told_with_those_that_are_known(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, "emstat5", "hr", "serial:/dev/none");
	assert_int_equal(sg_rig_look_up(&b.config, &b.rig, &b.why), SG_ERR_ARGUMENT);
	assert_says(&b, "emstat5");
	assert_says(&b, "emstat4 (lr, hr)");
	set_up(&b, "emstat4", "xr", "serial:/dev/none");
	assert_int_equal(sg_rig_look_up(&b.config, &b.rig, &b.why), SG_ERR_ARGUMENT);
	assert_says(&b, "xr");
}

static void a_chamber_is_no_potentiostat(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, "votsch", "vt4002", "serial:/dev/none");
	assert_int_equal(sg_rig_look_up(&b.config, &b.rig, &b.why), SG_ERR_ARGUMENT);
	assert_says(&b, "no potentiostat family \"votsch\"");
}

static void a_port_that_is_not_there_is_named_and_nothing_stays_open(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, "emstat4", "hr", "pty:/nonexistent/port");
	assert_int_equal(sg_rig_open(&b.rig, &b.config, &b.clock.clock, &b.why), SG_ERR_NOT_FOUND);
	assert_says(&b, "/nonexistent/port");
	assert_null(b.rig.potentiostat.device);
	assert_null(b.rig.chamber.device);
	sg_rig_close(&b.rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_model_has_capabilities_without_a_connection),
		cmocka_unit_test(no_model_means_the_default_of_its_family),
		cmocka_unit_test(an_unknown_family_or_model_is_told_with_those_that_are_known),
		cmocka_unit_test(a_chamber_is_no_potentiostat),
		cmocka_unit_test(a_port_that_is_not_there_is_named_and_nothing_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The line that a person watches. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "live_view.h"

/* What one call prints; the view draws its first line at once. */
static void draw(const struct sg_run_view *shown, char *text, size_t size)
{
	FILE *file = tmpfile();
	struct sg_live_view view;
	size_t length;
	int screen;

	assert_non_null(file);
	fflush(stdout);
	screen = dup(STDOUT_FILENO);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	sg_live_view_init(&view, false);
	view.observer.progress(view.observer.ctx, shown);
	sg_live_view_end(&view);
	assert_true(dup2(screen, STDOUT_FILENO) >= 0);
	close(screen);
	rewind(file);
	length = fread(text, 1, size - 1, file);
	text[length] = '\0';
	fclose(file);
}

static void assert_drawn(const struct sg_run_view *shown, const char *words, const char *never)
{
	char text[512];

	draw(shown, text, sizeof(text));
	if (!strstr(text, words) || (never && strstr(text, never)))
		fail_msg("drawn: \"%s\"; expected \"%s\", and never \"%s\"", text, words, never ? never : "");
}

static void a_temperature_that_nobody_confirms_is_not_shown_as_that_of_now(void **state)
{
	static const enum sg_phase waits[] = { SG_PHASE_SOAK, SG_PHASE_HOLD };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sg_run_view v = { .phase = waits[i], .time_s = 300.0, .temperature_c = 24.96,
					 .temperature_age_s = 5.0, .soak_left_s = 60.0 };

		assert_drawn(&v, "  25.0 degC  at least 1:00 to go", "---");
		v.temperature_age_s = 125.0;
		v.temperature_stale = true;
		assert_drawn(&v, "  --- degC (no answer for 2:05)  at least", "25.0");
		v.temperature_c = NAN;
		v.temperature_age_s = INFINITY;
		assert_drawn(&v, "  --- degC (no answer yet)  at least", "nan");
	}
}

static void in_a_step_as_well(void **state)
{
	const struct sg_step step = { .kind = SG_STEP_CURRENT, .density_ma_cm2 = 2.0 };
	const struct sg_plan plan = { .step_count = 4 };
	struct sg_run_view v = { .phase = SG_PHASE_STEP, .plan = &plan, .step = &step, .time_s = 300.0, .left_s = 90.0,
				 .resistance_ohm = NAN, .temperature_c = 24.96, .temperature_age_s = 5.0 };

	(void)state;
	assert_drawn(&v, "  25.0 degC  1:30 left", "no answer");
	v.temperature_stale = true;
	v.temperature_age_s = 3725.0;
	assert_drawn(&v, "  --- degC (no answer for 1:02:05)  1:30 left", "25.0");
	/* No chamber in the rig: nothing to say. */
	v.temperature_stale = false;
	v.temperature_c = NAN;
	assert_drawn(&v, "--- ohm  1:30 left", "degC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_temperature_that_nobody_confirms_is_not_shown_as_that_of_now),
		cmocka_unit_test(in_a_step_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

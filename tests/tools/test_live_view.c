/* SPDX-License-Identifier: Apache-2.0 */
/* The line that a person watches. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
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
	sg_live_view_init(&view, false, NULL);
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

/* How long the current can go on has two ends, and neither is a prediction. */
static void the_time_to_the_limit_has_both_ends(void **state)
{
	const struct sg_detect_config detect = { .area_cm2 = 1.0, .expected_ohm = NAN, .compliance_v = NAN,
						 .voltage_noise_v = NAN, .current_noise_a = NAN };
	const struct sg_step step = { .kind = SG_STEP_CURRENT, .density_ma_cm2 = 1.0 };
	const struct sg_plan plan = { .step_count = 4 };
	const struct sg_row row = { .current_a = 1e-3, .voltage_v = 0.05 };
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	struct sg_exposure_config model;
	struct sg_watch watch;
	struct sg_run_view v = { .phase = SG_PHASE_STEP, .plan = &plan, .step = &step, .row = &row, .watch = &watch,
				 .resistance_ohm = 50.0, .baseline_ohm = NAN, .temperature_c = NAN };

	(void)state;
	/* 2221 s for tsai2020 and concentration 0.0769: to 1 % of the 2205 s for 5.1e-11; twice as long for the largest D */
	assert_int_equal(sg_watch_model("Li", "", 1.0, NAN, 25.0, &model, NULL), SG_OK);
	assert_int_equal(sg_watch_init(&watch, &detect, &model, NULL), SG_OK);
	for (int i = 0; i <= 2300; i++) {
		struct sg_reading reading = { .time_s = i, .current_a = 1e-3, .voltage_v = 0.05, .set_a = NAN,
					      .temperature_c = 25.0 };

		sg_watch_feed(&watch, &reading, events);
		if (i == 600)
			assert_drawn(&v, "  limit A 0.37-0.52, >= 26:45 to it (<= 1:04:0", "beyond");
	}
	assert_drawn(&v, "  limit A 0.72-1.02, perhaps beyond it (<= 35:44)", ">=");
}

/* Fill it to the last byte. */
static void fill(int fd)
{
	static const char zeros[4096];
	const int flags = fcntl(fd, F_GETFL);

	assert_int_equal(fcntl(fd, F_SETFL, flags | O_NONBLOCK), 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		continue;
	assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
}

/* Read on until these words have come. */
static bool hear(int fd, const char *words)
{
	static char text[65536];
	size_t length = 0;

	text[0] = '\0';
	while (!strstr(text, words)) {
		const ssize_t n = read(fd, text + length, sizeof(text) - 1 - length);

		if (n <= 0)
			return false;
		/* what the pipe was filled with is no text */
		for (ssize_t i = 0; i < n; i++)
			text[length + (size_t)i] = text[length + (size_t)i] ? text[length + (size_t)i] : ' ';
		length += (size_t)n;
		text[length] = '\0';
		if (length > sizeof(text) / 2) {
			memmove(text, text + length - 256, 257);
			length = 256;
		}
	}
	return true;
}

/* Ctrl-S, or `| less`: whoever looks at the cell must not wait for it. */
static void lines_that_nobody_takes_are_left_out_and_counted(void **state)
{
	struct sg_live_view view;
	struct sg_event event;
	int ends[2], screen;
	bool counted;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	screen = dup(STDOUT_FILENO);
	assert_true(dup2(ends[1], STDOUT_FILENO) >= 0);
	sg_live_view_init(&view, false, NULL);
	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, 5.0);
	sg_event_say(&event, "a word");
	fill(ends[1]);
	alarm(60); /* one that waits waits for ever */
	for (int i = 0; i < 1000; i++)
		view.observer.event(view.observer.ctx, &event);
	assert_true(hear(ends[0], "a word"));
	sg_event_say(&event, "another word");
	/* The thread has to have made room before. */
	do {
		view.observer.event(view.observer.ctx, &event);
	} while (view.screen.left_out);
	counted = hear(ends[0], " lines left out: nobody took them)\n     0:05  ALARM hard_short: another word\n");
	sg_live_view_end(&view);
	alarm(0);
	assert_true(dup2(screen, STDOUT_FILENO) >= 0);
	close(screen);
	close(ends[0]);
	close(ends[1]);
	assert_true(counted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_temperature_that_nobody_confirms_is_not_shown_as_that_of_now),
		cmocka_unit_test(in_a_step_as_well),
		cmocka_unit_test(the_time_to_the_limit_has_both_ends),
		cmocka_unit_test(lines_that_nobody_takes_are_left_out_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

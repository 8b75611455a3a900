/* SPDX-License-Identifier: Apache-2.0 */
/* result.json and the sidecar over a long test: how often they are written, and how far they may lag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/units.h"
#include "record_fixture.h"

#define SIDECAR "LAB__LLZO-012__20260914_001.bdf.metadata.json"
#define HALF_STEPS 3000
#define ROWS_A_HALF_STEP 10

static const struct sg_run_summary running = { .state = "running", .stopped_by = "" };

/* The fixture's ramp, over and over. */
static void make_long_plan(struct record_fixture *f, struct sg_plan *plan)
{
	size_t i;

	plan->step_count = HALF_STEPS;
	plan->steps = calloc(HALF_STEPS, sizeof(*plan->steps));
	assert_non_null(plan->steps);
	for (i = 0; i < HALF_STEPS; i++)
		plan->steps[i] = f->steps[i % FIXTURE_STEPS];
	f->meta.plan = plan;
}

static void record_half_step(struct record_fixture *f, struct sg_recorder *recorder, struct sg_result *result)
{
	const double begin_s = f->time_s;
	int i;

	for (i = 0; i < ROWS_A_HALF_STEP; i++)
		assert_int_equal(sg_recorder_row(recorder, record_fixture_row(f)), SG_OK);
	sg_result_begin(result, f->books.row.step_count, 1, 0.1, 10.0, begin_s);
	sg_result_sample(result, f->time_s, 0.05, 1e-4, 25.0, true, 1e-3);
	sg_result_end(result, f->time_s, SG_END_DURATION, true);
}

/* How often a document has been replaced, and what that took. */
struct watch {
	const char *name;
	ino_t inode;
	long written;
	long times;
};

static void look(struct watch *watch, const char *folder)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, watch->name);
	assert_int_equal(stat(path, &st), 0);
	if (st.st_ino == watch->inode)
		return;
	watch->inode = st.st_ino; /* the new file is made while the old one is there: never the same number */
	watch->written += (long)st.st_size;
	watch->times++;
}

static long listed(const char *folder)
{
	size_t length;
	char *text = record_fixture_slurp(folder, "result.json", &length);
	const char *at = text ? strstr(text, "\"half_step_count\":") : NULL;
	long count = at ? strtol(at + strlen("\"half_step_count\":"), NULL, 10) : -1;

	free(text);
	return count;
}

/* Written after every half-step, these two would come to more than a hundred times the table. */
static void very_many_half_steps_cost_a_few_times_the_record(void **state)
{
	struct watch result_json = { .name = "result.json" }, sidecar = { .name = SIDECAR };
	const struct sg_run_summary ended = { .state = "completed", .stopped_by = "end_of_plan" };
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_result result;
	struct sg_plan plan = { 0 };
	long half_steps, table;

	(void)state;
	record_fixture_init(&f, 0.0);
	make_long_plan(&f, &plan);
	recorder = record_fixture_open(&f);
	assert_int_equal(sg_result_init(&result, 0.785, true, HALF_STEPS), SG_OK);
	look(&result_json, sg_recorder_folder(recorder));
	look(&sidecar, sg_recorder_folder(recorder));
	assert_int_equal(result_json.times, 1); /* at the start */
	for (half_steps = 1; half_steps <= HALF_STEPS; half_steps++) {
		record_half_step(&f, recorder, &result);
		assert_int_equal(sg_recorder_result(recorder, &result, &running), SG_OK);
		look(&result_json, sg_recorder_folder(recorder));
		look(&sidecar, sg_recorder_folder(recorder));
	}
	table = record_fixture_size(sg_recorder_table(recorder));
	print_message("table %ld bytes; result.json %ld times, %ld bytes; sidecar %ld times, %ld bytes\n", table,
		      result_json.times, result_json.written, sidecar.times, sidecar.written);
	assert_true(result_json.written + sidecar.written < 5 * table);
	assert_true(result_json.times > 10);
	assert_true(listed(sg_recorder_folder(recorder)) > HALF_STEPS * 9L / 10);
	assert_true(listed(sg_recorder_folder(recorder)) <= HALF_STEPS);
	assert_int_equal(sg_recorder_result(recorder, &result, &ended), SG_OK);
	assert_int_equal(listed(sg_recorder_folder(recorder)), HALF_STEPS);
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	sg_result_fini(&result);
	free(plan.steps);
	record_fixture_fini(&f);
}

static void the_end_is_written_however_little_came_before_it(void **state)
{
	static const char *const ends[] = { "stopped", "failed", "completed" };
	struct record_fixture f;
	struct sg_recorder *recorder;
	size_t i, length;
	char *text;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct sg_run_summary summary = { .state = ends[i], .stopped_by = "operator" };

		assert_int_equal(sg_recorder_result(recorder, NULL, &summary), SG_OK);
		text = record_fixture_slurp(sg_recorder_folder(recorder), "result.json", &length);
		assert_non_null(text);
		assert_non_null(strstr(text, ends[i]));
		free(text);
	}
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	record_fixture_fini(&f);
}

/* A ramp of the usual size: whoever looks at result.json sees the half-step before. */
static void a_short_test_is_shown_half_step_by_half_step(void **state)
{
	struct record_fixture f;
	struct sg_recorder *recorder;
	struct sg_result result;
	int i;

	(void)state;
	record_fixture_init(&f, 1.0);
	recorder = record_fixture_open(&f);
	assert_int_equal(sg_result_init(&result, 0.785, true, FIXTURE_STEPS), SG_OK);
	for (i = 1; i <= FIXTURE_STEPS; i++) {
		record_half_step(&f, recorder, &result);
		assert_int_equal(sg_recorder_result(recorder, &result, &running), SG_OK);
		assert_int_equal(sg_recorder_flush(recorder), SG_OK); /* while it runs they are not waited for */
		assert_int_equal(listed(sg_recorder_folder(recorder)), i);
	}
	assert_int_equal(sg_recorder_close(recorder), SG_OK);
	sg_result_fini(&result);
	record_fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(very_many_half_steps_cost_a_few_times_the_record),
		cmocka_unit_test(the_end_is_written_however_little_came_before_it),
		cmocka_unit_test(a_short_test_is_shown_half_step_by_half_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

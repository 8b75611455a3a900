/* SPDX-License-Identifier: Apache-2.0 */
/* What a checkpoint holds of a run's parts, there and back: to the last bit, and damaged bytes refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/sample.h"
#include "experiment/accounting_record.h"
#include "experiment/result_record.h"
#include "experiment/watch_record.h"

static struct sg_step steps[] = {
	{ .kind = SG_STEP_REST, .duration_s = 100.0, .id = "1.r" },
	{ .kind = SG_STEP_CURRENT, .procedure = 1, .cycle = 1, .current_a = 1e-3, .duration_s = 1e4, .id = "2.1+" },
	{ .kind = SG_STEP_CURRENT, .procedure = 1, .cycle = 1, .current_a = -1e-3, .duration_s = 1e4, .id = "2.1-" },
};
static const struct sg_plan plan = { .step_count = 3, .steps = steps };

static const struct sg_row *feed_books(struct sg_accounting *books, double time_s, double current_a)
{
	const struct sg_sample sample = { .voltage_v = 0.1 + current_a, .current_a = current_a, .set_a = 1e-3, .range_a = 1e-2,
					  .temperature_c = 25.0, .flags = SG_FLAG_TIMING };

	return sg_accounting_sample(books, &sample, time_s, (int64_t)(time_s * 1e9));
}

static void books_go_on_to_the_last_bit(void **state)
{
	struct sg_accounting a, b;
	uint8_t bytes[1024];
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	size_t length;

	(void)state;
	sg_accounting_init(&a);
	sg_accounting_step(&a, &steps[1], 3.0);
	for (int i = 0; i < 1000; i++)
		feed_books(&a, 4.0 + 0.1 * i, 1e-3 + 1e-7 * i);
	sg_accounting_walk(&walk, &a, &plan);
	assert_false(walk.bad);
	length = walk.at;
	sg_accounting_init(&b);
	walk = sg_walk_reading(bytes, length);
	sg_accounting_walk(&walk, &b, &plan);
	assert_false(walk.bad);
	assert_int_equal(walk.at, length);
	assert_ptr_equal(b.row.step_id, steps[1].id);
	assert_string_equal(b.row.step_type, "CC_CHG");
	for (int i = 0; i < 1000; i++) {
		const struct sg_row one = *feed_books(&a, 200.0 + 0.1 * i, 2e-3), other = *feed_books(&b, 200.0 + 0.1 * i, 2e-3);

		assert_memory_equal(&one, &other, sizeof(one));
	}
	for (size_t cut = 0; cut < length; cut++) {
		walk = sg_walk_reading(bytes, cut);
		sg_accounting_walk(&walk, &b, &plan);
		assert_true(walk.bad);
	}
}

static void a_row_that_came_later_is_taken_over_and_never_takes_back(void **state)
{
	struct sg_accounting a, b;
	struct sg_row told, less;

	(void)state;
	sg_accounting_init(&a);
	sg_accounting_step(&a, &steps[2], 0.0);
	feed_books(&a, 1.0, -1e-3);
	b = a;
	for (int i = 2; i < 10; i++)
		told = *feed_books(&a, i, -1e-3);
	sg_accounting_adopt(&b, &told);
	assert_true(b.row.test.discharging_c == a.row.test.discharging_c);
	assert_int_equal(b.row.record_index, 9);
	/* what a table has rounded down */
	less = told;
	less.test.discharging_c *= 1.0 - 1e-12;
	sg_accounting_adopt(&b, &less);
	assert_true(b.row.test.discharging_c == told.test.discharging_c);
	feed_books(&a, 10.0, -2e-3);
	feed_books(&b, 10.0, -2e-3);
	assert_true(fabs(b.row.test.discharging_c - a.row.test.discharging_c) <= 1e-15);
	assert_true(b.row.step_time_s == a.row.step_time_s);
}

/* ---- watch ---- */

static void begin_watch(struct sg_watch *watch)
{
	const struct sg_detect_config detect = { .area_cm2 = 1.0, .expected_ohm = 100.0, .compliance_v = 10.0,
						 .voltage_noise_v = NAN, .current_noise_a = NAN };
	struct sg_exposure_config model;

	assert_int_equal(sg_watch_model("Na", "", 1.0, NAN, 25.0, &model, NULL), SG_OK);
	assert_int_equal(sg_watch_init(watch, &detect, &model, NULL), SG_OK);
}

/* A cell of 100 ohm in half-steps of 300 s that gets a soft short late. */
static size_t feed_watch(struct sg_watch *watch, int i, struct sg_event *events)
{
	const double sign = (i / 300) % 2 ? -1.0 : 1.0, ohm = i > 5000 ? 80.0 : 100.0;
	struct sg_reading reading = { .time_s = i, .voltage_v = sign * 1e-3 * ohm + 1e-6 * ((i * 7919) % 13), .current_a = sign * 1e-3,
				      .set_a = sign * 1e-3, .temperature_c = 25.0, .step = 1u + (uint32_t)i / 300u };

	return sg_watch_feed(watch, &reading, events);
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static void a_watch_goes_on_as_if_it_had_never_stopped(void **state)
{
	struct sg_event one[SG_WATCH_EVENTS_MAX], other[SG_WATCH_EVENTS_MAX];
	static uint8_t bytes[SG_WATCH_RECORD_SIZE];
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	struct sg_watch a, b;
	struct sg_watch_loss loss;
	size_t told = 0;

	(void)state;
	begin_watch(&a);
	for (int i = 0; i < 4321; i++)
		feed_watch(&a, i, one);
	sg_watch_save(&walk, &a);
	assert_false(walk.bad);
	begin_watch(&b);
	walk = sg_walk_reading(bytes, walk.at);
	loss = sg_watch_restore(&walk, &b, NULL);
	assert_false(walk.bad || loss.detectors || loss.model);
	for (int i = 4321; i < 8000; i++) {
		const size_t count = feed_watch(&a, i, one);

		assert_int_equal(feed_watch(&b, i, other), count);
		told += count;
		for (size_t k = 0; k < count; k++)
			assert_string_equal(one[k].text, other[k].text);
		assert_true(same(sg_detector_baseline_ohm(&a.detector), sg_detector_baseline_ohm(&b.detector)));
		assert_true(sg_watch_fraction(&a, SG_ELECTRODE_A).high == sg_watch_fraction(&b, SG_ELECTRODE_A).high);
	}
	assert_true(told > 0);
	assert_memory_equal(&a.detector, &b.detector, sizeof(a.detector));
}

static void detectors_of_another_program_begin_anew_and_the_model_stays(void **state)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	static uint8_t bytes[SG_WATCH_RECORD_SIZE];
	const size_t layout_at = 1 + SG_EXPOSURE_RECORD_SIZE + 3 * 8 + 2 * 4 + 1 + 4 + 4 * 8;
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	struct sg_watch a, b, fresh;
	struct sg_watch_loss loss;

	(void)state;
	begin_watch(&a);
	for (int i = 0; i < 1000; i++)
		feed_watch(&a, i, events);
	sg_watch_save(&walk, &a);
	bytes[layout_at] ^= 1u;
	begin_watch(&b);
	begin_watch(&fresh);
	walk = sg_walk_reading(bytes, walk.at);
	loss = sg_watch_restore(&walk, &b, NULL);
	assert_false(walk.bad || loss.model);
	assert_true(loss.detectors);
	assert_memory_equal(&b.detector, &fresh.detector, sizeof(b.detector));
	assert_true(b.exposure.elapsed_s == a.exposure.elapsed_s);
	feed_watch(&b, 1000, events);
}

static void a_model_of_another_cell_is_unknown_from_there_on(void **state)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	static uint8_t bytes[SG_WATCH_RECORD_SIZE];
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	char storage[256];
	struct sg_watch a, b;
	struct sg_watch_loss loss;
	struct sg_text why;

	(void)state;
	sg_text_init(&why, storage, sizeof(storage));
	begin_watch(&a);
	for (int i = 0; i < 1000; i++)
		feed_watch(&a, i, events);
	sg_watch_save(&walk, &a);
	begin_watch(&b);
	b.exposure.config.area_cm2 = 2.0;
	walk = sg_walk_reading(bytes, walk.at);
	loss = sg_watch_restore(&walk, &b, &why);
	assert_false(walk.bad || loss.detectors);
	assert_true(loss.model);
	assert_non_null(strstr(why.data, "area"));
	assert_true(isnan(sg_watch_fraction(&b, SG_ELECTRODE_A).high));
}

static void a_damaged_image_is_never_taken(void **state)
{
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	static uint8_t bytes[SG_WATCH_RECORD_SIZE];
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	struct sg_detector d;
	struct sg_watch a;
	size_t length;

	(void)state;
	begin_watch(&a);
	for (int i = 0; i < 400; i++)
		feed_watch(&a, i, events);
	sg_detector_image_save(&walk, &a.detector);
	length = walk.at;
	assert_int_equal(length, 12 + sizeof(d));
	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 0x10u;
		walk = sg_walk_reading(bytes, length);
		assert_false(sg_detector_image_restore(&walk, &d));
		bytes[i] ^= 0x10u;
	}
	walk = sg_walk_reading(bytes, length);
	assert_true(sg_detector_image_restore(&walk, &d));
	assert_memory_equal(&d, &a.detector, sizeof(d));
}

/* ---- result ---- */

static void run_half_step(struct sg_result *result, uint32_t n, bool ends)
{
	const double begin_s = 100.0 * n, sign = n % 2 ? -1.0 : 1.0;

	sg_result_begin(result, n + 1, n / 2 + 1, sign * (n / 2 + 1) / 3.0, 100.0, begin_s);
	for (int i = 1; i < 100; i++) {
		sg_result_sample(result, begin_s + i, sign / 7.0, sign * 1e-3, n == 1 ? NAN : 25.0 + i / 300.0, i > 2, sign * i * 1e-3);
		sg_result_limit(result, i / 1000.0, i / 900.0);
	}
	if (ends)
		sg_result_end(result, begin_s + 100.0, n == 2 ? SG_END_STOPPED : SG_END_DURATION, n != 2);
}

static void find_short(struct sg_result *result, double since_s)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_HARD_SHORT, SG_GRADE_ALARM, since_s + 5.0);
	event.since_s = since_s;
	sg_result_event(result, &event);
}

static void find_soft_short(struct sg_result *result, double since_s)
{
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_SOFT_SHORT, SG_GRADE_WARNING, since_s + 5.0);
	event.since_s = since_s;
	sg_result_event(result, &event);
}

static void assert_same_result(const struct sg_result *a, const struct sg_result *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		char one[SG_HALF_STEP_LINE_SIZE], other[SG_HALF_STEP_LINE_SIZE];

		assert_true(sg_half_step_line(&a->half_steps[i], one, sizeof(one)) > 0);
		assert_true(sg_half_step_line(&b->half_steps[i], other, sizeof(other)) > 0);
		assert_string_equal(one, other);
	}
	assert_true(a->cumulative_mah_cm2 == b->cumulative_mah_cm2 && a->net_mah_cm2 == b->net_mah_cm2);
	assert_true(a->short_found == b->short_found);
	for (size_t i = 0; i < SG_FOUND_KINDS; i++) {
		assert_int_equal(a->first[i].half_step, b->first[i].half_step);
		assert_true(same(a->first[i].density_ma_cm2, b->first[i].density_ma_cm2) && same(a->first[i].since_s, b->first[i].since_s));
	}
	assert_true(a->ccd_last_good_ma_cm2 == b->ccd_last_good_ma_cm2 ||
		    (isnan(a->ccd_last_good_ma_cm2) && isnan(b->ccd_last_good_ma_cm2)));
}

enum short_told {
	NO_SHORT,
	LATE,       /* once the half-step was over long ago */
	TAKEN_BACK, /* at once, and later a pulse showed that there was none */
};

/* Written after `over` half-steps and in the middle of the next, read again, and both go on. */
static void go_on(uint32_t over, size_t capacity, enum short_told told)
{
	struct sg_result a, b;
	uint8_t bytes[2048];
	struct sg_walk walk = sg_walk_writing(bytes, sizeof(bytes));
	size_t kept = 0;

	sg_result_init(&a, 1.0, true, capacity);
	sg_result_init(&b, 1.0, true, capacity);
	for (uint32_t n = 0; n < over; n++) {
		char line[SG_HALF_STEP_LINE_SIZE];
		size_t length;

		run_half_step(&a, n, true);
		if (told == TAKEN_BACK && n == 1)
			find_short(&a, 150.0);
		if (sg_result_over(&a) == kept)
			continue;
		length = sg_half_step_line(&a.half_steps[kept], line, sizeof(line));
		assert_true(length > 0);
		assert_int_equal(sg_half_step_read(&b.half_steps[kept++], line, length - 1), SG_OK);
	}
	run_half_step(&a, over, false);
	if (over > 1)
		find_soft_short(&a, 150.0);
	if (told == LATE)
		find_short(&a, 150.0);
	if (told == TAKEN_BACK)
		sg_result_no_short(&a);
	sg_result_walk(&walk, &a, &kept);
	assert_false(walk.bad);
	assert_int_equal(kept, sg_result_over(&a));
	walk = sg_walk_reading(bytes, walk.at);
	kept = 0;
	sg_result_walk(&walk, &b, &kept);
	assert_false(walk.bad);
	sg_result_end(&a, 100.0 * (over + 1), SG_END_DURATION, true);
	sg_result_end(&b, 100.0 * (over + 1), SG_END_DURATION, true);
	for (uint32_t n = over + 1; n < over + 3; n++) {
		run_half_step(&a, n, true);
		run_half_step(&b, n, true);
	}
	assert_same_result(&a, &b);
	sg_result_fini(&a);
	sg_result_fini(&b);
}

static void a_result_goes_on_wherever_it_stood(void **state)
{
	(void)state;
	go_on(0, 10, NO_SHORT);
	go_on(3, 10, NO_SHORT);
	go_on(3, 10, LATE);
	go_on(3, 10, TAKEN_BACK);
	go_on(5, 3, NO_SHORT); /* more than there is room for */
	go_on(5, 5, LATE);
}

static void what_is_no_line_of_a_half_step_is_refused(void **state)
{
	static const char *const lines[] = {
		"", ",,,,,,,,,,,,,,,,,,,,", "1,1,0.5,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1", "1,1,0.5,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1,duration,",
		"1,1,0.5,0,1,1,0.1,0,0,,,,,,,10,2,1,0,1,duration", "1,1,0.5,0,1,1,0.1,0,0,,,,,,,-1,1,1,0,1,duration",
		"1,1,0.5x,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1,duration", "1,1,inf,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1,duration",
		"1,1,0.5,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1,perhaps", "99999999999,1,0.5,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1,none",
	};
	const char good[] = "1,1,0.5,0,1,1,0.1,0,0,,,,,,,10,1,1,0,1,duration";
	struct sg_half_step h;

	(void)state;
	assert_int_equal(sg_half_step_read(&h, good, strlen(good)), SG_OK);
	assert_true(h.complete && h.witnessed && !h.shorted && isnan(h.voltage_last_v) && h.samples == 10);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(sg_half_step_read(&h, lines[i], strlen(lines[i])), SG_ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(books_go_on_to_the_last_bit),
		cmocka_unit_test(a_row_that_came_later_is_taken_over_and_never_takes_back),
		cmocka_unit_test(a_watch_goes_on_as_if_it_had_never_stopped),
		cmocka_unit_test(detectors_of_another_program_begin_anew_and_the_model_stays),
		cmocka_unit_test(a_model_of_another_cell_is_unknown_from_there_on),
		cmocka_unit_test(a_damaged_image_is_never_taken),
		cmocka_unit_test(a_result_goes_on_wherever_it_stood),
		cmocka_unit_test(what_is_no_line_of_a_half_step_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

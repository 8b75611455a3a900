/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output of a running program, line by line: every redundancy that can expose a wrong line, and
 * every line that may be missing. expect() names what a line must come to: the error ("ok" if none),
 * then the reports it causes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "wire/emstat4.h"
#include "wire/emstat4_stream.h"

#define SET_A 833.2e-6

static struct sg_emstat4_stream stream;
static char why_storage[256];

static void begin(const struct sg_segment *segments, size_t count)
{
	sg_emstat4_stream_init(&stream, sg_emstat4_caps("hr"), segments, count, 0);
}

/* Three intervals of 1 s each way; limits +-1.5 V. */
static void begin_pair(void)
{
	static const struct sg_segment pair[2] = {
		{ SG_MODE_GALVANOSTATIC, SET_A, 1.0, 3.0, -1.5, 1.5, 10e-3 },
		{ SG_MODE_GALVANOSTATIC, -SET_A, 1.0, 3.0, -1.5, 1.5, 10e-3 },
	};

	begin(pair, 2);
}

static void begin_one(double duration_s)
{
	const struct sg_segment one = { SG_MODE_GALVANOSTATIC, SET_A, 1.0, duration_s, -1.5, 1.5, 10e-3 };

	begin(&one, 1);
}

static void begin_rest(void)
{
	static const struct sg_segment rest = { SG_MODE_REST, 0.0, 1.0, 3.0, -1.5, 1.5, 0.0 };

	begin(&rest, 1);
}

/* A number of the wire, micro; the test's own spelling, by the formula of the manual. */
static unsigned micro(double value)
{
	return (unsigned)(0x8000000L + lround(value * 1e6));
}

/* A package of a constant-current program. */
static const char *package(double time_s, double current_a, double voltage_v)
{
	static char text[4][128];
	static unsigned turn;
	char *out = text[turn++ % 4];

	snprintf(out, sizeof(text[0]), "Peb%07Xu;ba%07Xn,10,218;ab%07Xu,10,206", micro(time_s),
		 (unsigned)(0x8000000L + lround(current_a * 1e9)), micro(voltage_v));
	return out;
}

static const char *good(double time_s)
{
	return package(time_s, SET_A, 0.1);
}

static const char *reversed(double time_s)
{
	return package(time_s, -SET_A, -0.1);
}

static const char *at_rest(double time_s)
{
	static char text[64];

	snprintf(text, sizeof(text), "Peb%07Xu;ab%07Xu,10,206", micro(time_s), micro(0.1));
	return text;
}

static void add_report(struct sg_text *out, const struct sg_emstat4_report *report)
{
	switch (report->kind) {
	case SG_EMSTAT4_SEGMENT_STARTED:
		sg_text_add(out, ", started %u", report->segment);
		return;
	case SG_EMSTAT4_SAMPLE:
		assert_int_equal(report->segment, report->sample.segment);
		assert_int_equal(report->host_ns, report->sample.host_ns);
		sg_text_add(out, ", sample %u at %g", report->segment, sg_seconds(report->sample.instrument_ns));
		if (report->sample.flags & SG_FLAG_GAP_BEFORE)
			sg_text_add(out, " gap");
		if (report->sample.flags & SG_FLAG_TIMING)
			sg_text_add(out, " timing");
		if (report->sample.flags & SG_FLAG_OFF_SET_POINT)
			sg_text_add(out, report->sample.flags & SG_FLAG_UNCONTROLLED ? " uncontrolled" : " off");
		return;
	case SG_EMSTAT4_SEGMENT_ENDED:
		sg_text_add(out, ", ended %u %s", report->segment, sg_end_name(report->end));
		return;
	case SG_EMSTAT4_SEQUENCE_ENDED:
		sg_text_add(out, ", over %s%s", sg_end_name(report->end), report->cell_off ? "" : " unclear");
		return;
	}
}

static void expect_at(int source_line, double host_s, const char *line, const char *expected)
{
	char storage[256];
	struct sg_text out;
	struct sg_text why;
	struct sg_emstat4_report report;
	enum sg_err err;

	sg_text_init(&out, storage, sizeof(storage));
	sg_text_init(&why, why_storage, sizeof(why_storage));
	err = sg_emstat4_stream_line(&stream, line, strlen(line), sg_ns(host_s), &why);
	sg_text_add(&out, "%s", sg_err_name(err));
	while (sg_emstat4_stream_report(&stream, &report))
		add_report(&out, &report);
	if (strcmp(out.data, expected) != 0)
		fail_msg("line %d: \"%s\" came to \"%s\" instead of \"%s\" (%s)", source_line, line, out.data, expected,
			 why.data);
	/* every error says what is wrong */
	if (err)
		assert_true(why.length > 0);
}

#define expect(host_s, line, expected) expect_at(__LINE__, host_s, line, expected)

/* ---- the straight way ---- */

static void tells_a_pair_of_segments_from_start_to_end(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	for (int t = 1; t <= 3; t++) {
		char text[32];

		snprintf(text, sizeof(text), "ok, sample 0 at %d", t);
		expect(t + 0.05, good(t), text);
	}
	expect(3.06, "*", "ok");
	expect(3.06, "M000A", "ok, ended 0 duration, started 1");
	expect(4.05, reversed(4), "ok, sample 1 at 4");
	expect(5.05, reversed(5), "ok, sample 1 at 5");
	expect(6.05, reversed(6), "ok, sample 1 at 6");
	expect(6.05, "*", "ok");
	expect(6.05, "Pja8000000i", "ok, ended 1 duration");
	expect(6.05, "", "ok, over duration");
	expect(6.06, "", "order");
	expect(6.06, good(7), "order");
	assert_int_equal(stream.lines_dropped, 0);
}

static void tells_which_limit_ended_which_segment(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, package(1, SET_A, 1.6), "ok, sample 0 at 1");
	expect(1.05, "*", "ok");
	expect(1.05, "Pja8000001i", "ok, ended 0 voltage_max");
	expect(1.05, "", "ok, over voltage_max");

	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	for (int t = 1; t <= 3; t++)
		sg_emstat4_stream_line(&stream, good(t), strlen(good(t)), sg_ns(t + 0.05), NULL);
	expect(3.06, "*", "ok");
	expect(3.06, "M000A", "ok, ended 0 duration, started 1");
	expect(4.05, package(4, -SET_A, -1.6), "ok, sample 1 at 4");
	expect(4.05, "*", "ok");
	expect(4.05, "Pja8000004i", "ok, ended 1 voltage_min");
	expect(4.05, "", "ok, over voltage_min");
}

static void tells_a_rest(void **state)
{
	(void)state;
	begin_rest();
	expect(0.05, "M000B", "ok, started 0");
	expect(1.05, at_rest(1), "ok, sample 0 at 1");
	expect(2.05, at_rest(2), "ok, sample 0 at 2");
	expect(3.05, at_rest(3), "ok, sample 0 at 3");
	expect(3.05, "*", "ok");
	expect(3.05, "", "ok, ended 0 duration, over duration");
}

/* ---- what a package must agree with ---- */

/* One damaged package between good ones: dropped, counted, and the next one flagged. */
static void drops(const char *legend, const char *line, const char *err)
{
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	print_message("%s\n", legend);
	expect(2.05, line, err);
	expect(3.05, good(3), "ok, sample 0 at 3 gap");
	expect(4.05, good(4), "ok, sample 0 at 4");
	assert_int_equal(stream.lines_dropped, 1);
}

static void drops_a_package_of_the_wrong_shape(void **state)
{
	(void)state;
	drops("a variable is missing", "Peb81E8480u;ba80CB6B0n,10,218", "value");
	drops("a variable too many", "Peb81E8480u;ba80CB6B0n,10,218;ab80186A0u,10,206;ab80186A0u,10,206", "value");
	drops("in another order", "Pba80CB6B0n,10,218;eb81E8480u;ab80186A0u,10,206", "value");
	drops("current of another channel", "Peb81E8480u;bb80CB6B0n,10,218;ab80186A0u,10,206", "value");
	drops("applied instead of measured", "Peb81E8480u;db80CB6B0n,10,218;ab80186A0u,10,206", "value");
	drops("an integer for a time", "Peb8000002i;ba80CB6B0n,10,218;ab80186A0u,10,206", "value");
	drops("current without status", "Peb81E8480u;ba80CB6B0n,218;ab80186A0u,10,206", "value");
	drops("current without range", "Peb81E8480u;ba80CB6B0n,10;ab80186A0u,10,206", "value");
	drops("voltage without status", "Peb81E8480u;ba80CB6B0n,10,218;ab80186A0u,206", "value");
	drops("voltage without range", "Peb81E8480u;ba80CB6B0n,10,218;ab80186A0u,10", "value");
	drops("time not a number", "Peb     nan;ba80CB6B0n,10,218;ab80186A0u,10,206", "value");
	drops("current not a number", "Peb81E8480u;ba     nan,10,218;ab80186A0u,10,206", "value");
	drops("voltage not a number", "Peb81E8480u;ba80CB6B0n,10,218;ab     nan,10,206", "value");
	drops("not a package", "Peb81E8480u;ba80CB6B0n,10,218;ab80186A0", "frame");
}

static void drops_a_package_that_contradicts_range_set_point_or_status(void **state)
{
	(void)state;
	drops("another current range", "Peb81E8480u;ba80CB6B0n,10,215;ab80186A0u,10,206", "value");
	drops("a current range that is none", "Peb81E8480u;ba80CB6B0n,10,219;ab80186A0u,10,206", "value");
	drops("a potential range that is none", "Peb81E8480u;ba80CB6B0n,10,218;ab80186A0u,10,207", "value");
	drops("a voltage beyond the instrument", package(2, SET_A, 7.3), "value");
	drops("a voltage beyond the instrument, negative", package(2, SET_A, -7.3), "value");
	drops("more current than is set", package(2, SET_A + 60e-6, 0.1), "value");
	drops("a current of the other sign", package(2, -SET_A, 0.1), "value");
	drops("a small current of the other sign", package(2, -60e-6, 0.1), "value");
	drops("over- and underload", "Peb81E8480u;ba80CB6B0n,16,218;ab80186A0u,10,206", "value");
	drops("a technique as a package", "PM000A", "frame");
}

static void keeps_what_only_looks_odd(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, package(1, SET_A + 50e-6, 0.1), "ok, sample 0 at 1"); /* within 0.5 % and 0.5 % of range */
	expect(2.05, package(2, SET_A - 50e-6, 0.1), "ok, sample 0 at 2");
	expect(3.05, package(3, SET_A / 2, 0.1), "ok, sample 0 at 3 off");
	expect(4.05, package(4, 0.0, 0.1), "ok, sample 0 at 4 off");
	expect(5.05, package(5, -50e-6, 0.1), "ok, sample 0 at 5 off"); /* an offset around no current */
	expect(6.05, package(6, SET_A, 7.1), "ok, sample 0 at 6");
}

static const char *through(double time_s, double current_a, const char *fields)
{
	static char text[2][128];
	static unsigned turn;
	char *out = text[turn++ % 2];

	snprintf(out, sizeof(text[0]), "Peb%07Xu;ba%07Xn,%s;ab%07Xu,10,206", micro(time_s),
		 (unsigned)(0x8000000L + lround(current_a * 1e9)), fields, micro(0.1));
	return out;
}

/* Said once it is dropped as damage, said again it is told. */
static void lost_control(const char *legend, const char *once, const char *again)
{
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	print_message("%s\n", legend);
	expect(2.05, once, "value");
	expect(3.05, again, "ok, sample 0 at 3 gap uncontrolled");
}

static void an_instrument_out_of_control_is_told_by_its_second_line(void **state)
{
	(void)state;
	lost_control("2.4 times the current", package(2, 2.4 * SET_A, 0.3), package(3, 2.4 * SET_A, 0.31));
	lost_control("rising", package(2, 2.4 * SET_A, 0.3), package(3, 2.9 * SET_A, 2.0));
	lost_control("overload warning", through(2, 24e-3, "18,218"), through(3, 24e-3, "18,218"));
	lost_control("far beyond the range, and no word of it", through(2, 40e-3, "10,218"), through(3, 40e-3, "10,218"));
	lost_control("the other way", package(2, -SET_A, -0.1), package(3, -SET_A, -0.1));
	lost_control("another range", through(2, SET_A, "10,21B"), through(3, SET_A, "10,21B"));
	lost_control("beyond any voltage", package(2, SET_A, 7.3), package(3, SET_A, 7.4));
}

static void damage_is_not_an_instrument_out_of_control(void **state)
{
	(void)state;
	/* not twice in a row */
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, package(1, 2.4 * SET_A, 0.3), "value");
	expect(2.05, good(2), "ok, sample 0 at 2 gap");
	expect(3.05, package(3, 2.4 * SET_A, 0.3), "value");
	/* the same line again, or an older one */
	expect(3.06, package(3, 2.4 * SET_A, 0.3), "order");
	expect(3.07, package(2.5, 2.4 * SET_A, 0.3), "value");
	expect(4.05, good(4), "ok, sample 0 at 4 gap");
	/* two that do not agree */
	expect(5.05, package(5, 2.4 * SET_A, 0.3), "value");
	expect(6.05, package(6, 24 * SET_A, 0.3), "value");
	expect(7.05, good(7), "ok, sample 0 at 7 gap");
	expect(8.05, package(8, SET_A, 7.3), "value");
	expect(9.05, package(9, SET_A, -7.3), "value");
	expect(10.05, good(10), "ok, sample 0 at 10 gap");
	expect(11.05, through(11, SET_A, "10,21B"), "value");
	expect(12.05, package(12, 2.4 * SET_A, 0.3), "value");
	expect(13.05, good(13), "ok, sample 0 at 13 gap");
	/* long after each other, with a lead off in between */
	expect(14.05, package(14, 2.4 * SET_A, 0.3), "value");
	expect(15.05, package(15, 0.0, 0.3), "ok, sample 0 at 15 gap off");
	for (int t = 16; t < 18; t++)
		sg_emstat4_stream_line(&stream, package(t, 0.0, 0.3), strlen(good(t)), sg_ns(t + 0.05), NULL);
	expect(18.05, package(18, 2.4 * SET_A, 0.3), "value");
	/* through what is set, or below */
	expect(19.05, package(19, 0.0, 0.3), "ok, sample 0 at 19 gap off");
	expect(20.05, package(20, 2.4 * SET_A, 0.3), "ok, sample 0 at 20 uncontrolled");
}

static void three_that_agree_on_nothing_else_are_enough(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, package(1, 2.4 * SET_A, 0.3), "value");
	expect(2.05, package(2, -2.4 * SET_A, -0.3), "value");
	expect(3.05, package(3, 5 * SET_A, 0.3), "ok, sample 0 at 3 gap uncontrolled");
}

static void a_change_of_polarity_that_was_not_heard_is_not_out_of_control(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	/* all of the first segment lost, and the beginning of the second */
	expect(4.05, reversed(4), "value");
	expect(5.05, reversed(5), "value");
	expect(6.05, reversed(6), "value");
}

static void status_must_agree_with_the_current(void **state)
{
	const struct sg_segment full = { SG_MODE_GALVANOSTATIC, 10e-3, 1.0, 100.0, -1.5, 1.5, 10e-3 };
	struct sg_segment top = { SG_MODE_GALVANOSTATIC, 200e-3, 1.0, 100.0, -1.5, 1.5, 100e-3 };

	(void)state;
	begin(&full, 1);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, "Peb80F4240u;ba8002710u,14,218;ab80186A0u,10,206", "value"); /* underload at full scale */
	expect(2.05, "Peb81E8480u;ba8002710u,12,218;ab80186A0u,10,206", "ok, sample 0 at 2 gap");
	begin(&top, 1);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, "Peb80F4240u;ba8030D40u,10,21B;ab80186A0u,10,206", "ok, sample 0 at 1");
}

static void a_rest_has_no_current(void **state)
{
	(void)state;
	begin_rest();
	expect(0.05, "M000B", "ok, started 0");
	expect(1.05, good(1), "value");
	expect(2.05, at_rest(2), "ok, sample 0 at 2 gap");
}

/* ---- time ---- */

static void time_must_rise_on_the_grid_of_the_interval(void **state)
{
	(void)state;
	drops("repeated", good(1), "order");
	drops("backwards", good(0.5), "order");
	drops("half an interval", good(1.5), "value");
	drops("off the grid by more than a tenth", good(2.11), "value");
	drops("negative", package(-2, SET_A, 0.1), "value");
	drops("ahead of our clock", good(3), "value");
	drops("beyond the end of the segment", good(103), "value");
}

static void time_may_lie_a_little_off_the_grid(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(2.05, good(2.09), "ok, sample 0 at 2.09");
	expect(3.05, good(3), "ok, sample 0 at 3");
	/* the instrument says itself that it left its grid */
	expect(3.55, "Peb83567E0u;ba80CB6B0n,11,218;ab80186A0u,10,206", "ok, sample 0 at 3.5 timing");
}

static void missing_samples_show_in_the_next_one(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(4.05, good(4), "ok, sample 0 at 4 gap");
	expect(5.05, good(5), "ok, sample 0 at 5");
	sg_emstat4_stream_lost(&stream);
	expect(7.05, good(7), "ok, sample 0 at 7 gap");
	assert_int_equal(stream.lines_dropped, 1);
}

static void a_wrong_time_that_was_believed_is_not_believed_for_ever(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	/* read late, so that our clock cannot tell: a flipped digit */
	expect(60.0, good(50), "ok, sample 0 at 50 gap");
	expect(60.0, good(3), "order");
	expect(60.0, good(4), "order");
	expect(60.0, good(5), "ok, sample 0 at 5 gap timing");
	expect(60.0, good(6), "ok, sample 0 at 6");
}

static void refused_times_that_do_not_agree_convince_nobody(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(60.0, good(50), "ok, sample 0 at 50 gap");
	expect(60.0, good(3), "order");
	expect(60.0, good(5), "order");
	expect(60.0, good(4), "order");
	expect(60.0, good(9), "order");
	expect(60.0, good(10), "order");
	expect(60.0, good(51), "ok, sample 0 at 51 gap");
}

/* ---- order ---- */

static void lines_that_cannot_come_now_are_dropped(void **state)
{
	static const char *const rows[] = {
		"e", "Z", "L", "+", "C0001", "-", "Thello", "M000B", "M000A", "e!4001: Line 1", "Z!0006", "", "x",
		"Pja8000000i", "Pja8000001i", "Pja8000005i", "Pja7FFFFFFi",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_emstat4_report report;

		begin_one(100);
		expect(0.05, "M000A", "ok, started 0");
		expect(1.05, good(1), "ok, sample 0 at 1");
		if (sg_emstat4_stream_line(&stream, rows[i], strlen(rows[i]), sg_ns(1.5), NULL) == SG_OK)
			fail_msg("\"%s\" is taken", rows[i]);
		assert_false(sg_emstat4_stream_report(&stream, &report));
		expect(2.05, good(2), "ok, sample 0 at 2 gap");
	}
}

static void before_the_first_loop_only_a_loop_may_come(void **state)
{
	(void)state;
	begin_pair();
	expect(0.01, "*", "order");
	expect(0.01, "", "order");
	expect(0.01, "Pja8000000i", "order");
	expect(0.01, "M000B", "value");
	expect(0.01, "M000A", "ok, started 0");
	expect(0.02, "*", "order"); /* no sample yet, none lost */
	expect(1.05, good(1), "ok, sample 0 at 1 gap");
}

static void behind_the_result_only_the_end_may_come(void **state)
{
	(void)state;
	begin_one(1);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(1.05, "*", "ok");
	expect(1.05, "Pja8000000i", "ok, ended 0 duration");
	expect(1.05, "Pja8000000i", "order");
	expect(1.05, "M000A", "order");
	expect(1.05, good(2), "order");
	expect(1.05, "*", "order");
	expect(1.05, "", "ok, over duration");
}

static void a_result_must_agree_with_the_samples(void **state)
{
	(void)state;
	begin_one(1);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(1.05, "*", "ok");
	expect(1.05, "Pja8000001i", "value"); /* no sample was above the limit */
	expect(1.05, "Pja8000002i", "value");
	expect(1.05, "Pja8000003i", "value"); /* a segment there is not */

	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, package(1, SET_A, 1.6), "ok, sample 0 at 1");
	expect(1.05, "*", "ok");
	expect(1.05, "Pja8000000i", "value"); /* a limit was reached, and it did not run its time */
	expect(1.05, "Pja8000002i", "value"); /* the other limit */
	expect(1.05, "Pja8000001i", "ok, ended 0 voltage_max");
}

/* ---- lines that are missing ---- */

static void run_first_of_pair(void)
{
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(2.05, good(2), "ok, sample 0 at 2");
	expect(3.05, good(3), "ok, sample 0 at 3");
}

static void finds_its_way_without_the_first_loop_start(void **state)
{
	(void)state;
	begin_pair();
	expect(1.05, good(1), "order, started 0, sample 0 at 1 gap");
	expect(2.05, good(2), "ok, sample 0 at 2");
}

static void finds_its_way_without_the_end_of_a_loop(void **state)
{
	(void)state;
	run_first_of_pair();
	expect(3.06, "M000A", "order, ended 0 duration, started 1");
	expect(4.05, reversed(4), "ok, sample 1 at 4 gap");
}

static void finds_its_way_without_the_start_of_a_loop(void **state)
{
	(void)state;
	run_first_of_pair();
	expect(3.06, "*", "ok");
	expect(4.05, reversed(4), "order, ended 0 duration, started 1, sample 1 at 4 gap");
	expect(5.05, reversed(5), "ok, sample 1 at 5");
}

static void samples_missing_at_a_change_of_segment_show_in_the_next_one(void **state)
{
	(void)state;
	run_first_of_pair();
	expect(3.06, "*", "ok");
	expect(3.06, "M000A", "ok, ended 0 duration, started 1");
	expect(5.05, reversed(5), "ok, sample 1 at 5 gap"); /* the first one is missing */

	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1"); /* the last two are missing */
	expect(3.06, "*", "ok");
	expect(3.06, "M000A", "ok, ended 0 duration, started 1");
	expect(4.05, reversed(4), "ok, sample 1 at 4 gap");
	expect(5.05, reversed(5), "ok, sample 1 at 5");
}

static void finds_its_way_without_both(void **state)
{
	(void)state;
	run_first_of_pair();
	expect(4.05, reversed(4), "order, ended 0 duration, started 1, sample 1 at 4 gap");
	expect(5.05, reversed(5), "ok, sample 1 at 5");
}

static void does_not_take_a_damaged_line_for_the_end_of_a_loop(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(1.5, "*", "ok"); /* or so it seems */
	expect(2.05, good(2), "order, sample 0 at 2 gap");
	expect(3.05, good(3), "ok, sample 0 at 3");

	begin_pair(); /* even where the next segment would be due */
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(1.5, "*", "ok");
	expect(2.05, good(2), "order, sample 0 at 2 gap");
	expect(3.05, good(3), "ok, sample 0 at 3");
}

static void does_not_change_segment_on_a_current_alone(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, reversed(1), "value");
	expect(2.05, good(2), "ok, sample 0 at 2 gap");
}

static void finds_the_end_without_its_result(void **state)
{
	(void)state;
	begin_one(3);
	expect(0.05, "M000A", "ok, started 0");
	for (int t = 1; t <= 3; t++)
		sg_emstat4_stream_line(&stream, good(t), strlen(good(t)), sg_ns(t + 0.05), NULL);
	expect(3.06, "*", "ok");
	/* the cell may be off; the program did not say so in full */
	expect(3.06, "", "order, ended 0 duration, over duration unclear");
}

static void finds_the_end_by_a_limit_without_its_result(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, package(1, SET_A, 1.6), "ok, sample 0 at 1");
	expect(1.05, "*", "ok");
	expect(1.05, "", "order, ended 0 voltage_max, over voltage_max unclear");
}

static void takes_a_limit_for_the_end_though_its_sample_was_lost(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(2.05, "*", "ok"); /* far too early: only a limit does that */
	expect(2.05, "Pja8000000i", "value");
	expect(2.05, "Pja8000001i", "ok, ended 0 voltage_max");
	expect(2.05, "", "ok, over voltage_max");
}

static void takes_the_result_though_the_last_samples_were_lost(void **state)
{
	(void)state;
	begin_one(100);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(50.0, "Pja8000000i", "value"); /* by our clock it cannot be over */
	expect(100.05, "*", "ok");
	expect(100.05, "Pja8000000i", "ok, ended 0 duration");
	expect(100.05, "", "ok, over duration");
}

static void takes_the_result_without_the_end_of_the_loop(void **state)
{
	(void)state;
	begin_one(1);
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(1.05, "Pja8000000i", "order, ended 0 duration");
	expect(1.05, "", "ok, over duration");
}

static void an_empty_line_in_mid_segment_ends_nothing(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	expect(1.5, "", "order");
	expect(2.05, good(2), "ok, sample 0 at 2 gap");
	begin_rest();
	expect(0.05, "M000B", "ok, started 0");
	expect(1.05, at_rest(1), "ok, sample 0 at 1");
	begin_rest();
	expect(0.05, "M000B", "ok, started 0");
	expect(0.5, "", "order");
}

/* ---- ends that are ordered or forced ---- */

static void an_abort_ends_it_at_any_line(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, good(1), "ok, sample 0 at 1");
	sg_emstat4_stream_stopping(&stream);
	expect(1.5, "Z", "ok");
	expect(2.05, good(2), "ok, sample 0 at 2");
	expect(2.05, "*", "ok");
	expect(2.05, "", "ok, ended 0 stopped, over stopped");

	begin_pair();
	sg_emstat4_stream_stopping(&stream);
	expect(0.05, "Z", "ok");
	expect(0.05, "", "ok, over stopped");
}

static void a_run_time_error_is_the_last_word(void **state)
{
	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	expect(1.05, "!0032: Line 18", "refused");
	assert_int_equal(stream.status, 0x0032);
	assert_non_null(strstr(why_storage, "0032"));
	expect(1.05, good(1), "order");
	expect(1.05, "", "order");
}

static void what_is_known_from_elsewhere_to_be_over_is_over(void **state)
{
	struct sg_emstat4_report report;

	(void)state;
	begin_pair();
	expect(0.05, "M000A", "ok, started 0");
	sg_emstat4_stream_over(&stream, sg_ns(0.5));
	assert_true(sg_emstat4_stream_report(&stream, &report));
	assert_int_equal(report.kind, SG_EMSTAT4_SEGMENT_ENDED);
	assert_true(sg_emstat4_stream_report(&stream, &report));
	assert_int_equal(report.kind, SG_EMSTAT4_SEQUENCE_ENDED);
	assert_int_equal(report.end, SG_END_STOPPED);
	assert_false(report.cell_off);
	assert_false(sg_emstat4_stream_report(&stream, &report));
	sg_emstat4_stream_over(&stream, sg_ns(0.6)); /* told once */
	assert_false(sg_emstat4_stream_report(&stream, &report));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_pair_of_segments_from_start_to_end),
		cmocka_unit_test(tells_which_limit_ended_which_segment),
		cmocka_unit_test(tells_a_rest),
		cmocka_unit_test(drops_a_package_of_the_wrong_shape),
		cmocka_unit_test(drops_a_package_that_contradicts_range_set_point_or_status),
		cmocka_unit_test(keeps_what_only_looks_odd),
		cmocka_unit_test(an_instrument_out_of_control_is_told_by_its_second_line),
		cmocka_unit_test(damage_is_not_an_instrument_out_of_control),
		cmocka_unit_test(three_that_agree_on_nothing_else_are_enough),
		cmocka_unit_test(a_change_of_polarity_that_was_not_heard_is_not_out_of_control),
		cmocka_unit_test(status_must_agree_with_the_current),
		cmocka_unit_test(a_rest_has_no_current),
		cmocka_unit_test(time_must_rise_on_the_grid_of_the_interval),
		cmocka_unit_test(time_may_lie_a_little_off_the_grid),
		cmocka_unit_test(missing_samples_show_in_the_next_one),
		cmocka_unit_test(a_wrong_time_that_was_believed_is_not_believed_for_ever),
		cmocka_unit_test(refused_times_that_do_not_agree_convince_nobody),
		cmocka_unit_test(lines_that_cannot_come_now_are_dropped),
		cmocka_unit_test(before_the_first_loop_only_a_loop_may_come),
		cmocka_unit_test(behind_the_result_only_the_end_may_come),
		cmocka_unit_test(a_result_must_agree_with_the_samples),
		cmocka_unit_test(finds_its_way_without_the_first_loop_start),
		cmocka_unit_test(finds_its_way_without_the_end_of_a_loop),
		cmocka_unit_test(finds_its_way_without_the_start_of_a_loop),
		cmocka_unit_test(samples_missing_at_a_change_of_segment_show_in_the_next_one),
		cmocka_unit_test(finds_its_way_without_both),
		cmocka_unit_test(does_not_take_a_damaged_line_for_the_end_of_a_loop),
		cmocka_unit_test(does_not_change_segment_on_a_current_alone),
		cmocka_unit_test(finds_the_end_without_its_result),
		cmocka_unit_test(finds_the_end_by_a_limit_without_its_result),
		cmocka_unit_test(takes_a_limit_for_the_end_though_its_sample_was_lost),
		cmocka_unit_test(takes_the_result_though_the_last_samples_were_lost),
		cmocka_unit_test(takes_the_result_without_the_end_of_the_loop),
		cmocka_unit_test(an_empty_line_in_mid_segment_ends_nothing),
		cmocka_unit_test(an_abort_ends_it_at_any_line),
		cmocka_unit_test(a_run_time_error_is_the_last_word),
		cmocka_unit_test(what_is_known_from_elsewhere_to_be_over_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

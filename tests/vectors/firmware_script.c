/* SPDX-License-Identifier: Apache-2.0 */
/*
 * > the script
 * < e                                          accepted
 * < M000A    Peb...;ba...;ab...    ...    *    once a segment (M000B for a rest)
 * < Pja8000000i                                which limit ended it, 0 for none
 * <                                            empty line: finished, cell off
 */
#include "firmware_script.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/emstat4.h"
#include "firmware_bench.h"
#include "vectors.h"

#define SEGMENTS_MAX 8

/* What a script's output amounts to. */
struct outcome {
	const struct sg_vector *vector;
	size_t loops;			   /* measurement loops begun */
	bool in_loop;
	unsigned int samples[SEGMENTS_MAX]; /* per loop */
	double last_time_s;
	double last_voltage_v;
	int64_t result; /* the closing package, or -1 */
	bool finished;
};

static double number(const struct sg_vector *v, const char *key)
{
	double value = 0;

	if (!sg_vector_number(v, key, &value))
		fail_msg("%s:%u: no %s", v->file, v->line, key);
	return value;
}

static double segment_number(const struct sg_vector *v, size_t segment, const char *what)
{
	char key[64];

	snprintf(key, sizeof(key), "seg%zu.%s", segment, what);
	return number(v, key);
}

/*
 * The value of `ba80CB740n`, type and all; the line is NUL-terminated. A decoder of this test's own: it
 * needs a few digits, not the codec.
 */
static double decode(const char *field)
{
	static const char prefixes[] = "afpnum kMGTPE";
	const char *prefix;
	char digits[8] = "";

	if (strlen(field) < 10)
		return NAN;
	memcpy(digits, field + 2, 7);
	if (field[9] == 'i')
		return (double)(strtol(digits, NULL, 16) - 0x8000000L);
	prefix = strchr(prefixes, field[9]);
	if (!prefix)
		return NAN;
	return (double)(strtol(digits, NULL, 16) - 0x8000000L) *
	       pow(10.0, 3.0 * (double)(prefix - prefixes) - 18.0);
}

/* The value of the variable of this type in a package. */
static double variable(const struct outcome *o, const char *line, const char *type)
{
	for (const char *field = line + 1; field; field = strchr(field, ';')) {
		if (*field == ';')
			field++;
		if (strncmp(field, type, 2) == 0)
			return decode(field);
	}
	fail_msg("%s:%u: no %s in %s", o->vector->file, o->vector->line, type, line);
	return NAN;
}

static void judge_current(const struct outcome *o, size_t segment, double current_a)
{
	double want_a = segment_number(o->vector, segment, "current_a");
	double error_a = fabs(want_a) * 0.02 + number(o->vector, "range_a") * 1e-3;

	if (!(fabs(current_a - want_a) <= error_a))
		fail_msg("%s:%u: segment %zu measured %g A", o->vector->file, o->vector->line, segment,
			 current_a);
}

/* Positive current makes electrode A the positive side. */
static void judge_signs(const struct outcome *o, double current_a, double voltage_v)
{
	int64_t sign = 0;

	if (sg_vector_integer(o->vector, "ba_sign", &sign))
		assert_true(current_a * (double)sign > 0);
	if (sg_vector_integer(o->vector, "ab_sign", &sign))
		assert_true(voltage_v * (double)sign > 0);
}

static void take_sample(struct outcome *o, const char *line)
{
	bool galvanostatic = strcmp(sg_vector_word(o->vector, "program"), "galvanostatic") == 0;

	assert_true(o->in_loop);
	o->samples[o->loops - 1]++;
	o->last_voltage_v = variable(o, line, "ab");
	assert_true(isfinite(o->last_voltage_v));
	if (strcmp(sg_vector_word(o->vector, "program"), "verify_off") != 0) {
		double time_s = variable(o, line, "eb");

		assert_true(time_s > o->last_time_s);
		o->last_time_s = time_s;
	}
	if (galvanostatic) {
		double current_a = variable(o, line, "ba");

		judge_current(o, o->loops - 1, current_a);
		judge_signs(o, current_a, o->last_voltage_v);
	} else {
		/* A symmetric cell at open circuit shows no more than an offset. */
		assert_true(fabs(o->last_voltage_v) < 0.05);
	}
}

static void take_line(struct outcome *o, const char *line)
{
	bool rest = strcmp(sg_vector_word(o->vector, "program"), "galvanostatic") != 0;

	if (strcmp(line, rest ? "M000B" : "M000A") == 0) {
		assert_false(o->in_loop);
		assert_true(o->loops < SEGMENTS_MAX);
		o->in_loop = true;
		o->loops++;
	} else if (strcmp(line, "*") == 0) {
		assert_true(o->in_loop);
		o->in_loop = false;
	} else if (strncmp(line, "Pja", 3) == 0) {
		assert_false(o->in_loop);
		assert_int_equal(o->result, -1);
		o->result = (int64_t)decode(line + 1);
	} else if (*line == 'P') {
		take_sample(o, line);
	} else if (*line == '\0') {
		assert_false(o->in_loop);
		o->finished = true;
	} else {
		fail_msg("%s:%u: said \"%s\"", o->vector->file, o->vector->line, line);
	}
}

/* Everything that comes until the empty line or until the time is over. */
static void listen(struct bench *bench, struct outcome *o, double time_s)
{
	size_t length = bench_await_line(bench, '\n', BENCH_SECOND_NS);
	size_t queued;

	if (length == 0)
		fail_msg("%s:%u: no echo", o->vector->file, o->vector->line);
	if (length != 2 || bench_queue(bench, &queued)[0] != 'e')
		fail_msg("%s:%u: refused: %.*s", o->vector->file, o->vector->line, (int)length - 1,
			 (const char *)bench_queue(bench, &queued));
	bench_take(bench, length);
	bench_advance(bench, (int64_t)(time_s * 1e9));
	while (!o->finished) {
		char line[256];

		length = bench_await_line(bench, '\n', 0);
		if (length == 0)
			return;
		assert_in_range(length, 1, sizeof(line) - 1);
		memcpy(line, bench_queue(bench, &queued), length - 1);
		line[length - 1] = '\0';
		bench_take(bench, length);
		take_line(o, line);
	}
}

static void judge_galvanostatic(const struct outcome *o)
{
	int64_t segments = 0;
	int64_t result = 0;
	size_t begun;

	assert_true(sg_vector_integer(o->vector, "segments", &segments));
	assert_true(sg_vector_integer(o->vector, "plays_result", &result));
	assert_int_equal(o->result, result);
	begun = result ? (size_t)(result + 1) / 2 : (size_t)segments;
	assert_int_equal(o->loops, begun);
	for (size_t i = 0; i < begun; i++) {
		double whole = segment_number(o->vector, i, "duration_s") /
			       segment_number(o->vector, i, "interval_s");

		if (result && i + 1 == begun)
			assert_int_equal(o->samples[i], 1); /* the first sample is past the limit */
		else if (fabs((double)o->samples[i] - whole) > 1)
			fail_msg("%s:%u: segment %zu has %u samples", o->vector->file, o->vector->line, i,
				 o->samples[i]);
	}
}

/* Which electrode the whole run has stripped, by the cell's own account of charge. */
static void judge_stripping(const struct outcome *o, const struct bench *bench)
{
	const char *strips = sg_vector_word(o->vector, "strips");
	double charge_c = bench_charge_from_a_c(bench);

	if (!strips)
		return;
	if ((*strips == 'a') != (charge_c > 0) || fabs(charge_c) < 1e-6)
		fail_msg("%s:%u: stripped %g C from A", o->vector->file, o->vector->line, charge_c);
}

void plays_to_its_end(void **state)
{
	struct outcome o = { .vector = *state, .last_time_s = -1, .result = -1 };
	/* The high-range model has the 100 mA range one of the scripts asks for. */
	struct bench *bench = bench_new(&fw_emstat4, "hr", NULL);
	const char *program = sg_vector_word(o.vector, "program");
	size_t queued;

	assert_non_null(program);
	bench_send(bench, o.vector->bytes, o.vector->length);
	listen(bench, &o, number(o.vector, "plays_s"));
	if (!o.finished)
		fail_msg("%s:%u: still running", o.vector->file, o.vector->line);
	if (strcmp(program, "galvanostatic") == 0) {
		judge_galvanostatic(&o);
	} else {
		assert_int_equal(o.loops, 1);
		assert_int_equal(o.result, -1);
		assert_in_range(o.samples[0], 1, UINT32_MAX);
	}
	if (strcmp(program, "rest") == 0) {
		double whole = number(o.vector, "duration_s") / number(o.vector, "interval_s");

		assert_true(fabs((double)o.samples[0] - whole) <= 1);
	}
	assert_true(bench_cell_is_off(bench));
	judge_stripping(&o, bench);
	bench_advance(bench, 10 * BENCH_SECOND_NS);
	bench_queue(bench, &queued);
	assert_int_equal(queued, 0);
	bench_free(bench);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the simulated firmware to the vectors: one test a vector, named after it. The firmware is
 * spoken to through its wire alone, except that its package writer is also called directly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/emstat4.h"
#include "firmware/methodscript_package.h"
#include "firmware/votsch.h"
#include "firmware_bench.h"
#include "firmware_script.h"
#include "vectors.h"

/* Reply times are far below it, and no conversation samples slower than once a second. */
#define PATIENCE_NS (10 * BENCH_SECOND_NS)

static bool is_chamber(const struct sg_vector *v)
{
	return sg_vector_word(v, "layout") != NULL;
}

/*
 * The instrument a vector speaks to. The chamber of the newer layout is not simulated: those vectors
 * are reported as skipped.
 */
static struct bench *bench_for(const struct sg_vector *v)
{
	const char *layout = sg_vector_word(v, "layout");
	int64_t address = 0;
	int64_t numbers = 0;
	char options[32];
	bool ten;

	if (!layout)
		return bench_new(&fw_emstat4, NULL, NULL);
	if (strcmp(layout, "old") != 0)
		skip();
	sg_vector_integer(v, "address", &address);
	ten = strcmp(sg_vector_word(v, "letter") ? sg_vector_word(v, "letter") : "", "E") == 0 &&
	      sg_vector_integer(v, "numbers", &numbers) && numbers == 10;
	snprintf(options, sizeof(options), "address=%02d", (int)address);
	return bench_new(&fw_votsch, ten ? "vt4002-ten" : "vt4002", options);
}

static bool begins_with(const uint8_t *line, size_t length, const uint8_t *start, size_t start_length)
{
	return length >= start_length && memcmp(line, start, start_length) == 0;
}

static void send_in_chunks(struct bench *bench, const struct sg_vector_step *step, size_t chunk)
{
	for (size_t at = 0; at < step->length; at += chunk) {
		size_t left = step->length - at;

		bench_send(bench, step->bytes + at, left < chunk ? left : chunk);
	}
}

/* One step. Returns what is wrong, or NULL. */
static const char *play(struct bench *bench, const struct sg_vector_step *step, size_t chunk,
			char terminator)
{
	const uint8_t *queue;
	size_t queued;
	size_t length;

	switch (step->kind) {
	case SG_VECTOR_SEND:
		send_in_chunks(bench, step, chunk);
		return NULL;
	case SG_VECTOR_EXPECT:
		bench_await(bench, step->length, PATIENCE_NS);
		queue = bench_queue(bench, &queued);
		if (!begins_with(queue, queued, step->bytes, step->length))
			return "something else arrived, or nothing";
		bench_take(bench, step->length);
		return NULL;
	case SG_VECTOR_EXPECT_LINE:
		length = bench_await_line(bench, terminator, PATIENCE_NS);
		if (length == 0)
			return "no line arrived";
		if (!begins_with(bench_queue(bench, &queued), length, step->bytes, step->length))
			return "another line arrived";
		bench_take(bench, length);
		return NULL;
	case SG_VECTOR_SKIP_LINES:
		for (;;) {
			length = bench_await_line(bench, terminator, PATIENCE_NS);
			if (length == 0 || !begins_with(bench_queue(bench, &queued), length,
							step->bytes, step->length))
				return NULL;
			bench_take(bench, length);
		}
	case SG_VECTOR_WAIT:
		bench_advance(bench, (int64_t)step->time_ms * BENCH_MS_NS);
		return NULL;
	case SG_VECTOR_SILENT:
		bench_advance(bench, (int64_t)step->time_ms * BENCH_MS_NS);
		bench_queue(bench, &queued);
		return queued ? "it spoke" : NULL;
	}
	return "unknown step";
}

static void play_conversation(const struct sg_vector *v, size_t chunk)
{
	struct bench *bench = bench_for(v);

	for (size_t i = 0; i < v->step_count; i++) {
		const char *why = play(bench, &v->steps[i], chunk, is_chamber(v) ? '\r' : '\n');

		if (why) {
			size_t queued;
			const uint8_t *queue = bench_queue(bench, &queued);

			fail_msg("%s:%u: %s (sent %zu bytes at a time); queued: \"%.*s\"", v->file,
				 v->steps[i].line, why, chunk, (int)(queued < 120 ? queued : 120),
				 queued ? (const char *)queue : "");
		}
	}
	bench_free(bench);
}

/* However the host's bytes are cut, the instrument hears the same. */
static void plays_as_written(void **state)
{
	static const size_t chunks[] = { 4096, 1, 7 };

	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++)
		play_conversation(*state, chunks[i]);
}

static void answers_with_the_letter_of_the_command(void **state)
{
	const struct sg_vector *v = *state;
	struct bench *bench = bench_for(v);
	const uint8_t *queue;
	size_t queued;

	bench_send(bench, v->bytes, v->length);
	if (bench_await_line(bench, '\n', PATIENCE_NS) == 0)
		fail_msg("%s:%u: no answer", v->file, v->line);
	queue = bench_queue(bench, &queued);
	assert_int_equal(queue[0], v->bytes[0]);
	bench_free(bench);
}

static struct fw_ms_value value_of(const struct sg_vector *v, int64_t number)
{
	struct fw_ms_value value = { .measured = false };
	int64_t integer = 0;
	char key[32];
	const char *type;

	snprintf(key, sizeof(key), "var%d.type", (int)number);
	type = sg_vector_word(v, key);
	assert_non_null(type);
	assert_int_equal(strlen(type), 2);
	memcpy(value.vartype, type, 2);
	snprintf(key, sizeof(key), "var%d.value", (int)number);
	assert_true(sg_vector_number(v, key, &value.number.value));
	snprintf(key, sizeof(key), "var%d.integer", (int)number);
	value.number.integer = sg_vector_word(v, key) != NULL;
	snprintf(key, sizeof(key), "var%d.range", (int)number);
	if (sg_vector_integer(v, key, &integer)) {
		value.measured = true;
		value.range = (uint8_t)integer;
		snprintf(key, sizeof(key), "var%d.status", (int)number);
		assert_true(sg_vector_integer(v, key, &integer));
		value.status = (uint8_t)integer;
	}
	return value;
}

/*
 * Writes the package from its meaning. Only metadata is left out of the comparison where a vector
 * has a status without a range, which this writer never sends.
 */
static void writes_the_package_from_its_meaning(void **state)
{
	const struct sg_vector *v = *state;
	struct fw_ms_package package = { .noise_field = memmem(v->bytes, v->length, ",40", 3) != NULL };
	int64_t vars = 0;

	assert_true(sg_vector_integer(v, "vars", &vars));
	fw_ms_package_start(&package);
	for (int64_t i = 1; i <= vars; i++) {
		struct fw_ms_value value = value_of(v, i);

		fw_ms_package_add(&package, &value);
	}
	fw_ms_package_end(&package);
	if (package.length != v->length || memcmp(package.text, v->bytes, v->length) != 0)
		fail_msg("%s:%u: wrote %.*s", v->file, v->line, (int)package.length, package.text);
}

/* Can the writer say it at all: canonical numbers, and a range wherever there is a status. */
static bool is_writable(const struct sg_vector *v)
{
	int64_t vars = 0;

	if (!sg_vector_word(v, "canonical") || !sg_vector_integer(v, "vars", &vars))
		return false;
	for (int64_t i = 1; i <= vars; i++) {
		char status[32];
		char range[32];

		snprintf(status, sizeof(status), "var%d.status", (int)i);
		snprintf(range, sizeof(range), "var%d.range", (int)i);
		if (!sg_vector_word(v, status) != !sg_vector_word(v, range))
			return false;
	}
	return true;
}

/* `0010.0 0011.2 ... 0101010101010101`: five pairs and 16 bits, each number six characters wide. */
static void judge_values(const uint8_t *line, size_t length)
{
	assert_int_equal(length, 10 * 7 + 16 + 1);
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(line[i * 7 + 4], '.');
		assert_int_equal(line[i * 7 + 6], ' ');
	}
	for (size_t i = 70; i < length - 1; i++)
		assert_in_range(line[i], '0', '1');
}

static void is_answered_as_the_manual_says(void **state)
{
	const struct sg_vector *v = *state;
	const char *letter = sg_vector_word(v, "letter");
	struct bench *bench = bench_for(v);
	const uint8_t *line;
	size_t length;
	size_t queued;

	assert_non_null(letter);
	bench_send(bench, v->bytes, v->length);
	length = bench_await_line(bench, '\r', PATIENCE_NS);
	if (length == 0)
		fail_msg("%s:%u: no answer", v->file, v->line);
	line = bench_queue(bench, &queued);
	switch (*letter) {
	case 'E':
	case 'U':
	case 'P':
		assert_int_equal(length, 2);
		assert_int_equal(line[0], '0');
		break;
	case 'I':
		judge_values(line, length);
		break;
	case 'Q':
		assert_int_equal(length, 3);
		break;
	case 'F':
		/* What a chamber says when it has no error is in no document: any line will do. */
		break;
	default:
		fail_msg("%s:%u: no test for letter %s", v->file, v->line, letter);
	}
	bench_free(bench);
}

/* Which test plays a vector; NULL for those that are the host's business alone. */
static CMUnitTestFunction test_of(const struct sg_vector *v)
{
	static const struct {
		const char *kind;
		CMUnitTestFunction function;
	} table[] = {
		{ "dialogue", plays_as_written },
		{ "script", plays_to_its_end },
		{ "command", answers_with_the_letter_of_the_command },
		{ "package", writes_the_package_from_its_meaning },
		{ "request", is_answered_as_the_manual_says },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(v->kind, table[i].kind) == 0)
			return table[i].function;
	}
	fprintf(stderr, "%s:%u: no test plays kind %s\n", v->file, v->line, v->kind);
	exit(1);
}

/* Every vector that the firmware can be held to; *count of them, in the order of the files. */
static struct CMUnitTest *tests_of(struct sg_vectors *const *files, size_t file_count, size_t *count)
{
	struct CMUnitTest *tests;
	size_t total = 0;

	for (size_t i = 0; i < file_count; i++)
		total += sg_vectors_count(files[i]);
	tests = calloc(total, sizeof(*tests));
	if (!tests)
		abort();
	*count = 0;
	for (size_t i = 0; i < file_count; i++) {
		for (size_t j = 0; j < sg_vectors_count(files[i]); j++) {
			const struct sg_vector *v = sg_vectors_get(files[i], j);
			CMUnitTestFunction function = test_of(v);

			if (function == writes_the_package_from_its_meaning && !is_writable(v))
				continue;
			/* The cast drops a const that cmocka's type cannot carry. */
			tests[(*count)++] = (struct CMUnitTest){
				.name = v->name, .test_func = function, .initial_state = (void *)(uintptr_t)v
			};
		}
	}
	return tests;
}

int main(void)
{
	static const char *const paths[] = {
		SG_VECTORS_DIR "/emstat4/command.vec", SG_VECTORS_DIR "/emstat4/dialogue.vec",
		SG_VECTORS_DIR "/emstat4/package.vec", SG_VECTORS_DIR "/emstat4/script.vec",
		SG_VECTORS_DIR "/votsch/dialogue.vec", SG_VECTORS_DIR "/votsch/request.vec",
	};
	struct sg_vectors *files[sizeof(paths) / sizeof(paths[0])] = { NULL };
	struct CMUnitTest *tests = NULL;
	size_t count = 0;
	int failed = 1;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char diag[256];

		if (sg_vectors_load(paths[i], &files[i], diag, sizeof(diag))) {
			fprintf(stderr, "%s\n", diag);
			goto out;
		}
	}
	tests = tests_of(files, sizeof(paths) / sizeof(paths[0]), &count);
	failed = _cmocka_run_group_tests("firmware_vectors", tests, count, NULL, NULL);
out:
	free(tests);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		sg_vectors_free(files[i]);
	return failed;
}

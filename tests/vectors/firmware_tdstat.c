/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the simulated TDstat and MYSTAT to the vectors, through packets alone: what they answer, and what current a
 * code makes in the cell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "firmware_bench.h"
#include "vectors.h"

extern const struct fw_firmware fw_tdstat;

#define PATIENCE_NS (10 * BENCH_SECOND_NS)

static struct bench *bench_for(const struct sg_vector *v, const char *options)
{
	return bench_new(&fw_tdstat, sg_vector_word(v, "model"), options);
}

/* One OUT transfer, as the bus cuts it. */
static void send(struct bench *bench, const uint8_t *bytes, size_t length)
{
	do {
		const size_t piece = length < FW_PACKET_MAX ? length : FW_PACKET_MAX;

		bench_send(bench, bytes, piece);
		bytes += piece;
		length -= piece;
	} while (length > 0);
}

/* The next packet is these bytes, or begins with them. Returns what is wrong, or NULL. */
static const char *expect(struct bench *bench, const struct sg_vector *v, const struct sg_vector_step *step)
{
	const bool whole = step->kind == SG_VECTOR_EXPECT;
	int64_t wanted = 0;
	size_t length, queued;
	const uint8_t *packet;

	if (!bench_await_packet(bench, PATIENCE_NS, &length))
		return "no packet came";
	packet = bench_queue(bench, &queued);
	if (whole ? length != step->length : length < step->length)
		return "a packet of another length came";
	if (step->length && memcmp(packet, step->bytes, step->length) != 0)
		return "another packet came";
	if (!whole && sg_vector_integer(v, "length", &wanted) && (int64_t)length != wanted)
		return "a packet of another length than its words say came";
	bench_take_packet(bench);
	return NULL;
}

static const char *play(struct bench *bench, const struct sg_vector *v, const struct sg_vector_step *step)
{
	size_t queued;

	switch (step->kind) {
	case SG_VECTOR_SEND:
		send(bench, step->bytes, step->length);
		return NULL;
	case SG_VECTOR_EXPECT:
	case SG_VECTOR_EXPECT_LINE:
		return expect(bench, v, step);
	case SG_VECTOR_SKIP_LINES:
		return "packets are not passed over";
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

static void plays_as_written(void **state)
{
	const struct sg_vector *v = *state;
	struct bench *bench = bench_for(v, "calibrated=no");

	for (size_t i = 0; i < v->step_count; i++) {
		const char *why = play(bench, v, &v->steps[i]);

		if (why)
			fail_msg("%s:%u: %s", v->file, v->steps[i].line, why);
	}
	bench_free(bench);
}

/* Every command that exists is answered with something else than the question mark. */
static void is_known(void **state)
{
	const struct sg_vector *v = *state;
	struct bench *bench = bench_for(v, NULL);
	size_t length, queued;

	send(bench, v->bytes, v->length);
	assert_true(bench_await_packet(bench, PATIENCE_NS, &length));
	if (length == 1 && bench_queue(bench, &queued)[0] == '?')
		fail_msg("%s:%u: not known", v->file, v->line);
	bench_free(bench);
}

static void ask(struct bench *bench, const char *command)
{
	size_t length;

	send(bench, (const uint8_t *)command, strlen(command));
	assert_true(bench_await_packet(bench, PATIENCE_NS, &length));
	bench_take_packet(bench);
}

static double number_of(const struct sg_vector *v, const char *word)
{
	double value = NAN;

	assert_true(sg_vector_number(v, word, &value));
	return value;
}

/*
 * A board with the errors that the vector's calibration describes turns the code into the current that was meant,
 * within half a step of its DAC and what rounding a quarter of the offset leaves.
 */
static void makes_the_current_that_was_meant(void **state)
{
	const struct sg_vector *v = *state;
	const double set_a = number_of(v, "set_a");
	const bool is_v3 = strcmp(sg_vector_word(v, "model"), "v3") == 0;
	int64_t range = 0;
	double full_a, k = number_of(v, "shunt_k");
	char options[200], command[16];
	struct bench *bench;
	size_t length;

	assert_true(sg_vector_integer(v, "range", &range));
	full_a = is_v3 ? 25e-3 / pow(100.0, (double)range - 1.0) :
			 (const double[]){ 250e-3, 25e-3, 0.25e-3, 0.0025e-3 }[range - 1];
	snprintf(options, sizeof(options), "dac_gain=0,dac_offset=0,offset_potential=%.12g,offset_current=%.12g,shunt_%d=%.12g",
		 number_of(v, "offset_potential"), number_of(v, "offset_current"), (int)range, (k - 1.0) * 1e6);
	bench = bench_for(v, options);
	snprintf(command, sizeof(command), "RANGE %d", (int)range);
	ask(bench, command);
	ask(bench, "GALVANOSTATIC");
	send(bench, v->bytes, v->length);
	assert_true(bench_await_packet(bench, PATIENCE_NS, &length));
	bench_take_packet(bench);
	ask(bench, "CELL ON");
	if (!(fabs(bench_current_a(bench) - set_a) <= 1.01 * full_a / k / 524288.0))
		fail_msg("%s:%u: %.12g A flow, %.12g A were meant", v->file, v->line, bench_current_a(bench), set_a);
	bench_free(bench);
}

/* More than the amplifier gives, or more volts than there are behind the bench's ten ohms, is no matter of the code. */
static bool is_within_reach(const struct sg_vector *v)
{
	const char *mode = sg_vector_word(v, "mode");

	return mode && strcmp(mode, "galvanostatic") == 0 && !sg_vector_word(v, "error");
}

static CMUnitTestFunction test_of(const struct sg_vector *v)
{
	if (strcmp(v->kind, "dialogue") == 0)
		return plays_as_written;
	if (strcmp(v->kind, "command") == 0)
		return is_known;
	if (strcmp(v->kind, "dacset") == 0)
		return is_within_reach(v) ? makes_the_current_that_was_meant : NULL;
	fprintf(stderr, "%s:%u: no test plays kind %s\n", v->file, v->line, v->kind);
	exit(1);
}

int main(void)
{
	static const char *const paths[] = {
		SG_VECTORS_DIR "/tdstat/command.vec", SG_VECTORS_DIR "/tdstat/dialogue.vec",
		SG_VECTORS_DIR "/tdstat/dacset.vec",
	};
	static struct CMUnitTest tests[1024];
	struct sg_vectors *files[3] = { NULL };
	size_t count = 0;
	int failed = 1;

	for (size_t i = 0; i < 3; i++) {
		char diag[256];

		if (sg_vectors_load(paths[i], &files[i], diag, sizeof(diag))) {
			fprintf(stderr, "%s\n", diag);
			goto out;
		}
		for (size_t k = 0; k < sg_vectors_count(files[i]) && count < 1024; k++) {
			const struct sg_vector *v = sg_vectors_get(files[i], k);

			if (test_of(v)) /* The cast drops a const that cmocka's type cannot carry. */
				tests[count++] = (struct CMUnitTest){
					.name = v->name, .test_func = test_of(v), .initial_state = (void *)(uintptr_t)v
				};
		}
	}
	failed = _cmocka_run_group_tests("firmware_vectors_tdstat", tests, count, NULL, NULL);
out:
	for (size_t i = 0; i < 3; i++)
		sg_vectors_free(files[i]);
	return failed;
}

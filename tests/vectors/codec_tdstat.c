/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of TDstat v3 and MYSTAT against every vector of its family. A packet comes whole or not at all, so there is
 * no framing to try; instead every answer is also tried one byte short and one byte long.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vector_check.h"
#include "wire/tdstat.h"
#include "wire/tdstat_calibration.h"
#include "wire/tdstat_convert.h"

static const struct sg_tdstat_model *model_of(const struct sg_vector *v)
{
	const char *name = sg_vector_word(v, "model");
	const struct sg_tdstat_model *model = name ? sg_tdstat_model(name) : NULL;

	CHECK(v, model != NULL);
	return model;
}

static int64_t integer(const struct sg_vector *v, const char *key)
{
	int64_t value = INT64_MIN;

	CHECK(v, sg_vector_integer(v, key, &value));
	return value;
}

static double number(const struct sg_vector *v, const char *key)
{
	double value = (double)NAN;

	CHECK(v, sg_vector_number(v, key, &value));
	return value;
}

static bool is_bytes(const struct sg_vector *v, const uint8_t *bytes, size_t length)
{
	return v->bytes && length == v->length && memcmp(bytes, v->bytes, length) == 0;
}

/* ---- the three records ---- */

static void check_offsets(const struct sg_vector *v, const uint8_t *record)
{
	struct sg_tdstat_offsets got, given;
	uint8_t again[SG_TDSTAT_RECORD_SIZE];

	CHECK(v, sg_tdstat_offsets_read(record, &got) == SG_OK);
	CHECK(v, got.written != sg_vector_has_word(v, "never_written", "1"));
	if (!got.written) {
		CHECK(v, got.potential == 0 && got.current == 0);
		return;
	}
	given = (struct sg_tdstat_offsets){ true, (int32_t)integer(v, "offset_potential"),
					    (int32_t)integer(v, "offset_current") };
	CHECK(v, got.potential == given.potential && got.current == given.current);
	CHECK(v, sg_tdstat_offsets_write(&given, again) == SG_OK && memcmp(again, record, sizeof(again)) == 0);
}

static void given_shunts(const struct sg_vector *v, const struct sg_tdstat_model *model, struct sg_tdstat_shunts *out)
{
	out->written = true;
	for (unsigned i = 0; i < model->ranges; i++) {
		char key[24];

		snprintf(key, sizeof(key), "shunt%u_k", i + 1);
		out->k[i] = number(v, key);
	}
}

static void check_shunts(const struct sg_vector *v, const struct sg_tdstat_model *model, const uint8_t *record)
{
	struct sg_tdstat_shunts got, given = { .written = true };
	uint8_t again[SG_TDSTAT_REPLY_MAX];

	sg_tdstat_shunts_read(model, record, &got);
	CHECK(v, got.written != sg_vector_has_word(v, "never_written", "1"));
	for (unsigned i = 0; i < model->ranges && !got.written; i++)
		CHECK(v, got.k[i] == 1.0);
	if (!got.written)
		return;
	given_shunts(v, model, &given);
	for (unsigned i = 0; i < model->ranges; i++)
		CHECK(v, sg_vector_is_equal(got.k[i], given.k[i]));
	CHECK(v, sg_tdstat_shunts_write(model, &given, again) == SG_OK);
	CHECK(v, memcmp(again, record, model->shunt_size) == 0);
}

static void check_dac(const struct sg_vector *v, const uint8_t *record)
{
	struct sg_tdstat_dac got, given;
	uint8_t again[SG_TDSTAT_RECORD_SIZE];

	sg_tdstat_dac_read(record, &got);
	CHECK(v, got.written != sg_vector_has_word(v, "never_written", "1"));
	if (!got.written) {
		CHECK(v, sg_vector_word(v, "ocr") == NULL);
		return;
	}
	given = (struct sg_tdstat_dac){ true, (int32_t)integer(v, "ocr"), (uint32_t)integer(v, "fcr") };
	CHECK(v, got.ocr == given.ocr && got.fcr == given.fcr);
	CHECK(v, sg_tdstat_dac_write(&given, again) == SG_OK && memcmp(again, record, sizeof(again)) == 0);
}

static bool is_out_of_range(const struct sg_vector *v)
{
	CHECK(v, v->bytes != NULL || sg_vector_has_word(v, "error", "out_of_range"));
	return v->bytes == NULL;
}

static void check_offsets_record(const struct sg_vector *v)
{
	struct sg_tdstat_offsets given;
	uint8_t record[SG_TDSTAT_RECORD_SIZE] = { 0xEE };

	if (is_out_of_range(v)) {
		given = (struct sg_tdstat_offsets){ true, (int32_t)integer(v, "offset_potential"),
						    (int32_t)integer(v, "offset_current") };
		CHECK(v, sg_tdstat_offsets_write(&given, record) == SG_ERR_ARGUMENT);
		CHECK(v, record[0] == 0xEE);
		return;
	}
	CHECK(v, v->length == SG_TDSTAT_RECORD_SIZE);
	if (v->length == SG_TDSTAT_RECORD_SIZE)
		check_offsets(v, v->bytes);
}

static void check_shunts_record(const struct sg_vector *v)
{
	const struct sg_tdstat_model *model = model_of(v);
	struct sg_tdstat_shunts given = { .written = true };
	uint8_t record[SG_TDSTAT_REPLY_MAX] = { 0xEE };

	if (!model)
		return;
	if (is_out_of_range(v)) {
		given_shunts(v, model, &given);
		CHECK(v, sg_tdstat_shunts_write(model, &given, record) == SG_ERR_ARGUMENT);
		CHECK(v, record[0] == 0xEE);
		return;
	}
	CHECK(v, v->length == model->shunt_size);
	if (v->length == model->shunt_size)
		check_shunts(v, model, v->bytes);
}

static void check_dac_record(const struct sg_vector *v)
{
	CHECK(v, v->length == SG_TDSTAT_RECORD_SIZE);
	if (v->length == SG_TDSTAT_RECORD_SIZE)
		check_dac(v, v->bytes);
}

/* ---- commands ---- */

static const struct {
	const char *name;
	enum sg_tdstat_word word;
} commands[] = {
	{ "cell_on", SG_TDSTAT_CELL_ON },
	{ "cell_off", SG_TDSTAT_CELL_OFF },
	{ "potentiostatic", SG_TDSTAT_POTENTIOSTATIC },
	{ "galvanostatic", SG_TDSTAT_GALVANOSTATIC },
	{ "range", SG_TDSTAT_RANGE },
	{ "dacset", SG_TDSTAT_DACSET },
	{ "daccal", SG_TDSTAT_DACCAL },
	{ "daccalget", SG_TDSTAT_DACCALGET },
	{ "daccalset", SG_TDSTAT_DACCALSET },
	{ "adcread", SG_TDSTAT_ADCREAD },
	{ "offsetread", SG_TDSTAT_OFFSETREAD },
	{ "offsetsave", SG_TDSTAT_OFFSETSAVE },
	{ "shuntcalread", SG_TDSTAT_SHUNTCALREAD },
	{ "shuntcalsave", SG_TDSTAT_SHUNTCALSAVE },
};

static enum sg_err save(const struct sg_vector *v, const struct sg_tdstat_model *model, enum sg_tdstat_word word,
			struct sg_tdstat_command *out)
{
	uint8_t record[SG_TDSTAT_REPLY_MAX] = { 0 };
	struct sg_tdstat_offsets offsets;
	struct sg_tdstat_shunts shunts = { .written = true };
	struct sg_tdstat_dac dac;

	if (word == SG_TDSTAT_OFFSETSAVE) {
		offsets = (struct sg_tdstat_offsets){ true, (int32_t)integer(v, "offset_potential"),
						      (int32_t)integer(v, "offset_current") };
		CHECK(v, sg_tdstat_offsets_write(&offsets, record) == SG_OK);
		return sg_tdstat_save(word, record, SG_TDSTAT_RECORD_SIZE, out);
	}
	if (word == SG_TDSTAT_DACCALSET) {
		dac = (struct sg_tdstat_dac){ true, (int32_t)integer(v, "ocr"), (uint32_t)integer(v, "fcr") };
		CHECK(v, sg_tdstat_dac_write(&dac, record) == SG_OK);
		return sg_tdstat_save(word, record, SG_TDSTAT_RECORD_SIZE, out);
	}
	given_shunts(v, model, &shunts);
	CHECK(v, sg_tdstat_shunts_write(model, &shunts, record) == SG_OK);
	return sg_tdstat_save(word, record, model->shunt_size, out);
}

static enum sg_err compose(const struct sg_vector *v, const struct sg_tdstat_model *model, enum sg_tdstat_word word,
			   struct sg_tdstat_command *out)
{
	switch (word) {
	case SG_TDSTAT_RANGE:
		return sg_tdstat_select_range((unsigned)integer(v, "range"), out);
	case SG_TDSTAT_DACSET:
		return sg_tdstat_set_dac((uint32_t)integer(v, "code"), out);
	case SG_TDSTAT_DACCALSET:
	case SG_TDSTAT_OFFSETSAVE:
	case SG_TDSTAT_SHUNTCALSAVE:
		return save(v, model, word, out);
	case SG_TDSTAT_CELL_ON:
	case SG_TDSTAT_CELL_OFF:
	case SG_TDSTAT_POTENTIOSTATIC:
	case SG_TDSTAT_GALVANOSTATIC:
	case SG_TDSTAT_DACCAL:
	case SG_TDSTAT_DACCALGET:
	case SG_TDSTAT_ADCREAD:
	case SG_TDSTAT_OFFSETREAD:
	case SG_TDSTAT_SHUNTCALREAD:
	case SG_TDSTAT_WORDS:
		break;
	}
	return sg_tdstat_plain(word, out);
}

static void check_command(const struct sg_vector *v)
{
	const struct sg_tdstat_model *model = model_of(v);
	struct sg_tdstat_command out = { .length = 0 };
	bool known = false;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && model; i++) {
		if (!sg_vector_has_word(v, "command", commands[i].name))
			continue;
		known = true;
		CHECK(v, compose(v, model, commands[i].word, &out) == SG_OK);
		CHECK(v, out.word == commands[i].word);
		CHECK(v, is_bytes(v, out.bytes, out.length));
	}
	CHECK(v, known);
}

/* ---- answers ---- */

/* The word that `to=` begins. CELL alone: either of the two. */
static bool find_word(const struct sg_vector *v, enum sg_tdstat_word *out)
{
	const char *to = sg_vector_word(v, "to");

	for (int word = 0; to && word < SG_TDSTAT_WORDS; word++) {
		const char *text = sg_tdstat_word_text((enum sg_tdstat_word)word);

		if (strncmp(text, to, strlen(to)) == 0 && (text[strlen(to)] == '\0' || text[strlen(to)] == ' ')) {
			*out = (enum sg_tdstat_word)word;
			return true;
		}
	}
	return false;
}

static void check_data(const struct sg_vector *v, const struct sg_tdstat_model *model, enum sg_tdstat_word word,
		       const struct sg_tdstat_reply *reply)
{
	struct sg_tdstat_reading reading;

	CHECK(v, is_bytes(v, reply->data, reply->length));
	if (word == SG_TDSTAT_OFFSETREAD) {
		check_offsets(v, reply->data);
	} else if (word == SG_TDSTAT_DACCALGET) {
		check_dac(v, reply->data);
	} else if (word == SG_TDSTAT_SHUNTCALREAD) {
		check_shunts(v, model, reply->data);
	} else {
		CHECK(v, sg_tdstat_adc_read(reply->data, &reading) == SG_OK);
		CHECK(v, reading.potential.counts == integer(v, "potential_counts"));
		CHECK(v, reading.current.counts == integer(v, "current_counts"));
	}
}

/* A reading with a word that cannot be is found out one step later than the length. */
static enum sg_err read_whole(const struct sg_tdstat_model *model, enum sg_tdstat_word word, const uint8_t *bytes,
			      size_t length, struct sg_tdstat_reply *out)
{
	struct sg_tdstat_reading reading;
	enum sg_err err = sg_tdstat_read_reply(model, word, bytes, length, out);

	if (!err && word == SG_TDSTAT_ADCREAD && out->answer == SG_TDSTAT_DATA)
		err = sg_tdstat_adc_read(out->data, &reading);
	return err;
}

static void check_other_lengths(const struct sg_vector *v, const struct sg_tdstat_model *model,
				enum sg_tdstat_word word)
{
	struct sg_tdstat_reply reply;
	uint8_t longer[72];

	memcpy(longer, v->bytes, v->length);
	longer[v->length] = 0;
	CHECK(v, sg_tdstat_read_reply(model, word, longer, v->length + 1, &reply) == SG_ERR_FRAME);
	if (v->length > 1)
		CHECK(v, sg_tdstat_read_reply(model, word, longer, v->length - 1, &reply) == SG_ERR_FRAME);
}

static void check_reply(const struct sg_vector *v)
{
	const struct sg_tdstat_model *model = model_of(v);
	struct sg_tdstat_reply reply;
	enum sg_tdstat_word word = SG_TDSTAT_WORDS;
	enum sg_err err;

	CHECK(v, find_word(v, &word) && v->length <= 64);
	if (!model || word == SG_TDSTAT_WORDS || v->length > 64)
		return;
	err = read_whole(model, word, v->bytes, v->length, &reply);
	if (sg_vector_has_word(v, "error", "malformed")) {
		CHECK(v, err == SG_ERR_FRAME);
		return;
	}
	CHECK(v, err == SG_OK);
	if (err)
		return;
	CHECK(v, (reply.answer == SG_TDSTAT_DONE) == sg_vector_has_word(v, "ok", "1"));
	CHECK(v, (reply.answer == SG_TDSTAT_WAIT) == sg_vector_has_word(v, "wait", "1"));
	CHECK(v, (reply.answer == SG_TDSTAT_QUESTION) == sg_vector_has_word(v, "unknown", "1"));
	if (reply.answer == SG_TDSTAT_DATA)
		check_data(v, model, word, &reply);
	check_other_lengths(v, model, word);
}

/* ---- numbers ---- */

static int over_of(const struct sg_vector *v, const char *key)
{
	const char *word = sg_vector_word(v, key);

	CHECK(v, !word || strcmp(word, "high") == 0 || strcmp(word, "low") == 0);
	return !word ? 0 : strcmp(word, "high") == 0 ? 1 : -1;
}

static void check_adc(const struct sg_vector *v)
{
	struct sg_tdstat_word_value got = { .counts = 77 };

	CHECK(v, v->length == 3);
	if (v->length != 3)
		return;
	if (sg_vector_has_word(v, "error", "malformed")) {
		CHECK(v, sg_tdstat_adc_word(v->bytes, &got) == SG_ERR_FRAME && got.counts == 77);
		return;
	}
	CHECK(v, sg_tdstat_adc_word(v->bytes, &got) == SG_OK);
	CHECK(v, got.counts == integer(v, "counts"));
	CHECK(v, got.over == over_of(v, "over"));
}

static unsigned given_calibration(const struct sg_vector *v, const struct sg_tdstat_model *model,
				  struct sg_tdstat_calibration *out)
{
	const int64_t range = integer(v, "range");

	sg_tdstat_calibration_none(out);
	out->offsets.potential = (int32_t)integer(v, "offset_potential");
	out->offsets.current = (int32_t)integer(v, "offset_current");
	CHECK(v, range >= 1 && range <= model->ranges);
	if (range < 1 || range > model->ranges)
		return 1;
	out->shunts.k[range - 1] = number(v, "shunt_k");
	return (unsigned)range;
}

/* What a driver makes of the same reading in the middle of a segment. */
static void check_sample(const struct sg_vector *v, const struct sg_tdstat_model *model,
			 const struct sg_tdstat_calibration *calibration, unsigned range,
			 const struct sg_tdstat_reading *reading)
{
	const double nominal_a = model->range_a[range - 1];
	const bool over = reading->current.over || reading->potential.over;
	struct sg_segment segment = { .mode = SG_MODE_GALVANOSTATIC, .range_a = nominal_a };
	struct sg_sample sample;

	CHECK(v, sg_tdstat_range(model, nominal_a) == range);
	sg_tdstat_sample(model, calibration, &segment, reading, &sample);
	CHECK(v, sg_vector_is_equal(sample.voltage_v, number(v, "voltage_v")));
	CHECK(v, sg_vector_is_equal(sample.current_a, number(v, "current_a")));
	CHECK(v, !!(sample.flags & SG_FLAG_OVERLOAD) == over);
	segment.mode = SG_MODE_REST;
	sg_tdstat_sample(model, calibration, &segment, reading, &sample);
	CHECK(v, sg_vector_is_equal(sample.voltage_v, number(v, "voltage_v")) && sample.current_a == 0.0);
	CHECK(v, !!(sample.flags & SG_FLAG_OVERLOAD) == !!reading->potential.over);
}

static void check_adcread(const struct sg_vector *v)
{
	const struct sg_tdstat_model *model = model_of(v);
	struct sg_tdstat_calibration calibration;
	struct sg_tdstat_reading reading;
	unsigned range;

	CHECK(v, v->length == 6);
	if (!model || v->length != 6)
		return;
	if (sg_vector_has_word(v, "error", "malformed")) {
		CHECK(v, sg_tdstat_adc_read(v->bytes, &reading) == SG_ERR_FRAME);
		return;
	}
	range = given_calibration(v, model, &calibration);
	CHECK(v, sg_tdstat_adc_read(v->bytes, &reading) == SG_OK);
	CHECK(v, sg_vector_is_equal(sg_tdstat_volts(model, &calibration, reading.potential.counts),
				    number(v, "voltage_v")));
	CHECK(v, sg_vector_is_equal(sg_tdstat_amperes(model, &calibration, range, reading.current.counts),
				    number(v, "current_a")));
	CHECK(v, reading.potential.over == over_of(v, "voltage_over"));
	CHECK(v, reading.current.over == over_of(v, "current_over"));
	check_sample(v, model, &calibration, range, &reading);
}

static void check_dacset(const struct sg_vector *v)
{
	const struct sg_tdstat_model *model = model_of(v);
	const bool amperes = sg_vector_has_word(v, "mode", "galvanostatic");
	struct sg_tdstat_calibration calibration;
	struct sg_tdstat_command out = { .length = 0 };
	uint32_t code = 77;
	unsigned range;
	enum sg_err err;

	CHECK(v, amperes || sg_vector_has_word(v, "mode", "potentiostatic"));
	if (!model)
		return;
	range = given_calibration(v, model, &calibration);
	err = sg_tdstat_dac_code(model, &calibration, amperes ? SG_MODE_GALVANOSTATIC : SG_MODE_POTENTIOSTATIC, range,
				 number(v, amperes ? "set_a" : "set_v"), &code);
	if (is_out_of_range(v)) {
		CHECK(v, err == SG_ERR_UNSUPPORTED && code == 77);
		return;
	}
	CHECK(v, err == SG_OK);
	CHECK(v, sg_tdstat_set_dac(code, &out) == SG_OK);
	CHECK(v, is_bytes(v, out.bytes, out.length));
}

/* ---- conversations ---- */

/* Whatever is said to one of our commands in a conversation is an answer we can read. */
static void check_dialogue(const struct sg_vector *v)
{
	const struct sg_tdstat_model *model = model_of(v);
	enum sg_tdstat_word word = SG_TDSTAT_WORDS;

	for (size_t i = 0; i < v->step_count && model; i++) {
		const struct sg_vector_step *step = &v->steps[i];
		struct sg_tdstat_reply reply;

		if (step->kind == SG_VECTOR_SEND) {
			word = SG_TDSTAT_WORDS;
			for (int w = 0; w < SG_TDSTAT_WORDS; w++) {
				const char *text = sg_tdstat_word_text((enum sg_tdstat_word)w);

				if (step->length >= strlen(text) && memcmp(step->bytes, text, strlen(text)) == 0 &&
				    (step->length == strlen(text) || step->bytes[strlen(text)] == ' '))
					word = (enum sg_tdstat_word)w;
			}
		}
		/* Two packets in one transfer, or two commands under way: not something we do. */
		if (step->kind != SG_VECTOR_EXPECT || word == SG_TDSTAT_WORDS || i == 0 ||
		    v->steps[i - 1].kind == SG_VECTOR_EXPECT)
			continue;
		if (i >= 2 && v->steps[i - 2].kind == SG_VECTOR_SEND && v->steps[i - 1].kind == SG_VECTOR_SEND)
			continue;
		if (v->steps[i - 1].kind == SG_VECTOR_SEND && v->steps[i - 1].length > 64)
			continue;
		CHECK(v, sg_tdstat_read_reply(model, word, step->bytes, step->length, &reply) == SG_OK);
	}
}

static void check_file(const char *name, void (*check)(const struct sg_vector *v), size_t least)
{
	const struct sg_vector_kind kind = { name, check };

	sg_vector_check_file(SG_VECTORS_DIR "/tdstat", name, &kind, 1, least);
}

static void commands_are_written_byte_for_byte(void **state)
{
	(void)state;
	check_file("command", check_command, 50);
}

static void answers_mean_what_they_mean(void **state)
{
	(void)state;
	check_file("reply", check_reply, 80);
}

static void words_of_the_converters_are_counts(void **state)
{
	(void)state;
	check_file("adc", check_adc, 15);
}

static void readings_are_volts_and_amperes(void **state)
{
	(void)state;
	check_file("adcread", check_adcread, 30);
}

static void set_values_are_codes_or_refused(void **state)
{
	(void)state;
	check_file("dacset", check_dacset, 60);
}

static void offsets_go_both_ways(void **state)
{
	(void)state;
	check_file("offsets", check_offsets_record, 10);
}

static void shunts_go_both_ways(void **state)
{
	(void)state;
	check_file("shunts", check_shunts_record, 12);
}

static void dac_registers_go_both_ways(void **state)
{
	(void)state;
	check_file("daccal", check_dac_record, 8);
}

static void conversations_consist_of_answers_we_can_read(void **state)
{
	(void)state;
	check_file("dialogue", check_dialogue, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_written_byte_for_byte),
		cmocka_unit_test(answers_mean_what_they_mean),
		cmocka_unit_test(words_of_the_converters_are_counts),
		cmocka_unit_test(readings_are_volts_and_amperes),
		cmocka_unit_test(set_values_are_codes_or_refused),
		cmocka_unit_test(offsets_go_both_ways),
		cmocka_unit_test(shunts_go_both_ways),
		cmocka_unit_test(dac_registers_go_both_ways),
		cmocka_unit_test(conversations_consist_of_answers_we_can_read),
	};

	return cmocka_run_group_tests(tests, NULL, sg_vector_print_checks);
}

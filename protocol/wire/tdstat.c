/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tdstat.h"

#include <string.h>

#include "core/segment_check.h"

/*
 * set_error. The DAC sets what the ADC reads, through the same shunt and amplifier and from the same reference,
 * so what is wrong with those cancels. What is left, of full scale: half a DAC step 1e-6, six sigma of the
 * converter's noise (2.5 uV of 2.5 V) 6e-6; the rest, 1e-3 of the range and 2e-3 of the value, is room for the
 * gains of the two chips to differ after a self-calibration and for an offset of some hundred counts that
 * nobody stored. Assumed: a known resistor would settle it.
 *
 * interval_min_s: a conversion takes 80 ms +-2 %, and every reading is one of its own. compliance_v: what the
 * control amplifier reaches at small currents (Assumed; Source: rails of +-9 V, and "+-12 V" of the MYSTAT's
 * article); the ADC sees a little further.
 */
#define COMMON                                                                                                  \
	.interval_min_s = 0.1, .duration_max_s = 365.0 * 86400.0, .range_use = 1.0, .set_error_rel = 2e-3,       \
	.set_error_range = 1e-3, .sequence_max = 16, .gapless = true, .limit_place = SG_LIMIT_HOST,             \
	.host_loss = SG_HOST_LOSS_NONE, .power_from_link = true

static const struct sg_tdstat_model models[] = {
	{ .name = "v3",
	  .caps = { .model = "TDstat v3",
		    .current_max_a = 20e-3,
		    .compliance_v = 8.0,
		    .range_count = 3,
		    .range_a = { 2e-6, 200e-6, 20e-3 },
		    COMMON },
	  .ranges = 3,
	  .range_a = { 20e-3, 200e-6, 2e-6 },
	  .full_scale_a = { 25e-3, 250e-6, 2.5e-6 },
	  .full_scale_v = 8.0,
	  .shunt_size = 6,
	  .shunt_steps = 1e6 },
	{ .name = "mystat",
	  .caps = { .model = "MYSTAT",
		    .current_max_a = 200e-3,
		    .compliance_v = 12.0,
		    .range_count = 4,
		    .range_a = { 2e-6, 200e-6, 20e-3, 200e-3 },
		    COMMON },
	  .ranges = 4,
	  .range_a = { 200e-3, 20e-3, 200e-6, 2e-6 },
	  .full_scale_a = { 250e-3, 25e-3, 250e-6, 2.5e-6 },
	  .full_scale_v = 13.4,
	  .shunt_size = 8,
	  .shunt_steps = 1e5 },
};

/* An argument follows its word and one blank. answer: bytes of data it is answered with; 0: OK. */
static const struct {
	const char *text;
	size_t argument;       /* bytes of it, the least */
	size_t argument_other; /* or so many */
	size_t answer;
	size_t answer_other;
} words[SG_TDSTAT_WORDS] = {
	[SG_TDSTAT_CELL_ON] = { "CELL ON", 0, 0, 0, 0 },
	[SG_TDSTAT_CELL_OFF] = { "CELL OFF", 0, 0, 0, 0 },
	[SG_TDSTAT_POTENTIOSTATIC] = { "POTENTIOSTATIC", 0, 0, 0, 0 },
	[SG_TDSTAT_GALVANOSTATIC] = { "GALVANOSTATIC", 0, 0, 0, 0 },
	[SG_TDSTAT_RANGE] = { "RANGE", 1, 1, 0, 0 },
	[SG_TDSTAT_DACSET] = { "DACSET", 3, 3, 0, 0 },
	[SG_TDSTAT_DACCAL] = { "DACCAL", 0, 0, 0, 0 },
	[SG_TDSTAT_DACCALGET] = { "DACCALGET", 0, 0, 6, 6 },
	[SG_TDSTAT_DACCALSET] = { "DACCALSET", 6, 6, 0, 0 },
	[SG_TDSTAT_ADCREAD] = { "ADCREAD", 0, 0, 6, 6 },
	[SG_TDSTAT_OFFSETREAD] = { "OFFSETREAD", 0, 0, 6, 6 },
	[SG_TDSTAT_OFFSETSAVE] = { "OFFSETSAVE", 6, 6, 0, 0 },
	[SG_TDSTAT_SHUNTCALREAD] = { "SHUNTCALREAD", 0, 0, 6, 8 },
	[SG_TDSTAT_SHUNTCALSAVE] = { "SHUNTCALSAVE", 6, 8, 0, 0 },
};

const struct sg_tdstat_model *sg_tdstat_model(const char *name)
{
	if (!name)
		return &models[0];
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (strcmp(models[i].name, name) == 0)
			return &models[i];
	}
	return NULL;
}

const struct sg_tdstat_model *sg_tdstat_model_by_record(size_t shunt_size)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (models[i].shunt_size == shunt_size)
			return &models[i];
	}
	return NULL;
}

const struct sg_potentiostat_caps *sg_tdstat_caps(const char *model)
{
	const struct sg_tdstat_model *found = sg_tdstat_model(model);

	return found ? &found->caps : NULL;
}

unsigned sg_tdstat_range(const struct sg_tdstat_model *model, double range_a)
{
	for (unsigned i = 0; i < model->ranges; i++) {
		if (sg_segment_same_range(range_a, model->range_a[i]))
			return i + 1;
	}
	return 0;
}

const char *sg_tdstat_word_text(enum sg_tdstat_word word)
{
	return (unsigned)word < SG_TDSTAT_WORDS ? words[word].text : "?";
}

/* The argument must have one of the two sizes; the word's text and what is allowed of it fit the packet. */
static enum sg_err compose(enum sg_tdstat_word word, const uint8_t *argument, size_t size,
			   struct sg_tdstat_command *out)
{
	size_t length;

	if ((unsigned)word >= SG_TDSTAT_WORDS ||
	    (size != words[word].argument && size != words[word].argument_other))
		return SG_ERR_ARGUMENT;
	length = strlen(words[word].text);
	memset(out, 0, sizeof(*out));
	out->word = word;
	memcpy(out->bytes, words[word].text, length);
	if (size) {
		out->bytes[length++] = ' ';
		memcpy(out->bytes + length, argument, size);
	}
	out->length = length + size;
	return SG_OK;
}

enum sg_err sg_tdstat_plain(enum sg_tdstat_word word, struct sg_tdstat_command *out)
{
	return compose(word, NULL, 0, out);
}

enum sg_err sg_tdstat_select_range(unsigned range, struct sg_tdstat_command *out)
{
	const uint8_t digit = (uint8_t)('0' + range);

	if (range < 1 || range > SG_TDSTAT_RANGES_MAX)
		return SG_ERR_ARGUMENT;
	return compose(SG_TDSTAT_RANGE, &digit, 1, out);
}

enum sg_err sg_tdstat_set_dac(uint32_t code, struct sg_tdstat_command *out)
{
	const uint8_t bytes[3] = { (uint8_t)(code >> 12), (uint8_t)(code >> 4), (uint8_t)(code << 4) };

	if (code >> 20)
		return SG_ERR_ARGUMENT;
	return compose(SG_TDSTAT_DACSET, bytes, sizeof(bytes), out);
}

enum sg_err sg_tdstat_save(enum sg_tdstat_word word, const uint8_t *record, size_t size, struct sg_tdstat_command *out)
{
	if (word != SG_TDSTAT_DACCALSET && word != SG_TDSTAT_OFFSETSAVE && word != SG_TDSTAT_SHUNTCALSAVE)
		return SG_ERR_ARGUMENT;
	return compose(word, record, size, out);
}

/* ---- answers ---- */

static bool is_text(const uint8_t *bytes, size_t length, const char *text)
{
	return length == strlen(text) && memcmp(bytes, text, length) == 0;
}

static bool is_data_size(const struct sg_tdstat_model *model, enum sg_tdstat_word word, size_t length)
{
	if (model && word == SG_TDSTAT_SHUNTCALREAD)
		return length == model->shunt_size;
	return length == words[word].answer || length == words[word].answer_other;
}

enum sg_err sg_tdstat_read_reply(const struct sg_tdstat_model *model, enum sg_tdstat_word word, const uint8_t *bytes,
				 size_t length, struct sg_tdstat_reply *out)
{
	struct sg_tdstat_reply reply = { .length = 0 };

	if ((unsigned)word >= SG_TDSTAT_WORDS)
		return SG_ERR_ARGUMENT;
	if (is_text(bytes, length, "?")) {
		reply.answer = SG_TDSTAT_QUESTION;
	} else if (words[word].answer == 0) {
		if (!is_text(bytes, length, "OK"))
			return SG_ERR_FRAME;
		reply.answer = SG_TDSTAT_DONE;
	} else if (word == SG_TDSTAT_ADCREAD && is_text(bytes, length, "WAIT")) {
		reply.answer = SG_TDSTAT_WAIT;
	} else {
		if (!is_data_size(model, word, length))
			return SG_ERR_FRAME;
		reply.answer = SG_TDSTAT_DATA;
		reply.length = length;
		memcpy(reply.data, bytes, length);
	}
	*out = reply;
	return SG_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/votsch.h"

#include <string.h>

/* A number: four digits, or minus and three; point; one digit. */
#define NUMBER_WIDTH 6
#define TENTHS_MIN (-9999)
#define TENTHS_MAX 99999
#define BITS 16

#define BIT(i) (1u << (i))

/*
 * How far the actual value may be from what can be set. Assumed: a chamber that starts in a hot or cold
 * room, or overshoots, stays within this; the temperature limiter would have tripped long before.
 */
#define BEYOND_TENTHS 400

/*
 * Ten numbers in E against ten in I. Assumed: E leaves the actual value out, repeats the eight behind it and ends
 * with what an open sensor reads; so its client's frame comes out on its client's unit. One captured
 * reply to I of such a unit would tell.
 */
#define TEN_LAST_TENTHS (-1913)

/*
 * Outputs of the 20 l model but start and temperature: dehumidifying 4, CO2 5, air 6, free 7 and 8, adjust
 * 13 to 15. Bit 0 is fixed, 2 and 9 to 12 are inputs: written as 0.
 *
 * Of the later VT4002 no table is public; its client writes a copy of what I returned, bits and all.
 */
static const struct sg_votsch_model models[] = {
	{
		.name = "vt4002",
		.layout = SG_VOTSCH_FIVE,
		.address = 0,
		.carried = BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(13) | BIT(14) | BIT(15),
		.caps = {
			.model = "VT4002",
			.temperature_min_c = -45.0,
			.temperature_max_c = 132.0,
			.resolution_k = 0.1,
			.host_loss = SG_HOST_LOSS_NONE,
		},
	},
	{
		.name = "vt4002-ten",
		.layout = SG_VOTSCH_TEN,
		.address = 1,
		.carried = (uint16_t)~(BIT(SG_VOTSCH_START) | BIT(SG_VOTSCH_TEMPERATURE)),
		.caps = {
			.model = "VT4002, ten numbers",
			.temperature_min_c = -45.0,
			.temperature_max_c = 132.0,
			.resolution_k = 0.1,
			.host_loss = SG_HOST_LOSS_NONE,
		},
	},
};

const struct sg_votsch_model *sg_votsch_model(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (!name || strcmp(models[i].name, name) == 0)
			return &models[i];
	}
	return NULL;
}

bool sg_votsch_running(const struct sg_votsch_model *model, const struct sg_votsch_values *values)
{
	if (!sg_votsch_has(values, SG_VOTSCH_START))
		return false;
	/* The client of the later VT4002 looks at the start bit only; what bit 3 says there is not known. */
	return model->layout == SG_VOTSCH_TEN || sg_votsch_has(values, SG_VOTSCH_TEMPERATURE);
}

/* ---- requests ---- */

static enum sg_err begin(unsigned address, char letter, struct sg_text *out)
{
	sg_text_clear(out);
	if (address > SG_VOTSCH_ADDRESS_MAX)
		return SG_ERR_ARGUMENT;
	sg_text_add(out, "$%02u%c", address, letter);
	return SG_OK;
}

static enum sg_err add_numbers(const int32_t *tenths, size_t count, struct sg_text *out)
{
	for (size_t i = 0; i < count; i++) {
		const int32_t value = tenths[i];

		if (value < TENTHS_MIN || value > TENTHS_MAX)
			return SG_ERR_ARGUMENT;
		/* The sign by hand: -0.5 has none in its whole degrees. */
		if (value < 0)
			sg_text_add(out, " -%03d.%d", -value / 10, -value % 10);
		else
			sg_text_add(out, " %04d.%d", value / 10, value % 10);
	}
	return SG_OK;
}

/* The CR, unless something went wrong: half a request must not be sent. */
static enum sg_err finish(enum sg_err err, struct sg_text *out)
{
	if (!err) {
		sg_text_add(out, "\r");
		if (out->truncated)
			err = SG_ERR_ARGUMENT;
	}
	if (err)
		sg_text_clear(out);
	return err;
}

enum sg_err sg_votsch_ask(unsigned address, char letter, struct sg_text *out)
{
	enum sg_err err = begin(address, letter, out);

	if (letter != 'I' && letter != 'F' && letter != 'Q')
		err = SG_ERR_ARGUMENT;
	return finish(err, out);
}

enum sg_err sg_votsch_write(unsigned address, const int32_t *tenths, size_t count, uint16_t bits,
			    struct sg_text *out)
{
	enum sg_err err = begin(address, 'E', out);

	if (count == 0 || count > SG_VOTSCH_NUMBERS)
		err = SG_ERR_ARGUMENT;
	if (!err)
		err = add_numbers(tenths, count, out);
	if (!err)
		sg_text_add(out, " ");
	for (unsigned i = 0; i < BITS && !err; i++)
		sg_text_add(out, "%c", bits & BIT(i) ? '1' : '0');
	return finish(err, out);
}

enum sg_err sg_votsch_gradients(unsigned address, const int32_t tenths[SG_VOTSCH_NUMBERS], struct sg_text *out)
{
	enum sg_err err = begin(address, 'U', out);

	if (!err)
		err = add_numbers(tenths, SG_VOTSCH_NUMBERS, out);
	return finish(err, out);
}

enum sg_err sg_votsch_program(unsigned address, unsigned program, struct sg_text *out)
{
	enum sg_err err = begin(address, 'P', out);

	if (program > 9999)
		err = SG_ERR_ARGUMENT;
	if (!err)
		sg_text_add(out, "%04u", program);
	return finish(err, out);
}

enum sg_err sg_votsch_command(const struct sg_votsch_model *model, unsigned address,
			      const struct sg_votsch_values *latest, int32_t nominal_tenths, bool run,
			      struct sg_text *out)
{
	int32_t numbers[SG_VOTSCH_NUMBERS] = { nominal_tenths };
	uint16_t bits = latest->bits & model->carried;
	size_t count = 1;
	enum sg_err err;

	switch (model->layout) {
	case SG_VOTSCH_FIVE:
		for (size_t i = 2; i < SG_VOTSCH_NUMBERS; i += 2)
			numbers[count++] = latest->tenths[i];
		break;
	case SG_VOTSCH_TEN:
		/* Seen to stop it: the set-point alone, without bits. */
		if (!run) {
			err = begin(address, 'E', out);
			if (!err)
				err = add_numbers(&nominal_tenths, 1, out);
			return finish(err, out);
		}
		for (size_t i = 2; i < SG_VOTSCH_NUMBERS; i++)
			numbers[count++] = latest->tenths[i];
		numbers[count++] = TEN_LAST_TENTHS;
		break;
	}
	if (run)
		bits |= BIT(SG_VOTSCH_START) | BIT(SG_VOTSCH_TEMPERATURE);
	return sg_votsch_write(address, numbers, count, bits, out);
}

/* ---- lines ---- */

void sg_votsch_framer_reset(struct sg_votsch_framer *framer)
{
	framer->length = 0;
	framer->spoiled = false;
	framer->done = false;
	framer->line[0] = '\0';
}

enum sg_votsch_frame sg_votsch_frame(struct sg_votsch_framer *framer, const uint8_t *bytes, size_t length,
				     size_t *consumed)
{
	if (framer->done)
		sg_votsch_framer_reset(framer);
	for (size_t i = 0; i < length; i++) {
		const uint8_t byte = bytes[i];

		if (byte == '\r') {
			*consumed = i + 1;
			framer->done = true;
			framer->line[framer->length] = '\0';
			return framer->spoiled ? SG_VOTSCH_BAD : SG_VOTSCH_LINE;
		}
		if (byte == '\n' && framer->length == 0)
			continue;
		if (byte < 0x20 || byte > 0x7E || framer->length == SG_VOTSCH_LINE_MAX)
			framer->spoiled = true;
		else if (!framer->spoiled)
			framer->line[framer->length++] = (char)byte;
	}
	*consumed = length;
	return SG_VOTSCH_NEED_MORE;
}

/* ---- replies ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "0025.0" or "-025.0": six characters, which the caller knows to be there. */
static bool read_number(const char *text, int32_t *out)
{
	const bool negative = text[0] == '-';
	int32_t value = 0;

	for (int i = negative; i < NUMBER_WIDTH; i++) {
		if (i == NUMBER_WIDTH - 2) {
			if (text[i] != '.')
				return false;
			continue;
		}
		if (!is_digit(text[i]))
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*out = negative ? -value : value;
	return true;
}

static bool read_bits(const char *text, uint16_t *out)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < BITS; i++) {
		if (text[i] != '0' && text[i] != '1')
			return false;
		bits |= text[i] == '1' ? BIT(i) : 0;
	}
	*out = (uint16_t)bits;
	return true;
}

/*
 * 0010.0 0011.2 0000.0 0011.2 0000.0 0011.2 0000.0 0011.2 0000.0 0011.2 0101010101010101
 * 0010.00011.2 0000.00011.2 0000.00011.2 0000.00011.2 0000.00011.2 0101010101010101
 */
enum sg_err sg_votsch_read_values(const char *line, size_t length, struct sg_votsch_values *out)
{
	struct sg_votsch_values values;
	size_t at = 0;

	for (size_t i = 0; i < SG_VOTSCH_NUMBERS; i++) {
		if (i > 0 && at < length && line[at] == ' ')
			at++;
		if (length - at < NUMBER_WIDTH || !read_number(line + at, &values.tenths[i]))
			return SG_ERR_FRAME;
		at += NUMBER_WIDTH;
	}
	if (length - at != 1 + BITS || line[at] != ' ' || !read_bits(line + at + 1, &values.bits))
		return SG_ERR_FRAME;
	*out = values;
	return SG_OK;
}

enum sg_err sg_votsch_check(const struct sg_votsch_model *model, const struct sg_votsch_values *values,
			    struct sg_text *why)
{
	const int32_t set = values->tenths[0];
	const int32_t actual = values->tenths[1];
	const int32_t min = (int32_t)(model->caps.temperature_min_c * 10.0);
	const int32_t max = (int32_t)(model->caps.temperature_max_c * 10.0);

	if (set < min || set > max) {
		sg_text_add(why, "a set-point of %.1f degC, where %.1f to %.1f can be set", set / 10.0, min / 10.0,
			    max / 10.0);
		return SG_ERR_VALUE;
	}
	if (actual < min - BEYOND_TENTHS || actual > max + BEYOND_TENTHS) {
		sg_text_add(why, "an actual temperature of %.1f degC, which cannot be: broken sensor or damaged reply",
			    actual / 10.0);
		return SG_ERR_VALUE;
	}
	return SG_OK;
}

/* 01 software test spec.protection.. */
enum sg_err sg_votsch_read_error(const char *line, size_t length, struct sg_votsch_error *out)
{
	if (length != 3 + SG_VOTSCH_ERROR_TEXT || !is_digit(line[0]) || !is_digit(line[1]) || line[2] != ' ')
		return SG_ERR_FRAME;
	for (size_t i = 3; i < length; i++) {
		if (line[i] < 0x20 || line[i] > 0x7E)
			return SG_ERR_FRAME;
	}
	out->number = (unsigned)(line[0] - '0') * 10 + (unsigned)(line[1] - '0');
	memcpy(out->text, line + 3, SG_VOTSCH_ERROR_TEXT);
	out->text[SG_VOTSCH_ERROR_TEXT] = '\0';
	return SG_OK;
}

enum sg_err sg_votsch_read_count(const char *line, size_t length, unsigned *out)
{
	if (length != 2 || !is_digit(line[0]) || !is_digit(line[1]))
		return SG_ERR_FRAME;
	*out = (unsigned)(line[0] - '0') * 10 + (unsigned)(line[1] - '0');
	return SG_OK;
}

enum sg_err sg_votsch_read_accepted(const char *line, size_t length)
{
	return length == 1 && line[0] == '0' ? SG_OK : SG_ERR_FRAME;
}

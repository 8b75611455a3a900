/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tdstat_calibration.h"

#include <math.h>
#include <string.h>

#define OFFSET_MIDDLE 524288
#define SHUNT_MIDDLE 32768.0
#define SHUNT_WORD_MAX 65535.0
#define REGISTER_MASK 0xFFFFFFu

static bool is_erased(const uint8_t *record, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (record[i] != 0xFF)
			return false;
	}
	return true;
}

void sg_tdstat_calibration_none(struct sg_tdstat_calibration *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < SG_TDSTAT_RANGES_MAX; i++)
		out->shunts.k[i] = 1.0;
}

/* ---- offsets: 20 bits, left-justified in three bytes, as a DAC code ---- */

static int32_t read_offset(const uint8_t *bytes)
{
	return ((int32_t)bytes[0] << 12 | (int32_t)bytes[1] << 4 | bytes[2] >> 4) - OFFSET_MIDDLE;
}

enum sg_err sg_tdstat_offsets_read(const uint8_t record[SG_TDSTAT_RECORD_SIZE], struct sg_tdstat_offsets *out)
{
	struct sg_tdstat_offsets offsets = { .written = !is_erased(record, SG_TDSTAT_RECORD_SIZE) };

	if (offsets.written) {
		if ((record[2] | record[5]) & 0x0F)
			return SG_ERR_VALUE;
		offsets.potential = read_offset(record);
		offsets.current = read_offset(record + 3);
	}
	*out = offsets;
	return SG_OK;
}

static enum sg_err write_offset(int32_t counts, uint8_t *bytes)
{
	const int32_t code = counts + OFFSET_MIDDLE;

	if (counts < -OFFSET_MIDDLE || counts >= OFFSET_MIDDLE)
		return SG_ERR_ARGUMENT;
	bytes[0] = (uint8_t)(code >> 12);
	bytes[1] = (uint8_t)(code >> 4);
	bytes[2] = (uint8_t)(code << 4);
	return SG_OK;
}

enum sg_err sg_tdstat_offsets_write(const struct sg_tdstat_offsets *offsets, uint8_t record[SG_TDSTAT_RECORD_SIZE])
{
	uint8_t bytes[SG_TDSTAT_RECORD_SIZE];
	enum sg_err err = write_offset(offsets->potential, bytes);

	if (!err)
		err = write_offset(offsets->current, bytes + 3);
	if (!err)
		memcpy(record, bytes, sizeof(bytes));
	return err;
}

/* ---- shunts: 16 bits each, high byte first ---- */

void sg_tdstat_shunts_read(const struct sg_tdstat_model *model, const uint8_t *record, struct sg_tdstat_shunts *out)
{
	struct sg_tdstat_calibration none;

	sg_tdstat_calibration_none(&none);
	*out = none.shunts;
	out->written = !is_erased(record, model->shunt_size);
	for (unsigned i = 0; i < model->ranges && out->written; i++) {
		const int word = record[2 * i] << 8 | record[2 * i + 1];

		out->k[i] = 1.0 + ((double)word - SHUNT_MIDDLE) / model->shunt_steps;
	}
}

enum sg_err sg_tdstat_shunts_write(const struct sg_tdstat_model *model, const struct sg_tdstat_shunts *shunts,
				   uint8_t record[SG_TDSTAT_REPLY_MAX])
{
	uint8_t bytes[SG_TDSTAT_REPLY_MAX];

	for (unsigned i = 0; i < model->ranges; i++) {
		const double word = SHUNT_MIDDLE + rint((shunts->k[i] - 1.0) * model->shunt_steps);

		if (!(word >= 0.0 && word <= SHUNT_WORD_MAX))
			return SG_ERR_ARGUMENT;
		bytes[2 * i] = (uint8_t)((unsigned)word >> 8);
		bytes[2 * i + 1] = (uint8_t)(unsigned)word;
	}
	if (is_erased(bytes, model->shunt_size))
		return SG_ERR_ARGUMENT;
	memcpy(record, bytes, model->shunt_size);
	return SG_OK;
}

/* ---- registers of the DAC1220: 24 bits each, high byte first ---- */

static uint32_t read_register(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

static void write_register(uint32_t value, uint8_t *bytes)
{
	bytes[0] = (uint8_t)(value >> 16);
	bytes[1] = (uint8_t)(value >> 8);
	bytes[2] = (uint8_t)value;
}

void sg_tdstat_dac_read(const uint8_t record[SG_TDSTAT_RECORD_SIZE], struct sg_tdstat_dac *out)
{
	const uint32_t ocr = read_register(record);

	memset(out, 0, sizeof(*out));
	out->written = !is_erased(record, SG_TDSTAT_RECORD_SIZE);
	if (!out->written)
		return;
	out->ocr = ocr & 0x800000u ? (int32_t)ocr - 0x1000000 : (int32_t)ocr;
	out->fcr = read_register(record + 3);
}

enum sg_err sg_tdstat_dac_write(const struct sg_tdstat_dac *dac, uint8_t record[SG_TDSTAT_RECORD_SIZE])
{
	uint8_t bytes[SG_TDSTAT_RECORD_SIZE];

	if (dac->ocr < -0x800000 || dac->ocr > 0x7FFFFF || dac->fcr > REGISTER_MASK)
		return SG_ERR_ARGUMENT;
	write_register((uint32_t)dac->ocr & REGISTER_MASK, bytes);
	write_register(dac->fcr, bytes + 3);
	if (is_erased(bytes, sizeof(bytes)))
		return SG_ERR_ARGUMENT;
	memcpy(record, bytes, sizeof(bytes));
	return SG_OK;
}

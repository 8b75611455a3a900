/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TDstat's codec on any packet: as the answer to every command, as each record, as a reading in every range. What is
 * read must be what the encoder makes of it again; no packet may be both data and a word; a sample is finite.
 *
 * First byte: model, and a range. Second: which command. The rest is the packet.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/tdstat.h"
#include "wire/tdstat_calibration.h"
#include "wire/tdstat_convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

static void check_offsets(const uint8_t *record, struct sg_tdstat_calibration *c)
{
	uint8_t again[SG_TDSTAT_RECORD_SIZE];

	if (sg_tdstat_offsets_read(record, &c->offsets) || !c->offsets.written)
		return;
	check(sg_tdstat_offsets_write(&c->offsets, again) == SG_OK);
	check(memcmp(again, record, sizeof(again)) == 0);
}

static void check_dac(const uint8_t *record, struct sg_tdstat_calibration *c)
{
	uint8_t again[SG_TDSTAT_RECORD_SIZE];

	sg_tdstat_dac_read(record, &c->dac);
	if (!c->dac.written)
		return;
	check(sg_tdstat_dac_write(&c->dac, again) == SG_OK);
	check(memcmp(again, record, sizeof(again)) == 0);
}

static void check_shunts(const struct sg_tdstat_model *model, const uint8_t *record, struct sg_tdstat_calibration *c)
{
	uint8_t again[SG_TDSTAT_REPLY_MAX];

	sg_tdstat_shunts_read(model, record, &c->shunts);
	for (unsigned i = 0; i < model->ranges; i++)
		check(c->shunts.k[i] > 0.6 && c->shunts.k[i] < 1.4);
	if (!c->shunts.written)
		return;
	check(sg_tdstat_shunts_write(model, &c->shunts, again) == SG_OK);
	check(memcmp(again, record, model->shunt_size) == 0);
}

static void check_code(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *c, unsigned range,
		       double current_a)
{
	struct sg_tdstat_command command;
	uint32_t code;

	if (sg_tdstat_dac_code(model, c, SG_MODE_GALVANOSTATIC, range, current_a, &code))
		return;
	check(sg_tdstat_set_dac(code, &command) == SG_OK && command.length == 10);
	check(fabs(sg_tdstat_amperes(model, c, range, 4 * ((int32_t)code - SG_TDSTAT_DAC_MIDDLE)) - current_a) <
	      1.2 * model->full_scale_a[range - 1] / c->shunts.k[range - 1] / SG_TDSTAT_DAC_MIDDLE);
}

static void check_reading(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *c, unsigned range,
			  const uint8_t *bytes)
{
	const struct sg_segment segment = { .mode = SG_MODE_GALVANOSTATIC, .range_a = model->range_a[range - 1] };
	struct sg_tdstat_reading reading;
	struct sg_sample sample;

	if (sg_tdstat_adc_read(bytes, &reading))
		return;
	check(abs(reading.current.counts) <= 2 * SG_TDSTAT_FULL_COUNTS);
	check((reading.potential.over > 0) == (reading.potential.counts >= SG_TDSTAT_FULL_COUNTS));
	check((reading.potential.over < 0) == (reading.potential.counts < -SG_TDSTAT_FULL_COUNTS));
	sg_tdstat_sample(model, c, &segment, &reading, &sample);
	check(isfinite(sample.voltage_v) && isfinite(sample.current_a));
	check(!!(sample.flags & SG_FLAG_OVERLOAD) == (reading.potential.over || reading.current.over));
	check_code(model, c, range, sample.current_a);
}

static void check_answer(const struct sg_tdstat_model *model, enum sg_tdstat_word word, unsigned range,
			 const uint8_t *packet, size_t length)
{
	struct sg_tdstat_calibration c;
	struct sg_tdstat_reply reply;

	sg_tdstat_calibration_none(&c);
	memset(&reply, 0xEE, sizeof(reply));
	if (sg_tdstat_read_reply(model, word, packet, length, &reply)) {
		check(reply.length == (size_t)0xEEEEEEEEEEEEEEEEu); /* nothing was written */
		return;
	}
	check(length == 1 || length == 2 || length == 4 || length == 6 || length == 8);
	check((reply.answer == SG_TDSTAT_DATA) == (reply.length != 0));
	if (reply.answer != SG_TDSTAT_DATA)
		return;
	check(reply.length == length && memcmp(reply.data, packet, length) == 0);
	if (word == SG_TDSTAT_OFFSETREAD)
		check_offsets(reply.data, &c);
	else if (word == SG_TDSTAT_DACCALGET)
		check_dac(reply.data, &c);
	else if (word == SG_TDSTAT_SHUNTCALREAD && model)
		check_shunts(model, reply.data, &c);
	if (model && reply.length == SG_TDSTAT_RECORD_SIZE)
		check_reading(model, &c, range, reply.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sg_tdstat_model *model;

	if (size < 2)
		return 0;
	model = sg_tdstat_model(data[0] & 1 ? "mystat" : "v3");
	check_answer(model, (enum sg_tdstat_word)(data[1] % SG_TDSTAT_WORDS), 1 + (data[0] >> 1) % model->ranges, data + 2,
		     size - 2);
	check_answer(NULL, (enum sg_tdstat_word)(data[1] % SG_TDSTAT_WORDS), 1, data + 2, size - 2);
	return 0;
}

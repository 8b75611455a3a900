/* SPDX-License-Identifier: Apache-2.0 */
/* The records inside: asked, taken, and on request written. Never written during a run. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/tdstat_device.h"

#define DAC_GAIN_ONE 0x800000u /* full-scale register after a reset */
/* A stored offset beyond a twentieth of full scale is none. Assumed; those seen are some hundreds of counts. */
#define OFFSET_PLAUSIBLE (SG_TDSTAT_FULL_COUNTS / 20)
/* Enough for two in a row to agree over a cable that alters one answer in ten. */
#define ROUNDS 5

/* The three records, as they were answered once. */
struct answered {
	struct sg_tdstat_reply offsets, shunts, dac;
};

static enum sg_err ask_once(struct sg_tdstat_device *dev, struct answered *out, int64_t deadline_ns)
{
	enum sg_err err = sg_tdstat_ask(dev, SG_TDSTAT_OFFSETREAD, &out->offsets, deadline_ns);

	if (!err)
		err = sg_tdstat_ask(dev, SG_TDSTAT_SHUNTCALREAD, &out->shunts, deadline_ns);
	return err ? err : sg_tdstat_ask(dev, SG_TDSTAT_DACCALGET, &out->dac, deadline_ns);
}

static bool is_same(const struct sg_tdstat_reply *a, const struct sg_tdstat_reply *b)
{
	return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

/*
 * All of them again until two answers in a row agree: nothing in six bytes tells that one was altered on its way, or
 * belongs to the question before, and every volt and ampere of a run goes through them.
 */
static enum sg_err ask_until_sure(struct sg_tdstat_device *dev, struct answered *sure, int64_t deadline_ns)
{
	struct answered before;
	enum sg_err err = ask_once(dev, sure, deadline_ns);

	for (int i = 1; i < ROUNDS && !err; i++) {
		before = *sure;
		err = ask_once(dev, sure, deadline_ns);
		if (!err && is_same(&before.offsets, &sure->offsets) && is_same(&before.shunts, &sure->shunts) &&
		    is_same(&before.dac, &sure->dac))
			return SG_OK;
	}
	if (err)
		return err;
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "asked %d times for what is stored, and no two answers in a row are the same", ROUNDS);
	return SG_ERR_FRAME;
}

enum sg_err sg_tdstat_ask_records(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	struct answered records;
	enum sg_err err = ask_until_sure(dev, &records, deadline_ns);

	if (err)
		return err;
	dev->model = sg_tdstat_model_by_record(records.shunts.length);
	if (!dev->model)
		return SG_ERR_FRAME;
	memcpy(dev->offsets_record, records.offsets.data, sizeof(dev->offsets_record));
	memcpy(dev->shunts_record, records.shunts.data, sizeof(dev->shunts_record));
	memcpy(dev->dac_record, records.dac.data, sizeof(dev->dac_record));
	return SG_OK;
}

static bool is_plausible(int32_t counts)
{
	return counts >= -OFFSET_PLAUSIBLE && counts <= OFFSET_PLAUSIBLE;
}

/*
 * Offsets that cannot be any are taken for zero, so that "zero" means little current at the worst, and no current is set
 * before they are mended.
 */
void sg_tdstat_read_records(struct sg_tdstat_device *dev)
{
	struct sg_tdstat_calibration *c = &dev->calibration;
	enum sg_err err;

	sg_tdstat_calibration_none(c);
	sg_tdstat_shunts_read(dev->model, dev->shunts_record, &c->shunts);
	sg_tdstat_dac_read(dev->dac_record, &c->dac);
	err = sg_tdstat_offsets_read(dev->offsets_record, &c->offsets);
	dev->offsets_bad = err || !is_plausible(c->offsets.potential) || !is_plausible(c->offsets.current);
	if (dev->offsets_bad)
		c->offsets = (struct sg_tdstat_offsets){ true, 0, 0 };
}

static void add_hex(char *out, const uint8_t *bytes, size_t size)
{
	size_t length = strlen(out);

	for (size_t i = 0; i < size; i++)
		length += (size_t)snprintf(out + length, SG_IDENTITY_SIZE - length, "%02x", bytes[i]);
}

/* Nothing in it was measured on this board: never written, or the values of a board without errors. */
static bool is_nominal(const struct sg_tdstat_device *dev)
{
	struct sg_tdstat_calibration c;

	sg_tdstat_calibration_none(&c);
	sg_tdstat_shunts_read(dev->model, dev->shunts_record, &c.shunts);
	sg_tdstat_dac_read(dev->dac_record, &c.dac);
	if (sg_tdstat_offsets_read(dev->offsets_record, &c.offsets) || c.offsets.potential || c.offsets.current)
		return false;
	if (c.dac.written && (c.dac.ocr || c.dac.fcr != DAC_GAIN_ONE))
		return false;
	for (unsigned i = 0; i < dev->model->ranges; i++) {
		if (c.shunts.k[i] != 1.0)
			return false;
	}
	return true;
}

void sg_tdstat_mark(const struct sg_tdstat_device *dev, char out[SG_IDENTITY_SIZE])
{
	out[0] = '\0';
	if (is_nominal(dev))
		return;
	add_hex(out, dev->offsets_record, sizeof(dev->offsets_record));
	add_hex(out, dev->dac_record, sizeof(dev->dac_record));
	add_hex(out, dev->shunts_record, dev->model->shunt_size);
}

/* ---- reading ---- */

static enum sg_err calibration_read(struct sg_device *device, struct sg_text *out, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	const struct sg_tdstat_calibration *c = &dev->calibration;
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->state != SG_TDSTAT_IDLE)
		return SG_ERR_STATE;
	err = sg_tdstat_ask_records(dev, deadline_ns);
	if (err)
		return err;
	sg_tdstat_read_records(dev);
	if (dev->offsets_bad)
		sg_text_add(out, "# what is stored as offsets cannot be any: no current is set until they are written\n");
	else if (!c->offsets.written)
		sg_text_add(out, "# offsets never written\n");
	sg_text_add(out, "offset_potential=%d\noffset_current=%d\n", (int)c->offsets.potential, (int)c->offsets.current);
	if (!c->shunts.written)
		sg_text_add(out, "# shunts never written\n");
	for (unsigned i = 0; i < dev->model->ranges; i++)
		sg_text_add(out, "shunt_%u=%.6f\n", i + 1, c->shunts.k[i]);
	if (!c->dac.written)
		sg_text_add(out, "# DAC never calibrated: no current is set until dac=self was run once\n");
	sg_text_add(out, "dac=");
	for (size_t i = 0; i < SG_TDSTAT_RECORD_SIZE; i++)
		sg_text_add(out, "%02X", dev->dac_record[i]);
	sg_text_add(out, "\n");
	return SG_OK;
}

/* ---- writing ---- */

static bool whole_number(const char *text, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return !errno && end != text && *end == '\0';
}

static bool decimal(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*out);
}

static enum sg_err bad(struct sg_tdstat_device *dev, const char *key, const char *value, const char *right)
{
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "%.30s=%.30s: %s", key, value, right);
	return SG_ERR_ARGUMENT;
}

/* Save a record and see that it is there. A lost answer to the saving is no matter: what is read back decides. */
static enum sg_err store(struct sg_tdstat_device *dev, enum sg_tdstat_word save, enum sg_tdstat_word read,
			 const uint8_t *record, size_t size, int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	struct sg_tdstat_reply reply;
	enum sg_err err = sg_tdstat_save(save, record, size, &command);

	if (!err)
		err = sg_tdstat_once(dev, &command, deadline_ns);
	if (err && err != SG_ERR_UNCERTAIN)
		return err;
	err = sg_tdstat_ask(dev, read, &reply, deadline_ns);
	if (err)
		return err == SG_ERR_GONE ? err : SG_ERR_UNCERTAIN;
	if (reply.length == size && memcmp(reply.data, record, size) == 0)
		return SG_OK;
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "\"%s\": another record is read back than was written", sg_tdstat_word_text(save));
	return SG_ERR_REFUSED;
}

static enum sg_err write_offset(struct sg_tdstat_device *dev, const char *key, const char *value, int64_t deadline_ns)
{
	struct sg_tdstat_offsets offsets = dev->calibration.offsets;
	uint8_t record[SG_TDSTAT_RECORD_SIZE];
	long counts;

	if (!whole_number(value, &counts) || counts < -OFFSET_PLAUSIBLE || counts > OFFSET_PLAUSIBLE)
		return bad(dev, key, value, "counts of the ADC: a whole number, at most a twentieth of full scale, 104857");
	if (strcmp(key, "offset_potential") == 0)
		offsets.potential = (int32_t)counts;
	else
		offsets.current = (int32_t)counts;
	if (sg_tdstat_offsets_write(&offsets, record))
		return bad(dev, key, value, "does not fit");
	return store(dev, SG_TDSTAT_OFFSETSAVE, SG_TDSTAT_OFFSETREAD, record, sizeof(record), deadline_ns);
}

static enum sg_err write_shunt(struct sg_tdstat_device *dev, const char *key, const char *value, int64_t deadline_ns)
{
	struct sg_tdstat_shunts shunts = dev->calibration.shunts;
	uint8_t record[SG_TDSTAT_REPLY_MAX];
	long range;
	double k;

	if (!whole_number(key + strlen("shunt_"), &range) || range < 1 || range > (long)dev->model->ranges)
		return bad(dev, key, value, "no such range");
	if (!decimal(value, &k))
		return bad(dev, key, value, "a factor near 1");
	shunts.k[range - 1] = k;
	if (sg_tdstat_shunts_write(dev->model, &shunts, record))
		return bad(dev, key, value, dev->model->shunt_steps > 2e5 ? "a factor from 0.967232 to 1.032767" :
										"a factor from 0.67232 to 1.32767");
	return store(dev, SG_TDSTAT_SHUNTCALSAVE, SG_TDSTAT_SHUNTCALREAD, record, dev->model->shunt_size, deadline_ns);
}

static bool hex_bytes(const char *text, uint8_t *out, size_t size)
{
	if (strlen(text) != 2 * size || strspn(text, "0123456789abcdefABCDEF") != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char digits[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

/* During a self-calibration the output of the DAC is disconnected and drifts: the cell is off, and zero comes after it. */
static enum sg_err calibrate_dac(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	struct sg_tdstat_reply reply;
	enum sg_err err = sg_tdstat_cell_off(dev, deadline_ns);

	if (!err)
		err = sg_tdstat_plain(SG_TDSTAT_DACCAL, &command);
	if (!err)
		err = sg_tdstat_once(dev, &command, deadline_ns);
	if (!err)
		err = sg_tdstat_ask(dev, SG_TDSTAT_DACCALGET, &reply, deadline_ns);
	if (err)
		return err;
	sg_tdstat_dac_read(reply.data, &dev->calibration.dac);
	if (dev->calibration.dac.written)
		return SG_OK;
	sg_text_add(&dev->device.diag, "the DAC says that it has calibrated itself, and nothing is stored");
	return SG_ERR_REFUSED;
}

static enum sg_err write_dac(struct sg_tdstat_device *dev, const char *key, const char *value, int64_t deadline_ns)
{
	uint8_t record[SG_TDSTAT_RECORD_SIZE];
	struct sg_tdstat_dac dac;

	if (strcmp(value, "self") == 0)
		return calibrate_dac(dev, deadline_ns);
	if (!hex_bytes(value, record, sizeof(record)))
		return bad(dev, key, value, "self, or twelve hexadecimal digits: offset register, full-scale register");
	sg_tdstat_dac_read(record, &dac);
	if (!dac.written)
		return bad(dev, key, value, "that is what a record that was never written looks like");
	return store(dev, SG_TDSTAT_DACCALSET, SG_TDSTAT_DACCALGET, record, sizeof(record), deadline_ns);
}

static enum sg_err write_one(struct sg_tdstat_device *dev, const char *key, const char *value, int64_t deadline_ns)
{
	if (strcmp(key, "offset_potential") == 0 || strcmp(key, "offset_current") == 0)
		return write_offset(dev, key, value, deadline_ns);
	if (strncmp(key, "shunt_", strlen("shunt_")) == 0)
		return write_shunt(dev, key, value, deadline_ns);
	if (strcmp(key, "dac") == 0)
		return write_dac(dev, key, value, deadline_ns);
	return bad(dev, key, value, "keys are offset_potential, offset_current, shunt_1 and on, dac");
}

static enum sg_err calibration_write(struct sg_device *device, const char *key, const char *value, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	char why[SG_DIAG_SIZE];
	enum sg_err err, after;

	sg_text_clear(&device->diag);
	if (dev->state != SG_TDSTAT_IDLE)
		return SG_ERR_STATE;
	err = write_one(dev, key, value, deadline_ns);
	if (err == SG_ERR_ARGUMENT)
		return err;
	/* Whatever came of it, what is in force is what is stored; and zero may have another code now. */
	dev->state = SG_TDSTAT_UNKNOWN;
	snprintf(why, sizeof(why), "%s", device->diag.data);
	after = err == SG_ERR_GONE ? err : sg_tdstat_ask_records(dev, deadline_ns);
	if (!after)
		sg_tdstat_read_records(dev);
	if (!after)
		after = sg_tdstat_zero(dev, deadline_ns);
	if (!after)
		dev->state = SG_TDSTAT_IDLE;
	if (!err)
		return after;
	sg_text_clear(&device->diag);
	sg_text_add(&device->diag, "%s", why);
	return err;
}

const struct sg_calibration_ops sg_tdstat_calibration_ops = {
	.read = calibration_read,
	.write = calibration_write,
};

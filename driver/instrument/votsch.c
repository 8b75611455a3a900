/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Voetsch climate chambers of the VT4002 kind, over ASCII-2 in its old layout.
 *
 * One exchange at a time; a reply does not say what it belongs to, so what is on the line before a request
 * is thrown away. Questions are asked again, a set is not: it is read back first.
 *
 * Never sent: Q (a person acknowledges an error at the chamber), P, U, and any output but start and
 * temperature: what valves and free outputs do is known to the unit's commissioning sheet only.
 *
 * Nothing inside the chamber notices that the host is gone: the last set-point stays.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/votsch_device.h"
#include "wire/votsch.h"

/* Sending one set twice: the first was seen not to be in force. */
#define SETS 2
/* Newer chambers acknowledge a set before it can be read back; Assumed of these too: ask for a second. */
#define READ_BACKS 6
#define READ_BACK_NS (200 * SG_NS_PER_MS)
extern const struct sg_family sg_votsch;

static const struct sg_chamber_caps *device_caps(const char *name)
{
	const struct sg_votsch_model *model = sg_votsch_model(name);

	return model ? &model->caps : NULL;
}

static enum sg_err device_open(const struct sg_device_config *config, struct sg_transport *link,
			       struct sg_clock *clock, struct sg_device **out)
{
	const struct sg_votsch_model *model = sg_votsch_model(config->model);
	struct sg_votsch_device *dev;

	if (!model || config->address < -1 || config->address > SG_VOTSCH_ADDRESS_MAX)
		return SG_ERR_ARGUMENT;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return SG_ERR_NO_MEMORY;
	dev->device.family = &sg_votsch;
	dev->device.link = link;
	dev->device.clock = clock;
	sg_text_init(&dev->device.diag, dev->device.diag_storage, sizeof(dev->device.diag_storage));
	sg_text_init(&dev->request, dev->request_storage, sizeof(dev->request_storage));
	dev->model = model;
	dev->address = config->address < 0 ? model->address : (unsigned)config->address;
	dev->serial_wanted = config->serial != NULL;
	*out = &dev->device;
	return SG_OK;
}

static void device_close(struct sg_device *device)
{
	if (!device)
		return;
	sg_transport_close(device->link);
	free(sg_votsch_of(device));
}

/* ---- who is it ---- */

/* No greeting: a CR would complete what an earlier program left half typed, and that may be an E. */
static enum sg_err device_attach(struct sg_device *device, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = sg_votsch_of(device);
	struct sg_votsch_values values;
	enum sg_err err = sg_votsch_ask_values(dev, &values, deadline_ns);

	return err == SG_ERR_FRAME || err == SG_ERR_ORDER ? SG_ERR_IDENTITY : err;
}

static enum sg_err device_identify(struct sg_device *device, struct sg_identity *out, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = sg_votsch_of(device);
	struct sg_identity found = { .simulated = device->link->simulated };
	struct sg_votsch_values values;
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->serial_wanted) {
		sg_text_add(&device->diag, "a serial number is configured, and this chamber cannot tell its own");
		return SG_ERR_IDENTITY;
	}
	/* The protocol has no question for the model; that the layout fits is all that can be seen. */
	err = sg_votsch_ask_values(dev, &values, deadline_ns);
	if (err)
		return err;
	snprintf(found.family, sizeof(found.family), "%s", sg_votsch.name);
	snprintf(found.model, sizeof(found.model), "%s", dev->model->name);
	*out = found;
	return SG_OK;
}

/* ---- setting ---- */

/* Some of the ten numbers that are repeated look measured: they may stir a little. */
#define STIR_TENTHS 10

static bool agree(const struct sg_votsch_device *dev, const struct sg_votsch_values *a,
		  const struct sg_votsch_values *b)
{
	const bool five = dev->model->layout == SG_VOTSCH_FIVE;

	if (((a->bits ^ b->bits) & dev->model->carried) || a->tenths[0] != b->tenths[0])
		return false;
	for (size_t i = 2; i < SG_VOTSCH_NUMBERS; i++) {
		const bool actual = five && i % 2; /* never repeated */

		if (!actual && abs(a->tenths[i] - b->tenths[i]) > (five ? 0 : STIR_TENTHS))
			return false;
	}
	return true;
}

/*
 * Everything in an E but the set-point and two bits is what I told. One flipped bit in that reply would
 * open a valve nobody asked for, and nothing in the protocol would show it: so hear it twice.
 */
static enum sg_err ask_what_to_carry(struct sg_votsch_device *dev, struct sg_votsch_values *out,
				     int64_t deadline_ns)
{
	struct sg_votsch_values before;
	enum sg_err err = sg_votsch_ask_values(dev, out, deadline_ns);

	for (int i = 0; i < SG_VOTSCH_QUESTIONS && !err; i++) {
		before = *out;
		err = sg_votsch_ask_values(dev, out, deadline_ns);
		if (!err && agree(dev, &before, out))
			return SG_OK;
	}
	if (err)
		return err;
	sg_text_add(&dev->device.diag, "the chamber tells other outputs or set-points each time it is asked");
	return SG_ERR_VALUE;
}

/* What was sent, to be held against what is read back. */
struct order {
	int32_t tenths;
	bool run;
	uint16_t outputs; /* not ours: as they were */
};

/* Is it in force? A stopped chamber may keep any set-point. */
static bool in_force(const struct sg_votsch_device *dev, const struct sg_votsch_values *values,
		     const struct order *order)
{
	if (!order->run)
		return !sg_votsch_has(values, SG_VOTSCH_START);
	return values->tenths[0] == order->tenths && sg_votsch_running(dev->model, values);
}

/* Of the unit with ten numbers it is not known which bits are outputs. */
static bool outputs_kept(const struct sg_votsch_device *dev, const struct sg_votsch_values *values,
			 const struct order *order)
{
	return dev->model->layout == SG_VOTSCH_TEN || ((values->bits ^ order->outputs) & dev->model->carried) == 0;
}

/* REFUSED: read back, and not what was sent. */
static enum sg_err read_back(struct sg_votsch_device *dev, const struct order *order,
			     struct sg_votsch_values *values, int64_t deadline_ns)
{
	enum sg_err err;

	for (int i = 0; i < READ_BACKS; i++) {
		err = sg_votsch_ask_values(dev, values, deadline_ns);
		if (err || in_force(dev, values, order))
			return err;
		if (sg_votsch_too_late(dev, deadline_ns))
			break;
		sg_clock_sleep_until(dev->device.clock, sg_votsch_within(dev, READ_BACK_NS, deadline_ns));
	}
	sg_text_add(&dev->device.diag, "sent %.1f degC, %s; read back %.1f degC, %s", order->tenths / 10.0,
		    order->run ? "running" : "stopped", values->tenths[0] / 10.0,
		    sg_votsch_running(dev->model, values) ? "running" : "stopped");
	if (sg_votsch_has(values, SG_VOTSCH_ERROR))
		sg_text_add(&dev->device.diag, "; the chamber has an error pending");
	return SG_ERR_REFUSED;
}

/* Send the E and hear the answer. What it says decides nothing: the read-back does. */
static enum sg_err send_command(struct sg_votsch_device *dev, int64_t deadline_ns)
{
	enum sg_err err = sg_votsch_send(dev, deadline_ns);

	for (int i = 0; i < SG_VOTSCH_STALE_LINES_MAX && !err; i++) {
		err = sg_votsch_read_line(dev, deadline_ns);
		if (!err && sg_votsch_read_accepted(dev->framer.line, dev->framer.length) == SG_OK)
			break;
	}
	return err == SG_ERR_GONE ? err : SG_OK;
}

/* tenths NULL: leave the set-point as it is. */
static enum sg_err command(struct sg_votsch_device *dev, const int32_t *tenths, bool run, int64_t deadline_ns)
{
	struct sg_votsch_values latest;
	struct sg_votsch_values now;
	struct order order = { .run = run };
	enum sg_err err;

	err = ask_what_to_carry(dev, &latest, deadline_ns);
	if (err)
		return err; /* nothing was sent */
	order.tenths = tenths ? *tenths : latest.tenths[0];
	order.outputs = latest.bits;
	for (int i = 0; i < SETS; i++) {
		err = sg_votsch_command(dev->model, dev->address, &latest, order.tenths, run, &dev->request);
		if (err)
			return err;
		sg_text_clear(&dev->device.diag);
		err = send_command(dev, sg_votsch_within(dev, SG_VOTSCH_REPLY_NS, deadline_ns));
		if (!err)
			err = read_back(dev, &order, &now, deadline_ns);
		/* Outputs that differ: the E may have been damaged. Once more; then the chamber's controller did it. */
		if ((err && err != SG_ERR_REFUSED) || (!err && outputs_kept(dev, &now, &order)) ||
		    sg_votsch_too_late(dev, deadline_ns))
			break;
	}
	if (err == SG_OK || err == SG_ERR_GONE || err == SG_ERR_REFUSED)
		return err;
	sg_text_add(&dev->device.diag, "; sent, and not read back");
	return SG_ERR_UNCERTAIN;
}

static enum sg_err device_set(struct sg_device *device, double temperature_c, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = sg_votsch_of(device);
	const struct sg_chamber_caps *caps = &dev->model->caps;
	int32_t tenths;

	sg_text_clear(&device->diag);
	if (!(temperature_c >= caps->temperature_min_c && temperature_c <= caps->temperature_max_c)) {
		sg_text_add(&device->diag, "%.1f degC is outside %.1f to %.1f degC", temperature_c,
			    caps->temperature_min_c, caps->temperature_max_c);
		return SG_ERR_UNSUPPORTED;
	}
	tenths = (int32_t)lround(temperature_c * 10.0);
	return command(dev, &tenths, true, deadline_ns);
}

static enum sg_err device_stop(struct sg_device *device, int64_t deadline_ns)
{
	sg_text_clear(&device->diag);
	return command(sg_votsch_of(device), NULL, false, deadline_ns);
}

/* ---- reading ---- */

static enum sg_err device_read(struct sg_device *device, struct sg_chamber_state *out, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = sg_votsch_of(device);
	struct sg_votsch_values values;
	enum sg_err err = sg_votsch_ask_values(dev, &values, deadline_ns);

	if (err)
		return err;
	*out = (struct sg_chamber_state){
		.set_c = values.tenths[0] / 10.0,
		.actual_c = values.tenths[1] / 10.0,
		.running = sg_votsch_running(dev->model, &values),
		.alarm = sg_votsch_has(&values, SG_VOTSCH_ERROR),
		.host_ns = dev->inbox_ns,
	};
	return SG_OK;
}

static enum sg_err device_alarm(struct sg_device *device, char text[SG_ALARM_SIZE], int64_t deadline_ns)
{
	struct sg_votsch_device *dev = sg_votsch_of(device);
	struct sg_votsch_error error;
	struct sg_votsch_values values;
	size_t length = SG_VOTSCH_ERROR_TEXT;
	enum sg_err err;

	/* What F answers when there is no error is not documented: do not ask then. */
	err = sg_votsch_ask_values(dev, &values, deadline_ns);
	if (err)
		return err;
	if (!sg_votsch_has(&values, SG_VOTSCH_ERROR)) {
		text[0] = '\0';
		return SG_OK;
	}
	err = sg_votsch_ask_error(dev, &error, deadline_ns);
	if (err)
		return err;
	while (length > 0 && error.text[length - 1] == ' ')
		error.text[--length] = '\0';
	snprintf(text, SG_ALARM_SIZE, "%02u %s", error.number, error.text);
	return SG_OK;
}

static const struct sg_chamber_ops ops = {
	.open = device_open,
	.close = device_close,
	.attach = device_attach,
	.identify = device_identify,
	.caps = device_caps,
	.set = device_set,
	.stop = device_stop,
	.read = device_read,
	.alarm = device_alarm,
};

static const char *const models[] = { "vt4002", "vt4002-ten", NULL };

const struct sg_family sg_votsch = {
	.name = "votsch",
	.title = "Voetsch VT4002",
	.models = models,
	.kind = SG_KIND_CHAMBER,
	/* RS-232 through any converter, so its USB product says nothing about the chamber. */
	.line = { .baud = 9600, .flow = SG_FLOW_NONE },
	.chamber = &ops,
};

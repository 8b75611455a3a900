/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dobbelaere TDstat v3 and MYSTAT, over USB packets.
 *
 * Never sent: POTENTIOSTATIC (no such segments are offered), and by anything but `sandglass calibration` the commands
 * that write its flash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/tdstat_device.h"
#include "transport/whereabouts.h"

extern const struct sg_family sg_tdstat;

#define QUESTIONS 3

/* ---- open, close ---- */

static enum sg_err device_open(const struct sg_device_config *config, struct sg_transport *link,
			       struct sg_clock *clock, struct sg_device **out)
{
	struct sg_tdstat_device *dev;

	/* Its answers have no end of their own: on a byte stream "OK" and a reading could not be told apart. */
	if (!sg_tdstat_model(config->model) || (link && !link->packets))
		return SG_ERR_ARGUMENT;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return SG_ERR_NO_MEMORY;
	dev->device.family = &sg_tdstat;
	dev->device.link = link;
	dev->device.clock = clock;
	sg_text_init(&dev->device.diag, dev->device.diag_storage, sizeof(dev->device.diag_storage));
	snprintf(dev->serial, sizeof(dev->serial), "%s", config->serial ? config->serial : "");
	dev->wanted = config->model ? sg_tdstat_model(config->model) : NULL;
	dev->dirty = dev->cell_on = true; /* until attach() knows better */
	dev->asked_ns = dev->converting_ns = dev->waiting_ns = SG_NO_TIME;
	sg_tdstat_calibration_none(&dev->calibration);
	sg_stepper_init(&dev->stepper, &sg_tdstat_stepper_ops, dev, clock, &dev->device.diag);
	*out = &dev->device;
	return SG_OK;
}

static void device_close(struct sg_device *device)
{
	if (!device)
		return;
	sg_transport_close(device->link);
	free(sg_tdstat_of(device));
}

/* ---- attach ---- */

/* Cell off before anything else. What does not know CELL OFF is no TDstat. */
static enum sg_err first_words(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	enum sg_err err;

	if (dev->serial[0] && sg_serial_is_trivial(dev->serial)) {
		sg_text_add(&dev->device.diag, "the serial number %s is in many boards and tells none from another: leave "
			    "'serial:' out and name the port it is in, as usb:a0a0:0002@1-1.2", dev->serial);
		return SG_ERR_IDENTITY;
	}
	err = sg_tdstat_resynchronize(dev, deadline_ns);
	if (!err)
		err = sg_tdstat_cell_off(dev, deadline_ns);
	switch (sg_err_group(err)) {
	case SG_GROUP_OK:
		return SG_OK;
	case SG_GROUP_LINK:
		if (err == SG_ERR_TIMEOUT) {
			sg_text_clear(&dev->device.diag);
			sg_text_add(&dev->device.diag, "silent: it does not answer CELL OFF");
		}
		return err;
	case SG_GROUP_WIRE:
	case SG_GROUP_DEVICE:
		sg_text_add(&dev->device.diag, "; not what a TDstat or MYSTAT says");
		return SG_ERR_IDENTITY;
	case SG_GROUP_UNCERTAIN: /* it does not take packets */
		return SG_ERR_TIMEOUT;
	case SG_GROUP_CALLER:
	case SG_GROUP_HOST:
	case SG_GROUP_SAFETY:
		break;
	}
	return err;
}

/* What it leaves behind for judge_absence(). */
static void device_part(const struct sg_device *device, struct sg_absence *absence)
{
	const struct sg_tdstat_device *dev = (const struct sg_tdstat_device *)(const void *)device;

	absence->seen_ns = dev->stepper.count ? dev->stepper.seen_ns : SG_NO_TIME;
	if (!dev->cell_on)
		absence->trace = SG_TRACE_OFF;
	else if (!dev->holds)
		absence->trace = SG_TRACE_NONE;
	else
		absence->trace = dev->flowing && dev->asked_ns != SG_NO_TIME ? SG_TRACE_CURRENT : SG_TRACE_READING;
}

/*
 * Was it without power? It has no question for that, but its converter tells. A reading begins the next conversion,
 * which is kept until it is fetched, a second or a year later; so one that kept its power, whatever the loss of the cable
 * looked like from here (a reset of the bus does), has something to say, 80 ms after the latest question at most. WAIT says
 * that there is nothing: it began anew, with the relay open.
 * Source: MCP3550 data sheet (DS21950), single conversion mode; order of reading and starting in
 * thomasdob/tdstatv3, firmware/spi/spi_software.c.
 *
 * A reading tells only if the one that was left behind must show a current, and this one shows none. Assumed: a cell
 * does not fall open in that very conversion, with the power kept. Where the one left behind may be from before the
 * current, or nobody knows of what it is, no current in it tells nothing.
 */
static bool was_without_power(struct sg_tdstat_device *dev, enum sg_trace trace, int64_t deadline_ns)
{
	struct sg_tdstat_reading reading;
	struct sg_tdstat_command command;
	struct sg_tdstat_reply reply;

	if (sg_tdstat_plain(SG_TDSTAT_ADCREAD, &command) || sg_tdstat_exchange(dev, &command, &reply, deadline_ns))
		return false;
	if (reply.answer == SG_TDSTAT_WAIT)
		return true;
	return trace == SG_TRACE_CURRENT && reply.answer == SG_TDSTAT_DATA && sg_tdstat_adc_read(reply.data, &reading) == SG_OK &&
	       abs(reading.current.counts) <= SG_TDSTAT_FLOWING_COUNTS;
}

/* Nobody knows, unless it is shown. The silence before CELL OFF was longer than a conversion. */
static void judge_absence(struct sg_tdstat_device *dev, struct sg_absence *absence, int64_t deadline_ns)
{
	switch (absence->trace) {
	case SG_TRACE_NONE:
		return;
	case SG_TRACE_OFF:
		absence->kind = SG_ABSENCE_OFF;
		return;
	case SG_TRACE_READING:
	case SG_TRACE_CURRENT:
		break;
	}
	if (was_without_power(dev, absence->trace, deadline_ns))
		absence->kind = SG_ABSENCE_OFF;
	/*
	 * If attach() fails later, the next one finds what this question has begun, with the cell off: then only WAIT says
	 * something, and not even that if the current may have gone on until now.
	 */
	absence->trace = absence->kind == SG_ABSENCE_OFF ? SG_TRACE_READING : SG_TRACE_NONE;
}

/* RANGE 4 and the size of the shunt record must tell the same. Cell off, zero. */
static enum sg_err tell_model(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	bool has_four;
	enum sg_err err = sg_tdstat_select_range(4, &command);

	dev->model = NULL;
	dev->range = 0;
	if (err)
		return err;
	/* Here `?` is an answer like any other; only one that is unclear is asked for again. */
	for (int i = 0; i < QUESTIONS; i++) {
		err = sg_tdstat_once(dev, &command, deadline_ns);
		if (err != SG_ERR_UNCERTAIN)
			break;
	}
	if (err && err != SG_ERR_REFUSED)
		return err;
	has_four = !err;
	sg_text_clear(&dev->device.diag);
	err = sg_tdstat_ask_records(dev, deadline_ns);
	if (err)
		return err;
	if (has_four == (dev->model->ranges >= 4))
		return SG_OK;
	sg_text_add(&dev->device.diag, "RANGE 4 is %s, and the shunt record has %zu bytes: neither a TDstat v3 nor a MYSTAT",
		    has_four ? "known" : "unknown", dev->model->shunt_size);
	dev->model = NULL;
	return SG_ERR_IDENTITY;
}

static enum sg_err device_attach(struct sg_device *device, struct sg_absence *absence, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	sg_stepper_drop(&dev->stepper);
	sg_tdstat_calibration_none(&dev->calibration);
	dev->state = SG_TDSTAT_UNKNOWN;
	dev->asked_ns = dev->converting_ns = dev->waiting_ns = SG_NO_TIME;
	dev->holds = false;
	if (absence) {
		absence->kind = SG_ABSENCE_UNKNOWN;
		absence->ran_ns = SG_NO_TIME;
	}
	err = first_words(dev, deadline_ns);
	if (err)
		return err;
	if (absence)
		judge_absence(dev, absence, deadline_ns);
	err = sg_tdstat_zero(dev, deadline_ns);
	if (!err)
		err = sg_tdstat_galvanostatic(dev, deadline_ns);
	if (!err)
		err = tell_model(dev, deadline_ns);
	if (err)
		goto out_unknown;
	sg_tdstat_read_records(dev);
	err = sg_tdstat_zero(dev, deadline_ns); /* now with its offset */
	if (!err)
		err = sg_tdstat_range_select(dev, 1, deadline_ns);
	if (err)
		goto out_unknown;
	dev->state = SG_TDSTAT_IDLE;
	return SG_OK;

out_unknown:
	if (absence && err)
		absence->kind = SG_ABSENCE_UNKNOWN;
	return err == SG_ERR_UNCERTAIN ? SG_ERR_TIMEOUT : err;
}

/* ---- who is it ---- */

static void fill_identity(const struct sg_tdstat_device *dev, struct sg_identity *out)
{
	const struct sg_transport *link = dev->device.link;

	memset(out, 0, sizeof(*out));
	out->simulated = link->simulated;
	snprintf(out->family, sizeof(out->family), "%s", sg_tdstat.name);
	snprintf(out->model, sizeof(out->model), "%s", dev->model->name);
	/* Every unit of the stock image says "0001". Source: thomasdob/tdstatv3, firmware/usb_descriptors.c. */
	if (!sg_serial_is_trivial(link->usb_serial))
		snprintf(out->serial, sizeof(out->serial), "%s", link->usb_serial);
	snprintf(out->place, sizeof(out->place), "%s", link->place);
	sg_tdstat_mark(dev, out->mark);
}

static enum sg_err device_identify(struct sg_device *device, struct sg_identity *out, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	struct sg_identity found;

	(void)deadline_ns; /* attach() has asked all there is to ask */
	sg_text_clear(&device->diag);
	if (dev->state != SG_TDSTAT_IDLE)
		return SG_ERR_STATE;
	fill_identity(dev, &found);
	if (dev->wanted && dev->wanted != dev->model) {
		sg_text_add(&device->diag, "model %s answers where %s is configured", found.model, dev->wanted->name);
		return SG_ERR_IDENTITY;
	}
	if (dev->serial[0] && strcmp(dev->serial, found.serial) != 0) {
		sg_text_add(&device->diag, "serial number \"%s\" answers where %s is configured", found.serial, dev->serial);
		return SG_ERR_IDENTITY;
	}
	*out = found;
	return SG_OK;
}

/* Nothing but questions: it may be somebody else's, and under current. */
static enum sg_err device_peek(struct sg_device *device, struct sg_identity *out, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	dev->state = SG_TDSTAT_UNKNOWN;
	dev->model = NULL;
	err = sg_tdstat_resynchronize(dev, deadline_ns);
	if (!err)
		err = sg_tdstat_ask_records(dev, deadline_ns);
	if (!err)
		fill_identity(dev, out);
	dev->model = NULL;
	if (err == SG_ERR_REFUSED)
		return SG_ERR_IDENTITY;
	return err == SG_ERR_UNCERTAIN ? SG_ERR_TIMEOUT : err;
}

static const struct sg_potentiostat_ops ops = {
	.open = device_open,
	.close = device_close,
	.attach = device_attach,
	.identify = device_identify,
	.caps = sg_tdstat_caps,
	.check = sg_tdstat_run_check,
	.start = sg_tdstat_run_start,
	.next = sg_tdstat_run_next,
	.stop = sg_tdstat_run_stop,
	.safe_off = sg_tdstat_safe_off,
	.peek = device_peek,
	.part = device_part,
};

static const char *const models[] = { "v3", "mystat", NULL };

const struct sg_family sg_tdstat = {
	.name = "tdstat",
	.title = "Dobbelaere TDstat / MYSTAT",
	.models = models,
	.kind = SG_KIND_POTENTIOSTAT,
	.line = { .baud = 115200, .flow = SG_FLOW_NONE }, /* no serial line; a value all the same */
	.usb_vendor = 0xa0a0,
	.usb_product_id = 0x0002,
	.potentiostat = &ops,
	.calibration = &sg_tdstat_calibration_ops,
};

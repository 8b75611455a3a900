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
#include "device.h"
#include "host/clock.h"
#include "wire/votsch.h"

/* Not documented; clients wait 0.5 s (ondrejh/VT4002) to 5 s. The longest reply takes 90 ms at 9600 baud. */
#define REPLY_NS (1 * SG_NS_PER_S)
#define QUESTIONS 3
/* Sending one set twice: the first was seen not to be in force. */
#define SETS 2
/* Newer chambers acknowledge a set before it can be read back; Assumed of these too: ask for a second. */
#define READ_BACKS 6
#define READ_BACK_NS (200 * SG_NS_PER_MS)
/* Acknowledgements of earlier sets that may still be queued before a reply. */
#define STALE_LINES_MAX 4
#define STALE_READS_MAX 64
/* Bytes without an end of line after which a deadline in the past ends the reading. */
#define FLOOD_BYTES 1024

extern const struct sg_family sg_votsch;

struct sg_votsch_device {
	struct sg_device device;
	const struct sg_votsch_model *model;
	unsigned address;
	bool serial_wanted;
	uint8_t inbox[256];
	size_t inbox_begin;
	size_t inbox_end;
	int64_t inbox_ns; /* when the latest bytes came */
	bool heard;       /* bytes came since the latest request */
	struct sg_votsch_framer framer;
	char request_storage[SG_VOTSCH_REQUEST_SIZE];
	struct sg_text request;
};

static struct sg_votsch_device *of(struct sg_device *dev)
{
	return (struct sg_votsch_device *)(void *)dev;
}

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
	free(of(device));
}

/* ---- lines in, requests out ---- */

/* now + timeout with the clock's patience, but not beyond deadline_ns. */
static int64_t within(struct sg_votsch_device *dev, int64_t timeout_ns, int64_t deadline_ns)
{
	struct sg_clock *clock = dev->device.clock;
	const int64_t until_ns = sg_clock_deadline(clock, sg_clock_patience_ns(clock, timeout_ns));

	return until_ns < deadline_ns ? until_ns : deadline_ns;
}

static bool too_late(struct sg_votsch_device *dev, int64_t deadline_ns)
{
	return sg_clock_now_ns(dev->device.clock) >= deadline_ns;
}

/* What is on the line belongs to nobody. */
static enum sg_err drop_stale(struct sg_votsch_device *dev)
{
	const int64_t now_ns = sg_clock_now_ns(dev->device.clock);
	enum sg_err err = SG_OK;
	size_t got;

	for (int i = 0; i < STALE_READS_MAX && !err; i++)
		err = sg_transport_read(dev->device.link, dev->inbox, sizeof(dev->inbox), now_ns, &got);
	dev->inbox_begin = dev->inbox_end = 0;
	dev->heard = false;
	sg_votsch_framer_reset(&dev->framer);
	if (!err) {
		sg_text_add(&dev->device.diag, "a flood of bytes that does not end");
		return SG_ERR_FRAME;
	}
	if (err == SG_ERR_TIMEOUT)
		return SG_OK;
	sg_text_add(&dev->device.diag, "reading failed: %s", sg_err_text(err));
	return err;
}

static enum sg_err send_request(struct sg_votsch_device *dev, int64_t deadline_ns)
{
	enum sg_err err = drop_stale(dev);

	if (err)
		return err;
	err = sg_transport_write(dev->device.link, dev->request.data, dev->request.length, deadline_ns);
	if (err)
		sg_text_add(&dev->device.diag, "writing failed: %s", sg_err_text(err));
	return err;
}

static enum sg_err read_line(struct sg_votsch_device *dev, int64_t deadline_ns)
{
	size_t taken = 0;
	enum sg_err err;

	for (;;) {
		while (dev->inbox_begin < dev->inbox_end) {
			size_t consumed = 0;
			enum sg_votsch_frame frame;

			frame = sg_votsch_frame(&dev->framer, dev->inbox + dev->inbox_begin,
						dev->inbox_end - dev->inbox_begin, &consumed);
			dev->inbox_begin += consumed;
			switch (frame) {
			case SG_VOTSCH_LINE:
				return SG_OK;
			case SG_VOTSCH_BAD:
				sg_text_add(&dev->device.diag, "a line that is too long or holds foreign bytes");
				return SG_ERR_FRAME;
			case SG_VOTSCH_NEED_MORE:
				break;
			}
		}
		if (taken > FLOOD_BYTES && too_late(dev, deadline_ns))
			return SG_ERR_TIMEOUT;
		dev->inbox_begin = dev->inbox_end = 0;
		err = sg_transport_read(dev->device.link, dev->inbox, sizeof(dev->inbox), deadline_ns,
					&dev->inbox_end);
		if (err) {
			dev->inbox_end = 0;
			if (err != SG_ERR_TIMEOUT)
				sg_text_add(&dev->device.diag, "reading failed: %s", sg_err_text(err));
			return err;
		}
		dev->inbox_ns = sg_clock_now_ns(dev->device.clock);
		dev->heard = true;
		taken += dev->inbox_end;
	}
}

/* One question, one line; a queued acknowledgement before it is passed over. */
static enum sg_err ask_line(struct sg_votsch_device *dev, char letter, int64_t deadline_ns)
{
	enum sg_err err = sg_votsch_ask(dev->address, letter, &dev->request);

	if (!err)
		err = send_request(dev, deadline_ns);
	for (int i = 0; i < STALE_LINES_MAX && !err; i++) {
		err = read_line(dev, deadline_ns);
		if (!err && sg_votsch_read_accepted(dev->framer.line, dev->framer.length))
			return SG_OK;
	}
	if (!err) {
		sg_text_add(&dev->device.diag, "acknowledgements only, where an answer to %c was due", letter);
		return SG_ERR_ORDER;
	}
	if (err == SG_ERR_TIMEOUT)
		sg_text_add(&dev->device.diag, dev->heard ? "half an answer to %c from address %02u" :
							    "no answer to %c from address %02u", letter, dev->address);
	return err;
}

static enum sg_err ask_values_once(struct sg_votsch_device *dev, struct sg_votsch_values *out, int64_t deadline_ns)
{
	struct sg_votsch_values values;
	enum sg_err err = ask_line(dev, 'I', deadline_ns);

	if (err)
		return err;
	if (sg_votsch_read_values(dev->framer.line, dev->framer.length, &values)) {
		sg_text_add(&dev->device.diag, "\"%s\" is no answer to I of this layout", dev->framer.line);
		return SG_ERR_FRAME;
	}
	err = sg_votsch_check(dev->model, &values, &dev->device.diag);
	if (!err)
		*out = values;
	return err;
}

static enum sg_err ask_error_once(struct sg_votsch_device *dev, struct sg_votsch_error *out, int64_t deadline_ns)
{
	enum sg_err err = ask_line(dev, 'F', deadline_ns);

	if (!err)
		err = sg_votsch_read_error(dev->framer.line, dev->framer.length, out);
	if (err && dev->device.diag.length == 0)
		sg_text_add(&dev->device.diag, "\"%s\" is no answer to F", dev->framer.line);
	return err;
}

/* Whether a question that came to this may be asked again. */
static bool may_ask_again(struct sg_votsch_device *dev, enum sg_err err, int asked, int64_t deadline_ns)
{
	return err && err != SG_ERR_GONE && asked < QUESTIONS && !too_late(dev, deadline_ns);
}

static enum sg_err ask_values(struct sg_votsch_device *dev, struct sg_votsch_values *out, int64_t deadline_ns)
{
	enum sg_err err;
	int asked = 0;

	do {
		sg_text_clear(&dev->device.diag);
		err = ask_values_once(dev, out, within(dev, REPLY_NS, deadline_ns));
	} while (may_ask_again(dev, err, ++asked, deadline_ns));
	return err;
}

static enum sg_err ask_error(struct sg_votsch_device *dev, struct sg_votsch_error *out, int64_t deadline_ns)
{
	enum sg_err err;
	int asked = 0;

	do {
		sg_text_clear(&dev->device.diag);
		err = ask_error_once(dev, out, within(dev, REPLY_NS, deadline_ns));
	} while (may_ask_again(dev, err, ++asked, deadline_ns));
	return err;
}

/* ---- who is it ---- */

/* No greeting: a CR would complete what an earlier program left half typed, and that may be an E. */
static enum sg_err device_attach(struct sg_device *device, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = of(device);
	struct sg_votsch_values values;
	enum sg_err err = ask_values(dev, &values, deadline_ns);

	return err == SG_ERR_FRAME || err == SG_ERR_ORDER ? SG_ERR_IDENTITY : err;
}

static enum sg_err device_identify(struct sg_device *device, struct sg_identity *out, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = of(device);
	struct sg_identity found = { .simulated = device->link->simulated };
	struct sg_votsch_values values;
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->serial_wanted) {
		sg_text_add(&device->diag, "a serial number is configured, and this chamber cannot tell its own");
		return SG_ERR_IDENTITY;
	}
	/* The protocol has no question for the model; that the layout fits is all that can be seen. */
	err = ask_values(dev, &values, deadline_ns);
	if (err)
		return err;
	snprintf(found.family, sizeof(found.family), "%s", sg_votsch.name);
	snprintf(found.model, sizeof(found.model), "%s", dev->model->name);
	*out = found;
	return SG_OK;
}

/* ---- setting ---- */

/* Is it in force? A stopped chamber may keep any set-point. */
static bool in_force(const struct sg_votsch_device *dev, const struct sg_votsch_values *values, int32_t tenths,
		     bool run)
{
	if (!run)
		return !sg_votsch_has(values, SG_VOTSCH_START);
	return values->tenths[0] == tenths && sg_votsch_running(dev->model, values);
}

/* REFUSED: read back, and not what was sent. */
static enum sg_err read_back(struct sg_votsch_device *dev, int32_t tenths, bool run, int64_t deadline_ns)
{
	struct sg_votsch_values values;
	enum sg_err err;

	for (int i = 0; i < READ_BACKS; i++) {
		err = ask_values(dev, &values, deadline_ns);
		if (err || in_force(dev, &values, tenths, run))
			return err;
		if (too_late(dev, deadline_ns))
			break;
		sg_clock_sleep_until(dev->device.clock, within(dev, READ_BACK_NS, deadline_ns));
	}
	sg_text_add(&dev->device.diag, "sent %.1f degC, %s; read back %.1f degC, %s", tenths / 10.0,
		    run ? "running" : "stopped", values.tenths[0] / 10.0,
		    sg_votsch_running(dev->model, &values) ? "running" : "stopped");
	return SG_ERR_REFUSED;
}

/* Send the E and hear the answer. What it says decides nothing: the read-back does. */
static enum sg_err send_command(struct sg_votsch_device *dev, int64_t deadline_ns)
{
	enum sg_err err = send_request(dev, deadline_ns);

	for (int i = 0; i < STALE_LINES_MAX && !err; i++) {
		err = read_line(dev, deadline_ns);
		if (!err && sg_votsch_read_accepted(dev->framer.line, dev->framer.length) == SG_OK)
			break;
	}
	return err == SG_ERR_GONE ? err : SG_OK;
}

/* tenths NULL: leave the set-point as it is. */
static enum sg_err command(struct sg_votsch_device *dev, const int32_t *tenths, bool run, int64_t deadline_ns)
{
	struct sg_votsch_values latest;
	enum sg_err err;

	err = ask_values(dev, &latest, deadline_ns);
	if (err)
		return err; /* nothing was sent */
	for (int i = 0; i < SETS; i++) {
		const int32_t nominal = tenths ? *tenths : latest.tenths[0];

		err = sg_votsch_command(dev->model, dev->address, &latest, nominal, run, &dev->request);
		if (err)
			return err;
		sg_text_clear(&dev->device.diag);
		err = send_command(dev, within(dev, REPLY_NS, deadline_ns));
		if (!err)
			err = read_back(dev, nominal, run, deadline_ns);
		if (err != SG_ERR_REFUSED || too_late(dev, deadline_ns))
			break;
	}
	if (err == SG_OK || err == SG_ERR_GONE || err == SG_ERR_REFUSED)
		return err;
	sg_text_add(&dev->device.diag, "; sent, and not read back");
	return SG_ERR_UNCERTAIN;
}

static enum sg_err device_set(struct sg_device *device, double temperature_c, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = of(device);
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
	return command(of(device), NULL, false, deadline_ns);
}

/* ---- reading ---- */

static enum sg_err device_read(struct sg_device *device, struct sg_chamber_state *out, int64_t deadline_ns)
{
	struct sg_votsch_device *dev = of(device);
	struct sg_votsch_values values;
	enum sg_err err = ask_values(dev, &values, deadline_ns);

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
	struct sg_votsch_device *dev = of(device);
	struct sg_votsch_error error;
	struct sg_votsch_values values;
	size_t length = SG_VOTSCH_ERROR_TEXT;
	enum sg_err err;

	/* What F answers when there is no error is not documented: do not ask then. */
	err = ask_values(dev, &values, deadline_ns);
	if (err)
		return err;
	if (!sg_votsch_has(&values, SG_VOTSCH_ERROR)) {
		text[0] = '\0';
		return SG_OK;
	}
	err = ask_error(dev, &error, deadline_ns);
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

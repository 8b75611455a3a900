/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PalmSens EmStat4 LR and HR, over the MethodSCRIPT line protocol.
 *
 * Never sent: dlfw (enters the boot loader), fs_* (its files), S (its registers).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/emstat4_device.h"
#include "wire/emstat4.h"
#include "wire/methodscript_capabilities.h"

/* A reply to a one-line command comes within milliseconds. */
#define REPLY_NS (1 * SG_NS_PER_S)
/* Pure questions may be asked again. */
#define QUESTIONS 3
/* Of an instrument that may be somebody else's: not for long. */
#define PEEK_NS (500 * SG_NS_PER_MS)
#define PEEKS 2

extern const struct sg_family sg_emstat4;

/* ---- open, close ---- */

static enum sg_err device_open(const struct sg_device_config *config, struct sg_transport *link,
			       struct sg_clock *clock, struct sg_device **out)
{
	struct sg_emstat4_device *dev;

	if (!sg_emstat4_caps(config->model))
		return SG_ERR_ARGUMENT;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return SG_ERR_NO_MEMORY;
	dev->device.family = &sg_emstat4;
	dev->device.link = link;
	dev->device.clock = clock;
	sg_text_init(&dev->device.diag, dev->device.diag_storage, sizeof(dev->device.diag_storage));
	sg_text_init(&dev->script, dev->script_storage, sizeof(dev->script_storage));
	snprintf(dev->model, sizeof(dev->model), "%s", config->model ? config->model : "");
	snprintf(dev->serial, sizeof(dev->serial), "%s", config->serial ? config->serial : "");
	dev->caps = sg_emstat4_caps(config->model);
	*out = &dev->device;
	return SG_OK;
}

static void device_close(struct sg_device *device)
{
	if (!device)
		return;
	sg_transport_close(device->link);
	free(sg_emstat4_of(device));
}

/* ---- who is it ---- */

static enum sg_err ask_again(struct sg_emstat4_device *dev, const char *command, int64_t deadline_ns)
{
	enum sg_err err = SG_ERR_TIMEOUT;

	for (int i = 0; i < QUESTIONS; i++) {
		sg_text_clear(&dev->device.diag);
		err = sg_emstat4_drop_stale(dev);
		if (!err)
			err = sg_emstat4_ask(dev, command, sg_emstat4_within(dev, REPLY_NS, deadline_ns));
		if (err == SG_OK || err == SG_ERR_GONE || err == SG_ERR_REFUSED ||
		    sg_clock_now_ns(dev->device.clock) >= deadline_ns)
			break;
	}
	return err;
}

/*
 * > t\n
 * < tes4_lr1500#Mar 12 2026 14:28:01\n
 * < R*\n
 */
static enum sg_err ask_version(struct sg_emstat4_device *dev, struct sg_emstat4_version *out, int64_t deadline_ns)
{
	char first[SG_METHODSCRIPT_LINE_MAX + 1];
	enum sg_err err = SG_ERR_TIMEOUT;

	for (int i = 0; i < QUESTIONS; i++) {
		err = ask_again(dev, "t\n", deadline_ns);
		if (err)
			return err;
		memcpy(first, dev->framer.line, dev->framer.length + 1);
		err = sg_emstat4_read_line(dev, sg_emstat4_within(dev, REPLY_NS, deadline_ns));
		if (err == SG_ERR_GONE)
			return err;
		if (!err)
			err = sg_emstat4_read_version(first, dev->framer.line, out);
		if (err == SG_OK || err == SG_ERR_IDENTITY || sg_clock_now_ns(dev->device.clock) >= deadline_ns)
			break;
	}
	if (err) {
		sg_text_clear(&dev->device.diag);
		sg_text_add(&dev->device.diag, "\"%.40s\" is not the version of an instrument we know", first);
	}
	return err;
}

static enum sg_err device_attach(struct sg_device *device, struct sg_absence *absence, int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	struct sg_emstat4_version version;
	int64_t heard_ns = 0;
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (absence)
		heard_ns = sg_emstat4_listen(dev, absence, deadline_ns);
	err = sg_emstat4_synchronize(dev, deadline_ns);
	if (!err && absence && absence->kind == SG_ABSENCE_RAN) /* and on, until the abort a moment ago */
		absence->ran_ns += sg_clock_now_ns(device->clock) - heard_ns;
	if (!err)
		err = ask_version(dev, &version, deadline_ns);
	if (err)
		return err;
	if (!version.model) {
		sg_text_add(&device->diag, "%s answers where an EmStat4 was expected", version.title);
		return SG_ERR_IDENTITY;
	}
	/* An earlier session may have left the cell on: after a run-time error on_finished does not run. */
	return sg_emstat4_verify_off(dev, deadline_ns);
}

static enum sg_err check_capability(struct sg_emstat4_device *dev, size_t bit, const char *name)
{
	bool has;

	if (sg_methodscript_capability(dev->framer.line, bit, &has)) {
		sg_text_add(&dev->device.diag, "\"%.40s\" is not a list of script commands", dev->framer.line);
		return SG_ERR_FRAME;
	}
	if (has)
		return SG_OK;
	sg_text_add(&dev->device.diag, "this firmware does not know %s", name);
	return SG_ERR_UNSUPPORTED;
}

/* A galvanostat must be there before galvanostatic work is offered. */
static enum sg_err check_capabilities(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	static const struct {
		size_t bit;
		const char *name;
	} needed[] = {
		{ SG_COMMAND_MEAS_LOOP_OCP, "meas_loop_ocp" },
		{ SG_COMMAND_TIMER_GET, "timer_get" },
		{ SG_COMMAND_MEAS_LOOP_CP, "meas_loop_cp" },
		{ SG_COMMAND_SET_I, "set_i" },
	};
	enum sg_err err = ask_again(dev, "CM\n", deadline_ns);

	if (err == SG_ERR_REFUSED) { /* firmware that cannot say: the program will show */
		sg_text_clear(&dev->device.diag);
		return SG_OK;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) && !err; i++)
		err = check_capability(dev, needed[i].bit, needed[i].name);
	return err;
}

static enum sg_err check_identity(struct sg_emstat4_device *dev, const struct sg_identity *found)
{
	if (dev->model[0] && strcmp(dev->model, found->model) != 0) {
		sg_text_add(&dev->device.diag, "model %s answers where %s is configured", found->model, dev->model);
		return SG_ERR_IDENTITY;
	}
	if (dev->serial[0] && strcmp(dev->serial, found->serial) != 0) {
		sg_text_add(&dev->device.diag, "serial number %s answers where %s is configured", found->serial,
			    dev->serial);
		return SG_ERR_IDENTITY;
	}
	return SG_OK;
}

static enum sg_err device_identify(struct sg_device *device, struct sg_identity *out, int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	struct sg_identity found = { .simulated = device->link->simulated };
	struct sg_emstat4_version version;
	char script_version[16];
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->state != SG_EMSTAT4_IDLE)
		return SG_ERR_STATE;
	err = ask_version(dev, &version, deadline_ns);
	if (err)
		return err;
	if (!version.model) {
		sg_text_add(&device->diag, "%s answers where an EmStat4 was expected", version.title);
		return SG_ERR_IDENTITY;
	}
	snprintf(found.family, sizeof(found.family), "%s", sg_emstat4.name);
	snprintf(found.model, sizeof(found.model), "%s", version.model);
	snprintf(found.firmware, sizeof(found.firmware), "%s%s", version.firmware, version.beta ? " beta" : "");
	err = ask_again(dev, "i\n", deadline_ns);
	if (!err)
		err = sg_emstat4_read_serial(dev->framer.line, found.serial, sizeof(found.serial));
	if (!err)
		err = ask_again(dev, "v\n", deadline_ns);
	if (!err)
		err = sg_emstat4_read_script_version(dev->framer.line, script_version, sizeof(script_version));
	if (!err)
		err = check_identity(dev, &found);
	if (!err)
		err = check_capabilities(dev, deadline_ns);
	if (err) {
		if (device->diag.length == 0)
			sg_text_add(&device->diag, "\"%.40s\" is not an answer to i or v", dev->framer.line);
		return err;
	}
	dev->caps = sg_emstat4_caps(version.model);
	*out = found;
	return SG_OK;
}

/*
 * > i\n
 * < iES4HR20B0009\n
 *
 * No line feed before it: that would end a half-loaded program and run it. A running program goes on, whether the
 * instrument refuses the question or answers it.
 */
static enum sg_err device_peek(struct sg_device *device, struct sg_identity *out, int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	struct sg_identity found = { .simulated = device->link->simulated };
	enum sg_err err = SG_ERR_TIMEOUT;

	for (int i = 0; i < PEEKS; i++) { /* half a typed line eats the first */
		sg_text_clear(&device->diag);
		err = sg_emstat4_drop_stale(dev);
		if (!err)
			err = sg_emstat4_ask(dev, "i\n", sg_emstat4_within(dev, PEEK_NS, deadline_ns));
		if (!err)
			err = sg_emstat4_read_serial(dev->framer.line, found.serial, sizeof(found.serial));
		if (!err || err == SG_ERR_GONE || sg_clock_now_ns(device->clock) >= deadline_ns)
			break;
	}
	if (err) {
		if (device->diag.length == 0)
			sg_text_add(&device->diag, "it does not say who it is");
		return err;
	}
	snprintf(found.family, sizeof(found.family), "%s", sg_emstat4.name);
	*out = found;
	return SG_OK;
}

static const struct sg_potentiostat_ops ops = {
	.open = device_open,
	.close = device_close,
	.attach = device_attach,
	.identify = device_identify,
	.caps = sg_emstat4_caps,
	.check = sg_emstat4_run_check,
	.start = sg_emstat4_run_start,
	.next = sg_emstat4_run_next,
	.stop = sg_emstat4_run_stop,
	.safe_off = sg_emstat4_safe_off,
	.peek = device_peek,
};

static const char *const models[] = { "lr", "hr", NULL };

const struct sg_family sg_emstat4 = {
	.name = "emstat4",
	.title = "PalmSens EmStat4",
	.models = models,
	.kind = SG_KIND_POTENTIOSTAT,
	/*
	 * The USB port ignores both. On its UART RTS/CTS is recommended, but a cable without those wires
	 * would hang for ever: off. Assumed to be enough at 64 bytes a write; error 0052 would tell.
	 */
	.line = { .baud = 921600, .flow = SG_FLOW_NONE },
	.usb_product = "EmStat4",
	.potentiostat = &ops,
};

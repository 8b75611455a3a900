/* SPDX-License-Identifier: Apache-2.0 */
/* From anywhere to idle with the cell off, and the proof of it. */
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/emstat4_device.h"
#include "wire/methodscript_errors.h"
#include "wire/methodscript_package.h"

/* An idle instrument answers within milliseconds; a running one at the latest after its sample. */
#define ABORT_ANSWER_NS (1 * SG_NS_PER_S)
#define FINISH_NS (2 * SG_NS_PER_S)
#define PROGRAM_NS (2 * SG_NS_PER_S)
/*
 * Half a typed line eats the first abort, a half-loaded program the second, the error it ends with the
 * third: the fourth must be heard.
 */
#define GREETINGS 4
/* A program that is heard but does not answer may be busy with a long sample: ask until the deadline. */
#define GREETINGS_MAX 64
#define VERIFICATIONS 3
/* More lines than any backlog holds. */
#define DISCARD_MAX 8192

static bool is_error(const struct sg_emstat4_device *dev, struct sg_methodscript_line *line)
{
	return sg_methodscript_classify(dev->framer.line, dev->framer.length, line) == SG_OK &&
	       line->kind == SG_LINE_ERROR;
}

/* What only a running program sends. */
static bool is_program_output(const struct sg_emstat4_device *dev)
{
	struct sg_methodscript_package package;
	struct sg_methodscript_line line;

	if (sg_methodscript_classify(dev->framer.line, dev->framer.length, &line))
		return false;
	return line.kind == SG_LINE_LOOP_START ||
	       (line.kind == SG_LINE_PACKAGE &&
		sg_methodscript_package_decode(line.text, line.length, &package) == SG_OK);
}

/* After the echo of an abort: on_finished may still tell something, then an empty line. */
static enum sg_err wait_for_end(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	struct sg_methodscript_line line;
	enum sg_err err = SG_OK;

	for (int i = 0; i < DISCARD_MAX && !sg_emstat4_overdue(dev, deadline_ns); i++) {
		err = sg_emstat4_read_line(dev, deadline_ns);
		if (err == SG_ERR_FRAME)
			continue;
		if (err)
			return err;
		if (dev->framer.length == 0)
			return SG_OK;
		if (is_error(dev, &line)) { /* an empty line may follow, or not */
			sg_emstat4_note_error(dev);
			return SG_OK;
		}
	}
	return err ? err : SG_ERR_TIMEOUT;
}

/* One abort. TIMEOUT: not heard, say it again. */
static enum sg_err greet(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	struct sg_methodscript_line line;
	enum sg_err err = sg_emstat4_send(dev, "\nZ\n", deadline_ns);
	/* Sending may have waited until it listens again: its time to answer begins here. */
	const int64_t until_ns = sg_emstat4_within(dev, ABORT_ANSWER_NS, deadline_ns);

	for (int i = 0; i < DISCARD_MAX && (!err || err == SG_ERR_FRAME) && !sg_emstat4_overdue(dev, until_ns); i++) {
		err = sg_emstat4_read_line(dev, until_ns);
		if (err)
			continue;
		if (strcmp(dev->framer.line, "Z") == 0)
			return wait_for_end(dev, sg_emstat4_within(dev, FINISH_NS, deadline_ns));
		dev->streams |= is_program_output(dev);
		if (!is_error(dev, &line))
			continue;
		sg_emstat4_note_error(dev);
		/* Z!0006: nothing runs. Any other error made it deaf to the abort behind it. */
		return line.echo == 'Z' ? SG_OK : SG_ERR_TIMEOUT;
	}
	return err ? err : SG_ERR_TIMEOUT;
}

enum sg_err sg_emstat4_synchronize(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	enum sg_err err = SG_ERR_TIMEOUT;

	dev->state = SG_EMSTAT4_UNKNOWN;
	dev->heard = dev->streams = false;
	dev->inbox_begin = dev->inbox_end = 0;
	sg_methodscript_framer_reset(&dev->framer);
	for (int i = 0; i < (dev->streams ? GREETINGS_MAX : GREETINGS); i++) {
		err = greet(dev, deadline_ns);
		if (err == SG_OK) {
			sg_text_clear(&dev->device.diag);
			return SG_OK;
		}
		if (err == SG_ERR_GONE || err == SG_ERR_UNCERTAIN || sg_clock_now_ns(dev->device.clock) >= deadline_ns)
			break;
	}
	if (err == SG_ERR_GONE || err == SG_ERR_UNCERTAIN)
		return err;
	sg_text_clear(&dev->device.diag);
	if (!dev->heard) {
		sg_text_add(&dev->device.diag, "silent: wrong port, no power, or another speed");
		return SG_ERR_TIMEOUT;
	}
	sg_text_add(&dev->device.diag, "something talks, but does not answer an abort as a MethodSCRIPT instrument does");
	return SG_ERR_IDENTITY;
}

/* What came of a short program. */
struct outcome {
	bool echoed;
	bool measured; /* a package with an open-circuit voltage came */
	uint16_t error; /* of the program or of its loading; 0: none */
};

static bool is_open_circuit(const struct sg_emstat4_device *dev)
{
	struct sg_methodscript_package package;

	return sg_methodscript_package_decode(dev->framer.line, dev->framer.length, &package) == SG_OK &&
	       package.count == 1 && strcmp(package.variables[0].type, "ab") == 0 &&
	       isfinite(package.variables[0].value);
}

/* Run a program that ends by itself at once. OK: it ended, well or not; see out. */
static enum sg_err run(struct sg_emstat4_device *dev, const char *program, struct outcome *out,
		       int64_t deadline_ns)
{
	struct sg_methodscript_line line;
	enum sg_err err = sg_emstat4_drop_stale(dev);
	int64_t until_ns;

	memset(out, 0, sizeof(*out));
	if (!err)
		err = sg_emstat4_send(dev, program, deadline_ns);
	until_ns = sg_emstat4_within(dev, PROGRAM_NS, deadline_ns);
	for (int i = 0; i < DISCARD_MAX && (!err || err == SG_ERR_FRAME) && !sg_emstat4_overdue(dev, until_ns); i++) {
		err = sg_emstat4_read_line(dev, until_ns);
		if (err)
			continue;
		if (is_error(dev, &line)) {
			if (line.echo && line.echo != 'e')
				continue; /* late answer to something older */
			sg_emstat4_note_error(dev);
			out->error = line.code;
			return SG_OK;
		}
		if (strcmp(dev->framer.line, "e") == 0)
			out->echoed = true;
		else if (out->echoed && dev->framer.length == 0)
			return SG_OK;
		else if (out->echoed && is_open_circuit(dev))
			out->measured = true;
	}
	return err ? err : SG_ERR_TIMEOUT;
}

static enum sg_err verify_once(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	struct outcome outcome;
	enum sg_err err = run(dev, sg_emstat4_script_verify_off(), &outcome, deadline_ns);

	if (err)
		return err == SG_ERR_GONE ? err : SG_ERR_UNCERTAIN;
	sg_text_clear(&dev->device.diag);
	if (outcome.error == SG_MSCR_OCP_CELL_ON) {
		sg_text_add(&dev->device.diag, "the instrument says that the cell is on");
		return SG_ERR_UNSAFE;
	}
	if (outcome.error) {
		sg_text_add(&dev->device.diag, "the check that the cell is off ended with error %04X: %s",
			    outcome.error, sg_methodscript_error_text(outcome.error));
		return SG_ERR_UNCERTAIN;
	}
	if (!outcome.measured) {
		sg_text_add(&dev->device.diag, "the check that the cell is off came back without a measurement");
		return SG_ERR_UNCERTAIN;
	}
	return SG_OK;
}

enum sg_err sg_emstat4_verify_off(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	struct outcome ignored;
	enum sg_err err = SG_ERR_UNCERTAIN;
	bool said_on = false;

	for (int i = 0; i < VERIFICATIONS; i++) {
		err = verify_once(dev, deadline_ns);
		if (err == SG_OK) {
			dev->state = SG_EMSTAT4_IDLE;
			return SG_OK;
		}
		said_on |= err == SG_ERR_UNSAFE;
		if (err == SG_ERR_GONE || i + 1 == VERIFICATIONS || sg_clock_now_ns(dev->device.clock) >= deadline_ns)
			break;
		/* Whatever it is that runs or hangs there: abort, and switch off by the shortest program. */
		err = sg_emstat4_synchronize(dev, deadline_ns);
		if (!err)
			err = run(dev, sg_emstat4_script_cell_off(), &ignored, deadline_ns);
		if (err == SG_ERR_GONE)
			break;
		err = SG_ERR_UNCERTAIN;
		if (sg_clock_now_ns(dev->device.clock) >= deadline_ns)
			break;
	}
	dev->state = SG_EMSTAT4_UNKNOWN;
	/* Said once, and only a proof takes it back. */
	if (said_on && err == SG_ERR_UNCERTAIN) {
		sg_text_clear(&dev->device.diag);
		sg_text_add(&dev->device.diag, "the instrument said that the cell is on, and then gave no valid answer");
		return SG_ERR_UNSAFE;
	}
	if (dev->device.diag.length == 0)
		sg_text_add(&dev->device.diag, "no valid answer to the check that the cell is off");
	return err;
}

enum sg_err sg_emstat4_safe_off(struct sg_device *device, int64_t deadline_ns)
{
	struct sg_emstat4_device *dev = sg_emstat4_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	dev->kept_count = dev->kept_at = 0;
	err = sg_emstat4_synchronize(dev, deadline_ns);
	if (!err)
		err = sg_emstat4_verify_off(dev, deadline_ns);
	switch (sg_err_group(err)) {
	case SG_GROUP_OK:
	case SG_GROUP_SAFETY:
		return err;
	case SG_GROUP_LINK:
		return err == SG_ERR_GONE ? err : SG_ERR_UNCERTAIN;
	case SG_GROUP_CALLER:
	case SG_GROUP_HOST:
	case SG_GROUP_WIRE:
	case SG_GROUP_DEVICE:
	case SG_GROUP_UNCERTAIN:
		break;
	}
	return SG_ERR_UNCERTAIN;
}

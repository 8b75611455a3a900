/* SPDX-License-Identifier: Apache-2.0 */
/* Requests out, lines in, and the two questions that may be asked again. */
#include "core/units.h"
#include "host/clock.h"
#include "instrument/votsch_device.h"

#define STALE_READS_MAX 256
/* Bytes without an end of line after which a deadline in the past ends the reading. */
#define FLOOD_BYTES 1024

int64_t sg_votsch_within(struct sg_votsch_device *dev, int64_t timeout_ns, int64_t deadline_ns)
{
	const int64_t until_ns = sg_clock_patient_deadline(dev->device.clock, timeout_ns);

	return until_ns < deadline_ns ? until_ns : deadline_ns;
}

bool sg_votsch_too_late(struct sg_votsch_device *dev, int64_t deadline_ns)
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

enum sg_err sg_votsch_send(struct sg_votsch_device *dev, int64_t deadline_ns)
{
	enum sg_err err = drop_stale(dev);

	if (err)
		return err;
	err = sg_transport_write(dev->device.link, dev->request.data, dev->request.length, deadline_ns);
	if (err)
		sg_text_add(&dev->device.diag, "writing failed: %s", sg_err_text(err));
	return err;
}

enum sg_err sg_votsch_read_line(struct sg_votsch_device *dev, int64_t deadline_ns)
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
		if (taken > FLOOD_BYTES && sg_votsch_too_late(dev, deadline_ns))
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
		err = sg_votsch_send(dev, deadline_ns);
	if (err == SG_ERR_UNCERTAIN)
		err = SG_ERR_TIMEOUT; /* half a question changes nothing */
	for (int i = 0; i < SG_VOTSCH_STALE_LINES_MAX && !err; i++) {
		err = sg_votsch_read_line(dev, deadline_ns);
		if (!err && sg_votsch_read_accepted(dev->framer.line, dev->framer.length))
			return SG_OK;
	}
	if (!err) {
		sg_text_add(&dev->device.diag, "acknowledgements only, where an answer to %c was due", letter);
		return SG_ERR_ORDER;
	}
	if (err == SG_ERR_TIMEOUT && dev->device.diag.length == 0)
		sg_text_add(&dev->device.diag, dev->heard ? "half an answer to %c from address %02u" :
							    "no answer to %c from address %02u", letter, dev->address);
	return err;
}

static enum sg_err ask_values_once(struct sg_votsch_device *dev, struct sg_votsch_values *out,
				   int64_t deadline_ns)
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
	return err && err != SG_ERR_GONE && asked < SG_VOTSCH_QUESTIONS && !sg_votsch_too_late(dev, deadline_ns);
}

enum sg_err sg_votsch_ask_values(struct sg_votsch_device *dev, struct sg_votsch_values *out, int64_t deadline_ns)
{
	enum sg_err err;
	int asked = 0;

	do {
		sg_text_clear(&dev->device.diag);
		err = ask_values_once(dev, out, sg_votsch_within(dev, SG_VOTSCH_REPLY_NS, deadline_ns));
	} while (may_ask_again(dev, err, ++asked, deadline_ns));
	return err;
}

enum sg_err sg_votsch_ask_error(struct sg_votsch_device *dev, struct sg_votsch_error *out, int64_t deadline_ns)
{
	enum sg_err err;
	int asked = 0;

	do {
		sg_text_clear(&dev->device.diag);
		err = ask_error_once(dev, out, sg_votsch_within(dev, SG_VOTSCH_REPLY_NS, deadline_ns));
	} while (may_ask_again(dev, err, ++asked, deadline_ns));
	return err;
}

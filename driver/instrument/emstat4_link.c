/* SPDX-License-Identifier: Apache-2.0 */
/* Lines in, lines out. Nothing here knows what a line means, but for the error replies. */
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/emstat4_device.h"
#include "wire/methodscript_errors.h"

/* One packet of full-speed USB. Assumed to be what the instrument's input takes in one go. */
#define WRITE_PIECE 64
/* Source: lowryliu-ses/ilcs waits 150 ms, the maker's example 100 ms, the document says more than 50. */
#define DEAF_NS (150 * SG_NS_PER_MS)
/* Bytes without an LF after which a deadline in the past ends the reading: no line is so long. */
#define FLOOD_BYTES 2048
#define STALE_READS_MAX 256
#define STALE_LINES_MAX 64

int64_t sg_emstat4_within(struct sg_emstat4_device *dev, int64_t timeout_ns, int64_t deadline_ns)
{
	const int64_t until_ns = sg_clock_patient_deadline(dev->device.clock, timeout_ns);

	return until_ns < deadline_ns ? until_ns : deadline_ns;
}

bool sg_emstat4_overdue(const struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	return sg_clock_now_ns(dev->device.clock) > deadline_ns;
}

enum sg_err sg_emstat4_send(struct sg_emstat4_device *dev, const char *text, int64_t deadline_ns)
{
	struct sg_clock *clock = dev->device.clock;
	size_t left = strlen(text);
	enum sg_err err;

	if (dev->deaf_until_ns > sg_clock_now_ns(clock)) {
		if (dev->deaf_until_ns > deadline_ns) {
			sg_text_add(&dev->device.diag, "no time left to wait until it listens again");
			return SG_ERR_UNCERTAIN;
		}
		sg_clock_sleep_until(clock, dev->deaf_until_ns);
	}
	while (left) {
		const size_t piece = left < WRITE_PIECE ? left : WRITE_PIECE;

		err = sg_transport_write(dev->device.link, text, piece, deadline_ns);
		if (err) {
			sg_text_add(&dev->device.diag, "writing failed: %s", sg_err_text(err));
			return err;
		}
		text += piece;
		left -= piece;
	}
	return SG_OK;
}

enum sg_err sg_emstat4_read_line(struct sg_emstat4_device *dev, int64_t deadline_ns)
{
	size_t taken = 0;
	enum sg_err err;

	for (;;) {
		while (dev->inbox_begin < dev->inbox_end) {
			size_t consumed = 0;
			enum sg_frame frame;

			frame = sg_methodscript_frame(&dev->framer, dev->inbox + dev->inbox_begin,
						      dev->inbox_end - dev->inbox_begin, &consumed);
			dev->inbox_begin += consumed;
			switch (frame) {
			case SG_FRAME_OK:
				return SG_OK;
			case SG_FRAME_BAD:
				sg_text_add(&dev->device.diag, "a line that is too long or holds foreign bytes");
				return SG_ERR_FRAME;
			case SG_FRAME_NEED_MORE:
				break;
			}
		}
		if (taken > FLOOD_BYTES && sg_clock_now_ns(dev->device.clock) >= deadline_ns)
			return SG_ERR_TIMEOUT;
		err = sg_transport_read(dev->device.link, dev->inbox, sizeof(dev->inbox), deadline_ns,
					&dev->inbox_end);
		dev->inbox_begin = 0;
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

void sg_emstat4_note_error(struct sg_emstat4_device *dev)
{
	dev->deaf_until_ns = sg_clock_deadline(dev->device.clock, DEAF_NS);
}

enum sg_err sg_emstat4_drop_stale(struct sg_emstat4_device *dev)
{
	const int64_t now_ns = sg_clock_now_ns(dev->device.clock);
	enum sg_err err = SG_OK;
	size_t got;

	for (int i = 0; i < STALE_READS_MAX && !err; i++)
		err = sg_transport_read(dev->device.link, dev->inbox, sizeof(dev->inbox), now_ns, &got);
	dev->inbox_begin = dev->inbox_end = 0;
	sg_methodscript_framer_reset(&dev->framer);
	if (!err) {
		sg_text_add(&dev->device.diag, "a flood of bytes that does not end");
		return SG_ERR_FRAME;
	}
	if (err == SG_ERR_TIMEOUT)
		return SG_OK;
	sg_text_add(&dev->device.diag, "reading failed: %s", sg_err_text(err));
	return err;
}

enum sg_err sg_emstat4_ask(struct sg_emstat4_device *dev, const char *command, int64_t deadline_ns)
{
	struct sg_methodscript_line line;
	enum sg_err err = sg_emstat4_send(dev, command, deadline_ns);

	for (int i = 0; i < STALE_LINES_MAX && !err; i++) {
		err = sg_emstat4_read_line(dev, deadline_ns);
		if (err || dev->framer.line[0] != command[0])
			continue;
		if (sg_methodscript_classify(dev->framer.line, dev->framer.length, &line) == SG_OK &&
		    line.kind == SG_LINE_ERROR) {
			sg_emstat4_note_error(dev);
			sg_text_add(&dev->device.diag, "\"%.1s\" answered with error %04X: %s", command, line.code,
				    sg_methodscript_error_text(line.code));
			return SG_ERR_REFUSED;
		}
		return SG_OK;
	}
	if (!err) {
		sg_text_add(&dev->device.diag, "no answer to \"%.1s\" among other lines", command);
		return SG_ERR_FRAME;
	}
	if (err == SG_ERR_TIMEOUT)
		sg_text_add(&dev->device.diag, "no answer to \"%.1s\"", command);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One command, one answer. Answers carry no tag: a lost one would shift all later ones by one, for ever. */
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/tdstat_device.h"

/* Relays take 10 ms, everything else less; the DAC calibrates itself in 500 ms. */
#define ANSWER_NS (1 * SG_NS_PER_S)
#define DACCAL_NS (3 * SG_NS_PER_S)
#define SILENCE_NS (100 * SG_NS_PER_MS)
/* One answer may be under way, one more packet in each buffer; anything beyond is no TDstat. */
#define STRAYS_MAX 32
#define STRAYS_FEW 3
#define ATTEMPTS 3

bool sg_tdstat_overdue(const struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	return sg_clock_now_ns(dev->device.clock) >= deadline_ns;
}

enum sg_err sg_tdstat_wait(struct sg_tdstat_device *dev, int64_t until_ns, int64_t deadline_ns)
{
	struct sg_clock *clock = dev->device.clock;
	const int64_t wake_ns = until_ns < deadline_ns ? until_ns : deadline_ns;

	while (sg_clock_now_ns(clock) < wake_ns) /* a signal is the runner's business, after this message */
		sg_clock_sleep_until(clock, wake_ns);
	return sg_clock_now_ns(clock) >= until_ns ? SG_OK : SG_ERR_TIMEOUT;
}

enum sg_err sg_tdstat_listen(struct sg_tdstat_device *dev, int64_t until_ns, int64_t deadline_ns)
{
	struct sg_clock *clock = dev->device.clock;
	uint8_t packet[SG_PACKET_MAX];
	size_t got;
	enum sg_err err;

	if (sg_clock_now_ns(clock) >= until_ns)
		return SG_OK;
	err = sg_transport_read(dev->device.link, packet, sizeof(packet), until_ns < deadline_ns ? until_ns : deadline_ns,
				&got);
	if (err == SG_ERR_TIMEOUT)
		return sg_clock_now_ns(clock) >= until_ns ? SG_OK : SG_ERR_TIMEOUT;
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "%s", err && err != SG_ERR_FRAME ? sg_err_text(err) : "an answer to nothing");
	if (err && err != SG_ERR_FRAME)
		return err;
	dev->dirty = dev->shifted = true;
	return SG_ERR_ORDER;
}

int64_t sg_tdstat_at_least(struct sg_tdstat_device *dev, int64_t timeout_ns, int64_t deadline_ns)
{
	const int64_t least_ns = sg_clock_deadline(dev->device.clock, timeout_ns);

	return deadline_ns > least_ns ? deadline_ns : least_ns;
}

static int64_t within(struct sg_tdstat_device *dev, int64_t timeout_ns, int64_t deadline_ns)
{
	const int64_t until_ns = sg_clock_patient_deadline(dev->device.clock, timeout_ns);

	return until_ns < deadline_ns ? until_ns : deadline_ns;
}

enum sg_err sg_tdstat_resynchronize(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	uint8_t packet[SG_PACKET_MAX];
	enum sg_err err = SG_OK;
	size_t got;

	dev->strays = 0;
	/* A silence that is cut short by a deadline is none: it takes its time, and only a flood is cut short. */
	while ((!err || err == SG_ERR_FRAME) && dev->strays < STRAYS_MAX &&
	       (dev->strays < STRAYS_FEW || !sg_tdstat_overdue(dev, deadline_ns))) {
		err = sg_transport_read(dev->device.link, packet, sizeof(packet), within(dev, SILENCE_NS, SG_FOREVER), &got);
		dev->strays += err != SG_ERR_TIMEOUT;
	}
	if (err == SG_ERR_TIMEOUT) {
		dev->dirty = false;
		return SG_OK;
	}
	sg_text_clear(&dev->device.diag);
	if (err == SG_OK || err == SG_ERR_FRAME) {
		sg_text_add(&dev->device.diag, "packets that nobody asked for do not end");
		return SG_ERR_FRAME;
	}
	sg_text_add(&dev->device.diag, "reading failed: %s", sg_err_text(err));
	return err;
}

static enum sg_err explain(struct sg_tdstat_device *dev, enum sg_tdstat_word word, enum sg_err err, const char *what)
{
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "\"%s\": %s (%s)", sg_tdstat_word_text(word), what, sg_err_text(err));
	return err;
}

static enum sg_err send(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command, int64_t deadline_ns)
{
	enum sg_err err = SG_OK;

	if (sg_tdstat_overdue(dev, deadline_ns))
		return explain(dev, command->word, SG_ERR_TIMEOUT, "no time left to say it");
	if (dev->dirty)
		err = sg_tdstat_resynchronize(dev, deadline_ns);
	if (err)
		return err;
	dev->dirty = true; /* until its answer is here */
	err = sg_transport_write(dev->device.link, command->bytes, command->length,
				 sg_clock_patient_deadline(dev->device.clock, ANSWER_NS));
	return err ? explain(dev, command->word, err, "writing failed") : SG_OK;
}

/*
 * The packet that is an answer to this command. One that cannot be belongs to an earlier one, perhaps, and ours is
 * behind it: what comes within a silence more is looked at too.
 */
static enum sg_err receive(struct sg_tdstat_device *dev, enum sg_tdstat_word word, struct sg_tdstat_reply *reply,
			   int64_t until_ns)
{
	uint8_t packet[SG_PACKET_MAX];
	size_t got = 0, wrong = 0;
	bool strays = false;
	enum sg_err err;

	for (int i = 0; i <= STRAYS_FEW; i++) {
		err = sg_transport_read(dev->device.link, packet, sizeof(packet), until_ns, &got);
		if (err == SG_ERR_TIMEOUT && strays)
			break;
		if (err)
			return explain(dev, word, err, err == SG_ERR_TIMEOUT ? "no answer" : "reading failed");
		if (sg_tdstat_read_reply(dev->model, word, packet, got, reply) == SG_OK) {
			dev->shifted |= strays;
			return SG_OK;
		}
		strays = true;
		wrong = got;
		until_ns = within(dev, SILENCE_NS, SG_FOREVER);
	}
	explain(dev, word, SG_ERR_FRAME, "another answer than it has");
	sg_text_add(&dev->device.diag, ", of %zu bytes", wrong);
	return SG_ERR_FRAME;
}

enum sg_err sg_tdstat_exchange(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command,
			       struct sg_tdstat_reply *reply, int64_t deadline_ns)
{
	const int64_t answer_ns = command->word == SG_TDSTAT_DACCAL ? DACCAL_NS : ANSWER_NS;
	enum sg_err err = send(dev, command, deadline_ns);

	if (err)
		return err;
	err = receive(dev, command->word, reply,
		      within(dev, answer_ns, sg_tdstat_at_least(dev, SG_TDSTAT_MESSAGE_NS, deadline_ns)));
	if (err) {
		dev->shifted = true;
		return err;
	}
	if (reply->answer == SG_TDSTAT_QUESTION) /* dirty: after a bus reset one `?` may be on its way for nothing */
		return explain(dev, command->word, SG_ERR_REFUSED, "answered with \"?\"");
	/* An answer that stayed away may have been late, and this one be it: then its own is still to come. */
	dev->dirty = dev->shifted;
	dev->shifted = false;
	return SG_OK;
}

enum sg_err sg_tdstat_repeat(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command,
			     struct sg_tdstat_reply *reply, int64_t deadline_ns)
{
	enum sg_err err = SG_ERR_TIMEOUT;

	for (int i = 0; i < ATTEMPTS; i++) {
		if (i && sg_tdstat_overdue(dev, deadline_ns))
			break;
		err = sg_tdstat_exchange(dev, command, reply, deadline_ns);
		if (!err)
			sg_text_clear(&dev->device.diag);
		if (!err || err == SG_ERR_GONE)
			break;
	}
	return err;
}

enum sg_err sg_tdstat_ask(struct sg_tdstat_device *dev, enum sg_tdstat_word word, struct sg_tdstat_reply *reply,
			  int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	struct sg_tdstat_reply ignored;
	enum sg_err err = sg_tdstat_plain(word, &command);

	return err ? err : sg_tdstat_repeat(dev, &command, reply ? reply : &ignored, deadline_ns);
}

enum sg_err sg_tdstat_once(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command, int64_t deadline_ns)
{
	struct sg_tdstat_reply reply;
	enum sg_err err = sg_tdstat_exchange(dev, command, &reply, deadline_ns);

	if (!err && dev->dirty) /* at once, while nothing waits for it */
		sg_tdstat_resynchronize(dev, sg_clock_deadline(dev->device.clock, ANSWER_NS));
	if (!err || err == SG_ERR_GONE)
		return err;
	if (err == SG_ERR_REFUSED) {
		/* The only answer that came, or was it meant for another? Then ours is still behind it. */
		err = sg_tdstat_resynchronize(dev, sg_clock_deadline(dev->device.clock, ANSWER_NS));
		if (err == SG_ERR_GONE)
			return err;
		if (!err && dev->strays == 0)
			return explain(dev, command->word, SG_ERR_REFUSED, "answered with \"?\"");
	}
	sg_text_add(&dev->device.diag, "; it may be in force");
	return SG_ERR_UNCERTAIN;
}

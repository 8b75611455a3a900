/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pair of bulk endpoints as a cable. One transfer a direction, in flight only during a call, but for one that
 * would not end when it was told to. The library is behind usb_host.h.
 *
 * **Cancelling is a question, not an order.** Source: libusb 1.0.26, io.c, section "Cancellation", and
 * os/linux_usbfs.c, handle_bulk_completion(): a cancelled transfer ends some time later, and may end with data that
 * moved meanwhile. So a transfer that is cancelled at its deadline is waited for, and what it brought counts:
 *  - a packet that came in that very moment is the answer of this read, late, rather than of a later one;
 *  - if the end itself does not come within a second, the transfer stays in flight: the next read goes on with it
 *    instead of starting another, so a packet that it still brings is neither lost nor out of order. A driver that
 *    saw TIMEOUT reads until silence before it asks anything new;
 *  - an OUT transfer that was cancelled may be in force, whatever the count says: the device may have taken a packet
 *    whose acknowledgement was lost.
 * Observed (Linux 6.1, dummy_hcd, a loopback gadget): of 1,500 packets sent within 2 ms of the cancelling, all arrived,
 * whole and in order; 347 of them in the read that was being cancelled.
 * An empty packet that came in the moment of cancelling cannot be told from none. No instrument here sends any.
 *
 * Seconds of this file are real ones, also on a scaled clock: a bus does not hurry.
 */
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/open.h"
#include "transport/usb_host.h"

#define OUT_MAX 4096
#define CANCEL_MS 1000
/* The least time an IN transfer gets, deadline or not: a packet that waits in the device is fetched within a frame or
 * two of 1 ms; told to end at once it would fetch nothing, and "takes what is there" would not be true. */
#define LEAST_MS 10
/* An error on the bus is how a pulled cable begins. Hubs report a port that is empty after at most 256 ms
 * (interval of their interrupt endpoint. Source: USB 2.0, 11.12.3); then the kernel tells. */
#define LEAVING_MS 500

struct usb {
	struct sg_transport transport;
	const struct sg_usb_host *host;
	struct sg_usb_session *session;
	struct sg_usb_transfer in, out;
	bool in_flight, out_flight;
	bool gone;
	uint8_t in_buffer[SG_PACKET_MAX];
	uint8_t out_buffer[OUT_MAX];
};

static struct usb *usb_of(struct sg_transport *t)
{
	return (struct usb *)t;
}

static enum sg_err hung_up(struct usb *u)
{
	u->gone = true;
	return SG_ERR_GONE;
}

static int64_t real_deadline(const struct usb *u, int ms)
{
	return sg_clock_deadline(u->transport.clock, (int64_t)((double)ms * 1e6 * u->transport.clock->speed));
}

/* Until the transfer has ended or the deadline has come. What is due is looked at in any case. */
static bool wait_for(struct usb *u, struct sg_usb_transfer *transfer, int64_t deadline_ns)
{
	int left_ms;

	do {
		left_ms = sg_clock_poll_ms(u->transport.clock, deadline_ns);
		u->host->events(u->session, left_ms < 0 || left_ms > CANCEL_MS ? CANCEL_MS : left_ms, &transfer->done);
	} while (!transfer->done && left_ms != 0);
	return transfer->done != 0;
}

/* Run a transfer to its end, or tell it to end at the deadline. False: it would not, and is in flight still. */
static bool run_out(struct usb *u, struct sg_usb_transfer *transfer, int64_t deadline_ns)
{
	if (wait_for(u, transfer, deadline_ns))
		return true;
	u->host->cancel(u->session, transfer);
	return wait_for(u, transfer, real_deadline(u, CANCEL_MS));
}

/* The bus had an error. Is the device on its way out? */
static bool is_leaving(struct usb *u)
{
	const int64_t deadline_ns = real_deadline(u, LEAVING_MS);
	int left_ms;

	do {
		if (u->host->left(u->session))
			return true;
		left_ms = sg_clock_poll_ms(u->transport.clock, deadline_ns);
		u->host->events(u->session, left_ms, NULL);
	} while (left_ms > 0);
	return u->host->left(u->session);
}

/* An endpoint that halted, or whose two ends may disagree on the toggle after an error. */
static enum sg_err mend(struct usb *u, bool in, enum sg_err otherwise)
{
	if (u->host->clear_halt(u->session, in) == SG_ERR_GONE)
		return hung_up(u);
	return otherwise;
}

static enum sg_err end_of_read(struct usb *u, void *buffer, size_t *got)
{
	const struct sg_usb_transfer *in = &u->in;

	switch (in->end) {
	case SG_USB_CANCELLED:
		if (in->actual == 0)
			return SG_ERR_TIMEOUT;
		break;
	case SG_USB_COMPLETED:
		break;
	case SG_USB_STALL:
		return mend(u, true, SG_ERR_FRAME);
	case SG_USB_OVERFLOW:
		return SG_ERR_FRAME;
	case SG_USB_NO_DEVICE:
		return hung_up(u);
	case SG_USB_FAILED:
		return is_leaving(u) ? hung_up(u) : mend(u, true, SG_ERR_FRAME);
	}
	memcpy(buffer, in->buffer, in->actual);
	*got = in->actual;
	return SG_OK;
}

/*
 * A transfer that is not even accepted: the device has left, or the interface is no longer ours because somebody
 * deauthorized the device or changed its configuration. Observed (Linux 6.1, dummy_hcd): then every later one is
 * refused too. Only opening it again helps, so it is GONE to those who wait for it.
 */
static enum sg_err start(struct usb *u, struct sg_usb_transfer *transfer, bool *flying)
{
	enum sg_err err;

	transfer->done = 0;
	transfer->actual = 0;
	err = u->host->submit(u->session, transfer);
	if (!err)
		*flying = true;
	return err && err != SG_ERR_NO_MEMORY ? hung_up(u) : err;
}

static enum sg_err usb_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct usb *u = usb_of(t);
	const int64_t least_ns = real_deadline(u, LEAST_MS);
	const int64_t until_ns = deadline_ns > least_ns ? deadline_ns : least_ns;
	enum sg_err err;
	bool again;

	if (u->gone)
		return SG_ERR_GONE;
	if (size < SG_PACKET_MAX)
		return SG_ERR_ARGUMENT; /* a packet is never cut */
	do {
		/* One that was told to end in an earlier read and had not ended then: it comes first. */
		again = u->in_flight;
		err = u->in_flight ? SG_OK : start(u, &u->in, &u->in_flight);
		if (err)
			return err;
		if (!run_out(u, &u->in, until_ns))
			return u->host->left(u->session) ? hung_up(u) : SG_ERR_TIMEOUT;
		u->in_flight = false;
		err = end_of_read(u, buffer, got);
	} while (again && err == SG_ERR_TIMEOUT && sg_clock_now_ns(t->clock) < until_ns);
	return err;
}

static enum sg_err end_of_write(struct usb *u)
{
	const struct sg_usb_transfer *out = &u->out;

	switch (out->end) {
	case SG_USB_COMPLETED:
		return out->actual == out->length ? SG_OK : SG_ERR_UNCERTAIN;
	case SG_USB_CANCELLED:
		return out->actual == out->length && out->length ? SG_OK : SG_ERR_UNCERTAIN;
	case SG_USB_STALL:
		/* The first packets of a long transfer may have been taken before. */
		return mend(u, false, out->actual ? SG_ERR_UNCERTAIN : SG_ERR_FRAME);
	case SG_USB_OVERFLOW:
		break; /* nothing comes in on an OUT endpoint */
	case SG_USB_NO_DEVICE:
		return hung_up(u);
	case SG_USB_FAILED:
		/* Not FRAME: the packet may have arrived and its acknowledgement have been lost. */
		return is_leaving(u) ? hung_up(u) : mend(u, false, SG_ERR_UNCERTAIN);
	}
	return SG_ERR_UNCERTAIN;
}

static enum sg_err usb_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct usb *u = usb_of(t);
	enum sg_err err;

	if (u->gone)
		return SG_ERR_GONE;
	if (length > OUT_MAX)
		return SG_ERR_ARGUMENT;
	if (u->out_flight) {
		/* Its caller was told UNCERTAIN. Nothing overtakes it. */
		if (!wait_for(u, &u->out, deadline_ns))
			return u->host->left(u->session) ? hung_up(u) : SG_ERR_UNCERTAIN;
		u->out_flight = false;
	}
	if (length)
		memcpy(u->out_buffer, bytes, length);
	u->out.length = length;
	err = start(u, &u->out, &u->out_flight);
	if (err)
		return err;
	if (!run_out(u, &u->out, deadline_ns))
		return u->host->left(u->session) ? hung_up(u) : SG_ERR_UNCERTAIN;
	u->out_flight = false;
	return end_of_write(u);
}

static enum sg_err usb_present(struct sg_transport *t)
{
	struct usb *u = usb_of(t);

	if (u->gone)
		return SG_ERR_GONE;
	/* Once for the node's hang-up, once for the message that follows from it. */
	u->host->events(u->session, 0, NULL);
	u->host->events(u->session, 0, NULL);
	return u->host->left(u->session) ? hung_up(u) : SG_OK;
}

static void usb_close(struct sg_transport *t)
{
	struct usb *u = usb_of(t);

	if (u->in_flight)
		run_out(u, &u->in, 0);
	if (u->out_flight)
		run_out(u, &u->out, 0);
	u->host->end(u->session);
	free(u);
}

static const struct sg_transport_ops usb_ops = {
	.read = usb_read,
	.write = usb_write,
	.close = usb_close,
	.present = usb_present,
};

enum sg_err sg_usb_open_on(const struct sg_usb_host *host, const struct sg_uri *uri, struct sg_clock *clock,
			   struct sg_text *why, struct sg_transport **out)
{
	struct usb *u = calloc(1, sizeof(*u));
	struct sg_usb_found device;
	enum sg_err err;

	if (!u)
		return SG_ERR_NO_MEMORY;
	u->transport.ops = &usb_ops;
	u->transport.clock = clock;
	u->transport.packets = true;
	u->host = host;
	u->in.in = true;
	u->in.buffer = u->in_buffer;
	u->in.length = sizeof(u->in_buffer);
	u->out.buffer = u->out_buffer;
	err = host->begin(why, &u->session);
	if (err)
		goto free_usb;
	err = sg_usb_open_found(host, u->session, uri, why, &device);
	if (err)
		goto end_session;
	memcpy(u->transport.place, device.place, sizeof(device.place));
	memcpy(u->transport.usb_serial, device.serial, sizeof(device.serial));
	*out = &u->transport;
	return SG_OK;

end_session:
	host->end(u->session);
free_usb:
	free(u);
	return err;
}

enum sg_err sg_usb_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out)
{
	return sg_usb_open_on(&sg_usb_libusb, uri, clock, why, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The usb: transport over a host that does what a test tells it: transfers that complete, stall, end late or never;
 * a device that leaves in the middle. Time is the fake host's own and moves while it waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/units.h"
#include "host/clock.h"
#include "transport/usb_host.h"

#define MS SG_NS_PER_MS
#define NEVER INT64_MAX
#define PLAN_MAX 8

/* What becomes of one transfer, in the order of their submission. */
struct plan {
	enum sg_err submit;    /* not SG_OK: refused */
	int64_t after_ms;      /* ends so long after its submission, unless it is cancelled before */
	enum sg_usb_end end;
	size_t actual;
	const char *bytes;     /* IN */
	int64_t cancel_ms;     /* cancelled before its time: ends so long after that */
	enum sg_usb_end cancelled_end;
	size_t cancelled_actual;
};

struct lane {
	struct plan plans[PLAN_MAX];
	unsigned next, count;
	const struct plan *now;
	struct sg_usb_transfer *flying;
	int64_t ends_ns;
	bool cancelled;
	unsigned cancels, halts_cleared, submits;
};

/* The one session of a test; a row has no other way to know the test. */
static struct fake {
	struct sg_clock clock;
	int64_t now_ns; /* real; the clock runs at its speed from 1000 ms on */
	struct sg_usb_found devices[4];
	size_t device_count;
	enum sg_err begin, open, clear_halt;
	char opened[SG_PLACE_SIZE];
	bool is_open, ended;
	int64_t leaves_ns; /* the library tells of it from then on */
	struct lane in, out;
	uint8_t sent[4096];
	size_t sent_length;
	unsigned early; /* so many waits end at once, as with a signal */
} fake;

static int64_t fake_now_ns(struct sg_clock *clock)
{
	return 1000 * MS + (int64_t)((double)(fake.now_ns - 1000 * MS) * clock->speed);
}

static const struct sg_clock_ops clock_ops = { .now_ns = fake_now_ns };

static enum sg_err fake_begin(struct sg_text *why, struct sg_usb_session **out)
{
	*out = (struct sg_usb_session *)&fake;
	if (fake.begin)
		sg_text_add(why, "USB cannot be reached");
	return fake.begin;
}

static void fake_end(struct sg_usb_session *s)
{
	(void)s;
	assert_false(fake.ended);
	fake.ended = true;
}

static enum sg_err fake_list(struct sg_usb_session *s, int vendor, int product,
			     bool (*found)(void *ctx, const struct sg_usb_found *device), void *ctx)
{
	(void)s;
	for (size_t i = 0; i < fake.device_count; i++) {
		const struct sg_usb_found *d = &fake.devices[i];

		if (d->vendor == vendor && d->product == product && !found(ctx, d))
			break;
	}
	return SG_OK;
}

static enum sg_err fake_open(struct sg_usb_session *s, const char *place)
{
	(void)s;
	snprintf(fake.opened, sizeof(fake.opened), "%s", place);
	fake.is_open = fake.open == SG_OK;
	return fake.open;
}

static struct lane *lane_of(const struct sg_usb_transfer *transfer)
{
	return transfer->in ? &fake.in : &fake.out;
}

static enum sg_err fake_submit(struct sg_usb_session *s, struct sg_usb_transfer *transfer)
{
	struct lane *lane = lane_of(transfer);

	(void)s;
	assert_true(fake.is_open);
	assert_null(lane->flying); /* one a direction */
	assert_int_equal(transfer->done, 0);
	if (lane->next >= lane->count)
		fail_msg("a transfer more than was planned");
	lane->now = &lane->plans[lane->next++];
	if (lane->now->submit)
		return lane->now->submit;
	if (!transfer->in) {
		memcpy(fake.sent, transfer->buffer, transfer->length);
		fake.sent_length = transfer->length;
	}
	lane->flying = transfer;
	lane->cancelled = false;
	lane->submits++;
	lane->ends_ns = lane->now->after_ms == NEVER ? NEVER : fake.now_ns + lane->now->after_ms * MS;
	return SG_OK;
}

static void fake_cancel(struct sg_usb_session *s, struct sg_usb_transfer *transfer)
{
	struct lane *lane = lane_of(transfer);

	(void)s;
	lane->cancels++;
	if (!lane->flying || lane->cancelled)
		return;
	lane->cancelled = true;
	lane->ends_ns = lane->now->cancel_ms == NEVER ? NEVER : fake.now_ns + lane->now->cancel_ms * MS;
}

static void end_lane(struct lane *lane)
{
	const struct plan *plan = lane->now;
	struct sg_usb_transfer *t = lane->flying;

	if (!t || lane->ends_ns > fake.now_ns)
		return;
	t->end = lane->cancelled ? plan->cancelled_end : plan->end;
	t->actual = lane->cancelled ? plan->cancelled_actual : plan->actual;
	if (t->in && t->actual)
		memcpy(t->buffer, plan->bytes, t->actual);
	t->done = 1;
	lane->flying = NULL;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Time goes to the next thing that happens, or to the timeout. */
static void fake_events(struct sg_usb_session *s, int timeout_ms, int *done)
{
	const int64_t until_ns = fake.now_ns + timeout_ms * MS;
	int64_t next_ns = until_ns;

	(void)s;
	assert_true(timeout_ms >= 0);
	if (done && *done)
		return;
	if (fake.early && timeout_ms) {
		fake.early--;
		return;
	}
	if (fake.in.flying)
		next_ns = sooner(next_ns, fake.in.ends_ns);
	if (fake.out.flying)
		next_ns = sooner(next_ns, fake.out.ends_ns);
	if (fake.leaves_ns > fake.now_ns)
		next_ns = sooner(next_ns, fake.leaves_ns);
	if (next_ns > fake.now_ns)
		fake.now_ns = next_ns;
	end_lane(&fake.in);
	end_lane(&fake.out);
}

static bool fake_left(struct sg_usb_session *s)
{
	(void)s;
	return fake.now_ns >= fake.leaves_ns;
}

static enum sg_err fake_clear_halt(struct sg_usb_session *s, bool in)
{
	(void)s;
	(in ? &fake.in : &fake.out)->halts_cleared++;
	return fake.clear_halt;
}

static const struct sg_usb_host host = {
	.begin = fake_begin,
	.end = fake_end,
	.list = fake_list,
	.open = fake_open,
	.submit = fake_submit,
	.cancel = fake_cancel,
	.events = fake_events,
	.left = fake_left,
	.clear_halt = fake_clear_halt,
};

static void add_device(int vendor, int product, const char *place, const char *serial)
{
	struct sg_usb_found *d = &fake.devices[fake.device_count++];

	d->vendor = vendor;
	d->product = product;
	snprintf(d->place, sizeof(d->place), "%s", place);
	snprintf(d->serial, sizeof(d->serial), "%s", serial);
	snprintf(d->node, sizeof(d->node), "/nowhere/%s", place);
}

static struct plan *plan(struct lane *lane)
{
	struct plan *p = &lane->plans[lane->count++];

	assert_true(lane->count <= PLAN_MAX);
	p->after_ms = NEVER;
	p->cancelled_end = SG_USB_CANCELLED;
	return p;
}

/* A packet that comes so long after it was asked for. */
static struct plan *plan_packet(int64_t after_ms, const char *bytes)
{
	struct plan *p = plan(&fake.in);

	p->after_ms = after_ms;
	p->bytes = bytes;
	p->actual = strlen(bytes);
	return p;
}

static struct plan *plan_end(struct lane *lane, int64_t after_ms, enum sg_usb_end end)
{
	struct plan *p = plan(lane);

	p->after_ms = after_ms;
	p->end = end;
	return p;
}

static char said[1024];

static enum sg_err try_open(const char *address, struct sg_transport **link)
{
	struct sg_text why;
	struct sg_uri uri;

	sg_text_init(&why, said, sizeof(said));
	assert_int_equal(sg_uri_parse(address, &uri, NULL), SG_OK);
	return sg_usb_open_on(&host, &uri, &fake.clock, &why, link);
}

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.clock.ops = &clock_ops;
	fake.clock.speed = 1.0;
	fake.now_ns = 1000 * MS;
	fake.leaves_ns = NEVER;
	add_device(0xa0a0, 0x0002, "1-1.2", "0001");
	return 0;
}

static struct sg_transport *open_one(void)
{
	struct sg_transport *link = NULL;

	if (try_open("usb:a0a0:0002@1-1.2", &link))
		fail_msg("%s", said);
	return link;
}

static void close_one(struct sg_transport *link)
{
	sg_transport_close(link);
	assert_true(fake.ended);
}

static enum sg_err read_until(struct sg_transport *link, int64_t ms, char *buffer, size_t *got)
{
	*got = 999;
	return sg_transport_read(link, buffer, SG_PACKET_MAX, 1000 * MS + ms * MS, got);
}

static int64_t elapsed_ms(void)
{
	return (fake.now_ns - 1000 * MS) / MS;
}

/* ---- opening ---- */

static void an_address_opens_its_device_and_sends_nothing(void **state)
{
	struct sg_transport *link;

	(void)state;
	link = open_one();
	assert_true(link->packets);
	assert_false(link->simulated);
	assert_string_equal(link->place, "1-1.2");
	assert_string_equal(link->usb_serial, "0001");
	assert_string_equal(fake.opened, "1-1.2");
	assert_int_equal(fake.in.submits + fake.out.submits, 0);
	assert_int_equal(sg_transport_present(link), SG_OK);
	close_one(link);
}

static void two_that_look_the_same_are_told_apart_by_their_place(void **state)
{
	struct sg_transport *link = NULL;

	(void)state;
	add_device(0xa0a0, 0x0001, "1-1.1", "0001");
	add_device(0xa0a0, 0x0002, "2-4", "0001");
	assert_int_equal(try_open("usb:a0a0:0002", &link), SG_ERR_ARGUMENT);
	assert_non_null(strstr(said, "2 of them"));
	assert_non_null(strstr(said, "usb:a0a0:0002@1-1.2 usb:a0a0:0002@2-4"));
	assert_null(link);
	assert_true(fake.ended);
	fake.ended = false;
	assert_int_equal(try_open("usb:a0a0:0002@2-4", &link), SG_OK);
	assert_string_equal(fake.opened, "2-4");
	close_one(link);
	fake.ended = false;
	assert_int_equal(try_open("usb:a0a0:0001", &link), SG_OK);
	assert_string_equal(fake.opened, "1-1.1");
	close_one(link);
}

static void what_is_not_there_is_not_found_and_others_are_named(void **state)
{
	struct sg_transport *link = NULL;

	(void)state;
	assert_int_equal(try_open("usb:a0a0:0002@1-1", &link), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "elsewhere: usb:a0a0:0002@1-1.2"));
	fake.ended = false;
	assert_int_equal(try_open("usb:a0a0:0003", &link), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(said, "sandglass list"));
	assert_null(link);
	assert_string_equal(fake.opened, "");
}

static void what_cannot_be_opened_says_why(void **state)
{
	static const struct {
		enum sg_err err;
		const char *said;
	} rows[] = {
		{ SG_ERR_ACCESS, "no permission; " },
		{ SG_ERR_BUSY, "held by another program" },
		{ SG_ERR_IDENTITY, "no pair of bulk endpoints" },
		{ SG_ERR_NOT_FOUND, "just pulled" },
		{ SG_ERR_IO, "could not be opened" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_transport *link = NULL;

		reset(NULL);
		fake.open = rows[i].err;
		assert_int_equal(try_open("usb:a0a0:0002@1-1.2", &link), rows[i].err);
		if (!strstr(said, rows[i].said) || !strstr(said, "usb:a0a0:0002@1-1.2"))
			fail_msg("%s: %s", sg_err_name(rows[i].err), said);
		assert_null(link);
		assert_true(fake.ended);
	}
	reset(NULL);
	fake.begin = SG_ERR_IO;
	{
		struct sg_transport *link = NULL;

		assert_int_equal(try_open("usb:a0a0:0002", &link), SG_ERR_IO);
		assert_false(fake.ended);
	}
}

/* ---- reading ---- */

static void a_read_takes_one_packet_and_returns_when_it_came(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_packet(30, "OK");
	plan_packet(0, "");
	fake.early = 3; /* signals */
	link = open_one();
	assert_int_equal(read_until(link, 500, buffer, &got), SG_OK);
	assert_int_equal(got, 2);
	assert_memory_equal(buffer, "OK", 2);
	assert_int_equal(elapsed_ms(), 30);
	assert_int_equal(read_until(link, 500, buffer, &got), SG_OK);
	assert_int_equal(got, 0);
	assert_int_equal(fake.in.cancels, 0);
	close_one(link);
}

static void silence_is_cancelled_at_the_deadline(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan(&fake.in)->cancel_ms = 2;
	link = open_one();
	assert_int_equal(read_until(link, 80, buffer, &got), SG_ERR_TIMEOUT);
	assert_int_equal(elapsed_ms(), 82);
	assert_int_equal(fake.in.cancels, 1);
	assert_null(fake.in.flying);
	assert_int_equal(got, 999);
	close_one(link);
}

static void a_deadline_in_the_past_still_takes_what_is_there(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_packet(1, "OK"); /* a frame of 1 ms to fetch it */
	plan(&fake.in);
	link = open_one();
	assert_int_equal(read_until(link, -1000, buffer, &got), SG_OK);
	assert_int_equal(got, 2);
	assert_int_equal(read_until(link, -1000, buffer, &got), SG_ERR_TIMEOUT);
	assert_true(elapsed_ms() <= 20);
	close_one(link);
}

static void a_packet_that_comes_while_it_is_cancelled_is_this_reads_answer(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	struct plan *p;
	size_t got;

	(void)state;
	p = plan_packet(NEVER, "WAIT");
	p->cancel_ms = 1;
	p->cancelled_actual = 4;
	p = plan_packet(NEVER, "OK"); /* completed, though it was told to end */
	p->cancel_ms = 1;
	p->cancelled_end = SG_USB_COMPLETED;
	p->cancelled_actual = 2;
	plan_packet(5, "?");
	link = open_one();
	assert_int_equal(read_until(link, 50, buffer, &got), SG_OK);
	assert_int_equal(got, 4);
	assert_memory_equal(buffer, "WAIT", 4);
	assert_int_equal(read_until(link, 100, buffer, &got), SG_OK);
	assert_memory_equal(buffer, "OK", 2);
	/* and nothing of it comes again */
	assert_int_equal(read_until(link, 200, buffer, &got), SG_OK);
	assert_int_equal(got, 1);
	assert_memory_equal(buffer, "?", 1);
	close_one(link);
}

static void a_transfer_that_ends_very_late_is_what_the_next_read_goes_on_with(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	struct plan *p;
	size_t got;

	(void)state;
	p = plan_packet(NEVER, "OK");
	p->cancel_ms = 1500;
	p->cancelled_actual = 2;
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_TIMEOUT);
	assert_int_equal(elapsed_ms(), 1100); /* one second for the end, no more */
	assert_non_null(fake.in.flying);
	assert_int_equal(read_until(link, 3000, buffer, &got), SG_OK);
	assert_int_equal(elapsed_ms(), 1600);
	assert_int_equal(got, 2);
	assert_memory_equal(buffer, "OK", 2);
	assert_int_equal(fake.in.submits, 1);
	close_one(link);
}

static void after_one_that_ended_late_and_empty_the_read_asks_anew(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan(&fake.in)->cancel_ms = 1500;
	plan_packet(10, "OK");
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_TIMEOUT);
	assert_int_equal(read_until(link, 3000, buffer, &got), SG_OK);
	assert_int_equal(elapsed_ms(), 1610);
	assert_int_equal(fake.in.submits, 2);
	close_one(link);
}

static void one_that_never_ends_blocks_nobody_for_ever(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan(&fake.in)->cancel_ms = NEVER;
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_TIMEOUT);
	assert_int_equal(read_until(link, 1200, buffer, &got), SG_ERR_TIMEOUT);
	assert_true(elapsed_ms() <= 2200);
	close_one(link);
	assert_true(elapsed_ms() <= 3200);
}

static void a_packet_is_never_cut(void **state)
{
	struct sg_transport *link;
	char buffer[SG_PACKET_MAX];
	size_t got;

	(void)state;
	link = open_one();
	assert_int_equal(sg_transport_read(link, buffer, SG_PACKET_MAX - 1, SG_FOREVER, &got), SG_ERR_ARGUMENT);
	close_one(link);
}

static void a_read_without_deadline_waits(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_packet(3600 * 1000, "OK");
	link = open_one();
	assert_int_equal(sg_transport_read(link, buffer, sizeof(buffer), SG_FOREVER, &got), SG_OK);
	assert_int_equal(elapsed_ms(), 3600 * 1000);
	close_one(link);
}

static void on_a_scaled_clock_the_bus_still_gets_its_real_second(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	struct plan *p;
	size_t got;

	(void)state;
	fake.clock.speed = 100.0;
	p = plan_packet(NEVER, "OK");
	p->cancel_ms = 400;
	p->cancelled_actual = 2;
	link = open_one();
	assert_int_equal(read_until(link, 2000, buffer, &got), SG_OK);
	assert_int_equal(elapsed_ms(), 20 + 400);
	close_one(link);
}

/* ---- what goes wrong ---- */

static void a_halted_endpoint_is_cleared_and_told(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_end(&fake.in, 5, SG_USB_STALL);
	plan_packet(5, "OK");
	plan_end(&fake.out, 5, SG_USB_STALL);
	plan_end(&fake.out, 5, SG_USB_COMPLETED)->actual = 7;
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_FRAME);
	assert_int_equal(fake.in.halts_cleared, 1);
	assert_int_equal(fake.out.halts_cleared, 0);
	assert_int_equal(read_until(link, 200, buffer, &got), SG_OK);
	assert_int_equal(sg_transport_write(link, "ADCREAD", 7, SG_FOREVER), SG_ERR_FRAME);
	assert_int_equal(fake.out.halts_cleared, 1);
	assert_int_equal(sg_transport_write(link, "ADCREAD", 7, SG_FOREVER), SG_OK);
	close_one(link);
}

static void a_device_that_leaves_while_its_halt_is_cleared_is_gone(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_end(&fake.in, 5, SG_USB_STALL);
	fake.clear_halt = SG_ERR_GONE;
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_GONE);
	assert_int_equal(sg_transport_write(link, "x", 1, SG_FOREVER), SG_ERR_GONE);
	close_one(link);
}

static void a_packet_that_is_too_long_is_no_packet(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_end(&fake.in, 5, SG_USB_OVERFLOW);
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_FRAME);
	assert_int_equal(got, 999);
	close_one(link);
}

static void a_device_that_leaves_in_mid_transfer_is_gone_for_good(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_end(&fake.in, 40, SG_USB_NO_DEVICE);
	link = open_one();
	assert_int_equal(read_until(link, 5000, buffer, &got), SG_ERR_GONE);
	assert_int_equal(elapsed_ms(), 40);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(read_until(link, 5000, buffer, &got), SG_ERR_GONE);
		assert_int_equal(sg_transport_write(link, "x", 1, SG_FOREVER), SG_ERR_GONE);
		assert_int_equal(sg_transport_present(link), SG_ERR_GONE);
	}
	assert_int_equal(fake.in.submits, 1);
	close_one(link);
}

static void gone_may_be_what_submitting_says(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	static const struct {
		enum sg_err submit, read, next;
	} rows[] = {
		{ SG_ERR_GONE, SG_ERR_GONE, SG_ERR_GONE },
		{ SG_ERR_IO, SG_ERR_GONE, SG_ERR_GONE }, /* the interface was taken away */
		{ SG_ERR_NO_MEMORY, SG_ERR_NO_MEMORY, SG_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		plan(&fake.in)->submit = rows[i].submit;
		plan_packet(1, "OK");
		link = open_one();
		assert_int_equal(read_until(link, 100, buffer, &got), rows[i].read);
		assert_int_equal(sg_transport_present(link), rows[i].next);
		assert_int_equal(read_until(link, 100, buffer, &got), rows[i].next);
		close_one(link);
	}
}

static void an_error_on_the_bus_may_be_a_cable_that_is_being_pulled(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_end(&fake.in, 10, SG_USB_FAILED);
	fake.leaves_ns = fake.now_ns + 270 * MS;
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_GONE);
	assert_int_equal(elapsed_ms(), 270);
	assert_int_equal(fake.in.halts_cleared, 0);
	close_one(link);
}

static void an_error_on_the_bus_of_a_device_that_stays_is_a_wrong_frame(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan_end(&fake.in, 10, SG_USB_FAILED);
	plan_packet(1, "OK");
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_FRAME);
	assert_true(elapsed_ms() <= 510);
	assert_int_equal(fake.in.halts_cleared, 1); /* both ends agree on the toggle again */
	assert_int_equal(read_until(link, 1000, buffer, &got), SG_OK);
	close_one(link);
}

static void an_unplugged_device_shows_while_nobody_reads(void **state)
{
	struct sg_transport *link;

	(void)state;
	fake.leaves_ns = fake.now_ns + 300 * MS;
	link = open_one();
	assert_int_equal(sg_transport_present(link), SG_OK);
	assert_int_equal(elapsed_ms(), 0); /* asks, does not wait */
	fake.now_ns += 299 * MS;
	assert_int_equal(sg_transport_present(link), SG_OK);
	fake.now_ns += 1 * MS;
	assert_int_equal(sg_transport_present(link), SG_ERR_GONE);
	assert_int_equal(sg_transport_present(link), SG_ERR_GONE);
	close_one(link);
}

static void a_device_that_left_without_ending_its_transfer_is_gone(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan(&fake.in)->cancel_ms = NEVER;
	fake.leaves_ns = fake.now_ns + 50 * MS;
	link = open_one();
	assert_int_equal(read_until(link, 100, buffer, &got), SG_ERR_GONE);
	close_one(link);
}

/* ---- writing ---- */

static void a_write_is_one_transfer_with_all_of_it(void **state)
{
	static char bytes[4097];
	struct sg_transport *link;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	plan_end(&fake.out, 1, SG_USB_COMPLETED)->actual = 8;
	plan_end(&fake.out, 1, SG_USB_COMPLETED)->actual = 0;
	plan_end(&fake.out, 1, SG_USB_COMPLETED)->actual = 4096;
	link = open_one();
	assert_int_equal(sg_transport_write(link, "CELL OFF", 8, SG_FOREVER), SG_OK);
	assert_int_equal(fake.sent_length, 8);
	assert_memory_equal(fake.sent, "CELL OFF", 8);
	assert_int_equal(sg_transport_write(link, "", 0, SG_FOREVER), SG_OK);
	assert_int_equal(fake.sent_length, 0);
	assert_int_equal(sg_transport_write(link, bytes, 4096, SG_FOREVER), SG_OK);
	assert_int_equal(sg_transport_write(link, bytes, 4097, SG_FOREVER), SG_ERR_ARGUMENT);
	assert_int_equal(fake.out.submits, 3);
	close_one(link);
}

static void a_write_that_is_not_taken_in_time_is_uncertain(void **state)
{
	static const struct {
		enum sg_usb_end end;
		size_t actual;
		enum sg_err err;
	} rows[] = {
		{ SG_USB_CANCELLED, 0, SG_ERR_UNCERTAIN }, /* its acknowledgement may have been lost */
		{ SG_USB_CANCELLED, 7, SG_OK },            /* taken in the very moment */
		{ SG_USB_COMPLETED, 7, SG_OK },
		{ SG_USB_COMPLETED, 3, SG_ERR_UNCERTAIN },
		{ SG_USB_NO_DEVICE, 0, SG_ERR_GONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_transport *link;
		struct plan *p;

		reset(NULL);
		p = plan(&fake.out);
		p->cancel_ms = 1;
		p->cancelled_end = rows[i].end;
		p->cancelled_actual = rows[i].actual;
		link = open_one();
		if (sg_transport_write(link, "ADCREAD", 7, fake.now_ns + 20 * MS) != rows[i].err)
			fail_msg("row %zu", i);
		assert_int_equal(elapsed_ms(), 21);
		close_one(link);
	}
}

static void an_error_while_writing_is_uncertain_not_untaken(void **state)
{
	struct sg_transport *link;

	(void)state;
	plan_end(&fake.out, 1, SG_USB_FAILED);
	plan_end(&fake.out, 1, SG_USB_STALL)->actual = 64;
	link = open_one();
	assert_int_equal(sg_transport_write(link, "ADCREAD", 7, SG_FOREVER), SG_ERR_UNCERTAIN);
	assert_int_equal(fake.out.halts_cleared, 1);
	/* the first packet of a long one was taken */
	assert_int_equal(sg_transport_write(link, "ADCREAD", 7, SG_FOREVER), SG_ERR_UNCERTAIN);
	close_one(link);
}

static void nothing_overtakes_a_write_that_would_not_end(void **state)
{
	struct sg_transport *link;
	struct plan *p;

	(void)state;
	p = plan(&fake.out);
	p->cancel_ms = 1500;
	plan_end(&fake.out, 1, SG_USB_COMPLETED)->actual = 3;
	link = open_one();
	assert_int_equal(sg_transport_write(link, "first", 5, fake.now_ns + 20 * MS), SG_ERR_UNCERTAIN);
	assert_int_equal(elapsed_ms(), 1020);
	assert_int_equal(sg_transport_write(link, "2nd", 3, fake.now_ns + 20 * MS), SG_ERR_UNCERTAIN);
	assert_memory_equal(fake.sent, "first", 5);
	assert_int_equal(fake.out.submits, 1);
	assert_int_equal(sg_transport_write(link, "3rd", 3, fake.now_ns + 2000 * MS), SG_OK);
	assert_memory_equal(fake.sent, "3rd", 3);
	assert_int_equal(elapsed_ms(), 1521);
	close_one(link);
}

static void closing_ends_what_is_in_flight_first(void **state)
{
	char buffer[SG_PACKET_MAX];
	struct sg_transport *link;
	size_t got;

	(void)state;
	plan(&fake.in)->cancel_ms = 1700;
	plan(&fake.out)->cancel_ms = 1100;
	link = open_one();
	assert_int_equal(read_until(link, 10, buffer, &got), SG_ERR_TIMEOUT);
	assert_int_equal(sg_transport_write(link, "x", 1, fake.now_ns), SG_ERR_UNCERTAIN);
	close_one(link);
	assert_null(fake.in.flying);
	assert_null(fake.out.flying);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_opens_its_device_and_sends_nothing),
		TEST(two_that_look_the_same_are_told_apart_by_their_place),
		TEST(what_is_not_there_is_not_found_and_others_are_named),
		TEST(what_cannot_be_opened_says_why),
		TEST(a_read_takes_one_packet_and_returns_when_it_came),
		TEST(silence_is_cancelled_at_the_deadline),
		TEST(a_deadline_in_the_past_still_takes_what_is_there),
		TEST(a_packet_that_comes_while_it_is_cancelled_is_this_reads_answer),
		TEST(a_transfer_that_ends_very_late_is_what_the_next_read_goes_on_with),
		TEST(after_one_that_ended_late_and_empty_the_read_asks_anew),
		TEST(one_that_never_ends_blocks_nobody_for_ever),
		TEST(a_packet_is_never_cut),
		TEST(a_read_without_deadline_waits),
		TEST(on_a_scaled_clock_the_bus_still_gets_its_real_second),
		TEST(a_halted_endpoint_is_cleared_and_told),
		TEST(a_device_that_leaves_while_its_halt_is_cleared_is_gone),
		TEST(a_packet_that_is_too_long_is_no_packet),
		TEST(a_device_that_leaves_in_mid_transfer_is_gone_for_good),
		TEST(gone_may_be_what_submitting_says),
		TEST(an_error_on_the_bus_may_be_a_cable_that_is_being_pulled),
		TEST(an_error_on_the_bus_of_a_device_that_stays_is_a_wrong_frame),
		TEST(an_unplugged_device_shows_while_nobody_reads),
		TEST(a_device_that_left_without_ending_its_transfer_is_gone),
		TEST(a_write_is_one_transfer_with_all_of_it),
		TEST(a_write_that_is_not_taken_in_time_is_uncertain),
		TEST(an_error_while_writing_is_uncertain_not_untaken),
		TEST(nothing_overtakes_a_write_that_would_not_end),
		TEST(closing_ends_what_is_in_flight_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

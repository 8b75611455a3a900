/* SPDX-License-Identifier: Apache-2.0 */
#include "corrupt_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

/* No honest driver needs so many reads for one session. */
#define READS_MAX 200000

static struct corrupt_link *of_clock(struct sg_clock *clock)
{
	return (struct corrupt_link *)(void *)((char *)clock - offsetof(struct corrupt_link, clock));
}

static struct corrupt_link *of_link(struct sg_transport *link)
{
	return (struct corrupt_link *)(void *)((char *)link - offsetof(struct corrupt_link, link));
}

static int64_t now_ns(struct sg_clock *clock)
{
	return of_clock(clock)->now_ns;
}

static void sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	if (deadline_ns > of_clock(clock)->now_ns)
		of_clock(clock)->now_ns = deadline_ns;
}

/* When the next byte of the session comes; SG_FOREVER if none does. */
static int64_t due_ns(const struct corrupt_link *far)
{
	double at_s;

	if (!far->program_ns || far->aborted || far->at == far->session->count)
		return SG_FOREVER;
	at_s = far->session->lines[far->at].at_s;
	return far->program_ns + sg_ns(at_s > far->stall_s ? at_s : far->stall_s);
}

static size_t give_session(struct corrupt_link *far, uint8_t *out, size_t size)
{
	size_t given = 0;

	while (given < size && due_ns(far) <= far->now_ns) {
		const struct corrupt_line *line = &far->session->lines[far->at];

		if (far->used < line->length)
			out[given++] = (uint8_t)line->bytes[far->used++];
		if (far->used >= line->length) {
			far->at++;
			far->used = 0;
		}
	}
	return given;
}

static enum sg_err link_read(struct sg_transport *link, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct corrupt_link *far = of_link(link);

	if (++far->reads > READS_MAX) {
		fprintf(stderr, "HANG: the driver reads for ever\n");
		exit(1);
	}
	if (size > far->chunk)
		size = far->chunk;
	for (;;) {
		const int64_t due = due_ns(far);

		*got = give_session(far, buffer, size);
		if (*got == 0 && far->reply_at < far->reply_length) {
			*got = far->reply_length - far->reply_at;
			if (*got > size)
				*got = size;
			memcpy(buffer, far->reply + far->reply_at, *got);
			far->reply_at += *got;
		}
		if (*got)
			return SG_OK;
		if (due > deadline_ns) {
			sleep_until(&far->clock, deadline_ns);
			return SG_ERR_TIMEOUT;
		}
		sleep_until(&far->clock, due);
		if (due == due_ns(far) && far->session->lines[far->at].length == 0)
			far->at++; /* nothing is left of this line */
	}
}

static void answer(struct corrupt_link *far, const char *text)
{
	far->reply_at = 0;
	far->reply_length = (size_t)snprintf(far->reply, sizeof(far->reply), "%s", text);
}

static void on_abort(struct corrupt_link *far)
{
	const bool runs = far->program_ns && !far->aborted &&
			  far->now_ns < far->program_ns + sg_ns(far->session->end_s);

	far->aborted = true;
	answer(far, runs ? "Z\n*\n\n" : "Z!0006\n");
}

static void on_program(struct corrupt_link *far)
{
	if (strstr(far->heard, "timer_start")) {
		far->program_ns = far->now_ns;
		far->aborted = false;
	} else if (strstr(far->heard, "meas_loop_ocp")) {
		answer(far, "e\nM000B\nPab8000000 ,10,206\n*\n\n");
	} else {
		answer(far, "e\n\n");
	}
}

static enum sg_err link_write(struct sg_transport *link, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct corrupt_link *far = of_link(link);

	(void)deadline_ns;
	if (far->heard_length + length >= sizeof(far->heard)) {
		fprintf(stderr, "the driver wrote more than any program is long\n");
		exit(1);
	}
	memcpy(far->heard + far->heard_length, bytes, length);
	far->heard_length += length;
	far->heard[far->heard_length] = '\0';
	if (strcmp(far->heard, "\nZ\n") == 0 || strcmp(far->heard, "Z\n") == 0)
		on_abort(far);
	else if (strcmp(far->heard, "t\n") == 0)
		answer(far, "tes4_hr1500#Mar 12 2026 14:28:01\nR*\n");
	else if (far->heard[0] == 'e' && strstr(far->heard, "\n\n"))
		on_program(far);
	else
		return SG_OK; /* not whole yet */
	far->heard_length = 0;
	return SG_OK;
}

static void link_close(struct sg_transport *link)
{
	(void)link;
}

void corrupt_link_init(struct corrupt_link *far, const struct corrupt_session *session)
{
	static const struct sg_clock_ops clock_ops = {
		.now_ns = now_ns, .utc_ns = now_ns, .sleep_until = sleep_until
	};
	static const struct sg_transport_ops link_ops = {
		.read = link_read, .write = link_write, .close = link_close
	};

	memset(far, 0, sizeof(*far));
	far->clock.ops = &clock_ops;
	far->link = (struct sg_transport){ .ops = &link_ops, .clock = &far->clock, .simulated = true };
	far->session = session;
	far->now_ns = SG_NS_PER_S;
	far->chunk = 512;
}

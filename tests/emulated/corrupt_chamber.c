/* SPDX-License-Identifier: Apache-2.0 */
#include "corrupt_chamber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

/* No honest driver needs so many reads for one verb, even byte by byte. */
#define READS_MAX 20000
#define ANSWER_NS (90 * SG_NS_PER_MS)

static struct far_chamber *of_clock(struct sg_clock *clock)
{
	return (struct far_chamber *)(void *)((char *)clock - offsetof(struct far_chamber, clock));
}

static struct far_chamber *of_link(struct sg_transport *link)
{
	return (struct far_chamber *)(void *)((char *)link - offsetof(struct far_chamber, link));
}

/* xorshift64* */
unsigned far_random(struct far_chamber *far, unsigned below)
{
	far->random ^= far->random >> 12;
	far->random ^= far->random << 25;
	far->random ^= far->random >> 27;
	return (unsigned)((far->random * 2685821657736338717u) >> 33) % below;
}

/* ---- the cable ---- */

static void send_byte(struct far_chamber *far, uint8_t byte, int64_t due_ns)
{
	if (far->queue_begin == far->queue_end)
		far->queue_begin = far->queue_end = 0;
	if (far->queue_end == FAR_QUEUE)
		return; /* lost */
	if (far->queue_end > far->queue_begin && due_ns < far->due_ns[far->queue_end - 1])
		due_ns = far->due_ns[far->queue_end - 1]; /* a line keeps its order */
	far->queue[far->queue_end] = byte;
	far->due_ns[far->queue_end++] = due_ns;
}

static void send_bytes(struct far_chamber *far, const char *bytes, size_t length, int64_t delay_ns)
{
	for (size_t i = 0; i < length; i++)
		send_byte(far, (uint8_t)bytes[i], far->now_ns + ANSWER_NS + delay_ns);
}

/* One damage to a message; its new length. bytes has room for one more. */
static size_t damage(struct far_chamber *far, char *bytes, size_t length)
{
	const size_t at = far_random(far, (unsigned)length);

	switch (far_random(far, 6)) {
	case 0: /* a bit flips */
		bytes[at] = (char)(bytes[at] ^ (1 << far_random(far, 8)));
		return length;
	case 1: /* a byte of noise */
		bytes[at] = (char)far_random(far, 256);
		return length;
	case 2: /* a character becomes another one of the language */
		bytes[at] = "0123456789-. \r\n"[far_random(far, 15)];
		return length;
	case 3: /* a byte is lost */
		memmove(bytes + at, bytes + at + 1, length - at - 1);
		return length - 1;
	case 4: /* a byte comes twice */
		memmove(bytes + at + 1, bytes + at, length - at);
		return length + 1;
	default: /* a burst is lost */
		return at;
	}
}

static void reply(struct far_chamber *far, const char *text)
{
	char bytes[160];
	size_t length = (size_t)snprintf(bytes, sizeof(bytes) - 1, "%s", text);
	int64_t delay_ns = 0;

	if (far_random(far, 100) < far->damage_percent) {
		far->damaged++;
		switch (far_random(far, 8)) {
		case 0: /* comes late */
			delay_ns = (int64_t)far_random(far, 4000) * SG_NS_PER_MS;
			break;
		case 1: /* comes twice */
			send_bytes(far, bytes, length, 0);
			break;
		case 2: /* behind the one before */
			send_bytes(far, far->previous, strlen(far->previous), 0);
			break;
		case 3: /* is lost */
			length = 0;
			break;
		case 4: /* is damaged twice */
			length = damage(far, bytes, length);
			if (length)
				length = damage(far, bytes, length);
			break;
		default:
			length = damage(far, bytes, length);
			break;
		}
	}
	send_bytes(far, bytes, length, delay_ns);
	snprintf(far->previous, sizeof(far->previous), "%s", text);
}

/* ---- the chamber ---- */

static size_t add_number(char *out, size_t size, int tenths)
{
	if (tenths < 0)
		return (size_t)snprintf(out, size, "-%03d.%d ", -tenths / 10, -tenths % 10);
	return (size_t)snprintf(out, size, "%04d.%d ", tenths / 10, tenths % 10);
}

static void on_values(struct far_chamber *far)
{
	char text[128];
	size_t length;

	/* Its reading stirs, so that an old answer can be told from a new one. */
	far->state.actual += (int)far_random(far, 3) - 1;
	length = add_number(text, sizeof(text), far->state.set);
	length += add_number(text + length, sizeof(text) - length, far->state.actual);
	length += (size_t)snprintf(text + length, sizeof(text) - length, "%s %s\r",
				   far->ten ? "0080.0 0027.5 0000.0 0027.0 -191.3 0000.0 -191.3 0025.5" :
					      "0000.0 0024.0 0000.0 0024.0 0000.0 0024.0 0000.0 0024.0",
				   far->state.bits);
	if (far->told_count < FAR_TOLD)
		far->told[far->told_count++] = far->state;
	reply(far, text);
}

/* "-025.0" as it stands; false if it does not. */
static bool parse_number(const char *text, int *tenths)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	int whole, tenth, end = 0;

	if (strspn(digits, "0123456789") != (size_t)(text + 4 - digits) || text[4] != '.')
		return false;
	if (sscanf(digits, "%d.%1d%n", &whole, &tenth, &end) != 2 || digits + end != text + 6)
		return false;
	*tenths = (whole * 10 + tenth) * (text[0] == '-' ? -1 : 1);
	return true;
}

/* "E 0025.0 0000.0 0000.0 0000.0 0000.0 0101000000000000"; whatever is not that is not answered. */
static void on_set(struct far_chamber *far, const char *text)
{
	int set = 0, number, count = 0;

	text++;
	while (strlen(text) >= 7 && text[0] == ' ' && parse_number(text + 1, &number)) {
		if (count++ == 0)
			set = number;
		text += 7;
	}
	if (count == 0 || set < -450 || set > 1320)
		return;
	if (far->ten && count == 1 && *text == '\0') {
		far->state.bits[1] = '0';
		reply(far, "0\r");
		return;
	}
	if (count != (far->ten ? 10 : 5) || text[0] != ' ' || strlen(text) != 17 || strspn(text + 1, "01") != 16)
		return;
	text++;
	if (text[3] == '1')
		far->state.set = set;
	for (int i = 0; i < 16; i++) {
		if (i == 1 || (i >= 3 && i <= 8) || i >= 13)
			far->state.bits[i] = text[i];
	}
	reply(far, "0\r");
}

static void on_request(struct far_chamber *far)
{
	const char *text = far->heard;
	if (text[0] != '$' || text[1] != '0' || text[2] != (far->ten ? '1' : '0'))
		return;
	text += 3;
	if (strcmp(text, "I") == 0) {
		on_values(far);
	} else if (text[0] == 'E') {
		on_set(far, text);
	} else if (strcmp(text, "F") == 0) {
		reply(far, "01 software test spec.protection..\r");
	}
}

/* ---- the driver's side ---- */

static int64_t now_ns(struct sg_clock *clock)
{
	return of_clock(clock)->now_ns;
}

static void sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	if (deadline_ns > of_clock(clock)->now_ns)
		of_clock(clock)->now_ns = deadline_ns;
}

static enum sg_err link_read(struct sg_transport *link, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct far_chamber *far = of_link(link);
	uint8_t *bytes = buffer;

	if (++far->reads > READS_MAX) {
		fprintf(stderr, "HANG: the driver reads for ever\n");
		exit(1);
	}
	if (far->queue_begin == far->queue_end || far->due_ns[far->queue_begin] > deadline_ns) {
		sleep_until(&far->clock, deadline_ns);
		if (far->queue_begin == far->queue_end || far->due_ns[far->queue_begin] > far->now_ns)
			return SG_ERR_TIMEOUT;
	}
	sleep_until(&far->clock, far->due_ns[far->queue_begin]);
	if (far_random(far, 4) == 0 && size > 1)
		size = 1 + far_random(far, 8); /* short reads are part of life */
	for (*got = 0; *got < size && far->queue_begin < far->queue_end && far->due_ns[far->queue_begin] <= far->now_ns;
	     far->queue_begin++) {
		bytes[(*got)++] = far->queue[far->queue_begin];
		if (far->seen_length < FAR_SEEN)
			far->seen[far->seen_length++] = far->queue[far->queue_begin];
	}
	return SG_OK;
}

static enum sg_err link_write(struct sg_transport *link, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct far_chamber *far = of_link(link);
	char text[256];

	(void)deadline_ns;
	if (length >= sizeof(text)) {
		fprintf(stderr, "the driver wrote more than any request is long\n");
		exit(1);
	}
	memcpy(text, bytes, length);
	if (far->seen_length < FAR_SEEN)
		far->seen[far->seen_length++] = FAR_ASKED;
	if (far_random(far, 100) < far->request_percent) {
		length = damage(far, text, length);
		far->request_damaged = true;
		far->requests_damaged++;
	}
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\r') {
			far->heard[far->heard_length] = '\0';
			on_request(far);
			far->heard_length = 0;
		} else if (far->heard_length + 1 < sizeof(far->heard)) {
			far->heard[far->heard_length++] = text[i];
		}
	}
	return SG_OK;
}

static void link_close(struct sg_transport *link)
{
	(void)link;
}

void far_forget(struct far_chamber *far)
{
	far->seen_length = 0;
	far->told_count = 0;
	far->request_damaged = false;
	far->reads = 0;
}

void far_init(struct far_chamber *far, uint64_t seed, bool ten)
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
	far->now_ns = SG_NS_PER_S;
	far->random = seed * 0x9E3779B97F4A7C15u | 1u;
	far->ten = ten;
	far->state = (struct far_values){ .set = 100, .actual = 220, .bits = "0000000000000000" };
}

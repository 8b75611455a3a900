/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lockstep.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "host/lockstep_link.h"
#include "host/lockstep_port.h"

#define PORTS_MAX 32
#define WRITE_PIECE (SG_LOCKSTEP_OUT_SIZE / 2)
#define UTC_ORIGIN_NS (INT64_C(1767225600) * SG_NS_PER_S) /* 2026-01-01T00:00:00Z */
#define GREETING "sandglass-lockstep 1\n"
#define NAMES_SIZE 1024

struct sg_lockstep {
	struct sg_clock clock;
	int64_t now_ns;
	char names[NAMES_SIZE]; /* lines `name kind` of the simulator's ports */
	struct sg_lockstep_port ports[PORTS_MAX];
	struct sg_lockstep_link link;
};

/* D, H and N of one advance come in order of time, and not from beyond its end. */
static bool in_time(const struct sg_lockstep_frame *frame, int64_t not_before_ns, int64_t end_ns)
{
	return frame->time_ns >= not_before_ns && frame->time_ns <= end_ns;
}

/* D or H of a port. False: its data is of the other kind. What comes for a port that was just closed is dropped. */
static bool hear_port(struct sg_lockstep_port *port, const struct sg_lockstep_frame *frame)
{
	if (frame->type == 'H')
		port->hung_up = true;
	else if (port->open && frame->packet != port->packets)
		return false;
	else
		sg_lockstep_port_keep(port, frame->payload, frame->length);
	return true;
}

/* Frames up to N. False: the simulator is lost. */
static bool hear_advance(struct sg_lockstep *l, int64_t end_ns, uint32_t wake_mask)
{
	struct sg_lockstep_frame frame;
	int64_t latest_ns = l->now_ns;
	bool woken = false;

	while (sg_lockstep_link_next(&l->link, &frame) == SG_OK) {
		if (frame.type == 'h' || frame.type == 'o') {
			sg_lockstep_link_lose(&l->link, "the simulator answered what was not asked");
			break;
		}
		if (!in_time(&frame, latest_ns, end_ns)) {
			sg_lockstep_link_lose(&l->link, "the simulator's time runs backwards or past the end");
			break;
		}
		latest_ns = frame.time_ns;
		if (frame.type == 'N') {
			/* Or a reader that asks again until its deadline would ask for ever. */
			if (latest_ns < end_ns && !woken)
				sg_lockstep_link_lose(&l->link, "the simulator stopped early without a reason");
			l->now_ns = latest_ns;
			break;
		}
		if (!hear_port(&l->ports[frame.port], &frame)) {
			sg_lockstep_link_lose(&l->link, "the simulator takes a packet port for a stream, or the reverse");
			break;
		}
		/* An empty packet is something that came; no bytes of a stream are nothing. */
		if ((wake_mask & UINT32_C(1) << frame.port) && (frame.type == 'H' || frame.packet || frame.length))
			woken = true;
	}
	return !l->link.lost;
}

static void advance(struct sg_lockstep *l, int64_t deadline_ns, uint32_t wake_mask)
{
	const int64_t end_ns = deadline_ns > l->now_ns ? deadline_ns : l->now_ns;
	uint8_t payload[12];

	sg_lockstep_put_i64(payload, deadline_ns);
	sg_lockstep_put_u32(payload + 8, wake_mask);
	sg_lockstep_link_put(&l->link, 'A', 0, payload, sizeof(payload));
	sg_lockstep_link_flush(&l->link);
	if (hear_advance(l, end_ns, wake_mask))
		return;
	/* Nobody who waits for a time waits for ever. */
	if (deadline_ns != SG_FOREVER)
		l->now_ns = end_ns;
}

static int64_t lockstep_now_ns(struct sg_clock *clock)
{
	return ((struct sg_lockstep *)clock)->now_ns;
}

static int64_t lockstep_utc_ns(struct sg_clock *clock)
{
	return UTC_ORIGIN_NS + lockstep_now_ns(clock);
}

static void lockstep_sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	struct sg_lockstep *l = (struct sg_lockstep *)clock;

	if (deadline_ns > l->now_ns)
		advance(l, deadline_ns, 0);
}

static const struct sg_clock_ops lockstep_ops = {
	.now_ns = lockstep_now_ns,
	.utc_ns = lockstep_utc_ns,
	.sleep_until = lockstep_sleep_until,
};

/* The lines after the first: `now 0`, `seed 1`, `port emstat4 stream`. Others are for later versions. */
static bool read_greeting(struct sg_lockstep *l, char *greeting)
{
	struct sg_text names;
	bool has_now = false;
	char *rest = greeting;
	char *line, *end;

	sg_text_init(&names, l->names, sizeof(l->names));
	while ((line = strtok_r(rest, "\n", &rest))) {
		if (strncmp(line, "port ", 5) == 0) {
			sg_text_add(&names, "%s\n", line + 5);
		} else if (strncmp(line, "now ", 4) == 0) {
			l->now_ns = strtoll(line + 4, &end, 10);
			has_now = end != line + 4 && !*end && l->now_ns >= 0;
		}
	}
	return has_now && !names.truncated;
}

static enum sg_err hear_greeting(struct sg_lockstep *l, struct sg_text *why)
{
	const char *path = l->link.address.sun_path;
	struct sg_lockstep_frame frame;
	char greeting[4096];
	enum sg_err err = sg_lockstep_link_first(&l->link, &frame);

	if (err == SG_ERR_TIMEOUT) {
		sg_text_add(why, "%s: connected, but no simulator greets; another program may hold it", path);
		return SG_ERR_TIMEOUT;
	}
	if (!err && frame.type == 'h' && frame.length < sizeof(greeting) && frame.length >= strlen(GREETING) &&
	    memcmp(frame.payload, GREETING, strlen(GREETING)) == 0) {
		memcpy(greeting, frame.payload, frame.length);
		greeting[frame.length] = '\0';
		if (read_greeting(l, greeting))
			return SG_OK;
	}
	sg_text_add(why, "%s: what listens there is not a simulator of this version", path);
	return SG_ERR_FRAME;
}

enum sg_err sg_lockstep_open(const char *path, struct sg_text *why, struct sg_lockstep **out)
{
	struct sg_lockstep *l = calloc(1, sizeof(*l));
	enum sg_err err;

	if (!l)
		return SG_ERR_NO_MEMORY;
	l->clock.ops = &lockstep_ops;
	err = sg_lockstep_link_connect(&l->link, path, why);
	if (!err)
		err = hear_greeting(l, why);
	if (err) {
		sg_lockstep_close(l);
		return err;
	}
	*out = l;
	return SG_OK;
}

void sg_lockstep_close(struct sg_lockstep *l)
{
	if (!l)
		return;
	sg_lockstep_link_close(&l->link);
	for (size_t i = 0; i < PORTS_MAX; i++)
		free(l->ports[i].ring);
	free(l);
}

struct sg_clock *sg_lockstep_clock(struct sg_lockstep *l)
{
	return &l->clock;
}

struct sg_lockstep *sg_lockstep_of(struct sg_clock *clock, const char *path)
{
	struct sg_lockstep *l = (struct sg_lockstep *)clock;

	if (clock->ops != &lockstep_ops || strcmp(l->link.address.sun_path, path) != 0)
		return NULL;
	return l;
}

bool sg_lockstep_lost(const struct sg_lockstep *l)
{
	return l->link.lost;
}

const char *sg_lockstep_lost_why(const struct sg_lockstep *l)
{
	return l->link.lost_why;
}

/*
 * Asked here, because the simulator answers an unknown name by hanging up on all ports. The message names
 * those there are.
 */
static enum sg_err find_port(const struct sg_lockstep *l, const char *name, struct sg_text *why, bool *packets)
{
	const size_t length = strlen(name);

	for (const char *line = l->names; *line; line = strchr(line, '\n') + 1) {
		if (length == 0 || strcspn(line, " \n") != length || memcmp(line, name, length) != 0)
			continue;
		line += length;
		*packets = strncmp(line, " packet\n", 8) == 0;
		if (*packets || strncmp(line, " stream\n", 8) == 0)
			return SG_OK;
		sg_text_add(why, "port \"%s\" is of a kind this version does not know", name);
		return SG_ERR_UNSUPPORTED;
	}
	sg_text_add(why, "the simulator has no port \"%s\"; it has:", name);
	for (const char *line = l->names; *line; line = strchr(line, '\n') + 1)
		sg_text_add(why, " %.*s", (int)strcspn(line, " \n"), line);
	return SG_ERR_NOT_FOUND;
}

/* Nothing but the answer can come: ports speak during an advance only. */
static enum sg_err port_number(struct sg_lockstep *l, const char *name, struct sg_text *why, unsigned *port)
{
	struct sg_lockstep_frame frame;

	sg_lockstep_link_put(&l->link, 'O', 0, name, strlen(name));
	sg_lockstep_link_flush(&l->link);
	if (sg_lockstep_link_next(&l->link, &frame) == SG_OK) {
		if (frame.type == 'o') {
			*port = frame.port;
			return SG_OK;
		}
		sg_lockstep_link_lose(&l->link, "the simulator answered what was not asked");
	}
	sg_text_add(why, "port \"%s\": %s", name, l->link.lost_why);
	return SG_ERR_GONE;
}

enum sg_err sg_lockstep_port_open(struct sg_lockstep *l, const char *name, struct sg_text *why, unsigned *port)
{
	enum sg_err err;
	unsigned number;
	bool packets;

	if (l->link.lost) {
		sg_text_add(why, "%s", l->link.lost_why);
		return SG_ERR_GONE;
	}
	err = find_port(l, name, why, &packets);
	if (!err)
		err = port_number(l, name, why, &number);
	if (err)
		return err;
	if (l->ports[number].open) {
		sg_text_add(why, "port \"%s\" is open already", name);
		return SG_ERR_BUSY;
	}
	err = sg_lockstep_port_begin(&l->ports[number], packets);
	if (!err)
		*port = number;
	return err;
}

void sg_lockstep_port_close(struct sg_lockstep *l, unsigned port)
{
	if (!l->ports[port].open)
		return;
	l->ports[port].open = false;
	sg_lockstep_link_put(&l->link, 'C', port, NULL, 0);
	sg_lockstep_link_flush(&l->link);
}

bool sg_lockstep_port_packets(const struct sg_lockstep *l, unsigned port)
{
	return l->ports[port].packets;
}

bool sg_lockstep_port_gone(const struct sg_lockstep *l, unsigned port)
{
	return l->link.lost || l->ports[port].hung_up;
}

/* What came before a hang-up is still read; then GONE. */
enum sg_err sg_lockstep_read(struct sg_lockstep *l, unsigned port, void *buffer, size_t size, int64_t deadline_ns,
			     size_t *got)
{
	struct sg_lockstep_port *p = &l->ports[port];

	if (p->packets && size < SG_LOCKSTEP_PACKET_MAX)
		return SG_ERR_ARGUMENT; /* a packet is never cut */
	if (sg_lockstep_port_take(p, buffer, size, got))
		return SG_OK;
	if (!sg_lockstep_port_gone(l, port)) {
		advance(l, deadline_ns, UINT32_C(1) << port);
		if (sg_lockstep_port_take(p, buffer, size, got))
			return SG_OK;
	}
	return sg_lockstep_port_gone(l, port) ? SG_ERR_GONE : SG_ERR_TIMEOUT;
}

static enum sg_err write_packet(struct sg_lockstep *l, unsigned port, const void *bytes, size_t length)
{
	if (length > SG_LOCKSTEP_TRANSFER_MAX)
		return SG_ERR_ARGUMENT;
	sg_lockstep_link_put_flagged(&l->link, 'W', port, SG_LOCKSTEP_OUT, bytes, length);
	return sg_lockstep_port_gone(l, port) ? SG_ERR_GONE : SG_OK;
}

enum sg_err sg_lockstep_write(struct sg_lockstep *l, unsigned port, const void *bytes, size_t length)
{
	const uint8_t *rest = bytes;

	if (sg_lockstep_port_gone(l, port))
		return SG_ERR_GONE;
	if (l->ports[port].packets)
		return write_packet(l, port, bytes, length);
	while (length && !sg_lockstep_port_gone(l, port)) {
		const size_t part = length < WRITE_PIECE ? length : WRITE_PIECE;

		sg_lockstep_link_put(&l->link, 'W', port, rest, part);
		rest += part;
		length -= part;
	}
	return sg_lockstep_port_gone(l, port) ? SG_ERR_GONE : SG_OK;
}

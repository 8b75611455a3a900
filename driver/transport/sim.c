/* SPDX-License-Identifier: Apache-2.0 */
/* A port of a lockstep simulation. The bytes travel over the connection that is also the clock. */
#include <stdlib.h>

#include "host/clock.h"
#include "host/lockstep.h"
#include "transport/open.h"

struct sim_port {
	struct sg_transport transport;
	struct sg_lockstep *lockstep;
	unsigned port;
};

static enum sg_err sim_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct sim_port *s = (struct sim_port *)t;

	return sg_lockstep_read(s->lockstep, s->port, buffer, size, deadline_ns, got);
}

/* Writing takes no virtual time here; the simulator lets the bytes arrive at the speed of the line. */
static enum sg_err sim_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct sim_port *s = (struct sim_port *)t;

	(void)deadline_ns;
	return sg_lockstep_write(s->lockstep, s->port, bytes, length);
}

static void sim_close(struct sg_transport *t)
{
	struct sim_port *s = (struct sim_port *)t;

	sg_lockstep_port_close(s->lockstep, s->port);
	free(s);
}

/* Known once the simulator has said so, which it can only while somebody waits. */
static enum sg_err sim_present(struct sg_transport *t)
{
	struct sim_port *s = (struct sim_port *)t;

	return sg_lockstep_port_gone(s->lockstep, s->port) ? SG_ERR_GONE : SG_OK;
}

static const struct sg_transport_ops sim_ops = {
	.read = sim_read,
	.write = sim_write,
	.close = sim_close,
	.present = sim_present,
};

enum sg_err sg_sim_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out)
{
	struct sg_lockstep *lockstep = sg_lockstep_of(clock, uri->path);
	struct sim_port *s;
	struct sg_text place;
	enum sg_err err;

	if (!lockstep) {
		sg_text_add(why, "sim:%s: this run's clock is not that simulator's; all ports of a rig must be on one socket",
			    uri->path);
		return SG_ERR_ARGUMENT;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return SG_ERR_NO_MEMORY;
	s->transport.ops = &sim_ops;
	s->transport.clock = clock;
	s->transport.simulated = true;
	s->lockstep = lockstep;
	err = sg_lockstep_port_open(lockstep, uri->port, why, &s->port);
	if (err) {
		free(s);
		return err;
	}
	s->transport.packets = sg_lockstep_port_packets(lockstep, s->port);
	sg_text_init(&place, s->transport.place, sizeof(s->transport.place));
	sg_text_add(&place, "%s", uri->port);
	*out = &s->transport;
	return SG_OK;
}

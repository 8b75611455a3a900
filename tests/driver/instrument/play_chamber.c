/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations.h"
#include "host/clock.h"

static enum sg_err identify(struct conversation *c, int64_t deadline_ns, char *outcome, size_t size)
{
	struct sg_identity identity;
	const enum sg_err err = c->device->family->chamber->identify(c->device, &identity, deadline_ns);

	if (!err)
		snprintf(outcome, size, "%s %s%s%s", identity.family, identity.model, identity.serial,
			 identity.firmware);
	return err;
}

static enum sg_err read_state(struct conversation *c, int64_t deadline_ns, char *outcome, size_t size)
{
	struct sg_chamber_state s;
	const enum sg_err err = c->device->family->chamber->read(c->device, &s, deadline_ns);

	if (!err)
		snprintf(outcome, size, "set %.1f actual %.1f %s%s%s", s.set_c, s.actual_c,
			 s.running ? "running" : "stopped", s.alarm ? " alarm" : "",
			 s.host_ns == sg_clock_now_ns(c->clock) ? "" : " at another time");
	return err;
}

static enum sg_err read_alarm(struct conversation *c, int64_t deadline_ns, char *outcome, size_t size)
{
	char text[SG_ALARM_SIZE] = "untouched";
	const enum sg_err err = c->device->family->chamber->alarm(c->device, text, deadline_ns);

	if (!err)
		snprintf(outcome, size, "\"%s\"", text);
	return err;
}

enum sg_err play_chamber(struct conversation *c, const struct words *words, int64_t deadline_ns, char *outcome,
			 size_t size)
{
	const struct sg_chamber_ops *ops = c->device->family->chamber;
	enum sg_err err = SG_ERR_NOT_FOUND;

	if (strcmp(words->name, "attach") == 0)
		err = ops->attach(c->device, deadline_ns);
	else if (strcmp(words->name, "identify") == 0)
		err = identify(c, deadline_ns, outcome, size);
	else if (strcmp(words->name, "set") == 0)
		err = ops->set(c->device, strtod(words->a, NULL), deadline_ns);
	else if (strcmp(words->name, "stop") == 0)
		err = ops->stop(c->device, deadline_ns);
	else if (strcmp(words->name, "read") == 0)
		err = read_state(c, deadline_ns, outcome, size);
	else if (strcmp(words->name, "alarm") == 0)
		err = read_alarm(c, deadline_ns, outcome, size);
	if (!err && sg_device_diag(c->device)[0])
		snprintf(outcome, size, "ok, with a diagnostic: %s", sg_device_diag(c->device));
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that comes back to a program that may still run. Nothing is sent here: a running program tells its
 * time with every sample, and an idle instrument tells nothing.
 */
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/emstat4_device.h"
#include "wire/methodscript_package.h"

/* attach() has other things to do with its time. */
#define LISTEN_MAX_NS (5 * SG_NS_PER_S)
/* A backlog comes without pauses; its last line is the news. */
#define PAUSE_NS (50 * SG_NS_PER_MS)
#define LINES_MAX 8192

/* The time since its own start that a sample of a running program names, or SG_NO_TIME. */
static int64_t program_time_ns(const struct sg_emstat4_device *dev)
{
	struct sg_methodscript_package package;

	if (sg_methodscript_package_decode(dev->framer.line, dev->framer.length, &package) || package.count < 2 ||
	    strcmp(package.variables[0].type, "eb") != 0 || !isfinite(package.variables[0].value) ||
	    package.variables[0].value < 0.0 || package.variables[0].value > 1e9)
		return SG_NO_TIME;
	return sg_ns(package.variables[0].value);
}

/*
 * Without the clock's patience, which is for answers: on a fast clock it would be all the time that attach() has, and a
 * program that goes unheard is only booked less exactly.
 */
static int64_t within(const struct sg_emstat4_device *dev, int64_t timeout_ns, int64_t deadline_ns)
{
	const int64_t until_ns = sg_clock_deadline(dev->device.clock, timeout_ns);

	return until_ns < deadline_ns ? until_ns : deadline_ns;
}

int64_t sg_emstat4_listen(struct sg_emstat4_device *dev, struct sg_absence *absence, int64_t deadline_ns)
{
	int64_t until_ns, time_ns, heard_ns = 0;
	enum sg_err err = SG_OK;

	absence->kind = SG_ABSENCE_UNKNOWN;
	absence->ran_ns = SG_NO_TIME;
	until_ns = within(dev, sg_ns(fmin(1.5 * absence->interval_s + 0.2, sg_seconds(LISTEN_MAX_NS))), deadline_ns);
	for (int i = 0; i < LINES_MAX && (!err || err == SG_ERR_FRAME) && !sg_emstat4_overdue(dev, until_ns); i++) {
		err = sg_emstat4_read_line(dev, until_ns);
		time_ns = err ? SG_NO_TIME : program_time_ns(dev);
		if (time_ns == SG_NO_TIME)
			continue;
		absence->kind = SG_ABSENCE_RAN;
		absence->ran_ns = time_ns;
		heard_ns = dev->inbox_ns;
		until_ns = within(dev, PAUSE_NS, deadline_ns);
	}
	sg_text_clear(&dev->device.diag);
	return heard_ns;
}

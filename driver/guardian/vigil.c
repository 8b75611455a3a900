/* SPDX-License-Identifier: Apache-2.0 */
#include "guardian/vigil.h"

#include <string.h>

#include "core/units.h"

/* A turn that comes later than this was kept from running: the PC stood still, and the runner with it. */
#define LATE_NS (500 * SG_NS_PER_MS)
/* Two readings of the kernel's clocks differ by far less, and no PC sleeps for less. */
#define LEAST_SLEEP_NS (500 * SG_NS_PER_MS)
/* Who dies closes its files first: so much later it did not die, and closed them on purpose or by mistake. */
#define CLOSING_NS (250 * SG_NS_PER_MS)
/* After waking a PC needs a moment until programs run and ports are back. Assumed: USB is there by then. */
#define WAKE_GRACE_NS (10 * SG_NS_PER_S)
/* So often at least it is looked at the time. */
#define TURN_NS (1 * SG_NS_PER_S)
#define KILL_AGAIN_NS (1 * SG_NS_PER_S)
/* Between attempts to reach an instrument: a cable that is put back is found soon, one that stays away costs nothing. */
#define FIRST_PAUSE_NS (500 * SG_NS_PER_MS)
#define LAST_PAUSE_NS (10 * SG_NS_PER_S)

static int64_t later(int64_t a_ns, int64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

static int64_t after(int64_t from_ns, int64_t wait_ns)
{
	return wait_ns > SG_FOREVER - from_ns ? SG_FOREVER : from_ns + wait_ns;
}

void sg_vigil_init(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	memset(vigil, 0, sizeof(*vigil));
	vigil->slept_ns = now.slept_ns;
	vigil->beat_ns = now.awake_ns;
	vigil->wake_ns = after(now.awake_ns, TURN_NS);
	vigil->due_ns = SG_FOREVER;
}

void sg_vigil_brief(struct sg_vigil *vigil, int64_t silence_ns, struct sg_vigil_now now)
{
	if (vigil->state > SG_VIGIL_WATCHING)
		return;
	vigil->state = SG_VIGIL_WATCHING;
	vigil->silence_ns = silence_ns;
	sg_vigil_beat(vigil, 0, now);
}

void sg_vigil_beat(struct sg_vigil *vigil, int64_t busy_ns, struct sg_vigil_now now)
{
	if (vigil->state != SG_VIGIL_WATCHING)
		return;
	vigil->beat_ns = now.awake_ns;
	vigil->due_ns = after(after(now.awake_ns, vigil->silence_ns), busy_ns > 0 ? busy_ns : 0);
}

void sg_vigil_goodbye(struct sg_vigil *vigil)
{
	if (vigil->state <= SG_VIGIL_PARTING)
		vigil->state = SG_VIGIL_OVER;
}

void sg_vigil_part(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	if (vigil->state != SG_VIGIL_WATCHING)
		return;
	vigil->state = SG_VIGIL_PARTING;
	vigil->cause = SG_VIGIL_UNSAFE;
	vigil->noticed_ns = vigil->beat_ns = now.awake_ns;
	vigil->due_ns = after(now.awake_ns, vigil->silence_ns);
}

void sg_vigil_close(struct sg_vigil *vigil)
{
	vigil->closed = true;
}

void sg_vigil_gone(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	if (!vigil->gone)
		vigil->gone_ns = now.awake_ns;
	vigil->gone = true;
}

/* What kept this process from running, or the PC awake, kept the runner too: it gets the time back. */
static void grant_grace(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	const int64_t late_ns = now.awake_ns - vigil->wake_ns;
	const bool slept = now.slept_ns - vigil->slept_ns > LEAST_SLEEP_NS;

	if (vigil->state != SG_VIGIL_WATCHING && vigil->state != SG_VIGIL_PARTING)
		return;
	if (late_ns > LATE_NS)
		vigil->due_ns = after(vigil->due_ns, late_ns);
	if (slept)
		vigil->due_ns = later(vigil->due_ns, after(after(now.awake_ns, vigil->silence_ns), WAKE_GRACE_NS));
}

static void notice(struct sg_vigil *vigil, enum sg_vigil_cause cause, struct sg_vigil_now now)
{
	if (vigil->cause != SG_VIGIL_NO_CAUSE)
		return;
	vigil->cause = cause;
	vigil->noticed_ns = now.awake_ns;
}

static enum sg_vigil_order act(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	vigil->state = SG_VIGIL_ACTING;
	vigil->due_ns = now.awake_ns;
	return SG_VIGIL_MAKE_SAFE;
}

static enum sg_vigil_order kill_it(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	vigil->state = SG_VIGIL_KILLING;
	vigil->due_ns = after(now.awake_ns, KILL_AGAIN_NS);
	return SG_VIGIL_KILL;
}

static enum sg_vigil_order watch(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	const bool parting = vigil->state == SG_VIGIL_PARTING;

	if (vigil->gone) {
		notice(vigil, SG_VIGIL_DIED, now);
		return act(vigil, now);
	}
	/* Who parts may close its end long before it goes. */
	if (vigil->closed && !vigil->closing && !parting) {
		vigil->closing = true;
		vigil->due_ns = after(now.awake_ns, CLOSING_NS);
	}
	if (now.awake_ns < vigil->due_ns)
		return SG_VIGIL_WAIT;
	notice(vigil, vigil->closing ? SG_VIGIL_CLOSED : SG_VIGIL_SILENT, now);
	return kill_it(vigil, now);
}

enum sg_vigil_order sg_vigil_turn(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	grant_grace(vigil, now);
	vigil->slept_ns = now.slept_ns;
	vigil->wake_ns = after(now.awake_ns, TURN_NS);
	switch (vigil->state) {
	case SG_VIGIL_UNBRIEFED:
		if (!vigil->gone && !vigil->closed)
			return SG_VIGIL_WAIT;
		vigil->state = SG_VIGIL_OVER;
		return SG_VIGIL_LEAVE;
	case SG_VIGIL_WATCHING:
	case SG_VIGIL_PARTING:
		return watch(vigil, now);
	case SG_VIGIL_KILLING:
		if (vigil->gone)
			return act(vigil, now);
		return now.awake_ns < vigil->due_ns ? SG_VIGIL_WAIT : kill_it(vigil, now);
	case SG_VIGIL_ACTING:
		return now.awake_ns < vigil->due_ns ? SG_VIGIL_WAIT : SG_VIGIL_MAKE_SAFE;
	case SG_VIGIL_OVER:
		break;
	}
	return SG_VIGIL_LEAVE;
}

int64_t sg_vigil_rest_ns(struct sg_vigil *vigil, struct sg_vigil_now now)
{
	int64_t until_ns = after(now.awake_ns, TURN_NS);

	if (vigil->due_ns < until_ns)
		until_ns = later(vigil->due_ns, now.awake_ns);
	vigil->wake_ns = until_ns;
	return until_ns - now.awake_ns;
}

void sg_vigil_tried(struct sg_vigil *vigil, bool off, struct sg_vigil_now now)
{
	int64_t pause_ns = FIRST_PAUSE_NS;

	vigil->attempts++;
	if (off) {
		vigil->state = SG_VIGIL_OVER;
		return;
	}
	for (unsigned i = 1; i < vigil->attempts && pause_ns < LAST_PAUSE_NS; i++)
		pause_ns += pause_ns / 2;
	vigil->due_ns = after(now.awake_ns, pause_ns < LAST_PAUSE_NS ? pause_ns : LAST_PAUSE_NS);
}

const char *sg_vigil_cause_name(enum sg_vigil_cause cause)
{
	switch (cause) {
	case SG_VIGIL_NO_CAUSE:
		break;
	case SG_VIGIL_DIED:
		return "died";
	case SG_VIGIL_CLOSED:
		return "closed";
	case SG_VIGIL_SILENT:
		return "silent";
	case SG_VIGIL_UNSAFE:
		return "unsafe";
	}
	return "none";
}

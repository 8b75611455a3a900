/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_chamber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"
#include "device.h"
#include "emulated.h"
#include "host/clock.h"
#include "host/lockstep.h"

#define TURNS 400
#define READ_S 2.0
#define SET_S 6.0
#define ATTACH_S 10.0
/* One message more than the deadline: a line at 9600 baud, and the time a chamber takes to answer. */
#define MESSAGE_S 2.5
#define STOPS_MAX 40

extern const struct sg_family sg_votsch;

struct talking {
	struct wire_talk *talk;
	struct sg_clock *clock;
	struct sg_device *device; /* or NULL: to be opened */
	char uri[160];
	int64_t begun_ns, deadline_ns;
};

static const struct sg_chamber_ops *ops(void)
{
	return sg_votsch.chamber;
}

static int64_t begin(struct talking *t, double seconds)
{
	t->begun_ns = sg_clock_now_ns(t->clock);
	t->deadline_ns = t->begun_ns + sg_ns(seconds);
	return t->deadline_ns;
}

/* After every verb. */
static enum sg_err end(struct talking *t, enum sg_err err)
{
	const double late_s = sg_seconds(sg_clock_now_ns(t->clock) - t->deadline_ns);

	if (late_s > MESSAGE_S) {
		t->talk->late++;
		fprintf(stderr, "seed %llu: %.3f s after its deadline\n", (unsigned long long)t->talk->seed, late_s);
	}
	if (err && (strcmp(sg_err_name(err), "unknown") == 0 || !sg_device_diag(t->device)[0])) {
		t->talk->unnamed++;
		fprintf(stderr, "seed %llu: %s without a sentence\n", (unsigned long long)t->talk->seed, sg_err_name(err));
	}
	if (err == SG_ERR_GONE) {
		ops()->close(t->device);
		t->device = NULL;
	}
	return err;
}

static bool reach(struct talking *t)
{
	const struct sg_device_config config = { .uri = t->uri, .model = "vt4002", .address = -1 };
	struct sg_transport *link = NULL;
	struct sg_identity identity;

	if (t->device)
		return true;
	if (sg_transport_open(t->uri, &sg_votsch.line, t->clock, NULL, &link) ||
	    ops()->open(&config, link, t->clock, &t->device))
		abort();
	if (end(t, ops()->attach(t->device, begin(t, ATTACH_S))) == SG_OK)
		end(t, ops()->identify(t->device, &identity, begin(t, ATTACH_S)));
	return t->device != NULL;
}

static void read_once(struct talking *t)
{
	struct sg_chamber_state state;

	if (end(t, ops()->read(t->device, &state, begin(t, READ_S))) == SG_OK) {
		const enum wire_verdict v =
			wire_judge_chamber(t->talk->oracle, state.set_c, state.actual_c, state.alarm, t->begun_ns);

		t->talk->verdicts[v]++;
		if (v >= WIRE_NOT_SAID)
			fprintf(stderr, "seed %llu: set %.1f, actual %.1f: no line says so\n",
				(unsigned long long)t->talk->seed, state.set_c, state.actual_c);
	}
}

static void say_things(struct talking *t)
{
	char alarm_text[SG_ALARM_SIZE];

	for (int i = 0; i < TURNS; i++) {
		sg_clock_sleep_until(t->clock, sg_clock_deadline(t->clock, 5 * SG_NS_PER_S));
		if (!reach(t))
			continue;
		if (i % 40 == 0)
			end(t, ops()->set(t->device, 20.0 + i / 10.0, begin(t, SET_S)));
		else if (i % 17 == 0)
			end(t, ops()->alarm(t->device, alarm_text, begin(t, READ_S)));
		else
			read_once(t);
	}
}

/* Until it says that it stands. False: it never did, and nothing is claimed. */
static bool stop(struct talking *t)
{
	for (int i = 0; i < STOPS_MAX; i++) {
		if (reach(t) && end(t, ops()->stop(t->device, begin(t, SET_S))) == SG_OK)
			return true;
	}
	return false;
}

void wire_talk(struct wire_talk *talk)
{
	struct emu emu = { .seed = (unsigned)talk->seed, .root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL };
	struct talking t = { .talk = talk };
	struct sg_lockstep *lockstep = NULL;
	bool stands;

	emu_start(&emu);
	if (sg_lockstep_open(emu.socket, NULL, &lockstep))
		abort();
	t.clock = sg_lockstep_clock(lockstep);
	snprintf(t.uri, sizeof(t.uri), "sim:%s#votsch", emu.socket);
	say_things(&t);
	stands = stop(&t);
	if (t.device)
		ops()->close(t.device);
	sg_lockstep_close(lockstep);
	emu_end(&emu);
	if (stands && emu_truth_flag(&emu, "running")) {
		if (wire_was_told_standing(talk->oracle, t.begun_ns)) /* of the stop that was believed */
			talk->verdicts[WIRE_CANNOT_TELL]++;
		else
			talk->left_on = 1;
		fprintf(stderr, "seed %llu: it said it stands, and runs%s\n", (unsigned long long)talk->seed,
			talk->left_on ? "" : ": a damaged line said so");
	}
	emu_free(&emu);
}

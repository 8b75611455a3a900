/* SPDX-License-Identifier: Apache-2.0 */
#include "guardian/guardian.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/units.h"
#include "guardian/message.h"
#include "guardian/report.h"
#include "guardian/takeover.h"
#include "guardian/vigil.h"
#include "host/clock.h"

#define NOT_STARTED_BY_A_RUNNER 2

struct guardian {
	struct sg_vigil vigil;
	struct sg_host_clock clock; /* real: how long the PC slept */
	struct sg_guardian_brief brief;
	struct sg_takeover takeover;
	struct sg_guardian_report report;
};

static struct sg_vigil_now now(struct guardian *g)
{
	const int64_t slept_ns = sg_clock_slept_ns(&g->clock.clock);

	return (struct sg_vigil_now){ .awake_ns = sg_clock_now_ns(&g->clock.clock) - slept_ns, .slept_ns = slept_ns };
}

/* A terminal that closes, a person at its keyboard, a system that shuts down: none of them switches a cell off. */
static void ignore_signals(void)
{
	static const int signals[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
		SIGPROF, SIGIO, SIGPWR, SIGXCPU, SIGXFSZ,
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

/* ---- what the runner says ---- */

static bool is_whole(const struct sg_guardian_message *message, size_t length)
{
	const size_t head = offsetof(struct sg_guardian_message, u);

	if (length < head)
		return false;
	if (message->word == SG_GUARDIAN_BRIEF)
		return length == head + sizeof(message->u.brief);
	return message->word != SG_GUARDIAN_BEAT || length == head + sizeof(message->u.beat);
}

static void obey(struct guardian *g, const struct sg_guardian_message *message)
{
	switch (message->word) {
	case SG_GUARDIAN_BRIEF:
		g->brief = message->u.brief;
		sg_vigil_brief(&g->vigil, g->brief.silence_ns, now(g));
		break;
	case SG_GUARDIAN_BEAT:
		g->report.step = message->u.beat.step;
		sg_vigil_beat(&g->vigil, message->u.beat.busy_ns, now(g));
		break;
	case SG_GUARDIAN_GOODBYE:
		sg_vigil_goodbye(&g->vigil);
		break;
	case SG_GUARDIAN_PART:
		sg_vigil_part(&g->vigil, now(g));
		break;
	default: /* of nobody we know */
		break;
	}
}

/* All that has come, before anything is decided. */
static void listen_to_runner(struct guardian *g)
{
	struct sg_guardian_message message;

	while (!g->vigil.closed) {
		const ssize_t n = recv(SG_GUARDIAN_LINE_FD, &message, sizeof(message), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0 && is_whole(&message, (size_t)n))
			obey(g, &message);
		else if (n <= 0)
			sg_vigil_close(&g->vigil);
	}
}

static void look_at_runner(struct guardian *g)
{
	struct pollfd runner = { .fd = SG_GUARDIAN_RUNNER_FD, .events = POLLIN, .revents = 0 };

	if (poll(&runner, 1, 0) > 0)
		sg_vigil_gone(&g->vigil, now(g));
}

/* ---- what it does ---- */

static void rest(struct guardian *g)
{
	struct pollfd fds[2] = {
		{ .fd = g->vigil.gone ? -1 : SG_GUARDIAN_RUNNER_FD, .events = POLLIN, .revents = 0 },
		{ .fd = g->vigil.closed ? -1 : SG_GUARDIAN_LINE_FD, .events = POLLIN, .revents = 0 },
	};
	const int64_t rest_ns = sg_vigil_rest_ns(&g->vigil, now(g));

	poll(fds, 2, (int)((rest_ns + SG_NS_PER_MS - 1) / SG_NS_PER_MS));
}

static void make_safe(struct guardian *g)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err = SG_OK;

	sg_text_init(&why, storage, sizeof(storage));
	if (!g->takeover.brief)
		err = sg_takeover_init(&g->takeover, &g->brief, &why);
	if (!err)
		err = sg_takeover_try(&g->takeover, &why);
	sg_vigil_tried(&g->vigil, err == SG_OK, now(g));
	sg_guardian_report_tried(&g->report, err == SG_OK, err && !why.length ? sg_err_text(err) : why.data, now(g));
}

static void guard(struct guardian *g)
{
	for (;;) {
		listen_to_runner(g);
		look_at_runner(g);
		/* Its last words may have come between the two looks. */
		listen_to_runner(g);
		switch (sg_vigil_turn(&g->vigil, now(g))) {
		case SG_VIGIL_WAIT:
			rest(g);
			break;
		case SG_VIGIL_KILL:
			/* A process that is stopped is killed by this too. */
			syscall(SYS_pidfd_send_signal, SG_GUARDIAN_RUNNER_FD, SIGKILL, NULL, 0);
			sg_guardian_report_noticed(&g->report, now(g));
			break;
		case SG_VIGIL_MAKE_SAFE:
			sg_guardian_report_noticed(&g->report, now(g));
			make_safe(g);
			break;
		case SG_VIGIL_LEAVE:
			return;
		}
	}
}

int sg_guardian_main(void)
{
	const uint32_t ready = SG_GUARDIAN_READY;
	static struct guardian g; /* too large for a stack, and there is one */

	ignore_signals();
	prctl(PR_SET_NAME, "sg-deadman"); /* `pkill sandglass` is to end the runner, not who makes its cell safe */
	g.report.brief = &g.brief;
	g.report.vigil = &g.vigil;
	g.report.runner = getppid();
	/* A runner that has died meanwhile has left what it told: only where there is no line nobody started us. */
	if (send(SG_GUARDIAN_LINE_FD, &ready, sizeof(ready), MSG_NOSIGNAL) < 0 && (errno == EBADF || errno == ENOTSOCK)) {
		fprintf(stderr, "sandglass guardian: it is started by `sandglass run`, not by hand\n");
		return NOT_STARTED_BY_A_RUNNER;
	}
	sg_host_clock_init(&g.clock, 1.0);
	sg_vigil_init(&g.vigil, now(&g));
	guard(&g);
	return 0;
}

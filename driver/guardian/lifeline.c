/* SPDX-License-Identifier: Apache-2.0 */
#include "guardian/lifeline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "guardian/guardian.h"
#include "host/clock.h"
#include "host/host_error.h"

#define READY_MS 5000
#define GOODBYE_MS 2000
#define BEAT_EVERY_NS (100 * SG_NS_PER_MS)
/* One that was started anew and says nothing for so long is no guardian. */
#define START_NS (10 * SG_NS_PER_S)
#define FIRST_PAUSE_NS (1 * SG_NS_PER_S)
#define LAST_PAUSE_NS (60 * SG_NS_PER_S)

extern char **environ;

static size_t size_of(enum sg_guardian_word word)
{
	switch (word) {
	case SG_GUARDIAN_BRIEF:
		return offsetof(struct sg_guardian_message, u) + sizeof(struct sg_guardian_brief);
	case SG_GUARDIAN_BEAT:
		return offsetof(struct sg_guardian_message, u) + sizeof(struct sg_guardian_beat);
	case SG_GUARDIAN_READY:
	case SG_GUARDIAN_GOODBYE:
	case SG_GUARDIAN_PART:
		break;
	}
	return offsetof(struct sg_guardian_message, u);
}

/* Never waits. OK, BUSY: it takes nothing now, GONE. */
static enum sg_err say(const struct sg_lifeline *line, const struct sg_guardian_message *message)
{
	ssize_t n;

	do {
		n = send(line->fd, message, size_of((enum sg_guardian_word)message->word), MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return SG_OK;
	return errno == EAGAIN || errno == ENOBUFS ? SG_ERR_BUSY : SG_ERR_GONE;
}

/* ---- start ---- */

static enum sg_err refuse(struct sg_text *why, const char *what, int error)
{
	sg_text_add(why, "no guardian could be started, and without one no cell is switched on: %s: %s", what, strerror(error));
	return sg_host_error(error);
}

/*
 * In the child: the line and a handle of this process, and nothing else that is open here. An inherited port would stay
 * locked when we are dead, and the guardian be locked out by itself.
 */
static int spawn(const char *program, int line_fd, int runner_fd, pid_t *pid)
{
	char *const argv[] = { (char *)"sandglass", (char *)SG_GUARDIAN_VERB, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error)
		goto out_actions;
	sigemptyset(&none);
	error = posix_spawnattr_setsigmask(&attributes, &none);
	if (!error) /* of a session of its own: what a terminal sends to its group does not reach it */
		error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	if (!error)
		error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, line_fd, SG_GUARDIAN_LINE_FD);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, runner_fd, SG_GUARDIAN_RUNNER_FD);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(&actions, SG_GUARDIAN_RUNNER_FD + 1);
	if (!error)
		error = posix_spawn(pid, program, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
out_actions:
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Above the guardian's own numbers, or its dup2 would overwrite what it copies. Takes fd over. */
static int lift(int fd)
{
	int lifted = fcntl(fd, F_DUPFD_CLOEXEC, SG_GUARDIAN_RUNNER_FD + 1);
	const int error = errno;

	close(fd);
	errno = error;
	return lifted;
}

static enum sg_err start(struct sg_lifeline *line, struct sg_text *why)
{
	int ends[2], runner_fd, theirs, error;

	line->started_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC);
	runner_fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (runner_fd < 0)
		return refuse(why, "this kernel gives no handle of a process (pidfd_open)", errno);
	runner_fd = lift(runner_fd);
	if (runner_fd < 0)
		return refuse(why, "pidfd", errno);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		error = errno;
		close(runner_fd);
		return refuse(why, "socketpair", error);
	}
	line->fd = ends[0];
	/* Said before it lives: we may not live to say it later. */
	line->untold = line->brief.word && say(line, &line->brief) != SG_OK;
	theirs = lift(ends[1]);
	error = theirs < 0 ? errno : spawn(line->program, theirs, runner_fd, &line->pid);
	if (theirs >= 0)
		close(theirs);
	close(runner_fd);
	if (error) {
		close(ends[0]);
		line->pid = 0;
		return refuse(why, line->program, error);
	}
	line->ready = false;
	line->sent_ns = line->started_ns;
	return SG_OK;
}

/* Has it said that it runs? Waits so long at most. OK, TIMEOUT, GONE. */
static enum sg_err hear(struct sg_lifeline *line, int wait_ms)
{
	struct pollfd p = { .fd = line->fd, .events = POLLIN, .revents = 0 };
	const int64_t until_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC) + wait_ms * SG_NS_PER_MS;
	uint32_t word = 0;
	ssize_t n;

	for (;;) {
		const int64_t left_ns = until_ns - sg_clock_kernel_ns(CLOCK_MONOTONIC);

		if (poll(&p, 1, left_ns > 0 ? (int)(left_ns / SG_NS_PER_MS) : 0) > 0)
			break;
		if (left_ns <= 0)
			return SG_ERR_TIMEOUT;
	}
	n = recv(line->fd, &word, sizeof(word), MSG_DONTWAIT);
	if (n != (ssize_t)sizeof(word) || word != SG_GUARDIAN_READY)
		return SG_ERR_GONE;
	line->ready = true;
	return SG_OK;
}

static bool reap(pid_t pid, int wait_ms)
{
	for (int waited_ms = 0;; waited_ms += 5) {
		const struct timespec pause = { .tv_nsec = 5 * SG_NS_PER_MS };

		if (waitpid(pid, NULL, WNOHANG) != 0)
			return true;
		if (waited_ms >= wait_ms)
			return false;
		nanosleep(&pause, NULL);
	}
}

/* Two guardians would both act: the one is gone before another comes. */
static void end(struct sg_lifeline *line)
{
	kill(line->pid, SIGKILL);
	reap(line->pid, GOODBYE_MS);
	close(line->fd);
	line->pid = 0;
	line->ready = false;
}

enum sg_err sg_lifeline_open(struct sg_lifeline *line, const char *program, struct sg_text *why)
{
	enum sg_err err;

	memset(line, 0, sizeof(*line));
	line->program = program;
	line->pause_ns = FIRST_PAUSE_NS;
	err = start(line, why);
	if (!err) {
		err = hear(line, READY_MS);
		if (err) {
			sg_text_add(why, "no guardian could be started, and without one no cell is switched on: it %s",
				    err == SG_ERR_GONE ? "ended at once" : "does not say that it runs");
			end(line);
		}
	}
	if (err)
		line->program = NULL;
	return err;
}

static enum sg_err tell_brief(struct sg_lifeline *line)
{
	const enum sg_err err = say(line, &line->brief);

	line->untold = err != SG_OK;
	return err;
}

enum sg_err sg_lifeline_brief(struct sg_lifeline *line, const struct sg_guardian_brief *brief)
{
	if (!line->program)
		return SG_OK;
	line->brief.word = SG_GUARDIAN_BRIEF;
	line->brief.u.brief = *brief;
	return line->pid ? tell_brief(line) : SG_ERR_GONE;
}

int64_t sg_lifeline_unwatched_ns(const struct sg_lifeline *line)
{
	return line->program && !line->ready ? sg_clock_kernel_ns(CLOCK_MONOTONIC) - line->lost_ns : 0;
}

/* ---- while it runs ---- */

/* Where it is now, and what it is told, stand in the brief that was said last. */
static void start_again(struct sg_lifeline *line)
{
	char storage[256];
	struct sg_text ignored;

	if (sg_clock_kernel_ns(CLOCK_MONOTONIC) < line->again_ns)
		return;
	sg_text_init(&ignored, storage, sizeof(storage));
	line->again_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC) + line->pause_ns;
	if (line->pause_ns < LAST_PAUSE_NS)
		line->pause_ns *= 2;
	if (start(line, &ignored) == SG_OK && line->untold)
		end(line);
}

static enum sg_lifeline_news lose(struct sg_lifeline *line)
{
	if (line->ready)
		line->lost_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC);
	end(line);
	if (line->told_lost)
		return SG_LIFELINE_NO_NEWS;
	line->told_lost = true;
	line->lost++;
	line->again_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC); /* the first one at once */
	return SG_LIFELINE_LOST;
}

static enum sg_err beat(struct sg_lifeline *line, int64_t busy_ns)
{
	const struct sg_guardian_message message = {
		.word = SG_GUARDIAN_BEAT, .u.beat = { .busy_ns = busy_ns, .step = line->step },
	};
	const enum sg_err err = say(line, &message);

	if (!err)
		line->sent_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC);
	return err;
}

/* Nothing is taken for so long: it stands still, and watches nobody. */
static bool is_deaf(const struct sg_lifeline *line, int64_t at_ns)
{
	return at_ns - line->sent_ns > line->brief.u.brief.silence_ns;
}

enum sg_lifeline_news sg_lifeline_beat(struct sg_lifeline *line)
{
	int64_t at_ns;
	enum sg_err err;

	if (!line->program)
		return SG_LIFELINE_NO_NEWS;
	if (!line->pid) {
		start_again(line);
		return SG_LIFELINE_NO_NEWS;
	}
	at_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC);
	if (at_ns - line->sent_ns < BEAT_EVERY_NS)
		return SG_LIFELINE_NO_NEWS;
	if (line->untold) /* it took nothing when that was to be said */
		tell_brief(line);
	err = beat(line, 0);
	if (err == SG_ERR_GONE || (err && is_deaf(line, at_ns)))
		return lose(line);
	if (line->ready)
		return SG_LIFELINE_NO_NEWS;
	err = hear(line, 0);
	if (err == SG_ERR_GONE || (err && at_ns - line->started_ns > START_NS))
		return lose(line);
	if (err)
		return SG_LIFELINE_NO_NEWS;
	line->told_lost = false;
	line->pause_ns = FIRST_PAUSE_NS;
	return SG_LIFELINE_BACK;
}

void sg_lifeline_busy(struct sg_lifeline *line, const struct sg_clock *clock, int64_t timeout_ns)
{
	if (!line || !line->pid || clock->speed <= 0.0)
		return;
	/* What cannot be said now is found out by the next beat. */
	beat(line, (int64_t)((double)sg_clock_patience_ns(clock, timeout_ns) / clock->speed));
}

/* ---- the end ---- */

void sg_lifeline_goodbye(struct sg_lifeline *line)
{
	const struct sg_guardian_message message = { .word = SG_GUARDIAN_GOODBYE };

	if (!line->program)
		return;
	line->program = NULL;
	if (!line->pid)
		return;
	if (say(line, &message) == SG_OK && reap(line->pid, GOODBYE_MS)) {
		close(line->fd);
		line->pid = 0;
		return;
	}
	end(line); /* it would take us for dead */
}

pid_t sg_lifeline_part(struct sg_lifeline *line)
{
	const struct sg_guardian_message message = { .word = SG_GUARDIAN_PART };

	if (!line->program)
		return 0;
	line->program = NULL;
	if (!line->pid)
		return 0;
	say(line, &message); /* if not: it finds us gone */
	close(line->fd);
	return line->pid;
}

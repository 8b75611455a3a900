/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner's end of the line. This program is its own guardian: with the word "guardian" it lives the life of one. What a
 * guardian does to an instrument is in tests/tools/cli_guardian.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "guardian/guardian.h"
#include "guardian/lifeline.h"
#include "host/clock.h"

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static const struct sg_guardian_brief brief = {
	.speed = 1.0,
	.silence_ns = 5 * SG_NS_PER_S,
	.folder = "/nonexistent",
};

static void refuse(const char *program, enum sg_err expected, const char *word)
{
	struct sg_lifeline line;
	char storage[256];
	struct sg_text why;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_lifeline_open(&line, program, &why);
	assert_int_equal(err, expected);
	assert_non_null(strstr(why.data, "without one no cell is switched on"));
	assert_non_null(strstr(why.data, word));
	/* and nothing is left that could be waited for, or talked to */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(sg_lifeline_beat(&line), SG_LIFELINE_NO_NEWS);
	sg_lifeline_goodbye(&line);
}

static void without_a_program_there_is_none(void **state)
{
	(void)state;
	refuse("/nonexistent", SG_ERR_NOT_FOUND, "/nonexistent");
}

static void a_program_that_ends_is_none(void **state)
{
	(void)state;
	refuse("/bin/true", SG_ERR_GONE, "ended at once");
}

static void open_line(struct sg_lifeline *line)
{
	char storage[256];
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_lifeline_open(line, "/proc/self/exe", &why))
		fail_msg("%s", why.data);
	assert_int_equal(sg_lifeline_brief(line, &brief), SG_OK);
}

static void a_goodbye_ends_it(void **state)
{
	struct sg_lifeline line;
	pid_t pid;

	(void)state;
	open_line(&line);
	pid = line.pid;
	sg_lifeline_goodbye(&line);
	assert_int_equal(line.pid, 0);
	assert_int_equal(kill(pid, 0), -1);
}

/* An open port that a guardian inherited would stay locked, and keep it out. */
static void it_inherits_nothing_that_is_open(void **state)
{
	struct sg_lifeline line;
	char path[64];
	int fd = open("/dev/zero", O_RDONLY); /* without O_CLOEXEC */

	(void)state;
	assert_true(fd > 2);
	open_line(&line);
	for (int i = 5; i < 256; i++) {
		snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)line.pid, i);
		assert_int_equal(access(path, F_OK), -1);
	}
	close(fd);
	sg_lifeline_goodbye(&line);
}

/* Beat as a loop does until there is news, so many seconds at most. */
static enum sg_lifeline_news beat_until_news(struct sg_lifeline *line, double most_s)
{
	const double until_s = now_s() + most_s;
	const struct timespec pause = { .tv_nsec = 10 * SG_NS_PER_MS };

	while (now_s() < until_s) {
		enum sg_lifeline_news news = sg_lifeline_beat(line);

		if (news != SG_LIFELINE_NO_NEWS)
			return news;
		nanosleep(&pause, NULL);
	}
	return SG_LIFELINE_NO_NEWS;
}

static void one_that_dies_is_noticed_and_followed(void **state)
{
	struct sg_lifeline line;
	pid_t first;

	(void)state;
	open_line(&line);
	first = line.pid;
	assert_int_equal(beat_until_news(&line, 0.5), SG_LIFELINE_NO_NEWS);
	kill(first, SIGKILL);
	assert_int_equal(beat_until_news(&line, 5.0), SG_LIFELINE_LOST);
	assert_int_equal(beat_until_news(&line, 10.0), SG_LIFELINE_BACK);
	assert_true(line.pid > 0 && line.pid != first);
	assert_int_equal(line.lost, 1);
	sg_lifeline_goodbye(&line);
}

/* A beat never waits: not for one that takes nothing either. It counts as lost after the silence. */
static void one_that_stands_still_is_followed_too_and_holds_nothing_up(void **state)
{
	struct sg_host_clock clock;
	struct sg_lifeline line;
	double worst_s = 0.0;
	pid_t first;

	(void)state;
	sg_host_clock_init(&clock, 1.0);
	open_line(&line);
	first = line.pid;
	kill(first, SIGSTOP);
	for (int i = 0; i < 2000; i++) {
		const double begin_s = now_s();

		sg_lifeline_busy(&line, &clock.clock, SG_NS_PER_S);
		worst_s = now_s() - begin_s > worst_s ? now_s() - begin_s : worst_s;
	}
	print_message("  2000 words to one that stands still: %.3f ms at worst\n", worst_s * 1e3);
	assert_true(worst_s < 0.5);
	assert_int_equal(beat_until_news(&line, 15.0), SG_LIFELINE_LOST);
	assert_int_equal(beat_until_news(&line, 10.0), SG_LIFELINE_BACK);
	assert_int_equal(kill(first, 0), -1);
	sg_lifeline_goodbye(&line);
}

static void how_long_nobody_watches_is_known(void **state)
{
	struct sg_lifeline line;

	(void)state;
	open_line(&line);
	assert_int_equal(sg_lifeline_unwatched_ns(&line), 0);
	line.program = "/nonexistent"; /* no other one */
	kill(line.pid, SIGKILL);
	assert_int_equal(beat_until_news(&line, 5.0), SG_LIFELINE_LOST);
	assert_int_equal(beat_until_news(&line, 0.3), SG_LIFELINE_NO_NEWS);
	assert_true(sg_lifeline_unwatched_ns(&line) > 290 * SG_NS_PER_MS);
	line.program = "/proc/self/exe";
	assert_int_equal(beat_until_news(&line, 10.0), SG_LIFELINE_BACK);
	assert_int_equal(sg_lifeline_unwatched_ns(&line), 0);
	sg_lifeline_goodbye(&line);
}

/* The runner told the rig and died before this one had said a word: it has what it needs, and acts. */
static void one_whose_runner_is_dead_before_it_speaks_acts(void **state)
{
	struct sg_guardian_message message = { .word = SG_GUARDIAN_BRIEF, .u.brief = brief };
	const struct timespec pause = { .tv_nsec = 500 * SG_NS_PER_MS };
	int ends[2], runner_fd, status;
	pid_t runner, pid;

	(void)state;
	runner = fork();
	if (runner == 0)
		_exit(0);
	runner_fd = (int)syscall(SYS_pidfd_open, runner, 0);
	assert_true(runner_fd >= 0);
	assert_int_equal(waitpid(runner, &status, 0), runner);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	assert_true(send(ends[0], &message, sizeof(message), 0) > 0);
	close(ends[0]);
	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		runner_fd = fcntl(runner_fd, F_DUPFD, 20);
		dup2(fcntl(ends[1], F_DUPFD, 20), SG_GUARDIAN_LINE_FD);
		dup2(runner_fd, SG_GUARDIAN_RUNNER_FD);
		execl("/proc/self/exe", "test_lifeline", SG_GUARDIAN_VERB, (char *)NULL);
		_exit(99);
	}
	nanosleep(&pause, NULL);
	/* It tries, and tries again: the rig of this brief is not there. */
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(ends[1]);
	close(runner_fd);
}

static void no_guardian_costs_nothing(void **state)
{
	struct sg_lifeline none;

	(void)state;
	memset(&none, 0, sizeof(none));
	assert_int_equal(sg_lifeline_beat(&none), SG_LIFELINE_NO_NEWS);
	sg_lifeline_busy(&none, NULL, SG_NS_PER_S);
	sg_lifeline_busy(NULL, NULL, SG_NS_PER_S);
	assert_int_equal(sg_lifeline_part(&none), 0);
	sg_lifeline_goodbye(&none);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_program_there_is_none),
		cmocka_unit_test(a_program_that_ends_is_none),
		cmocka_unit_test(a_goodbye_ends_it),
		cmocka_unit_test(it_inherits_nothing_that_is_open),
		cmocka_unit_test(one_that_dies_is_noticed_and_followed),
		cmocka_unit_test(one_that_stands_still_is_followed_too_and_holds_nothing_up),
		cmocka_unit_test(how_long_nobody_watches_is_known),
		cmocka_unit_test(one_whose_runner_is_dead_before_it_speaks_acts),
		cmocka_unit_test(no_guardian_costs_nothing),
	};

	if (argc == 2 && strcmp(argv[1], SG_GUARDIAN_VERB) == 0)
		return sg_guardian_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

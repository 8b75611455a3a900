/* SPDX-License-Identifier: Apache-2.0 */
#include "killed_run.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A guardian that is not done by then is not counted as slow but as missing. */
#define PATIENCE_S 60.0

static void die(const char *what)
{
	fprintf(stderr, "killed_run: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double clock_s(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void pause_s(double duration_s)
{
	struct timespec ts = { .tv_sec = (time_t)duration_s };

	ts.tv_nsec = (long)((duration_s - (double)ts.tv_sec) * 1e9);
	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

char *killed_slurp(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	if (!text)
		die("memory");
	if (file) {
		if (fread(text, 1, (1 << 20) - 1, file) == 0)
			text[0] = '\0';
		fclose(file);
	}
	return text;
}

/* The text behind "key":, or an empty one. */
const char *killed_value(const char *json, const char *key)
{
	char quoted[80];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(json, quoted);
	return at ? at + strlen(quoted) + strspn(at + strlen(quoted), " ") : "";
}

/* ---- processes ---- */

static pid_t spawn(char *const argv[], const char *out)
{
	pid_t pid;

	fflush(NULL); /* or the child would say it again */
	pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (!freopen(out, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
			_exit(126);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static void start_simulator(const struct kill_programs *c, struct killed_run *r)
{
	char port[96], report[96], out[96], seed[24];
	char *const argv[] = { (char *)c->firmware_sim, (char *)"--seed", seed, (char *)"--cell", (char *)"short=never",
			       (char *)"--report", report, (char *)c->family, (char *)"--port", port, NULL };
	char *said = NULL;

	snprintf(port, sizeof(port), "pty:%s/port", r->folder);
	snprintf(report, sizeof(report), "%s/truth.json", r->folder);
	snprintf(out, sizeof(out), "%s/simulator", r->folder);
	snprintf(seed, sizeof(seed), "%u", r->seed);
	r->simulator = spawn(argv, out);
	for (int i = 0; i < 2000; i++) {
		free(said);
		said = killed_slurp(out);
		if (strstr(said, "ready\n"))
			break;
		pause_s(0.01);
	}
	free(said);
	snprintf(port, sizeof(port), "%s/port", r->folder);
	if (!realpath(port, r->pty))
		die("the simulator did not become ready");
}

static void start_runner(const struct kill_programs *c, struct killed_run *r)
{
	char yaml[96], out[96];
	char *const argv[] = { (char *)c->sandglass, (char *)"run", yaml, NULL };
	FILE *file;

	snprintf(yaml, sizeof(yaml), "%s/run.yaml", r->folder);
	snprintf(out, sizeof(out), "%s/runner", r->folder);
	file = fopen(yaml, "w");
	if (!file)
		die(yaml);
	fprintf(file,
		"sandglass: 1\nname: kill anywhere\ncell: {name: cell, metal: Na, area_cm2: 1.0}\n"
		"rig:\n  potentiostat: {family: %s, port: \"pty:%s/port\"}\n"
		"limits: {voltage: 2.5 V, current: 5 mA}\nrecord: {interval: %g s, folder: %s}\n"
		"steps:\n  - cycle: {current: %g mA/cm2, half_cycle: 2 s, count: 1000}\n",
		c->family, r->folder, KILLED_INTERVAL_S, r->folder, KILLED_CURRENT_A * 1e3);
	fclose(file);
	r->runner = spawn(argv, out);
}

/* The runner's only child. */
static pid_t find_guardian(pid_t runner)
{
	char path[64];
	char *text;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)runner, (long)runner);
	text = killed_slurp(path);
	pid = (pid_t)atol(text);
	free(text);
	return pid;
}

/* Between its start and its exec it is a copy of the runner, and has not read a word of ours. */
static bool is_guardian(pid_t pid)
{
	char path[64];
	char *words;
	bool is;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	words = killed_slurp(path);
	is = strcmp(words + strlen(words) + 1, "guardian") == 0;
	free(words);
	return is;
}

static bool has_open(pid_t pid, const char *device)
{
	char path[320], target[128];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%ld/fd/%s", (long)pid, entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		found = strcmp(target, device) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Until the guardian is done; meanwhile one look after the other at who holds the port. */
static void watch(struct killed_run *r)
{
	const double until_s = r->killed_s + PATIENCE_S;
	bool gone = false;

	while (clock_s(CLOCK_MONOTONIC) < until_s) {
		if (!gone && r->guardian && is_guardian(r->guardian) && has_open(r->guardian, r->pty))
			r->two_writers |= waitpid(r->runner, NULL, WNOHANG) == 0;
		if (!gone)
			gone = waitpid(r->runner, NULL, WNOHANG) != 0;
		if (gone && (!r->guardian || waitpid(r->guardian, NULL, WNOHANG) != 0))
			return;
		pause_s(0.0005);
	}
	fprintf(stderr, "killed_run: the guardian does not end (%s)\n", r->folder);
	kill(r->guardian, SIGKILL);
	waitpid(r->guardian, NULL, 0);
}

bool killed_run_file(const struct killed_run *r, const char *name, char path[KILLED_PATH_SIZE])
{
	char pattern[256];
	glob_t found;
	bool any;

	snprintf(pattern, sizeof(pattern), "%s/LAB__*/%s", r->folder, name);
	any = glob(pattern, 0, NULL, &found) == 0;
	if (any)
		snprintf(path, KILLED_PATH_SIZE, "%s", found.gl_pathv[0]);
	globfree(&found);
	return any;
}

/* "2026-11-24T20:13:43.743Z" */
static double unix_s(const char *text)
{
	struct tm tm;
	const char *rest;

	memset(&tm, 0, sizeof(tm));
	rest = *text == '"' ? strptime(text + 1, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	return rest ? (double)timegm(&tm) + strtod(rest, NULL) : NAN;
}

static void read_guardian(struct killed_run *r)
{
	char path[KILLED_PATH_SIZE];
	char *json;

	r->off_s = NAN;
	if (!killed_run_file(r, "guardian.json", path))
		return;
	json = killed_slurp(path);
	if (strncmp(killed_value(json, "cell_off"), "true", 4) == 0)
		r->off_s = unix_s(killed_value(json, "cell_off_at")) - r->killed_unix_s;
	free(json);
}

void killed_run_end(struct killed_run *r)
{
	char path[96];

	kill(r->simulator, SIGTERM);
	waitpid(r->simulator, NULL, 0);
	snprintf(path, sizeof(path), "%s/truth.json", r->folder);
	r->truth = killed_slurp(path);
}

void killed_run_begin(struct killed_run *r, const struct kill_programs *programs, unsigned seed)
{
	memset(r, 0, sizeof(*r));
	r->seed = seed;
	snprintf(r->folder, sizeof(r->folder), "/tmp/sandglass-kill-XXXXXX");
	if (!mkdtemp(r->folder))
		die("mkdtemp");
	start_simulator(programs, r);
	start_runner(programs, r);
}

void killed_run_kill(struct killed_run *r, double after_s)
{
	pause_s(after_s);
	r->guardian = find_guardian(r->runner);
	r->killed_unix_s = clock_s(CLOCK_REALTIME);
	r->killed_s = clock_s(CLOCK_MONOTONIC);
	kill(r->runner, SIGKILL);
	watch(r);
	read_guardian(r);
}

void killed_run_free(struct killed_run *r)
{
	char command[96];

	free(r->truth);
	snprintf(command, sizeof(command), "rm -rf %s", r->folder);
	if (!getenv("EMU_KEEP") && system(command) != 0)
		fprintf(stderr, "could not remove %s\n", r->folder);
}

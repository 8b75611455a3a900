/* SPDX-License-Identifier: Apache-2.0 */
#include "emulated.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "experiment/reader.h"
#include "host/clock.h"
#include "host/lockstep.h"

#define WORDS_MAX 64

static void die(const char *what)
{
	fprintf(stderr, "emulated: %s: %s\n", what, strerror(errno));
	abort();
}

static double real_now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static size_t add_words(char **argv, size_t count, char *words)
{
	char *rest = words;
	char *word;

	while (words && (word = strtok_r(rest, " ", &rest)) && count < WORDS_MAX - 1)
		argv[count++] = word;
	return count;
}

static char *copy_or_null(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* Start the simulator; returns when its socket is there. */
static pid_t start_simulator(const struct emu *emu, const char *socket_path, const char *report_path)
{
	char *argv[WORDS_MAX];
	char *sim = copy_or_null(emu->sim_arguments);
	char *potentiostat = copy_or_null(emu->potentiostat_arguments);
	char *chamber = copy_or_null(emu->chamber_arguments);
	char seed[16];
	size_t n = 0;
	struct stat st;
	pid_t pid;

	snprintf(seed, sizeof(seed), "%u", emu->seed);
	argv[n++] = (char *)FIRMWARE_SIM;
	argv[n++] = (char *)"--lockstep";
	argv[n++] = (char *)socket_path;
	argv[n++] = (char *)"--once";
	argv[n++] = (char *)"--seed";
	argv[n++] = seed;
	argv[n++] = (char *)"--report";
	argv[n++] = (char *)report_path;
	n = add_words(argv, n, sim);
	argv[n++] = (char *)"emstat4";
	argv[n++] = (char *)"--model";
	argv[n++] = (char *)(emu->model ? emu->model : "hr");
	n = add_words(argv, n, potentiostat);
	if (!emu->no_chamber) {
		argv[n++] = (char *)"votsch";
		n = add_words(argv, n, chamber);
	}
	argv[n] = NULL;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (!getenv("EMU_VERBOSE"))
			freopen("/dev/null", "w", stdout);
		execv(argv[0], argv);
		_exit(127);
	}
	free(sim);
	free(potentiostat);
	free(chamber);
	/* A program that starts is the one thing that real time must be given to. */
	for (int i = 0; i < 5000 && stat(socket_path, &st) != 0; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			die("the simulator ended at once");
		usleep(2000);
	}
	return pid;
}

static char *slurp(const char *path)
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

static void keep_event(void *ctx, const struct sg_event *event)
{
	struct emu *emu = ctx;

	if (emu->event_count < EMU_EVENTS_MAX)
		emu->events[emu->event_count++] = *event;
	if (emu->on_event)
		emu->on_event(emu->ctx, event);
}

static void pass_progress(void *ctx, const struct sg_run_view *view)
{
	struct emu *emu = ctx;

	if (emu->on_progress)
		emu->on_progress(emu->ctx, view);
}

static void run_connected(struct emu *emu, struct sg_experiment *experiment, struct sg_plan *plan, struct sg_rig *rig,
			  struct sg_clock *clock, const char *yaml_path, struct sg_text *why)
{
	const struct sg_run_observer observer = { .ctx = emu, .progress = pass_progress, .event = keep_event };
	const struct sg_run_config config = {
		.experiment = experiment,
		.plan = plan,
		.rig = rig,
		.clock = clock,
		.clock_kind = "lockstep",
		.experiment_path = yaml_path,
		.program_version = "test",
		.interrupts = emu->interrupts,
		.observer = &observer,
		.allocation_mark = emu->allocation_mark,
	};

	emu->err = sg_run(&config, &emu->outcome, why);
}

static void run_against(struct emu *emu, const char *socket_path, const char *yaml_path)
{
	struct sg_experiment experiment;
	struct sg_diagnostics diagnostics;
	struct sg_plan plan;
	struct sg_text why;
	struct sg_rig rig;
	struct sg_lockstep *lockstep = NULL;

	sg_text_init(&why, emu->why, sizeof(emu->why));
	if (sg_experiment_read(&experiment, "emulated.yaml", emu->yaml, strlen(emu->yaml), &diagnostics)) {
		fprintf(stderr, "%d:%d: %s\n", diagnostics.items[0].line, diagnostics.items[0].column,
			diagnostics.items[0].text);
		die("experiment");
	}
	snprintf(experiment.rig.potentiostat.port, SG_URI_SIZE, "sim:%s#emstat4", socket_path);
	snprintf(experiment.rig.chamber.port, SG_URI_SIZE, "sim:%s#votsch", socket_path);
	snprintf(experiment.folder, SG_URI_SIZE, "%s", emu->folder);
	if (sg_rig_look_up(&experiment.rig, &rig, &why) || sg_plan_init(&plan, &experiment, rig.caps, &why) ||
	    sg_lockstep_open(socket_path, &why, &lockstep)) {
		fprintf(stderr, "%s\n", why.data);
		die("set-up");
	}
	emu->opened = sg_rig_open(&rig, &experiment.rig, sg_lockstep_clock(lockstep), &why);
	emu->err = emu->opened;
	if (!emu->opened) {
		run_connected(emu, &experiment, &plan, &rig, sg_lockstep_clock(lockstep), yaml_path, &why);
		sg_rig_close(&rig);
	}
	sg_lockstep_close(lockstep);
	sg_plan_fini(&plan);
	sg_experiment_fini(&experiment);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	if (!file || fputs(text, file) < 0 || fclose(file))
		die(path);
}

void emu_run(struct emu *emu)
{
	char socket_path[128], report_path[128], yaml_path[128];
	const double begin_s = real_now_s();
	pid_t pid;
	int status;

	snprintf(emu->folder, sizeof(emu->folder), "/tmp/sandglass-emu-XXXXXX");
	if (!mkdtemp(emu->folder))
		die("mkdtemp");
	snprintf(socket_path, sizeof(socket_path), "%s/sock", emu->folder);
	snprintf(report_path, sizeof(report_path), "%s/truth.json", emu->folder);
	snprintf(yaml_path, sizeof(yaml_path), "%s/emulated.yaml", emu->folder);
	write_file(yaml_path, emu->yaml);
	emu->events = calloc(EMU_EVENTS_MAX, sizeof(*emu->events));
	if (!emu->events)
		die("memory");
	pid = start_simulator(emu, socket_path, report_path);
	run_against(emu, socket_path, yaml_path);
	/* --once: it ends when we leave. A simulator that does not is a failure, not a hang. */
	for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
		if (i == 5000) {
			kill(pid, SIGTERM);
			waitpid(pid, &status, 0);
			break;
		}
		usleep(2000);
	}
	emu->truth = slurp(report_path);
	emu->real_s = real_now_s() - begin_s;
}

void emu_free(struct emu *emu)
{
	char command[128];

	sg_result_fini(&emu->outcome.result);
	free(emu->truth);
	free(emu->events);
	snprintf(command, sizeof(command), "rm -rf %s", emu->folder);
	if (!getenv("EMU_KEEP") && system(command) != 0)
		fprintf(stderr, "could not remove %s\n", emu->folder);
}

static const char *truth_value(const struct emu *emu, const char *key)
{
	char quoted[80];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\"", key);
	at = strstr(emu->truth, quoted);
	if (!at)
		return NULL;
	at += strlen(quoted);
	return at + strspn(at, " :");
}

double emu_truth_number(const struct emu *emu, const char *key)
{
	const char *at = truth_value(emu, key);
	char *end;
	double value;

	if (!at)
		return NAN;
	value = strtod(at, &end);
	return end == at ? NAN : value;
}

bool emu_truth_flag(const struct emu *emu, const char *key)
{
	const char *at = truth_value(emu, key);

	if (!at) {
		fprintf(stderr, "the simulator's report lacks \"%s\":\n%s\n", key, emu->truth);
		abort();
	}
	return strncmp(at, "true", 4) == 0;
}

size_t emu_count(const struct emu *emu, enum sg_event_type type)
{
	size_t count = 0;

	for (size_t i = 0; i < emu->event_count; i++)
		count += emu->events[i].type == type;
	return count;
}

const char *emu_ccd_yaml(char *storage, size_t size, double from, double to, double increment, double half_step_s,
			 const char *extra)
{
	snprintf(storage, size,
		 "sandglass: 1\n"
		 "name: emulated CCD\n"
		 "cell: {name: NZSP-emu, metal: Na, area_cm2: 0.8332, thickness_mm: 1.8}\n"
		 "rig:\n"
		 "  potentiostat: {family: emstat4, model: hr, port: \"sim:x\"}\n"
		 "  chamber: {family: votsch, model: vt4002, port: \"sim:x\"}\n"
		 "limits: {voltage: 5 V, current: 50 mA}\n"
		 "temperature: {set: 25 degC, tolerance: 0.3 K, soak: 10 min}\n"
		 "%s"
		 "steps:\n"
		 "  - ccd: {from: %g mA/cm2, to: %g mA/cm2, increment: %g mA/cm2, half_step: %g s}\n",
		 extra ? extra : "", from, to, increment, half_step_s);
	return storage;
}

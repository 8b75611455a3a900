/* SPDX-License-Identifier: Apache-2.0 */
#include "emulated.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "experiment/reader.h"
#include "host/clock.h"
#include "host/lockstep.h"
#include "runner/resume.h"

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

/* Read what the simulator prints until it says that it is ready. */
static void wait_until_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN, .revents = 0 };
	char said[4096];
	size_t length = 0;
	ssize_t n;

	/* A program that starts is the one thing that real time must be given to. */
	while (length < sizeof(said) - 1 && poll(&p, 1, 20000) > 0) {
		n = read(fd, said + length, sizeof(said) - 1 - length);
		if (n <= 0)
			break;
		length += (size_t)n;
		said[length] = '\0';
		if (strstr(said, "ready\n"))
			return;
	}
	die("the simulator did not become ready");
}

static const char *family(const struct emu *emu)
{
	return emu->family ? emu->family : "emstat4";
}

/* Start the simulator; returns when it is ready. */
static pid_t start_simulator(struct emu *emu, const char *socket_path, const char *report_path)
{
	char *argv[WORDS_MAX];
	char *sim = copy_or_null(emu->sim_arguments);
	char *potentiostat = copy_or_null(emu->potentiostat_arguments);
	char *chamber = copy_or_null(emu->chamber_arguments);
	char seed[16];
	size_t n = 0;
	int said[2];
	pid_t pid;

	snprintf(seed, sizeof(seed), "%u", emu->seed);
	argv[n++] = (char *)FIRMWARE_SIM;
	argv[n++] = (char *)"--lockstep";
	argv[n++] = (char *)socket_path;
	if (!emu->keep_simulator)
		argv[n++] = (char *)"--once";
	argv[n++] = (char *)"--seed";
	argv[n++] = seed;
	argv[n++] = (char *)"--report";
	argv[n++] = (char *)report_path;
	n = add_words(argv, n, sim);
	argv[n++] = (char *)family(emu);
	argv[n++] = (char *)"--model";
	argv[n++] = (char *)(emu->model ? emu->model : "hr");
	n = add_words(argv, n, potentiostat);
	if (!emu->no_chamber) {
		argv[n++] = (char *)"votsch";
		n = add_words(argv, n, chamber);
	}
	argv[n] = NULL;
	if (pipe(said) != 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		/* Whatever becomes of the test, no simulator stays behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(said[1], STDOUT_FILENO);
		close(said[0]);
		close(said[1]);
		execv(argv[0], argv);
		_exit(127);
	}
	close(said[1]);
	wait_until_ready(said[0]);
	emu->simulator_out = said[0];
	free(sim);
	free(potentiostat);
	free(chamber);
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

	if (emu->event_count == EMU_EVENTS_MAX)
		die("more events than are kept");
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

static struct sg_run_config config_of(const struct emu *emu, struct sg_experiment *experiment, struct sg_plan *plan, struct sg_rig *rig,
				      struct sg_clock *clock, const struct sg_run_observer *observer)
{
	return (struct sg_run_config){
		.experiment = experiment,
		.plan = plan,
		.rig = rig,
		.clock = clock,
		.clock_kind = "lockstep",
		.experiment_path = "as it was",
		.program_version = "test",
		.interrupts = emu->interrupts,
		.observer = observer,
	};
}

static void run_connected(struct emu *emu, struct sg_experiment *experiment, struct sg_plan *plan, struct sg_rig *rig,
			  struct sg_clock *clock, const char *yaml_path, struct sg_text *why)
{
	const struct sg_run_observer observer = { .ctx = emu, .progress = pass_progress, .event = keep_event };
	struct sg_run_config config = config_of(emu, experiment, plan, rig, clock, &observer);

	config.experiment_path = yaml_path;
	config.allocation_mark = emu->allocation_mark;
	emu->err = sg_run(&config, &emu->outcome, why);
}

/* The rig is looked up, and opened by the run that goes on. */
static void go_on_connected(struct emu *emu, struct sg_experiment *experiment, struct sg_plan *plan, struct sg_rig *rig,
			    struct sg_clock *clock, struct sg_text *why)
{
	const struct sg_run_observer observer = { .ctx = emu, .progress = pass_progress, .event = keep_event };
	const struct sg_run_config config = config_of(emu, experiment, plan, rig, clock, &observer);
	struct sg_reopened from;

	emu->opened = emu->err = sg_run_reopen(&from, emu->resume, why);
	if (!emu->err)
		emu->err = sg_run_resume(&config, &from, emu->go_on, &emu->outcome, why);
}

static void let_pass(struct sg_lockstep *lockstep, double virtual_s)
{
	struct sg_clock *clock = sg_lockstep_clock(lockstep);

	sg_clock_sleep_until(clock, sg_clock_deadline(clock, sg_ns(virtual_s)));
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
	snprintf(experiment.rig.potentiostat.port, SG_URI_SIZE, "%ssim:%s#%s",
		 emu->cable ? emu->cable : "", socket_path, family(emu));
	snprintf(experiment.rig.chamber.port, SG_URI_SIZE, "sim:%s#votsch", socket_path);
	snprintf(experiment.folder, SG_URI_SIZE, "%s", emu->folder);
	if (sg_rig_look_up(&experiment.rig, &rig, &why) || sg_plan_init(&plan, &experiment, rig.caps, &why) ||
	    sg_lockstep_open(socket_path, &why, &lockstep)) {
		fprintf(stderr, "%s\n", why.data);
		die("set-up");
	}
	if (emu->resume) {
		go_on_connected(emu, &experiment, &plan, &rig, sg_lockstep_clock(lockstep), &why);
		sg_rig_close(&rig);
		goto out;
	}
	emu->opened = sg_rig_open(&rig, &experiment.rig, sg_lockstep_clock(lockstep), &why);
	emu->err = emu->opened;
	if (!emu->opened) {
		run_connected(emu, &experiment, &plan, &rig, sg_lockstep_clock(lockstep), yaml_path, &why);
		sg_rig_close(&rig);
	}
out:
	if (emu->settle_s > 0.0)
		let_pass(lockstep, emu->settle_s);
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

void emu_start(struct emu *emu)
{
	char report_path[128];

	snprintf(emu->folder, sizeof(emu->folder), "%s/sandglass-emu-XXXXXX", emu->root ? emu->root : "/tmp");
	if (!mkdtemp(emu->folder))
		die("mkdtemp");
	snprintf(emu->socket, sizeof(emu->socket), "%s/sock", emu->folder);
	snprintf(report_path, sizeof(report_path), "%s/truth.json", emu->folder);
	emu->events = calloc(EMU_EVENTS_MAX, sizeof(*emu->events));
	if (!emu->events)
		die("memory");
	emu->simulator = start_simulator(emu, emu->socket, report_path);
}

void emu_host(struct emu *emu)
{
	char yaml_path[128];

	snprintf(yaml_path, sizeof(yaml_path), "%s/emulated.yaml", emu->folder);
	write_file(yaml_path, emu->yaml);
	emu->event_count = 0;
	sg_result_fini(&emu->outcome.result);
	run_against(emu, emu->socket, yaml_path);
}

void emu_idle(struct emu *emu, double virtual_s)
{
	struct sg_lockstep *lockstep = NULL;

	if (sg_lockstep_open(emu->socket, NULL, &lockstep))
		die("idle host");
	let_pass(lockstep, virtual_s);
	sg_lockstep_close(lockstep);
}

void emu_end(struct emu *emu)
{
	char report_path[128];
	int status;

	if (emu->keep_simulator)
		kill(emu->simulator, SIGTERM);
	/* --once: it ends when we leave. A simulator that does not is a failure, not a hang. */
	for (int i = 0; waitpid(emu->simulator, &status, WNOHANG) == 0; i++) {
		if (i == 5000) {
			kill(emu->simulator, SIGKILL);
			waitpid(emu->simulator, &status, 0);
			break;
		}
		usleep(1000);
	}
	emu->simulator = 0;
	snprintf(report_path, sizeof(report_path), "%s/truth.json", emu->folder);
	close(emu->simulator_out);
	emu->truth = slurp(report_path);
}

void emu_run(struct emu *emu)
{
	const double begin_s = real_now_s();

	emu_start(emu);
	emu_host(emu);
	emu_end(emu);
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

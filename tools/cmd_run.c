/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass run: an experiment file on the rig it names. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "host/clock.h"
#include "host/lockstep.h"
#include "live_view.h"
#include "load.h"
#include "print_result.h"
#include "runner/resume.h"
#include "runner/runner.h"
#include "transport/faulty.h"

#define SPEED_MAX 1000.0

/** How it ended, beside the error. */
struct ending {
	bool stopped; /**< because somebody asked for it */
	bool held;    /**< it waits for a person */
};

struct arguments {
	const char *path;
	struct sg_overrides overrides;
	double speed;
	bool all_events;
	bool resume; /**< path is a run folder */
	bool go_on;  /**< a person says so */
	bool end;    /**< likewise, the opposite */
};

/* The clock of a run: the PC's, scaled, or a simulator's. */
struct run_clock {
	struct sg_host_clock host;
	struct sg_lockstep *lockstep; /* or NULL */
	struct sg_clock *clock;
	char kind[32];
};

static volatile sig_atomic_t interrupts;

static void on_signal(int number)
{
	(void)number;
	interrupts = interrupts + 1;
}

static volatile sig_atomic_t holds;

static void on_hold(int number)
{
	(void)number;
	holds = 1;
}

static volatile sig_atomic_t suspensions;

/* Ctrl-Z: a program that stands still watches no cell. The view says so. */
static void on_suspend(int number)
{
	(void)number;
	suspensions = 1;
}

/*
 * All that would end or stop this program, but for SIGKILL, SIGSTOP and its own crashes: with the cell on it must not
 * go so. No SA_RESTART: a wait that is under way returns and looks.
 */
static void catch_signals(void)
{
	static const int ends[] = {
		SIGINT, SIGTERM,
		SIGQUIT, /* Ctrl-backslash: whoever presses it wants the end, not a cell left on */
		SIGUSR2, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR,
	};
	struct sigaction action;
	struct sigaction hangup;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaction(ends[i], &action, NULL);
	/* A closed terminal ends the test safely, unless it was started to outlive it (nohup). */
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	action.sa_handler = on_hold;
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = on_suspend;
	action.sa_flags = SA_RESTART;
	sigaction(SIGTSTP, &action, NULL);
	/* In the background of a terminal with tostop: it writes all the same. */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* A file at its size limit is EFBIG then, and ends the run as a full disk does. */
	signal(SIGXFSZ, SIG_IGN);
}

static void resume_usage(FILE *out)
{
	fprintf(out,
		"usage: sandglass resume [options] RUN_FOLDER\n"
		"Goes on with a run that a crash of the program or of the PC broke off: in the same folder and the same tables, from the\n"
		"latest checkpoint and the rows behind it. The same instruments are sought; before a byte is written the cell is switched\n"
		"off and read back. What the instrument ran meanwhile is booked if it can tell, and repeated in no case. Then, as\n"
		"on_resume: in the experiment says, the test goes on (continue), waits for a person (hold), or ends (refuse).\n"
		"  --go-on                   a person says that it is to go on, whatever on_resume: says\n"
		"  --end                     a person says that it is to end: met, cell off, read back, record closed\n"
		"  --port potentiostat=URI   as `run` was given it (also chamber=URI); another one if the instrument was moved\n"
		"  --speed N                 as `run` was given it\n"
		"  --events                  show every event, steps too\n"
		"Ctrl-C ends the test and SIGUSR1 holds it, as in `run`. A run that has ended, a folder that a program is using, a changed experiment and a\n"
		"damaged checkpoint (of which the one before is used, if it can be) are refused, and nothing is lost.\n"
		"Exit status: as of `run`; 4 the test is held, cell off: `sandglass resume --go-on RUN_FOLDER`.\n");
}

static void usage(FILE *out)
{
	fprintf(out,
		"usage: sandglass run [options] EXPERIMENT.yaml\n"
		"  --port potentiostat=URI   instead of the port in the file (also chamber=URI):\n"
		"                            serial:/dev/ttyACM0, usb:a0a0:0002@1-1.2, tcp:host:port, pty:/path,\n"
		"                            sim:/path.sock#port\n"
		"  --rig RIG.yaml            this rig, whatever stands under rig: in the file\n"
		"  --folder DIR              where the run folder goes, instead of record: folder:\n"
		"  --speed N                 time runs N times as fast; simulators started with the same --speed only\n"
		"  --events                  show every event, steps too\n"
		"Ctrl-C ends it safely: cell off at once, read back, data kept. A second one adds nothing to that.\n"
		"SIGUSR1 holds it: the step is broken off, cell off, read back; `sandglass resume --go-on RUN_FOLDER` goes on with it.\n"
		"Exit status: 0 it came to an end of its own (a short too), 1 it failed or a limit ended it, 130 stopped by Ctrl-C,\n"
		"3 THE CELL COULD NOT BE SHOWN TO BE OFF, 4 it is held.\n");
}

static void say_usage(const struct arguments *a, FILE *out)
{
	if (a->resume)
		resume_usage(out);
	else
		usage(out);
}

static int parse(int argc, char **argv, bool resume, struct arguments *a)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },  { "folder", required_argument, NULL, 'f' },
		{ "speed", required_argument, NULL, 's' }, { "events", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },        { "go-on", no_argument, NULL, 'g' },
		{ "rig", required_argument, NULL, 'r' },   { "end", no_argument, NULL, 'E' },
		{ NULL, 0, NULL, 0 },
	};
	char *end;
	int c;

	memset(a, 0, sizeof(*a));
	a->speed = 1.0;
	a->resume = resume;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			if (sg_override_port(&a->overrides, optarg))
				return SG_EXIT_USAGE;
			break;
		case 'f':
			a->overrides.folder = optarg;
			break;
		case 's':
			a->speed = strtod(optarg, &end);
			if (*end || !(a->speed >= 1.0 && a->speed <= SPEED_MAX)) {
				fprintf(stderr, "--speed %s: would be a number from 1 to %g\n", optarg, SPEED_MAX);
				return SG_EXIT_USAGE;
			}
			break;
		case 'e':
			a->all_events = true;
			break;
		case 'g':
			a->go_on = true;
			break;
		case 'r':
			a->overrides.rig_file = optarg;
			break;
		case 'E':
			a->end = true;
			break;
		case 'h':
			say_usage(a, stdout);
			return -1;
		default:
			say_usage(a, stderr);
			return SG_EXIT_USAGE;
		}
	}
	if (optind != argc - 1 || ((a->go_on || a->end) && !resume) || ((a->overrides.folder || a->overrides.rig_file) && resume)) {
		say_usage(a, stderr);
		return SG_EXIT_USAGE;
	}
	a->path = argv[optind];
	return 0;
}

static bool is_kind(const char *uri, const char *kind)
{
	return strncmp(sg_faulty_inner(uri), kind, strlen(kind)) == 0;
}

/* A real instrument cannot be hurried: time may only be scaled where every port ends in a simulator. */
static bool may_scale(const struct sg_rig_config *rig)
{
	const bool chamber_real = rig->chamber.present && is_kind(rig->chamber.port, "serial:");

	return !is_kind(rig->potentiostat.port, "serial:") && !chamber_real;
}

static enum sg_err open_lockstep(const struct sg_rig_config *rig, struct run_clock *c)
{
	char path[SG_URI_SIZE];
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err;

	snprintf(path, sizeof(path), "%s", sg_faulty_inner(rig->potentiostat.port) + strlen("sim:"));
	path[strcspn(path, "#")] = '\0';
	sg_text_init(&why, storage, sizeof(storage));
	err = sg_lockstep_open(path, &why, &c->lockstep);
	if (err) {
		fprintf(stderr, "%s: %s\n", rig->potentiostat.port, why.data);
		return err;
	}
	c->clock = sg_lockstep_clock(c->lockstep);
	snprintf(c->kind, sizeof(c->kind), "lockstep");
	return SG_OK;
}

static enum sg_err open_clock(const struct sg_rig_config *rig, double speed, struct run_clock *c)
{
	memset(c, 0, sizeof(*c));
	if (is_kind(rig->potentiostat.port, "sim:"))
		return open_lockstep(rig, c);
	if (speed > 1.0 && !may_scale(rig)) {
		fprintf(stderr, "--speed %g: a port of this rig is a serial port, and a real instrument cannot be hurried\n",
			speed);
		return SG_ERR_ARGUMENT;
	}
	sg_host_clock_init(&c->host, speed);
	c->clock = &c->host.clock;
	if (speed > 1.0)
		snprintf(c->kind, sizeof(c->kind), "scaled x%g", speed);
	else
		snprintf(c->kind, sizeof(c->kind), "real");
	return SG_OK;
}

static void print_slot(const char *what, const struct sg_rig_slot *slot)
{
	const struct sg_identity *id = &slot->identity;

	printf("%-13s %s %s%s%s%s%s on %s%s%s\n", what, slot->family->title, id->model, id->serial[0] ? ", serial " : "",
	       id->serial, id->firmware[0] ? ", firmware " : "", id->firmware, slot->config->port,
	       id->simulated ? "  ** SIMULATED **" : "", id->faulty ? "  ** FAULTS INJECTED **" : "");
}

static void print_head(const struct sg_loaded *loaded, const struct sg_rig *rig, const char *clock_kind)
{
	const struct sg_cell *cell = &loaded->experiment.cell;
	char duration[24];

	print_slot("potentiostat", &rig->potentiostat);
	if (rig->chamber.device)
		print_slot("chamber", &rig->chamber);
	sg_print_duration(duration, loaded->plan.duration_s);
	printf("%-13s %s, %.4g cm2; %zu steps, %s of steps; clock: %s\n", "cell", cell->name, cell->area_cm2,
	       loaded->plan.step_count, duration, clock_kind);
}

static void print_faults(const char *what, const struct sg_rig_slot *slot)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text text;

	if (!slot->identity.faulty)
		return;
	sg_text_init(&text, storage, sizeof(storage));
	sg_fault_say(&slot->faults, &text);
	printf("** FAULTS INJECTED into the %s's cable: %s **\n", what, text.data);
}

static int exit_status(enum sg_err err, const struct ending *ending)
{
	if (err == SG_ERR_UNSAFE)
		return SG_EXIT_UNSAFE;
	if (ending->held)
		return SG_EXIT_HELD;
	if (err)
		return SG_EXIT_FAILED;
	return ending->stopped ? SG_EXIT_STOPPED : SG_EXIT_OK;
}

/* from: a run that is gone on with, or NULL. */
static enum sg_err run_on(struct sg_rig *rig, const struct sg_loaded *loaded, const struct run_clock *c,
			  const struct arguments *a, struct sg_reopened *from, struct ending *ending)
{
	struct sg_run_outcome outcome;
	struct sg_live_view view;
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err;

	sg_live_view_init(&view, a->all_events, &suspensions);
	sg_text_init(&why, storage, sizeof(storage));
	const struct sg_run_config config = {
		.experiment = &loaded->experiment,
		.plan = &loaded->plan,
		.rig = rig,
		.clock = c->clock,
		.clock_kind = c->kind,
		.experiment_path = loaded->path,
		.rig_path = loaded->rig_path[0] ? loaded->rig_path : NULL,
		.program_version = SANDGLASS_VERSION,
		.guardian = "/proc/self/exe",
		.interrupts = &interrupts,
		.holds = &holds,
		.observer = &view.observer,
	};
	if (from)
		err = sg_run_resume(&config, from, a->go_on, &outcome, &why);
	else
		err = sg_run(&config, &outcome, &why);
	sg_live_view_end(&view);
	if (outcome.folder[0])
		sg_print_result(&outcome, &loaded->experiment);
	if (rig->potentiostat.identity.simulated)
		printf("** SIMULATED: no instrument and no cell was there **\n");
	print_faults("potentiostat", &rig->potentiostat);
	print_faults("chamber", &rig->chamber);
	if (err)
		fprintf(stderr, "%s\n", why.length ? why.data : sg_err_text(err));
	ending->held = outcome.summary.state && strcmp(outcome.summary.state, "held") == 0;
	ending->stopped = outcome.summary.stopped_by && strcmp(outcome.summary.stopped_by, "operator") == 0;
	sg_result_fini(&outcome.result);
	return err;
}

/* The rig is looked up, and the run that goes on opens it. */
static enum sg_err reopen_and_run(const struct sg_loaded *loaded, const struct arguments *a, struct sg_reopened *from,
				  struct ending *ending)
{
	struct sg_rig rig = loaded->rig;
	struct run_clock c;
	enum sg_err err = open_clock(&loaded->experiment.rig, a->speed, &c);

	if (err) {
		sg_reopened_close(from);
		return err;
	}
	rig.clock = c.clock;
	printf("going on with %s, checkpoint %llu at %.3f s\n", from->folder.name, (unsigned long long)from->checkpoint.number,
	       from->checkpoint.time_s);
	err = run_on(&rig, loaded, &c, a, from, ending);
	sg_rig_close(&rig);
	if (c.lockstep)
		sg_lockstep_close(c.lockstep);
	return err;
}

static enum sg_err open_and_run(const struct sg_loaded *loaded, const struct arguments *a, struct ending *ending)
{
	char storage[2 * SG_DIAG_SIZE];
	struct run_clock c;
	struct sg_text why;
	struct sg_rig rig;
	enum sg_err err;

	err = open_clock(&loaded->experiment.rig, a->speed, &c);
	if (err)
		return err;
	sg_text_init(&why, storage, sizeof(storage));
	err = sg_rig_open(&rig, &loaded->experiment.rig, c.clock, &why);
	if (err) {
		fprintf(stderr, "%s\n", why.data);
	} else {
		print_head(loaded, &rig, c.kind);
		err = run_on(&rig, loaded, &c, a, NULL, ending);
		sg_rig_close(&rig);
	}
	if (c.lockstep)
		sg_lockstep_close(c.lockstep);
	return err;
}

int sg_cmd_run(int argc, char **argv)
{
	struct sg_loaded loaded;
	struct arguments a;
	struct ending ending = { .stopped = false };
	enum sg_err err;
	int status = parse(argc, argv, false, &a);

	if (status)
		return status < 0 ? SG_EXIT_OK : status;
	if (sg_load(&loaded, a.path, &a.overrides))
		return SG_EXIT_FAILED;
	if (sg_check_loaded(&loaded, 0)) {
		sg_unload(&loaded);
		return SG_EXIT_FAILED;
	}
	catch_signals();
	err = open_and_run(&loaded, &a, &ending);
	sg_unload(&loaded);
	return exit_status(err, &ending);
}

/* The experiment is the copy in the folder; the checkpoint says whether it is as it was. */
static enum sg_err load_from(const char *folder, struct arguments *a, char paths[2][SG_RUN_PATH_SIZE + 32], struct sg_loaded *loaded)
{
	snprintf(paths[0], sizeof(paths[0]), "%s/%s", folder, SG_RUN_EXPERIMENT);
	snprintf(paths[1], sizeof(paths[1]), "%s/%s", folder, SG_RUN_RIG);
	if (access(paths[1], F_OK) == 0)
		a->overrides.rig_file = paths[1];
	return sg_load(loaded, paths[0], &a->overrides);
}

int sg_cmd_resume(int argc, char **argv)
{
	char storage[2 * SG_DIAG_SIZE], paths[2][SG_RUN_PATH_SIZE + 32];
	struct sg_reopened from;
	struct sg_loaded loaded;
	struct arguments a;
	struct sg_text why;
	struct ending ending = { .stopped = false };
	enum sg_err err;
	int status = parse(argc, argv, true, &a);

	if (status)
		return status < 0 ? SG_EXIT_OK : status;
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_run_reopen(&from, a.path, &why)) {
		fprintf(stderr, "%s\n", why.data);
		return SG_EXIT_FAILED;
	}
	if (load_from(from.folder.path, &a, paths, &loaded)) {
		sg_reopened_close(&from);
		return SG_EXIT_FAILED;
	}
	catch_signals();
	if (a.end) {
		a.go_on = true; /* as far as to the first place where a person is heeded: before any current */
		interrupts = 1;
	}
	err = reopen_and_run(&loaded, &a, &from, &ending);
	sg_unload(&loaded);
	return exit_status(err, &ending);
}

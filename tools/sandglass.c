/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "guardian/guardian.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	bool keeps_record; /* its findings are in files; a terminal that is gone takes nothing from them */
	const char *what; /* NULL: for this program itself, not for people */
} verbs[] = {
	{ "run", sg_cmd_run, true, "run an experiment file on its rig" },
	{ "resume", sg_cmd_resume, true, "go on with a run that a crash of the program or of the PC broke off" },
	{ "check", sg_cmd_check, false, "show what an experiment file will do, and what does not fit; touches no instrument" },
	{ "list", sg_cmd_list, false, "the ports of this PC and what is known of them; writes to none" },
	{ "replay", sg_cmd_replay, false, "feed a recorded table through guard, detectors and result" },
	{ "model", sg_cmd_model, false, "the diffusion limit of sodium and lithium: table, JSON, picture" },
	{ "calibration", sg_cmd_calibration, false, "what an instrument keeps inside to correct itself; shown, or written" },
	{ "submit", sg_cmd_service, false, "hand an experiment over to the service, sandglassd" },
	{ "status", sg_cmd_service, false, "what the rigs of the service are at" },
	{ "stop", sg_cmd_service, false, "have the service end a test" },
	{ "pause", sg_cmd_service, false, "have the service hold a test, cell off" },
	{ "go-on", sg_cmd_service, false, "and go on with it" },
	{ "tail", sg_cmd_service, false, "what a test of the service says" },
	{ SG_GUARDIAN_VERB, sg_cmd_guardian, true, NULL },
};

static void usage(FILE *out)
{
	fprintf(out, "sandglass %s: battery-cell tests on potentiostats and climate chambers\n\n", SANDGLASS_VERSION);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]) && verbs[i].what; i++)
		fprintf(out, "  sandglass %-11s %s\n", verbs[i].name, verbs[i].what);
	fprintf(out, "\n  sandglass VERB --help   what it takes\n");
}

/*
 * Where a standard stream was closed (`>&-`) the next file to be opened would get its descriptor: an instrument's
 * port, and what is meant for people would be written into the instrument.
 */
static bool occupy_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

/* The verb's own status, or that of what belongs to no verb. *printed: what it prints is all it does. */
static int dispatch(int argc, char **argv, bool *printed)
{
	*printed = true;
	if (argc < 2) {
		usage(stderr);
		return SG_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return SG_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("sandglass %s\n", SANDGLASS_VERSION);
		return SG_EXIT_OK;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name) == 0) {
			*printed = !verbs[i].keeps_record;
			return verbs[i].run(argc - 1, argv + 1);
		}
	}
	fprintf(stderr, "sandglass: no verb \"%s\"\n\n", argv[1]);
	usage(stderr);
	return SG_EXIT_USAGE;
}

/* Did all of it get out? A full disk behind `replay --json >events` must not look like a sound cell. */
static bool flush_output(void)
{
	if (fflush(stdout) != 0) {
		fprintf(stderr, "sandglass: standard output could not be written: %s\n", strerror(errno));
		return false;
	}
	if (ferror(stdout)) {
		fprintf(stderr, "sandglass: not all of standard output could be written\n");
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	bool printed;
	int status;

	if (!occupy_standard_descriptors())
		return SG_EXIT_FAILED;
	status = dispatch(argc, argv, &printed);
	if (!flush_output() && printed && status == SG_EXIT_OK)
		status = SG_EXIT_FAILED;
	return status;
}

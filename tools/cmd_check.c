/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass check: what an experiment file will do, and what does not fit; touches no instrument. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "commands.h"
#include "experiment/check.h"
#include "load.h"

/* The folder may not exist yet: ask the nearest one above it that does. -1 if nobody knows. */
static int64_t disk_free_bytes(const char *folder)
{
	char path[SG_URI_SIZE];
	struct statvfs fs;
	char *slash;

	snprintf(path, sizeof(path), "%s", folder);
	while (statvfs(path, &fs) != 0) {
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return statvfs(slash ? "/" : ".", &fs) == 0 ? (int64_t)fs.f_bavail * (int64_t)fs.f_frsize : -1;
		*slash = '\0';
	}
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

static void print_line(void *context, const char *line)
{
	fprintf(context, "%s\n", line);
}

unsigned sg_check_loaded(const struct sg_loaded *loaded, int verbose)
{
	const struct sg_check_env env = { .disk_free_bytes = disk_free_bytes(loaded->experiment.folder) };
	struct sg_check_report report;

	sg_check(&loaded->experiment, &loaded->plan, loaded->rig.caps, loaded->rig.chamber_caps, &env, &report);
	if (verbose) {
		sg_check_print(&loaded->experiment, &loaded->plan, &report, print_line, stdout);
		return (unsigned)report.errors;
	}
	for (size_t i = 0; i < report.count; i++) {
		const struct sg_finding *finding = &report.findings[i];
		const char *word = finding->severity == SG_SEVERITY_ERROR ? "error" : "warning";

		if (finding->line)
			fprintf(stderr, "%s:%d:%d: %s: %s\n", loaded->path, finding->line, finding->column, word,
				finding->text);
		else
			fprintf(stderr, "%s: %s: %s\n", loaded->path, word, finding->text);
	}
	return (unsigned)report.errors;
}

static void usage(FILE *out)
{
	fprintf(out, "usage: sandglass check [--port potentiostat=URI] [--port chamber=URI] EXPERIMENT.yaml\n"
		     "Prints the expanded steps, duration, charge per half-step, the range each step will use and\n"
		     "everything that does not fit. Exit status 1 if something does not. Touches no instrument.\n");
}

int sg_cmd_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct sg_overrides overrides = { NULL, NULL, NULL };
	struct sg_loaded loaded;
	unsigned errors;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return SG_EXIT_OK;
		}
		if (c != 'p' || sg_override_port(&overrides, optarg)) {
			usage(stderr);
			return SG_EXIT_USAGE;
		}
	}
	if (optind != argc - 1) {
		usage(stderr);
		return SG_EXIT_USAGE;
	}
	if (sg_load(&loaded, argv[optind], &overrides))
		return SG_EXIT_FAILED;
	errors = sg_check_loaded(&loaded, 1);
	sg_unload(&loaded);
	return errors ? SG_EXIT_FAILED : SG_EXIT_OK;
}
